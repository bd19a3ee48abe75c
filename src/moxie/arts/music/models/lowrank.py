"""Fine-tuning a pretrained network by low-rank adaptation (LoRA: Hu et al. 2021).

The base stays as it is; beside each linear layer two thin matrices learn. Afterwards they are
added to the layer's weight, so that an adapted network is a network like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moxie.arts.music.coding import Coding
from moxie.arts.music.models.experts import Experts, Shape
from moxie.arts.music.models.nets import Net
from moxie.errors import BadInput, Missing

RANK, ALPHA = 8, 16
"""Width of the thin matrices, and by how much of it they count."""


class LowRank(nn.Module):
    """A linear layer that is frozen, and what is learnt beside it."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base.requires_grad_(requires_grad=False)
        fresh = torch.randn(RANK, base.in_features) * base.in_features**-0.5
        self.down = nn.Parameter(fresh.to(base.weight.device))
        self.up = nn.Parameter(torch.zeros(base.out_features, RANK, device=base.weight.device))

    def forward(self, x: Tensor) -> Tensor:
        """[..., inputs] to [..., outputs]."""
        beside = F.linear(F.linear(x, self.down), self.up)
        result: Tensor = self.base(x) + beside * (ALPHA / RANK)
        return result

    def merged(self) -> nn.Linear:
        """The layer with what was learnt added to its weight."""
        with torch.no_grad():
            self.base.weight += (self.up @ self.down) * (ALPHA / RANK)
        return self.base


def adapt(net: Net) -> Net:
    """Freeze a network, and let every linear layer learn at low rank. Changes `net`."""
    net.requires_grad_(requires_grad=False)
    _replace(net, lambda layer: LowRank(layer) if isinstance(layer, nn.Linear) else None)
    return net


def merge(net: Net) -> Net:
    """Undo `adapt`, keeping what was learnt. Changes `net`."""
    _replace(net, lambda layer: layer.merged() if isinstance(layer, LowRank) else None)
    return net


def base_of(folder: Path, coding: Coding) -> tuple[Shape, Net]:
    """The first network of a model saved in a folder, of the coding that is needed.

    Raises Missing where there is none, BadInput where it was trained in another coding.
    """
    check(folder)
    experts = Experts.load(folder)
    if not experts.nets or experts.coding.name != coding.name:
        raise BadInput(
            "The model in {folder} cannot be built upon: it has no network that tells scores as "
            "these works are told ({coding}).",
            folder=str(folder),
            coding=coding.name,
        )
    return experts.nets[0]


def check(folder: Path) -> None:
    """Raise Missing where a folder holds no music model."""
    if not all((folder / name).is_file() for name in ("experts.json", "experts.safetensors")):
        raise Missing(
            "There is no music model in {folder}: name a folder that Moxie saved one in.",
            folder=str(folder),
        )


def digest(folder: Path) -> str:
    """The sha256 of the weights in a folder, for the record."""
    return hashlib.sha256((folder / "experts.safetensors").read_bytes()).hexdigest()


def _replace(module: nn.Module, change: Callable[[nn.Module], nn.Module | None]) -> None:
    for name, child in module.named_children():
        new = change(child)
        if new is not None:
            setattr(module, name, new)
        else:
            _replace(child, change)
