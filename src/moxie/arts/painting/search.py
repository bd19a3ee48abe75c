"""Searches thousands of works for what a picture, or a part of it, was copied from.

A shortlist by votes, each keypoint of the suspect for the works with a keypoint of nearly its
signature (Hamming embedding), where only votes that agree on one turn and one scale add up (weak
geometric consistency; both Jégou, Douze and Schmid, ECCV 2008). Then each candidate is confirmed
as in `details.py`: how much of one picture lies in one arrangement in the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moxie.art import Likeness
from moxie.arts.painting import composition
from moxie.arts.painting.copies import composed, matched
from moxie.arts.painting.details import Details, align
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.traces import (
    CELL_BITS,
    Bits,
    Keypoints,
    keypoints,
    project,
    signatures,
    unpack,
)

NEAR = 17
"""Signatures that differ in so many of 64 bits, or fewer, may be of one thing."""

IN_CELL = 64
"""About how many keypoints share a cell."""

UNSURE = 4
"""So many of a cell's bits, those nearest to turning, are tried both ways."""

TURNS, SIZES = 16, 32
"""Votes agree within a sixteenth of a turn and an octave (each counted in two neighbours)."""

BY_COMPOSITION = 2
"""So many works are compared in detail because their composition is near."""

PARTS, EXPLAINED = 5, 0.85
"""Of 5 x 5 parts of the suspect, the share that must hold something of a source to end the search;
else what is left is looked at once more, nearer."""

CERTAIN = 0.5
"""From here on a likeness is told even where others are stronger."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Longer side in pixels, most keypoints, and most works compared in detail by their votes."""

    side: int
    keypoints: int
    candidates: int


QUICK, THOROUGH = _Look(416, 500, 8), _Look(640, 1200, 24)
"""The second look is taken where the first does not explain the whole suspect: for corners cut
out, and for works pasted small into something larger."""


@dataclass(frozen=True, slots=True)
class _Votes:
    """Keypoints [n] of all works, sorted by cell."""

    bits: int
    starts: NDArray[np.int64]  # [2 ** bits + 1]
    works: NDArray[np.int32]
    signatures: Bits
    turns: NDArray[np.uint8]
    sizes: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Found:
    """A likeness, and the parts of the suspect that it explains; None where it explains nothing."""

    likeness: Likeness
    parts: NDArray[np.bool_] | None


