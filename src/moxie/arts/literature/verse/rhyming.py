"""Which rhymes a poem takes: as asked for, as given lines have them, or as the author does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from moxie.arts.literature.verse.manner import RARE, Manner
from moxie.arts.literature.verse.rhymes import ANY
from moxie.arts.literature.verse.wishes import FREE, Frame
from moxie.errors import BadInput

ROOM = 2  # a rhyme is taken unasked only if it has this many times the words that are needed


def choose(frame: Frame, manner: Manner, rng: np.random.Generator) -> Mapping[str, str]:
    """A rhyme for each letter of the pattern. BadInput for one that is unknown or too small."""
    used = Counter(
        rhyme
        for poem in manner.poems
        for sentence in poem
        for rhyme in frame.book.rhymes(sentence[-1][-1], ANY)
    )
    chosen: dict[str, str] = {}
    for letter in sorted({line.rhyme for line in frame.pattern.lines if line.rhyme}):
        needed = _needed(frame, letter)
        asked = _asked(frame, letter, needed)
        room = {rhyme: _room(frame, manner, rhyme, needed) for rhyme in asked or used}
        least = 1.0 if asked else ROOM
        fit = sorted(r for r, n in room.items() if n >= least and r not in chosen.values())
        if not fit:
            fit = [_largest(frame, room, needed)]
        weights = np.array([used[rhyme] + 0.1 for rhyme in fit])
        chosen[letter] = fit[int(rng.choice(len(fit), p=weights / weights.sum()))]
    return chosen


def _needed(frame: Frame, letter: str) -> Counter[str]:
    """How many free ends of lines rhyme, by their tone."""
    pairs = zip(frame.pattern.lines, frame.fixed, strict=True)
    return Counter(
        line.rhyme_tone
        for line, text in pairs
        if line.rhyme == letter and text[-1] == FREE and not line.repeats
    )


def _asked(frame: Frame, letter: str, needed: Counter[str]) -> frozenset[str]:
    """The rhymes that a person's lines or wish leave; empty for any."""
    ends = [
        frame.book.rhymes(text[-1], line.rhyme_tone)
        for line, text in zip(frame.pattern.lines, frame.fixed, strict=True)
        if line.rhyme == letter and text[-1] != FREE
    ]
    met = Counter(rhyme for rhymes in ends for rhyme in rhymes)
    if met:
        most = max(met.values())
        return frozenset(rhyme for rhyme, n in met.items() if n == most)
    wish = frame.wish.rhyme.strip()
    if not wish or letter != "a":
        return frozenset()
    if wish in frame.book.names():
        return frozenset((wish,))
    tone = next(iter(needed), ANY)
    found = frame.book.rhymes(wish[-1], tone) or frame.book.rhymes(wish[-1], ANY)
    if not found:
        raise BadInput(
            "There is no rhyme “{rhyme}” in {book}: name one of its rhymes, or a character to "
            "rhyme with.",
            rhyme=wish[:20],
            book=frame.book.name,
        )
    return found


def _room(frame: Frame, manner: Manner, rhyme: str, needed: Counter[str]) -> float:
    """How many times over the author has the words that are needed, at its narrowest tone."""
    shares = []
    for tone, count in needed.items():
        members = [
            c for c in frame.book.members(rhyme, tone) if c in manner.index and c not in frame.given
        ]
        known = sum(manner.counts[manner.index[c]] >= manner.enough(RARE) for c in members)
        shares.append(known / count)
    return min(shares, default=float(ROOM))


def _largest(frame: Frame, room: Mapping[str, float], needed: Counter[str]) -> str:
    """The rhyme with most room, if it is enough."""
    best = max(sorted(room), key=lambda rhyme: room[rhyme], default="")
    if not best or room[best] < 1:
        raise BadInput(
            "The rhyme “{rhyme}” cannot be kept: {form} needs {needed} rhyming words, and these "
            "works have only {count}.",
            rhyme=best or frame.wish.rhyme,
            form=frame.form.name,
            needed=needed.total(),
            count=int(room.get(best, 0) * max(needed.values(), default=0)),
        )
    return best
