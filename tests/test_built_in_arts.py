"""Every built-in art keeps the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moxie import arts
from moxie.art import Art
from moxie.arts.music.score import bar_at
from moxie.arts.sculpture import Sculpture
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.examples import figure
from moxie.arts.sculpture.form import STANDARD
from moxie.checks import Check, Masking, check_art, checks_for


def notes_outside(score: Any, mask: Any) -> object:
    """The notes of the bars that a mask leaves alone."""
    return [note for note in score.notes if not mask[bar_at(score.bars, note.onset)]]


def characters_outside(writing: Any, mask: Any) -> object:
    """The text that a mask leaves alone, and what of it cannot change."""
    kept = [char for char, hidden in zip(writing.text, mask, strict=True) if not hidden]
    return kept, writing.title, writing.form


def vertices_outside(form: Any, mask: Any) -> object:
    """The vertices that a mask leaves alone, in order."""
    return form.vertices[~form.frame.masked(form.vertices, mask)]


LIMITS: dict[str, dict[str, Any]] = {
    "literature": {"works": 4, "size": "40", "region": "characters:30-60"},
    "music": {"works": 3, "size": "8", "region": "bars:2-3"},
    "painting": {"works": 3, "size": "64", "region": "40,30,50,60"},
    "sculpture": {"works": 3, "size": "40", "region": "top 30%"},
}
"""What keeps the checks quick, by art; recipes take longer and are checked as slow."""

RECIPES: dict[str, dict[str, Any]] = {
    "literature": {
        "recipes": ["literature/counts"],
        "masking": Masking(known=characters_outside),
    },
    # networks are checked with small ones, in test_music_models.py and test_painting_gan.py
    "music": {"recipes": ["music/counts"], "masking": Masking(known=notes_outside)},
    "painting": {"recipes": ["painting/patches"]},
    "sculpture": {"masking": Masking(known=vertices_outside)},
}


FOLDERS = sorted(path.parent.name for path in Path(arts.__file__).parent.glob("*/__init__.py"))


class Coarse(Sculpture):
    """Sculpture with sample works of a tenth of the faces."""

    def examples(self) -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            field = figure(np.random.default_rng(number), pitch=1 / 24)
            yield f"coarse-{number}.glb", self.write(standard(field.mesh(STANDARD)))


QUICKLY: dict[str, Art[Any]] = {"sculpture": Coarse()}
"""Arts whose own sample works are larger than these checks need."""


LONGER = {
    "painting-judges",
    "painting-examples_are_works",
    "painting-comparing",
    "music-preview",
    "music-cleaning",
    "sculpture-copies_are_found",
    "sculpture-preview",
}
"""Checks that take seconds."""


def built_in() -> list[Any]:
    return [
        pytest.param(
            check,
            id=f"{name}-{check}",
            marks=[pytest.mark.slow] if f"{name}-{check}" in LONGER else [],
        )
        for name in FOLDERS
        for check in checks_for(
            QUICKLY.get(name, arts.find(name)), recipes=[], **LIMITS.get(name, {})
        )
    ]


@pytest.mark.parametrize("check", built_in())
def test_built_in_arts_conform(check: Check) -> None:
    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_recipes_of_built_in_arts_conform(name: str) -> None:
    art = QUICKLY.get(name, arts.find(name))
    check_art(art, **LIMITS.get(name, {}), **RECIPES.get(name, {}))


def test_sample_sculptures_are_works() -> None:
    name, data = next(iter(arts.find("sculpture").examples()))
    assert arts.find("sculpture").clean(arts.find("sculpture").read(data, name)).flags == ()
