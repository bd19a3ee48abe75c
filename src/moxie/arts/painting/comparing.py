"""What two pictures have in common, drawn side by side for people who have to judge it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.art import Comparison, Preview
from moxie.arts.painting import composition
from moxie.arts.painting.codec import write
from moxie.arts.painting.copies import composed, matched
from moxie.arts.painting.details import Alignment, align
from moxie.arts.painting.picture import Picture, fit, resize
from moxie.arts.painting.traces import Keypoints, keypoints
from moxie.text import Scalar, say

SIDE, MOST = 800, 2000
"""Longer side, in pixels, and most keypoints: there is time for one pair."""

PANEL, GAP = 620, 14
"""Pixels of a panel's longer side, and between panels."""

LINES = 40
"""The most pairs of details joined by lines; more would hide the pictures."""

INK, COPIED = (178, 34, 34), (0, 140, 80)
METHOD = say(
    "Details of both pictures (SIFT keypoints, compared as RootSIFT, as they are and mirrored) "
    "are paired where each is clearly the other's nearest; RANSAC finds the largest set of pairs "
    "that one shift, turn, scale and slant explains. What counts is over how many cells of a "
    "12 x 12 grid these pairs are spread: 9 cells are the threshold of 0.5."
)
ERRORS = say(
    "Measured on real paintings (Moxie's benchmarks/RESULTS.md): of {n} pictures by other artists, "
    "each as it is and changed in {ways} ways, none was taken for a copy of any of the {works} "
    "works searched; the likeliest reached {most:.2f}. So few pictures show no more than that such "
    "an error happens with fewer than about {percent:.0f} % of pictures (95 %, rule of three).",
    n=106,
    ways=14,
    works=398,
    most=0.28,
    percent=3,
)
LIMITS = say(
    "This finds copies of a picture or of a part of it. It says nothing of style, manner, idea or "
    "motif, and nothing of who made which first, or whether the use was allowed. Both pictures "
    "may come from a third that is older than both; a person must look."
)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A suspect as it lies over the original: pairs of points, and the plane between them."""

    mirrored: bool
    alignment: Alignment
    plane: NDArray[np.float64] | None  # [3, 3], from the original to the suspect (as mirrored)
    shapes: tuple[tuple[int, int], tuple[int, int]]


def compare(suspect: Picture, original: Picture) -> Comparison:
    """What `suspect` and `original` share. See `Art.compare`."""
    laid = lay(suspect, original)
    agreement = laid.alignment.agreement
    correlations = composition.views(suspect) @ composition.layout(original)
    alike = float(composition.similarity(correlations.max(keepdims=True))[0])
    evidence = composed(alike)
    if agreement.similarity > alike:
        evidence = matched(agreement, mirrored=laid.mirrored)
    return Comparison(
        similarity=max(agreement.similarity, alike),
        evidence=evidence,
        shown=Preview("image/png", write(_drawn(suspect, original, laid))),
        facts={
            "details_in_common": agreement.points,
            "cells_in_common": agreement.cells,
            "cells_needed": 9,
            "composition_similarity": round(alike, 3),
            **_geometry(suspect, original, laid),
        },
        method=METHOD,
        errors=ERRORS,
        limits=LIMITS,
    )


def lay(suspect: Picture, original: Picture) -> _Laid:
    """How the suspect lies over the original, as it is or mirrored."""
    asked, known = keypoints(suspect, SIDE, MOST), keypoints(original, SIDE, MOST)
    tried: list[tuple[Alignment, bool, Keypoints]] = []
    for mirrored, points in ((False, asked), (True, asked.mirrored())):
        tried.append((align(points.details, known.details), mirrored, points))
    best, mirrored, points = max(tried, key=lambda one: one[0].agreement.points)
    plane: NDArray[np.float64] | None = None
    if best.agreement.points >= 8:
        found, _ = cv2.findHomography(best.there, best.here, cv2.USAC_MAGSAC, 4.0)
        plane = None if found is None else np.asarray(found, np.float64)
    return _Laid(mirrored, best, plane, (points.details.shape, known.details.shape))


def _geometry(suspect: Picture, original: Picture, laid: _Laid) -> dict[str, Scalar]:
    """How the original was changed, and how much of each lies in the other; where they agree."""
    if laid.plane is None or laid.alignment.agreement.similarity < 0.5:
        return {"mirrored": laid.mirrored}
    (height, width), (rows, columns) = laid.shapes
    inside = _outline(laid.plane, (rows, columns))
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    common, _ = cv2.intersectConvexConvex(cv2.convexHull(inside), frame)
    within = max(float(cv2.contourArea(cv2.convexHull(inside))), 1.0)
    linear = laid.plane[:2, :2] / laid.plane[2, 2]
    turn = math.degrees(math.atan2(linear[1, 0], linear[0, 0]))
    own = max(suspect.shape[:2]) / max(height, width)
    theirs = max(original.shape[:2]) / max(rows, columns)
    return {
        "mirrored": laid.mirrored,
        "turned_degrees": round(turn, 1),
        "scaled_by": round(float(math.sqrt(abs(np.linalg.det(linear)))) * own / theirs, 3),
        "share_of_original_in_suspect": round(min(1.0, common / within), 3),
        "share_of_suspect_from_original": round(min(1.0, common / (height * width)), 3),
        "lightness_correlation": round(_correlation(suspect, original, laid), 3),
    }


def _outline(plane: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Where the corners [4, 2] of a picture come to lie."""
    rows, columns = shape
    corners = np.array([[[0, 0], [columns, 0], [columns, rows], [0, rows]]], np.float32)
    return np.asarray(cv2.perspectiveTransform(corners, plane)[0], np.float32)


