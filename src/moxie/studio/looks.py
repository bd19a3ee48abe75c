"""What creations and works look like to the learner of taste: rows of features, made once each.

There are two blocks: the judges' vectors, which see much that has no name, and the art's traits,
which have names. A row is a mean over the pieces that `Art.split` gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

BATCH = 16
"""Contents that are looked at together; what was seen of them is kept before the next."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Features of those that could be read, in the order asked for: one row for each of `ids`."""

    ids: tuple[str, ...]
    judges: Rows  # [n, d]
    traits: Rows  # [n, traits], in the order of `Art.traits`


def look(desk: Desk[S], ids: Sequence[str]) -> Looks:
    """The features of creations or works, from the store where they are there already.

    What cannot be read is left out, and said.
    """
    wanted, by = list(dict.fromkeys(ids)), eyes(desk.art)
    found = {name: desk.library.looks.find(desk.corpus.name, name, eye) for name, eye in by.items()}
    missing = [one for one in wanted if any(one not in rows for rows in found.values())]
    if missing:
        for name, rows in _seen(desk, missing, by).items():
            found[name].update(rows)
    there = tuple(one for one in wanted if all(one in rows for rows in found.values()))
    blocks = {name: _stacked([rows[one] for one in there]) for name, rows in found.items()}
    return Looks(there, blocks["judges"], blocks["traits"])


def look_at(art: Art[S], contents: Sequence[S]) -> Looks:
    """The features of contents that are not in the store; their ids are numbers."""
    judges, traits = _judged(art, contents), _measured(art, contents)
    ids = tuple(map(str, range(len(contents))))
    return Looks(ids, judges.astype(np.float64), traits.astype(np.float64))


def eyes(art: Art[S]) -> dict[str, str]:
    """What stands for what each block is made by: other rows are of no use."""
    named = {"judges": [judge.name for judge in art.judges()]}
    named["traits"] = [trait.name for trait in art.traits()]
    return {name: digest(moxie.__version__, art.name, *by) for name, by in named.items()}


def _stacked(rows: Sequence[NDArray[np.float32]]) -> Rows:
    return np.array(rows, np.float64).reshape(len(rows), len(rows[0]) if rows else 0)


def _seen(
    desk: Desk[S], missing: Sequence[str], by: Mapping[str, str]
) -> Mapping[str, dict[str, NDArray[np.float32]]]:
    """Both blocks of what nobody has looked at; each batch is kept before the next."""
    found: dict[str, dict[str, NDArray[np.float32]]] = {name: {} for name in by}
    _ = desk.machine  # as many threads as this machine is quickest with
    with desk.clock.stage("look"):
        for start in range(0, len(missing), BATCH):
            desk.clock.on_step(start, len(missing))
            there = dict(_readable(desk, missing[start : start + BATCH]))
            contents = list(there.values())
            measured = {"judges": _judged, "traits": _measured}
            for name, eye in by.items() if there else ():
                new = dict(zip(there, measured[name](desk.art, contents), strict=True))
                desk.library.looks.put(desk.corpus.name, name, eye, new)
                found[name].update(new)
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


def _measured(art: Art[S], contents: Sequence[S]) -> NDArray[np.float32]:
    """What has names, float32 [n, traits]."""
    return np.array([art.measure(content) for content in contents], np.float32)
