"""Restoring paintings through the studio: nothing else changes, and all of it is told."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moxie import Studio
from moxie.arts.painting import codec
from moxie.arts.painting.examples import examples
from moxie.arts.painting.restoration import scan
from moxie.arts.painting.restoration.damage import damage
from moxie.arts.painting.restoration.kinds import Kind
from moxie.arts.painting.restoration.scan import Scan
from moxie.errors import BadInput, UnreadableWork
from moxie.rights import labels


def canvas(kind: type[np.unsignedinteger] = np.uint8, channels: int = 3) -> np.ndarray:
    rows, columns = np.mgrid[:72, :80]
    waves = np.stack([np.sin(rows / (3 + i)) * np.cos(columns / (5 + i)) for i in range(channels)])
    return ((waves.transpose(1, 2, 0) / 2 + 0.5) * np.iinfo(kind).max).astype(kind)


@pytest.fixture
def studio() -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    path = tmp_path / "torn.png"
    path.write_bytes(scan.write(Scan(canvas()), ".png"))
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return painted(tmp_path / "mask.png", slice(30, 34), slice(10, 60))


def painted(path: Path, *box: slice, size: tuple[int, int] = (72, 80)) -> Path:
    plane = np.zeros(size, np.uint8)
    plane[box] = 255
    Image.fromarray(plane).save(path)
    return path


def test_a_painting_is_restored_without_any_corpus(
    studio: Studio, torn: Path, mask: Path, tmp_path: Path
) -> None:
    before = torn.read_bytes()
    out = tmp_path / "new" / "whole.tif"
    done = studio.restore(torn, out, region=mask)
    assert (done.exact, done.notes) == (True, ())
    assert torn.read_bytes() == before
    hole = np.zeros((72, 80), bool)
    hole[30:34, 10:60] = True
    whole = scan.read(out.read_bytes(), "out")
    assert np.array_equal(whole.pixels[~hole], canvas()[~hole])
    assert done.share == pytest.approx(hole.mean())
    assert np.array_equal(np.asarray(Image.open(done.mask or "")) > 0, hole)
    sure = np.asarray(Image.open(done.confidence or ""))
    assert (sure[~hole] == 255).all()
    assert sure[hole].max() < 255
    page = (done.page or out).read_text("utf-8")
    assert "script" not in page
    assert page.count("data:image/jpeg") == 3
    record = json.loads(done.record.read_text("utf-8"))
    assert record["restored"] is True
    assert record["input"]["sha256"] == hashlib.sha256(before).hexdigest()
    assert record["region"]["share"] == pytest.approx(hole.mean())
    assert sum(region["pixels"] for region in record["regions"]) == hole.sum()
    assert str(tmp_path) not in done.record.read_text("utf-8")
    found = labels.read(out.read_bytes(), ".tif")
    assert (found.status, found.source) == ("one", "compositeWithTrainedAlgorithmicMedia")


@pytest.mark.slow
def test_works_of_a_corpus_help_and_are_counted(studio: Studio, torn: Path, tmp_path: Path) -> None:
    for number in range(2):
        Image.fromarray(np.roll(canvas(), 20 + number, 1)).resize((160, 144)).save(
            tmp_path / f"work-{number}.png"
        )
    studio.collect(*tmp_path.glob("work-*.png"), corpus="hers", art="painting", rights="own")
    wide = painted(tmp_path / "wide.png", slice(20, 50), slice(20, 50))
    done = studio.restore(torn, tmp_path / "whole.png", region=wide, corpus="hers")
    record = json.loads(done.record.read_text("utf-8"))
    assert record["corpus"] == "hers"
    assert record["corpora"][0]["works"] == 2
    assert record["sources"]
    assert {work for work, _ in record["sources"]} <= {w.id for w in studio.works("hers")}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_depth_opacity_and_size_are_kept(
    studio: Studio, mask: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"deep{suffix}"
    path.write_bytes(scan.write(Scan(canvas(np.uint16, 4), None, (300.0, 300.0)), suffix))
    done = studio.restore(path, tmp_path / f"out{suffix}", region=mask)
    assert done.exact
    whole = scan.read(done.path.read_bytes(), "out")
    assert (whole.pixels.dtype, whole.pixels.shape) == (np.uint16, (72, 80, 4))
    assert np.array_equal(whole.pixels[..., 3], canvas(np.uint16, 4)[..., 3])


def test_a_lossy_file_is_said_to_be_one(
    studio: Studio, torn: Path, mask: Path, tmp_path: Path
) -> None:
    done = studio.restore(torn, tmp_path / "whole.jpg", region=mask)
    assert not done.exact
    assert "only nearly" in str(done.notes[0])


def test_what_cannot_be_is_refused_in_one_sentence(
    studio: Studio, torn: Path, mask: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.png"
    small = painted(tmp_path / "small.png", slice(5), slice(5), size=(40, 40))
    empty = painted(tmp_path / "empty.png", slice(0), slice(0))
    full = painted(tmp_path / "full.png", slice(72), slice(80))
    inverted = painted(tmp_path / "inverted.png", slice(4, 72), slice(80))
    broken = tmp_path / "broken.png"
    broken.write_bytes(torn.read_bytes()[:60])
    refused: list[tuple[Path, Path, object, str]] = [
        (torn, out, small, "must be of one size"),
        (torn, out, empty, "is empty"),
        (torn, out, full, "is the whole picture"),
        (torn, out, inverted, "invert it"),
        (torn, out, broken, "damaged"),
        (broken, out, mask, "damaged"),
        (torn, torn, mask, "written over"),
        (torn, tmp_path / "out.gif", mask, ".gif"),
        (tmp_path / "absent.png", out, mask, "cannot be read"),
    ]
    before = {path: path.read_bytes() for path in (torn, mask)}
    for source, target, region, words in refused:
        with pytest.raises((BadInput, UnreadableWork), match=words) as said:
            studio.restore(source, target, region=str(region))
        assert "\n" not in str(said.value)
    assert before == {path: path.read_bytes() for path in (torn, mask)}
    assert not out.exists()
    beside = tmp_path / "x.mask.png"
    beside.write_bytes(torn.read_bytes())
    with pytest.raises(BadInput, match="written over"):  # it is itself where the mask would go
        studio.restore(beside, tmp_path / "x.tif", region=mask)


def test_a_painting_without_damage_comes_back_untouched(
    studio: Studio, torn: Path, tmp_path: Path
) -> None:
    done = studio.restore(torn, tmp_path / "same.png")
    assert (done.share, done.exact) == (0.0, True)
    assert done.path.read_bytes() == torn.read_bytes()
    assert "nothing was changed" in str(done.notes[0])
    assert json.loads(done.record.read_text("utf-8"))["restored"] is False
    other = studio.restore(torn, tmp_path / "same.tif")
    assert np.array_equal(scan.read(other.path.read_bytes(), "x").pixels, canvas())


@pytest.mark.slow
def test_damage_is_suggested_for_a_person_to_edit(studio: Studio, tmp_path: Path) -> None:
    name, data = next(itertools.islice(examples(), 3, None))
    whole = codec.read(data, name)
    harmed = damage(whole, [Kind.LOSSES], share=0.06, seed=1)
    source = tmp_path / "harmed.png"
    source.write_bytes(codec.write(harmed.picture))
    found = studio.suggest(source, tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()
    mask = np.asarray(Image.open(found.mask)) > 0
    assert mask.shape == whole.shape[:2]
    assert found.share == pytest.approx(mask.mean())
    assert (mask & harmed.mask).sum() > 0.5 * harmed.mask.sum()
    assert sum(found.kinds.values()) == pytest.approx(found.share)


@pytest.mark.slow
def test_what_is_undone_of_the_whole_is_another_file(
    studio: Studio, torn: Path, mask: Path, tmp_path: Path
) -> None:
    plain = studio.restore(torn, tmp_path / "plain.png", region=mask)
    done = studio.restore(torn, tmp_path / "whole.png", region=mask, undo={"fading": 0.5})
    assert done.undone == tmp_path / "whole.undone.png"
    assert done.path.read_bytes()[-4000:] == plain.path.read_bytes()[-4000:]
    assert done.exact
    record = json.loads(done.record.read_text("utf-8"))["undone"]
    assert record["sha256"] == hashlib.sha256(done.undone.read_bytes()).hexdigest()
    assert record["steps"] == [
        {"change": "fading", "amount": 0.5, "strength": done.strengths["fading"]}
    ]
    assert "undone" not in json.loads(plain.record.read_text("utf-8"))


@pytest.mark.parametrize(
    ("undo", "why"),
    [({"vanish": 1.0}, "varnish, fading"), ({"varnish": 0.0}, "over 0"), ({"fading": 2.0}, "2.0")],
)
def test_what_cannot_be_undone_is_refused_before_anything_is_written(
    studio: Studio, torn: Path, mask: Path, tmp_path: Path, undo: dict[str, float], why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        studio.restore(torn, tmp_path / "whole.png", region=mask, undo=undo)
    assert not list(tmp_path.glob("whole*"))