def _over(original: Picture, laid: _Laid) -> tuple[Picture, NDArray[np.bool_]]:
    """The original laid over the suspect (mirrored where that is), and where it lies."""
    (height, width), (rows, columns) = laid.shapes
    assert laid.plane is not None
    sized = resize(original, rows, columns)
    warped = cv2.warpPerspective(sized, laid.plane, (width, height), flags=cv2.INTER_AREA)
    here = cv2.warpPerspective(np.full((rows, columns), 255, np.uint8), laid.plane, (width, height))
    return np.asarray(warped, np.uint8), here > 127


def _correlation(suspect: Picture, original: Picture, laid: _Laid) -> float:
    """Of lightness where both lie over each other, smoothed a little: -1..1; blind to color."""
    warped, here = _over(original, laid)
    if here.sum() < 100:
        return 0.0
    (height, width), _ = laid.shapes
    own = resize(suspect, height, width)
    own = own[:, ::-1] if laid.mirrored else own
    grays = [
        cv2.GaussianBlur(cv2.cvtColor(np.ascontiguousarray(p), cv2.COLOR_RGB2GRAY), (0, 0), 2)[here]
        for p in (own, warped)
    ]
    if min(float(gray.std()) for gray in grays) < 1e-3:
        return 0.0
    return float(np.corrcoef(grays[0], grays[1])[0, 1])


def _drawn(suspect: Picture, original: Picture, laid: _Laid) -> Picture:
    """Suspect and original side by side with what they share; below, both in one position."""
    certain = laid.alignment.agreement.similarity >= 0.5 and laid.plane is not None
    top = _pair(suspect, original, laid, joined=certain)
    if not certain:
        return top
    warped, here = _over(original, laid)
    if laid.mirrored:  # back to how the suspect is seen
        warped, here = warped[:, ::-1], here[:, ::-1]
    (height, width), _ = laid.shapes
    cut = resize(suspect, height, width).copy()
    cut[~here] = cut[~here] // 4 + 190
    shown = np.where(here[..., None], warped, 255).astype(np.uint8)
    below = _beside(
        _titled(fit(cut, PANEL), "SUSPECT, where the original lies in it"),
        _titled(fit(np.ascontiguousarray(shown), PANEL), "ORIGINAL, laid into the same position"),
    )
    return _stacked(top, below)


def _pair(suspect: Picture, original: Picture, laid: _Laid, *, joined: bool) -> Picture:
    panels = [fit(suspect, PANEL).copy(), fit(original, PANEL).copy()]
    scales = [p.shape[1] / shape[1] for p, shape in zip(panels, laid.shapes, strict=True)]
    here, there = laid.alignment.here * scales[0], laid.alignment.there * scales[1]
    if laid.mirrored:
        here = np.stack([panels[0].shape[1] - 1 - here[:, 0], here[:, 1]], axis=1)
    if joined and laid.plane is not None:
        outline = _outline(laid.plane, laid.shapes[1]) * scales[0]
        if laid.mirrored:
            outline[:, 0] = panels[0].shape[1] - 1 - outline[:, 0]
        frame = np.array(
            [[[0, 0], [laid.shapes[0][1], 0], laid.shapes[0][::-1], [0, laid.shapes[0][0]]]],
            np.float32,
        )
        back = cv2.perspectiveTransform(frame, np.linalg.inv(laid.plane))[0] * scales[1]
        _polygon(panels[0], outline)
        _polygon(panels[1], back)
    titles = ("SUSPECT", "ORIGINAL")
    titled = [_titled(p, title) for p, title in zip(panels, titles, strict=True)]
    canvas = _beside(*titled)
    if joined:
        across = titled[0].shape[1] + GAP
        step = max(1, len(here) // LINES)
        for (x, y), (u, v) in zip(here[::step], there[::step], strict=True):
            ends = (round(x), round(y) + BAR), (round(u) + across, round(v) + BAR)
            cv2.line(canvas, *ends, COPIED, 1, cv2.LINE_AA)
            for end in ends:
                cv2.circle(canvas, end, 3, COPIED, 1, cv2.LINE_AA)
    return canvas


BAR = 26
"""Pixels of the line of words above a panel."""


def _polygon(panel: Picture, corners: NDArray[np.float32]) -> None:
    cv2.polylines(panel, [np.rint(corners).astype(np.int32)], True, INK, 2, cv2.LINE_AA)


def _titled(panel: Picture, title: str) -> Picture:
    bar = np.full((BAR, panel.shape[1], 3), 255, np.uint8)
    scale = min(0.5, 0.5 * panel.shape[1] / max(1, 9.5 * len(title)))
    cv2.putText(bar, title, (2, 18), cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), 1, cv2.LINE_AA)
    return np.concatenate([bar, panel])


def _beside(one: Picture, other: Picture) -> Picture:
    height = max(one.shape[0], other.shape[0])
    canvas = np.full((height, one.shape[1] + GAP + other.shape[1], 3), 255, np.uint8)
    canvas[: one.shape[0], : one.shape[1]] = one
    canvas[: other.shape[0], one.shape[1] + GAP :] = other
    return canvas


def _stacked(one: Picture, other: Picture) -> Picture:
    width = max(one.shape[1], other.shape[1])
    canvas = np.full((one.shape[0] + GAP + other.shape[0], width, 3), 255, np.uint8)
    canvas[: one.shape[0], : one.shape[1]] = one
    canvas[one.shape[0] + GAP :, : other.shape[1]] = other
    return canvas
