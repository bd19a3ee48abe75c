"""Marked copies leave, the master stays; the evidence reads the mark again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from moxie import Studio, arts
from moxie.errors import BadInput, StoreError
from moxie.rights import labels, watermark
from moxie.studio import marking
from moxie.text import say
from moxie.work import Choice, Corpus, Creation, Match, Plan, Run
from pictures import paint


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A store with one creation of a painting."""
    data = arts.find("painting").write(paint(1))
    work = tmp_path / "works" / "one.png"
    work.parent.mkdir()
    work.write_bytes(cv2.imencode(".png", paint(2))[1].tobytes())
    with Studio(tmp_path / "home") as opened:
        opened.collect(work.parent, corpus="mine", rights="own")
        add(opened, data)
        yield opened


def add(studio: Studio, data: bytes) -> None:
    library = studio._library
    why = say("it suits")
    choice = Choice("painting/patches", Plan({}, 1.0, why), why)
    library.add_corpus(Corpus("mine", "painting"))
    library.add_run(Run("run", "mine", choice, 0, "done"))
    creation = Creation(
        id=hashlib.sha256(data).hexdigest(),
        run="run",
        seed=0,
        index=0,
        novelty=0.5,
        size=(360, 480),
        nearest=Match("x", 0.1, why),
        flagged=False,
        fidelity=None,
        attempts=1,
        made_at="2026-11-28T12:00:00+00:00",
    )
    library.add_creation(creation, data)


def said(path: Path) -> dict[str, object]:
    """What the record says of a file."""
    record = json.loads(path.with_suffix(".json").read_text("utf-8"))
    facts: dict[str, object] = record["files"][path.name]
    return facts


def test_a_marked_copy_leaves_and_the_master_stays(studio: Studio, tmp_path: Path) -> None:
    [creation] = studio.creations("mine")
    [plain] = studio.export("mine", tmp_path / "master")
    [copy] = studio.export("mine", tmp_path / "copies", suffix=".jpg", watermark=True)
    assert labels.read(copy.path.read_bytes(), ".jpg").status == "one"
    assert said(copy.path)["watermark"] is True
    assert "watermark" not in said(plain.path)
    master, seen = cv2.imread(str(plain.path)), cv2.imread(str(copy.path))
    assert np.array_equal(master[..., ::-1], paint(1))
    assert 34 < watermark.psnr(seen, master) < 42  # JPEG and mark together
    part = np.ascontiguousarray(seen[30:330, 40:440, ::-1])
    bits = marking.agreeing(studio.settings.home, creation.id, part, paint(1))
    assert bits is not None
    assert bits >= watermark.ACCEPTED
    control = np.ascontiguousarray(paint(1)[30:330, 40:440])
    none = marking.agreeing(studio.settings.home, creation.id, control, paint(1))
    assert none is not None
    assert none < watermark.ACCEPTED


@pytest.mark.slow
def test_the_evidence_reads_the_mark(studio: Studio, tmp_path: Path) -> None:
    [copy] = studio.export("mine", tmp_path / "copies", watermark=True)
    stolen = tmp_path / "stolen.jpg"
    stolen.write_bytes(cv2.imencode(".jpg", cv2.imread(str(copy.path))[:, ::-1])[1].tobytes())
    studio.search_copies(stolen, evidence=tmp_path / "case")
    claim = json.loads((tmp_path / "case" / "claim.json").read_text("utf-8"))
    [source] = claim["sources"]
    assert source["kind"] == "creation"
    assert source["facts"]["watermark_bits"] >= 60
    assert (
        source["registered"]["sha256_registered"]
        == hashlib.sha256(copy.path.read_bytes()).hexdigest()
    )
    assert (tmp_path / "case" / "original-1-receipt.json").exists()
    page = (tmp_path / "case" / "evidence.html").read_text("utf-8")
    assert "watermark found in the suspect" in page
    assert "was made with a program" in page


def test_the_secret_is_the_studios_alone(studio: Studio) -> None:
    home = studio.settings.home
    path = home / "keys" / "watermark.key"
    assert marking.agreeing(home, "x", paint(1), paint(1)) is None
    assert not path.exists()  # asking makes none
    secret = marking.secret(home)
    assert path.stat().st_mode & 0o777 == 0o600
    assert marking.secret(home) == secret
    assert len(secret) == 32
    path.write_bytes(b"short")
    with pytest.raises(StoreError, match="secret of the watermarks"):
        marking.secret(home)


def test_only_pictures_can_be_marked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "kind", lambda _data: ".beads")
    with pytest.raises(BadInput, match="Only pictures"):
        studio.export("mine", studio.settings.home / "out", watermark=True)
