"""Counts of what followed what, and the gates that mix what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from little_composer import chorales, sonatas
from moxie.arts.music.coding import Coded, Coding, Events, Grid, in_key
from moxie.arts.music.coding.events_fields import PITCH
from moxie.arts.music.models.counted import CountModel
from moxie.arts.music.models.counts import FieldCounts, Table, count
from moxie.arts.music.models.experts import Experts
from moxie.arts.music.models.gate import Gate, _said, confidence


@pytest.fixture(scope="module")
def pieces() -> list[Coded]:
    return [Events().encode(whole) for whole in sonatas(6)]


@pytest.fixture(scope="module")
def grids() -> list[Coded]:
    return [Grid(4).encode(whole) for whole in chorales(6)]


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


def test_counts_come_back_from_their_arrays(
    pieces: list[Coded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.arts.music.models.gate.LEAST_STEPS", 10)
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


def test_a_seed_decides_the_count_model(
    pieces: list[Coded], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.arts.music.models.gate.LEAST_STEPS", 10)
    works = ["a", "a", "b", "b", "c", "c"]
    one, two = (CountModel.learn(Events(), pieces, works, [1.0] * 6, seed=3) for _ in range(2))
    assert_same_arrays(one.arrays(), two.arrays())


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
    weights = torch.from_numpy(gate.inner), torch.from_numpy(gate.outer)
    said = _said(logs, normal, torch.from_numpy(came), *weights)
    assert np.allclose(said.exp(), gate.mix(shares, signs)[np.arange(200), came], atol=1e-5)
    again = Gate.fit(shares, signs, came, seed=2)
    assert np.array_equal(again.outer, gate.outer)


@pytest.mark.slow
def test_counting_further_works_does_not_mislead_the_gates() -> None:
    """A gate hears how much was seen: more works must not look like another world to it."""
    grid = Grid(4)
    pieces = [grid.encode(one) for one in chorales(44)]
    learnt, aside, foretold = pieces[:24], pieces[24:36], pieces[36:]
    before = CountModel.learn(grid, learnt, [str(i) for i in range(24)], [1.0] * 24, 0)
    told = [sum(len(piece.symbols) for piece in some) for some in (learnt, [*learnt, *aside])]
    fields = count(grid.fields, [*learnt, *aside], [1.0] * 36)
    after = replace(before, fields=fields, share=told[0] / told[1])

    def cost(model: CountModel) -> float:
        return sum(Experts(grid, model).nats(piece) for piece in foretold)

    assert cost(after) < 1.01 * cost(before)
    assert cost(after) < cost(replace(after, share=1.0))
    again = CountModel.from_arrays(grid, after.arrays())
    assert again.share == after.share
