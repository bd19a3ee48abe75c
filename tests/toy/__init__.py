"""A whole art in a few lines: rows of beads of ten colors. Tests and docs/adding-an-art.md use it.

A style is which color follows which. It comes in as a plugin, as a stranger's art would.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moxie.art import (
    Art,
    Cleaned,
    Comparison,
    CopyIndex,
    Finder,
    Judge,
    Likeness,
    Preview,
    Recipe,
    StyleModel,
    Trait,
)
from moxie.errors import BadInput, UnreadableWork
from moxie.nn.plugins import recipes_in
from moxie.text import Message, Scalar, say
from moxie.work import Flag

if TYPE_CHECKING:
    from moxie.art import Floats, Mask

Row: TypeAlias = tuple[int, ...]
"""Colors 0 to 9, from left to right; 0 is a knot, and knots at the ends belong to no work."""

TRAITS = (
    Trait("height", say("high colors"), say("low colors")),
    Trait("variety", say("many colors"), say("few colors")),
    Trait("jumps", say("sudden changes of color"), say("gentle changes of color")),
)

PIECE = 12
LONGEST = 400


class Toy:
    """Rows of beads."""

    name = "toy"
    title = say("Rows of beads")
    unit = "beads"
    suffixes = frozenset({".beads"})
    handout = ()

    def recipes(self) -> Sequence[Recipe[Row]]:
        return recipes_in("toy.recipes", "toy")

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        rows = data.splitlines(keepends=True)[:1000]
        return (
            [(f"row {i}.beads", row) for i, row in enumerate(rows, 1)]
            if rows[1:]
            else [(name, data)]
        )

    def read(self, data: bytes, name: str) -> Row:
        found = re.fullmatch(rb"beads((?: \d){1,400})\n", data[: 2 * LONGEST + 10])
        if found is None:
            raise UnreadableWork("It is not a row of beads.")
        return tuple(int(bead) for bead in found[1].split())

    def write(self, content: Row, suffix: str = "") -> bytes:
        if suffix not in ("", ".beads"):
            raise BadInput("Beads cannot be written as {suffix}.", suffix=suffix)
        return f"beads {' '.join(map(str, content))}\n".encode()

    def facts(self, data: bytes, content: Row) -> Mapping[str, Scalar]:
        return {"bytes": len(data), "colors": len(set(content))}

    def family(self, name: str) -> str | None:
        found = re.fullmatch(r"(.+) part \d+\.beads", name)
        return found[1] if found else None

    def clean(self, content: Row) -> Cleaned[Row]:
        bare = "".join(map(str, content)).strip("0")
        flags = (Flag("knots", say("knots at the ends were cut")),) * (len(bare) < len(content))
        if len(bare) < PIECE:
            return Cleaned(content, (*flags, Flag("short", say("it is too short"))), usable=False)
        return Cleaned(tuple(map(int, bare)), flags)

    def amount(self, content: Row) -> float:
        return float(len(content))

    def augment(self, content: Row, *, seed: int) -> Row:
        turn = int(np.random.default_rng(seed).integers(1, max(2, len(content))))
        return content[turn:] + content[:turn]

    def split(self, content: Row) -> Sequence[Row]:
        starts = range(0, max(1, len(content) - PIECE + 1), PIECE)
        return [content[start : start + PIECE] for start in starts]

    def judges(self) -> Sequence[Judge[Row]]:
        return [Steps()]

    def traits(self) -> Sequence[Trait]:
        return TRAITS

    def measure(self, content: Row) -> Floats:
        steps = np.abs(np.diff(content)) if len(content) > 1 else np.zeros(1)
        return np.array([np.mean(content), np.log2(len(set(content))), steps.mean()], np.float32)

    def copies(self, contents: Sequence[Row]) -> CopyIndex[Row]:
        return Runs(contents)

    def trace(self, content: Row) -> bytes:
        return self.write(content)

    def finder(self, traces: Sequence[bytes]) -> Finder[Row]:
        return Drawer([self.read(trace, "trace") for trace in traces])

    def compare(self, suspect: Row, original: Row) -> Comparison:
        [found] = Drawer([original]).search(suspect)
        words = say("beads in a row")
        shown = self.preview((*suspect, *original))
        return Comparison(found.similarity, found.evidence, shown, {}, words, words, words)

    def size(self, text: str | None, like: Row | None = None) -> tuple[int, ...]:
        if text is None:
            return (32,)
        if not re.fullmatch(r"\d{1,3}", text) or not PIECE <= int(text) <= LONGEST:
            raise BadInput("A row has {n} beads or more, not {text}.", n=PIECE, text=repr(text))
        return (int(text),)

    def region(self, text: str, data: bytes | None, content: Row) -> Mask:
        found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", text)
        if found is None or data is not None:
            raise BadInput("Beads are named by number, as in 3-7, not {text}.", text=repr(text))
        mask = np.zeros(len(content), bool)
        mask[max(0, int(found[1]) - 1) : int(found[2])] = True
        if not mask.any() or mask.all() or int(found[1]) < 1 or int(found[2]) > len(content):
            raise BadInput("Of {n} beads, {text} is not a part.", n=len(content), text=text)
        return mask

    def dials(self) -> Mapping[str, Message]:
        return {"first": say("The first bead's color, 1 to 9")}

    def restorer(self, data: bytes, name: str) -> None:
        return None

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        if set(given) - {"first"} or not re.fullmatch("[1-9]", given.get("first", "1")):
            raise BadInput("The one dial is the first bead's color: first=1 to first=9.")
        return {name: int(color) for name, color in given.items()}

    def blend(self, models: Sequence[tuple[StyleModel[Row], float]]) -> StyleModel[Row]:
        from toy.recipes.chain import blend

        return blend(models)

    def preview(self, content: Row, *, small: bool = False) -> Preview:
        beads = enumerate(content)
        dots = (f'<circle cx="{10 * i + 5}" cy="{5 + bead}" r="4"/>' for i, bead in beads)
        svg = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(dots)}</svg>'
        return Preview("image/svg+xml", svg.encode())

    def examples(self) -> Iterator[tuple[str, bytes]]:
        rng = np.random.default_rng(5)
        for number in range(24):
            steps = rng.choice((1, 2, 4, 8), size=48, p=(0.4, 0.3, 0.2, 0.1))
            row = 1 + (rng.integers(9) + np.cumsum(steps)) % 9
            yield f"row-{number:02}.beads", self.write(tuple(row.tolist()))


class Steps:
    """Judges by how far it is from each bead to the next: a histogram [n, 10] of unit rows."""

    name = "steps"

    def embed(self, pieces: Sequence[Row]) -> Floats:
        rows = [np.bincount(np.diff(piece) % 10, minlength=10) for piece in pieces]
        counts = np.array(rows, np.float32).reshape(-1, 10) + 0.01
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), np.float32)

    def others(self) -> Mapping[str, Floats]:
        rng = np.random.default_rng(6)
        dice = [tuple(rng.integers(0, 10, PIECE).tolist()) for _ in range(40)]
        ladders = [tuple(range(start, start + 3 * PIECE, 3)) for start in range(10)]
        return {"dice": self.embed(dice), "ladders": self.embed(ladders)}


class Runs:
    """Finds copies by the longest run of beads in common, as a share of the whole."""

    def __init__(self, contents: Sequence[Row]) -> None:
        self._contents = list(contents)

    def nearest(self, content: Row, *, exclude: Collection[int] = ()) -> Likeness | None:
        runs = {
            i: difflib.SequenceMatcher(None, content, known, autojunk=False).find_longest_match()
            for i, known in enumerate(self._contents)
            if i not in exclude
        }
        if not runs:
            return None
        best = max(runs, key=lambda i: runs[i].size)
        size = runs[best].size
        return Likeness(best, size / len(content), say("{n} beads in a row", n=size))


class Drawer:
    """Searches rows: all with half of the beads in common, or the one with the most."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._index, self._number = Runs(rows), len(rows)

    def search(self, content: Row) -> list[Likeness]:
        all_but = [set(range(self._number)) - {i} for i in range(self._number)]
        each = (self._index.nearest(content, exclude=rest) for rest in all_but)
        found = sorted((one for one in each if one), key=lambda one: -one.similarity)
        return [one for one in found if one.similarity >= 0.5] or found[:1]


ART: Art[Row] = Toy()
"""What the entry point names."""
