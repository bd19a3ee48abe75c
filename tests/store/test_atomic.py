"""Files are whole or absent, and every refusal of the disk is a sentence."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from moxie.errors import CannotWrite
from moxie.store import atomic


def refuse(code: int):
    def call(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    return call


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "名前 ü.bin"
    atomic.write(path, b"old")
    atomic.write(path, b"new" * 100_000)
    assert path.read_bytes() == b"new" * 100_000
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:3]))
    atomic.write(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_it_reaches_the_disk_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen, fsync = tmp_path / "a", [], os.fsync

    def watch(handle: int) -> None:
        seen.append((stat.S_ISDIR(os.fstat(handle).st_mode), path.exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    atomic.write(path, b"data")
    folders = [(True, True)] if os.name == "posix" else []
    assert seen == [(False, False), *folders]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        atomic.write(tmp_path / "a", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("call", ["write", "fsync", "open"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "The disk is full: "),
        (errno.EACCES, "There is no permission to write "),
        (errno.EROFS, "There is no permission to write "),
        (errno.EIO, "could not be written: "),
    ],
)
def test_a_refusal_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, said: str
) -> None:
    path = tmp_path / "a"
    atomic.write(path, b"old")
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refuse(code))
        with pytest.raises(CannotWrite, match=said) as raised:
            atomic.write(path, b"new")
    assert str(path) in str(raised.value)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a"]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic.write(tmp_path / "a", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="could not be written"):
        atomic.write(tmp_path / "nowhere" / "a", b"")


def test_folders_are_made_once_and_deep(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c"
    assert atomic.make_folder(folder) == atomic.make_folder(folder) == folder
    assert folder.is_dir()


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(CannotWrite, match="There is a file where a folder is needed"):
            atomic.make_folder(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_truly_full_device_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def onto_full(path: object, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(atomic.PART):
            return real("/dev/full", os.O_WRONLY)
        return real(str(path), flags, mode)

    monkeypatch.setattr(os, "open", onto_full)
    with pytest.raises(CannotWrite, match="The disk is full"):
        atomic.write(tmp_path / "a", b"new")
