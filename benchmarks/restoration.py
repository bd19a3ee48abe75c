"""How well damaged paintings are mended: held-out works, both families of synthetic damage.

    python benchmarks/restoration.py --works DIR [--others DIR ...] [--seed N]
        [--quick] [--json] [--time] [--no-detection]

`--others` are folders of further painters, each reported by itself; without them only DIR is. In
each of five seeds one work of each painter is held out, cut to 256 px, damaged by a family of
`restoration.damage`, and mended with the true mask; pixels under it are blanked first. Metrics, by
painter, kind and family and over all (`*_cracks`, `*_losses`): `hole_psnr` (dB) of masked pixels;
`hole_ssim` in the hole and 5 px around it; `hole_swd`, the sliced Wasserstein distance of 7 x 7
patches whose middle is in the hole, in levels of 255; `hole_texture_swd`, the same without what is
broader than 3 px. `mended` has nothing but the painting, `mended+works` the artist's other works,
never the one that is held out; `gain_of_works` is their difference by pairs.

Peers, in the same run: OpenCV's Telea and Navier-Stokes, scikit-image's biharmonic, and PatchMatch
by the package patchmatch-cython (coarse to fine, its own defaults). `--time` measures 1 megapixel
with 5 % damage, and its memory, beside the peers' times.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import patchmatch_cython
from numpy.typing import NDArray
from skimage.metrics import structural_similarity
from skimage.restoration import inpaint_biharmonic

from moxie.arts.painting import codec
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.restoration import mending
from moxie.arts.painting.restoration.damage import FAMILIES, damage
from moxie.arts.painting.restoration.kinds import Kind
from moxie.arts.painting.restoration.scan import Scan
from restoration_detection import add_flags, detection
from tables import Rows, parser

SIDE = 256
SEEDS = 5
SHARE = 0.08
KINDS = (Kind.CRACKS, Kind.LOSSES)
WORKS = 40
"""The most works that are learnt from."""

PATCH, LINES = 7, 64
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"})
Mask = NDArray[np.bool_]
Fill = Callable[[Picture, Mask], NDArray[np.float64]]


def telea(picture: Picture, mask: Mask) -> NDArray[np.float64]:
    """OpenCV, radius 3."""
    return cv2.inpaint(picture, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA).astype(float)


def navier_stokes(picture: Picture, mask: Mask) -> NDArray[np.float64]:
    """OpenCV, radius 3."""
    return cv2.inpaint(picture, mask.astype(np.uint8), 3, cv2.INPAINT_NS).astype(float)


def biharmonic(picture: Picture, mask: Mask) -> NDArray[np.float64]:
    """scikit-image."""
    return np.asarray(inpaint_biharmonic(picture, mask, channel_axis=-1).clip(0, 1) * 255)


def patchmatch(picture: Picture, mask: Mask) -> NDArray[np.float64]:
    """patchmatch-cython."""
    return np.asarray(patchmatch_cython.inpaint_pyramid(picture, mask, seed=0), float)


PEERS: Mapping[str, Fill] = {
    "telea": telea,
    "navier-stokes": navier_stokes,
    "biharmonic": biharmonic,
    "patchmatch": patchmatch,
}


def swd(made: NDArray[np.float64], truth: NDArray[np.float64], mask: Mask) -> float:
    """Sliced Wasserstein distance (Rabin et al. 2011) of the patches about masked pixels."""
    rim = PATCH // 2
    rows, columns = np.nonzero(mask[rim:-rim, rim:-rim])
    lines = np.random.default_rng(0).normal(size=(PATCH * PATCH * 3, LINES))
    lines /= np.linalg.norm(lines, axis=0)
    seen = []
    for picture in (made, truth):
        windows = np.lib.stride_tricks.sliding_window_view(picture, (PATCH, PATCH), (0, 1))
        patches = windows[rows, columns].reshape(len(rows), -1)
        seen.append(np.sort(patches @ lines, axis=0))
    return float(np.abs(seen[0] - seen[1]).mean())


def strokes(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is finer than 3 px."""
    return picture - cv2.GaussianBlur(picture, (0, 0), 3)


def measure(made: NDArray[np.float64], truth: Picture, mask: Mask) -> dict[str, float]:
    """The metrics of one filling."""
    done = np.where(mask[..., None], np.rint(made.clip(0, 255)), truth).astype(float)
    real = truth.astype(float)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    _, alike = structural_similarity(real, done, channel_axis=2, data_range=255, full=True)
    return {
        "hole_psnr": float(10 * np.log10(65025 / ((done - real)[mask] ** 2).mean())),
        "hole_ssim": float(alike[near].mean()),
        "hole_swd": swd(done, real, mask),
        "hole_texture_swd": swd(strokes(done), strokes(real), mask),
    }


def load(folder: Path) -> list[Picture]:
    """The works of a folder, by name."""
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    return [codec.read(path.read_bytes(), path.name) for path in paths]


