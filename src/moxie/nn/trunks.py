"""Trunks of networks that remember: units one after another, each hearing those before it.

A transformer (pre-norm, rotary positions: Su et al. 2021), or gated recurrent units (Cho et al.
2014). What goes in and comes out is float [batch, units, width].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Kind: TypeAlias = Literal["transformer", "recurrent"]

REACH = 384
"""Units that a transformer looks back on: twice a training window, beyond which it is lost."""

HEADS = 4


class Block(nn.Module):
    """A layer of causal attention and a feed-forward layer."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.RMSNorm(width)
        self.heard = nn.Linear(width, 3 * width, bias=False)
        self.told = nn.Linear(width, width, bias=False)
        self.before_thought = nn.RMSNorm(width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.narrow.weight)

    def forward(
        self,
        x: Tensor,
        angles: Tensor,
        past: tuple[Tensor, Tensor] | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """[batch, units, width]; `past` are the keys and values of earlier units.

        `mask` bool [batch, 1, 1, past and units] says which of them are heard.
        """
        batch, units, width = x.shape
        heard = self.heard(self.before_attention(x))
        query, key, value = heard.view(batch, units, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        query, key = _turned(query, angles), _turned(key, angles)
        if past is not None:
            key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
        found = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None
        )
        told = self.told(found.transpose(1, 2).reshape(batch, units, width))
        x = x + self.dropout(told)
        thought = self.narrow(F.gelu(self.wide(self.before_thought(x))))
        return x + self.dropout(thought), (key, value)


class Transformer(nn.Module):
    """Blocks over the units of a window."""

    def __init__(self, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, dropout) for _ in range(depth))
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        """[batch, units, width] to the same, each unit hearing those before it."""
        angles = _angles(torch.arange(x.shape[1], device=x.device), self.width // HEADS)
        for block in self.blocks:
            x, _ = block(x, angles)
        return x

    def step(self, x: Tensor, state: object, awake: Tensor) -> tuple[Tensor, object]:
        """One unit [batch, 1, width] after the last `REACH` of those in `state` (None at first).

        What is not `awake`, bool [batch], goes on later as if this unit had not been.
        """
        if state is None:
            none = torch.zeros(len(x), 0, dtype=torch.bool, device=x.device)
            state = _Past(
                torch.zeros_like(awake, dtype=torch.long), none, [None] * len(self.blocks)
            )
        assert isinstance(state, _Past)
        told = torch.cat((state.told, awake[:, None]), 1)
        near = told.flip(1).cumsum(1).flip(1) <= REACH + 1
        first = int(near.any(0).long().argmax())  # what no piece looks back on is let go
        mask = (told & near | ~awake[:, None])[:, None, None]
        angles = _angles(state.at, self.width // HEADS)[:, :, None, None]
        now: list[tuple[Tensor, Tensor] | None] = []
        for block, before in zip(self.blocks, state.heard, strict=True):
            x, (key, value) = block(x, angles, before, mask)
            now.append((key[:, :, first:], value[:, :, first:]))
        return x, _Past(state.at + awake, told[:, first:], now)


class _Past(NamedTuple):
    """What a transformer has heard, of some pieces side by side.

    `at` int64 [batch] counts the units of each; `told` bool [batch, columns] says which columns
    are units of it; `heard` are each block's keys and values of all columns.
    """

    at: Tensor
    told: Tensor
    heard: list[tuple[Tensor, Tensor] | None]


class Recurrent(nn.Module):
    """Layers of gated recurrent units."""

    def __init__(self, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.gru = nn.GRU(width, width, depth, batch_first=True, dropout=dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, units, width] to the same."""
        found: Tensor = self.gru(x)[0]
        return found

    def step(self, x: Tensor, state: object, awake: Tensor) -> tuple[Tensor, object]:
        """Units [batch, n, width] after `state` (None at first); see `Transformer.step`."""
        found, after = self.gru(x, state)
        if isinstance(state, Tensor):
            after = torch.where(awake[None, :, None], after, state)
        return found, after


def taken(state: object, pieces: Sequence[int]) -> object:
    """The state of a `step` with some of its pieces, each as often as it is named."""
    rows = torch.as_tensor(pieces)
    if isinstance(state, Tensor):
        return state[:, rows]
    if not isinstance(state, _Past):
        return None
    told = state.told[rows]
    order = torch.sort(
        told.long(), dim=1, stable=True
    ).indices  # columns of a piece's own units come last
    most = min(int(told.sum(1).max()), REACH)
    order = order[:, order.shape[1] - most :]
    picked = rows[:, None], order

    def near(past: Tensor) -> Tensor:
        return past.transpose(1, 2)[picked].transpose(1, 2).contiguous()

    heard = [None if kv is None else (near(kv[0]), near(kv[1])) for kv in state.heard]
    return _Past(state.at[rows], told.gather(1, order), heard)


def _angles(places: Tensor, width: int) -> Tensor:
    """Complex turns [units, width / 2] for rotary positions."""
    rates = 10_000 ** (-torch.arange(0, width // 2, device=places.device) / (width // 2))
    angles = places[:, None] * rates[None]
    return torch.stack((angles.cos(), angles.sin()))


def _turned(x: Tensor, angles: Tensor) -> Tensor:
    cosine, sine = angles.to(x.dtype)
    left, right = x.chunk(2, -1)
    return torch.cat((left * cosine - right * sine, left * sine + right * cosine), -1)
