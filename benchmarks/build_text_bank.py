"""Make the reference bank: figures of other authors' works that ship with the judges of texts.

    python benchmarks/build_text_bank.py GROUP=DIR [GROUP=DIR ...] [--most 24] [--seed 0]
        [--out src/moxie/arts/literature/style/bank.npz]

A folder has one author's works, a UTF-8 text file each, paragraphs parted by empty lines. Of each
author at most `--most` works are kept, evenly chosen; axes are learnt from more. Figures only, from
which no sentence can be got back: for each language the mean and deviation of the figures, the
most frequent words and pairs of words, and axes that tell its authors apart; for each author the
vectors of the pieces (int8, in steps of `judges.STEP`), along axes that were found without them.
The texts that the bank in the package was made from are listed beside it in SOURCES.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.characters import units
from moxie.arts.literature.pieces import pieces
from moxie.arts.literature.style.judges import (
    AXES,
    BANDS,
    FAR,
    KINDS,
    STEP,
    bands,
    figures,
    frequencies,
    kind,
    runs,
    standardised,
    steady,
    written,
)
from moxie.arts.literature.writing import VERSE, Writing
from moxie.nn import discriminant

Rows = NDArray[np.float32]
Bank = dict[str, NDArray[np.generic]]

WORDS = 300
"""Most frequent words and pairs that are counted one by one."""

POEMS = 4
"""So many times as many poems are kept as pieces of prose: they are short."""

LEARNT = 10
"""So many times as many works of an author as are kept are learnt from, where there are."""

COMMON = 0.4
"""Words that fewer of the authors use are about their subjects."""

FOLDS = 5


def load(folder: Path, most: int) -> list[Writing]:
    """The middle pieces of at most so many works, evenly chosen."""
    paths = sorted(folder.glob("*.txt"))
    texts = [paths[place].read_text(encoding="utf-8") for place in even(len(paths), most)]
    works = [
        Writing.from_text(text, form="prose" if "\n\n" in text or "\n" not in text else VERSE)
        for text in texts
    ]
    cut = [pieces(work) for work in works]
    return [passages[len(passages) // 2] for passages in cut]


def even(number: int, most: int) -> list[int]:
    """At most so many places among a number of them, evenly spread."""
    places = np.linspace(0, number - 1, min(most, number)).round().astype(int)
    return [int(place) for place in np.unique(places)]


def frequent(groups: Mapping[str, Sequence[Writing]]) -> tuple[list[str], list[str]]:
    """The most frequent words and pairs; every author counts alike."""
    shares: Counter[str] = Counter()
    users: Counter[str] = Counter()
    for works in groups.values():
        counts: Counter[str] = Counter()
        for work in works:
            words = units(work.text).words
            counts.update(words)
            counts.update(" ".join(pair) for pair in pairwise(words))
        total = sum(counts.values())
        shares.update({word: count / total for word, count in counts.items()})
        users.update(counts.keys())
    most = [word for word, _ in shares.most_common() if users[word] >= COMMON * len(groups)]
    return most[:WORDS], [word for word, _ in shares.most_common() if " " in word][: BANDS[-1]]


def along(
    rows: Mapping[str, Rows], seed: int
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Axes of all rows, and where axes found without each put it."""
    rng = np.random.default_rng(seed)
    whole = discriminant.axes(list(rows.values()))[:, :AXES]
    folds = {name: rng.permutation(len(values)) % FOLDS for name, values in rows.items()}
    seen = {name: np.zeros((len(values), whole.shape[1])) for name, values in rows.items()}
    for number in range(FOLDS):
        learnt = [values[folds[name] != number] for name, values in rows.items()]
        part = discriminant.axes(learnt)[:, :AXES]
        turned = discriminant.aligned(part, whole, np.concatenate(learnt))
        for name, values in rows.items():
            left = folds[name] == number
            seen[name][left] = values[left] @ turned
    return whole, seen


def moments(rows: Mapping[str, Rows]) -> tuple[Rows, Rows]:
    """Mean and deviation; every author counts alike."""
    mean = np.mean([values.mean(axis=0) for values in rows.values()], axis=0)
    squares = np.mean([((values - mean) ** 2).mean(axis=0) for values in rows.values()], axis=0)
    return mean.astype(np.float32), np.sqrt(squares).astype(np.float32)


def stored(values: NDArray[np.floating]) -> NDArray[np.int8]:
    """As the bank keeps vectors."""
    return np.asarray(np.rint(np.clip(values, -FAR, FAR) / STEP), np.int8)


def language(name: str, groups: Mapping[str, Sequence[Writing]], most: int, seed: int) -> Bank:
    """What the judges need of one language."""
    words, pairs = frequent(groups)
    usual, places = bands(pairs), {word: place for place, word in enumerate(words)}
    plain = {g: np.array([figures(w, usual) for w in works]) for g, works in groups.items()}
    counted = {
        g: np.array([frequencies(units(w.text), places) for w in works])
        for g, works in groups.items()
    }
    hashed = {g: np.array([runs(w) for w in works]) for g, works in groups.items()}
    mean, deviation = moments(plain)
    word_mean, word_deviation = moments(counted)
    scaled = {g: standardised(rows, word_mean, word_deviation) for g, rows in counted.items()}
    run_mean = moments(hashed)[0]
    seen = {g: standardised(rows, mean, deviation) for g, rows in plain.items()}
    joint = {g: np.concatenate([written(seen[g], name), scaled[g]], axis=1) for g in groups}
    axes, by_words = along(joint, seed)
    run_axes, by_runs = along({g: rows - run_mean for g, rows in hashed.items()}, seed)
    bank: Bank = {
        f"{name}.mean": mean,
        f"{name}.deviation": deviation,
        f"{name}.words": np.array(words),
        f"{name}.pairs": np.array(pairs),
        f"{name}.words.mean": word_mean,
        f"{name}.words.deviation": word_deviation,
        f"{name}.axes": axes.astype(np.float16),
        f"{name}.runs.mean": run_mean.astype(np.float16),
        f"{name}.runs.axes": run_axes.astype(np.float16),
    }
    for group in groups:
        kept = even(len(seen[group]), most)
        rows = np.concatenate([steady(seen[group], name), by_words[group]], axis=1)
        bank[f"style/{name}/{group}"] = stored(rows[kept])
        bank[f"ngrams/{name}/{group}"] = stored(by_runs[group][kept])
    return bank


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="+", metavar="GROUP=DIR")
    parser.add_argument("--most", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out", type=Path, default=Path("src/moxie/arts/literature/style/bank.npz")
    )
    given = parser.parse_args()
    languages: dict[str, dict[str, list[Writing]]] = {name: {} for name in KINDS}
    for group in given.groups:
        name, folder = group.split("=", 1)
        works = load(Path(folder), LEARNT * given.most)
        spoken = Counter(kind(work) for work in works).most_common(1)[0][0]
        languages[spoken][name] = works
    bank: Bank = {}
    for name, groups in languages.items():
        if groups:
            most = POEMS * given.most if name.endswith("verse") else given.most
            bank |= language(name, groups, most, given.seed)
            print(f"{name}: {', '.join(groups)}")
    np.savez_compressed(given.out, allow_pickle=False, **bank)
    print(f"{given.out}: {given.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
