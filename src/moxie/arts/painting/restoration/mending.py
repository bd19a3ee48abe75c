"""From a scan and a mask to the scan mended, tile by tile, in bounded memory.

In each tile the holes are filled in every way, the ways are weighed by trial holes (`choosing`),
and thick holes get strokes (`texture`). Tiles mended before count as known to the next, so that
nothing breaks at their borders. Only masked pixels are ever written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from torch import Tensor

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration import choosing, conditional, prior, solvers, texture
from moxie.arts.painting.restoration.choosing import Errors, Sureness
from moxie.arts.painting.restoration.prior import Prior
from moxie.arts.painting.restoration.scan import Box, Scan
from moxie.arts.painting.restoration.solvers import Floats, Mask

TILE = 512
"""Pixels a side that are mended at once."""

MARGIN = 64
"""Pixels around a tile that are looked at."""

PIECES, ROUNDS = 20_000, 2
"""Pieces of the painting itself that the kinds are fitted to, and how often."""

LENDERS = 2
"""Other works in whose holes strokes are looked for, for each tile."""

OverTiles = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Region:
    """One kind of hole in one tile: how much of it, mended how, how far off that is likely to be.

    `box` is top, left, bottom, right; `shares` are those of each way; `rms` is measured on trial
    holes, in colours of 0..1.
    """

    box: tuple[int, int, int, int]
    thick: bool
    pixels: int
    shares: Mapping[str, float]
    rms: float
    tried: int


@dataclass(frozen=True, slots=True)
class Mended:
    """The scan mended, how sure each masked pixel is (0..1, 1 elsewhere), and how it was done.

    `sources` are pieces of strokes by the work they came from, "" being the painting itself.
    """

    scan: Scan
    sureness: Floats
    regions: tuple[Region, ...]
    sources: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the painting: other works [h, w, 3] by name, and what they taught."""

    works: Mapping[str, Picture] = field(default_factory=dict)
    learnt: Prior | None = None


def study(works: Sequence[Picture], seed: int, *, most: int = 40_000, rounds: int = 3) -> Prior:
    """What pieces of an artist's works look like, beginning from those of painters in general."""
    floats = [work.astype(np.float32) / np.float32(255) for work in works]
    return prior.load().learn(prior.pieces_of(floats, most, seed), rounds)


def mend(
    scan: Scan,
    mask: Mask,
    known: Known | None = None,
    *,
    seed: int = 0,
    on_tile: OverTiles = lambda done, total: None,
) -> Mended:
    """Fill every masked pixel of a scan; see the module. `mask` is bool [h, w]."""
    easel = _Easel(scan.copy(), mask.copy(), known or Known(), seed)
    tiles = list(_tiles(mask))
    for number, tile in enumerate(tiles):
        on_tile(number, len(tiles))
        easel.mend(tile, seed + number)
    return Mended(easel.scan, easel.sureness, tuple(easel.regions), easel.sources)


