"""From files to pictures and back, safely.

Decoding a stranger's file is where an art studio is attacked, and where its colours go wrong.
So: five formats only, recognised by their first bytes and never by their names; sizes capped
from the header before anything is decoded; broken files refused rather than half shown; colours
brought to sRGB through the embedded profile; and nothing kept but the pixels, so that no place,
camera or person stays in the store.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import (
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ImageFile import ImageFile

from moxie.arts.painting.color import srgb
from moxie.arts.painting.picture import Picture, fit
from moxie.errors import BadInput, UnreadableWork
from moxie.text import Scalar

MAX_BYTES = 1 << 28
"""A file may have 256 MB: an uncompressed 40-megapixel TIFF of 16 bits fits."""

MAX_PIXELS = 40_000_000
"""A picture may have 40 megapixels; decoded as RGB that is 120 MB."""

LONGEST = 2048
"""The working copy's longer side, in pixels; more detail than any recipe learns from."""

_READERS: tuple[tuple[tuple[bytes, ...], type[ImageFile]], ...] = (
    ((b"\x89PNG\r\n\x1a\n",), PngImagePlugin.PngImageFile),
    ((b"\xff\xd8\xff",), JpegImagePlugin.JpegImageFile),
    ((b"GIF87a", b"GIF89a"), GifImagePlugin.GifImageFile),
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), TiffImagePlugin.TiffImageFile),
)
_WRITERS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "": ("PNG", {"compress_level": 1}),
    ".png": ("PNG", {"compress_level": 6}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 95, "method": 4}),
    ".tif": ("TIFF", {"compression": "tiff_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate"}),
}


def read(data: bytes, name: str) -> Picture:
    """Decode, turn upright, bring to 8-bit sRGB on white, and shrink to `LONGEST`.

    The first page of a TIFF is read; animations are refused. Raises UnreadableWork.
    """
    with open_still(data, name) as image:
        try:
            # lets the JPEG decoder work at 1/2, 1/4 or 1/8, never below the working size
            image.draft(None, _at_least(image.size, LONGEST))
            image.load()
            pixels = srgb(_upright(image), image.info.get("icc_profile"))
        except Exception as error:  # codecs raise nearly anything on a broken file
            raise broken(name, error) from error
    return fit(pixels, LONGEST)


def facts(data: bytes) -> Mapping[str, Scalar]:
    """The format and size of the original file; `downscaled` when the working copy is smaller."""
    with _open(data, "the file") as image:
        width, height = _upright_size(image)
        found: dict[str, Scalar] = {
            "format": image.format or "",
            "mode": image.mode,
            "original_size": f"{width}x{height}",
        }
        if max(width, height) > LONGEST:
            found["downscaled"] = True
        if image.format == "TIFF" and getattr(image, "is_animated", False):
            found["first_page_only"] = True
    return found


def write(picture: Picture, suffix: str = "") -> bytes:
    """Encode without any metadata; without a suffix a PNG, exact and quick to write.

    Raises BadInput for a suffix that is not .png, .jpg, .jpeg, .webp, .tif or .tiff.
    """
    if suffix.lower() not in _WRITERS:
        raise BadInput(
            "A painting cannot be written as {suffix}: choose .png, .jpg, .webp or .tiff.",
            suffix=suffix,
        )
    form, options = _WRITERS[suffix.lower()]
    out = io.BytesIO()
    Image.fromarray(picture).save(out, form, **options)
    return out.getvalue()


def preview(picture: Picture) -> bytes:
    """A JPEG to look at, not to keep."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=82, progressive=True)
    return out.getvalue()


def open_still(data: bytes, name: str) -> ImageFile:
    """A still picture's header, its size checked. Nothing is decoded yet; UnreadableWork."""
    image = _open(data, name)
    _check_still(image, name)
    return image


def broken(name: str, error: Exception) -> UnreadableWork:
    """What to say of a file that a codec could not decode."""
    return UnreadableWork(
        "{name} is damaged or cut off and cannot be decoded ({reason}).",
        name=name,
        reason=_reason(error),
    )


def _open(data: bytes, name: str) -> ImageFile:
    """The file's header, its size checked. Nothing is decoded yet.

    The plugin classes are called directly: `Image.open` would warn on large pictures through
    the process-wide warning filters, and try formats we do not want.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableWork(
            "{name} has {size} MB; at most {limit} MB can be read.",
            name=name,
            size=len(data) >> 20,
            limit=MAX_BYTES >> 20,
        )
    reader = _reader(data, name)
    try:
        image = reader(io.BytesIO(data))
    except Exception as error:  # plugins raise nearly anything on a broken header
        raise UnreadableWork(
            "{name} is damaged: its header cannot be read ({reason}).",
            name=name,
            reason=_reason(error),
        ) from error
    _check_size(image, name)
    return image


def _reader(data: bytes, name: str) -> type[ImageFile]:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    for signatures, reader in _READERS:
        if data.startswith(signatures):
            return reader
    if not data:
        raise UnreadableWork("{name} is empty.", name=name)
    raise UnreadableWork(
        "{name} is not a PNG, JPEG, WebP, TIFF or GIF picture, whatever its name says: "
        "save it as one of these.",
        name=name,
    )


def _check_size(image: ImageFile, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadableWork(
            "{name} has {size} megapixels; at most {limit} can be read. Save a smaller copy.",
            name=name,
            size=round(width * height / 1e6),
            limit=MAX_PIXELS // 1_000_000,
        )
    if min(width, height) < 1:
        raise UnreadableWork("{name} has no pixels.", name=name)


def _check_still(image: ImageFile, name: str) -> None:
    """Refuse animations. TIFF pages are let through: they are mostly thumbnails or layers."""
    if image.format == "TIFF":
        return
    try:
        moving = bool(getattr(image, "is_animated", False))
    except Exception as error:  # looking for a second frame already parses the file
        raise broken(name, error) from error
    if moving:
        raise UnreadableWork(
            "{name} is an animation: save the one frame that is the work as a still picture.",
            name=name,
        )


def _at_least(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its Exif orientation says; a broken Exif block turns nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - the pixels are good, only the note about them is not
        return image


def _upright_size(image: ImageFile) -> tuple[int, int]:
    width, height = image.size
    try:
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)  # Exif 2.3: Orientation
    except Exception:  # noqa: BLE001 - a broken Exif block only means: not turned
        turned = False
    return (height, width) if turned else (width, height)


def _reason(error: Exception) -> str:
    """The codec's own words, on one line and short; its type where it says nothing."""
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__
