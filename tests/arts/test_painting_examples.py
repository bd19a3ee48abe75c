"""The built-in sample works: many, different, painted with strokes, and the same every time."""

from __future__ import annotations

import itertools
import re

import cv2
import numpy as np
import pytest

from moxie.arts.painting.examples import PICTURES, examples
from moxie.arts.painting.examples.painter import LAYERS, paint, trace
from moxie.arts.painting.examples.scene import PIGMENTS, Scene, pigment


@pytest.fixture(scope="module")
def album() -> list[tuple[str, bytes, np.ndarray]]:
    """Every sample: its name, its bytes, and its pixels as sRGB."""
    works = []
    for name, data in examples():
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        works.append((name, data, np.ascontiguousarray(pixels[..., ::-1])))
    return works


@pytest.mark.slow
def test_there_are_two_dozen_of_the_promised_size(album):
    names = [name for name, _, _ in album]
    assert len(names) == len(set(names)) >= 24
    assert all(re.fullmatch(r"sample-\d\d-[a-z-]+\.png", name) for name in names)
    assert names == sorted(names)
    assert all(320 <= max(pixels.shape[:2]) <= 448 for _, _, pixels in album)
    assert all(min(pixels.shape[:2]) >= 256 for _, _, pixels in album)
    assert len({pixels.shape for _, _, pixels in album}) >= 8  # portraits, landscapes, a square


@pytest.mark.slow
def test_the_same_bytes_every_time(album):
    again = dict(itertools.islice(examples(), 4))
    assert again == {name: data for name, data, _ in album[:4]}


def test_another_seed_paints_the_same_scene_with_other_strokes(album):
    scene = PICTURES["harvest"](1)
    other = paint(scene, seed=99)
    assert other.shape == album[0][2].shape
    off = np.abs(other.astype(int) - album[0][2]).mean()
    assert 2 < off < 40  # neither the same picture nor another one


def test_every_composition_is_another_one(album):
    thumbs = [
        cv2.resize(pixels, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
        for _, _, pixels in album
    ]
    alike = np.corrcoef(np.stack(thumbs)) - np.eye(len(thumbs))
    a, b = np.unravel_index(alike.argmax(), alike.shape)
    assert alike.max() < 0.85, f"{album[a][0]} is too like {album[b][0]}"


def test_brushwork_is_everywhere(album):
    """No flat patches: nearly every 16 px tile has the contrast of strokes in it."""
    for name, _, pixels in album:
        grey = pixels.mean(-1)
        rows, columns = (side // 16 * 16 for side in grey.shape)
        tiles = grey[:rows, :columns].reshape(rows // 16, 16, columns // 16, 16)
        contrast = tiles.std((1, 3))
        assert np.percentile(contrast, 5) > 3, name
        assert 6 < np.median(contrast) < 45, name


def test_strokes_follow_the_flow(album):
    """Gradients across strokes: in a region with one direction most edges lie along it."""
    scene = Scene(256, 256, 0, ("ochre", "cobalt", "cream"))
    scene.fill(None, ["ochre", "cobalt"], flow=0.0)
    grey = paint(scene, 0).mean(-1)
    across, along = np.abs(np.diff(grey, axis=0)).mean(), np.abs(np.diff(grey, axis=1)).mean()
    assert across > 1.25 * along


def test_strokes_are_of_many_lengths_and_bend():
    scene = PICTURES["night"](4)
    strokes = trace(scene, LAYERS[1], np.random.default_rng(0))
    assert len(strokes.lengths) > 500
    assert strokes.lengths.min() >= 3
    assert len(set(strokes.lengths.tolist())) >= 5
    assert strokes.widths.std() > 0.5
    steps = np.diff(strokes.paths, axis=1)
    heading = np.unwrap(np.arctan2(steps[..., 1], steps[..., 0]), axis=1)
    assert np.median(np.abs(heading[:, -1] - heading[:, 0])) > 0.15


def test_broad_strokes_come_before_fine_ones():
    widths = [layer.width for layer in LAYERS]
    assert widths == sorted(widths, reverse=True)


def test_what_is_behind_keeps_no_contour():
    scene = Scene(128, 128, 0, ("cream", "ochre"))
    scene.fill(None, ["cream"], flow=0.0)
    scene.outline([(0.1, 0.5), (0.9, 0.5)], 4.0)
    seen = paint(scene, 0)[58:70, 40:88].min()
    scene.fill(None, ["cream"], flow=0.0, detail=0.0)
    hidden = paint(scene, 0)[58:70, 40:88].min()
    assert seen < 60 < hidden


def test_pigments_mix():
    assert pigment("white").tolist() == list(PIGMENTS["white"])
    mixed = pigment("ochre+cobalt*3")
    expected = (np.array(PIGMENTS["ochre"]) + 3 * np.array(PIGMENTS["cobalt"])) / 4
    assert np.allclose(mixed, expected)
