"""The creations a person may be asked about, as points of a space: worked out once, then kept.

Finding the space takes longer than a person likes to wait for the next question, so it is kept
until there are more creations.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from moxie.errors import NoWorks, StoreError
from moxie.store import Library
from moxie.studio.desk import Desk, digest
from moxie.studio.looks import Looks, eyes, look
from moxie.taste import space as spaces
from moxie.taste.space import Floats, Space
from moxie.work import Creation

S = TypeVar("S")

KEPT = "candidates"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Creations by their ids, a row for each: where they are, and the art's traits of them."""

    ids: tuple[str, ...]
    points: Floats  # [n, dimensions]
    traits: Floats  # [n, traits]
    space: Space

    def place(self, looks: Looks) -> Floats:
        """Where anything that was looked at lies in their space, float [n, dimensions]."""
        return self.space.points(looks.judges, looks.traits)


@dataclass(frozen=True, slots=True)
class Kept:
    """Candidates in the store. `arrays` are in NumPy's npz format, in base64."""

    of: str  # stands for the creations and all else that they depend on
    ids: tuple[str, ...]
    arrays: str


def candidates(desk: Desk[S]) -> Candidates:
    """Those of a corpus; raises NoWorks where there are fewer than two."""
    corpus = desk.corpus.name
    known = digest(desk.library.extent(corpus), *eyes(desk.art).values(), _settings())
    found = _load(desk.library, corpus, known)
    if found is None:
        looks = look(desk, [made.id for made in askable(desk.library, corpus)])
        if len(looks.ids) < 2:
            raise too_few(corpus)
        found = placed(looks)
        desk.library.save(corpus, KEPT, _packed(known, found))
    return found


def askable(library: Library, corpus: str) -> list[Creation]:
    """The creations a person may be asked about, oldest first: no near-copies, each once."""
    made = [one for run in reversed(library.runs(corpus)) for one in library.creations(run.id)]
    return list({one.id: one for one in made if not one.flagged}.values())


def placed(looks: Looks) -> Candidates:
    """Creations as points of the space that is theirs."""
    space = Space.of(looks.judges, looks.traits)
    points = space.points(looks.judges, looks.traits)
    return Candidates(looks.ids, points, looks.traits, space)


def too_few(corpus: str) -> NoWorks:
    """Why nothing can be asked."""
    return NoWorks(
        "There are fewer than two creations of {corpus} to compare: make some first, with "
        "`moxie create {corpus}`.",
        corpus=corpus,
    )


def _settings() -> str:
    return f"{spaces.DIMENSIONS} {spaces.LANDMARKS} {spaces.FLATTENED} {spaces.TRAITS}"


def _packed(known: str, found: Candidates) -> Kept:
    file = io.BytesIO()
    of_space = {field.name: getattr(found.space, field.name) for field in fields(Space)}
    np.savez(file, points=found.points, traits=found.traits, **of_space)
    return Kept(known, found.ids, base64.b64encode(file.getvalue()).decode("ascii"))


def _load(library: Library, corpus: str, known: str) -> Candidates | None:
    """What was kept, where it is of these creations and whole."""
    try:
        kept = library.load(corpus, KEPT, Kept)
        if kept is None or kept.of != known:
            return None
        with np.load(io.BytesIO(base64.b64decode(kept.arrays))) as arrays:
            space = Space(**{field.name: arrays[field.name] for field in fields(Space)})
            return Candidates(kept.ids, arrays["points"], arrays["traits"], space)
    except (StoreError, ValueError, KeyError, binascii.Error, zipfile.BadZipFile):
        return None
