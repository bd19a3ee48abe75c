"""Models of the little composer's works, learnt in no time, for the tests of music."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import pytest

from little_composer import chorales, sonatas
from moxie.art import Sample, Supply
from moxie.arts.music.models import gate
from moxie.arts.music.models.courses import counting_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

MACHINE = Machine(threads=1)
COUNTS = counting_plan(Supply(1, 1.0, MACHINE, 9.0))


def tiny(*members: str, steps: int = 6) -> Plan:
    """A plan for networks that learn next to nothing, at once."""
    options = {"members": ",".join(members), "steps": steps, "width": 16, "depth": 1}
    return Plan({**options, "dropout": 0.1, "window": 32, "batch": 2}, 1.0, COUNTS.why)


def samples(works: Sequence[Score]) -> list[Sample[Score]]:
    return [Sample(f"work-{i}", whole) for i, whole in enumerate(works)]


def fitted(works: Sequence[Score], plan: Plan, *, seed: int = 5) -> ScoreModel:
    return ScoreModel(MACHINE).fit(
        samples(works), plan=plan, seed=seed, checkpoint=NoCheckpoint(), on_step=lambda *_: None
    )


@contextmanager
def hastily() -> Iterator[None]:
    """Gates are fitted in a few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "LEAST_STEPS", 12)
        patch.setattr(gate, "PASSES", 4)
        yield


@pytest.fixture(autouse=True, scope="module")
def hasty() -> Iterator[None]:
    """Import it into a module of tests where it does not matter what gates trust."""
    with hastily():
        yield


@cache
def models() -> Mapping[str, ScoreModel]:
    """Counts of pieces with chords, counts of chorales, and two networks beside counts."""
    with hastily():
        return {
            "events": fitted(sonatas(6), COUNTS),
            "grid": fitted(chorales(6), COUNTS),
            "mixed": fitted(sonatas(6, bars=4), tiny("counts", "transformer", "recurrent")),
        }