class _Easel:
    """A scan while it is being mended. `left` is what still has to be."""

    def __init__(self, scan: Scan, left: Mask, known: Known, seed: int) -> None:
        self.scan, self.left, self.known = scan, left, known
        self.mask = left.copy()
        self.sureness = np.ones(left.shape, np.float32)
        self.regions: list[Region] = []
        self.sources: dict[str, int] = {}
        self._far = _far(scan, left)
        self._errors: dict[bool, Errors] = {}
        self._sure = Sureness()
        begun = known.learnt or prior.load()
        pieces = _own_pieces(scan, left, seed)
        self._priors = {"pieces": begun.learn(pieces, ROUNDS) if len(pieces) else begun}
        if known.learnt is not None:
            self._priors["pieces of the artist"] = known.learnt

    def mend(self, tile: Box, seed: int) -> None:
        """Fill what is masked in a tile, and note how."""
        box = _grown(tile, self.left.shape)
        crop, hole = self.scan.crop(box), self.left[box]
        wanted = np.zeros_like(hole)
        inner = _inside(tile, box)
        wanted[inner] = hole[inner]
        if hole.all():
            crop = self._around(box)
            self._paint(box, crop, wanted, np.zeros_like(crop[..., 0]))
            return
        ways = self._ways(crop, hole, wanted)
        place = choosing.trial_hole(hole, self.mask[box])
        both = hole | place
        trial = choosing.tried(crop, place, both, self._ways(crop, both, place))
        made, guess = crop.copy(), crop.copy()
        thick = choosing.thick_parts(hole)
        for kind in (False, True):
            errors = trial.errors(kind)
            self._errors[kind] = errors + self._errors[kind] if kind in self._errors else errors
            shares = errors.shares(self._errors[kind])
            part, tried = hole & (thick == kind), trial.thick == kind
            made[part] = choosing.mix([way[part] for way in ways.values()], shares)
            guess[_at(place, tried)] = choosing.mix(
                [f[tried] for f in trial.found.values()], shares
            )
            self._note(
                tile, kind, wanted & part, dict(zip(ways, shares.tolist(), strict=True)), errors
            )
        self._sure.add(trial, guess[place])
        depth = choosing.depth_of(hole)
        if (wanted & thick).any():
            lacks = [texture.lack(guess, crop, _at(place, trial.thick)), *self._lent(thick, seed)]
            added, used = texture.texture(made, thick, depth, lacks, seed)
            made = made + added
            for work, pieces in used.items():
                self.sources[work] = self.sources.get(work, 0) + pieces
        self._paint(box, made, wanted, self._sure.at(depth))

    def _ways(self, crop: Floats, hole: Mask, wanted: Mask) -> dict[str, Floats]:
        """Every filling by its name; what is not `wanted` may be filled less well."""
        empty = np.where(hole[..., None], np.float32(0), crop)
        found = solvers.guesses(empty, hole)
        thick = choosing.thick_parts(hole)[..., None]
        bent = np.where(thick, found["diffusion"], found["biharmonic"])
        first = (bent + found["navier-stokes"]) / np.float32(2)
        for name, learnt in self._priors.items():
            found[name] = conditional.likeliest(first, hole, learnt, wanted)
        return found

    def _lent(self, thick: Mask, seed: int) -> Iterator[texture.Lack]:
        """The same thick holes cut into other works, and what filling them lacks."""
        names = sorted(self.known.works)
        if not names:
            return
        rng = np.random.default_rng(seed)
        learnt = self._priors["pieces"]
        for name in rng.choice(names, min(LENDERS, len(names)), replace=False).tolist():
            work = _cut(self.known.works[name], thick.shape, rng)
            hole = thick[: work.shape[0], : work.shape[1]]
            if not hole.any() or hole.mean() > 0.6:
                continue
            empty = np.where(hole[..., None], np.float32(0), work)
            first = (solvers.diffusion(empty, hole) + solvers.navier_stokes(empty, hole)) / 2
            filling = conditional.likeliest(first.astype(np.float32), hole, learnt, hole)
            yield texture.lack(filling, work, hole, name)

    def _around(self, box: Box) -> Floats:
        """What a part that is missing altogether gets: the colours around it, from far."""
        rows, columns = self.left.shape
        scale_y, scale_x = self._far.shape[0] / rows, self._far.shape[1] / columns
        ys = (np.arange(box[0].start, box[0].stop, dtype=np.float32) + 0.5) * scale_y - 0.5
        xs = (np.arange(box[1].start, box[1].stop, dtype=np.float32) + 0.5) * scale_x - 0.5
        across, down = np.meshgrid(xs, ys)
        edge = cv2.BORDER_REPLICATE
        found = cv2.remap(self._far, across, down, cv2.INTER_LINEAR, borderMode=edge)
        return np.asarray(found, np.float32)

    def _paint(self, box: Box, made: Floats, wanted: Mask, sure: Floats) -> None:
        self.scan.paint(box, made, wanted)
        self.sureness[box][wanted] = sure[wanted]
        self.left[box][wanted] = False

    def _note(
        self, tile: Box, thick: bool, part: Mask, shares: Mapping[str, float], errors: Errors
    ) -> None:
        if part.any():
            box = (tile[0].start, tile[1].start, tile[0].stop, tile[1].stop)
            rms = errors.rms(np.array(list(shares.values())))
            rounded = {name: round(share, 3) for name, share in shares.items() if share >= 0.0005}
            found = Region(box, thick, int(part.sum()), rounded, round(rms, 4), errors.pixels)
            self.regions.append(found)


def _tiles(mask: Mask) -> Iterator[Box]:
    """The tiles with something masked in them, row by row."""
    for top in range(0, mask.shape[0], TILE):
        for left in range(0, mask.shape[1], TILE):
            tile = (
                slice(top, min(top + TILE, mask.shape[0])),
                slice(left, min(left + TILE, mask.shape[1])),
            )
            if mask[tile].any():
                yield tile


def _grown(tile: Box, shape: tuple[int, ...]) -> Box:
    rows, columns = (
        slice(max(0, side.start - MARGIN), min(n, side.stop + MARGIN))
        for side, n in zip(tile, shape, strict=True)
    )
    return rows, columns


def _inside(tile: Box, box: Box) -> Box:
    rows, columns = (
        slice(inner.start - outer.start, inner.stop - outer.start)
        for inner, outer in zip(tile, box, strict=True)
    )
    return rows, columns


def _at(place: Mask, chosen: Mask) -> Mask:
    """Those of a mask's pixels, in its order, that are chosen."""
    found = np.zeros_like(place)
    found[place] = chosen
    return found


def _far(scan: Scan, mask: Mask) -> Floats:
    """The whole painting small, its holes filled with the colours around them."""
    rows, columns = mask.shape
    step = max(1, max(rows, columns) // 512)
    box = slice(0, None, step), slice(0, None, step)
    hole = mask[box]
    crop = scan.crop(box)
    return solvers.diffusion(np.where(hole[..., None], np.float32(0), crop), hole)


def _own_pieces(scan: Scan, mask: Mask, seed: int) -> Tensor:
    """Pieces of the painting's known parts, from windows all over it."""
    rng = np.random.default_rng(seed)
    height, width = mask.shape
    side = 256
    found = []
    windows = max(1, min(16, height * width // (side * side)))
    for number in range(windows):
        top, left = (int(rng.integers(max(1, n - side + 1))) for n in (height, width))
        box = slice(top, top + side), slice(left, left + side)
        found.append(prior.pieces_of([scan.crop(box)], PIECES // windows, seed + number, mask[box]))
    return torch.cat(found)


def _cut(work: Picture, size: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A part of a work of at most this size, in 0..1."""
    top, left = (
        int(rng.integers(max(1, n - wanted + 1)))
        for n, wanted in zip(work.shape[:2], size, strict=True)
    )
    part = work[top : top + size[0], left : left + size[1]]
    return np.ascontiguousarray(part, np.float32) / np.float32(255)
