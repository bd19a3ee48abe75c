"""A picture laid from blocks of the artist's works, so that its strokes are the artist's own.

Blocks are laid row by row over a composition, each the one that suits it and joins its neighbours
best, cut along the cheapest seam: texture transfer after Efros and Freeman, "Image Quilting for
Texture Synthesis and Transfer" (2001). Beyond theirs, blocks come from many works, mirrored too;
are found by their strokes and busyness as well as by colour (see `blocks`); take the coarse colours
of the composition; and no two neighbours go on as they did in one work, nor does a block return to
where the composition took it from, so that nothing much larger than a block is handed on whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.blocks import (
    CELLS,
    Floats,
    bands,
    block_side,
    describe,
    look,
    power,
    squares,
    to_lab,
    to_rgb,
)
from moxie.arts.painting.hands import Hands, divided
from moxie.arts.painting.montage import cheapest_path
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.swatches import Integers, Swatches

CANDIDATES = 80
"""Blocks tried at each place: those that suit the composition best."""

SOFT = 0.19
"""Colours coarser than this share of a block (standard deviation) follow the composition."""

AGAIN = 0.002
"""What using a block once more costs, in mean squared difference."""

NEIGHBOURS = [(0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0), (-2, -1), (-2, 1)]
NEIGHBOURS += [(-1, 2), (-1, -2)]
"""Places already laid whose blocks must not go on, by rows and columns."""

FORBIDDEN = 1e3

GAIN = (0.5, 1.9)
"""Least and greatest change of a region's contrast."""

MENDED_FROM = (10, 4)
"""Sources that blocks of half, and of a quarter of a side are taken from: of those works have
four and sixteen times as many."""

FEWER = (1, 1, 4)
"""By so much fewer candidates are tried for whole blocks, halves and quarters."""

RIM = 0.25
"""Share of a smaller block's side over which it fades into what is laid."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be laid: a picture, where each pixel of it came from, and how lively it is there.

    `places` is float32 [h, w, 3]: a work's number (-1 for none), and row and column in it, 0..1.
    `vigour` [h, w, 4] is that of `blocks.vigour`, which the picture itself may have lost.
    """

    picture: Picture
    places: Floats
    vigour: Floats


@dataclass(frozen=True, slots=True)
class Quilt:
    """The picture laid, and how much of it each work gave: (number, share), shares summing to 1."""

    picture: Picture
    shares: tuple[tuple[int, float], ...]


def quilt(
    target: Target,
    sources: Sequence[tuple[int, Picture]],
    *,
    mended: Sequence[float],
    apart: float,
    sharp: bool = False,
    hands: Hands | None = None,
) -> Quilt:
    """Lay the target from blocks of the sources, works by their numbers, the most wanted first.

    Then a share of all places (the first of `mended`), where the composition is followed least
    well, is laid again with blocks half as large, a second share with quarters. If `sharp`, the
    smaller blocks follow finer colours too. `apart` is the least distance, in a work's sides,
    between a block and the place in it that the composition has there. Of several `hands` each
    lays its share of the blocks, where it suits best.
    """
    side = block_side(min(target.picture.shape[:2]))
    cloth = _Cloth(target, Swatches(sources, side, SOFT * side), apart, hands=hands)
    cloth.lay()
    used = cloth.used()
    laid, small = cloth.laid, side
    for scale, (share, few) in enumerate(zip(mended, MENDED_FROM, strict=False), 1):
        small = small // CELLS // 2 * CELLS  # whole cells, those that `vigour` looked at
        if not small or share <= 0:
            break
        soft = SOFT * (small if sharp else side)
        fine = _Cloth(target, Swatches(sources[:few], small, soft), apart, laid, scale)
        fine.mend(share)
        laid = fine.laid
    height, width = target.picture.shape[:2]
    evened = even(laid[:height, :width], target.vigour[..., 2:], side)
    total = sum(used.values())
    shares = tuple((number, n / total) for number, n in used.most_common())
    return Quilt(to_rgb(evened), shares)


