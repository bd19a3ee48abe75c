"""An invisible mark of 64 bits in a picture, read with the help of the unmarked original.

Spread spectrum after Cox, Kilian, Leighton and Shamoon, "Secure spread spectrum watermarking for
multimedia" (IEEE Transactions on Image Processing 6, 1997): each bit is a pattern of thousands of
signs, drawn by a secret key, over the low and middle frequencies of lightness; it is added more
strongly where the picture is busy. To read it, a suspect is laid over the original (`overlay.py`),
the original's colors are fitted to it, what is left is correlated with the patterns. Where the
suspect shows nothing of the original nothing counts: the unmarked original stands there.

It is for copies that are handed out, never for the master, and it proves only that a copy came
from a marked one. Whoever has the original and much patience can remove it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.errors import BadInput
from moxie.rights.overlay import Overlay, lay_over

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

BITS, ACCEPTED = 64, 52
"""Bits of a mark, and how many must agree: by chance 52 do once in 4.4 million (2.3e-7)."""

SIDE = 512
"""The longer side, in pixels, at which patterns are made and read, whatever the picture's size."""

LOW, HIGH = 0.012, 0.14
"""Frequencies that carry the mark, in cycles a pixel at that side."""

PSNR = 42.0
"""How far the marked picture is from the unmarked one, in dB (38 is hard to see)."""

SMALLEST = 64
"""Pixels of the shorter side; smaller pictures have no room."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a suspect: the bits, and over how much of the original it lay."""

    bits: int
    covered: float

    def agreeing(self, expected: int) -> int:
        """How many of the 64 bits are as expected."""
        return BITS - (self.bits ^ expected).bit_count()


def payload(key: bytes, subject: str) -> int:
    """The 64 bits for a work: nobody without the key can tell or forge them."""
    told = hmac.new(key, b"moxie watermark payload\0" + subject.encode(), hashlib.sha256)
    return int.from_bytes(told.digest()[:8])


def embed(picture: Picture, bits: int, key: bytes) -> Picture:
    """A marked copy of a picture uint8 [H, W, 3], at `PSNR`; raises BadInput for a tiny one."""
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        raise BadInput("A picture needs {n} pixels a side to carry a watermark.", n=SMALLEST)
    light = _light(_sized(picture))
    owner, signs, band = _patterns(light.shape, key)
    values = np.array([1 if bits >> i & 1 else -1 for i in range(BITS)], np.float32)
    spectrum = np.where(band, values[owner] * signs, 0).astype(np.float32)
    wave = np.asarray(cv2.idct(spectrum), np.float32) * _room(light)
    wave = np.asarray(cv2.resize(wave, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    strength = float(255 / 10 ** (PSNR / 20) / max(float(np.sqrt((wave**2).mean())), 1e-9))
    marked = picture.astype(np.float32) + (strength * wave)[..., None]
    return np.clip(np.rint(marked), 0, 255).astype(np.uint8)


def read(suspect: Picture, original: Picture, key: bytes) -> Reading | None:
    """The bits in a suspect; None where it cannot be laid over the unmarked original."""
    sized = _sized(original)
    laid = lay_over(suspect, sized)
    return None if laid is None else _read(laid, sized, key)


def psnr(one: Picture, other: Picture) -> float:
    """Peak signal to noise ratio of two pictures of one size, in dB."""
    error = float(((one.astype(np.float64) - other.astype(np.float64)) ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-12)))


def _read(laid: Overlay, original: Picture, key: bytes) -> Reading:
    light = _light(original)
    owner, signs, band = _patterns(light.shape, key)
    rings = _rings(light.shape)
    rest, passed = _rest(laid, original, rings)
    # what disagrees wildly (edges not laid quite right, words across) counts little
    noise = cv2.GaussianBlur(rest * rest, (0, 0), 4)
    floor = float(np.median(noise[laid.here])) if laid.here.any() else 1.0
    weighed = rest * _room(light) / (noise + max(0.3 * floor, 0.5)) * laid.here
    spectrum = np.asarray(cv2.dct(weighed.astype(np.float32)), np.float32)
    power = np.bincount(rings.ravel(), (spectrum**2).ravel()) / np.bincount(rings.ravel())
    trusted = (passed / np.maximum(power, 1e-12))[rings]
    votes = np.bincount(owner[band], (signs * spectrum * trusted)[band], minlength=BITS)
    bits = sum(1 << i for i in range(BITS) if votes[i] > 0)
    return Reading(bits, float(laid.here.mean()))


def _rest(
    laid: Overlay, original: Picture, rings: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.float64]]:
    """Lightness of the suspect less what the original tells of it, [H, W], and the share of each
    ring of frequencies that came through (blur and compression let less through).

    The colors are fitted, not only the histogram: a linear map with squares, so that gray copies,
    other white points, contrast and gamma leave nothing; slow differences are taken away; and
    the original is blurred or sharpened as the suspect was.
    """
    here = laid.here
    light = _light(laid.picture)
    if int(here.sum()) < 16:
        return np.zeros_like(light), np.zeros(int(rings.max()) + 1)
    colors = original.reshape(-1, 3).astype(np.float32) / 255
    terms = np.concatenate([colors, colors**2, np.ones((len(colors), 1), np.float32)], axis=1)
    chosen = here.ravel()
    fit, *_ = np.linalg.lstsq(terms[chosen], light.ravel()[chosen], rcond=None)
    told = (terms @ fit).reshape(light.shape)
    weight = np.maximum(cv2.GaussianBlur(here.astype(np.float32), (0, 0), 12), 1e-3)
    ours, theirs = (
        np.asarray(cv2.dct((one - cv2.GaussianBlur(one * here, (0, 0), 12) / weight) * here))
        for one in (light.astype(np.float32), told.astype(np.float32))
    )
    both = np.bincount(rings.ravel(), (ours * theirs).ravel())
    own = np.bincount(rings.ravel(), (theirs**2).ravel())
    passed = np.clip(both / np.maximum(own, 1e-9), 0.0, 1.5)
    rest = cv2.idct((ours - passed[rings] * theirs).astype(np.float32))
    return np.asarray(np.clip(rest, -40, 40) * here, np.float32), passed


