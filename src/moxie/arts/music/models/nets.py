"""Networks over coded pieces: a trunk that remembers, and a head for each field.

The trunk is one of `moxie.nn.trunks`. A head hears it and the columns of its field. Pitches get
logits of their own and logits by interval from each anchor, so that what is learnt in one place
of the scale holds in others.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moxie.arts.music.coding import Coding, Column, Field
from moxie.nn.trunks import Kind, Recurrent, Transformer

SPAN = 24
"""Intervals up to this many semitones have logits."""

SPREAD = 0.03
"""Standard deviation of fresh embeddings: small, so that a value never met says next to nothing."""


class Columns(nn.Module):
    """The sum of an embedding of every column; pitches are embedded by class as well."""

    starts: Tensor

    def __init__(self, columns: Sequence[Column], width: int) -> None:
        super().__init__()
        sizes = [column.size for column in columns]
        self.pitched = [i for i, column in enumerate(columns) if column.kind == "pitch"]
        sizes += [13] * len(self.pitched)
        starts = torch.tensor([0, *sizes]).cumsum(0)
        self.register_buffer("starts", starts[:-1], persistent=False)
        self.table = nn.EmbeddingBag(int(starts[-1]), width, mode="sum")
        nn.init.normal_(self.table.weight, std=SPREAD)

    def forward(self, values: Tensor) -> Tensor:
        """Columns int64 [..., n] to float [..., width]."""
        pitches = values[..., self.pitched]
        classes = torch.where(pitches > 0, (pitches - 1) % 12 + 1, 0)
        places = torch.cat((values, classes), -1) + self.starts
        found = self.table(places.reshape(-1, places.shape[-1]))
        result: Tensor = found.view(*values.shape[:-1], -1)
        return result


class Head(nn.Module):
    """From the trunk and a field's columns to the logits of its symbols."""

    span: Tensor

    def __init__(self, field: Field, width: int, dropout: float) -> None:
        super().__init__()
        self.first, self.size, self.anchors = field.first, field.size, list(field.anchors)
        self.columns = Columns(field.columns, width)
        self.from_trunk = nn.Linear(width, width)
        self.thought = nn.Linear(width, width)
        self.out = nn.Linear(width, field.size + len(self.anchors) * (2 * SPAN + 1))
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("span", torch.arange(-SPAN, SPAN + 1), persistent=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, trunk: Tensor, known: Tensor) -> Tensor:
        """[..., width] and int64 [..., columns] to float32 [..., symbols]."""
        heard = F.gelu(self.dropout(self.from_trunk(trunk) + self.columns(known)))
        heard = heard + F.gelu(self.thought(heard))
        out = self.out(self.dropout(heard)).float()
        logits: Tensor = out[..., : self.size]
        relative = out[..., self.size :]
        for place, column in enumerate(self.anchors):
            anchor = known[..., column : column + 1]
            table = relative[..., place * len(self.span) : (place + 1) * len(self.span)]
            symbols = anchor - 1 + self.span + self.first
            inside = (anchor > 0) & (symbols >= self.first) & (symbols < self.size)
            logits = logits.scatter_add(
                -1, symbols.clamp(0, self.size - 1), torch.where(inside, table, 0.0)
            )
        return logits


class Net(nn.Module):
    """A trunk and its heads for one coding."""

    def __init__(
        self, coding: Coding, kind: Kind, *, width: int, depth: int, dropout: float
    ) -> None:
        super().__init__()
        self.heard = Columns(coding.trunk, width)
        build = Transformer if kind == "transformer" else Recurrent
        self.trunk: Transformer | Recurrent = build(width, depth, dropout)
        self.after = nn.RMSNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(Head(field, width, dropout) for field in coding.fields)

    def forward(self, trunk: Tensor, known: Sequence[Tensor]) -> list[Tensor]:
        """Trunk columns int64 [batch, units, n] and those of each field, to logits of each."""
        heard = self.after(self.trunk(self.dropout(self.heard(trunk))))
        return [head(heard, columns) for head, columns in zip(self.heads, known, strict=True)]

    def step(
        self, trunk: Tensor, state: object, awake: Tensor | None = None
    ) -> tuple[Tensor, object]:
        """One unit's columns int64 [batch, n] to what the heads hear, float [batch, width].

        Pieces that are not `awake`, bool [batch], go on later as if this unit had not been.
        """
        if awake is None:
            awake = torch.ones(len(trunk), dtype=torch.bool, device=trunk.device)
        heard, after = self.trunk.step(self.heard(trunk[:, None]), state, awake)
        return self.after(heard)[:, 0], after
