"""Raw answers: kept in order, taken back, erased for good, by several processes at once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from threading import Thread

import numpy as np

from moxie.settings import Settings
from moxie.store import Library
from moxie.work import Answered, Corpus

SAID = Answered(
    number=0,
    corpus="vincent",
    who="ada",
    kind="order",
    at="2026-01-01T00:00:00Z",
    shown=("a", "b", "c"),
    order=("c", "a", "b"),
    tags=("stormy",),
    note="the sky, above all",
    why="learn",
    question=0,
    seed=7,
)


def test_an_answer_comes_back_as_it_was_given(library: Library) -> None:
    kept, new = library.answers.append(SAID)
    assert (kept, new) == (replace(SAID, number=1), True)
    assert library.answers.find("vincent", "ada") == [kept]
    assert library.answers.find("vincent", "bob") == library.answers.find("other") == []


def test_a_question_sent_twice_is_answered_once(library: Library) -> None:
    first, _ = library.answers.append(SAID)
    again, new = library.answers.append(replace(SAID, order=("a", "b", "c")))
    assert (again, new) == (first, False)
    unasked = replace(SAID, question=None, why="free")
    assert [library.answers.append(unasked)[1] for _ in range(2)] == [True, True]
    assert library.answers.append(replace(SAID, who="bob"))[1]
    assert library.answers.append(replace(SAID, seed=8))[1]


def test_the_last_answer_of_a_person_is_taken_back(library: Library) -> None:
    mine, _ = library.answers.append(SAID)
    library.answers.append(replace(SAID, who="bob"))
    assert library.answers.undo("vincent", "ada") == mine
    assert library.answers.undo("vincent", "ada") is None
    assert library.answers.people() == {"bob": 1}


def test_one_persons_answers_are_erased_and_no_others(library: Library) -> None:
    library.add_corpus(Corpus("paul", "painting"))
    for corpus in ("vincent", "paul"):
        for who in ("ada", "bob"):
            library.answers.append(replace(SAID, corpus=corpus, who=who))
    assert library.answers.erase("ada", "paul") == 1
    assert library.answers.people("paul") == {"bob": 1}
    assert library.answers.people() == {"ada": 1, "bob": 2}
    assert library.answers.erase("ada") == 1
    assert library.answers.people() == {"bob": 2}


def test_what_is_erased_is_in_no_file_any_more(library: Library, home: Path) -> None:
    def there(words: bytes) -> bool:
        return any(words in path.read_bytes() for path in home.glob("moxie.sqlite3*"))

    for number in range(40):
        library.answers.append(replace(SAID, question=number, note="a secret of Ada's"))
        library.answers.append(replace(SAID, who="bob", question=number, note="a word of Bob's"))
    assert there(b"a secret of Ada's")
    library.answers.erase("ada")
    assert not there(b"a secret of Ada's")
    assert there(b"a word of Bob's")


def test_several_processes_and_threads_all_get_their_answers_in(
    library: Library, home: Path
) -> None:
    code = """
        import sys
        from dataclasses import replace
        from pathlib import Path

        sys.path.insert(0, sys.argv[3])
        from test_answers import SAID
        from moxie.settings import Settings
        from moxie.store import Library

        with Library.open(Settings(Path(sys.argv[1]))) as library:
            for number in range(20):
                library.answers.append(replace(SAID, who=sys.argv[2], question=number))
    """
    others = [
        subprocess.Popen([sys.executable, "-c", dedent(code), home, who, Path(__file__).parent])
        for who in ("ada", "bob")
    ]

    def here(who: str) -> None:
        with Library.open(Settings(home)) as opened:
            for number in range(20):
                opened.answers.append(replace(SAID, who=who, question=number))

    threads = [Thread(target=here, args=(who,)) for who in ("eve", "eve")]
    for thread in threads:
        thread.start()
    assert [other.wait() for other in others] == [0, 0]
    for thread in threads:
        thread.join()
    assert library.answers.people() == {"ada": 20, "bob": 20, "eve": 20}
    numbers = [said.number for said in library.answers.find()]
    assert numbers == sorted(set(numbers))


def test_features_are_kept_by_what_they_were_made_by(library: Library) -> None:
    rows = {"a": np.array([0.1, -2, 3e20], np.float32), "b": np.zeros(3, np.float32)}
    library.looks.put("vincent", "judges", "eye 1", rows)
    found = library.looks.find("vincent", "judges", "eye 1")
    assert found.keys() == rows.keys()
    assert all(np.array_equal(found[name], rows[name]) for name in rows)
    assert library.looks.find("vincent", "traits", "eye 1") == {}
    library.looks.put("vincent", "judges", "eye 2", {"a": np.ones(2, np.float32)})
    assert library.looks.find("vincent", "judges", "eye 1").keys() == {"b"}
    assert library.looks.find("vincent", "judges", "eye 2")["a"].tolist() == [1, 1]
