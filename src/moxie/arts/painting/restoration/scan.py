"""A painting exactly as its file holds it: all its pixels, in their own depth, and its profile.

What is learnt from is shrunk and brought to 8-bit sRGB (see `codec`); what is restored must not
be. A scan keeps every pixel, and gives back a file in which only those that were mended differ.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile

from moxie.arts.painting import codec
from moxie.arts.painting.color import srgb
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput

Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Box: TypeAlias = tuple[slice, slice]

LOSSLESS = frozenset({".png", ".tif", ".tiff"})
"""The endings a scan can be written with."""

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_PLAIN = {
    "L": "L",
    "LA": "LA",
    "La": "LA",
    "RGB": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "I;16": "L",
    "I;16B": "L",
    "I;16L": "L",
}
"""Modes of 8 and 16 bits a channel, and what they are kept as."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`pixels` [h, w, c]: grey or RGB, then perhaps opacity; upright, in the file's own colours."""

    pixels: Pixels
    profile: bytes | None = None
    resolution: tuple[float, float] | None = None  # pixels an inch
    joined: bool = False  # colours are multiplied by opacity already

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def top(self) -> int:
        """The value of white: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    @property
    def colours(self) -> int:
        """Channels that are colour: 1 or 3."""
        return 1 if self.pixels.shape[2] < 3 else 3

    def crop(self, box: Box) -> Floats:
        """The colours of a part, float32 [h, w, 3] in 0..1; grey three times."""
        part = self.pixels[box][..., : self.colours].astype(np.float32) / np.float32(self.top)
        return np.ascontiguousarray(np.broadcast_to(part, (*part.shape[:2], 3)))

    def paint(self, box: Box, colours: Floats, mask: Mask) -> None:
        """Put colours [h, w, 3] where `mask` [h, w] says, opacity as it was; changes this scan."""
        wanted = colours if self.colours == 3 else colours.mean(2, keepdims=True)
        values = np.rint(np.clip(wanted[mask], 0, 1) * self.top).astype(self.pixels.dtype)
        part = self.pixels[box]
        part[..., : self.colours][mask] = values

    def copy(self) -> Scan:
        """Another one, to be painted on."""
        return replace(self, pixels=self.pixels.copy())

    def picture(self) -> Picture:
        """All of it as people see it: 8-bit sRGB on white, in full size."""
        deep = self.pixels.dtype == np.uint16
        small = (self.pixels >> 8).astype(np.uint8) if deep else self.pixels
        flat = small[..., 0] if small.shape[2] == 1 else small
        return srgb(Image.fromarray(flat), self.profile)


def read(data: bytes, name: str) -> Scan:
    """The scan in a file, turned upright.

    Raises UnreadableWork, and BadInput for CMYK and others whose colours would have to change.
    """
    with codec.open_still(data, name) as image:
        turn = _orientation(image)
        try:
            pixels, joined = _pixels(data, image)
        except BadInput:
            raise
        except Exception as error:  # codecs raise nearly anything on a broken file
            raise codec.broken(name, error) from error
        upright = np.ascontiguousarray(_turned(pixels, turn))
        return Scan(upright, image.info.get("icc_profile"), _resolution(image), joined)


def write(scan: Scan, suffix: str) -> bytes:
    """The scan as a PNG or TIFF that holds exactly its pixels, its profile and resolution.

    Raises BadInput for an ending that cannot.
    """
    check_lossless(suffix)
    if scan.pixels.shape[2] == 2 and scan.top != 255:  # no reader has deep grey with opacity
        scan = replace(scan, pixels=scan.pixels[..., [0, 0, 0, 1]])
    if suffix.lower() != ".png":
        return _tiff(scan)
    return _png(scan) if scan.top == 255 else _deep_png(scan)


def check_lossless(suffix: str) -> None:
    """Raise BadInput unless files with this ending keep every pixel."""
    if suffix.lower() not in LOSSLESS:
        raise BadInput(
            "A restored painting is written as .png or .tiff: {suffix} would change pixels that "
            "were not damaged.",
            suffix=suffix or "a name without an ending",
        )


def _pixels(data: bytes, image: ImageFile) -> tuple[Pixels, bool]:
    """The stored values [h, w, c], and whether colours are multiplied by opacity."""
    if image.format == "TIFF":
        found = _from_tiff(data, image)
        if found is not None:
            return found
    mode = image.mode
    if mode == "P":
        mode = "RGBA" if image.has_transparency_data else "RGB"
    elif mode in ("L", "RGB") and image.has_transparency_data:
        mode = {"L": "LA", "RGB": "RGBA"}[mode]
    elif mode not in _PLAIN:
        raise BadInput(
            "This file has its colours as {mode}, which cannot be mended without changing all of "
            "them: save it as RGB or grey with 8 or 16 bits.",
            mode=mode,
        )
    else:
        mode = _PLAIN[mode]
    if _is_deep(data, image):
        return _deep(data), False
    return _planes(np.asarray(image.convert(mode))), False


def _from_tiff(data: bytes, image: ImageFile) -> tuple[Pixels, bool] | None:
    """The first page's values; None where its kind or packing is for other readers."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages.first
        plain = page.photometric in (1, 2) and page.dtype in (np.uint8, np.uint16)
        width, height = image.size
        if not plain or (page.imagelength, page.imagewidth) != (height, width):
            return None
        try:
            values = page.asarray()
        except ValueError:  # packed as only larger libraries unpack it
            return None
        if page.planarconfig == 2 and page.samplesperpixel > 1:
            values = np.moveaxis(values, 0, -1)
        planes = _planes(values)
        return (planes, 1 in page.extrasamples) if planes.shape[2] <= 4 else None