def _rings(shape: tuple[int, ...]) -> NDArray[np.int64]:
    """To which of 50 rings of frequencies each belongs, [H, W]."""
    down, across = (np.arange(side) / (2 * side) for side in shape)
    rings = np.minimum(np.hypot(down[:, None], across[None]) * 100, 49)
    return np.asarray(rings, np.int64)


def _sized(picture: Picture) -> Picture:
    """At `SIDE`, with even sides, as the transform needs them."""
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    rows, columns = (2 * max(16, round(side * scale / 2)) for side in (height, width))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=method), np.uint8)


def _light(picture: Picture) -> Floats:
    """Lightness float32 [H, W] (Rec. 601 luma, 0..255)."""
    return picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def _room(light: Floats) -> Floats:
    """How much a place can take unseen: more where it is busy, [H, W], about 1 on average."""
    mean = cv2.GaussianBlur(light, (0, 0), 3)
    busy = np.sqrt(np.maximum(cv2.GaussianBlur(light * light, (0, 0), 3) - mean * mean, 0))
    room = np.clip(busy, 2.0, 24.0)  # flat sky takes little, hard edges not without end
    return np.asarray(room / room.mean(), np.float32)


def _patterns(
    shape: tuple[int, ...], key: bytes
) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """For each frequency the bit it carries, its sign, and whether it carries any; each [H, W].

    Drawn by SHAKE-256, so that a mark can be read on any machine in twenty years.
    """
    rows, columns = shape
    stream = hashlib.shake_256(b"moxie watermark patterns\0" + key).digest(rows * columns)
    drawn = np.frombuffer(stream, np.uint8).reshape(rows, columns)
    down = np.arange(rows)[:, None] / (2 * rows)
    across = np.arange(columns)[None] / (2 * columns)
    frequency = np.hypot(down, across)
    band = (frequency >= LOW) & (frequency <= HIGH)
    signs = np.where(drawn & 128, 1, -1).astype(np.float32)
    return (drawn % BITS).astype(np.int64), signs, band
