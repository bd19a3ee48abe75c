"""What copyists do to music: changes of a passage, and passages hidden in other works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from moxie.arts.music.pieces import excerpt, joined
from moxie.arts.music.score import TICKS, Note, Score, score
from moxie.arts.music.theory.keys import transpose

PASSAGE = 32
"""Bars of a passage: the usual length of a creation."""

Rng = np.random.Generator


def stretched(piece: Score, numerator: int, denominator: int) -> Score:
    """In other note values."""

    def time_of(ticks: int) -> int:
        return ticks * numerator // denominator

    return score(
        [
            n._replace(onset=time_of(n.onset), duration=max(1, time_of(n.duration)))
            for n in piece.notes
        ],
        [b._replace(onset=time_of(b.onset), length=time_of(b.length)) for b in piece.bars],
        piece.parts,
    )


def moved(piece: Score, when: Callable[[int], int]) -> Score:
    """Every onset and end at another time."""
    notes = []
    for n in piece.notes:
        onset = max(0, when(n.onset))
        notes.append(n._replace(onset=onset, duration=max(1, when(n.onset + n.duration) - onset)))
    return score(notes, piece.bars, piece.parts)


def ornamented(piece: Score, rng: Rng, share: float) -> Score:
    """A share of the notes missing, and a share turned into a neighbour and back."""
    notes: list[Note] = []
    for n in piece.notes:
        drawn = rng.random()
        if share <= drawn < 2 * share and n.duration >= TICKS // 6:
            quarter = n.duration // 4
            notes += [
                n._replace(duration=quarter),
                n._replace(onset=n.onset + quarter, duration=quarter, pitch=min(119, n.pitch + 2)),
                n._replace(onset=n.onset + 2 * quarter, duration=n.duration - 2 * quarter),
            ]
        elif drawn >= share:
            notes.append(n)
    return score(notes, piece.bars, piece.parts)


def dotted(piece: Score) -> Score:
    """Even eighths become dotted ones."""

    def when(ticks: int) -> int:
        beat, rest = divmod(ticks, TICKS)
        late = rest * 3 // 2 if rest <= TICKS // 2 else (rest + TICKS) // 2
        return beat * TICKS + late

    return moved(piece, when)


def rubato(piece: Score, rng: Rng) -> Score:
    """Played with a tempo that comes and goes by 15 % over eight quarter notes."""
    period, phase = 8 * TICKS, float(rng.uniform(0, 6))

    def when(ticks: int) -> int:
        turn = 2 * np.pi * ticks / period + phase
        return int(ticks + 0.15 * period / (2 * np.pi) * (np.sin(turn) - np.sin(phase)))

    return moved(piece, when)


def loose(piece: Score, rng: Rng, ticks: float) -> Score:
    """Every onset off by chance, with this standard deviation."""
    return score(
        [n._replace(onset=max(0, n.onset + int(rng.normal(0, ticks)))) for n in piece.notes],
        piece.bars,
        piece.parts,
    )


def highest(piece: Score) -> Score:
    """The top notes of the first part that has any, alone."""
    if not piece.notes:
        return piece
    first = min(note.part for note in piece.notes)
    kept: dict[int, Note] = {}
    for note in piece.notes:
        if note.part == first:
            kept.setdefault(note.onset, note._replace(part=0))  # notes run from the top
    return score(list(kept.values()), piece.bars, piece.parts[first : first + 1])


def reduced(piece: Score) -> Score:
    """All parts in one."""
    return score([n._replace(part=0) for n in piece.notes], piece.bars, piece.parts[:1])


def shifted(piece: Score, part: int | None) -> Score:
    """A part (or all of them) an octave higher."""
    return score(
        [
            n._replace(pitch=n.pitch + 12 if part in (None, n.part) and n.pitch < 108 else n.pitch)
            for n in piece.notes
        ],
        piece.bars,
        piece.parts,
    )


def played_by(piece: Score, program: int) -> Score:
    """In other instruments."""
    return replace(piece, parts=tuple(part._replace(program=program) for part in piece.parts))


def quoted(piece: Score, other: Score) -> Score:
    """The piece in the midst of another."""
    before = min(len(other.bars), PASSAGE - len(piece.bars)) // 2
    after = min(len(other.bars), PASSAGE) - before
    return joined(
        excerpt(other, 0, before), piece, excerpt(other, len(other.bars) - after, len(other.bars))
    )


def accompanied(melody: Score, other: Score) -> Score:
    """The melody in place of another piece's first part, from its ninth bar on."""
    start = other.bars[min(8, len(other.bars) - 1)].onset
    first = min(n.part for n in other.notes)
    kept = [
        n for n in other.notes if n.part != first or not start <= n.onset < start + melody.length
    ]
    put = [n._replace(onset=n.onset + start, part=first) for n in melody.notes]
    return score([*kept, *put], other.bars, other.parts)


Edit = Callable[[Score, Rng], Score]
EDITS: Mapping[str, Edit] = {
    "exact": lambda p, _: p,
    "transposed": lambda p, rng: transpose(p, int(rng.integers(1, 7)) * int(rng.choice((-1, 1)))),
    "half_time": lambda p, _: stretched(p, 1, 2),
    "double_time": lambda p, rng: stretched(transpose(p, int(rng.integers(-6, 6))), 2, 1),
    "instruments": lambda p, _: played_by(p, 73),
    "octave": lambda p, _: shifted(p, None),
    "lead_octave": lambda p, _: shifted(p, min((n.part for n in p.notes), default=0)),
    "ornaments5": lambda p, rng: ornamented(p, rng, 0.05),
    "ornaments10": lambda p, rng: ornamented(p, rng, 0.1),
    "one_voice": lambda p, _: highest(p),
    "one_part": lambda p, _: reduced(p),
    "dotted": lambda p, _: dotted(p),
    "loose": lambda p, rng: loose(p, rng, TICKS / 67),  # 9 ms at 100 a minute
    "rubato": rubato,
}
"""Changes of a passage."""

QUOTES: Mapping[str, tuple[int, Callable[[Score, Score, Rng], Score]]] = {
    "quote16": (16, lambda p, o, _: quoted(p, o)),
    "quote8": (8, lambda p, o, rng: quoted(transpose(p, int(rng.integers(-6, 7))), o)),
    "quote4": (4, lambda p, o, _: quoted(p, o)),
    "melody16": (16, lambda p, o, _: accompanied(highest(p), o)),
    "melody8": (8, lambda p, o, _: accompanied(highest(p), o)),
}
"""How many bars are hidden in 32 bars of another work, and how."""
