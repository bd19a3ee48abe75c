"""How well judges know an artist's hand: on real works, split by work.

    python benchmarks/judges.py --works DIR --others DIR [DIR ...] [--seed N] [--quick] [--json]

System `moxie` is the judge that decides (`style`); `handcrafted`, `vgg19` and plain `rgb` means
and deviations are its peers. `identify` is the share of works whose nearest other work is by the
same artist, as many works of each folder (one piece a work). `score_own_<n>` is the style score
of the artist's own works that were kept apart, when n works stand for the artist (a fifth of them,
at least two, held out): it should be 1. `score_<folder>` is that of other artists (0 for the
nearest, less for farther ones), half of whose works are the floor and the other half judged.
`score_<damage>` is that of the artist's own works, damaged, and should be low. Values are medians
over splits, with the interval from the 5th to the 95th percentile; `unknown_<n>` is the share of
splits in which the artist could not be told from the others. A judge also sees how works were
photographed: folders from different sources are told apart a little too easily.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting import Painting
from moxie.arts.painting.judges import judges
from moxie.arts.painting.picture import Picture
from moxie.errors import UnreadableWork
from moxie.flow import evaluate
from moxie.flow.statistics import Grouped
from tables import Rows, parser

MADE = 16
"""Works that are judged in one split, as many as a model is measured by."""

SIZES = (5, 10, 20, 50)
"""Works that stand for the artist."""

DAMAGED = 16


class System(Protocol):
    """What is compared: pictures to vectors."""

    def embed(self, pieces: Sequence[Picture]) -> NDArray[np.float32]:
        """float32 [n, d]."""
        ...


class Rgb:
    """The plainest judge: channel means and deviations."""

    def embed(self, pieces: Sequence[Picture]) -> NDArray[np.float32]:
        """float32 [n, 6]."""
        moments = [(*p.mean(axis=(0, 1)), *p.std(axis=(0, 1))) for p in pieces]
        return np.array(moments, np.float32).reshape(-1, 6)


@dataclass(frozen=True)
class Seen:
    """One system's vectors: of the artist's works, of the others', of damaged works."""

    own: NDArray[np.float32]
    others: Mapping[str, NDArray[np.float32]]
    damaged: Mapping[str, NDArray[np.float32]]
    damaged_works: NDArray[np.int64]
    milliseconds: float


def shuffled(picture: Picture, rng: np.random.Generator, side: int = 16) -> Picture:
    """The same patches, in any order."""
    rows, columns = (n // side for n in picture.shape[:2])
    cut = picture[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    tiles = cut.swapaxes(1, 2).reshape(-1, side, side, 3)
    mixed = rng.permutation(tiles).reshape(rows, columns, side, side, 3).swapaxes(1, 2)
    return np.ascontiguousarray(mixed.reshape(rows * side, columns * side, 3))


def noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    """With grain of 25 gray levels."""
    return np.clip(picture + rng.normal(0, 25, picture.shape), 0, 255).astype(np.uint8)


def gray(picture: Picture) -> Picture:
    """Without color."""
    plain = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(plain, cv2.COLOR_GRAY2RGB), np.uint8)


Damage = Callable[[Picture, np.random.Generator], Picture]
DAMAGES: Mapping[str, Damage] = {
    "blur1": lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), 1), np.uint8),
    "blur3": lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), 3), np.uint8),
    "noise25": noisy,
    "shuffle16": shuffled,
    "gray": lambda p, _: gray(p),
}


