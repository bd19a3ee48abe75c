"""Weights of eight bits, for a few rows at a time."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from moxie.arts.literature.pretrained.packed import FEW, Packed, pack


def _layer(*, bias: bool = False) -> nn.Linear:
    torch.manual_seed(3)
    return nn.Linear(96, 64, bias=bias).to(torch.bfloat16)


@pytest.mark.parametrize("bias", [False, True])
def test_few_rows_are_nearly_what_bfloat16_makes_of_them(bias: bool) -> None:
    layer = _layer(bias=bias)
    rows = torch.randn(2, 3, 96, dtype=torch.bfloat16)
    with torch.inference_mode():
        whole, found = layer(rows).float(), Packed(layer)(rows).float()
    assert found.shape == whole.shape
    assert 0 < (found - whole).norm() < 0.02 * whole.norm()


def test_a_row_does_not_depend_on_those_beside_it() -> None:
    packed = Packed(_layer())
    rows = torch.randn(4, 96, dtype=torch.bfloat16)
    louder = torch.cat([rows[:1], rows[1:] * 100])
    with torch.inference_mode():
        assert torch.equal(packed(rows)[0], packed(louder)[0])


def test_many_rows_are_multiplied_as_before() -> None:
    layer = _layer()
    rows = torch.randn(FEW + 1, 96, dtype=torch.bfloat16)
    with torch.inference_mode():
        assert torch.equal(Packed(layer)(rows), layer(rows))


def test_every_linear_layer_inside_is_packed_and_nothing_else() -> None:
    model = nn.Sequential(nn.LayerNorm(96), nn.Sequential(_layer()), nn.Embedding(4, 8))
    pack(model)
    assert [type(module).__name__ for module in model.modules()].count("Packed") == 1
    assert isinstance(model[0], nn.LayerNorm)
    assert isinstance(model[2], nn.Embedding)
