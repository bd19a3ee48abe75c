"""Any pixel layout a picture file may have, brought to 8-bit sRGB on white."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from moxie.arts.painting.picture import Picture


def srgb(image: Image.Image, profile: bytes | None) -> Picture:
    """The decoded image as sRGB uint8 [H, W, 3]; transparency is shown on white."""
    alpha = _alpha(image)
    color = _convert(_plain(image), profile)
    if alpha is None:
        return np.ascontiguousarray(color)
    return _on_white(color, alpha)


def _alpha(image: Image.Image) -> NDArray[np.uint8] | None:
    """Opacity uint8 [H, W]; None when the image is opaque."""
    if not image.has_transparency_data:
        return None
    return np.asarray(image.convert("RGBA").getchannel("A"))


def _plain(image: Image.Image) -> Image.Image:
    """The colours alone in a mode that colour management knows: L, RGB, CMYK or LAB."""
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_to_8_bits(np.asarray(image)))
    if image.mode in ("1", "LA", "La"):
        return image.convert("LA").getchannel("L") if image.mode != "1" else image.convert("L")
    if image.mode in ("P", "PA", "RGBa"):
        return image.convert("RGBA").convert("RGB")
    return image.convert("RGB")  # RGBA, RGBX, YCbCr, HSV


def _to_8_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Deep grey values scaled, never clipped: by the depth they use, 1.0, 8, 16 or 32 bits."""
    deep = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    deep -= min(0.0, float(deep.min()))
    top = float(deep.max())
    white = next((full for full in (1.0, 255.0, 65535.0) if top <= full), top)
    if values.dtype == np.uint16:
        white = 65535.0
    elif values.dtype.kind in "iu" and white == 1.0:
        white = 255.0  # whole numbers up to one are nearly black, not white
    return np.rint(deep * (255.0 / white)).astype(np.uint8)


def _convert(image: Image.Image, profile: bytes | None) -> Picture:
    """Through the embedded profile where there is a usable one, else by the plain formula."""
    source: ImageCms.ImageCmsProfile | None = None
    if image.mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif profile:
        source = _profile(profile)
    if source is not None:
        try:
            target = ImageCms.createProfile("sRGB")
            managed = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile for other channels than the file has: read it as untagged
        else:
            assert managed is not None
            return np.array(managed)
    return np.array(image.convert("RGB"))


def _profile(data: bytes) -> ImageCms.ImageCmsProfile | None:
    """The embedded profile; None when it is broken, or sRGB already."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None if "srgb" in name.lower() else profile


def _on_white(color: Picture, alpha: NDArray[np.uint8]) -> Picture:
    share = alpha[..., None].astype(np.float32) / 255.0
    mixed: NDArray[np.float32] = color * share + 255.0 * (1.0 - share)
    return np.rint(mixed).astype(np.uint8)