class PictureArchive:
    """A `Finder` of pictures. Keeps about 25 kB of each; `traces` are read again to confirm."""

    def __init__(self, traces: Sequence[bytes]) -> None:
        self._traces = traces
        self._layouts = np.zeros((0, 0), np.float32)
        self._votes = self._load(traces)

    def search(self, content: Picture) -> list[Likeness]:
        """The sources from `CERTAIN` on, or else the likeliest one; the likeliest first."""
        if not len(self._traces):
            return []
        correlations = composition.views(content) @ self._layouts.T
        layouts = composition.similarity(correlations.max(axis=0))
        known: dict[int, _Found] = {}
        self._look(content, QUICK, layouts, known)
        rest = _unexplained(content, [one.parts for one in known.values() if one.parts is not None])
        if rest is not None:
            self._look(rest, THOROUGH, layouts, known)
        found = sorted(
            (one.likeness for one in known.values()), key=lambda one: (-one.similarity, one.index)
        )
        return [one for one in found if one.similarity >= CERTAIN] or found[:1]

    def _look(
        self,
        content: Picture,
        look: _Look,
        layouts: NDArray[np.float32],
        known: dict[int, _Found],
    ) -> None:
        """Compare the candidates of one look; the stronger of two findings stays."""
        asked = keypoints(content, look.side, look.keypoints)
        both = (asked, asked.mirrored())
        votes = np.stack([self._count(side) for side in both])
        for work in _chosen(votes, layouts, look.candidates):
            found = self._compare(work, both, votes, layouts)
            if work not in known or found.likeness.similarity > known[work].likeness.similarity:
                known[work] = found

    def _load(self, traces: Sequence[bytes]) -> _Votes:
        layouts = []
        columns: list[tuple[NDArray[Any], ...]] = []
        for i in range(len(traces)):  # one at a time: they may be read from disk
            kept = unpack(traces[i])
            layouts.append(kept.layout)
            points = kept.keypoints
            columns.append((kept.cells, kept.signatures, points.turns, points.sizes))
        self._layouts = np.array(layouts, np.float32)
        if not columns:
            columns = [
                (np.zeros(0, np.uint16), np.zeros(0, np.uint64), *[np.zeros(0, np.uint8)] * 2)
            ]
        cell, signature, turns, sizes = (np.concatenate(c) for c in zip(*columns, strict=True))
        bits = int(np.clip(np.ceil(np.log2(max(len(cell), 1) / IN_CELL)), 4, CELL_BITS))
        cell = cell >> (CELL_BITS - bits)
        order = np.argsort(cell, kind="stable")
        works = np.repeat(np.arange(len(columns), dtype=np.int32), [len(c[0]) for c in columns])
        starts = np.searchsorted(cell[order], np.arange((1 << bits) + 1))
        return _Votes(bits, starts, works[order], signature[order], turns[order], sizes[order])

    def _count(self, asked: Keypoints) -> NDArray[np.float32]:
        """Votes for each work, float32 [works], for the turn and scale most agree on."""
        votes, number = self._votes, len(self._traces)
        values = project(asked.details.signs)
        query, entry = _meet(values, votes)
        same = np.bitwise_count(signatures(values)[query] ^ votes.signatures[entry]) <= NEAR
        query, entry = query[same], entry[same]
        work = votes.works[entry]
        # what meets many works tells little of each
        often = np.bincount(query, minlength=len(values))
        weight = (1 / np.sqrt(np.maximum(often, 1))).astype(np.float32)[query]
        turn = (asked.turns[query] - votes.turns[entry]).astype(np.int64) * TURNS // 256
        size = asked.sizes[query].astype(np.int64) - votes.sizes[entry] + 128
        size = np.clip(size // 8, 0, SIZES - 1)
        table = np.bincount(
            (work * TURNS + turn) * SIZES + size, weight, minlength=number * TURNS * SIZES
        ).reshape(number, TURNS, SIZES)
        table = table + np.roll(table, 1, axis=1)
        table[:, :, 1:] = table[:, :, 1:] + table[:, :, :-1]
        return np.asarray(table.reshape(number, -1).max(axis=1), np.float32)

    def _compare(
        self,
        work: int,
        both: tuple[Keypoints, Keypoints],
        votes: NDArray[np.float32],
        layouts: NDArray[np.float32],
    ) -> _Found:
        mirrored = bool(votes[1, work] > votes[0, work])
        asked = both[mirrored].details
        found = align(asked, unpack(self._traces[work]).keypoints.details)
        agreement, alike = found.agreement, float(layouts[work])
        if agreement.similarity > alike:
            evidence = matched(agreement, mirrored=mirrored)
            sure = agreement.similarity >= CERTAIN
            parts = _parts(found.here, asked) if sure else None
            return _Found(Likeness(work, agreement.similarity, evidence), parts)
        everything = np.ones((PARTS, PARTS), np.bool_) if alike >= CERTAIN else None
        return _Found(Likeness(work, alike, composed(alike)), everything)


def _parts(places: NDArray[np.float32], of: Details) -> NDArray[np.bool_]:
    """The parts of a picture, [5, 5], with one of these places in them."""
    height, width = of.shape
    found = np.zeros((PARTS, PARTS), np.bool_)
    rows = np.clip(places[:, 1] * PARTS / height, 0, PARTS - 1).astype(np.int64)
    columns = np.clip(places[:, 0] * PARTS / width, 0, PARTS - 1).astype(np.int64)
    found[rows, columns] = True
    return found


def _unexplained(content: Picture, parts: Sequence[NDArray[np.bool_]]) -> Picture | None:
    """What is left to look at: all where no source was found, nothing where one explains it."""
    if not parts:
        return content
    explained = np.logical_or.reduce(parts)
    if explained.mean() >= EXPLAINED:
        return None
    rows, columns = np.nonzero(~explained)
    height, width = content.shape[:2]
    top, bottom = rows.min() * height // PARTS, -(-(rows.max() + 1) * height // PARTS)
    left, right = columns.min() * width // PARTS, -(-(columns.max() + 1) * width // PARTS)
    return np.ascontiguousarray(content[top:bottom, left:right])


def _meet(values: NDArray[np.float32], votes: _Votes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of the suspect's keypoints and the works' that share a cell, or nearly."""
    first = values[:, : votes.bits]
    powers = 1 << np.arange(votes.bits)[::-1]
    own = (first > 0) @ powers
    unsure = np.argsort(np.abs(first), axis=1)[:, :UNSURE]
    flips = (np.arange(1 << UNSURE)[:, None] >> np.arange(UNSURE)) & 1  # [16, 4]
    tried = own[:, None] ^ (powers[unsure] @ flips.T)
    low, high = votes.starts[tried].ravel(), votes.starts[tried + 1].ravel()
    lengths = high - low
    query = np.repeat(np.arange(len(values)).repeat(1 << UNSURE), lengths)
    offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return query, np.repeat(low, lengths) + offsets


def _chosen(votes: NDArray[np.float32], layouts: NDArray[np.float32], most: int) -> list[int]:
    """The works worth comparing in detail."""
    voted = votes.max(axis=0)
    by_votes = np.argsort(-voted, kind="stable")[:most]
    by_layout = np.argsort(-layouts, kind="stable")[:BY_COMPOSITION]
    return sorted({*map(int, by_votes[voted[by_votes] > 0]), *map(int, by_layout)})
