"""The small things the adapter of painting does itself: sizes, pieces, variations, previews."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from moxie.arts.painting import ART, DEFAULT_SIZE
from moxie.arts.painting.picture import Picture, fit, resize, short_side
from moxie.errors import BadInput


def noise(height: int, width: int) -> Picture:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512x384", (384, 512)),
        (" 512 × 384 ", (384, 512)),
        ("256", (256, 256)),
        ("64X1024", (1024, 64)),
    ],
)
def test_sizes_are_width_by_height_as_people_write_them(text: str, size: tuple[int, int]) -> None:
    assert ART.size(text) == size


def test_there_is_a_default_size() -> None:
    assert ART.size(None) == DEFAULT_SIZE


@pytest.mark.parametrize("text", ["", "big", "12", "512x", "0x0", "1025x512", "-5x90", "9" * 30])
def test_sizes_that_cannot_be_painted_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="The size"):
        ART.size(text)


@pytest.mark.parametrize(
    ("height", "width", "number"),
    [(256, 256, 1), (300, 340, 1), (200, 300, 2), (512, 256, 3), (90, 900, 3), (40, 40, 1)],
)
def test_pieces_are_squares_along_the_longer_side(height: int, width: int, number: int) -> None:
    pieces = ART.split(noise(height, width))
    assert [piece.shape for piece in pieces] == [(256, 256, 3)] * number
    assert all(piece.flags.c_contiguous for piece in pieces)


def test_pieces_reach_from_end_to_end() -> None:
    picture = noise(256, 700)
    first, _, last = ART.split(picture)
    assert np.array_equal(first, picture[:, :256])
    assert np.array_equal(last, picture[:, -256:])


def test_variations_differ_keep_the_size_and_can_be_repeated() -> None:
    picture = noise(120, 90)
    before = picture.copy()
    varied = [ART.augment(picture, seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(picture, before)
    assert np.array_equal(varied[0], varied[1])
    assert not np.array_equal(varied[0], varied[2])
    for one in varied:
        assert (one.shape, one.dtype) == (picture.shape, picture.dtype)
        assert abs(float(one.mean()) - float(picture.mean())) < 15


def test_a_preview_is_a_small_jpeg() -> None:
    preview = ART.preview(noise(700, 1400))
    assert preview.media_type == "image/jpeg"
    assert Image.open(io.BytesIO(preview.data)).size == (480, 240)


def test_amount_is_in_megapixels() -> None:
    assert ART.amount(noise(500, 400)) == pytest.approx(0.2)


def test_resizing_averages_when_it_shrinks() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = resize(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8), 32, 32)
    assert np.abs(small.astype(int) - 128).max() <= 1
    assert resize(small, 32, 32) is small


def test_fitting_never_enlarges_and_keeps_proportions() -> None:
    picture = noise(100, 200)
    assert fit(picture, 300) is picture
    assert fit(picture, 50).shape == (25, 50, 3)
    assert fit(noise(1, 3000), 64).shape == (1, 64, 3)
    assert short_side(picture, 150).shape == (150, 300, 3)
