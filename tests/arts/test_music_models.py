"""Models of coded scores: counts, gates, networks, their training and mixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from little_composer import QUARTET, bars_of, chorale, chorales, shuffled, sonata, sonatas
from moxie.art import Sample, Supply
from moxie.arts.music.coding import Coded, Coding, Events, Grid, in_key
from moxie.arts.music.coding.events_fields import PITCH
from moxie.arts.music.models.counted import CountModel
from moxie.arts.music.models.counts import FieldCounts, Table
from moxie.arts.music.models.courses import counting_plan, mixture_plan, network_plan
from moxie.arts.music.models.experts import Experts, Shape
from moxie.arts.music.models.gate import Gate, _mixed, confidence
from moxie.arts.music.models.learn import (
    Course,
    Student,
    cut,
    nats,
    nats_a_unit,
    predictions,
    tensors,
    train,
    windows,
)
from moxie.arts.music.models.nets import REACH, SPAN, Kind, Net
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score, score
from moxie.errors import Cancelled, Missing, TooLittleData
from moxie.nn.checkpoint import FileCheckpoint, MemoryCheckpoint, NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

KINDS: tuple[Kind, ...] = ("transformer", "recurrent")
MACHINE = Machine(threads=1)
COUNTS = Plan({"members": "counts"}, 1.0, counting_plan(Supply(1, 1.0, MACHINE, 9.0)).why)


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


@pytest.fixture(scope="module")
def pieces() -> list[Coded]:
    return [Events().encode(whole) for whole in sonatas(6)]


@pytest.fixture(scope="module")
def grids() -> list[Coded]:
    return [Grid(4).encode(whole) for whole in chorales(6)]


# Counts


def test_a_table_counts_what_followed_what() -> None:
    contexts = np.array([7, 7, -3, 7, -3], np.int64)
    symbols = np.array([1, 1, 0, 4, 0], np.int16)
    weights = np.array([1, 2, 1, 0.5, 1], np.float32)
    table = Table.of(contexts, symbols, weights, 5)
    found = table.dense(np.array([-3, 7, 8, -9], np.int64), 5)
    assert found.tolist() == [[2, 0, 0, 0, 0], [0, 3, 0, 0, 0.5], [0] * 5, [0] * 5]
    nothing = Table.of(contexts[:0], symbols[:0], weights[:0], 5)
    assert not nothing.dense(contexts, 5).any()


def field_counts(coding: Coding, f: int, coded: Sequence[Coded], weight: float) -> FieldCounts:
    known = np.concatenate([piece.known[f] for piece in coded])
    symbols = np.concatenate([piece.symbols[:, f] for piece in coded])
    return FieldCounts.of(
        coding.fields[f], known, symbols, np.full(len(symbols), weight, np.float32)
    )


@pytest.mark.parametrize("coding", [Events(), Grid(4)], ids=["events", "grid"])
def test_shares_of_every_chain_sum_to_one(
    coding: Coding, pieces: list[Coded], grids: list[Coded]
) -> None:
    coded = pieces if coding.name == "events" else grids
    for f, field in enumerate(coding.fields):
        opinion = field_counts(coding, f, coded[:4], 1.0).ask(coded[5].known[f])
        assert opinion.shares.shape == (len(field.chains), len(coded[5].symbols), field.size)
        assert (opinion.shares > 0).all(), "nothing is impossible"
        assert np.allclose(opinion.shares.sum(axis=2), 1, atol=1e-5)
        assert np.isfinite(opinion.signs).all()


@pytest.mark.parametrize("weight", [1.0, 0.3])
@pytest.mark.parametrize("coding", [Events(), Grid(4)], ids=["events", "grid"])
def test_counts_without_a_work_are_those_learnt_without_it(
    coding: Coding, weight: float, pieces: list[Coded], grids: list[Coded]
) -> None:
    coded = pieces if coding.name == "events" else grids
    for f in range(len(coding.fields)):
        own = field_counts(coding, f, coded[:1], weight)
        without = field_counts(coding, f, coded, weight).ask(coded[0].known[f], own)
        never = field_counts(coding, f, coded[1:], weight).ask(coded[0].known[f])
        assert np.allclose(without.shares, never.shares, rtol=1e-3, atol=1e-6)
        assert np.allclose(without.signs, never.signs, atol=1e-3)


def test_counts_know_best_what_they_have_counted(pieces: list[Coded]) -> None:
    counted = field_counts(Events(), PITCH, pieces[:1], 1.0)
    symbols = pieces[0].symbols[:, PITCH]
    shares = counted.ask(pieces[0].known[PITCH]).shares
    own = shares[:, np.arange(len(symbols)), symbols]
    assert np.log(own).mean() > np.log(1 / 119) / 3


def test_pitches_by_interval_are_known_in_every_key(pieces: list[Coded]) -> None:
    field = Events().fields[PITCH]
    counted = field_counts(Events(), PITCH, pieces, 1.0)
    moved = in_key(pieces[0], Events(), 5)
    there, here = (counted.ask(p.known[PITCH]).shares for p in (moved, pieces[0]))
    tried = 0
    for c, chain in enumerate(field.chains):
        names = {view.how for view in chain.levels[-1]}
        if chain.anchor is not None and "class" not in names:
            tried += 1
            assert np.allclose(there[c][:, 25:90], here[c][:, 20:85], rtol=0.05, atol=1e-4)
    assert tried


def assert_same_arrays(
    one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], *, among: str = ""
) -> None:
    assert list(one) == list(other)
    for name in one:
        if among in name:
            assert np.array_equal(one[name], other[name]), name


def test_counts_come_back_from_their_arrays(pieces: list[Coded]) -> None:
    works = [f"w{i}" for i in range(6)]
    model = CountModel.learn(Events(), pieces, works, [1.0] * 6, seed=3)
    again = CountModel.from_arrays(Events(), model.arrays())
    assert_same_arrays(model.arrays(), again.arrays())
    for f in range(4):
        known = pieces[0].known[f]
        shares = model.shares(f, known)
        assert np.array_equal(shares, again.shares(f, known))
        assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
        assert model.shares(f, known[:0]).shape == (0, Events().fields[f].size)


def test_a_seed_decides_the_count_model(pieces: list[Coded]) -> None:
    works = ["a", "a", "b", "b", "c", "c"]
    one, two = (CountModel.learn(Events(), pieces, works, [1.0] * 6, seed=3) for _ in range(2))
    assert_same_arrays(one.arrays(), two.arrays())


# Gates


def experts(rng: np.random.Generator, n: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of an expert that knows and of one that guesses, [2, n, size], and what came."""
    came = rng.integers(0, size, n)
    knows = np.full((n, size), 0.3 / (size - 1), np.float32)
    knows[np.arange(n), came] = 0.7
    guesses = rng.dirichlet(np.full(size, 0.3), n).astype(np.float32)
    return np.stack((knows, guesses)), came


