"""Lays a suspected copy over an original: turned, cut, mirrored, askew or pasted into another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]

SIDE, MOST = 1024, 3000
"""The suspect's longer side at most, in pixels, and keypoints of either picture."""

LEAST = 12
"""Points that must agree; strangers reach ten."""

RATIO = 0.8
"""A match must be this much nearer than the second nearest (Lowe 2004)."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A suspect in the frame of the original, uint8 [H, W, 3]; `here` [H, W] is where it is.

    Elsewhere `picture` holds the original.
    """

    picture: Picture
    here: NDArray[np.bool_]


def lay_over(suspect: Picture, original: Picture) -> Overlay | None:
    """The suspect in the original's frame; None where too little agrees."""
    known = _found(original)
    best = _best(_fit(suspect), known)
    if best is None and max(suspect.shape[:2]) < SIDE:  # pasted small: its details are finer
        best = _best(_fit(suspect, enlarge=True), known)
    if best is None:
        return None
    _, plane, view = best
    height, width = original.shape[:2]
    # shrinking by more than a half would fold detail over: it is smoothed before
    scale = float(np.sqrt(abs(np.linalg.det(plane[:2, :2] / plane[2, 2]))))
    if scale < 0.7:
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), 0.4 / scale), np.uint8)
    warped = cv2.warpPerspective(view, plane, (width, height), flags=cv2.INTER_CUBIC)
    laid = np.asarray(warped, np.uint8)
    whole = np.full(view.shape[:2], 255, np.uint8)
    whole[:2], whole[-2:], whole[:, :2], whole[:, -2:] = 0, 0, 0, 0  # edges are half outside
    here = cv2.warpPerspective(whole, plane, (width, height)) > 250
    here &= _alike(laid, original, here)
    picture = np.where(here[..., None], laid, original).astype(np.uint8)
    return Overlay(picture, here)


def _alike(laid: Picture, original: Picture, here: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where what lies there looks like the original: not the picture that it was pasted into."""
    ours, theirs = (
        cv2.cvtColor(np.ascontiguousarray(p), cv2.COLOR_RGB2GRAY).astype(np.float32)
        for p in (laid, original)
    )
    blur = (0, 0), 12
    weight = np.maximum(cv2.GaussianBlur(here.astype(np.float32), *blur), 1e-3)

    def mean(of: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(of * here, *blur) / weight, np.float32)

    one, other = ours - mean(ours), theirs - mean(theirs)
    both = mean(one * other) / np.sqrt(mean(one * one) * mean(other * other) + 1.0)
    return np.asarray(both > 0.35, np.bool_)


def _best(
    suspect: Picture, known: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> tuple[int, NDArray[np.float64], Picture] | None:
    """Points that agree, the plane they agree on, and the suspect, mirrored if that is better."""
    found: list[tuple[int, NDArray[np.float64], Picture]] = []
    for view in (suspect, np.ascontiguousarray(suspect[:, ::-1])):
        placed = _plane(_found(view), known)
        if placed is not None:
            found.append((*placed, view))
    return max(found, key=lambda one: one[0]) if found else None


def _fit(picture: Picture, *, enlarge: bool = False) -> Picture:
    scale = SIDE / max(picture.shape[:2])
    if scale >= 1 and not enlarge:
        return picture
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _found(picture: Picture) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places [n, 2] and RootSIFT descriptors [n, 128]."""
    gray = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    finder = cv2.SIFT.create(nfeatures=MOST, contrastThreshold=0.02)
    points, signs = finder.detectAndCompute(gray, None)
    if not len(points):
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    rooted = np.sqrt(signs / np.maximum(signs.sum(axis=1, keepdims=True), 1e-6))
    return np.array([point.pt for point in points], np.float32), rooted.astype(np.float32)


def _plane(
    view: tuple[NDArray[np.float32], NDArray[np.float32]],
    known: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> tuple[int, NDArray[np.float64]] | None:
    """How many points agree on one plane from the view to the original, and that plane."""
    if min(len(view[0]), len(known[0])) < LEAST:
        return None
    cosines = view[1] @ known[1].T
    rows = np.arange(len(cosines))
    nearest = cosines.argmax(axis=1)
    best = cosines[rows, nearest]
    mutual = cosines.argmax(axis=0)[nearest] == rows
    cosines[rows, nearest] = -1
    clear = np.maximum(1 - best, 0) < RATIO**2 * np.maximum(1 - cosines.max(axis=1), 1e-9)
    chosen = np.flatnonzero(mutual & clear)
    if len(chosen) < LEAST:
        return None
    here, there = view[0][chosen], known[0][nearest[chosen]]
    plane, kept = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 2.0, maxIters=5000)
    if plane is None or int(kept.sum()) < LEAST:
        return None
    return int(kept.sum()), np.asarray(plane, np.float64)
