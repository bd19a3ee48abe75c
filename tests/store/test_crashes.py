"""Killed, crowded or out of room: what was stored stays, and nothing is half there."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from moxie.errors import CannotWrite
from moxie.settings import Settings
from moxie.store import Library
from moxie.work import Corpus, Run, Work

WRITER = """
import hashlib, sys
from pathlib import Path
from moxie.settings import Settings
from moxie.store import Library
from moxie.work import Corpus, Rights, Work

home, name, n = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Library.open(Settings(home)) as library:
    library.add_corpus(Corpus("shared", "painting"))
    for number in range(n):
        data = f"{name} {number} ".encode() * 5000
        id = hashlib.sha256(data).hexdigest()
        work = Work(id, "painting", f"{name} {number}", id, Rights(), 1.0)
        assert library.add_work("shared", work, data)
        library.save("shared", f"last of {name}", work)
        library.put(b"more " + data)
        print(id, flush=True)
"""


def start(home: Path, name: str, n: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-W", "error", "-c", WRITER, str(home), name, str(n)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def blobs(home: Path) -> list[Path]:
    return [path for path in (home / "blobs").rglob("*") if path.is_file()]


def half_made(home: Path) -> list[str]:
    """Blobs whose content is not what their name says; what is incoming is no blob yet."""
    return [
        str(path)
        for path in blobs(home)
        if path.parent.name != ".incoming"
        and hashlib.sha256(path.read_bytes()).hexdigest() != path.name
    ]


@pytest.mark.slow
def test_two_processes_may_make_and_write_one_store_at_once(home: Path) -> None:
    writers = {name: start(home, name, 25) for name in ("a", "b")}
    outputs = {name: writer.communicate(timeout=60) for name, writer in writers.items()}
    assert {name: errors for name, (_, errors) in outputs.items()} == {"a": "", "b": ""}
    said = {line for lines, _ in outputs.values() for line in lines.split()}
    with Library.open(Settings(home)) as library:
        works = library.works("shared")
        assert len(works) == 50
        assert {work.id for work in works} == said
        for name in writers:
            mine = [work.title for work in works if work.title.startswith(name)]
            assert mine == [f"{name} {number}" for number in range(25)]
            last = library.load("shared", f"last of {name}", Work)
            assert last is not None
            assert last.title == f"{name} 24"
    assert half_made(home) == []


@pytest.mark.slow
def test_a_killed_process_loses_nothing_it_said_was_stored(home: Path) -> None:
    said: list[str] = []
    for attempt, lines in enumerate((1, 7, 20)):
        with start(home, f"attempt {attempt}", 100_000) as writer:
            assert writer.stdout is not None
            said += [writer.stdout.readline().strip() for _ in range(lines)]
            writer.kill()  # SIGKILL, or TerminateProcess on Windows: no cleaning up
            said += writer.stdout.read().split()
        assert writer.returncode != 0
        assert half_made(home) == []
        with Library.open(Settings(home)) as library:
            works = library.works("shared")
            assert {work.id for work in works} >= set(said)
            for work in works:
                assert hashlib.sha256(library.get(work.id)).hexdigest() == work.id
            with library._database.reading() as records:
                [check] = records._connection.exec_driver_sql("PRAGMA integrity_check").scalars()
                assert check == "ok"
    assert len(said) >= 28


def test_a_lock_of_a_killed_process_is_free(home: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from moxie.store import locks\n"
        "with locks.hold(Path(sys.argv[1]) / 'locks', 'a', wait=1):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", code, str(home)]
    with Library.open(Settings(home)) as library:
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with (
                pytest.raises(Exception, match="Another process is at work on a"),
                library.lock("a", wait=0.2),
            ):
                raise AssertionError
            holder.kill()
        with library.lock("a", wait=5):
            pass


def test_a_full_disk_leaves_the_database_as_it_was(
    library: Library, home: Path, make_work: Callable[..., Work], run: Run
) -> None:
    library.add_work("vincent", make_work(b"a"), b"a")
    library.add_run(run)

    @event.listens_for(library._database._engine, "begin")
    def no_more_pages(connection) -> None:  # what SQLite itself makes of a disk without room
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    with pytest.raises(CannotWrite, match="The disk is full: the store could not be written"):
        library.save("vincent", "key", make_work(b"a", title="x" * 100_000))
    assert library.load("vincent", "key", Work) is None
    with pytest.raises(CannotWrite, match="The disk is full"):
        library.add_work("vincent", make_work(b"b", title="x" * 100_000), b"b")
    assert [work.title for work in library.works("vincent")] == ["Irises"]
    library.close()
    with Library.open(Settings(home)) as again:
        assert again.run("run-1") == run
        assert again.add_work("vincent", make_work(b"b", title="x" * 100_000), b"b")


def test_an_error_inside_a_transaction_keeps_none_of_it(library: Library) -> None:
    stopped = pytest.raises(ZeroDivisionError)
    with stopped, library._database.writing() as records:
        assert records.add("corpora", name="half", art="painting")
        raise ZeroDivisionError
    assert library.corpora() == [Corpus("vincent", "painting")]
