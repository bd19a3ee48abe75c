"""Scores with some of their parts: what a network needs to know ensembles it has not met."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from moxie.arts.music.score import Score

LEAST_NOTES = 50


def thinned(score: Score, rng: np.random.Generator) -> Score | None:
    """The score for a random choice of its parts; None where that leaves too little."""
    number = len(score.parts)
    if number < 3:
        return None
    chosen = sorted(rng.choice(number, int(rng.integers(1, number)), replace=False).tolist())
    places = {part: place for place, part in enumerate(chosen)}
    notes = tuple(n._replace(part=places[n.part]) for n in score.notes if n.part in places)
    if len(notes) < LEAST_NOTES:
        return None
    return replace(score, notes=notes, parts=tuple(score.parts[part] for part in chosen))