def even(laid: Floats, wanted: Floats, side: int) -> Floats:
    """Give every region as much contrast as is wanted [h, w, 2], in two bands.

    Of the blocks that suit a place the calmer ones win more often than they should. The broad band
    comes first, since it holds the fine one, which is then put right by itself.
    """
    for number in (0, 1):
        band = list(bands(laid, side))[number]
        gain = np.clip(wanted[..., number] / power(band, side), *GAIN)
        laid = laid + (gain[..., None] - 1) * band
    return laid


class _Cloth:
    """The picture while it is being laid, in Lab, a little larger than it will be."""

    def __init__(
        self,
        target: Target,
        swatches: Swatches,
        apart: float,
        laid: Floats | None = None,
        scale: int = 0,
        hands: Hands | None = None,
    ) -> None:
        """`scale` is 0 for whole blocks, 1 for those half as large, and so on."""
        self.swatches, self.side, self.apart = swatches, swatches.side, apart
        self.step = self.side // 2
        height, width = target.picture.shape[:2]
        self.shape = (max(1, -(-height // self.step) - 1), max(1, -(-width // self.step) - 1))
        self.wanted = self._widen(to_lab(target.picture))
        self.places = self._widen(target.places)
        self.energy = self._widen(target.vigour[..., min(scale, 1), None])[..., 0]
        self.soft = swatches.coarse(self.wanted)
        self.laid = np.zeros_like(self.wanted) if laid is None else self._widen(laid)
        self.chosen: dict[tuple[int, int], int] = {}
        self.times = np.zeros(len(swatches.spots), np.int64)  # that each block is used
        self.tried = CANDIDATES // FEWER[scale]
        self.hands = hands

    def lay(self) -> None:
        """Lay every place, row by row."""
        places = list(np.ndindex(self.shape))
        for place, tried, costs in zip(places, *self._suited(places), strict=True):
            where = self._where(place)
            blocks = self.swatches.strokes(tried) + self.soft[where]
            apart = squares(blocks - self.laid[where])
            total = costs + self._repeats(tried, place) + self._joins(apart, place)
            best = int(total.argmin())
            self.laid[where] += self._seams(apart[best], place) * (blocks[best] - self.laid[where])
            self._choose(place, int(tried[best]))

    def mend(self, share: float) -> None:
        """Lay again the share of places that follow the composition least, where that helps."""
        error = self._error()
        worst = np.argsort(-error, kind="stable")[: round(share * len(error))]
        places = [divmod(int(i), self.shape[1]) for i in worst]
        fade = self._fade()
        rim = fade[..., 0] < 1
        for i, place, tried, costs in zip(worst, places, *self._suited(places), strict=True):
            where = self._where(place)
            blocks = self.swatches.strokes(tried) + self.soft[where]
            joins = squares(blocks - self.laid[where])[:, rim].mean(1) / 2
            total = costs + self._repeats(tried, place) + joins
            best = int(total.argmin())
            if total[best] < error[i]:
                self.laid[where] += fade * (blocks[best] - self.laid[where])
                self._choose(place, int(tried[best]))

    def _choose(self, place: tuple[int, int], block: int) -> None:
        self.times[block] += 1
        self.chosen[place] = block

    def used(self) -> Counter[int]:
        """How many blocks each work gave."""
        return Counter(int(self.swatches.owners[block]) for block in self.chosen.values())

    def _widen(self, planes: Floats) -> Floats:
        """As large as whole blocks are, the rest mirrored."""
        sizes = [(n + 1) * self.step for n in self.shape]
        rows, columns = (max(0, s - n) for s, n in zip(sizes, planes.shape, strict=False))
        wide = np.pad(planes, ((0, rows), (0, columns), (0, 0)), mode="symmetric")
        return np.ascontiguousarray(wide[: sizes[0], : sizes[1]])

    def _where(self, place: tuple[int, int]) -> tuple[slice, slice]:
        top, left = place[0] * self.step, place[1] * self.step
        return slice(top, top + self.side), slice(left, left + self.side)

    def _described(self, lab: Floats, energy: Floats | None = None) -> Floats:
        """The descriptions at all places, [places, numbers]."""
        found = describe(look(lab, self.swatches.cell, energy))[::2, ::2]
        return found[: self.shape[0], : self.shape[1]].reshape(-1, found.shape[2])

    def _error(self) -> Floats:
        """How badly each place follows the composition."""
        laid = self.swatches.encode(self._described(self.laid))
        wanted = self.swatches.encode(self._described(self.wanted, self.energy))
        return np.asarray(((laid - wanted) ** 2).sum(1))

    def _suited(self, places: Sequence[tuple[int, ...]]) -> tuple[Integers, Floats]:
        """The candidates of some places, and what each costs whatever its neighbours are."""
        rows, columns = np.array(places).T
        described = self._described(self.wanted, self.energy)[rows * self.shape[1] + columns]
        found, costs = self._nearest(described)
        middle = self.side // 2
        own = self.places[rows * self.step + middle, columns * self.step + middle][:, None]
        gap = np.abs(self.swatches.centres[found] - own[..., 1:]).max(2)
        same = (self.swatches.owners[found] == own[..., 0]) & (gap < self.apart)
        return found, costs + FORBIDDEN * same

    def _nearest(self, described: Floats) -> tuple[Integers, Floats]:
        """The blocks nearest to each place, in the hand that is to lay it."""
        if self.hands is None:
            return self.swatches.nearest(described, self.tried)
        whose = np.array([self.hands.of[int(number)] for number in self.swatches.owners])
        drawn = [np.flatnonzero(whose == hand) for hand in range(len(self.hands.shares))]
        there = [hand for hand, blocks in enumerate(drawn) if len(blocks)]
        looked = [self.swatches.nearest(described, self.tried, drawn[hand]) for hand in there]
        shares = np.array([self.hands.shares[hand] for hand in there])
        laying = divided(np.stack([costs.min(1) for _, costs in looked]), shares / shares.sum())
        few = min(found.shape[1] for found, _ in looked)
        found, costs = (np.stack([pair[i][:, :few] for pair in looked]) for i in (0, 1))
        places = np.arange(len(laying))
        return found[laying, places].astype(np.int64), costs[laying, places].astype(np.float32)

    def _joins(self, apart: Floats, place: tuple[int, ...]) -> Floats:
        """How badly each block joins the ones above and to the left, [blocks]."""
        edges = [apart[:, : self.step]] if place[0] else []
        edges += [apart[:, :, : self.step]] if place[1] else []
        if not edges:
            return np.zeros(len(apart), np.float32)
        return np.asarray(np.mean([edge.mean((1, 2)) for edge in edges], axis=0))

    def _repeats(self, tried: Integers, place: tuple[int, ...]) -> NDArray[np.float64]:
        """What it costs to use blocks again, or to go on as a work went on."""
        spots = self.swatches.spots[tried]
        cost = AGAIN * self.times[tried].astype(np.float64)
        for rows, columns in NEIGHBOURS:
            block = self.chosen.get((place[0] + rows, place[1] + columns))
            if block is not None:
                there = self.swatches.spots[block] - (0, rows * self.step, columns * self.step)
                gap = np.abs(spots - there)
                cost += FORBIDDEN * ((gap[:, 0] == 0) & (gap[:, 1:].max(1) <= self.step))
        return cost

    def _seams(self, apart: Floats, place: tuple[int, ...]) -> Floats:
        """How much of the new block shows, [side, side, 1]: what lies beyond the cheapest seams."""
        keep = np.ones((self.side, self.side), np.bool_)
        if place[1]:
            keep[:, : self.step] &= beyond_seam(apart[:, : self.step])
        if place[0]:
            keep[: self.step] &= beyond_seam(apart[: self.step].T).T
        shown = cv2.GaussianBlur(keep.astype(np.float32), (0, 0), self.side / 45)
        # below and to the right nothing is laid yet that a soft edge could let through
        shown[self.step * bool(place[0]) :, self.step * bool(place[1]) :] = 1
        return np.asarray(shown[..., None], np.float32)

    def _fade(self) -> Floats:
        """1 in the middle of a block, falling towards its rim, [side, side, 1]."""
        along = np.arange(self.side) + 0.5
        ramp = np.clip(np.minimum(along, self.side - along) / (RIM * self.side), 0, 1)
        return np.asarray(np.minimum.outer(ramp, ramp)[..., None], np.float32)


def beyond_seam(cost: Floats) -> NDArray[np.bool_]:
    """True right of the cheapest path from the first to the last row, [rows, columns]."""
    path, _ = cheapest_path(cost.T)
    return np.arange(cost.shape[1])[None] > path[:, None]
