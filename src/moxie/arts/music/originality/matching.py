"""Finding the passages that a piece has in common with a shelf of works.

Two searches, both begun by rare runs of steps in common:

* **In time**: a work is laid under the piece, transposed and stretched; then all notes are
  compared, whatever line they are in. It sees through ornaments, missing notes, other parts.
* **Along a line**: a melody is followed note by note, whatever the rhythm. It sees through
  rubato and changed note values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from moxie.arts.music.originality.lines import GRID, Ints, Lines, grams
from moxie.arts.music.originality.passages import Bits, Bools, Passage, stretch
from moxie.arts.music.originality.surprise import Surprise

IN_TIME, ALONG = 6, 9
"""Steps of a run that begins the search in time, and along a line."""

HITS = 60_000
"""So many places are looked at, the rarest runs first: what is everywhere leads nowhere."""

ALIGNMENTS, FOLLOWED, CELLS = 64, 48, 1 << 21
"""The most alignments and melodies compared, and notes compared in all (of long pieces)."""

FINE, FASTEST = 48, 8
"""Stretches are multiples of 1/48, up to 8."""

WRONG, BROKEN = 3.0, 6.0
"""What a note that is not the work's costs, in bits, among all notes and in a line."""

TEXTURE = 0.7
"""Bits of notes that sound together are not independent; this share of them counts."""

UNLED = 1.0
"""Bits of a note in no line."""

LEAST = 12.0
"""Passages with fewer bits are not worth keeping."""


@dataclass(frozen=True, slots=True)
class _Hits:
    """Runs in common: where they begin in the piece's and the shelf's lines, and their weight."""

    here: Ints
    there: Ints
    bits: Bits


