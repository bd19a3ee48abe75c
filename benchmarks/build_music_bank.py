"""Make the reference bank: figures of other composers' works that ship with the music judges.

    python benchmarks/build_music_bank.py [GROUP=DIR ...] [--most 40] [--seed 0]
        [--out src/moxie/arts/music/style/bank.npz]

Reads the scores that come with the Python package music21, and any folders given in addition.
Of each group at most `--most` works, evenly chosen. Figures only, from which no note can be got
back: for the judge `statistics` the mean and deviation of each statistic and, for each work, the
statistics of its middle passage in steps of `judges.STEP` (int8 [works, d]); for the judge
`composer` the mean and the discriminant axes of hashed figures, and where those axes that were
found without the work put its middle passage (float16 [works, axes]).

Licences: the composers' works are in the public domain. music21's corpus/license.txt says that
some encodings are not for commercial use; none of them, nor any part, is in the bank: counts and
averages over eight bars, hashed or rounded, are facts about the music, not the encoding.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music import Music
from moxie.arts.music.needs import need
from moxie.arts.music.pieces import pieces
from moxie.arts.music.score import Score
from moxie.arts.music.style.features import describe
from moxie.arts.music.style.idioms import count
from moxie.arts.music.style.judges import STEP, standardised
from moxie.errors import MoxieError
from moxie.nn import discriminant

PASSAGES = 6
"""Passages of a work from which the axes are found, evenly chosen."""

FOLDS = 5

FEWEST = 16
"""Notes of a passage that says anything."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "haydn": ("haydn/**/*.mxl",),
    "beethoven": ("beethoven/**/*.mxl",),
    "schumann": ("schumann_*/**/*.mxl", "schumann_*/**/*.xml"),
    "bach": ("bach/*.mxl",),
    "palestrina": ("palestrina/*.krn",),
    "monteverdi": ("monteverdi/*[0-9].mxl",),
    "josquin": ("josquin/*.abc",),
    "trecento": ("trecento/*.xml",),
    "german_songs": tuple(f"essenFolksong/{name}.abc" for name in ("erk10", "boehme10", "fink0")),
    "chinese_songs": ("essenFolksong/han1.abc", "essenFolksong/han2.abc"),
    "irish_tunes": ("oneills1850/*.abc",),
    "british_airs": ("airdsAirs/*.abc",),
}
"""Files of music21's corpus by group. Clara and Robert Schumann are one; so are the trecento's."""

Work = list[Score]
"""The passages of a work."""

Rows = NDArray[np.float32]


def files(patterns: Sequence[str]) -> list[tuple[str, bytes]]:
    """Works of the corpus: a file each, a tune each of a collection in ABC."""
    corpus = Path(str(need("music21").__file__)).parent / "corpus"
    found = []
    for path in (path for pattern in patterns for path in sorted(corpus.glob(pattern))):
        name, data = str(path.relative_to(corpus)), path.read_bytes()
        tunes = re.split(rb"(?m)^(?=X:)", data)[1:] if path.suffix == ".abc" else [data]
        found += [(f"{name}-{number}{path.suffix}", tune) for number, tune in enumerate(tunes)]
    return found


def passages(works: Sequence[tuple[str, bytes]], most: int) -> Iterator[Work]:
    """The passages of at most so many of the works that can be read, evenly chosen."""
    art = Music()
    for place in np.unique(np.linspace(0, len(works) - 1, min(most, len(works))).astype(int)):
        name, data = works[int(place)]
        try:
            cleaned = art.clean(art.read(data, Path(name).name))
        except MoxieError as error:
            print(f"left out {name}: {error}")
            continue
        said = [piece for piece in pieces(cleaned.content) if len(piece.notes) >= FEWEST]
        if said:
            yield said


