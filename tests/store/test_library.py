"""The library keeps the nouns: corpora, works, facts, runs, evaluations, creations, models."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from moxie.errors import BadInput, Missing
from moxie.settings import Settings
from moxie.store import Library
from moxie.text import say
from moxie.work import (
    Choice,
    Corpus,
    Creation,
    Dataset,
    Evaluation,
    Measure,
    Prepared,
    Rights,
    Run,
    Work,
)

MakeWork = Callable[..., Work]
MakeCreation = Callable[..., Creation]

ODD_NAMES = [
    "葛飾 北斎",
    "🎨",
    "../../etc/passwd",
    "/etc",
    "C:\\Windows",
    "CON",
    ".",
    "..",
    "a\N{COMBINING ACUTE ACCENT}",
    "á",
    "%2e%2e",
    "'; DROP TABLE works; --",
    "x" * 200,
]


def test_everything_survives_a_restart(
    library: Library, home: Path, make_work: MakeWork, run: Run
) -> None:
    works = [make_work(bytes([n]), "own", f"Nr {n}") for n in range(20)]
    for n, work in enumerate(works):
        assert library.add_work("vincent", work, bytes([n]))
    library.add_run(run)
    library.close()
    with Library.open(Settings(home)) as again:
        assert again.corpora() == [Corpus("vincent", "painting")]
        assert again.works("vincent") == works
        assert again.get(works[7].id) == b"\x07"
        assert again.run("run-1") == run


def test_a_corpus_is_made_once_for_one_art(library: Library) -> None:
    library.add_corpus(Corpus("vincent", "painting"))
    assert library.corpora() == [Corpus("vincent", "painting")]
    with pytest.raises(BadInput, match="another art: painting"):
        library.add_corpus(Corpus("vincent", "music"))
    assert library.corpus("vincent").art == "painting"


def test_odd_names_are_names_and_never_paths(
    library: Library, home: Path, make_work: MakeWork, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if home not in path.parents}
    for number, name in enumerate(ODD_NAMES):
        library.add_corpus(Corpus(name, "painting"))
        library.add_work(name, make_work(b"%d" % number), b"%d" % number)
        library.save(name, "origin", Rights("own"))
        with library.lock(f"corpus-{name}"):
            library.run_folder(name)
    assert {corpus.name for corpus in library.corpora()} == {*ODD_NAMES, "vincent"}
    assert [len(library.works(name)) for name in ODD_NAMES] == [1] * len(ODD_NAMES)
    assert {path for path in tmp_path.rglob("*") if home not in path.parents} == before
    assert len(list((home / "runs").iterdir())) == len(ODD_NAMES)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "\udc80", "x" * 201])
def test_names_that_cannot_be_said_are_refused(library: Library, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be called"):
        library.add_corpus(Corpus(name, "painting"))
    with pytest.raises(Missing):
        library.corpus(name)
    assert library.load(name, "origin", Rights) is None


def test_a_work_is_added_once_a_corpus(library: Library, make_work: MakeWork) -> None:
    work = make_work(b"a")
    assert library.add_work("vincent", work, b"a")
    assert not library.add_work("vincent", replace(work, title="Again"), b"a")
    assert library.works("vincent") == [work]
    assert library.originals("vincent") == {work.original: work.id}
    library.add_corpus(Corpus("paul", "painting"))
    assert library.add_work("paul", work, b"a")


def test_declared_rights_replace_and_undeclared_do_not(
    library: Library, make_work: MakeWork
) -> None:
    seen = []
    for rights in ("undeclared", "own", "undeclared", "license:MIT"):
        library.add_work("vincent", make_work(b"a", rights, title=rights), b"a")
        [work] = library.works("vincent")
        seen.append((str(work.rights), work.title))
    assert [title for _, title in seen] == ["undeclared"] * 4
    assert [rights for rights, _ in seen] == ["undeclared", "own", "own", "license:MIT"]


def test_works_keep_the_order_they_came_in(library: Library, make_work: MakeWork) -> None:
    works = [make_work(bytes([n])) for n in (9, 3, 7, 1)]
    for work, n in zip(works, (9, 3, 7, 1), strict=True):
        library.add_work("vincent", work, bytes([n]))
    library.remove_work("vincent", works[1].id)
    library.add_work("vincent", works[1], b"\x03")
    assert library.works("vincent") == [works[0], works[2], works[3], works[1]]


def test_a_removed_work_is_gone_but_its_bytes_are_not(
    library: Library, make_work: MakeWork
) -> None:
    work = make_work(b"a")
    library.add_work("vincent", work, b"a")
    library.remove_work("vincent", work.id)
    assert library.works("vincent") == []
    assert library.has(work.id)
    with pytest.raises(Missing):
        library.remove_work("vincent", work.id)


def test_content_that_is_not_what_it_says_is_refused(
    library: Library, make_work: MakeWork, make_creation: MakeCreation, run: Run
) -> None:
    library.add_run(run)
    with pytest.raises(BadInput, match="not the sha256"):
        library.add_work("vincent", make_work(b"a"), b"b")
    with pytest.raises(BadInput, match="not the sha256"):
        library.add_creation(make_creation(b"a"), b"b")
    assert library.works("vincent") == []
    assert library.creations("run-1") == []


def test_nothing_is_added_to_what_is_not_there(
    library: Library, make_work: MakeWork, make_creation: MakeCreation, run: Run
) -> None:
    measure = Measure(1, 1, 1, 0, 1)
    evaluation = Evaluation(measure, measure, measure, 0.5, "j", 1, 0)
    for call in (
        lambda: library.add_work("paul", make_work(b"a"), b"a"),
        lambda: library.works("paul"),
        lambda: library.originals("paul"),
        lambda: library.runs("paul"),
        lambda: library.save("paul", "x", Rights()),
        lambda: library.remove_work("paul", "x"),
        lambda: library.corpus("paul"),
        lambda: library.add_run(replace(run, corpus="paul")),
        lambda: library.update_run(run),
        lambda: library.run("run-1"),
        lambda: library.save_evaluation("run-1", evaluation),
        lambda: library.add_creation(make_creation(b"a"), b"a"),
        lambda: library.creation("abc"),
        lambda: library.creation(""),
        lambda: library.open_model("0" * 64),
        lambda: library.open_model("../../etc"),
    ):
        with pytest.raises(Missing):
            call()
    assert library.load("paul", "x", Rights) is None
    assert library.evaluation("run-1") is None
    assert library.creations("run-1") == []


def test_facts_are_kept_by_corpus_and_key(library: Library, run: Run) -> None:
    dataset = Dataset((Prepared("a", "b", "test", "g", (), say("why")),), 0.5, math.inf)
    library.save("vincent", "dataset", dataset)
    library.save("vincent", "choice", run.choice)
    library.save("vincent", "choice", replace(run.choice, recipe="painting/later"))
    assert library.load("vincent", "dataset", Dataset) == dataset
    choice = library.load("vincent", "choice", Choice)
    assert choice is not None
    assert choice.recipe == "painting/later"
    assert library.load("vincent", "nothing", Dataset) is None


def test_runs_are_entered_once_and_updated(library: Library, run: Run) -> None:
    odd = replace(run, losses=(math.nan, 0.5))
    library.add_run(odd)
    library.add_run(odd)
    with pytest.raises(BadInput, match="another run"):
        library.add_run(replace(odd, seed=4))
    library.add_run(replace(run, id="run-2"))
    done = replace(run, state="done", model="m", losses=(1.0, 0.5))
    library.update_run(done)
    assert library.runs("vincent") == [replace(run, id="run-2"), done]


def test_an_evaluation_is_replaced(library: Library, run: Run) -> None:
    library.add_run(run)
    for value in (0.1, 0.9):
        measure = Measure(value, value, value, 0.0, 1.0)
        evaluation = Evaluation(measure, measure, measure, 0.5, "vgg", 16, 0, notes=(say("n"),))
        library.save_evaluation("run-1", evaluation)
    assert library.evaluation("run-1") == evaluation


def test_creations_are_found_by_the_beginning_of_their_id(
    library: Library, make_creation: MakeCreation, run: Run
) -> None:
    library.add_run(run)
    made = [make_creation(b"%d" % n, n) for n in range(20)]
    for n, creation in enumerate(made):
        library.add_creation(creation, b"%d" % n)
    assert library.creations("run-1") == made
    assert library.creation(made[3].id) == library.creation(made[3].id[:12]) == made[3]
    assert library.get(made[3].id) == b"3"
    [(twice, _), *_] = Counter(creation.id[0] for creation in made).most_common()
    with pytest.raises(BadInput, match="More than one creation"):  # 20 ids, 16 digits
        library.creation(twice)
    for odd in ("%", "_" * 64, "zz", "\x00", made[3].id + "0"):
        with pytest.raises(Missing):
            library.creation(odd)


def test_the_same_creation_made_again_is_one_and_twins_are_two(
    library: Library, make_creation: MakeCreation, run: Run
) -> None:
    library.add_run(run)
    first = make_creation(b"a", 0)
    library.add_creation(first, b"a")
    library.add_creation(replace(first, made_at="2030-01-01T00:00:00+00:00"), b"a")
    assert library.creations("run-1") == [first]
    twin = make_creation(b"a", 1)  # another index that came out the same
    library.add_creation(twin, b"a")
    assert library.creations("run-1") == [first, twin]
    assert library.creation(first.id) == first


def test_run_folders_are_made_on_demand(library: Library, home: Path) -> None:
    assert not (home / "runs").exists()
    folder = library.run_folder("run-1")
    assert folder.is_dir()
    assert folder == library.run_folder("run-1") != library.run_folder("Run-1")
