"""The sliced Wasserstein distance against what can be worked out by hand."""

import pytest
import torch

from moxie.nn import sliced


def test_a_shift_along_a_line_is_measured_exactly():
    points = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    line = torch.tensor([[0.0, 1.0, 0.0]])
    shift = torch.tensor([[5.0, 2.0, 7.0]])
    assert sliced.distance(points, points + shift, line).item() == pytest.approx(2.0, abs=1e-4)


def test_the_same_cloud_in_another_order_is_no_distance_away():
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(300, 4, generator=generator)
    lines = sliced.directions(16, 4, generator)
    shuffled = points[torch.randperm(300, generator=generator)]
    assert sliced.distance(points, shuffled, lines).item() == pytest.approx(0.0, abs=1e-6)


def test_clouds_of_different_sizes_compare_by_quantiles():
    line = torch.ones(1, 1)
    few, many = torch.linspace(0, 1, 50)[:, None], torch.linspace(0, 1, 5000)[:, None]
    assert sliced.distance(few, many, line).item() < 0.02
    assert sliced.distance(many, few + 1, line).item() == pytest.approx(1.0, abs=0.02)


def test_descending_its_gradient_brings_the_clouds_together():
    generator = torch.Generator().manual_seed(2)
    target = torch.randn(200, 2, generator=generator) + 3
    points = torch.zeros(200, 2).requires_grad_(True)
    optimizer = torch.optim.Adam([points], lr=0.1)
    for _ in range(150):
        optimizer.zero_grad()
        sliced.distance(points, target, sliced.directions(8, 2, generator)).backward()
        optimizer.step()
    assert (points.mean(0) - target.mean(0)).abs().max().item() < 0.2


def test_directions_are_unit_and_seeded():
    first = sliced.directions(7, 5, torch.Generator().manual_seed(3))
    again = sliced.directions(7, 5, torch.Generator().manual_seed(3))
    assert torch.equal(first, again)
    assert torch.allclose(first.norm(dim=1), torch.ones(7))
