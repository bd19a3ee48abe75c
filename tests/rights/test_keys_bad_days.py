"""Keys on bad days: lost, damaged, swapped, under a passphrase, a full disk, a wrong clock."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from moxie.errors import BadInput, CannotWrite, Missing
from moxie.store import atomic

DAY = timedelta(days=1)


def write(path: Path, data: bytes, mode: int) -> None:
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)


def test_a_clock_turned_back_is_noticed(ring, clock):
    kept = ring()
    kept.credential()
    clock.at -= DAY
    for act in (kept.credential, kept.signer, lambda: kept.rotate("leaf")):
        with pytest.raises(BadInput, match="turned back"):
            act()
    assert len(kept.keys) == 3


def test_a_lost_key_is_said_and_replaced_by_rotating(ring, tmp_path):
    kept = ring()
    leaf = kept.credential().key
    (tmp_path / "keys" / leaf.file).unlink()
    with pytest.raises(Missing, match=r"is lost.*moxie keys rotate leaf"):
        ring().credential()
    kept.rotate("leaf")
    assert kept.credential().key.id != leaf.id
    root = next(key for key in kept.keys if key.kind == "root")
    (tmp_path / "keys" / root.file).unlink()
    assert kept.credential().key.issuer == leaf.issuer  # a root may well be kept elsewhere
    with pytest.raises(Missing, match="moxie keys rotate root"):
        kept.rotate("intermediate")
    kept.rotate("root")
    assert len(x509.load_pem_x509_certificates(kept.anchors())) == 2


def test_a_failed_rotation_changes_nothing(ring, tmp_path):
    kept = ring()
    leaf = kept.credential().key
    root = next(key for key in kept.keys if key.kind == "root")
    (tmp_path / "keys" / root.file).unlink()
    with pytest.raises(Missing):
        kept.rotate("intermediate")
    assert kept.credential().key == leaf
    assert ring().credential().key == leaf


@pytest.mark.parametrize("passphrase", ["correct horse", "密码 短语"])
def test_a_passphrase_is_needed_and_must_be_the_one(ring, tmp_path, passphrase):
    kept = ring(passphrase)
    signer = kept.signer()
    [file] = (tmp_path / "keys").glob("*.pem")
    assert b"ENCRYPTED" in file.read_bytes()
    assert ring(passphrase).signer().public == signer.public
    assert ring().keys == kept.keys  # what is public can be read without it
    with pytest.raises(BadInput, match="MOXIE_PASSPHRASE"):
        ring().signer()
    with pytest.raises(BadInput, match="does not open"):
        ring("wrong").signer()


def test_no_key_is_made_in_the_open_beside_hidden_ones(ring, tmp_path):
    ring("secret").credential()
    for passphrase, why in ((None, "MOXIE_PASSPHRASE"), ("wrong", "does not open")):
        with pytest.raises(BadInput, match=why):
            ring(passphrase).signer()  # which needs none of the keys that there are
    assert len(ring().keys) == 3
    ring("secret").signer()
    files = list((tmp_path / "keys").glob("*.pem"))
    assert len(files) == 4
    assert all(b"ENCRYPTED" in file.read_bytes() for file in files)


def test_the_passphrase_is_changed_for_all_keys_or_none(ring, tmp_path):
    kept = ring()
    signer, leaf = kept.signer(), kept.credential().key
    kept.protect("new one")
    assert kept.signer().public == signer.public
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 4
    with pytest.raises(BadInput, match="MOXIE_PASSPHRASE"):
        ring().credential()
    assert ring("new one").credential().key.id == leaf.id

    calls: list[Path] = []

    def failing(path: Path, data: bytes, mode: int) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "full")
        write(path, data, mode)

    with pytest.raises(OSError, match="full"):
        ring("new one", failing).protect(None)
    assert ring("new one").credential().key.id == leaf.id
    assert ring("new one").signer().public == signer.public
    ring("new one").protect(None)
    assert ring().signer().public == signer.public


def test_a_full_disk_leaves_no_half_made_keys(ring, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(atomic.os, "write", full)
    with pytest.raises(CannotWrite, match="disk is full"):
        ring().credential()
    monkeypatch.undo()
    assert list((tmp_path / "keys").iterdir()) == []
    assert ring().credential().key.kind == "leaf"


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_disk_that_fills_up_between_keys_leaves_something_usable(ring, tmp_path, after):
    calls: list[Path] = []

    def failing(path: Path, data: bytes, mode: int) -> None:
        if len(calls) == after:
            raise OSError(errno.ENOSPC, "full")
        calls.append(path)
        write(path, data, mode)

    with pytest.raises(OSError, match="full"):
        ring(write=failing).credential()
    assert ring().credential().key.kind == "leaf"


def test_a_damaged_keyring_is_never_made_anew(ring, tmp_path):
    ring().credential()
    path = tmp_path / "keys" / "keyring.json"
    good = path.read_text()
    facts = json.loads(good)
    first = facts["keys"][0]
    for bad in (
        "",
        "{",
        "[]",
        good[:-40],
        json.dumps({**facts, "version": 2}),
        json.dumps({**facts, "keys": [{**first, "id": "../../etc/passwd"}]}),
        json.dumps({**facts, "keys": [{**first, "kind": "queen"}]}),
        json.dumps({**facts, "keys": [{**first, "folding": "../x"}]}),
        json.dumps({**facts, "keys": [{**first, "made_at": "2026-11-28T12:00:00"}]}),
        json.dumps({**facts, "keys": [{**first, "issuer": first["id"]}]}),
        json.dumps({**facts, "keys": [{**first, "certificate": facts["keys"][1]["certificate"]}]}),
    ):
        path.write_text(bad)
        with pytest.raises(BadInput, match="damaged"):
            ring()
        assert path.read_text() == bad
    path.unlink()
    with pytest.raises(BadInput, match="is gone, but keys are there"):
        ring()
    path.write_text(good)
    assert len(ring().keys) == 3


def test_a_private_key_put_in_anothers_place_is_refused(ring, tmp_path):
    kept = ring()
    leaf = kept.credential().key
    root = next(key for key in kept.keys if key.kind == "root")
    data = (tmp_path / "keys" / root.file).read_bytes()
    (tmp_path / "keys" / leaf.file).write_bytes(data)
    with pytest.raises(BadInput, match="holds another key"):
        ring().credential()
    (tmp_path / "keys" / leaf.file).write_bytes(b"not a key")
    with pytest.raises(BadInput, match="does not open"):
        ring().credential()


def test_threads_make_one_chain(ring):
    kept = ring()
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(kept.credential().key.id)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(kept.keys) == 3


PROCESS = """
import sys
from pathlib import Path
from moxie.rights.keys import Keyring
from moxie.store import atomic, locks
home = Path(sys.argv[1])
def write(path, data, mode):
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)
ring = Keyring.open(home / "keys", write=write, lock=lambda: locks.hold(home, "keys", wait=30))
sys.stdin.readline()
print(ring.credential().key.id)
"""


def test_processes_that_start_together_make_one_chain(tmp_path):
    command = [sys.executable, "-c", PROCESS, str(tmp_path)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    names = {process.communicate(timeout=60)[0].strip() for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(names) == 1
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 3
