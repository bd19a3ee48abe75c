"""How well near-copies are found, and how often different works are taken for copies.

    python benchmarks/copies.py --works DIR [--others DIR ...] [--seed N] [--quick] [--json]

Every work is indexed; copies of some are made by the edits of `EDITS` and looked up. `recall_*`
is the share found (the right work, at or above the threshold); `alarms_others` the share of other
artists' works that are taken for copies; `alike_*` describe each work's nearest other work, real
repetitions of one composition included. Peers, in the same run: pHash (64 bits, Hamming distance
at most 10) and a plain color thumbnail (8 x 8, RMS distance at most 12 of 255), each also on the
mirrored picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting import Painting, codec
from moxie.arts.painting.copies import PictureIndex
from moxie.arts.painting.picture import Picture, fit, resize
from tables import Rows, parser

THRESHOLD = 0.5


def part(picture: Picture, share: float, rng: np.random.Generator) -> Picture:
    """A random window that keeps this share of each side."""
    height, width = picture.shape[:2]
    rows, columns = int(height * share), int(width * share)
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    return np.ascontiguousarray(picture[top : top + rows, left : left + columns])


def turned(picture: Picture, degrees: float) -> Picture:
    """Turned about its middle, the corners black."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height)), np.uint8)


def shifted(picture: Picture) -> Picture:
    """Warmer and flatter, as a bad reproduction."""
    moved = picture * np.array([1.15, 0.95, 0.8]) + np.array([-20, 5, 25])
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    """With the grain of a poor camera."""
    return np.clip(picture + rng.normal(0, 15, picture.shape), 0, 255).astype(np.uint8)


def tilted(picture: Picture) -> Picture:
    """Photographed askew."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    pulled = corners + np.array([[18, 10], [-6, 22], [-14, -9], [9, -18]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, pulled)
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height)), np.uint8)


def grayed(picture: Picture) -> Picture:
    """Without color."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), np.uint8)


def pasted(picture: Picture, onto: Picture) -> Picture:
    """A quarter of another picture."""
    canvas = onto.copy()
    rows, columns = canvas.shape[0] // 2, canvas.shape[1] // 2
    canvas[8 : 8 + rows, 8 : 8 + columns] = resize(picture, rows, columns)
    return canvas


def compressed(picture: Picture, quality: int) -> Picture:
    """Through JPEG."""
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def repainted(picture: Picture, rng: np.random.Generator) -> Picture:
    """The same composition, every stroke another: smoothed, pushed about, new texture."""
    height, width = picture.shape[:2]
    push = cv2.GaussianBlur(rng.normal(0, 1, (height, width, 2)).astype(np.float32), (0, 0), 8)
    push *= 6 / push.std()
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    smooth = cv2.medianBlur(picture, 11)
    moved = cv2.remap(smooth, x + push[..., 0], y + push[..., 1], cv2.INTER_LINEAR)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.5)
    made = moved + 18 * (grain / grain.std())[..., None]
    return np.asarray(np.clip(made, 0, 255), np.uint8)


Edit = Callable[[Picture, Picture, np.random.Generator], Picture]
EDITS: Mapping[str, Edit] = {
    "exact": lambda p, _, __: p.copy(),
    "jpeg30": lambda p, _, __: compressed(p, 30),
    "half_size": lambda p, _, __: resize(p, p.shape[0] // 2, p.shape[1] // 2),
    "gray": lambda p, _, __: grayed(p),
    "blur2": lambda p, _, __: np.asarray(cv2.GaussianBlur(p, (0, 0), 2), np.uint8),
    "noise15": lambda p, _, rng: noisy(p, rng),
    "color": lambda p, _, __: shifted(p),
    "crop90": lambda p, _, rng: part(p, 0.9, rng),
    "crop70": lambda p, _, rng: part(p, 0.7, rng),
    "crop40": lambda p, _, rng: part(p, 0.4, rng),
    "turn5": lambda p, _, __: turned(p, 5),
    "turn90": lambda p, _, __: np.ascontiguousarray(np.rot90(p)),
    "mirror": lambda p, _, __: np.ascontiguousarray(p[:, ::-1]),
    "perspective": lambda p, _, __: compressed(tilted(p), 60),
    "pasted25": lambda p, onto, __: pasted(p, onto),
    "repainted": lambda p, _, rng: repainted(p, rng),
}


class Hashes:
    """The peers: one vector a work, and a distance that counts as a copy."""

    def __init__(
        self, works: list[Picture], describe: Callable[[Picture], NDArray[np.float32]], most: float
    ) -> None:
        self.describe, self.most = describe, most
        self.known = np.array([describe(work) for work in works])

    def find(self, picture: Picture, exclude: int = -1) -> tuple[int, bool]:
        """The nearest work, and whether that makes it a copy."""
        views = (picture, np.ascontiguousarray(picture[:, ::-1]))
        distances = np.min(
            [np.sqrt(((self.known - self.describe(v)) ** 2).mean(axis=1)) for v in views], axis=0
        )
        if exclude >= 0:
            distances[exclude] = np.inf
        place = int(distances.argmin())
        return place, bool(distances[place] <= self.most)


def phash(picture: Picture) -> NDArray[np.float32]:
    """64 bits of the lowest frequencies, each 0 or 1."""
    gray = cv2.cvtColor(resize(picture, 32, 32), cv2.COLOR_RGB2GRAY).astype(np.float32)
    low = cv2.dct(gray)[:8, :8].ravel()
    return np.asarray(low > np.median(low), np.float32)


def thumbnail(picture: Picture) -> NDArray[np.float32]:
    """8 x 8 colors."""
    return resize(picture, 8, 8).astype(np.float32).ravel()


def load(folder: Path) -> list[Picture]:
    """The works of a folder, cleaned, at 512 px."""
    art = Painting()
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".png", ".webp"))
    return [fit(art.clean(codec.read(p.read_bytes(), p.name)).content, 512) for p in paths]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(middle - half), float(middle + half)


