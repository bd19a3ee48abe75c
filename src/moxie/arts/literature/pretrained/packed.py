"""Layers whose weights are also kept in eight bits, which few rows are multiplied by sooner.

A page is written a symbol at a time: every step reads all of the weights for a handful of rows, so
what a step takes is how long they are to read. Bytes take two thirds of the time of bfloat16 for
four rows, and three times as long for hundreds, where arithmetic counts instead.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

FEW = 8
"""Rows up to which bytes are the sooner read."""

HIGHEST = 127.0
"""The largest weight of a row in eight bits."""


class Packed(nn.Module):
    """A linear layer in bfloat16, with every row of its weights rounded to 255 levels as well.

    One scale a row, and nothing of what comes in is rounded: what one text gives does not depend
    on the others that are read beside it.
    """

    levels: Tensor
    scales: Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.whole = layer
        weight = layer.weight.detach().float()
        scales = weight.abs().amax(1).clamp_min(torch.finfo(torch.float32).tiny) / HIGHEST
        self.register_buffer("levels", (weight / scales[:, None]).round().to(torch.int8))
        self.register_buffer("scales", scales.to(torch.bfloat16))

    def forward(self, coming: Tensor) -> Tensor:
        """Of bfloat16 [..., from] to bfloat16 [..., to]."""
        rows = coming.reshape(-1, coming.shape[-1])
        if len(rows) > FEW:
            found: Tensor = self.whole(coming)
            return found
        found = torch._weight_int8pack_mm(rows, self.levels, self.scales)  # noqa: SLF001  no other
        found = found.view(*coming.shape[:-1], -1)
        return found if self.whole.bias is None else found + self.whole.bias


def pack(model: nn.Module) -> None:
    """Every linear layer inside of `model`, all in bfloat16 already."""
    for module in list(model.modules()):
        for name, inner in list(module.named_children()):
            if type(inner) is nn.Linear:
                setattr(module, name, Packed(inner))
