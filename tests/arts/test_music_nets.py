"""Networks over coded pieces, and how they are trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from little_composer import chorale, chorales, sonata, sonatas
from little_models import MACHINE
from moxie.arts.music.coding import Coded, Coding, Events, Grid
from moxie.arts.music.coding.events_fields import PITCH
from moxie.arts.music.models.learn import (
    cut,
    nats,
    nats_a_unit,
    predictions,
    tensors,
    train,
    windows,
)
from moxie.arts.music.models.lowrank import adapt, merge
from moxie.arts.music.models.nets import SPAN, Net
from moxie.arts.music.models.thinned import thinned
from moxie.errors import Cancelled
from moxie.nn.checkpoint import FileCheckpoint, NoCheckpoint
from moxie.nn.student import Course, Student
from moxie.nn.trunks import REACH, Kind, taken

KINDS: tuple[Kind, ...] = ("transformer", "recurrent")


@pytest.fixture(scope="module")
def pieces() -> list[Coded]:
    return [Events().encode(whole) for whole in sonatas(6)]


@pytest.fixture(scope="module")
def grids() -> list[Coded]:
    return [Grid(4).encode(whole) for whole in chorales(6)]


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
    from moxie.nn import trunks

    monkeypatch.setattr(trunks, "REACH", 8)
    net = net_of(Events(), "transformer", depth=1)
    far, near = (torch.zeros(1, len(Events().trunk), dtype=torch.long) for _ in range(2))
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


def test_tensors_go_where_the_network_is(
    pieces: list[Coded], monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk, known, symbols = tensors(pieces[:2], torch.device("meta"))
    assert {one.device.type for one in (trunk, *known, symbols)} == {"meta"}
    asked: list[torch.device | None] = []

    def here(some: Sequence[Coded], device: torch.device | None = None) -> object:
        asked.append(device)
        return tensors(some)

    monkeypatch.setattr("moxie.arts.music.models.learn.tensors", here)
    nats(net_of(Events(), "recurrent"), pieces[:2])
    assert asked == [torch.device("cpu")]


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


def student_of(kind: Kind, course: Course, seed: int = 4) -> Student[Net]:
    torch.manual_seed(seed)
    return Student(Net(Events(), kind, width=16, depth=2, dropout=0.2), course, seed)


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


@pytest.mark.slow
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
    _, losses = taught("recurrent", pieces, course=Course(40, batch=3, window=32, rate=1e-2))
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_the_best_moment_is_kept(pieces: list[Coded]) -> None:
    course = Course(12, batch=2, window=24)
    with torch.random.fork_rng(devices=[]):
        student = student_of("recurrent", course)
        aside = [cut(pieces[0], 0, 24)]
        student.keep(nats_a_unit(student.averaged, aside, 24))
        best = {name: weight.clone() for name, weight in student.averaged.state_dict().items()}
        for weight in student.averaged.parameters():
            weight.data += 3 * torch.randn_like(weight)
        worse = nats_a_unit(student.averaged, aside, 24)
        student.keep(nats_a_unit(student.averaged, aside, 24))
        assert worse > student.best_loss
        assert all(torch.equal(student.best[name], weight) for name, weight in best.items())
        student.keep(None)
        kept = student.averaged.state_dict()
        assert all(torch.equal(student.best[name], weight) for name, weight in kept.items())


# Adapting


@pytest.mark.parametrize("kind", KINDS)
def test_an_adapted_network_is_merged_into_one_like_any_other(
    kind: Kind, pieces: list[Coded]
) -> None:
    net = net_of(Events(), kind)
    fresh = net_of(Events(), kind)
    piece = cut(pieces[0], 0, 20)
    before = predictions(net, piece, 40)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        adapted = adapt(net)
        assert all(map(np.array_equal, predictions(adapted, piece, 40), before)), "a still start"
        learning = {name for name, w in adapted.named_parameters() if w.requires_grad}
        assert learning
        assert all(name.endswith((".up", ".down")) for name in learning)
        for name, weight in adapted.named_parameters():
            if name in learning:
                weight.data += 0.1 * torch.randn_like(weight)
    learnt = predictions(adapted, piece, 40)
    assert not np.allclose(learnt[PITCH], before[PITCH], atol=1e-3)
    merged = merge(adapted)
    assert list(merged.state_dict()) == list(fresh.state_dict())
    for one, other in zip(predictions(merged, piece, 40), learnt, strict=True):
        assert np.allclose(one, other, atol=1e-4)


def test_a_thinned_score_has_some_of_its_parts() -> None:
    whole = chorale(1, bars=40)
    thin = thinned(whole, np.random.default_rng(1))
    assert thin is not None
    assert 1 <= len(thin.parts) < 4
    kept = [whole.parts.index(part) for part in thin.parts]
    assert kept == sorted(kept)
    for place, part in enumerate(kept):
        own = [note[:3] for note in whole.notes if note.part == part]
        assert [note[:3] for note in thin.notes if note.part == place] == own
    assert thinned(sonata(1), np.random.default_rng(1)) is None, "two parts are not thinned"


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_that_sleeps_goes_on_as_if_nothing_had_been(
    kind: Kind, pieces: list[Coded]
) -> None:
    trunk, _, _ = tensors([cut(piece, 0, 24) for piece in pieces[:2]])
    net = net_of(Events(), kind)
    alone: object = None
    wanted = []
    for unit in range(24):
        heard, alone = net.step(trunk[:1, unit], alone)
        wanted.append(heard[0])
    state: object = None
    at = 0
    for turn in range(36):
        awake = turn % 3 != 1  # the first piece sleeps every third time
        rows = torch.stack((trunk[0, min(at, 23)], trunk[1, turn % 24]))
        heard, state = net.step(rows, state, torch.tensor([awake, True]))
        if awake:
            assert torch.allclose(heard[0], wanted[at], atol=1e-5)
            at += 1
        state = taken(state, [0, 1])
    assert at == 24
    for _ in range(2):  # a copy of the second piece in the first's place goes on like it
        heard, state = net.step(trunk[[1, 1], 0], taken(state, [1, 1]))
        assert torch.allclose(heard[0], heard[1], atol=1e-6)
