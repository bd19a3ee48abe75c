"""The recipes of music keep the protocol, on small works and with small networks.

What the art does with its own samples is checked in tests/test_conformance.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from little_composer import sonatas
from little_models import fitted, hasty, tiny
from moxie.art import Recipe, Supply
from moxie.arts.music import Music
from moxie.arts.music.files.codec import write
from moxie.arts.music.recipes.pretrained import BASE
from moxie.arts.music.score import Note, Score, bar_at
from moxie.checks import Check, Masking, checks_for
from moxie.work import Plan

__all__ = ["hasty"]  # pytest finds the fixture by its name

Mask = NDArray[np.bool_]


def smaller(plan: Callable[[Supply], Plan | None]) -> Callable[[Supply], Plan | None]:
    """The plan of a recipe, its networks cut down to what is learnt at once."""

    def small(supply: Supply) -> Plan | None:
        found = plan(supply)
        if found is None or "steps" not in found.options:
            return found
        little = tiny(str(found.options["members"])).options
        return replace(found, options={**found.options, **little})

    return small


class LittleMusic(Music):
    """Music whose samples are the little composer's, and whose networks are tiny."""

    def examples(self) -> Iterator[tuple[str, bytes]]:
        for seed, whole in enumerate(sonatas(3, bars=4)):
            yield f"sonata-{seed}.score", write(whole)

    def recipes(self) -> Sequence[Recipe[Score]]:
        return [replace(recipe, plan=smaller(recipe.plan)) for recipe in super().recipes()]


def outside(whole: Score, mask: Mask) -> list[Note]:
    """The notes that a mask leaves alone."""
    bars = [bar_at(whole.bars, note.onset) for note in whole.notes]
    if mask.ndim == 1:
        return [note for note, bar in zip(whole.notes, bars, strict=True) if not mask[bar]]
    return [n for n, bar in zip(whole.notes, bars, strict=True) if not mask[n.part, bar]]


MASKING = Masking(known=outside)


def checks(region: str, only: str = "") -> list[Check]:
    found = checks_for(LittleMusic(), works=3, size="4", masking=MASKING, region=region)
    return [check for check in found if "music/" in str(check) and only in str(check)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of much music, as `music/pretrained` needs one."""
    folder = tmp_path_factory.mktemp("base")
    fitted(sonatas(6, bars=4), tiny("transformer")).save(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("check", checks("bars:2-3", "music/counts"), ids=str)
def test_counts_conform(check: Check) -> None:
    check()


@pytest.mark.slow
@pytest.mark.parametrize(
    "check", [c for c in checks("bars:2-3") if "music/counts" not in str(c)], ids=str
)
def test_networks_conform(check: Check, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BASE, str(base))
    check()


@pytest.mark.parametrize("check", checks("bars:2-3@1", "music/counts: infill"), ids=str)
def test_a_mask_of_one_part_is_kept_to(check: Check) -> None:
    check()


def test_every_recipe_is_checked() -> None:
    names = {str(check).partition(":")[0] for check in checks("bars:2-3")}
    assert names == {
        *("music/counts", "music/recurrent", "music/transformer", "music/mixture"),
        "music/pretrained",
    }
