"""Places in works that are like what lies about a hole.

A work is tried at every place at once (`template`), turned about the vertical, mirrored and at
some sizes; the best places are then brought nearer, turned freely, by Gauss-Newton steps. The
broken work is one of the works: its own other side, or a part that repeats, is found like any
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from moxie.arts.sculpture.lending import NEAR, Doubles, Known, Lender, Place
from moxie.arts.sculpture.template import SEEN, Template

YAWS = 8
SCALES = (0.8, 1.0, 1.25)
"""Turns about the vertical and sizes that are tried."""

TRIED, A_WORK = 30, 6
"""Places that are brought nearer, and how many of them one work may have."""

ROUNDS, STEP = 6, 0.01
"""Gauss-Newton steps, and how far apart slopes are measured."""

LOOSE = 0.15
"""How freely a place may move away from where it was found, in radians and shares."""

SAME = 0.02
"""Places that show points so near each other are one."""


def precedents(known: Known, lenders: Sequence[Lender], most: int) -> list[Place]:
    """The likeliest places, the likeliest first, at most so many."""
    template = Template(known)
    found: list[Place] = []
    for number, lender in enumerate(lenders):
        places = _searched(template, lender, number)
        found += sorted(places, key=lambda place: place.cost)[:A_WORK]
    found = sorted(found, key=lambda place: place.cost)[:TRIED]
    nearer = [_nearer(known, lenders[place.lender], place) for place in found]
    gap = known.gap()
    held = [one for one in nearer if lenders[one.lender].sees(one.source(gap)).mean() >= SEEN]
    held.sort(key=lambda place: place.cost)
    return _different(held, gap[:: max(1, len(gap) // 50)])[:most]


def _searched(template: Template, lender: Lender, number: int) -> list[Place]:
    """The best place for each turn, mirrored or not, and size."""
    scales = SCALES if lender.known is None else (1.0,)
    ways = [(turn, scale) for scale in scales for turn in _turns()]
    found = [template.best(lender, number, *way) for way in ways]
    return [place for place in found if place is not None]


def _turns() -> list[Doubles]:
    """Turns about the vertical, as they are and mirrored."""
    found = []
    for angle in np.arange(YAWS) / YAWS * 2 * np.pi:
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
        found += [turn, turn * (-1, 1, 1)]
    return found


def _nearer(known: Known, lender: Lender, place: Place) -> Place:
    """A place after a few steps that turn, scale and shift it to where it agrees better."""
    change, damp = np.zeros(7), 0.02
    left = _left(known, lender, place, change)
    for _ in range(ROUNDS):
        ahead = [_left(known, lender, place, change + step) for step in STEP * np.eye(7)]
        slope = (np.stack(ahead, 1) - left[:, None]) / STEP
        square = slope.T @ slope
        held = square + damp * np.diag(np.diag(square) + 1e-9)
        move = np.linalg.solve(held, -slope.T @ left)
        tried = _left(known, lender, place, change + move)
        if tried @ tried < left @ left:
            change, left, damp = change + move, tried, damp / 3
        else:
            damp *= 10
    apart = left[: len(known.values)]
    return replace(_changed(place, change), cost=float(apart @ apart))


def _left(known: Known, lender: Lender, place: Place, change: Doubles) -> Doubles:
    """What is left of the difference, weighted, and how far the place has moved."""
    moved = _changed(place, change)
    own = moved.source(known.points)
    shown = np.clip(lender.field.at(own) * moved.scale, -NEAR, NEAR)
    apart = shown - known.values
    if lender.known is not None:  # or a place could flee to where nothing is known
        apart = np.where(lender.sees(own), apart, NEAR / 2)
    return np.concatenate([np.sqrt(known.share) * apart, 0.1 * NEAR * change / LOOSE])


def _changed(place: Place, change: Doubles) -> Place:
    """Turned a little by `change[:3]` radians, larger by `change[3]`, shifted by `change[4:]`."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_rotvec(change[:3]).as_matrix() @ place.turn
    return replace(
        place,
        turn=turn,
        scale=place.scale * float(np.exp(change[3])),
        there=place.there + change[4:],
    )


def _different(places: Sequence[Place], probe: Doubles) -> list[Place]:
    """Without those that show at the probe [n, 3] what a better one shows."""
    kept: list[Place] = []
    for place in places:
        own = [one for one in kept if one.lender == place.lender]
        gaps = [np.abs(one.source(probe) - place.source(probe)).mean() for one in own]
        if min(gaps, default=np.inf) > SAME:
            kept.append(place)
    return kept
