"""Opening a store: where it is, what is in the way, and how little it costs."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moxie.errors import BadInput, CannotWrite, Missing, StoreBusy, StoreError
from moxie.settings import Settings
from moxie.store import Library, locks
from moxie.work import Corpus, Work


def pragma(library: Library, name: str) -> object:
    with library._database.reading() as records:
        return records._connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_importing_the_store_is_cheap() -> None:
    code = (
        "import sys; from moxie.store import Library; "
        "print([m for m in ('sqlalchemy', 'alembic', 'cattrs', 'fsspec', 'filelock', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_store_that_is_up_to_date_does_not_need_alembic(library: Library, home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from moxie.store import Library; "
        "from moxie.settings import Settings; Library.open(Settings(Path(sys.argv[1]))).close(); "
        "print([m for m in ('alembic', 'torch', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_sqlite_is_set_up_as_it_should_be(library: Library) -> None:
    assert pragma(library, "journal_mode") == "wal"
    assert pragma(library, "foreign_keys") == 1
    assert pragma(library, "busy_timeout") == 10_000
    assert pragma(library, "synchronous") == 2


def test_a_home_of_any_name_will_do(tmp_path: Path) -> None:
    home = tmp_path / "höme #1 %20 名前" / "deep"
    with Library.open(Settings(home)) as library:
        library.add_corpus(Corpus("a", "painting"))
    assert (home / "moxie.sqlite3").is_file()
    with Library.open(Settings(home)) as library:
        assert library.corpora() == [Corpus("a", "painting")]


def test_database_and_blobs_may_be_elsewhere(
    tmp_path: Path, make_work: Callable[..., Work]
) -> None:
    database = f"sqlite:///{(tmp_path / 'there.db').as_posix()}"
    settings = Settings(tmp_path / "home", database=database, blobs=f"memory://{tmp_path.name}")
    with Library.open(settings) as library:
        library.add_corpus(Corpus("a", "painting"))
        library.add_work("a", make_work(b"x"), b"x")
        assert library.get(make_work(b"x").id) == b"x"
    assert (tmp_path / "there.db").is_file()
    assert not (tmp_path / "home" / "blobs").exists()
    assert not (tmp_path / "home" / "moxie.sqlite3").exists()


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("not a url", "cannot be understood"),
        ("mysql://host/name", "mysql databases are not supported"),
        ("sqlite://", "names no database"),
        ("sqlite:///:memory:", "names no database"),
        ("postgresql://user:secret@host", "names no database"),
    ],
)
def test_databases_that_cannot_be_used_are_said(home: Path, database: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as raised:
        Library.open(Settings(home, database=database))
    assert "secret" not in str(raised.value)


def test_a_missing_driver_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Missing, match="moxie-studio\\[postgres\\]"):
        Library.open(Settings(home, database="postgresql://host/name"))


def test_a_database_that_does_not_answer_is_said_without_the_password(home: Path) -> None:
    pytest.importorskip("psycopg")
    url = "postgresql://user:secret@localhost:1/name?connect_timeout=2"
    with pytest.raises(StoreError, match="cannot be used") as raised:
        Library.open(Settings(home, database=url))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"not a database " * 100, b"SQLite format 3\x00" + b"\x00" * 99]
)
def test_a_file_that_is_no_database_is_said_and_left_alone(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / "moxie.sqlite3").write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Library.open(Settings(home))
    assert (home / "moxie.sqlite3").read_bytes() == content


def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(CannotWrite, match="There is a file where a folder is needed"):
            Library.open(Settings(home))


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="this user may write everywhere"
)
@pytest.mark.parametrize("made_before", [False, True])
def test_a_home_without_permission_is_said(home: Path, *, made_before: bool) -> None:
    home.mkdir()
    if made_before:
        Library.open(Settings(home)).close()
    home.chmod(0o500)
    try:
        with (
            pytest.raises(CannotWrite, match="permission"),
            Library.open(Settings(home)) as library,
        ):
            library.add_corpus(Corpus("a", "painting"))
    finally:
        home.chmod(0o700)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_home_that_refuses_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(CannotWrite, match="full" if code == errno.ENOSPC else "permission"):
        Library.open(Settings(home))


def test_a_database_that_may_only_be_read_is_said(library: Library) -> None:
    with library._database.writing() as records:
        records._connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(CannotWrite, match="may not be written to"):
        library.add_corpus(Corpus("b", "painting"))
    assert library.corpora() == [Corpus("vincent", "painting")]


def test_a_held_lock_keeps_others_out_for_as_long_as_it_is_held(library: Library) -> None:
    with library.lock("corpus-a"):
        with library.lock("corpus-b"), library.lock("corpus-A"):
            pass
        with (
            pytest.raises(StoreBusy, match="at work on corpus-a"),
            library.lock("corpus-a", wait=0.1),
        ):
            raise AssertionError
    with library.lock("corpus-a", wait=0.1):
        pass


def test_a_lock_is_released_when_its_block_fails(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), library.lock("a"):
        raise ZeroDivisionError
    with library.lock("a", wait=0.1):
        pass


def test_lock_names_are_never_paths_and_never_shared() -> None:
    names = ["a/b", "a-b", "a b", "A-B", "../a", "", "con", "x" * 500, "北斎", "\udc80"]
    files = [locks.file_name(name) for name in names]
    assert len(set(files)) == len(names)
    assert all(file.isascii() and len(file) < 64 and "/" not in file for file in files)