class Shelf:
    """The works' lines one after another: arrays [m] over the notes of all lines."""

    def __init__(self, works: Sequence[Lines]) -> None:
        self.bars = [work.bars for work in works]
        self.cells = [_cells(work) for work in works]
        empty = np.zeros(0, np.int64)
        self.onset = np.concatenate([*(work.onset[work.note] for work in works), empty])
        self.pitch = np.concatenate([*(work.pitch[work.note] for work in works), empty])
        self.work = np.repeat(np.arange(len(works)), [len(work.note) for work in works])
        starts = [(work.place == 0) for work in works]
        self.line = np.cumsum(np.concatenate([*starts, empty]).astype(np.int64))
        self._rhythmic = _Runs(works, IN_TIME, rhythm=True)
        self._melodic = _Runs(works, ALONG, rhythm=False)
        self._surprise = Surprise(works, rhythm=True)
        self._melodic_surprise = Surprise(works, rhythm=False)

    def weights(self, piece: Lines) -> Bits:
        """What each note of a piece tells, float64 [n], in the line where it tells least."""
        return _lightest(piece, self._surprise.bits(piece))[0]

    def passages(self, piece: Lines, allowed: Bools) -> Iterator[Passage]:
        """What the piece has in common with the works allowed [works]."""
        yield from self._in_time(piece, allowed)
        yield from self._along(piece, allowed)

    def _in_time(self, piece: Lines, allowed: Bools) -> Iterator[Passage]:
        hits = self._rhythmic.common(piece, allowed[self.work])
        work, pace, shift, offset = self._alignments(piece, hits)
        if not len(work):
            return
        under = np.stack([p * piece.onset + o for p, o in zip(pace, offset * GRID, strict=True)])
        agree = np.stack(
            [self._same(w, u, piece.pitch - s) for w, u, s in zip(work, under, shift, strict=True)]
        )
        bits = self._surprise.bits(piece)
        everything = np.arange(len(piece.onset))
        strands = [(everything, *_lightest(piece, bits), WRONG, TEXTURE)]
        for line in range(int(piece.line[-1]) + 1):
            places = np.flatnonzero(piece.line == line)
            before = piece.note[np.maximum(places - 1, places[0])]
            strands.append((piece.note[places], bits[places], before, BROKEN, 1.0))
        for notes, told, before, cost, share in strands:
            found, first, last = stretch(_worth(agree[:, notes], agree[:, before], told, cost))
            for i in np.flatnonzero(found * share >= LEAST):
                kept = notes[first[i] : last[i] + 1]
                yield Passage(
                    int(work[i]),
                    float(found[i] * share),
                    kept,
                    agree[i, kept],
                    np.rint(under[i, kept]).astype(np.int64),
                    int(shift[i]),
                )

    def _alignments(self, piece: Lines, hits: _Hits) -> tuple[Ints, Bits, Ints, Ints]:
        """Work, stretch, transposition and offset (in `GRID`s) at which most runs agree, each [d].

        Transposition is from the work up to the piece.
        """
        start, end = piece.note[hits.here], piece.note[hits.here + IN_TIME]
        lasts = self.onset[hits.there + IN_TIME] - self.onset[hits.there]
        exact = lasts / np.maximum(piece.onset[end] - piece.onset[start], 1)
        pace = np.rint(exact * FINE).astype(np.int64)
        offset = np.rint((self.onset[hits.there] - pace / FINE * piece.onset[start]) / GRID)
        fits = (np.abs(pace / FINE - exact) < 0.01 * exact) & (pace <= FINE * FASTEST)
        fits &= (pace > 0) & (np.abs(offset) < 1 << 25)
        shift = piece.pitch[start] - self.pitch[hits.there]
        columns = (self.work[hits.there], pace, shift, offset.astype(np.int64))
        most = max(4, min(ALIGNMENTS, CELLS // max(1, len(piece.onset))))
        work, pace, shift, offset = _most(np.stack(columns)[:, fits], hits.bits[fits], most)
        return work, pace / FINE, shift, offset

    def _same(self, work: int, under: Bits, pitch: Ints) -> Bools:
        """Which notes, at these times in a work and of these pitches, are notes of it."""
        cell = np.rint(under / GRID).astype(np.int64)
        wanted = cell * 128 + pitch
        known = self.cells[work]
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.asarray((known[at] == wanted) & (cell >= 0) & (pitch >= 0), np.bool_)

    def _along(self, piece: Lines, allowed: Bools) -> Iterator[Passage]:
        hits = self._melodic.common(piece, allowed[self.work])
        shift = piece.pitch[piece.note[hits.here]] - self.pitch[hits.there]
        columns = np.stack([hits.there - hits.here, piece.line[hits.here], shift])
        if not columns.size:
            return
        bits = self._melodic_surprise.bits(piece)
        starts = np.searchsorted(piece.line, np.arange(int(piece.line[-1]) + 2))
        for ahead, line, up in _most(columns, hits.bits, FOLLOWED).T:
            here = np.arange(starts[line], starts[line + 1])
            here = here[(here + ahead >= 0) & (here + ahead < len(self.pitch))]
            there = here + ahead
            agree = piece.pitch[piece.note[here]] - self.pitch[there] == up
            worth = _worth(agree, np.concatenate([agree[:1], agree[:-1]]), bits[here], BROKEN)
            worth[np.diff(self.line[there], prepend=self.line[there[0]]) != 0] = -np.inf
            yield from self._followed(piece, here, there, agree, worth, int(up))

    def _followed(
        self, piece: Lines, here: Ints, there: Ints, agree: Bools, worth: Bits, shift: int
    ) -> Iterator[Passage]:
        found, first, last = stretch(np.maximum(worth, -1e6)[None])
        if found[0] >= LEAST:
            kept = slice(int(first[0]), int(last[0]) + 1)
            yield Passage(
                int(self.work[there[first[0]]]),
                float(found[0]),
                piece.note[here[kept]],
                agree[kept],
                self.onset[there[kept]],
                shift,
            )


def _cells(work: Lines) -> Ints:
    """Where a work has its notes, and a `GRID` before and after: sorted numbers."""
    cell = work.onset // GRID
    return np.unique(np.concatenate([(cell + near) * 128 + work.pitch for near in (-1, 0, 1)]))


class _Runs:
    """Every run of so many steps in the works' lines, sorted by hash."""

    def __init__(self, works: Sequence[Lines], length: int, *, rhythm: bool) -> None:
        self._length, self._rhythm = length, rhythm
        hashes, begins, before = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)], 0
        for work in works:
            found, begin = grams(work, length, rhythm=rhythm)
            hashes.append(found)
            begins.append(begin + before)
            before += len(work.note)
        joined = np.concatenate(hashes)
        order = np.argsort(joined, kind="stable")
        self._hashes = joined[order]
        self._begins = np.concatenate(begins)[order].astype(np.int32)

    def common(self, piece: Lines, allowed: Bools) -> _Hits:
        """The piece's runs in the shelf's lines, at the places allowed [m]."""
        hashes, here = grams(piece, self._length, rhythm=self._rhythm)
        low = np.searchsorted(self._hashes, hashes, side="left")
        number = np.searchsorted(self._hashes, hashes, side="right") - low
        rare = np.argsort(number, kind="stable")
        rare = rare[number[rare] > 0]
        total = np.cumsum(number[rare])
        rare = rare[total <= max(HITS, int(total[0]) if len(total) else 0)]
        number, low, here = number[rare], low[rare], here[rare]
        which = np.repeat(np.arange(len(rare)), number)
        within = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number)
        there = self._begins[low[which] + within].astype(np.int64)
        kept = allowed[there]
        bits = np.log2(len(self._hashes) / np.maximum(number, 1))[which]
        return _Hits(here[which][kept], there[kept], bits[kept])


def _most(columns: Ints, bits: Bits, most: int) -> Ints:
    """The distinct columns of [k, hits] with the most bits in all, [k, d], heaviest first."""
    order = np.lexsort(columns[::-1])
    ordered = columns[:, order]
    new = np.ones(ordered.shape[1], np.bool_)
    new[1:] = (np.diff(ordered, axis=1) != 0).any(axis=0)
    total = np.bincount(np.cumsum(new) - 1, bits[order]) if len(new) else np.zeros(0)
    heavy = np.argsort(-total, kind="stable")[:most]
    return np.asarray(ordered[:, new][:, heavy], np.int64)


def _worth(agree: Bools, before: Bools, bits: Bits, cost: float) -> Bits:
    """What agreeing tells, [.., k]: a step only where the note before it agrees as well."""
    return np.where(agree & before, bits, np.where(agree, 0.0, -cost))


def _lightest(piece: Lines, bits: Bits) -> tuple[Bits, Ints]:
    """For each note the least of its bits in the lines that it is in, and the note before it
    there, each [n]; a note in no line comes before itself.
    """
    least = np.full(len(piece.onset), UNLED)
    before = np.arange(len(piece.onset))
    order = np.lexsort((-bits, piece.note))  # of a note's places the one with the least is last
    last = order[np.diff(piece.note[order], append=-1) != 0]
    least[piece.note[last]] = bits[last]
    before[piece.note[last]] = piece.note[np.where(piece.place[last] > 0, last - 1, last)]
    return least, before
