"""Blobs are named by their content, proved by it, and never half there."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from moxie.errors import BadInput, CannotWrite, Missing, StoreError
from moxie.store.blobs import INCOMING, STALE, Blobs, sha256

PLACES = ["folder", "file", "memory"]


@pytest.fixture(params=PLACES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    url = {
        "folder": None,
        "file": (tmp_path / "elsewhere").as_uri(),
        "memory": f"memory://{tmp_path.name}",
    }[request.param]
    return Blobs(tmp_path / "blobs", url)


def files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


@pytest.mark.parametrize("data", [b"", b"a", bytes(range(256)) * 1000])
def test_bytes_come_back(blobs: Blobs, data: bytes) -> None:
    assert not blobs.has(sha256(data))
    name = blobs.put(data)
    assert name == blobs.put(data) == sha256(data)
    assert blobs.get(name) == data
    assert blobs.has(name)


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_what_is_not_there_is_missing(blobs: Blobs, name: str) -> None:
    blobs.put(b"a")
    assert not blobs.has(name)
    with pytest.raises(Missing):
        blobs.get(name)


def test_each_blob_is_two_folders_deep(tmp_path: Path) -> None:
    name = Blobs(tmp_path).put(b"a")
    assert files(tmp_path) == [f"{name[:2]}/{name[2:4]}/{name}"]


def test_a_url_leaves_the_home_alone(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs", (tmp_path / "else where #1").as_uri())
    name = blobs.put(b"a")
    assert not (tmp_path / "blobs").exists()
    assert len(list(tmp_path.rglob(name))) == 1


@pytest.mark.parametrize("damage", [b"", b"b", b"a longer one"])
def test_damage_is_found_and_mended_by_storing_again(tmp_path: Path, damage: bytes) -> None:
    blobs = Blobs(tmp_path)
    name = blobs.put(b"a")
    next(tmp_path.rglob(name)).write_bytes(damage)
    with pytest.raises(StoreError, match=f"damaged: {name}"):
        blobs.get(name)
    blobs.put(b"a")
    assert blobs.get(name) == b"a"


def test_damage_elsewhere_is_found_too(tmp_path: Path) -> None:
    import fsspec

    url = f"memory://{tmp_path.name}"
    name = Blobs(tmp_path, url).put(b"a")
    memory = fsspec.filesystem("memory")
    [path] = memory.find(url)
    memory.pipe_file(path, b"b")
    with pytest.raises(StoreError, match="damaged"):
        Blobs(tmp_path, url).get(name)


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    blobs = Blobs(tmp_path)
    old = blobs.put(b"old")
    with monkeypatch.context() as patched:

        def full(*_args: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr(os, call, full)
        with pytest.raises(CannotWrite, match="The disk is full"):
            blobs.put(b"new")
    assert blobs.get(old) == b"old"
    assert not blobs.has(sha256(b"new"))
    assert len(files(tmp_path)) == 1
    assert blobs.get(blobs.put(b"new")) == b"new"


def test_an_unreadable_blob_is_said(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = sha256(b"a")
    (tmp_path / name[:2] / name[2:4] / name).mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be read"):
        blobs.get(name)


def test_what_killed_processes_left_is_swept(tmp_path: Path) -> None:
    Blobs(tmp_path)
    old, young = tmp_path / INCOMING / ".old.part", tmp_path / INCOMING / ".young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    before = time.time() - STALE - 60
    os.utime(old, (before, before))
    Blobs(tmp_path)
    assert (old.exists(), young.exists()) == (False, True)


def test_addresses_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be understood"):
        Blobs(tmp_path, "nonsense://there")
