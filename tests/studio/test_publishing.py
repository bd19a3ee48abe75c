"""How files leave: labels before signing, hashed as they are handed out, registered last."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from labelled_files import CONTENT, MAKE
from moxie import Studio
from moxie.errors import CannotWrite
from moxie.rights import labels
from moxie.rights.labels import MADE, Label
from moxie.studio.publishing import Press, Release, press


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 40)).save(out, "PNG")
    return out.getvalue()


def test_steps_go_in_order_and_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    seen: list[tuple[str, bool, bool]] = []

    def watch(step: str, release: Release) -> Release:
        label = labels.read(release.data, ".png").status == "one"
        seen.append((step, label, release.path.exists()))
        return release.noting(**{step: True})

    def sign(release: Release) -> Release:
        sidecar = release.path.with_name("a.png.sig")
        return replace(watch("signed", release), beside=((sidecar, b"signature"),))

    stamped = Press(before=(sign,), after=(lambda release: watch("registered", release),))
    out = tmp_path / "new" / "a.png"
    done = stamped.publish(Release(out, png(), Label(MADE, produce_id="7")))
    assert seen == [("signed", True, False), ("registered", True, True)]
    assert done.facts == {
        "label": {"digitalSourceType": MADE, "aigc": True},
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "signed": True,
        "registered": True,
    }
    assert (tmp_path / "new" / "a.png.sig").read_bytes() == b"signature"


def test_a_step_that_loses_the_label_stops_the_export(tmp_path: Path) -> None:
    stamped = Press(before=(lambda release: replace(release, data=png()),))
    with pytest.raises(CannotWrite, match="label"):
        stamped.publish(Release(tmp_path / "a.png", png(), Label(MADE)))
    assert list(tmp_path.glob("*.png")) == []


def test_a_file_that_reads_back_otherwise_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _path: b"rotten")
    with pytest.raises(CannotWrite, match="reads back otherwise"):
        Press().publish(Release(tmp_path / "a.png", png(), Label(MADE)))


def test_a_format_without_a_place_for_a_label_is_handed_out_as_it_is(tmp_path: Path) -> None:
    done = Press().publish(Release(tmp_path / "a.beads", b"1 2 3", Label(MADE)))
    assert done.facts["label"] is None
    assert (tmp_path / "a.beads").read_bytes() == b"1 2 3"


def test_every_format_goes_through_the_whole_chain(beads: Path, tmp_path: Path) -> None:
    """Labelled, signed, registered: and the label is still there once, in what was written."""
    with Studio() as studio:
        studio.collect(beads, art="toy")
        with studio._desk(None) as desk:
            steps = press(desk)
            for number, (suffix, make) in enumerate(sorted(MAKE.items())):
                path = tmp_path / f"work{suffix}"
                done = steps.publish(
                    Release(path, make(), Label(MADE, produce_id=f"{number:064x}"))
                )
                found = labels.read(path.read_bytes(), suffix)
                assert (found.status, found.source) == ("one", MADE), suffix
                assert CONTENT[suffix](path.read_bytes()) == CONTENT[suffix](make()), suffix
                assert done.facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
                assert done.facts["registered"], suffix
