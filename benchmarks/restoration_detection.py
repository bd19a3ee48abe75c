"""Finding damage: F1 by kind and family, and paintings without damage left alone.

    python benchmarks/restoration_detection.py --works DIR [--others DIR ...] [--seed N]
        [--quick] [--weights FILE] [--learnt-from field] [--every 8] [--json]

Paintings of each folder are harmed by each family with one kind of damage at a time (`f1_KIND`,
about 4 % of the pixels), and with all kinds at once (`f1_all`, `named_KIND`: the share of that
kind's pixels that were found and called by its name). F1 is that of pixels, averaged over
paintings; a marked pixel is right, and a harmed pixel found, within 2 pixels of a megapixel's
(at least one pixel). `f1_exact_KIND` allows nothing. `moxie` decides first whether the painting is
damaged at all; `asked` is told that it is (`careful=False`). Rows of `photographed` are the same
pictures after a little blur and JPEG, which take the generators' sharp edges away.
`clean_false_share` is the share of pixels marked in the paintings as they came, `clean_untouched`
the share of paintings in which nothing is marked; some of the photographs show real cracks, which
count as false here.

Rows end in `seen family` where the network learnt from that family, in `unseen family` where not.
Baselines in the same run: bottom and top hats at Otsu's threshold without specks (`hats`), ridges
of Sato et al. 1998 likewise (`sato`, with scikit-image), and for places of another color than
their surroundings the distance to a broad median at Otsu's threshold (`outliers`).
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting import codec
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.damage import FAMILIES, damage
from moxie.arts.painting.restoration.detect import Found, find
from moxie.arts.painting.restoration.kinds import KINDS, Kind, Marked
from tables import Rows, parser

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
SHARE = 0.04
SEEDS, QUICK_SEEDS = 5, 1
DRAWN, QUICK_DRAWN = 12, 4  # paintings a seed and folder
QUICK_CLEAN = 24

Finder = Callable[[Picture], Marked]


@dataclass
class Scores:
    """F1 of each painting, by row."""

    by_row: dict[tuple[str, str], list[list[float]]] = field(default_factory=dict)

    def add(self, system: str, metric: str, seed: int, value: float) -> None:
        """One painting's."""
        runs = self.by_row.setdefault((system, metric), [])
        while len(runs) <= seed:
            runs.append([])
        runs[seed].append(value)

    def into(self, rows: Rows) -> None:
        """The median over seeds of the mean over paintings, between least and greatest."""
        for (system, metric), runs in self.by_row.items():
            rows.spread(system, metric, [float(np.mean(run)) for run in runs if run])


def tolerance(shape: tuple[int, ...]) -> int:
    """2 pixels of a megapixel's, at least one."""
    return max(1, round(2 * float(np.sqrt(shape[0] * shape[1])) / 1000))


def f1(found: Marked, truth: Marked, within: int) -> float:
    """F1 of pixels, right within so many pixels; 1 when nothing is there and nothing found."""
    if not found.any() and not truth.any():
        return 1.0
    if not found.any() or not truth.any():
        return 0.0
    precision = found[_grown(truth, within)].sum() / found.sum()
    recall = truth[_grown(found, within)].sum() / truth.sum()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def _grown(mask: Marked, by: int) -> Marked:
    if not by:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc), np.bool_)


def photographed(picture: Picture, seed: int) -> Picture:
    """As a camera would have it: a blur of half a pixel, noise of one level, JPEG at 90."""
    rng = np.random.default_rng(seed)
    seen = cv2.GaussianBlur(picture, (0, 0), 0.5) + rng.normal(0, 1, picture.shape)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 90]
    _, data = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def hats(picture: Picture) -> Marked:
    """Lines darker or lighter than their surroundings: the usual way to find craquelure."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    ways = (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    return _without_specks(np.maximum(*(cv2.morphologyEx(gray, way, disc) for way in ways)))


def sato(picture: Picture) -> Marked:
    """Dark and light ridges at three scales, after Sato et al. 1998."""
    from skimage.filters import sato as ridges

    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = np.maximum(*(ridges(gray, sigmas=(0.7, 1.2, 2), black_ridges=b) for b in (True, False)))
    return _without_specks(np.clip(found * (255 / max(float(found.max()), 1e-6)), 0, 255))


def outliers(picture: Picture) -> Marked:
    """Places of another color than their wider surroundings."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    broad = cv2.medianBlur(lab, 2 * (min(lab.shape[:2]) // 12) + 1)
    distance = np.linalg.norm(lab.astype(np.float32) - broad, axis=-1)
    return _without_specks(np.clip(distance, 0, 255))


