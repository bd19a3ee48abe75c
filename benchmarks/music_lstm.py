"""A plain LSTM over the tokens of a piece: what one would try first.

Hochreiter and Schmidhuber (1997): an embedding, one layer, a linear output that is limited to the
symbols of the field that comes next. Adam, windows drawn at random, early stopping by pieces that
are set aside.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from music_baselines import Stream

WIDTH, DROPOUT = 256, 0.2
BATCH, WINDOW, RATE = 16, 256, 2e-3
LOOKS, PATIENCE = 20, 4
"""How often the pieces set aside are looked at in the time there is, and how many looks without
any gain end the training."""

ASIDE_TOKENS = 20_000
"""Tokens of the pieces set aside that each look sees."""

Change = Callable[[Stream, np.random.Generator], Stream]


class PlainLstm(nn.Module):
    """For fields of so many symbols each."""

    allowed: Tensor

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.starts = np.cumsum([0, *sizes])
        tokens = int(self.starts[-1])
        self.embed = nn.Embedding(tokens + 1, WIDTH)  # the last one is before the beginning
        self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.out = nn.Linear(WIDTH, tokens)
        self.dropout = nn.Dropout(DROPOUT)
        allowed = torch.full((len(sizes), tokens), -1e9)
        for field, start in enumerate(self.starts[:-1]):
            allowed[field, start : self.starts[field + 1]] = 0.0
        self.register_buffer("allowed", allowed)

    def tokens(self, stream: Stream) -> tuple[Tensor, Tensor]:
        """A stream's tokens and fields, int64 [n] each."""
        tokens = stream.symbols + self.starts[stream.fields]
        return torch.from_numpy(tokens), torch.from_numpy(stream.fields)

    def forward(
        self, before: Tensor, fields: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The tokens before and the fields to tell, int64 [batch, n], to logits [batch, n, k]."""
        heard, after = self.lstm(self.dropout(self.embed(before)), state)
        return self.out(self.dropout(heard)) + self.allowed[fields], after

    def nats(self, stream: Stream) -> float:
        """What a piece costs, read from its beginning."""
        tokens, fields = self.tokens(stream)
        before = F.pad(tokens[:-1], (1, 0), value=self.embed.num_embeddings - 1)
        total, state = 0.0, None
        with torch.inference_mode():
            for start in range(0, len(tokens), 1024):
                part = slice(start, start + 1024)
                logits, state = self(before[None, part], fields[None, part], state)
                total += float(F.cross_entropy(logits[0], tokens[part], reduction="sum"))
        return total


def train_lstm(
    train: Sequence[Stream],
    aside: Sequence[Stream],
    sizes: Sequence[int],
    *,
    seconds: float,
    seed: int,
    change: Change = lambda stream, _: stream,
) -> PlainLstm:
    """Trained for so many seconds, or until the pieces set aside are told no better.

    `change` varies each window: another key, where tokens are not in one key already.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = PlainLstm(sizes)
    optimiser = torch.optim.Adam(net.parameters(), RATE)
    best, least, waited = copy.deepcopy(net.state_dict()), math.inf, 0
    some = _some(aside)
    began = looked = time.monotonic()
    lengths = np.array([len(stream.symbols) for stream in train], np.float64)
    while waited < PATIENCE:
        windows = [
            change(_window(train[i], rng), rng)
            for i in rng.choice(len(train), BATCH, p=lengths / lengths.sum())
        ]
        _step(net, optimiser, windows)
        now = time.monotonic()
        over = now - began >= seconds
        if now - looked >= seconds / LOOKS or over:
            loss = _loss(net, some)
            better = loss < least
            best, least = (copy.deepcopy(net.state_dict()), loss) if better else (best, least)
            waited, looked = 0 if better else waited + 1, time.monotonic()
        if over:
            break
    net.load_state_dict(best)
    return net.eval()


def _step(net: PlainLstm, optimiser: torch.optim.Optimizer, windows: Sequence[Stream]) -> None:
    """One step; every window begins with what comes before the beginning."""
    net.train()
    rows = [net.tokens(window) for window in windows]
    tokens = nn.utils.rnn.pad_sequence([t for t, _ in rows], batch_first=True, padding_value=-1)
    fields = nn.utils.rnn.pad_sequence([f for _, f in rows], batch_first=True)
    before = F.pad(tokens[:, :-1], (1, 0), value=net.embed.num_embeddings - 1).clamp(min=0)
    logits, _ = net(before, fields)
    loss = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), ignore_index=-1)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()


def _loss(net: PlainLstm, pieces: Sequence[Stream]) -> float:
    net.eval()
    return sum(map(net.nats, pieces)) / max(1, sum(len(piece.symbols) for piece in pieces))


def _window(stream: Stream, rng: np.random.Generator) -> Stream:
    start = int(rng.integers(0, max(1, len(stream.symbols) - WINDOW + 1)))
    part = slice(start, start + WINDOW)
    return Stream(stream.fields[part], stream.symbols[part])


def _some(pieces: Sequence[Stream]) -> list[Stream]:
    """The beginnings of all the pieces, with about so many tokens in all."""
    each = max(WINDOW, ASIDE_TOKENS // max(1, len(pieces)))
    return [Stream(piece.fields[:each], piece.symbols[:each]) for piece in pieces]
