"""What keeps a piece near to a real work: as many bars and as strongly as novelty says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from little_composer import chorale, sonata
from little_models import hasty, models
from moxie.art import Brief
from moxie.arts.music import asking
from moxie.arts.music.compose.guide import FREE, Guide, guide, opening
from moxie.arts.music.compose.manner import Manner, setting_of
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score
from moxie.arts.music.theory.keys import transpose

__all__ = ["hasty"]  # pytest finds the fixture by its name


@pytest.fixture(name="models")
def _models() -> Mapping[str, ScoreModel]:
    return models()


def guided(notes: object, novelty: float, *, seed: int = 0, tonic: int = 0) -> Guide | None:
    rng = np.random.default_rng(seed)
    return guide(notes, 16, tonic, novelty, rng)  # type: ignore[arg-type]


def test_an_opening_is_the_same_in_every_key() -> None:
    work = sonata(2, bars=6)
    setting = setting_of(work)
    told = opening(work, setting.beats, setting.unit, setting.key.tonic)
    assert len({note.bar for note in told}) == 6
    higher = transpose(work, 2)
    again = opening(higher, setting.beats, setting.unit, (setting.key.tonic + 2) % 12)
    apart = {one.pitch - other.pitch for one, other in zip(told, again, strict=True)}
    assert apart <= {0, -12, 12}
    assert opening(work, 7, 8, 0) == (), "no bar in that metre"


def test_fewer_bars_are_followed_and_less_as_novelty_grows() -> None:
    notes = setting_of(sonata(2, bars=16)).opening
    found = [guided(notes, novelty) for novelty in (0.0, 0.3, 0.6, FREE)]
    bars = [set(one.bars) if one else set() for one in found]
    assert bars[0] > bars[2]
    assert bars[0] >= bars[1] >= bars[2] > bars[3] == set()
    pulls = [one.pull for one in found if one]
    assert pulls == sorted(pulls, reverse=True)
    assert guided((), 0.0) is None


def near(model: ScoreModel, novelty: float, **dials: str) -> float:
    """Share of a guide's notes that come, at their place and pitch, in some pieces."""
    shares = []
    for seed in range(4):
        brief: Brief[Score] = Brief((8,), novelty, options=asking.options(dials))
        made = model.sample(brief, seed=seed).content
        bars = [bar.onset for bar in made.bars]
        best = 0.0
        for setting in model.manner.settings:
            told = guided(setting.opening, 0.0, tonic=made.keys[0].tonic)
            assert told is not None
            wanted = {
                (bars[b] + n.onset, n.pitch, n.part)
                for b, some in told.bars.items()
                if b < len(bars)
                for n in some
            }
            there = {(n.onset, n.pitch, n.part) for n in made.notes}
            best = max(best, len(wanted & there) / max(1, len(wanted)))
        shares.append(best)
    return float(np.mean(shares))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["events", "grid"])
def test_pieces_near_the_works_follow_one(kind: str, models: Mapping[str, ScoreModel]) -> None:
    assert near(models[kind], 0.0) > near(models[kind], 1.0) + 0.1


def test_a_manner_keeps_its_openings(tmp_path: Path) -> None:
    manner = Manner.of([chorale(seed) for seed in range(3)])
    assert all(setting.opening for setting in manner.settings)
    manner.save(tmp_path)
    assert Manner.load(tmp_path) == manner
