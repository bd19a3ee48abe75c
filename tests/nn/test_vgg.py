"""VGG19 from the pip package's weights."""

import pytest
import torch

from moxie.errors import Missing
from moxie.nn import vgg
from moxie.settings import Machine


@pytest.fixture(scope="module")
def network():
    return vgg.Vgg19.load(Machine(), last="conv3_1")


def test_layers_have_their_documented_shapes(network):
    image = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
    found = network.features(image, ["conv1_1", "conv3_1"])
    assert found["conv1_1"].shape == (2, 64, 32, 48)
    assert found["conv3_1"].shape == (2, 256, 8, 12)
    assert all(x.min() >= 0 for x in found.values())


def test_gradients_reach_the_picture(network):
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    image.requires_grad_(True)
    network.features(image, ["conv3_1"])["conv3_1"].mean().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0


def test_it_sees_edges_the_way_a_trained_network_does(network):
    """A trained first layer answers to an edge far more than to a plain field; noise would not."""
    plain = torch.full((1, 3, 32, 32), 0.5)
    edge = plain.clone()
    edge[..., 16:] = 1.0
    deep = [
        network.features(x, ["conv2_1"])["conv2_1"][0, :, 4:-4, 4:-4].std((1, 2)).mean()
        for x in (plain, edge)
    ]
    assert deep[1] > 20 * deep[0]


def test_half_precision_agrees_with_full(network):
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    half = vgg.Vgg19.load(Machine(half=True), last="conv3_1")
    full = network.features(image, ["conv3_1"])["conv3_1"]
    apart = (half.features(image, ["conv3_1"])["conv3_1"].float() - full).abs().mean()
    assert apart < 0.02 * full.abs().mean()


def test_weights_that_are_not_the_known_ones_are_refused(tmp_path):
    other = tmp_path / vgg.WEIGHTS
    other.write_bytes(b"not the weights")
    with pytest.raises(Missing, match="force-reinstall"):
        vgg._read_kernels(other, ["conv1_1"])