def _without_specks(strength: NDArray[np.generic]) -> Marked:
    """Above Otsu's threshold, in components of ten pixels and more."""
    level = np.asarray(strength).astype(np.uint8)
    _, mask = cv2.threshold(level, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = stats[:, cv2.CC_STAT_AREA] >= 10
    keep[0] = False
    return np.asarray(keep[labels], np.bool_)


BASELINES: Mapping[Kind, Mapping[str, Finder]] = {
    kind: {"hats": hats, "sato": sato} if kind in KINDS[:3] else {"outliers": outliers}
    for kind in KINDS
}


def load(folder: Path, every: int) -> list[Picture]:
    """Every so-manieth painting of a folder, in the order of their names."""
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)[::every]
    return [codec.read(path.read_bytes(), path.name) for path in paths]


def detection(folders: Sequence[Path], given: Namespace) -> Rows:
    """All rows, for each folder of paintings."""
    rows, finder = Rows(), partial(find, weights=given.weights)
    count = QUICK_DRAWN if given.quick else DRAWN
    for folder in folders:
        pictures, scores = load(folder, given.every), Scores()
        for seed in range(QUICK_SEEDS if given.quick else SEEDS):
            rng = np.random.default_rng([given.seed, seed])
            drawn = [pictures[i] for i in rng.permutation(len(pictures))[:count]]
            for number, picture in enumerate(drawn):
                harm = 1000 * (given.seed + seed) + number
                for family in FAMILIES:
                    seen = "seen" if family in given.learnt_from else "unseen"
                    where = f"{folder.name}, {family} ({seen} family)"
                    _one_kind(picture, family, harm, finder, partial(_note, scores, where, seed))
                    _all_kinds(picture, family, harm, finder, partial(_note, scores, where, seed))
        scores.into(rows)
        _clean(
            folder.name,
            pictures[:: max(1, len(pictures) // QUICK_CLEAN)] if given.quick else pictures,
            finder,
            rows,
        )
    return rows


def _note(scores: Scores, where: str, seed: int, system: str, metric: str, value: float) -> None:
    scores.add(f"{system}: {where}", metric, seed, value)


def _one_kind(
    picture: Picture,
    family: str,
    seed: int,
    finder: Callable[..., Found],
    note: Callable[[str, str, float], None],
) -> None:
    """A painting with one kind of damage at a time, as drawn and photographed."""
    for kind in KINDS:
        harmed = damage(picture, [kind], share=SHARE, seed=seed, family=family)
        asked = finder(harmed.picture, careful=False)
        lit = finder(photographed(harmed.picture, seed), careful=False)
        for name, found in (
            ("moxie", finder(harmed.picture).mask),
            ("moxie, asked", asked.mask),
            ("moxie, asked, photographed", lit.mask),
        ):
            note(name, f"f1_{kind}", f1(found, harmed.mask, tolerance(found.shape)))
            note(name, f"f1_exact_{kind}", f1(found, harmed.mask, 0))
        for name, baseline in BASELINES[kind].items():
            found = baseline(harmed.picture)
            note(name, f"f1_{kind}", f1(found, harmed.mask, tolerance(found.shape)))


def _all_kinds(
    picture: Picture,
    family: str,
    seed: int,
    finder: Callable[..., Found],
    note: Callable[[str, str, float], None],
) -> None:
    """A painting with every kind at once: is it found, and called by its name?"""
    harmed = damage(picture, share=2 * SHARE, seed=seed, family=family)
    found = finder(harmed.picture, careful=False)
    note("moxie, asked", "f1_all", f1(found.mask, harmed.mask, tolerance(found.mask.shape)))
    for kind, mask in harmed.masks.items():
        if mask.any():
            note("moxie, asked", f"named_{kind}", float(found.kinds[kind][mask].mean()))


def _clean(
    name: str, pictures: Sequence[Picture], finder: Callable[..., Found], rows: Rows
) -> None:
    """What is marked in the paintings as they came."""
    shares = np.array([finder(picture).mask.mean() for picture in pictures])
    rows.add(f"moxie: {name}", "clean_false_share", shares.mean(), shares.min(), shares.max())
    untouched = shares == 0
    low, high = _wilson(int(untouched.sum()), len(untouched))
    rows.add(f"moxie: {name}", "clean_untouched", float(untouched.mean()), low, high)


def _wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return float(middle - half), float(middle + half)


def add_flags(flags: ArgumentParser) -> None:
    """What this benchmark asks for beside the usual."""
    flags.add_argument("--weights", type=Path, help="of another network than the one that ships")
    flags.add_argument("--learnt-from", nargs="*", default=["field"], choices=list(FAMILIES))
    flags.add_argument(
        "--every", type=int, default=1, help="8: only works that the shipped network left out"
    )


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    add_flags(flags)
    given = flags.parse_args()
    rows = detection([given.works, *given.others], given)
    rows.show(sum(len(load(f, given.every)) for f in [given.works, *given.others]), given.json)


if __name__ == "__main__":
    main()
