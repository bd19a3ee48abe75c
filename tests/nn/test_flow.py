"""Flows from noise to works, against what is known about them."""

from __future__ import annotations

import pytest
import torch

from moxie.nn import flow
from moxie.nn.flow import Shape


@pytest.fixture(scope="module")
def net() -> flow.FlowNet:
    torch.manual_seed(0)
    made = Shape(2, (8, 16), told=1).build().eval()
    for weight in made.parameters():
        weight.data += 0.1 * torch.randn_like(weight)
    return made.requires_grad_(requires_grad=False)


def test_velocities_are_as_large_as_places_of_any_proportions(net: flow.FlowNet) -> None:
    assert net.shape.multiple == 4
    for sides in ((8, 8), (4, 12)):
        x = torch.randn(3, 2, *sides)
        assert net(x, torch.rand(3), torch.zeros(3, 1)).shape == x.shape


def test_the_time_and_what_is_told_change_the_way(net: flow.FlowNet) -> None:
    x = torch.randn(1, 2, 8, 8)
    plain = net(x, torch.tensor([0.2]), torch.zeros(1, 1))
    assert not torch.allclose(plain, net(x, torch.tensor([0.6]), torch.zeros(1, 1)), atol=1e-3)
    assert not torch.allclose(plain, net(x, torch.tensor([0.2]), torch.ones(1, 1)), atol=1e-3)


def test_a_fresh_network_stands_still_and_its_loss_is_the_way_itself() -> None:
    fresh = Shape(2, (8, 16)).build()
    works, noise = torch.randn(4, 2, 8, 8), torch.randn(4, 2, 8, 8)
    found = flow.loss(fresh, works, torch.zeros(4, 0), torch.rand(4), noise)
    assert torch.allclose(found, ((works - noise) ** 2).mean((1, 2, 3)))


def test_times_are_spread_over_what_is_learnt() -> None:
    times = flow.spread_times(10, 0.5, torch.Generator().manual_seed(0))
    assert torch.equal((times * 20).long(), torch.arange(10))


def test_a_walk_along_a_straight_way_arrives() -> None:
    class Straight(flow.FlowNet):
        def forward(self, x: torch.Tensor, time: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
            return torch.full_like(x, 2.0)

    place = torch.randn(1, 2, 4, 4)
    walked = flow.walk(Straight(Shape(2, (8,))), place, torch.zeros(1, 0), [0.0, 0.3, 0.5])
    assert torch.allclose(walked, place + 1.0, atol=1e-5)


def test_what_is_pushed_leads_away_from_what_the_weak_one_says() -> None:
    x, moment, told = torch.zeros(1, 2, 4, 4), torch.zeros(1), torch.zeros(1, 0)
    strong, weak = (lambda *_, far=far: torch.full_like(x, far) for far in (2.0, 1.5))
    for push, expected in ((1.0, 2.0), (3.0, 3.0), (0.0, 1.5)):
        assert torch.equal(flow.pushed(strong, weak, push)(x, moment, told), x + expected)


def test_a_narrowed_network_has_half_the_channels_in_whole_groups() -> None:
    assert Shape(2, (64, 128, 192), told=1).narrowed() == Shape(2, (32, 64, 96), told=1)
    assert Shape(2, (8, 24)).narrowed().widths == (8, 8)


def test_a_walk_keeps_what_is_known(net: flow.FlowNet) -> None:
    def correct(place: torch.Tensor, now: float) -> torch.Tensor:
        place = place.clone()
        place[..., :4] = now
        return place

    walked = flow.walk(net, torch.randn(1, 2, 8, 8), torch.zeros(1, 1), [0.0, 0.2, 0.4], correct)
    assert torch.equal(walked[..., :4], torch.full((1, 2, 8, 4), 0.4))


def two_works() -> torch.Tensor:
    """A work dark above and light below, and its negative."""
    work = torch.ones(1, 1, 8, 8)
    work[:, :, :4] = -1
    return torch.cat([work, -work])


def test_seen_as_a_whole_a_place_settles_into_one_work() -> None:
    works = two_works()
    place = 0.7 * works[0] + 0.3 * torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(1))
    settled, owners = flow.settle(place, works, 0.5, [15] * 6)
    assert torch.allclose(settled, works[0], atol=0.05)
    assert owners.eq(0).all()


def test_seen_by_parts_it_settles_into_parts_of_both() -> None:
    works = two_works()
    wanted = torch.cat([works[0, :, :4], works[1, :, 4:]], 1)  # dark everywhere: no work is so
    settled, owners = flow.settle(0.7 * wanted, works, 0.5, [3] * 6)
    assert torch.allclose(settled[:, [0, 1, 6, 7]], wanted[:, [0, 1, 6, 7]], atol=0.05)
    assert owners[0].eq(0).all()
    assert owners[7].eq(1).all()
