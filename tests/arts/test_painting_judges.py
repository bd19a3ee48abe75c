"""The judges of painting: what they see, what they stand on, and what they say of real works."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from moxie.art import Judge
from moxie.arts.painting import Painting, codec, judges
from moxie.arts.painting.descriptor import describe
from moxie.arts.painting.judges import HandcraftedJudge, VggJudge
from moxie.arts.painting.picture import Picture, resize
from moxie.errors import Missing
from moxie.flow import evaluate, statistics
from moxie.flow.statistics import Grouped

WIDTHS = {"style": 100, "handcrafted": 116, "vgg19": 512}


def strokes(seed: int, *, width: int = 256, height: int = 256, thick: int = 4) -> Picture:
    """Short strokes in warm colors on a blue ground."""
    rng = np.random.default_rng([5, seed])
    canvas = np.full((height, width, 3), (60, 80, 130), np.uint8)
    for _ in range(500):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        turn = rng.normal(0.4, 0.3)
        end = (x + int(22 * np.cos(turn)), y + int(22 * np.sin(turn)))
        color = np.clip(rng.normal((190, 140, 60), 25), 0, 255)
        cv2.line(canvas, (x, y), end, [float(c) for c in color], thick, cv2.LINE_AA)
    return canvas


def far(judge: Judge[Picture], a: Picture, b: Picture) -> float:
    """Distance in units in which the reference works vary."""
    scale = np.concatenate(list(judge.others().values())).std(axis=0) + 1e-3
    one, other = judge.embed([a, b])
    return float(np.sqrt((((one - other) / scale) ** 2).mean()))


def every() -> list[Judge[Picture]]:
    found = list(Painting().judges())
    assert [judge.name for judge in found] == ["style", "handcrafted", "vgg19"]
    return found


def test_the_first_judge_is_independent_and_the_last_says_that_it_is_not() -> None:
    assert [judge.independent for judge in every()] == [True, True, False]  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_vectors_of_any_size_of_picture(number: int) -> None:
    judge = every()[number]
    rng = np.random.default_rng(0)
    sizes = [(256, 256), (64, 300), (1, 1)]
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    pictures.append(np.zeros((256, 256, 3), np.uint8))
    vectors = judge.embed(pictures)
    assert (vectors.shape, vectors.dtype) == ((4, WIDTHS[judge.name]), np.float32)
    assert np.isfinite(vectors).all()
    assert judge.embed([]).shape == (0, WIDTHS[judge.name])
    assert np.allclose(judge.embed(pictures[1:2]), vectors[1:2], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("number", range(2))
def test_another_picture_in_one_hand_is_nearer_than_a_damaged_one(number: int) -> None:
    judge = every()[number]
    one, other = strokes(1), strokes(2)
    alike = far(judge, one, other)
    gray = cv2.cvtColor(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert far(judge, one, np.asarray(gray, np.uint8)) > 1.5 * alike
    assert far(judge, one, np.asarray(cv2.GaussianBlur(one, (0, 0), 3), np.uint8)) > 1.5 * alike
    assert far(judge, one, strokes(1, thick=12)) > 1.5 * alike


def test_one_picture_at_two_resolutions_is_seen_at_one_scale() -> None:
    judge = every()[0]
    large = strokes(3, width=512, height=512, thick=8)
    small = resize(large, 256, 256)
    assert far(judge, large, small) < 0.1
    assert far(judge, large, strokes(3)) > 0.3


def test_the_descriptor_sees_direction_and_color() -> None:
    picture = strokes(4)
    turned = np.ascontiguousarray(np.rot90(picture))
    recolored = np.ascontiguousarray(picture[..., ::-1])
    palette = slice(0, 42)
    assert np.allclose(describe(picture)[palette], describe(turned)[palette], atol=1e-3)
    assert not np.allclose(describe(picture), describe(turned), atol=0.05)
    assert np.abs(describe(picture)[palette] - describe(recolored)[palette]).max() > 10


def test_without_the_exact_net_the_handcrafted_judge_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judges, "STYLE_SHA256", hashlib.sha256(b"another net").hexdigest())
    assert [judge.name for judge in judges.judges()] == ["handcrafted", "vgg19"]
    monkeypatch.setattr(judges, "STYLE_PACKAGE", "no-such-package-is-installed")
    assert [judge.name for judge in judges.judges()] == ["handcrafted", "vgg19"]


def test_the_bank_is_small_plain_figures() -> None:
    file = resources.files("moxie.arts.painting").joinpath(judges.BANK)
    assert len(file.read_bytes()) < 300_000
    for judge in every():
        groups = judge.others()
        assert set(groups) == {"impressionists", "hokusai", "van_gogh"}
        for rows in groups.values():
            assert rows.shape[1] == WIDTHS[judge.name]
            assert len(rows) >= 30
            assert np.isfinite(rows).all()
            assert rows.std(axis=0).max() > 0
    assert judges.reference("nobody") == {}


def read(folder: Path, n: int, seed: int) -> list[Picture]:
    paths = sorted(folder.glob("*.jpg"))
    chosen = np.random.default_rng(seed).permutation(len(paths))[:n]
    return [codec.read(paths[i].read_bytes(), paths[i].name) for i in chosen]


def look(judge: Judge[Picture], pictures: list[Picture]) -> Grouped:
    vectors = [judge.embed(Painting().split(picture)) for picture in pictures]
    numbers = np.repeat(np.arange(len(vectors)), [len(v) for v in vectors])
    return Grouped(np.concatenate(vectors), numbers)


def between(grouped: Grouped, first: int, last: int) -> Grouped:
    inside = (grouped.works >= first) & (grouped.works < last)
    return Grouped(grouped.vectors[inside], grouped.works[inside] - first)


@pytest.mark.slow
@pytest.mark.works
@pytest.mark.parametrize("name", ["style", "handcrafted"])
def test_real_works_of_the_artist_score_one_and_others_nothing(
    name: str, paintings: Callable[[str], Path]
) -> None:
    judge = next(j for j in judges.judges() if j.name == name)
    works = read(paintings("van_gogh"), 110, 0)
    own = look(judge, works)
    parts = [between(own, *ends) for ends in ((0, 60), (60, 80), (80, 110))]
    others = look(judge, read(paintings("impressionists_mixed"), 30, 0))
    soft = [np.asarray(cv2.GaussianBlur(work, (0, 0), 2), np.uint8) for work in works[80:]]
    found = [
        evaluate.compare(name, made, parts[0], parts[1], judge.others(), seed=0).fidelity
        for made in (parts[2], others, look(judge, soft))
    ]
    assert found[0].low < 1 < found[0].high
    assert found[0].value > 0.55
    assert found[1].value < 0.45
    assert found[2].value < 0.2


@pytest.mark.works
def test_a_bank_group_with_the_artists_own_works_is_noticed(
    paintings: Callable[[str], Path],
) -> None:
    judge = HandcraftedJudge()
    works = look(judge, read(paintings("hokusai"), 12, 0))
    found = evaluate.compare("handcrafted", works, works, works, judge.others(), seed=0)
    assert [note.params["group"] for note in found.notes if "group" in note.params] == ["hokusai"]
    assert statistics.familiar(works, np.zeros((3, works.vectors.shape[1]))) == 0


def test_vgg_is_read_only_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = VggJudge()
    monkeypatch.setattr("moxie.nn.vgg.WEIGHTS_SHA256", "0" * 64)
    assert judge.others()
    with pytest.raises(Missing, match="VGG19 weights are not the ones"):
        judge.embed([strokes(1)])
