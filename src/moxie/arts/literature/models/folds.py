"""Which works are set aside, and from what: to stop a network by, and to fit gates on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from moxie.arts.literature.models.mixture import places_in

ASIDE = 0.1
"""Share of the works set aside to stop by and to fit the gate over networks on."""

LEAST_FOR_ASIDE = 8
"""With fewer works the ends of long ones are set aside instead."""

LONG = 1500
"""Symbols of a text whose end may be set aside."""

LEAST_TAUGHT = 400
"""Symbols set aside below which no gate is fitted: the longest contexts are believed."""

LEAST_LEFT_OUT = 2000
"""The same where works are left out by turns."""

FOLDS = 3
"""Times that works are counted without some of them, to fit a gate over the sides of counts."""

STRETCH, OVER = 6000, 12
"""Symbols of a work at least, and times the places wanted, that are looked at."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some symbols of a work, and how much they count."""

    symbols: list[int]
    weight: float


@dataclass(frozen=True, slots=True)
class Fold:
    """Works to count, and the beginnings of works that are not among them."""

    learnt: list[Part]
    told: list[list[int]]


def folded(
    whole: Sequence[Part],
    works: Sequence[str],
    otherwise: tuple[list[Part], list[Part]],
    size: int,
) -> list[Fold]:
    """Works left out by turns; of a single work, or of too little, what is `otherwise` set aside.

    `works` names the work of each part, `size` is of the alphabet.
    """
    names = _in_order(works)
    told = _beginnings(whole, works, names, size)
    folds = []
    for first in range(FOLDS if len(names) > 1 else 0):
        out = set(names[first::FOLDS])
        texts = [told[n] for n, work in enumerate(works) if work in out and n in told]
        learnt = [part for part, work in zip(whole, works, strict=True) if work not in out]
        if texts and learnt:
            folds.append(Fold(learnt, texts))
    least = LEAST_LEFT_OUT
    if not folds:
        folds, least = [Fold(otherwise[0], [part.symbols for part in otherwise[1]])], LEAST_TAUGHT
    return folds if sum(len(text) for fold in folds for text in fold.told) >= least else []


def _beginnings(
    whole: Sequence[Part], works: Sequence[str], names: Sequence[str], size: int
) -> dict[int, list[int]]:
    """The beginnings of parts, by their number: of all, or of as many works as are enough."""
    room = OVER * places_in(size)
    most = max(room // max(len(whole), 1), STRETCH)
    place = {name: n for n, name in enumerate(names)}
    found: dict[int, list[int]] = {}
    for n in sorted(range(len(whole)), key=lambda n: place[works[n]]):
        if room <= 0:
            break
        if some := whole[n].symbols[:most]:
            found[n] = some
            room -= len(some)
    return found


def apart(whole: Sequence[Part], works: Sequence[str]) -> tuple[list[Part], list[Part]]:
    """What is learnt from, and what is set aside: whole works, or the ends of a few long ones."""
    aside = _aside(works)
    if aside:
        return (
            [part for part, work in zip(whole, works, strict=True) if work not in aside],
            [part for part, work in zip(whole, works, strict=True) if work in aside],
        )
    learnt, ends = [], []
    for part in whole:
        cut = len(part.symbols)
        if cut >= LONG:
            cut -= round(ASIDE * cut)
            ends.append(Part(part.symbols[cut:], part.weight))
        learnt.append(Part(part.symbols[:cut], part.weight))
    return learnt, ends


def _aside(works: Sequence[str]) -> set[str]:
    """Works set aside, by a hash of their names, so that more works move few of them."""
    names = _in_order(works)
    if len(names) < LEAST_FOR_ASIDE:
        return set()
    return set(names[: max(1, round(ASIDE * len(names)))])


def _in_order(works: Sequence[str]) -> list[str]:
    return sorted(set(works), key=lambda work: hashlib.sha256(work.encode()).hexdigest())
