"""Making a picture ready to learn from: its margins cut away, its faults told.

A margin is cut only with confidence, because a wrong cut takes away something the artist put
there: an even band must run along at least three sides, in one and the same neutral color, and
must end everywhere in a clear edge. A plain sky or a flat background does neither.

Measured on real works, each cut looked at: of 398 by Van Gogh 5 are cut, of 70 by impressionists
3, all of them along the margins of a scan (no false cut); of 36 sheets by Hokusai, nearly all
with a paper margin, 26. Where a sheet lies askew some pixels of margin are left. Carved frames
are not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.art import Cleaned
from moxie.arts.painting.picture import Picture, fit
from moxie.text import say
from moxie.work import Flag

LOOK = 512
"""Margins are looked for at this longer side, in pixels."""

DEEPEST = 0.16
"""A margin may take this share of a side; a wider one might be the composition."""

LIKE = 12.0
"""Colors nearer than this (CIE 1976 Lab distance) to a margin's are the margin's."""

ROUNDS = 3
"""Margins may lie within margins: white mount, cream paper, black line."""


@dataclass(frozen=True, slots=True)
class Box:
    """What is kept of a picture: rows [top, bottom), columns [left, right)."""

    top: int
    bottom: int
    left: int
    right: int

    def of(self, picture: Picture) -> Picture:
        """The part of the picture in the box."""
        return np.ascontiguousarray(picture[self.top : self.bottom, self.left : self.right])


def clean(picture: Picture) -> Cleaned[Picture]:
    """The picture without its margins; flags for what a person should know.

    A picture that is too small, or blank, is not `usable`.
    """
    box = margins(picture)
    content = picture if box is None else box.of(picture)
    flags, usable = _faults(content)
    if box is not None:
        lost = max(1, round(100 * (1 - content.size / picture.size)))
        flags.append(Flag("framed", say("A margin was cut away ({percent} %).", percent=lost)))
    return Cleaned(content, tuple(flags), usable)


def margins(picture: Picture) -> Box | None:
    """What remains inside plain margins; None when there is no margin to be sure of."""
    small = fit(picture, LOOK)
    lab = _lab(small)
    rows, columns = lab.shape[:2]
    top, bottom, left, right = 0, rows, 0, columns
    for _ in range(ROUNDS):
        cut = _margin(lab[top:bottom, left:right])
        if cut is None:
            break
        top, bottom, left, right = (
            top + cut.top,
            top + cut.bottom,
            left + cut.left,
            left + cut.right,
        )
    if (top, bottom, left, right) == (0, rows, 0, columns):
        return None
    up = picture.shape[0] / rows
    across = picture.shape[1] / columns
    return Box(
        int(np.ceil(top * up)),
        int(bottom * up),
        int(np.ceil(left * across)),
        int(right * across),
    )


def _margin(lab: NDArray[np.float32]) -> Box | None:
    """One margin around a Lab picture [H, W, 3]; None without enough evidence."""
    sides = [lab, lab[::-1], lab.transpose(1, 0, 2), lab[:, ::-1].transpose(1, 0, 2)]
    colors = np.array([np.median(side[0], axis=0) for side in sides])
    alike = _alike(colors)
    if alike.sum() < 3:
        return None
    pairs = zip(sides, colors, alike, strict=True)
    depths = [_depth(side, color) if same else 0 for side, color, same in pairs]
    if sum(depth > 0 for depth in depths) < 3 or any(depth < 0 for depth in depths):
        return None
    top, bottom, left, right = depths
    return Box(top, lab.shape[0] - bottom, left, lab.shape[1] - right)


def _alike(colors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which outermost lines (Lab [4, 3]) share a color that margins have: paper, black, grey."""
    middle = np.median(colors, axis=0)
    lightness, chroma = middle[0], float(np.hypot(middle[1], middle[2]))
    if lightness < 25:  # the shadow around a canvas is of every darkness
        return np.asarray(colors[:, 0] < 25)
    if not ((lightness > 70 and chroma < 26) or chroma < 6):
        return np.zeros(4, np.bool_)
    return np.asarray(np.linalg.norm(colors - middle, axis=1) < LIKE)


def _depth(side: NDArray[np.float32], color: NDArray[np.float32]) -> int:
    """How many lines from the first belong to the margin; 0 for none, -1 when it never ends."""
    most = int(len(side) * DEEPEST)
    share = (np.linalg.norm(side[: most + 1] - color, axis=2) < LIKE).mean(axis=1)
    if share[0] < 0.6:
        return 0
    ended = np.flatnonzero(share < 0.35)
    if len(ended) == 0:
        return -1
    end = int(ended[0])
    return end if share[:end].mean() > 0.75 else -1


def _lab(picture: Picture) -> NDArray[np.float32]:
    scaled = picture.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2Lab), np.float32)


def _faults(picture: Picture) -> tuple[list[Flag], bool]:
    """Flags for what is wrong with a picture, and whether it can be learnt from all the same."""
    short = min(picture.shape[:2])
    usable = True
    flags: list[Flag] = []
    if short < 128:
        flags.append(Flag("small", say("It is small ({side} px on its short side).", side=short)))
        usable = short >= 64
    lab = _lab(fit(picture, LOOK))
    low, high = np.percentile(lab[..., 0], [1, 99])
    if high - low < 4 and float(lab[..., 1:].std()) < 2:
        flags.append(Flag("blank", say("It is blank.")))
        return flags, False
    if high - low < 25:
        flags.append(Flag("faint", say("It has very little contrast.")))
    if _monochrome(lab):
        flags.append(Flag("monochrome", say("It has no colors: it may be a black-and-white copy.")))
    if sharpness(picture) < BLURRED:
        flags.append(Flag("blurred", say("It is blurred.")))
    return flags, usable


BLURRED = 0.72
"""Below this `sharpness` a picture is out of focus, or was enlarged."""


def sharpness(picture: Picture) -> float:
    """Finest detail against the next coarser, at 768 px.

    Real works measured 1.0 to 2.7, the same enlarged three times 0.54 to 0.69,
    blurred by two pixels 0.43 to 0.51.
    """
    gray = cv2.cvtColor(fit(picture, 768).astype(np.float32), cv2.COLOR_RGB2GRAY)
    once = cv2.GaussianBlur(gray, (0, 0), 1.0)
    twice = cv2.GaussianBlur(gray, (0, 0), 2.0)
    # rounding to 8 bits is itself fine detail, of variance 1/12 a channel; it is not the work's
    fine = max(float((gray - once).var()) - ROUNDING, 0.0)
    return float(np.sqrt(fine / max(float((once - twice).var()), ROUNDING)))


ROUNDING = 0.03
"""Variance of what rounding three channels adds to the finest detail of their grey mean."""


def _monochrome(lab: NDArray[np.float32]) -> bool:
    """Grey or toned in one hue: a and b follow from the lightness alone."""
    lightness = lab[..., 0].ravel() / 100
    powers = np.stack([np.ones_like(lightness), lightness, lightness**2], axis=1)
    colors = lab[..., 1:].reshape(-1, 2)
    fitted = powers @ np.linalg.lstsq(powers, colors, rcond=None)[0]
    return float((colors - fitted).std()) < MONOCHROME


MONOCHROME = 1.8
"""Below this spread of a and b around their trend with lightness there is only one hue."""
