"""Finding what a piece of music might have been copied from.

A work is looked for at any pitch, at any speed and in any instruments (`matching.py`), and what
agrees counts for how much it tells (`surprise.py`): scales, chords and formulas that everyone
writes are worth little. Two measures make the similarity:

* the **strongest passage** in common, in bits;
* the **share** of all that the piece tells which passages of one work cover.

The scale: 1 is the same piece; from 0.5 on there is something to explain; different works by one
hand measure about 0.15 to 0.4. It is continuous, so that it can measure a dial.

Measured on real works (`benchmarks/music_copies.py`, 60 copies by each edit): among 127 by Mozart
32 bars are found through 14 edits (one of 840 is missed), 8 bars hidden in another work 60 times
(their bars named right 56 times), 4 bars 54 times, a melody of 8 bars over other music 56 times.
The nearest work of another catalogue number is at 0.25 (median) and never above 0.46. What lies
above 0.5 among 1,838 other works (chorales, masses, madrigals, quartets, folk tunes) was looked at
in part: one piece in two editions, one tune under two names, one chorale melody harmonised twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moxie.art import Likeness
from moxie.arts.music.originality.lines import Lines, lines
from moxie.arts.music.originality.matching import Shelf
from moxie.arts.music.originality.passages import Passage, Span, span
from moxie.arts.music.score import Score
from moxie.text import Message, Scalar, say

CHANCE, HALF = 5.0, 62.0
"""A passage of 5 bits says nothing; every 62 more halve the doubt, so that 67 bits are 0.5."""

NEARLY = 0.7
"""A passage with this share of the strongest one's bits is shown instead where it is longer."""


class ScoreIndex:
    """A `CopyIndex` of scores. Keeps about 160 bytes of each note, and no score."""

    def __init__(self, contents: Sequence[Score]) -> None:
        found: list[Lines] = []
        self._forms: list[_Form] = []
        for i in range(len(contents)):  # one at a time: they may be read from disk
            content = contents[i]
            found.append(lines(content))
            self._forms.append(_form(content))
        self._shelf = Shelf(found)

    def nearest(self, content: Score, *, exclude: Collection[int] = ()) -> Likeness | None:
        """The likeliest source; None when every work is excluded."""
        allowed = np.ones(len(self._forms), np.bool_)
        allowed[list(exclude)] = False
        if not allowed.any():
            return None
        if (same := self._same(content, allowed)) is not None:
            return same
        piece = lines(content)
        passages: defaultdict[int, list[Passage]] = defaultdict(list)
        for passage in self._shelf.passages(piece, allowed):
            passages[passage.work].append(passage)
        if not passages:
            first = int(np.flatnonzero(allowed)[0])
            return Likeness(first, 0.0, say("It has no passage in common with any of the works."))
        weights = self._shelf.weights(piece)
        similar = {work: _similarity(some, weights) for work, some in passages.items()}
        work = min(similar, key=lambda work: (-similar[work], work))
        shown = _longest(passages[work], piece)
        where = span(shown, piece, self._shelf.bars[work])
        return Likeness(work, similar[work], _evidence(where, shown.shift, similar[work]))

    def _same(self, content: Score, allowed: NDArray[np.bool_]) -> Likeness | None:
        """A work with the same notes at the same times, perhaps transposed or stretched."""
        form = _form(content)
        places = [
            place
            for place, known in enumerate(self._forms)
            if allowed[place] and known.digest == form.digest
        ]
        if not places or not content.notes:
            return None
        place = min(places, key=lambda place: (self._forms[place] != form, place))
        shift = form.lowest - self._forms[place].lowest
        if shift == 0:
            return Likeness(place, 1.0, say("It is the same piece."))
        same = say(
            "It is the same piece, transposed by {semitones} semitones.", semitones=f"{shift:+}"
        )
        return Likeness(place, 1.0, same)


class _Form(NamedTuple):
    """A piece apart from its pitch and its speed, and both of these."""

    digest: bytes
    lowest: int  # pitch
    unit: int  # ticks


def _form(score: Score) -> _Form:
    pitched = [note for note in score.notes if not score.parts[note.part].drums]
    lowest = min((note.pitch for note in pitched), default=0)
    start = min((note.onset for note in score.notes), default=0)
    unit = max(1, gcd(*(note.onset - start for note in score.notes)))
    notes = sorted(
        ((note.onset - start) // unit, note.pitch - lowest * (not score.parts[note.part].drums))
        for note in score.notes
    )
    return _Form(hashlib.sha256(repr(notes).encode()).digest(), lowest, unit)


def _similarity(passages: Sequence[Passage], weights: NDArray[np.float64]) -> float:
    """On the copy scale, of a piece whose notes weigh so much and its passages from one work."""
    bits = max(passage.bits for passage in passages)
    strongest = 1.0 - float(2.0 ** (-max(0.0, bits - CHANCE) / HALF))
    covered = np.unique(np.concatenate([passage.covers for passage in passages]))
    share = float(weights[covered].sum() / max(weights.sum(), 1e-9))
    whole = share**2 * min(1.0, bits / (CHANCE + HALF))  # of a piece that tells nothing, nothing
    return 1.0 - (1.0 - strongest) * (1.0 - whole)


def _longest(passages: Sequence[Passage], piece: Lines) -> Passage:
    """The longest in time of those that tell nearly as much as the strongest."""
    enough = NEARLY * max(passage.bits for passage in passages)
    strong = [passage for passage in passages if passage.bits >= enough]
    onsets = [piece.onset[passage.notes] for passage in strong]
    lasting = [
        (int(when[-1] - when[0]), passage.bits)
        for when, passage in zip(onsets, strong, strict=True)
    ]
    return strong[max(range(len(strong)), key=lambda i: lasting[i])]


def _evidence(where: Span, shift: int, similarity: float) -> Message:
    places: dict[str, Scalar] = {
        "bars": f"{where.first}-{where.last}",
        "others": f"{where.there_first}-{where.there_last}",
        "notes": where.notes,
    }
    if similarity < 0.5:
        return say(
            "Most alike: bars {bars} and bars {others} of the work, in {notes} notes.", **places
        )
    if shift == 0:
        return say("Bars {bars} are bars {others} of the work, in {notes} notes.", **places)
    return say(
        "Bars {bars} are bars {others} of the work, in {notes} notes, transposed by {semitones} "
        "semitones.",
        semitones=f"{shift:+}",
        **places,
    )