def test_a_gate_trusts_the_better_expert(rng: np.random.Generator) -> None:
    shares, came = experts(rng, 600, 7)
    gate = Gate.fit(shares, confidence(shares), came, seed=1)
    new, truth = experts(rng, 300, 7)
    mixed = gate.mix(new, confidence(new))
    assert mixed.dtype == np.float32
    assert np.allclose(mixed.sum(axis=1), 1, atol=1e-5)
    rows = np.arange(300)
    loss = -np.log(mixed[rows, truth]).mean()
    assert loss < -np.log(new[0, rows, truth]).mean() + 0.02
    assert loss < -np.log(np.maximum(new[1, rows, truth], 1e-9)).mean()


def test_a_tilt_shifts_the_trust(rng: np.random.Generator) -> None:
    shares, came = experts(rng, 400, 7)
    gate = Gate.fit(shares, confidence(shares), came, seed=1)
    signs = confidence(shares)

    def near(which: int, tilt: tuple[float, float]) -> float:
        mixed = gate.mix(shares, signs, np.array(tilt, np.float32))
        assert np.allclose(mixed.sum(axis=1), 1, atol=1e-5)
        return float(np.abs(mixed - shares[which]).sum(axis=1).mean())

    assert near(1, (-3, 3)) < near(1, (0, 0)) < near(1, (3, -3))
    assert near(0, (3, -3)) <= near(0, (-3, 3))


def test_a_gate_mixes_as_it_was_fitted(rng: np.random.Generator) -> None:
    shares, came = experts(rng, 200, 5)
    signs = confidence(shares)
    gate = Gate.fit(shares, signs, came, seed=2)
    logs = torch.log(torch.from_numpy(np.maximum(shares, 1e-9))).permute(1, 0, 2)
    normal = torch.from_numpy((signs - gate.mean) / gate.scale)
    fitted = _mixed(logs, normal, torch.from_numpy(gate.inner), torch.from_numpy(gate.outer))
    assert np.allclose(fitted.exp().numpy(), gate.mix(shares, signs), atol=1e-5)
    again = Gate.fit(shares, signs, came, seed=2)
    assert np.array_equal(again.outer, gate.outer)


# Networks


