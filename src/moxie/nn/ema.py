"""An exponential moving average of a network's weights: steadier than the last step's."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

N = TypeVar("N", bound=nn.Module)


def average_of(net: N) -> N:
    """A copy to keep the average in: it is not trained, and as ready to be used as the average."""
    return copy.deepcopy(net).eval().requires_grad_(requires_grad=False)


def follow(kept: nn.Module, net: nn.Module, decay: float, step: int) -> None:
    """Draw the average towards the network after a step; buffers (running means) are left alone.

    In the first steps the decay is smaller, so that the start is soon forgotten.
    """
    share = 1 - min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for mine, new in zip(kept.parameters(), net.parameters(), strict=True):
            mine.lerp_(new, share)
