"""The experts of a model, a whole model that learns, and the plans for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from little_composer import QUARTET, bars_of, chorale, chorales, shuffled, sonata, sonatas
from little_models import COUNTS, MACHINE, fitted, hasty, samples, tiny
from moxie.art import Sample, Supply
from moxie.arts.music.coding import Events
from moxie.arts.music.models.courses import counting_plan, mixture_plan, network_plan
from moxie.arts.music.models.experts import Experts, Shape
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score, score
from moxie.errors import Cancelled, Missing, TooLittleData
from moxie.nn.checkpoint import FileCheckpoint, MemoryCheckpoint, NoCheckpoint
from moxie.work import Plan

__all__ = ["hasty"]  # pytest finds the fixture by its name


@pytest.fixture(scope="module")
def counting() -> ScoreModel:
    return fitted(sonatas(6), COUNTS)


@pytest.fixture(scope="module")
def mixing() -> ScoreModel:
    return fitted(chorales(8), tiny("counts", "transformer", "recurrent"))


@pytest.mark.slow
def test_experts_are_saved_exactly(
    counting: ScoreModel, mixing: ScoreModel, tmp_path: Path
) -> None:
    for name, model in (("counting", counting), ("mixing", mixing)):
        folder = tmp_path / name
        folder.mkdir()
        model.save(folder)
        again = ScoreModel(MACHINE).load(folder)
        assert again.manner == model.manner
        assert again.experts.number == model.experts.number
        whole = sonata(9) if name == "counting" else chorale(9)
        assert np.array_equal(again.losses([whole]), model.losses([whole]))
        assert not any(w.requires_grad for _, net in again.experts.nets for w in net.parameters())


def test_works_like_the_learnt_ones_cost_less(counting: ScoreModel, mixing: ScoreModel) -> None:
    for model, write in ((counting, sonata), (mixing, chorale)):
        alike = [write(20 + seed) for seed in range(3)]
        found = model.losses([*alike, *(shuffled(whole, 0) for whole in alike)])
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        assert (found[:3] < 0.8 * found[3:]).all()
        assert np.array_equal(model.losses(alike), found[:3])


def test_a_score_without_notes_has_a_loss_all_the_same(mixing: ScoreModel) -> None:
    silent = score([], bars_of(4, 4, 4), QUARTET)
    assert np.isfinite(mixing.losses([silent])).all()
    coded = Events().encode(silent)
    shape = Shape("recurrent", 16, 2, 0.1)
    both = (shape, shape.build(Events()).eval())
    assert Experts(Events(), None, (both,)).nats(coded) > 0


def test_mixed_shares_sum_to_one(mixing: ScoreModel) -> None:
    experts = mixing.experts
    piece = experts.coding.encode(chorale(3))
    heard = experts.heard(piece)
    for f in range(4):
        said = [one[f] for one in heard]
        for tilt in (None, np.array([1, -1, 0.5], np.float32)):
            mixed = experts.mixed(f, piece.known[f], said, tilt)
            assert np.allclose(mixed.sum(axis=1), 1, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "works"),
    [
        (COUNTS, sonatas(3)),
        (tiny("recurrent"), sonatas(6, bars=4)),
        (tiny("counts", "transformer"), chorales(6, bars=4, voices=2)),
    ],
    ids=["counts", "recurrent", "mixture"],
)
def test_a_seed_decides_what_is_learnt(plan: Plan, works: list[Score]) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = fitted(works, plan)
    assert torch.equal(torch.get_rng_state(), before), "learning leaves torch's generator alone"
    torch.manual_seed(2)
    np.random.seed(3)  # noqa: NPY002  whatever the process did before must not matter
    two = fitted(works, plan)
    assert np.array_equal(one.losses(works), two.losses(works))
    if plan is not COUNTS:
        assert not np.array_equal(one.losses(works), fitted(works, plan, seed=6).losses(works))


@pytest.mark.slow
def test_a_whole_model_stopped_anywhere_is_the_same_model(tmp_path: Path) -> None:
    works, plan = chorales(6, bars=4, voices=2), tiny("counts", "transformer", "recurrent", steps=4)
    calls: list[int] = []

    def stopping(at: int) -> Callable[[int, int, float], None]:
        def on_step(step: int, total: int, _loss: float) -> None:
            calls.append(step)
            assert step <= total
            if len(calls) == at:
                raise Cancelled("Stopped by a test.")

        return on_step

    def learn(checkpoint: MemoryCheckpoint | FileCheckpoint, at: int = 0) -> ScoreModel:
        calls.clear()
        return ScoreModel(MACHINE).fit(
            samples(works), plan=plan, seed=5, checkpoint=checkpoint, on_step=stopping(at)
        )

    wanted = learn(MemoryCheckpoint())
    assert calls == sorted(calls)
    for at in (4, 7, len(calls)):
        checkpoint = FileCheckpoint(tmp_path / f"stopped-{at}")
        with pytest.raises(Cancelled):
            learn(checkpoint, at)
        found = learn(checkpoint)
        for (_, one), (_, two) in zip(wanted.experts.nets, found.experts.nets, strict=True):
            for name, weight in one.state_dict().items():
                assert torch.equal(weight, two.state_dict()[name]), (at, name)
        assert np.array_equal(found.losses(works), wanted.losses(works))


def test_nothing_learnt_nothing_known() -> None:
    with pytest.raises(Missing):
        ScoreModel(MACHINE).losses([chorale(0)])
    with pytest.raises(Missing):
        _ = ScoreModel(MACHINE).manner
    silent = score([], bars_of(8, 4, 4), QUARTET)
    with pytest.raises(TooLittleData):
        fitted([silent], COUNTS)


def test_liked_works_count_more() -> None:
    works = [sonata(0), sonata(1)]
    losses = []
    for weight in (1.0, 8.0):
        both = [Sample("a", works[0], weight), Sample("b", works[1])]
        model = ScoreModel(MACHINE).fit(
            both, plan=COUNTS, seed=1, checkpoint=NoCheckpoint(), on_step=lambda *_: None
        )
        losses.append(model.losses(works))
    assert losses[1][0] < losses[0][0]


def test_plans_fit_the_time() -> None:
    assert counting_plan(Supply(3, 900.0, MACHINE, 1.0)).options == {"members": "counts"}
    assert network_plan(Supply(20, 2000.0, MACHINE, 5.0), "recurrent") is None
    for seconds in (60.0, 600.0, 3600.0):
        plan = network_plan(Supply(40, 3000.0, MACHINE, seconds), "transformer")
        assert plan is not None
        assert plan.seconds <= seconds
        assert int(plan.options["steps"]) >= 60
    both = mixture_plan(Supply(40, 3000.0, MACHINE, 3600.0))
    assert both is not None
    assert both.options["members"] == "counts,transformer,recurrent"
