"""The peers of benchmarks/music.py: they must be honest, or what is measured beside them is not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

BENCHMARKS = str(Path(__file__).resolve().parents[1] / "benchmarks")


@pytest.fixture(scope="module", autouse=True)
def found():
    """The modules of the benchmarks import each other by name, as scripts do."""
    sys.path.insert(0, BENCHMARKS)
    yield
    sys.path.remove(BENCHMARKS)


@pytest.fixture(scope="module")
def peers():
    return importlib.import_module("music_baselines")


@pytest.fixture(scope="module")
def lstm():
    return importlib.import_module("music_lstm")


@pytest.fixture(scope="module")
def systems():
    return importlib.import_module("music_systems")


SIZES = (5, 3)


def stream(peers, seed, length=60):
    """Tokens of two fields in turn, by chance."""
    fields = np.arange(length) % 2
    rng = np.random.default_rng(seed)
    return peers.Stream(fields, rng.integers(0, np.array(SIZES)[fields]))


def pattern(peers, length=120):
    """Tokens that are certain once the last two are known, and not before."""
    row = np.array([0, 1, 2, 1, 0, 2, 3, 0])
    return peers.Stream(np.arange(length) % 2, np.tile(row, length // len(row) + 1)[:length])


@pytest.mark.parametrize("adaptive", [False, True])
def test_probabilities_sum_to_one_at_every_order(peers, adaptive):
    train = [peers.by_order(stream(peers, seed), SIZES) for seed in range(4)]
    counts = peers.Counts.of(train, adaptive=adaptive)
    piece = stream(peers, 9)
    for at in (0, 1, 7, 58, 59):
        total = 0
        for symbol in range(SIZES[at % 2]):
            symbols = piece.symbols.copy()
            symbols[at] = symbol
            told = peers.by_order(peers.Stream(piece.fields, symbols), SIZES)
            total = total + counts.shares(told)[:, at]
        np.testing.assert_allclose(total, 1.0)


def test_an_order_2_chain_learns_a_pattern(peers):
    told = peers.by_order(pattern(peers), SIZES)
    counts = peers.Counts.of([told])
    costs = -np.log(counts.shares(told)).mean(axis=1)
    assert costs[2] < 0.1
    assert costs[0] > 0.5
    assert peers.best_level(counts, [told]) >= 2
    assert counts.up_to(2).nats(told.level(2)) == pytest.approx(costs[2] * 120)


def test_what_returns_in_a_piece_is_cheaper_to_those_that_go_on_counting(peers):
    train = [peers.by_order(stream(peers, seed), SIZES) for seed in range(4)]
    told = peers.by_order(pattern(peers), SIZES)
    still, going = (peers.Counts.of(train, adaptive=a).nats(told) for a in (False, True))
    assert going < 0.6 * still


def test_going_on_counting_is_counting_what_came_before(peers):
    train, piece = stream(peers, 1), stream(peers, 2)
    told = [peers.by_order(one, SIZES) for one in (train, piece)]
    going = peers.Counts.of(told[:1], adaptive=True).shares(told[1])
    for at in (5, 30, 59):
        before = peers.Told(told[1].contexts[:, :at], told[1].symbols[:at], told[1].sizes[:at])
        both = peers.Counts.of([told[0], before])
        np.testing.assert_allclose(both.shares(told[1])[:, at], going[:, at])


@pytest.mark.parametrize("view", ["by_voice", "by_chord"])
def test_chorales_are_told_a_voice_at_a_time_by_what_came_before(peers, view):
    rng = np.random.default_rng(0)
    rows = rng.integers(50, 60, (32, 4))
    changed = rows.copy()
    changed[20:] += 1
    before, after = (
        getattr(peers, view)(one).contexts.reshape(-1, 4, 32) for one in (rows, changed)
    )
    assert (before[:, :, :20] == after[:, :, :20]).all()
    changed = rows.copy()
    changed[20, 2] += 1  # the tenor is told last: nobody has heard him at this step
    after = getattr(peers, view)(changed).contexts.reshape(-1, 4, 32)
    assert (before[:, :, 20] == after[:, :, 20]).all()


def test_rests_have_no_key(peers):
    moved = peers.transposed(np.array([[0, 61], [60, 0]]), -5)
    assert moved.tolist() == [[0, 56], [55, 0]]


def test_the_lstm_tells_only_what_can_come_and_learns(peers, lstm):
    torch.manual_seed(0)
    net = lstm.PlainLstm(SIZES).eval()
    piece = pattern(peers)
    tokens, fields = net.tokens(piece)
    with torch.inference_mode():
        logits, _ = net(tokens[None], fields[None])
    shares = torch.softmax(logits[0], -1).numpy()
    np.testing.assert_allclose(shares.sum(1), 1.0, rtol=1e-5)
    assert shares[0, SIZES[0] :].max() < 1e-6
    assert shares[1, : SIZES[0]].max() < 1e-6
    before = net.nats(piece)
    trained = lstm.train_lstm([piece], [piece], SIZES, seconds=0.0, seed=0)  # one step
    assert trained.nats(piece) < before


def test_a_chorale_is_told_step_by_step(systems):
    steps = np.array([[72, 67, 64, 48]] * 6 + [[74, 67, -1, 47]] * 3 + [[74, 65, 62, 50]] * 12)
    content = systems.chorale(steps)
    systems.check_grid([steps], [content])
    assert [bar.length // systems.STEP for bar in content.bars] == [16, 5]
    assert len(content.notes) == 2 + 2 + 2 + 3
    with pytest.raises(ValueError, match="step by step"):
        systems.check_grid([steps[:-1]], [content])
    assert systems.voice_stream(steps + 1).symbols[:4].tolist() == [73, 68, 65, 49]


def test_as_many_notes_are_told_as_there_are(systems):
    steps = np.array([[72, 67, 64, 48]] * 16 + [[74, 67, 65, 47]] * 16)
    content = systems.chorale(steps)
    assert systems.number_of_notes(systems.note_stream(content)) == len(content.notes) == 7