def load(folder: Path, most: int, seed: int) -> list[Picture]:
    """The middle pieces of at most so many works, cleaned as in a run."""
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".png", ".webp"))
    art, found = Painting(), []
    for i in np.random.default_rng(seed).permutation(len(paths))[:most]:
        try:
            work = art.read(paths[i].read_bytes(), paths[i].name)
        except UnreadableWork:
            continue
        pieces = art.split(art.clean(work).content)
        found.append(pieces[len(pieces) // 2])
    return found


def look(
    system: System, own: list[Picture], others: Mapping[str, list[Picture]], seed: int
) -> Seen:
    """All vectors of one system, with the time of one picture."""
    rng = np.random.default_rng(seed)
    works = rng.permutation(len(own))[: min(DAMAGED, len(own) // 3)]
    system.embed(own[:1])  # what is loaded once is not counted
    started = time.perf_counter()
    vectors = system.embed(own)
    each = (time.perf_counter() - started) / len(own) * 1000
    damaged = {
        name: system.embed([damage(own[i], rng) for i in works]) for name, damage in DAMAGES.items()
    }
    strangers = {name: system.embed(pictures) for name, pictures in others.items()}
    return Seen(vectors, strangers, damaged, works, each)


def identify(seen: Seen, rng: np.random.Generator) -> float:
    """1-nearest-neighbor accuracy over works, balanced, features standardized over all."""
    groups = [seen.own, *seen.others.values()]
    least = min(len(group) for group in groups)
    rows = np.concatenate([group[rng.permutation(len(group))[:least]] for group in groups])
    labels = np.repeat(np.arange(len(groups)), least)
    rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
    distances = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((labels[distances.argmin(axis=1)] == labels).mean())


def split(seen: Seen, n: int, seed: int, *, own_only: bool) -> dict[str, float]:
    """The scores of one split with n works of the artist."""
    rng = np.random.default_rng([seed, n])
    free = np.setdiff1d(np.arange(len(seen.own)), seen.damaged_works)
    drawn = rng.permutation(free)
    held = max(2, n // 5)
    known, kept, made = drawn[held:n], drawn[:held], drawn[n : n + MADE]
    floor, judged = {}, {}
    for name, rows in seen.others.items():
        order = rng.permutation(len(rows))
        floor[name], judged[name] = rows[order[::2]], rows[order[1::2]][:MADE]
    judged = {} if own_only else {**judged, **seen.damaged}
    judged["own"] = seen.own[made]
    return {
        name: evaluate.compare(
            "judge",
            Grouped.singles(rows),
            Grouped.singles(seen.own[known]),
            Grouped.singles(seen.own[kept]),
            floor,
            seed=seed,
        ).fidelity.value
        for name, rows in judged.items()
    }


def measure(rows: Rows, name: str, seen: Seen, splits: int, seed: int) -> None:
    """All rows of one system."""
    rng = np.random.default_rng(seed)
    spread(rows, name, "identify", [identify(seen, rng) for _ in range(splits)], "share")
    free = len(seen.own) - len(seen.damaged_works) - 8
    sizes = [n for n in SIZES if n <= free]
    for n in sizes:
        last = n == sizes[-1]
        found = [split(seen, n, seed + i, own_only=not last) for i in range(splits)]
        values = [one["own"] for one in found]
        spread(rows, name, f"score_own_{n}", values, "score")
        unknown = float(np.mean(np.isnan(values)))
        rows.add(name, f"unknown_{n}", unknown, unknown, unknown, "share")
        if last:
            for what in sorted(found[0].keys() - {"own"}):
                spread(rows, name, f"score_{what}", [one[what] for one in found], "score")
    rows.add(name, "time", seen.milliseconds, seen.milliseconds, seen.milliseconds, "ms a picture")


def spread(rows: Rows, system: str, metric: str, values: list[float], unit: str) -> None:
    """The median, from the 5th to the 95th percentile, of what is known."""
    known = [value for value in values if np.isfinite(value)] or [np.nan]
    low, middle, high = np.percentile(known, [5, 50, 95])
    rows.add(system, metric, middle, low, high, unit)


def main() -> None:
    """The command line."""
    given = parser(__doc__).parse_args()
    if not given.others:
        raise SystemExit("Name at least one folder of other artists' works by --others.")
    most, splits = (60, 10) if given.quick else (160, 20)
    own = load(given.works, most, given.seed)
    others = {folder.name: load(folder, most // 2, given.seed) for folder in given.others}
    found = judges()
    systems: dict[str, System] = {"moxie": found[0], "rgb": Rgb()}
    systems |= {judge.name: judge for judge in found[1:]}
    rows = Rows()
    for name, system in systems.items():
        measure(rows, name, look(system, own, others, given.seed), splits, given.seed)
    rows.show(len(own), given.json)


if __name__ == "__main__":
    main()
