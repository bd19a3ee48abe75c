"""What creations and works look like to the learner of taste: rows of features, made once each.

There are two blocks: the judges' vectors, which see much that has no name, and the art's traits,
which have names. A row is a mean over the pieces that `Art.split` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

import moxie
from moxie.art import Art
from moxie.errors import Cancelled, MoxieError
from moxie.studio.desk import Desk, digest
from moxie.text import say

S = TypeVar("S")
Rows: TypeAlias = NDArray[np.float64]
Measured: TypeAlias = Callable[[Art[S], Sequence[S]], NDArray[np.float32]]

BATCH = 16
"""Contents that are looked at together; what was seen of them is kept before the next."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Features of those that could be read, in the order asked for: one row for each of `ids`."""

    ids: tuple[str, ...]
    judges: Rows  # [n, d]
    eye: str  # stands for what these features were made by


def look(desk: Desk[S], ids: Sequence[str]) -> Looks:
    """The features of creations or works, from the store where they are there already.

    What cannot be read is left out, and said.
    """
    eye = _eye(desk.art)
    rows = _rows(desk, "judges", eye, ids, _judged)
    there = tuple(one for one in dict.fromkeys(ids) if one in rows)
    width = len(rows[there[0]]) if there else 0
    judges = np.array([rows[one] for one in there], np.float64).reshape(len(there), width)
    return Looks(there, judges, eye)


def _eye(art: Art[S]) -> str:
    return digest(moxie.__version__, art.name, *(judge.name for judge in art.judges()))


def _rows(
    desk: Desk[S], block: str, eye: str, ids: Sequence[str], measured: Measured[S]
) -> Mapping[str, NDArray[np.float32]]:
    found = desk.library.looks.find(desk.corpus.name, block, eye)
    missing = [one for one in dict.fromkeys(ids) if one not in found]
    if not missing:
        return found
    _ = desk.machine  # as many threads as this machine is quickest with
    with desk.clock.stage("look"):
        for start in range(0, len(missing), BATCH):
            desk.clock.on_step(start, len(missing))
            there = dict(_readable(desk, missing[start : start + BATCH]))
            if there:
                rows = measured(desk.art, list(there.values()))
                new = dict(zip(there, rows, strict=True))
                desk.library.looks.put(desk.corpus.name, block, eye, new)
                found.update(new)
    return found


def _readable(desk: Desk[S], ids: Sequence[str]) -> Sequence[tuple[str, S]]:
    found: list[tuple[str, S]] = []
    for one in ids:
        try:
            found.append((one, desk.art.read(desk.library.get(one), one)))
        except Cancelled:
            raise
        except MoxieError as error:
            desk.clock.progress.say(
                say("{creation} cannot be read and is left out:", creation=one), error.message
            )
    return found


def _judged(art: Art[S], contents: Sequence[S]) -> NDArray[np.float32]:
    """All judges' vectors side by side, float32 [n, d]."""
    pieces = [art.split(content) for content in contents]
    starts = np.cumsum([0, *map(len, pieces[:-1])])
    counts = np.array([len(some) for some in pieces], np.float32)[:, None]
    flat = [piece for some in pieces for piece in some]
    sums = [np.add.reduceat(judge.embed(flat), starts, axis=0) for judge in art.judges()]
    return np.nan_to_num(np.concatenate(sums, axis=1) / counts).astype(np.float32)