def net_of(coding: Coding, kind: Kind, *, width: int = 16, depth: int = 2) -> Net:
    """A network whose zeros are shaken, so that everything in it says something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = Net(coding, kind, width=width, depth=depth, dropout=0.0).eval()
        for weight in net.parameters():
            weight.data += 0.2 * torch.randn_like(weight)
    return net.requires_grad_(requires_grad=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["events", "grid-4"])
def test_what_comes_later_changes_nothing(
    kind: Kind, name: str, pieces: list[Coded], grids: list[Coded]
) -> None:
    coding: Coding = Events() if name == "events" else Grid(4)
    trunk, known, _ = tensors([cut((pieces if name == "events" else grids)[0], 0, 20)])
    net = net_of(coding, kind)
    before = net(trunk, known)
    trunk[:, 12:] += 1 - 2 * (trunk[:, 12:] > 0).long()
    after = net(trunk, [columns.clone() for columns in known])
    for one, other in zip(before, after, strict=True):
        assert torch.equal(one[:, :12], other[:, :12])
        assert not torch.allclose(one[:, 12:], other[:, 12:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["events", "grid-4"])
def test_step_by_step_is_all_at_once(
    kind: Kind, name: str, pieces: list[Coded], grids: list[Coded]
) -> None:
    coding: Coding = Events() if name == "events" else Grid(4)
    both = [cut(piece, 0, 24) for piece in (pieces if name == "events" else grids)[:2]]
    trunk, known, _ = tensors(both)
    net = net_of(coding, kind)
    whole = net(trunk, known)
    state: object = None
    for unit in range(24):
        heard, state = net.step(trunk[:, unit], state)
        for f, head in enumerate(net.heads):
            logits = head(heard, known[f][:, unit])
            assert torch.allclose(logits, whole[f][:, unit], atol=1e-4)


def test_a_transformer_forgets_what_is_far(monkeypatch: pytest.MonkeyPatch) -> None:
    from moxie.arts.music.models import nets

    monkeypatch.setattr(nets, "REACH", 8)
    net = net_of(Events(), "transformer", depth=1)
    far, near = (torch.zeros(1, 13, dtype=torch.long) for _ in range(2))
    near[:] = 1
    states: list[object] = [None, None]
    for unit in range(14):
        found = []
        for i, first in enumerate((far, near)):
            heard, states[i] = net.step(first if unit == 0 else near, states[i])
            found.append(heard)
        assert torch.allclose(*found, atol=1e-6) == (unit > 8)
    assert REACH == 384


def test_heads_count_intervals_from_their_anchors() -> None:
    for coding, f in ((Events(), PITCH), (Grid(4), 1)):
        field = coding.fields[f]
        net = net_of(coding, "recurrent")
        head = net.heads[f]
        head.out.weight.data.zero_()  # type: ignore[union-attr, operator]
        head.out.bias.data.zero_()  # type: ignore[union-attr, operator]
        place = 1
        interval = -7
        at = field.size + place * (2 * SPAN + 1) + SPAN + interval
        head.out.bias.data[at] = 5.0  # type: ignore[union-attr, index]
        known = torch.zeros(3, len(field.columns), dtype=torch.long)
        known[0, field.anchors[place]] = 55  # the pitch FLOOR + 54
        known[1, field.anchors[place]] = 4  # the interval would lead below the first pitch
        logits = head(torch.zeros(3, 16), known)
        wanted = torch.zeros(3, field.size)
        wanted[0, field.first + 55 - 1 + interval] = 5.0
        assert torch.equal(logits, wanted)


def test_tensors_go_where_the_network_is(pieces: list[Coded]) -> None:
    net = net_of(Events(), "transformer").to("meta")
    assert {one.device.type for one in nats(net, pieces[:2])} == {"meta"}


def test_windows_cover_every_unit_once() -> None:
    for units, window in ((5, 8), (8, 8), (9, 8), (100, 16), (1, 1), (0, 4)):
        covered: list[int] = []
        for start, end, first in windows(units, window):
            assert end - start <= window
            covered += range(start + first, end)
        assert covered == list(range(units))


@pytest.mark.parametrize("kind", KINDS)
def test_long_pieces_are_read_in_windows(kind: Kind, pieces: list[Coded]) -> None:
    net = net_of(Events(), kind)
    piece = pieces[0]
    whole, parts = predictions(net, piece, 500), predictions(net, piece, 20)
    for f, size in enumerate(field.size for field in Events().fields):
        assert parts[f].shape == (len(piece.symbols), size)
        assert np.allclose(parts[f].sum(axis=1), 1, atol=1e-5)
        assert np.allclose(parts[f][:20], whole[f][:20], atol=1e-5)


def test_nats_are_those_of_the_predictions(pieces: list[Coded]) -> None:
    net = net_of(Events(), "recurrent")
    short, long = cut(pieces[0], 0, 9), cut(pieces[1], 0, 30)
    losses = nats(net, [short, long])
    for f in range(4):
        for place, piece in enumerate((short, long)):
            symbols = piece.symbols[:, f]
            share = predictions(net, piece, 40)[f][np.arange(len(symbols)), symbols]
            assert np.allclose(losses[f][place, : len(symbols)], -np.log(share), atol=1e-4)
            assert not losses[f][place, len(symbols) :].any()
    total = sum(float(one.sum()) for one in losses)
    assert nats_a_unit(net, [short, long], 40) == pytest.approx(total / 39, rel=1e-5)


# Training


def student_of(kind: Kind, course: Course, seed: int = 4) -> Student:
    torch.manual_seed(seed)
    return Student(Net(Events(), kind, width=16, depth=1, dropout=0.2), course, seed)


def taught(
    kind: Kind,
    pieces: Sequence[Coded],
    *,
    course: Course | None = None,
    stop: int = 0,
    checkpoint: FileCheckpoint | None = None,
    aside: Sequence[Coded] = (),
) -> tuple[Net, list[float]]:
    losses: list[float] = []

    def on_step(step: int, _of: int, loss: float) -> None:
        losses.append(loss)
        if step == stop:
            raise Cancelled("Stopped by a test.")

    kept = checkpoint or NoCheckpoint()
    with torch.random.fork_rng(devices=[]):
        student = student_of(kind, course or Course(10, batch=2, window=24))
        if (state := kept.load()) is not None:
            student.restore(state)
        weights = [1.0] * len(pieces)
        net = train(
            student, Events(), pieces, weights, aside, MACHINE, checkpoint=kept, on_step=on_step
        )
    return net, losses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stop", [1, 6, 10])
def test_stopped_and_resumed_is_never_stopped(
    kind: Kind, stop: int, pieces: list[Coded], tmp_path: Path
) -> None:
    wanted, losses = taught(kind, pieces[:4], aside=pieces[4:])
    path = tmp_path / "checkpoint"
    with pytest.raises(Cancelled):
        taught(kind, pieces[:4], stop=stop, checkpoint=FileCheckpoint(path), aside=pieces[4:])
    found, rest = taught(kind, pieces[:4], checkpoint=FileCheckpoint(path), aside=pieces[4:])
    assert rest == losses[stop:]
    for name, weight in wanted.state_dict().items():
        assert torch.equal(weight, found.state_dict()[name]), name


def test_a_network_learns(pieces: list[Coded]) -> None:
    _, losses = taught("recurrent", pieces, course=Course(60, batch=4, window=48, rate=1e-2))
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_the_best_moment_is_kept(pieces: list[Coded]) -> None:
    course = Course(12, batch=2, window=24)
    with torch.random.fork_rng(devices=[]):
        student = student_of("recurrent", course)
        aside = [cut(pieces[0], 0, 24)]
        student.look(aside)
        best = {name: weight.clone() for name, weight in student.averaged.state_dict().items()}
        for weight in student.averaged.parameters():
            weight.data += 3 * torch.randn_like(weight)
        worse = nats_a_unit(student.averaged, aside, 24)
        student.look(aside)
        assert worse > student.best_loss
        assert all(torch.equal(student.best[name], weight) for name, weight in best.items())
        student.look([])
        kept = student.averaged.state_dict()
        assert all(torch.equal(student.best[name], weight) for name, weight in kept.items())


# Experts and the whole model


@pytest.fixture(scope="module")
def counting() -> ScoreModel:
    return fitted(sonatas(6), COUNTS)


@pytest.fixture(scope="module")
def mixing() -> ScoreModel:
    return fitted(chorales(8), tiny("counts", "transformer", "recurrent"))


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
    both = (Shape("transformer", 16, 1, 0.1), net_of(Events(), "transformer", depth=1))
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


@pytest.mark.parametrize(
    ("plan", "works"),
    [
        (COUNTS, sonatas(3)),
        (tiny("recurrent"), sonatas(6, bars=4)),
        (tiny("counts", "transformer"), chorales(6, bars=4)),
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


def test_a_whole_model_stopped_anywhere_is_the_same_model(tmp_path: Path) -> None:
    works, plan = chorales(6, bars=4), tiny("counts", "transformer", "recurrent", steps=4)
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
    for at in (1, 3, 6, 8, len(calls)):
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


# Plans


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