def middle(picture: Picture) -> Picture:
    """Its middle of at most SIDE pixels."""
    top, left = (max(0, (n - SIDE) // 2) for n in picture.shape[:2])
    return np.ascontiguousarray(picture[top : top + SIDE, left : left + SIDE])


Found = dict[tuple[str, str, str, str], dict[str, list[float]]]


def try_painter(name: str, works: list[Picture], seeds: range, found: Found) -> None:
    """Measure one painter: in each seed one work held out, both kinds, both families."""
    rng = np.random.default_rng(len(works))
    held = rng.permutation(len(works))[: len(seeds)]
    rest = [i for i in rng.permutation(len(works)) if i not in held][:WORKS]
    others = {str(i): works[i] for i in rest}
    known = mending.Known(others, mending.study(list(others.values()), 0))
    for seed, number in zip(seeds, held, strict=True):
        truth = middle(works[number])
        for family in FAMILIES:
            for kind in KINDS:
                mask = damage(truth, [kind], share=SHARE, seed=seed, family=family).mask
                blank = np.where(mask[..., None], np.uint8(0), truth)
                filled: dict[str, NDArray[np.float64]] = {
                    peer: fill(blank.copy(), mask) for peer, fill in PEERS.items()
                }
                plain = mending.mend(Scan(blank), mask, seed=seed)
                filled["mended"] = plain.scan.pixels.astype(float)
                helped = mending.mend(Scan(blank), mask, known, seed=seed)
                filled["mended+works"] = helped.scan.pixels.astype(float)
                for system, made in filled.items():
                    cell = found[name, str(kind), family, system]
                    for metric, value in measure(made, truth, mask).items():
                        cell[metric].append(value)
        told = {
            f"{system} {kind} {family}": round(float(cell["hole_psnr"][-1]), 2)
            for (painter, kind, family, system), cell in found.items()
            if painter == name
        }
        print(f"{name}, seed {seed}: {told}", flush=True)


def report(found: Found, rows: Rows) -> None:
    """Means over seeds, by painter and family, and over all; the spread is that of the mean."""
    groups: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (painter, kind, family, system), cell in found.items():
        for metric, values in cell.items():
            for where in ("", f" {painter}", f" {family}"):
                groups[system, f"{metric}_{kind}{where}"][""].extend(values)
    for (system, metric), cell in sorted(groups.items(), key=lambda one: one[0][::-1]):
        add(rows, system, metric, cell[""])
    for kind in KINDS:
        for metric in ("hole_psnr", "hole_texture_swd"):
            pairs = (groups[s, f"{metric}_{kind}"][""] for s in ("mended+works", "mended"))
            helped, plain = map(np.array, pairs)
            add(rows, "gain_of_works", f"{metric}_{kind}", list(helped - plain))


def add(rows: Rows, system: str, metric: str, values: list[float]) -> None:
    """A mean and its 95 % interval."""
    error = 1.96 * float(np.std(values)) / max(1, len(values)) ** 0.5
    mean = float(np.mean(values))
    rows.add(system, metric, mean, mean - error, mean + error)


def take_time(work: Picture, rows: Rows) -> None:
    """Seconds of this process for 1 megapixel with 5 % of damage, and the peak of its memory."""
    truth = resize(work, 1000, 1000)
    mask = damage(truth, KINDS, share=0.05, seed=0).mask
    blank = np.where(mask[..., None], np.uint8(0), truth)
    for peer, fill in PEERS.items():
        began = time.process_time()
        fill(blank.copy(), mask)
        rows.spread(peer, "cpu_seconds_1mp", [time.process_time() - began], "s")
    began, clock = time.process_time(), time.monotonic()
    mending.mend(Scan(blank), mask)
    rows.spread("mended", "cpu_seconds_1mp", [time.process_time() - began], "s")
    rows.spread("mended", "wall_seconds_1mp", [time.monotonic() - clock], "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    rows.add("all", "peak_rss", peak, peak, peak, "MB")


def main() -> None:
    """Measure and show."""
    flags: argparse.ArgumentParser = parser(__doc__)
    flags.add_argument("--time", action="store_true", help="measure time and memory too")
    flags.add_argument("--no-detection", action="store_true", help="leave finding damage out")
    add_flags(flags)
    given = flags.parse_args()
    rows = Rows()
    found: Found = defaultdict(lambda: defaultdict(list))
    seeds = range(given.seed, given.seed + (2 if given.quick else SEEDS))
    works = 0
    for folder in (given.works, *given.others):
        pictures = load(folder)
        works += len(pictures)
        try_painter(folder.name, pictures, seeds, found)
    report(found, rows)
    if given.time:
        take_time(pictures[0], rows)
    if not given.no_detection:
        rows.rows += detection([given.works, *given.others], given).rows
    rows.show(works, given.json)


if __name__ == "__main__":
    main()
