"""`moxie labels` on files of every kind, and labels on what the other verbs hand out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelled_files import MAKE, picture
from moxie import Studio
from moxie.cli import run
from moxie.rights import labels
from moxie.rights.labels import MADE, Label, visible
from toy import Toy


def said(
    capsys: pytest.CaptureFixture[str], *argv: str
) -> tuple[int, dict[str, dict[str, object]]]:
    code = run(["labels", *argv, "--json"])
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    return code, {Path(one["path"]).name: one for one in facts["files"]}


def test_every_kind_of_file_is_looked_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    for suffix, make in MAKE.items():
        data = labels.write(make(), suffix, Label(MADE, produce_id="77"))
        (tmp_path / f"a{suffix}").write_bytes(data)
    code, found = said(capsys, *map(str, sorted(tmp_path.glob("a.*"))))
    assert code == 0
    assert {one["status"] for one in found.values()} == {"one"}
    assert {one["source"] for one in found.values()} == {MADE}
    assert len(found) == len(MAKE)
    assert not home.exists()  # no store is made for that


def test_the_format_is_known_by_the_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in sorted(set(MAKE) - {".txt", ".md"}):
        data = labels.write(MAKE[suffix](), suffix, Label(MADE))
        (tmp_path / f"as{suffix}.bin").write_bytes(data)
    code, found = said(capsys, *map(str, tmp_path.glob("*.bin")))
    assert code == 0
    assert {one["status"] for one in found.values()} == {"one"}


def test_what_is_not_well_ends_with_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(MAKE[".png"]()[:40])
    (tmp_path / "plain.jpg").write_bytes(MAKE[".jpg"]())
    (tmp_path / "other.bin").write_bytes(b"\0\1\2")
    code, found = said(
        capsys, *(str(tmp_path / n) for n in ("broken.png", "plain.jpg", "not.there"))
    )
    assert code == 2
    assert [one["status"] for one in found.values()] == ["unreadable", "none", "unreadable"]
    assert said(capsys, str(tmp_path / "other.bin"))[0] == 0
    assert run(["labels"]) == 2
    assert run(["labels", str(tmp_path / "broken.png"), "--language", "zh"]) == 2
    assert "读不了" in capsys.readouterr().out


def test_there_is_no_remover() -> None:
    from moxie.cli.commands import VERBS

    assert not [verb.name for verb in VERBS if "remove" in verb.name or "strip" in verb.name]
    assert not [name for name in labels.__all__ if "remove" in name or "strip" in name]


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy's rows can also be written, and are kept, as pictures."""
    plain_read, plain_write = Toy.read, Toy.write

    def write(self: Toy, row: tuple[int, ...], suffix: str = "") -> bytes:
        if suffix != ".png":
            return plain_write(self, row, suffix)
        out = io.BytesIO()
        Image.new("RGB", (300, 200), (len(row), sum(row) % 256, 90)).save(out, "PNG")
        return out.getvalue()

    monkeypatch.setattr(Toy, "write", write)
    monkeypatch.setattr(Toy, "read", plain_read)


def test_creations_are_labelled_and_the_record_says_so(
    toy: Path, beads: Path, pictures: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOXIE_PRODUCER", "00119111")
    with Studio() as studio:
        [made] = studio.run(beads, n=1, out=tmp_path / "out", also=[".png"]).creations
        assert studio.labels(made.also[0])[0].well
    found = labels.read(made.also[0].read_bytes(), ".png")
    assert (found.status, found.source) == ("one", MADE)
    assert found.aigc[0]["ContentProducer"] == "00119111"
    assert found.aigc[0]["ProduceID"] == made.creation.id
    files = json.loads(made.path.with_suffix(".json").read_text("utf-8"))["files"]
    assert files[made.also[0].name]["label"] == {"digitalSourceType": MADE, "aigc": True}
    assert files[made.path.name]["label"] is None


@pytest.mark.parametrize("size", [(512, 384), (120, 900), (40, 40)])
def test_a_visible_label_is_high_enough_and_changes_nothing_else(size: tuple[int, int]) -> None:
    before = np.full((size[1], size[0], 3), (40, 90, 140), np.uint8)
    out = io.BytesIO()
    Image.fromarray(before).save(out, "PNG")
    with Image.open(io.BytesIO(visible.stamp(out.getvalue()))) as image:
        after = np.asarray(image)
    white = (after > 200).all(-1)
    rows = np.flatnonzero(white.any(1))
    assert rows[-1] - rows[0] + 1 >= 0.05 * min(size)
    changed = np.argwhere((before != after).any(-1))
    assert (changed[:, 0].min() > size[1] / 2) or min(size) < 50
    assert (changed.max(0) - changed.min(0) < 0.5 * min(size)).all() or min(size) < 50
    assert 0 < len(changed) < 0.05 * before[..., 0].size or min(size) < 50


def test_a_visible_label_leaves_a_picture_in_its_lossless_form() -> None:
    from types import SimpleNamespace
    from typing import Any

    from moxie.arts.painting import Painting
    from moxie.flow.export import lossless_suffix
    from moxie.studio.publishing import seen

    stored = Painting().write(np.full((90, 120, 3), 128, np.uint8))
    desk: Any = SimpleNamespace(art=Painting())
    data = seen(desk, lambda _creation: stored)("a")
    assert data != stored
    assert lossless_suffix(data, Painting()) == ".png"


def test_pictures_with_other_pixels_take_a_visible_label() -> None:
    for mode in ("L", "RGBA", "P", "1"):
        out = io.BytesIO()
        Image.new(mode, (200, 100)).save(out, "PNG")
        assert visible.stamp(out.getvalue()) != out.getvalue()
    with pytest.raises(Exception, match="damaged"):
        visible.stamp(picture("JPEG"))
