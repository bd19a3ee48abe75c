"""What painting's recipes are raced by: new pictures beside works that none has learnt from.

Recipes that paint have no likelihood, and a loss of one says nothing to another. So each makes some
pictures, and every held-out work is scored by how well they foretell it: the energy score (Gneiting
and Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", 2007), which is least for
pictures that are distributed as the artist's works are, and gains nothing by all of them being
alike. Pictures are seen in two ways that count alike: by palette and strokes (`descriptor`), and by
composition. Near-copies of what was learnt have to be made again, which is charged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief, StyleModel
from moxie.arts.painting.composition import layout, similarity
from moxie.arts.painting.descriptor import describe
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture, cover
from moxie.errors import BadInput

MADE, SIDE = 12, 128
"""Pictures that each makes, and their sides in pixels."""

SCALE = "energy score"
"""The unit of what a contest gives."""

KNOWN = 64
"""Works learnt from that say how far works lie apart."""

COMPONENTS = 16
"""Principal components of each way of seeing."""

NEAR, USUAL = 0.5, 0.95
"""From this similarity of compositions on a picture is a near-copy; of works that are all of one
plan, from this quantile of the similarity to the nearest other."""


Floats = NDArray[np.float32]


def contest(model: StyleModel[Picture], held_out: Sequence[Picture]) -> Floats:
    """The energy score of each held-out work, float32 [n]; less is better."""
    works = _works(model)
    made = [model.sample(Brief((SIDE, SIDE)), seed=seed).content for seed in range(MADE)]
    copies = _copied(made, works)
    some = works[:: max(1, len(works) // KNOWN)]
    total = np.zeros(len(held_out), np.float32)
    for see in (describe, layout):
        known, ours, theirs = (
            np.stack([see(cover(picture, SIDE, SIDE)) for picture in pictures])
            for pictures in (some, made, held_out)
        )
        total += _energy(*_apart(known, ours, theirs)) / 2
    return np.asarray(total / max(1 - copies, 1 / MADE), np.float32)


def _works(model: StyleModel[Picture]) -> list[Picture]:
    gallery = getattr(model, "gallery", None)
    if not isinstance(gallery, Gallery):
        raise BadInput("A model that keeps no works cannot be raced.")
    return [gallery.thumbnail(i) for i in range(len(gallery))]


def _copied(made: Sequence[Picture], works: Sequence[Picture]) -> float:
    """The share of the pictures that are nearer to a work than different works are."""
    learnt = np.stack([layout(work) for work in works])
    alike = similarity(learnt @ learnt.T)
    np.fill_diagonal(alike, 0)
    line = max(NEAR, float(np.quantile(alike.max(1), USUAL)))
    near = similarity(np.stack([layout(picture) for picture in made]) @ learnt.T).max(1)
    return float((near >= line).mean())


def _apart(known: Floats, ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """Ours and theirs in the known ones' principal components, a typical distance being 1."""
    middle, spread = known.mean(0), known.std(0) + 1e-3
    _, _, axes = np.linalg.svd((known - middle) / spread, full_matrices=False)
    seen = [(part - middle) / spread @ axes[:COMPONENTS].T for part in (known, ours, theirs)]
    far = _distances(seen[0], seen[0])
    typical = float(np.median(far[far > 0])) if (far > 0).any() else 1.0
    return seen[1] / typical, seen[2] / typical


def _energy(ours: Floats, theirs: Floats) -> Floats:
    """Energy score of each of theirs, float32 [n]."""
    n = len(ours)
    within = _distances(ours, ours).sum() / (n * (n - 1)) / 2
    return np.asarray(_distances(theirs, ours).mean(1) - within, np.float32)


def _distances(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.linalg.norm(one[:, None] - other[None], axis=2), np.float32)
