"""What leaves the studio is signed after it is labelled, and `moxie verify` says what is known."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from moxie import Studio
from moxie.cli import run
from moxie.errors import CannotWrite
from moxie.rights import labels
from moxie.rights.credentials import Ingredient
from moxie.rights.labels import COMPOSITE, MADE, Label
from moxie.store import atomic
from moxie.studio import registering
from moxie.studio.crediting import Stamp
from moxie.studio.publishing import Press, Release
from moxie.studio.verifying import Near, look, verify
from moxie.text import say
from moxie.work import Rights, Work

pytest.importorskip("c2pa")

ID = "ab" * 32
MIDI = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x40\x60\x80\x3c\0\0\xff\x2f\0"


def png(color: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (color, 30, 40)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


@pytest.fixture
def press(studio: Studio, home: Path) -> Press:
    """The steps of a corpus of three works, without the art."""
    works = [
        Work(f"{n:064x}", "painting", "t", "00" * 32, Rights("license", "CC0-1.0"), 1.0)
        for n in range(3)
    ]
    library = SimpleNamespace(works=lambda _name: works)
    desk: Any = SimpleNamespace(home=home, corpus=SimpleNamespace(name="c"), library=library)
    registrar = registering.registrar(studio._library, home)
    return Press((Stamp(desk),), (lambda release: registering.registered(registrar, release),))


def cli(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def answers(facts: dict[str, Any]) -> dict[str, str]:
    return {question: verdict["word"] for question, verdict in facts["verdicts"].items()}


def test_labels_are_readable_after_signing(press: Press, tmp_path: Path) -> None:
    done = press.publish(Release(tmp_path / "a.png", png(), Label(MADE, produce_id=ID)))
    data = (tmp_path / "a.png").read_bytes()
    found = labels.read(data, ".png")
    assert (found.status, found.source) == ("one", MADE)
    assert done.facts["credentials"]["standard"] == "C2PA"
    assert done.facts["credentials"]["inside"] is True
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.getpixel((0, 0)) == (200, 30, 40)


def test_all_that_is_known_of_a_signed_file(
    press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.png"
    press.publish(Release(path, png(), Label(MADE, produce_id=ID)))
    code, facts = cli(capsys, "verify", path)
    assert code == 0
    assert answers(facts) == {
        "intact": "as signed",
        "signer": "trusted",
        "registered": "registered",
        "earliest": "not looked up",
        "labelled": "one",
        "copy": "not looked up",
    }
    assert facts["claims"]["corpus"]["count"] == 3
    assert facts["claims"]["corpus"]["licenses"] == ["license:CC0-1.0"]
    assert facts["claims"]["work"]["id"] == ID
    assert "nobody has certified it" in facts["verdicts"]["signer"]["why"]
    assert run(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    assert "Intact?" in said
    assert "certified" in said


def test_a_file_that_cannot_carry_credentials_has_them_beside(
    press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "a.mid", tmp_path / "b.mid"
    press.publish(Release(one, MIDI, Label(MADE, produce_id=ID)))
    press.publish(Release(two, MIDI, Label(MADE, produce_id="cd" * 32)))
    assert cli(capsys, "verify", one)[0] == 0
    moved = shutil.copy(one, tmp_path / "moved.mid")
    code, facts = cli(capsys, "verify", moved)
    assert (code, answers(facts)["intact"]) == (11, "unsigned")
    assert cli(capsys, "verify", moved, "--sidecar", tmp_path / "a.mid.c2pa")[0] == 0
    code, facts = cli(capsys, "verify", one, "--sidecar", tmp_path / "b.mid.c2pa")
    assert (code, answers(facts)["intact"]) == (10, "changed")
    assert "of another file" in facts["verdicts"]["intact"]["why"]


def test_without_c2pa_a_signed_statement_lies_beside(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr("moxie.rights.credentials.available", lambda: False)
    monkeypatch.setitem(sys.modules, "c2pa", None)
    path = tmp_path / "a.png"
    done = press.publish(Release(path, png(), Label(MADE, produce_id=ID)))
    assert done.facts["credentials"]["standard"] == "DSSE"
    assert (tmp_path / "a.png.dsse.json").is_file()
    code, facts = cli(capsys, "verify", path)
    assert (code, answers(facts)["signer"]) == (0, "trusted")
    path.write_bytes(path.read_bytes() + b"x")
    code, facts = cli(capsys, "verify", path)
    assert (code, answers(facts)["intact"]) == (10, "changed")
    (tmp_path / "a.png.dsse.json").unlink()
    code, facts = cli(capsys, "verify", path)
    assert code == 11
    assert "pip install" in facts["verdicts"]["intact"]["why"]


def test_a_revoked_key_and_what_was_registered_before(
    press: Press, studio: Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, unregistered = tmp_path / "before.png", tmp_path / "unregistered.png"
    press.publish(Release(before, png(1), Label(MADE, produce_id=ID)))
    Press(press.before).publish(Release(unregistered, png(2), Label(MADE, produce_id=ID)))
    key = press.before[0]._engine[1]  # type: ignore[attr-defined]
    assert cli(capsys, "keys", "revoke", key.id[:8])[0] == 2
    code, facts = cli(capsys, "keys", "revoke", key.id[:8], "--reason", "the laptop was stolen")
    assert code == 0
    [revoked] = [one for one in facts["keys"] if one["id"] == key.id]
    assert revoked["reason"] == "the laptop was stolen"
    code, facts = cli(capsys, "verify", unregistered)
    assert (code, answers(facts)["signer"]) == (10, "revoked")
    assert answers(facts)["intact"] == "as signed"
    registrar = registering.registrar(studio._library, studio.settings.home)
    sha256 = cli(capsys, "verify", before)[1]["sha256"]
    entry = registrar.first(sha256)
    assert entry is not None
    ring, early = studio.keys.ring, replace(entry, time="2020-01-01T00:00:00+00:00")
    found = verify_with(studio, before, early)
    assert found["signer"].word == "trusted"
    assert "registered before that" in str(found["signer"].why)
    late = replace(early, seq=10**6)
    assert verify_with(studio, before, late)["signer"].word == "revoked"  # by the log's order
    back = replace(early, back=True)
    assert verify_with(studio, before, back)["signer"].word == "revoked"
    assert ring.find(key.id).revoked_at is not None


def verify_with(studio: Studio, path: Path, entry: Any, near: Any = None) -> Any:
    from moxie.studio import verifying

    registrar = registering.registrar(studio._library, studio.settings.home)
    looks = replace(verifying.looks(registrar), registered=lambda _sha: entry, near=near)
    return verify(path, studio.keys.ring, looks)


def test_others_verify_with_the_root_that_was_exported(
    press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    path, root = tmp_path / "a.png", tmp_path / "root.pem"
    press.publish(Release(path, png(), Label(MADE, produce_id=ID)))
    assert cli(capsys, "keys", "export", "--out", root)[0] == 0
    assert b"PRIVATE" not in root.read_bytes()
    monkeypatch.setenv("MOXIE_HOME", str(tmp_path / "elsewhere"))
    code, facts = cli(capsys, "verify", path)
    assert (code, answers(facts)["signer"]) == (10, "unknown")
    assert answers(facts)["intact"] == "as signed"
    code, facts = cli(capsys, "verify", path, "--trust", root)
    assert (code, answers(facts)["signer"]) == (0, "believed")
    (tmp_path / "none.pem").write_bytes(b"no certificate")
    assert run(["verify", str(path), "--trust", str(tmp_path / "none.pem")]) == 2
    assert run(["keys"]) == 0
    assert not (tmp_path / "elsewhere" / "keys").exists()


def test_earliest_and_near_copies_as_they_are_handed_in(
    press: Press, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    press.publish(Release(path, png(), Label(MADE, produce_id=ID)))
    registrar = registering.registrar(studio._library, studio.settings.home)
    entry = registrar.register("work", "12" * 32, {})
    mine = replace(entry, seq=5)
    near = Near(replace(entry, seq=2), say("Nearly all of it is in another work."))
    found = verify_with(studio, path, mine, lambda _data, _suffix: near)
    assert (found["earliest"].word, found["copy"].word) == ("later", "near-copy")
    assert {verdict.question for verdict in found.faults} == {"earliest", "copy"}
    later = replace(near, entry=replace(entry, seq=9))
    assert verify_with(studio, path, mine, lambda *_: later)["earliest"].word == "first here"
    alone = verify_with(studio, path, mine, lambda *_: None)
    assert (alone["earliest"].word, alone["copy"].word) == ("first here", "none")
    assert alone.faults == ()


def test_label_and_credentials_must_agree(press: Press, studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    press.publish(Release(path, MIDI, Label(MADE, produce_id=ID)))
    other = Stamp(press.before[0]._desk)  # type: ignore[attr-defined]
    release = Release(path, path.read_bytes(), Label(COMPOSITE, produce_id=ID))
    [(place, credentials)] = other(release).beside
    place.write_bytes(credentials)
    found = studio.verify(path)
    assert (found["intact"].answer, found["labelled"].word) == ("yes", "contradiction")


def test_a_restored_work_carries_its_parent(press: Press, studio: Studio, tmp_path: Path) -> None:
    parent = Ingredient("parent-1", "the work as it was", "parentOf", "image/png", b"no picture")
    release = Release(tmp_path / "a.png", png(), Label(COMPOSITE), parents=(parent,), changed=0.125)
    press.publish(release)
    told = studio.verify(tmp_path / "a.png").checked.told
    assert told.actions == ("c2pa.opened", "c2pa.edited")
    assert ("parentOf", "the work as it was") in told.ingredients
    sha256 = hashlib.sha256(b"no picture").hexdigest()
    near = Near(None, say("Nearly all of it is in another work."), frozenset({sha256, "12" * 32}))
    found = verify_with(studio, tmp_path / "a.png", None, lambda *_: near)
    assert (found["copy"].answer, found["copy"].word) == ("yes", "declared")
    assert found.faults == ()
    other = replace(near, files=frozenset({"12" * 32}))
    found = verify_with(studio, tmp_path / "a.png", None, lambda *_: other)
    assert [fault.question for fault in found.faults] == ["copy"]


def test_a_full_disk_while_signing_leaves_no_file(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    plain, written = atomic.write, []

    def full(path: Path, data: bytes, **options: Any) -> None:
        if path.parent == out:
            written.append(path.name)
            if len(written) == 2:
                raise CannotWrite("The disk is full: {path}", path=str(path))
        plain(path, data, **options)

    monkeypatch.setattr("moxie.studio.publishing.atomic.write", full)
    with pytest.raises(CannotWrite, match="full"):
        press.publish(Release(out / "a.mid", MIDI, Label(MADE, produce_id=ID)))
    assert written == ["a.mid.c2pa", "a.mid"]
    assert not (out / "a.mid").exists()
    assert [path.name for path in out.iterdir()] == ["a.mid.c2pa"]


def test_a_signature_that_does_not_verify_is_not_handed_out(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moxie.rights.credentials import Engine, Signed

    sign = Engine.sign
    monkeypatch.setattr(Engine, "sign", lambda *args: Signed(sign(*args).data + b"x"))
    with pytest.raises(CannotWrite, match="does not verify"):
        press.publish(Release(tmp_path / "a.png", png(), Label(MADE)))
    assert not (tmp_path / "a.png").exists()


def test_keys_are_listed_rotated_and_put_under_a_passphrase(
    press: Press, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli(capsys, "keys") == (0, {"keys": []})
    press.publish(Release(tmp_path / "a.png", png(), Label(MADE)))
    before = cli(capsys, "keys")[1]["keys"]
    assert {key["kind"] for key in before} == {"root", "intermediate", "leaf", "statements"}
    code, facts = cli(capsys, "keys", "rotate")
    assert (code, len(facts["keys"])) == (0, len(before) + 2)
    assert cli(capsys, "verify", tmp_path / "a.png")[0] == 0
    assert run(["keys", "frobnicate"]) == 2
    assert run(["keys", "revoke"]) == 2
    assert run(["keys", "export"]) == 2
    monkeypatch.setattr("moxie.cli.rights_verbs.click.prompt", lambda *_a, **_k: "open sesame")
    assert run(["keys", "protect"]) == 0
    assert "open sesame" not in capsys.readouterr().out
    monkeypatch.setattr("moxie.studio.keyring.from_person", lambda: None)
    assert run(["keys", "rotate"]) == 2
    assert "MOXIE_PASSPHRASE" in capsys.readouterr().err
    monkeypatch.setenv("MOXIE_PASSPHRASE", "open sesame")
    assert run(["keys", "rotate"]) == 0
    assert cli(capsys, "verify", tmp_path / "a.png")[0] == 0


def test_odd_files_get_verdicts(studio: Studio, tmp_path: Path, capsys: Any) -> None:
    for name, data in (("a.png", b""), ("b.pdf", b"%PDF-"), ("c", b"\0"), ("d.jpg", png())):
        (tmp_path / name).write_bytes(data)
        assert cli(capsys, "verify", tmp_path / name)[0] in {10, 11}, name
    assert run(["verify"]) == 2
    assert run(["verify", str(tmp_path / "nowhere.png")]) == 2
    assert look(tmp_path / "c", b"\0", studio.keys.ring).found is False
