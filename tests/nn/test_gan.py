"""Small generators and their judges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from moxie.art import Checkpoint
from moxie.errors import Cancelled
from moxie.nn import gan
from moxie.nn.checkpoint import MemoryCheckpoint
from moxie.nn.duel import Duel, Match
from moxie.nn.ema import average_of, follow
from moxie.nn.gan import SIDES, Generator, Judges, augment, find, settle

SMALL = Match(steps=6, side=32, width=2, latent=8, batch=4)
KERNEL = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(9))


def features(images: Tensor) -> list[Tensor]:
    """Two layers of a network that never learns."""
    fine = F.relu(F.conv2d(images, KERNEL, padding=1))
    return [fine, F.avg_pool2d(fine, 4)]


def stripes(rng: np.random.Generator, n: int) -> Tensor:
    """Pictures that are bright on one side, [n, 3, 32, 32]."""
    places = torch.from_numpy(rng.integers(8, 24, n))
    bright = torch.arange(32)[None] < places[:, None]
    return bright.float()[:, None, None, :].expand(n, 3, 32, 32)


def generator_in_use() -> Generator:
    """Untrained, but with the means and deviations of what it makes."""
    torch.manual_seed(0)
    generator = Generator(32, 8, 2)
    settle(generator)
    return generator


def duel(match: Match = SMALL, seed: int = 4) -> Duel:
    return Duel(match, features, (8, 8), stripes, seed)


def trained(checkpoint: Checkpoint, stop_at: int = 0, seed: int = 4) -> Mapping[str, Tensor]:
    training = duel(seed=seed)
    state = checkpoint.load()
    if state is not None:
        training.restore(state)

    def on_step(step: int, _total: int, _loss: float) -> None:
        if step == stop_at:
            raise Cancelled("Stopped by a test.")

    return training.train(half=False, checkpoint=checkpoint, on_step=on_step).state_dict()


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("side", SIDES)
def test_a_generator_makes_pictures_of_its_side(side: int):
    made = Generator(side, 8, 2)(torch.randn(2, 8))
    assert made.shape == (2, 3, side, side)
    assert 0 <= made.min() <= made.max() <= 1


@pytest.mark.slow
def test_one_seed_trains_one_generator_and_another_seed_another():
    first = trained(MemoryCheckpoint())
    assert same(first, trained(MemoryCheckpoint()))
    assert not same(first, trained(MemoryCheckpoint(), seed=5))


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [1, 3, 6])
def test_stopped_and_resumed_it_is_the_same_generator(stop_at: int):
    checkpoint = MemoryCheckpoint()
    with pytest.raises(Cancelled):
        trained(checkpoint, stop_at)
    assert same(trained(checkpoint), trained(MemoryCheckpoint()))


def test_a_training_leaves_the_random_numbers_of_others_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    trained(MemoryCheckpoint())
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow
def test_judges_learn_to_tell_what_is_real():
    training = duel(Match(steps=30, side=32, width=2, latent=8, batch=8, rate=2e-3))
    lost = [training.learn(half=False) for _ in range(30)]
    assert np.mean(lost[-5:]) < 0.8 * np.mean(lost[:5])


def test_the_mixing_of_the_judges_never_learns():
    training = duel()
    before = {k: v.clone() for k, v in training.judges.state_dict().items()}
    for _ in range(3):
        training.learn(half=False)
    after = training.judges.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"heads"}


def test_judges_bring_layers_to_one_size():
    judges = Judges(lambda images: [100 * f for f in features(images)], (8, 8))
    judges.calibrate(stripes(np.random.default_rng(0), 8))
    assert float(judges.scales.max()) < 1


def test_augmenting_changes_each_picture_otherwise_and_lets_gradients_through():
    images = torch.full((4, 3, 32, 32), 0.5, requires_grad=True)
    changed = augment(images, torch.Generator().manual_seed(0))
    assert changed.shape == images.shape
    assert len({round(float(one.mean()), 4) for one in changed.detach()}) == 4
    changed.sum().backward()
    reached = images.grad
    assert reached is not None
    assert reached.abs().sum() > 0


def test_without_changing_colors_moving_keeps_what_is_inside():
    images = torch.rand(3, 3, 32, 32)
    moved = gan._moved(images, torch.Generator().manual_seed(2))
    middle = images[:, :, 12:20, 12:20]
    for before, after in zip(middle, moved, strict=True):
        windows = after.unfold(1, 8, 1).unfold(2, 8, 1).permute(1, 2, 0, 3, 4)
        assert (windows == before).flatten(2).all(2).any()


def test_noise_is_found_that_makes_a_picture_again():
    generator = generator_in_use()
    with torch.no_grad():
        image = generator(torch.randn(1, 8))
    known = torch.ones_like(image[:, :1])
    random = torch.Generator().manual_seed(0)
    found = find(generator, image, known, random, steps=60)
    with torch.no_grad():
        near = ((generator(found) - image) ** 2).mean()
        usual = ((generator(torch.randn(64, 8)) - image) ** 2).mean()
    assert near < 0.2 * usual


def test_what_is_hidden_has_no_say_in_what_is_found():
    generator = generator_in_use()
    image = torch.rand(1, 3, 32, 32)
    known = torch.ones_like(image[:, :1])
    known[..., 16:] = 0
    other = torch.where(known > 0, image, 1 - image)
    found = [
        find(generator, one, known, torch.Generator().manual_seed(0), steps=5)
        for one in (image, other)
    ]
    assert torch.equal(*found)


def test_a_settled_generator_makes_what_it_made_in_training():
    torch.manual_seed(0)
    generator = Generator(32, 8, 2)
    z = torch.randn(64, 8)
    with torch.no_grad():
        training = generator(z)
        settle(generator)
        settled = generator(z)
    assert not generator.training
    # alike in all but the chance of one batch
    assert float((settled - training).abs().mean()) < 0.2 * float(training.std())
    assert torch.equal(settled, generator.eval()(z))


def test_an_average_follows_slowly_and_the_start_is_soon_forgotten():
    net = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.zeros_(net.weight)
    kept = average_of(net)
    torch.nn.init.constant_(net.weight, 3.0)
    follow(kept, net, 0.9, step=1000)
    assert torch.allclose(kept.weight, torch.full((1, 2), 0.3))
    assert not kept.training
    assert not kept.weight.requires_grad
    follow(kept, net, 0.9, step=0)
    assert torch.allclose(kept.weight, torch.full((1, 2), 2.73))