def statistics(groups: Mapping[str, Sequence[Work]]) -> dict[str, NDArray[np.generic]]:
    """What the judge `statistics` needs."""
    rows = {
        name: np.array([describe(_middle(work)) for work in works])
        for name, works in groups.items()
    }
    mean = np.mean([values.mean(axis=0) for values in rows.values()], axis=0)
    squares = np.mean([((values - mean) ** 2).mean(axis=0) for values in rows.values()], axis=0)
    bank: dict[str, NDArray[np.generic]] = {
        "statistics.mean": mean.astype(np.float32),
        "statistics.deviation": np.sqrt(squares).astype(np.float32),
    }
    for name, values in rows.items():
        inside = standardised(values, mean.astype(np.float32), np.sqrt(squares).astype(np.float32))
        bank[f"statistics/{name}"] = np.rint(inside / STEP).astype(np.int8)
    return bank


@dataclass(frozen=True)
class Figures:
    """Counts of figures of a group's passages [n, d], the work and the fold of each passage."""

    rows: Rows
    work: NDArray[np.int64]
    fold: NDArray[np.int64]
    middles: Rows  # [works, d]

    @classmethod
    def of(cls, works: Sequence[Work], rng: np.random.Generator) -> Figures:
        """Of at most `PASSAGES` passages a work; all of a work are in one fold."""
        chosen = [_even(work, PASSAGES) for work in works]
        number = np.repeat(np.arange(len(works)), [len(passages) for passages in chosen])
        return cls(
            np.array([count(piece) for passages in chosen for piece in passages]),
            number,
            (rng.permutation(len(works)) % FOLDS)[number],
            np.array([count(_middle(work)) for work in works]),
        )


def composer(groups: Mapping[str, Sequence[Work]], seed: int) -> dict[str, NDArray[np.generic]]:
    """What the judge `composer` needs."""
    rng = np.random.default_rng(seed)
    found = {name: Figures.of(works, rng) for name, works in groups.items()}
    mean = np.mean([one.rows.mean(axis=0) for one in found.values()], axis=0).astype(np.float32)
    whole = discriminant.axes([one.rows - mean for one in found.values()])
    bank: dict[str, NDArray[np.generic]] = {
        "composer.mean": mean.astype(np.float16),
        "composer.axes": whole.astype(np.float16),
    }
    for place, (name, (seen, told)) in enumerate(_left_out(found, mean, whole).items()):
        bank[f"composer/{name}"] = seen.astype(np.float16)
        print(f"{name}: {len(seen)} works; {np.mean(told == place):.0%} of middle passages told")
    return bank


def _left_out(
    found: Mapping[str, Figures], mean: Rows, whole: NDArray[np.float64]
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Where axes found without a work put its middle passage, and which group that looks like."""
    seen = {name: np.zeros((len(one.middles), whole.shape[1])) for name, one in found.items()}
    told = {name: np.zeros(len(one.middles), np.int64) for name, one in found.items()}
    for number in range(FOLDS):
        learnt = [one.rows[one.fold != number] - mean for one in found.values()]
        axes = discriminant.aligned(discriminant.axes(learnt), whole, np.concatenate(learnt))
        for name, one in found.items():
            left = np.unique(one.work[one.fold == number])
            rows = one.middles[left] - mean
            seen[name][left] = rows @ axes
            told[name][left] = discriminant.scores(learnt, rows).argmax(axis=1)
    return {name: (seen[name], told[name]) for name in found}


def _middle(work: Work) -> Score:
    return work[len(work) // 2]


def _even(values: Work, most: int) -> Work:
    places = np.unique(np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int))
    return [values[int(place)] for place in places]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", metavar="GROUP=DIR")
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("src/moxie/arts/music/style/bank.npz"))
    given = parser.parse_args()
    works = {name: files(patterns) for name, patterns in GROUPS.items()}
    for folder in given.folders:
        name, place = folder.split("=", 1)
        more = [(path.name, path.read_bytes()) for path in sorted(Path(place).iterdir())]
        works[name] = works.get(name, []) + more
    groups = {name: list(passages(found, given.most)) for name, found in works.items()}
    bank = statistics(groups) | composer(groups, given.seed)
    np.savez_compressed(given.out, allow_pickle=False, **bank)
    print(f"{given.out}: {given.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
