"""The registry and the records as a studio keeps them, and what happens when they are touched."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from moxie import Studio
from moxie.cli import run
from moxie.errors import CannotWrite, StoreError
from moxie.rights import log
from moxie.rights.receipt import Receipt
from moxie.rights.record import check
from moxie.rights.signing import Ed25519
from moxie.settings import Settings
from moxie.store import Library, atomic
from moxie.studio import recording, registering
from moxie.studio.registering import KEPT, Registrar


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"secret title {n}.txt" for n in range(4)]
    for n, path in enumerate(paths):
        path.write_bytes(b"work %d" % n)
    return paths


def sql(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def rewrite(home: Path, seq: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Change an entry as someone would who knows the format but has no key."""
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        [text] = connection.execute("SELECT entry FROM log WHERE number = ?", (seq,)).fetchone()
        facts = json.loads(text)
        change(facts)
        entry = log.Entry(**facts)
        values = (entry.text(), entry.leaf.hex(), entry.subject, seq)
        connection.execute(
            "UPDATE log SET entry = ?, leaf = ?, subject = ? WHERE number = ?", values
        )


def cli(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_file_is_registered_once_and_its_receipt_is_checked_elsewhere(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, first = cli(capsys, "register", files[0])
    assert (code, first["seq"], first["new"]) == (0, 0, True)
    assert cli(capsys, "register", files[1])[1]["seq"] == 1
    assert cli(capsys, "register", files[0])[1] == {**first, "new": False}
    code, proof = cli(capsys, "prove", files[0])
    assert code == 0
    code, found = cli(capsys, "prove", files[0], "--receipt", proof["receipt"])
    assert (code, found["seq"], found["size"], found["trusted"]) == (0, 0, 2, True)
    there = ("--home", tmp_path / "another")
    code, found = cli(capsys, "prove", files[0], "--receipt", proof["receipt"], *there)
    assert (code, found["trusted"]) == (0, False)
    code, said = cli(capsys, "prove", files[1], "--receipt", proof["receipt"])
    assert (code, "of another file" in said["error"]["message"]) == (2, True)
    code, said = cli(capsys, "prove", files[3])
    assert (code, "is not registered here" in said["error"]["message"]) == (8, True)
    assert run(["register"]) == 2
    assert run(["register", "no such thing"]) == 8


def test_the_log_tells_nothing_and_stays_when_what_is_private_is_deleted(
    studio: Studio, files: list[Path]
) -> None:
    registrar = studio.registry.registrar
    for n, path in enumerate(files):
        hashed = hashlib.sha256(path.read_bytes()).hexdigest()
        registrar.register("work", hashed, {"title": path.name, "artist": f"Vincent {n}"})
    registry = registrar.library.registry
    public = "".join(map(str, registry.entries() + registry.checkpoints()))
    assert "secret" not in public
    assert "Vincent" not in public
    entry = log.Entry.read(registry.entries()[2]["entry"])
    kept = registry.particulars(2)
    assert kept is not None
    salt, document = kept
    assert log.commit(bytes.fromhex(salt), document) == entry.commitment
    assert "Vincent 2" in document
    assert registry.forget(2)
    assert registry.particulars(2) is None
    assert studio.registry.audit().whole
    assert studio.registry.receipt(files[2])[0].entry == entry


def test_tampering_in_the_database_is_found_and_nothing_more_is_added(
    home: Path, files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with Studio() as studio:
        for path in files:
            studio.registry.register(path)
    code, found = cli(capsys, "prove")
    assert (code, found["whole"], found["entries"], found["checkpoints"]) == (0, True, 4, 4)
    pristine = (home / "moxie.sqlite3").read_bytes()
    mine = hashlib.sha256(b"mine").hexdigest()

    def tampered(*statements: str) -> str:
        (home / "moxie.sqlite3").write_bytes(pristine)
        sql(home, *statements)
        code, found = cli(capsys, "prove")
        assert (code, found["whole"]) == (6, False)
        return " ".join(found["faults"])

    assert "Entry 1 of the log was rewritten" in tampered("UPDATE log SET leaf='x' WHERE number=1")
    assert "Entry 1 of the log cannot be read" in tampered(
        "UPDATE log SET entry='{}' WHERE number=1"
    )
    other = "UPDATE log SET subject='x' WHERE number=1"
    assert "Entry 1 of the log was rewritten" in tampered(other)
    for told in ("document='x'", "salt='zz'"):
        changed = tampered(f"UPDATE particulars SET {told} WHERE number=2")
        assert "The particulars of entry 2 were changed" in changed
    gone = "DELETE FROM {} WHERE number = {}"
    rest = gone.format("particulars", 3)
    assert "some are gone" in tampered(rest, gone.format("log", 3))
    cut = tampered(rest, gone.format("log", 3), gone.format("checkpoints", 4))
    assert "its end was cut off" in cut
    with Studio() as studio, pytest.raises(StoreError, match="put back from an older copy, or cut"):
        studio.registry.register(files[3])
    (home / "moxie.sqlite3").write_bytes(pristine)
    rewrite(home, 1, lambda facts: facts.update(subject=mine))
    code, found = cli(capsys, "prove")
    assert "first 2 entries are not those that were signed" in " ".join(found["faults"])
    with Studio() as studio, pytest.raises(StoreError, match="changed from outside"):
        studio.registry.receipt(files[0])


@pytest.mark.parametrize("column", ["peaks", "note"])
@pytest.mark.parametrize("value", ["", "zz", "00", "é" * 50])
def test_a_damaged_row_is_said_and_not_built_upon(
    home: Path, files: list[Path], column: str, value: str
) -> None:
    with Studio() as studio:
        studio.registry.register(files[0])
    sql(home, f"UPDATE checkpoints SET {column} = '{value}'")
    with Studio() as studio, pytest.raises(StoreError, match="changed from outside"):
        studio.registry.register(files[1])


def test_a_store_put_back_from_an_older_copy_is_noticed(home: Path, files: list[Path]) -> None:
    with Studio() as studio:
        studio.registry.register(files[0])
    older = (home / "moxie.sqlite3").read_bytes()
    with Studio() as studio:
        studio.registry.register(files[1])
        paper = studio.registry.receipt(files[1], home / "receipt")[1]
    (home / "moxie.sqlite3").write_bytes(older)
    with Studio() as studio:
        with pytest.raises(StoreError, match="The registry has 1 entries, but 2 were signed"):
            studio.registry.register(files[2])
        assert not studio.registry.audit().whole
        (home / KEPT).unlink()
        studio.registry.register(files[2])  # as the sentence says
        assert studio.registry.audit().whole
        assert studio.registry.audit(against=paper).extends is False
    (home / KEPT).write_bytes(b"\xff")
    with Studio() as studio, pytest.raises(StoreError, match="cannot be read"):
        studio.registry.register(files[3])


def test_an_older_checkpoint_must_be_extended(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, other = tmp_path / "older", tmp_path / "other"
    cli(capsys, "register", files[0])
    assert cli(capsys, "prove", "--out", older)[0] == 0
    cli(capsys, "register", files[1])
    assert cli(capsys, "prove", "--against", older)[1]["extends"] is True
    there = ("--home", tmp_path / "another")
    cli(capsys, "register", files[2], *there)
    cli(capsys, "prove", "--out", other, *there)
    code, said = cli(capsys, "prove", "--against", other)
    assert (code, "not signed by this studio" in said["error"]["message"]) == (2, True)
    code, said = cli(capsys, "prove", "--against", files[0])
    assert (code, "no signed checkpoint" in said["error"]["message"]) == (2, True)


def test_a_clock_turned_back_stops_nothing_and_is_told(
    home: Path, studio: Studio, files: list[Path]
) -> None:
    times = iter(["2026-03-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"])
    registrar = Registrar(
        studio.registry.registrar.library,
        home,
        studio.registry.registrar.open_keys,
        lambda: next(times),
    )
    for path in files[:3]:
        registrar.register("work", hashlib.sha256(path.read_bytes()).hexdigest(), {})
    found = registrar.audit()
    assert (found.faults, found.back) == ((), (1,))


def test_a_full_disk_leaves_the_log_whole(
    home: Path, studio: Studio, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.registry.register(files[0])

    def full(path: Path, _data: bytes, **_rest: Any) -> None:
        raise atomic.cannot_write(OSError(errno.ENOSPC, "full"), path)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write", full)
        with pytest.raises(CannotWrite, match="The disk is full"):
            studio.registry.register(files[1])
    assert studio.registry.audit().whole
    assert studio.registry.register(files[1])[0].seq == 1
    assert studio.registry.register(files[2])[0].seq == 2
    assert studio.registry.audit().whole


def test_many_may_register_at_once(home: Path, studio: Studio) -> None:
    studio.registry.register(home / "moxie.sqlite3")  # the keys are there
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with Library.open(Settings(home)) as library:
                registrar = registering.registrar(library, home)
                for n in range(15):
                    hashed = hashlib.sha256(f"{name} {n}".encode()).hexdigest()
                    registrar.register("work", hashed, {})
                    recording.note(library, "f" * 64, "chosen", {"n": n})
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    threads = [Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = studio.registry.audit()
    assert (found.audit.entries, found.whole) == (46, True)
    lines = studio.registry.registrar.library.events.chain("f" * 64)
    assert (len(lines), check("f" * 64, lines).faults) == (45, ())


def test_a_key_that_was_rotated_or_revoked_still_counts_for_what_it_signed(
    studio: Studio, files: list[Path]
) -> None:
    registrar = studio.registry.registrar
    registrar.register("work", hashlib.sha256(b"1").hexdigest(), {})
    [old] = registrar.publics()
    registrar.keys.rotate("statements")
    entry = registering.revoked(registrar, old, "lost")
    assert (entry.kind, entry.subject) == ("revocation", hashlib.sha256(old).hexdigest())
    assert len(registrar.publics()) == 2
    assert registrar.audit().faults == ()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_an_outside_stamp_is_taken_in_and_checked(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rfc3161_client")
    cli(capsys, "register", files[0])
    cli(capsys, "prove", "--out", tmp_path / "checkpoint")
    roots = authority(tmp_path, "checkpoint", "stamp")
    cli(capsys, "register", files[1])  # the log goes on; the stamp is about what it was
    code, found = cli(capsys, "prove", "--stamp", tmp_path / "stamp")
    assert (code, found["stamped"], found["stamped_at"]) == (0, 1, None)
    code, proof = cli(capsys, "prove", files[0])
    paper = Receipt.read(Path(proof["receipt"]).read_bytes())
    assert paper.stamp == (tmp_path / "stamp").read_bytes()
    assert paper.note == (tmp_path / "checkpoint").read_text()  # the one that was dated
    code, found = cli(capsys, "prove", "--stamp", tmp_path / "stamp", "--roots", roots)
    assert (code, found["stamped"], found["stamped_at"][:2]) == (0, 1, "20")
    words = ("prove", files[0], "--receipt", proof["receipt"], "--roots", roots)
    assert cli(capsys, *words)[1]["stamped_at"] == found["stamped_at"]
    cli(capsys, "prove", files[1])  # not under that checkpoint
    unstamped = str(registering.file_receipt(files[1]))
    assert run(["prove", str(files[1]), "--receipt", unstamped, "--roots", str(roots)]) == 2
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "other").write_bytes(b"other")
    foreign = authority(tmp_path / "else", "other", "stamp")
    code, said = cli(capsys, "prove", "--stamp", tmp_path / "stamp", "--roots", foreign)
    assert (code, "The time stamp is not valid" in said["error"]["message"]) == (2, True)
    code, said = cli(capsys, "prove", "--stamp", tmp_path / "else" / "stamp")
    assert (code, "not about any checkpoint" in said["error"]["message"]) == (2, True)
    broken = tmp_path / "broken"
    broken.write_bytes((tmp_path / "stamp").read_bytes()[:-20])
    code, said = cli(capsys, "prove", "--stamp", broken, "--roots", roots)
    assert (code, "The time stamp is not valid" in said["error"]["message"]) == (2, True)


def authority(folder: Path, data: str, out: str) -> Path:
    """A time-stamping authority of the test's own, by openssl; returns its root."""
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\n"
        "signer_key = key.pem\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\n"
        "digests = sha256\ness_cert_id_alg = sha256\n"
    )
    (folder / "serial").write_text("01")
    (folder / "ext").write_text(
        "extendedKeyUsage = critical,timeStamping\nbasicConstraints = CA:FALSE\n"
        "keyUsage = critical,digitalSignature\nsubjectKeyIdentifier = hash\n"
        "authorityKeyIdentifier = keyid\n"
    )
    new = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj"
    for words in (
        f"{new} /CN=root -x509 -days 30 -keyout ca.key -out ca.pem "
        "-addext keyUsage=critical,keyCertSign",
        f"{new} /CN=tsa -keyout key.pem -out tsa.csr",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext "
        "-out tsa.pem",
        f"ts -query -data {data} -sha256 -cert -out query",
        f"ts -reply -config tsa.cnf -queryfile query -out {out}",
    ):
        done = subprocess.run(
            ["openssl", *words.split()], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return folder / "ca.pem"


def test_the_signer_of_a_receipt_is_who_the_keys_say(home: Path, files: list[Path]) -> None:
    """A log signed by a key that is not the studio's is not taken for its own."""
    with Studio() as studio:
        registrar = studio.registry.registrar
        studio.registry.register(files[0])
        stranger = Ed25519.generate("stranger")
        note = registrar.library.registry.last_checkpoint()
        assert note is not None
        signed = log.checkpoint.read(note["note"])
        forged = log.checkpoint.sign(signed.origin, 1, signed.root, [stranger])
        sql(home, f"UPDATE checkpoints SET note = '{forged}'")
        assert not studio.registry.audit().whole
        with pytest.raises(StoreError):
            studio.registry.register(files[1])