def _is_deep(data: bytes, image: ImageFile) -> bool:
    """Whether a file has 16 bits a channel, which Pillow shows as 8 in colour."""
    if image.format == "PNG":
        return bool(data[24] == 16)
    bits = getattr(image, "tag_v2", {}).get(258, (8,))
    return bool(max(bits if isinstance(bits, tuple) else (bits,)) > 8)


def _deep(data: bytes) -> Pixels:
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16:
        raise ValueError("its 16 bits a channel cannot be read")
    planes = _planes(values)
    return planes[..., [2, 1, 0, 3][: planes.shape[2]]] if planes.shape[2] > 2 else planes


def _planes(values: NDArray[Any]) -> Pixels:
    return values[..., None] if values.ndim == 2 else values


def _orientation(image: ImageFile) -> int:
    """Exif 2.3, tag 0x0112: 1 is upright; a broken Exif block turns nothing."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 - the pixels are good, only the note about them is not
        return 1


def _turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels[:, ::-1] if orientation in (2, 3, 6, 7) else pixels


def _resolution(image: ImageFile) -> tuple[float, float] | None:
    try:
        across, down = (float(n) for n in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if 1 <= across <= 1e5 and 1 <= down <= 1e5 else None


def _png(scan: Scan) -> bytes:
    out = io.BytesIO()
    options: dict[str, object] = {"compress_level": 3}
    if scan.profile:
        options["icc_profile"] = scan.profile
    if scan.resolution:
        options["dpi"] = scan.resolution
    channels = scan.pixels[..., 0] if scan.pixels.shape[2] == 1 else scan.pixels
    Image.fromarray(channels).save(out, "PNG", **options)
    return out.getvalue()


def _deep_png(scan: Scan) -> bytes:
    """Pillow has no colours of 16 bits, OpenCV no way to say which colours they are."""
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[scan.pixels.shape[2]]
    done, coded = cv2.imencode(".png", scan.pixels[..., order])
    assert done
    data, extra = coded.tobytes(), b""
    if scan.profile:
        extra += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(scan.profile))
    if scan.resolution:
        metres = [round(n / 0.0254) for n in scan.resolution]
        extra += _chunk(b"pHYs", struct.pack(">IIB", *metres, 1))
    return data[:33] + extra + data[33:]  # after the signature and IHDR


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _tiff(scan: Scan) -> bytes:
    out, channels = io.BytesIO(), scan.pixels.shape[2]
    values = scan.pixels[..., 0] if channels == 1 else scan.pixels
    opacity = ["assocalpha" if scan.joined else "unassalpha"]
    tifffile.imwrite(
        out,
        values,
        photometric="minisblack" if scan.colours == 1 else "rgb",
        extrasamples=opacity if channels in (2, 4) else None,
        planarconfig="contig" if channels > 1 else None,
        compression="zlib",
        rowsperstrip=max(1, (1 << 20) // max(1, values[:1].nbytes)),
        iccprofile=scan.profile,
        resolution=scan.resolution,
        resolutionunit="INCH" if scan.resolution else None,
        metadata=None,
    )
    return out.getvalue()
