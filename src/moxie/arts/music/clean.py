"""Making a score ready to learn from: on a grid, without drums and silence, its faults told.

Nothing that was composed is taken away: a part goes only when it has no pitched notes, when it
doubles another note for note, or when there are more parts than can be learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moxie.art import Cleaned
from moxie.arts.music.files.quantise import quantise
from moxie.arts.music.files.upbeat import upbeat, with_upbeat
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import TICKS, Score
from moxie.text import say
from moxie.work import Flag

FEWEST_BARS, FEWEST_NOTES = 4, 30
"""With fewer there is nothing to learn from."""

MOST_PARTS = 16
"""Of more parts the busiest are kept."""

PLAYED = 0.15
"""From this share of notes off the grid on it is a performance; written scores have under 0.04."""

SILENT = 4
"""So many silent bars in a row are told."""

DENSE = 60
"""More notes than this in a quarter note, on average, are no music for players."""

ONE_PITCH = 0.6
"""From this share on, a single pitch is nearly all there is."""


def clean(score: Score) -> Cleaned[Score]:
    """The score on a grid, with at most `MOST_PARTS` parts of pitched notes, from first to last.

    What is already clean is given back as it is. `usable` is False when fewer than `FEWEST_BARS`
    bars or `FEWEST_NOTES` notes remain; then the first flag says so.
    """
    flags: list[Flag] = []
    content = _kept(score, flags)
    if not content.notes:
        nothing = Flag("no notes", say("It has no notes that have a pitch."))
        return Cleaned(score, (nothing,), usable=False)
    content = _trimmed(_written(content, flags))
    short = len(content.bars) < FEWEST_BARS or len(content.notes) < FEWEST_NOTES
    if short:
        message = say(
            "It is too short to learn from: {bars} bars with {notes} notes.",
            bars=len(content.bars),
            notes=len(content.notes),
        )
        flags.insert(0, Flag("short", message))
    return Cleaned(content, (*flags, *_faults(content)), usable=not short)


def _kept(score: Score, flags: list[Flag]) -> Score:
    """The parts to learn from."""
    drums = {number for number, part in enumerate(score.parts) if part.drums}
    if struck := sum(note.part in drums for note in score.notes):
        flags.append(Flag("drums", say("Its drums were left out ({notes} notes).", notes=struck)))
    counts = Counter(note.part for note in score.notes if note.part not in drums)
    if doubled := _doublings(score, counts):
        flags.append(
            Flag(
                "doubled",
                say("Parts that only double others were left out: {number}.", number=doubled),
            )
        )
    if len(counts) > MOST_PARTS:
        message = say(
            "It has {number} parts: only the {most} with the most notes were kept.",
            number=len(counts),
            most=MOST_PARTS,
        )
        flags.append(Flag("many parts", message))
    busiest = sorted(counts, key=lambda number: (-counts[number], number))[:MOST_PARTS]
    return _with_parts(score, busiest)


def _doublings(score: Score, counts: Counter[int]) -> int:
    """Take parts that have the very notes of an earlier one out of the counts; how many."""
    notes: dict[int, list[tuple[int, int]]] = {number: [] for number in counts}
    for note in score.notes:
        if note.part in notes:
            notes[note.part].append((note.onset, note.pitch))
    seen: set[tuple[tuple[int, int], ...]] = set()
    before = len(counts)
    for number in sorted(notes):
        played = tuple(notes[number])
        if played in seen:
            del counts[number]
        seen.add(played)
    return before - len(counts)


def _with_parts(score: Score, kept: Collection[int]) -> Score:
    """The score with these parts alone, in their order."""
    places = {number: place for place, number in enumerate(sorted(kept))}
    if len(places) == len(score.parts):
        return score
    notes = tuple(n._replace(part=places[n.part]) for n in score.notes if n.part in places)
    return replace(score, notes=notes, parts=tuple(score.parts[number] for number in places))


def _written(score: Score, flags: list[Flag]) -> Score:
    """The notes on a grid."""
    content, moved = quantise(score)
    if moved > PLAYED:
        message = say(
            "It was played, not written: {percent} % of its notes were moved to the nearest beat "
            "or part of a beat.",
            percent=round(100 * moved),
        )
        flags.append(Flag("performance", message))
    if pickup := upbeat(content):  # MIDI files have no way to tell of one
        message = say(
            "Its bar lines were moved: it begins with a pick-up that the file does not tell."
        )
        flags.append(Flag("upbeat", message))
        content = with_upbeat(content, pickup)
    return content


def _trimmed(score: Score) -> Score:
    """Without the silent bars before the first note and after the last."""
    sounding = np.flatnonzero(_sounding(score))
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    return score if last - first == len(score.bars) else excerpt(score, first, last)


def _faults(score: Score) -> list[Flag]:
    """What else a person should know."""
    flags: list[Flag] = []
    pauses = np.diff(np.flatnonzero(_sounding(score))) - 1
    if pauses.max(initial=0) > SILENT:
        message = say("It is silent for more than {bars} bars in a row.", bars=SILENT)
        flags.append(Flag("silent", message))
    density = len(score.notes) * TICKS / max(1, score.length)
    if density > DENSE:
        message = say("It has {notes} notes in every quarter note.", notes=round(density))
        flags.append(Flag("dense", message))
    _, commonest = Counter(note.pitch for note in score.notes).most_common(1)[0]
    if commonest >= ONE_PITCH * len(score.notes):
        flags.append(Flag("monotonous", say("Nearly all its notes have the same pitch.")))
    return flags


def _sounding(score: Score) -> NDArray[np.bool_]:
    """Whether anything sounds in each bar, [bars]."""
    starts = np.array([bar.onset for bar in score.bars], np.int64)
    spans = np.array([(n.onset, n.onset + n.duration) for n in score.notes], np.int64)
    first = np.searchsorted(starts, spans[:, 0], side="right") - 1
    last = np.searchsorted(starts, spans[:, 1], side="left") - 1
    change = np.zeros(len(starts) + 1, np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, last + 1, -1)
    return np.cumsum(change)[:-1] > 0