class Shares(Rows):
    """Rows of which some are shares."""

    def share(self, system: str, metric: str, hits: int, n: int) -> None:
        """A row for hits out of n."""
        self.add(system, metric, hits / n, *wilson(hits, n), "share")


def measure(works: list[Picture], others: list[Picture], *, seed: int, copies: int) -> Rows:
    """All rows."""
    rows, rng = Shares(), np.random.default_rng(seed)
    started = time.perf_counter()
    index = PictureIndex(works)
    per_work = (time.perf_counter() - started) / len(works) * 1000
    rows.add("moxie", "index", per_work, per_work, per_work, "ms a work")
    peers = {"phash": Hashes(works, phash, np.sqrt(10 / 64)), "thumb": Hashes(works, thumbnail, 12)}
    recall(rows, works, index, peers, rng, copies)
    alike(rows, works, index, peers, rng, copies * 2)
    hits = [m.similarity for o in others if (m := index.nearest(o))]
    if others:
        rows.share("moxie", "alarms_others", sum(s >= THRESHOLD for s in hits), len(hits))
        low, middle, high = np.percentile(hits, [2.5, 50, 97.5])
        rows.add("moxie", "alike_others", middle, low, high, "similarity")
        for name, peer in peers.items():
            rows.share(name, "alarms_others", sum(peer.find(o)[1] for o in others), len(others))
    return rows


def recall(
    rows: Shares,
    works: list[Picture],
    index: PictureIndex,
    peers: Mapping[str, Hashes],
    rng: np.random.Generator,
    copies: int,
) -> None:
    """Copies of some works by every edit, looked up."""
    chosen = rng.permutation(len(works))[:copies]
    seconds: list[float] = []
    for name, edit in EDITS.items():
        found: dict[str, int] = dict.fromkeys(["moxie", *peers], 0)
        similarities: list[float] = []
        for i in chosen:
            copy = edit(works[i], works[(i + 7) % len(works)], rng)
            started = time.perf_counter()
            match = index.nearest(copy)
            seconds.append(time.perf_counter() - started)
            assert match is not None
            right = match.index == i and match.similarity >= THRESHOLD
            if name == "pasted25":  # what it was pasted onto is a source as well
                right = match.similarity >= THRESHOLD and match.index in (i, (i + 7) % len(works))
            found["moxie"] += right
            similarities.append(match.similarity)
            for peer, hashes in peers.items():
                found[peer] += hashes.find(copy) == (i, True)
        for system, hits in found.items():
            rows.share(system, f"recall_{name}", hits, len(chosen))
        low, middle, high = np.percentile(similarities, [2.5, 50, 97.5])
        rows.add("moxie", f"similarity_{name}", middle, low, high, "similarity")
    low, middle, high = np.percentile(np.array(seconds) * 1000, [2.5, 50, 97.5])
    rows.add("moxie", "nearest", middle, low, high, "ms")


def alike(
    rows: Shares,
    works: list[Picture],
    index: PictureIndex,
    peers: Mapping[str, Hashes],
    rng: np.random.Generator,
    number: int,
) -> None:
    """Some works' nearest other works."""
    chosen = rng.permutation(len(works))[:number]
    nearest = [m.similarity for i in chosen if (m := index.nearest(works[i], exclude={int(i)}))]
    low, middle, high = np.percentile(nearest, [2.5, 50, 97.5])
    rows.add("moxie", "alike_own", middle, low, high, "similarity")
    rows.share("moxie", "alike_own_over", sum(s >= THRESHOLD for s in nearest), len(nearest))
    for name, peer in peers.items():
        over = sum(peer.find(works[i], exclude=int(i))[1] for i in chosen)
        rows.share(name, "alike_own_over", over, len(chosen))


def main() -> None:
    """The command line."""
    given = parser(__doc__).parse_args()
    works = load(given.works)
    others = [work for folder in given.others for work in load(folder)]
    rows = measure(works, others, seed=given.seed, copies=20 if given.quick else 60)
    rows.show(len(works), given.json)


if __name__ == "__main__":
    main()
