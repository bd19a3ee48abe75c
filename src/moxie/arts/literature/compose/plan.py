"""A plan of prose that a person can read and change: its paragraphs, long or short, told or spoken.

"told 120, spoken 40, told 90: 渡口 雨" is three paragraphs, the last about two words. Plans are
drawn from the author's own works: how one of them goes on from length to length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from moxie.arts.literature.compose.habits import Habits
from moxie.errors import BadInput

TOLD, SPOKEN = "told", "spoken"

SHORTEST, LONGEST, MOST = 8, 2000, 200
"""Characters of a paragraph, and paragraphs of a plan."""

_NAMES = {"told": TOLD, "t": TOLD, "叙": TOLD, "叙述": TOLD, "spoken": SPOKEN, "s": SPOKEN,
          "对话": SPOKEN, "话": SPOKEN}  # fmt: skip
_BEAT = re.compile(r"([a-z]+|[叙述对话]+)?\s*(\d{1,5})\s*(?:字)?\s*(?:[:：]\s*(.{1,120}))?", re.I)


@dataclass(frozen=True, slots=True)
class Beat:
    """One paragraph: about how long, told or spoken, and what it should be about."""

    length: int
    spoken: bool = False
    theme: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = f": {' '.join(self.theme)}" if self.theme else ""
        return f"{SPOKEN if self.spoken else TOLD} {self.length}{about}"


@dataclass(frozen=True, slots=True)
class Outline:
    """Paragraphs in their order."""

    beats: tuple[Beat, ...]

    @property
    def length(self) -> int:
        """Characters of all of them."""
        return sum(beat.length for beat in self.beats)

    def __str__(self) -> str:
        return ", ".join(map(str, self.beats))


def parse(text: str) -> Outline:
    """A plan as a person writes it; raises BadInput."""
    beats: list[Beat] = []
    for part in re.split(r"[,，;；\n]+", text.strip()):
        found = _BEAT.fullmatch(part.strip())
        kind = _NAMES.get((found[1] or TOLD).lower()) if found else None
        if not found or kind is None or not SHORTEST <= int(found[2]) <= LONGEST:
            raise BadInput(
                "The plan {text} is not understood at {part}: write paragraphs such as "
                "told 120, spoken 40, told 90: river rain.",
                text=repr(text[:80]),
                part=repr(part.strip()[:40]),
            )
        theme = tuple((found[3] or "").split())
        beats.append(Beat(int(found[2]), kind == SPOKEN, theme))
    if len(beats) > MOST:
        raise BadInput(
            "The plan has {number} paragraphs; it may have {most}.", number=len(beats), most=MOST
        )
    return Outline(tuple(beats))


def draw(habits: Habits, length: int, rng: np.random.Generator) -> Outline:
    """A plan of about so many characters, as the works go: a stretch of one of them, from its
    beginning as often as not, and then of another.
    """
    beats: list[Beat] = []
    left = length
    while left >= SHORTEST and len(beats) < MOST:
        path = habits.paths[int(rng.integers(len(habits.paths)))]
        start = 0 if not beats else int(rng.integers(len(path)))
        for signed in path[start : start + 6]:
            size = min(max(SHORTEST, abs(signed)), LONGEST)
            if left < SHORTEST:
                break
            beats.append(Beat(min(size, left), signed < 0))
            left -= beats[-1].length
    if not beats:
        beats = [Beat(max(SHORTEST, length))]
    return Outline(_even(beats, length))


def about(outline: Outline, words: tuple[str, ...]) -> Outline:
    """The plan with its words where none are named: in turn, so that each has its paragraph."""
    if not words:
        return outline
    return Outline(
        tuple(
            beat if beat.theme else replace(beat, theme=(words[i % len(words)],))
            for i, beat in enumerate(outline.beats)
        )
    )


def _even(beats: list[Beat], length: int) -> tuple[Beat, ...]:
    """What is left over at the end is no paragraph of its own when it is very short."""
    if len(beats) > 1 and beats[-1].length < 24 and not beats[-1].spoken:
        last = beats.pop()
        beats[-1] = replace(beats[-1], length=beats[-1].length + last.length)
    short = length - sum(beat.length for beat in beats)
    if short > 0:
        beats[-1] = replace(beats[-1], length=beats[-1].length + short)
    return tuple(beats)
