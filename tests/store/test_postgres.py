"""The same store on PostgreSQL, where its programs are installed: a server of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import numpy as np
import pytest
from sqlalchemy import text
from test_listing import check_listing

from moxie.errors import Missing, StoreTooNew
from moxie.settings import Settings
from moxie.store import Library
from moxie.store.market import Change, Kept
from moxie.store.registry import Line, Tip
from moxie.store.schema import VERSION_TABLE
from moxie.work import Answered, Corpus, Creation, Rights, Run, Work

pytestmark = pytest.mark.slow


def find(program: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, places), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip("PostgreSQL's programs are not installed")
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A throw-away server on a socket of its own; PostgreSQL refuses to be run by root."""
    pytest.importorskip("psycopg")
    if os.name != "posix":
        pytest.skip("the throw-away server listens on a socket file")
    initdb, control = find("initdb"), find("pg_ctl")
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="moxie-pg-") as folder:
        if user:
            shutil.chown(folder, user)

        def call(*words: str) -> None:
            quiet = subprocess.DEVNULL
            subprocess.run(words, check=True, user=user, cwd=folder, stdout=quiet, stderr=quiet)

        data, log = f"{folder}/data", f"{folder}/log"
        call(initdb, "-D", data, "-A", "trust", "-U", "moxie", "-N", "--locale=C.UTF-8")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        call(control, "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield folder
        finally:
            call(control, "-D", data, "-w", "-m", "immediate", "stop")


@pytest.fixture
def settings(server: str, home: Path, tmp_path: Path) -> Iterator[Settings]:
    """A database of the test's own."""
    import psycopg

    name = f"{tmp_path.name} ü"
    with psycopg.connect(host=server, user="moxie", dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    url = f"postgresql://moxie@/{quote(name)}?host={server}"
    return Settings(home, database=url, blobs=f"memory://{tmp_path.name}")


def test_the_nouns_are_kept(
    settings: Settings,
    make_work: Callable[..., Work],
    make_creation: Callable[..., Creation],
    run: Run,
) -> None:
    odd = "北斎 '; -- \\ %"
    with Library.open(settings) as library:
        library.add_corpus(Corpus("vincent", "painting"))
        library.add_corpus(Corpus("vincent", "painting"))
        library.add_corpus(Corpus(odd, "painting"))
        work = make_work(b"a", title="nul \x00 and \udc80")
        assert library.add_work("vincent", work, b"a")
        assert not library.add_work("vincent", make_work(b"a", "own"), b"a")
        library.save(odd, "rights", Rights())
        library.save(odd, "rights", Rights("own"))
        library.add_run(run)
        for n in (5, 4, 3):
            library.add_creation(make_creation(b"%d" % n, n), b"%d" % n)
            library.add_creation(make_creation(b"%d" % n, n), b"%d" % n)
        with pytest.raises(Missing):
            library.works("a\x00b")
    with Library.open(settings) as again:
        assert {corpus.name for corpus in again.corpora()} == {"vincent", odd}
        [kept] = again.works("vincent")
        assert (kept.title, kept.rights) == (work.title, Rights("own"))
        assert again.load(odd, "rights", Rights) == Rights("own")
        assert again.runs("vincent") == [run]
        assert [creation.index for creation in again.creations("run-1")] == [5, 4, 3]
        assert again.creation(make_creation(b"4", 4).id[:9]).index == 4
        again.remove_work("vincent", work.id)
        assert again.works("vincent") == []


def test_answers_and_features_are_kept(
    settings: Settings, make_creation: Callable[..., Creation], run: Run
) -> None:
    said = Answered(
        0, "vincent", "安", "pick", "2026-01-01", ("a", "b"), ("b",), note="天", question=0
    )
    rows = {"a": np.array([0.5, -2], np.float32)}
    with Library.open(settings) as library:
        library.add_corpus(Corpus("vincent", "painting"))
        library.add_run(run)
        assert library.extent("vincent") == (0, 0)
        library.add_creation(make_creation(b"5", 5), b"5")
        assert library.extent("vincent") == (1, 1)
        kept, new = library.answers.append(said)
        assert (kept, new) == (replace(said, number=1), True)
        assert library.answers.append(replace(said, order=("a",))) == (kept, False)
        assert library.answers.append(replace(said, question=None))[1]
        assert library.answers.find("vincent", "安")[0] == kept
        library.looks.put("vincent", "judges", "eye", rows)
        library.looks.put("vincent", "judges", "eye", rows)
        assert library.looks.find("vincent", "judges", "eye")["a"].tolist() == [0.5, -2]
        assert library.answers.undo("vincent", "安") is not None
        assert library.answers.erase("安") == 1
        assert library.answers.people() == {}


def test_pages_are_read(
    settings: Settings,
    make_work: Callable[..., Work],
    make_creation: Callable[..., Creation],
    run: Run,
) -> None:
    with Library.open(settings) as library:
        library.add_corpus(Corpus("vincent", "painting"))
        check_listing(library, make_work, make_creation, run)


def test_many_may_open_and_write_at_once(
    settings: Settings, make_work: Callable[..., Work]
) -> None:
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            with Library.open(Settings(settings.home / name, "en", settings.database)) as library:
                library.add_corpus(Corpus("shared", "painting"))
                for n in range(20):
                    data = f"{name} {n}".encode()
                    library.add_work("shared", make_work(data), data)
                    library.save("shared", "last", make_work(data))
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    threads = [Thread(target=write, args=(name,)) for name in ("a", "b", "c")]  # as on 3 machines
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Library.open(settings) as library:
        assert len(library.works("shared")) == 60


def test_a_newer_store_is_refused(settings: Settings) -> None:
    with Library.open(settings) as library, library._database.writing() as records:
        records._connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreTooNew):
        Library.open(settings)


def test_the_registry_and_the_market_hold_when_many_write_at_once(settings: Settings) -> None:
    """No two entries share a place, no step is lost, and no decision is made over old facts."""
    failures: list[BaseException] = []
    work = "f" * 64

    def line(tip: Tip) -> Line:
        return Line(work, "leaf", str(tip.size), "salt", "{}", "peaks", "note")

    def step(last: str | None) -> tuple[int, str]:
        place = 0 if last is None else int(last) + 1
        return place, str(place)

    def write(name: str) -> None:
        try:
            with Library.open(Settings(settings.home / name, "en", settings.database)) as library:
                for n in range(10):
                    library.registry.append(line)
                    library.events.append(work, step)
                    library.market.change(work, partial(one_more, f"{name}{n}"))
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    def one_more(name: str, kept: list[Kept]) -> Change:
        return Change([Kept(name, work, "draft", str(len(kept)))], [(name, 0, "maker", "EUR", 5)])

    threads = [Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    whole = list(range(30))
    with Library.open(settings) as library:
        entries = library.registry.entries()
        assert [(row["number"], row["entry"]) for row in entries] == [(n, str(n)) for n in whole]
        assert library.events.chain(work) == [str(n) for n in whole]
        counted = sorted(int(kept.document) for kept in library.market.licenses(work))
        assert counted == whole  # each saw all before it
        assert len(library.market.postings()) == 30
