"""A scan keeps every pixel in its own depth, its opacity, profile and resolution."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from moxie.arts.painting.restoration import scan
from moxie.arts.painting.restoration.scan import Scan
from moxie.errors import BadInput, UnreadableWork

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def pixels(channels: int, kind: type[np.unsignedinteger]) -> np.ndarray:
    rng = np.random.default_rng(channels)
    return rng.integers(0, np.iinfo(kind).max, (40, 30, channels), endpoint=True).astype(kind)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_scan_comes_back_exactly(
    suffix: str, kind: type[np.unsignedinteger], channels: int
) -> None:
    whole = Scan(pixels(channels, kind), PROFILE if channels > 2 else None, (300.0, 300.0))
    back = scan.read(scan.write(whole, suffix), "back")
    if (kind, channels) == (np.uint16, 2):  # written as RGBA: no reader has it
        assert np.array_equal(back.pixels[..., [0, 3]], whole.pixels)
        return
    assert back.pixels.dtype == kind
    assert np.array_equal(back.pixels, whole.pixels)
    assert back.profile == whole.profile
    assert back.resolution == pytest.approx(whole.resolution, abs=0.1)


def test_painting_touches_only_what_is_masked() -> None:
    whole = Scan(pixels(4, np.uint16))
    before = whole.pixels.copy()
    mask = np.zeros((40, 30), bool)
    mask[5:9, 5:9] = True
    box = slice(0, 40), slice(0, 30)
    whole.paint(box, np.full((40, 30, 3), 0.5, np.float32), mask)
    assert np.array_equal(whole.pixels[~mask], before[~mask])
    assert np.array_equal(whole.pixels[..., 3], before[..., 3])  # opacity everywhere
    assert (whole.pixels[mask][:, :3] == 32768).all()


def test_a_file_that_is_turned_by_a_note_stands_upright() -> None:
    noted = io.BytesIO()
    values = pixels(3, np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(values).save(noted, "PNG", exif=exif)
    assert np.array_equal(scan.read(noted.getvalue(), "x").pixels, np.rot90(values, -1))


def test_kinds_of_files_that_people_have() -> None:
    palette, lzw = io.BytesIO(), io.BytesIO()
    grey = Image.fromarray(pixels(1, np.uint8)[..., 0])
    grey.convert("P").save(palette, "GIF")
    assert scan.read(palette.getvalue(), "p.gif").pixels.shape == (40, 30, 3)
    Image.fromarray(pixels(3, np.uint8)).save(lzw, "TIFF", compression="tiff_lzw")
    assert np.array_equal(scan.read(lzw.getvalue(), "l.tif").pixels, pixels(3, np.uint8))
    deep = cv2.imencode(".tiff", pixels(3, np.uint16)[..., ::-1])[1].tobytes()  # LZW, 16 bits
    assert np.array_equal(scan.read(deep, "d.tif").pixels, pixels(3, np.uint16))
    planes = io.BytesIO()
    stacked = pixels(3, np.uint16).transpose(2, 0, 1)
    tifffile.imwrite(planes, stacked, photometric="rgb", planarconfig="separate")
    assert np.array_equal(scan.read(planes.getvalue(), "s.tif").pixels, pixels(3, np.uint16))
    joined = io.BytesIO()
    tifffile.imwrite(joined, pixels(4, np.uint8), photometric="rgb", extrasamples=["assocalpha"])
    read = scan.read(joined.getvalue(), "j.tif")
    assert read.joined
    assert np.array_equal(scan.read(scan.write(read, ".tif"), "j2.tif").pixels, read.pixels)


def test_what_cannot_be_kept_is_refused() -> None:
    cmyk = io.BytesIO()
    Image.new("CMYK", (20, 20)).save(cmyk, "TIFF")
    with pytest.raises(BadInput, match="CMYK"):
        scan.read(cmyk.getvalue(), "c.tif")
    with pytest.raises(UnreadableWork):
        scan.read(scan.write(Scan(pixels(3, np.uint8)), ".png")[:200], "cut.png")
    with pytest.raises(UnreadableWork):
        scan.read(b"no picture", "x.png")
    with pytest.raises(BadInput, match=r"\.jpg"):
        scan.write(Scan(pixels(3, np.uint8)), ".jpg")
