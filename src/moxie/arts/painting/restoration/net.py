"""The network that marks damage: what VGG19 sees, and a small decoder that names each pixel's kind.

A U-Net (Ronneberger et al. 2015) whose way down is VGG19, frozen, as it learnt from photographs: a
network of our own that learnt all of it from some hundreds of paintings took strokes for cracks.
Each level is given the colors and the lines beside its features, and on the way up levels are added
and not put side by side. The deepest level also hears what is strongest in the whole picture:
damage is of one make.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.kinds import KINDS
from moxie.nn.vgg import Vgg19
from moxie.settings import Machine

SEEN = {"conv1_2": 64, "conv2_2": 128, "conv3_2": 256, "conv4_1": 512}
"""Layers of VGG19 that it is given, and their channels: at full size, half, quarter and eighth."""

WIDTHS = (24, 40, 72, 112)
"""Channels of its own at these sizes."""

MULTIPLE = 2 ** (len(WIDTHS) - 1)
"""Sides of what the network is given are multiples of this, in pixels."""

HATS = (5, 13)
"""Diameters of the top and bottom hats that it is given beside the colors, in pixels."""

CHANNELS = 3 + 2 * len(HATS)

PLAIN = Machine("cpu", 1, half=False)
"""Where and in which numbers VGG19 looks: the same everywhere, so that all find the same."""


class Marker(nn.Module):
    """Pictures to the logits of each kind at each pixel; channel 0 is unharmed paint."""

    def __init__(self, machine: Machine = PLAIN) -> None:
        """Raises Missing where VGG19's weights are not installed."""
        super().__init__()
        self.vgg = Vgg19.load(machine, last=list(SEEN)[-1])
        deep = WIDTHS[-1]
        self.lat = nn.ModuleList(
            _layer(seen + CHANNELS, own, size=1)
            for seen, own in zip(SEEN.values(), WIDTHS, strict=True)
        )
        self.first = _layer(CHANNELS, WIDTHS[0])
        self.deep = nn.Sequential(_layer(deep, deep, apart=2), _layer(deep, deep, apart=4))
        self.glob = nn.Sequential(nn.Linear(2 * deep, deep), nn.ReLU(), nn.Linear(deep, deep))
        self.across = nn.ModuleList(nn.Conv2d(below, above, 1) for above, below in pairwise(WIDTHS))
        self.up = nn.ModuleList(nn.Sequential(_layer(w, w), _layer(w, w)) for w in WIDTHS[:-1])
        self.head = nn.Conv2d(WIDTHS[0], len(KINDS) + 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """From float32 [n, CHANNELS, h, w] to logits [n, 1 + kinds, h, w]."""
        levels = self._levels(x)
        deepest = levels.pop()
        deepest = deepest + self.deep(deepest)
        whole = torch.cat([deepest.mean((2, 3)), deepest.amax((2, 3))], 1)
        x = deepest + self.glob(whole)[:, :, None, None]
        for level, across, up in zip(levels[::-1], self.across[::-1], self.up[::-1], strict=True):
            x = up(level + F.interpolate(across(x), size=level.shape[2:]))
        made: Tensor = self.head(x)
        return made

    def _levels(self, x: Tensor) -> list[Tensor]:
        """What is seen at each size."""
        with torch.no_grad():
            seen = self.vgg.features((x[:, :3] + 1) / 2, list(SEEN))
        levels, given_ = [], x
        for name, lateral in zip(SEEN, self.lat, strict=True):
            # a logarithm keeps the few strong activations from drowning the others
            beside = (torch.log1p(seen[name]).to(x.dtype), given_)
            levels.append(lateral(torch.cat(beside, 1)))
            given_ = F.avg_pool2d(given_, 2)
        levels[0] = levels[0] + self.first(x)
        return levels


def _layer(into: int, out: int, *, size: int = 3, apart: int = 1) -> nn.Sequential:
    """A convolution, normalised over the batch."""
    around = apart * (size // 2)
    conv = nn.Conv2d(into, out, size, padding=around, dilation=apart, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def given(picture: Picture) -> NDArray[np.float32]:
    """What the network is given of a picture: colors, and lines by hats, float32 [CHANNELS, h, w].

    A black hat is what a closing fills: lines darker than their surroundings; a top hat is what
    an opening removes: lighter ones.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    planes = [picture[..., channel].astype(np.float32) / 127.5 - 1 for channel in range(3)]
    for diameter in HATS:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
        hats = (cv2.morphologyEx(gray, w, disc) for w in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
        planes.extend(hat.astype(np.float32) / 64 for hat in hats)
    return np.stack(planes)


def load(path: Path, machine: Machine = PLAIN) -> Marker:
    """The network with the weights of a file that `save` wrote, ready to mark."""
    with np.load(path, allow_pickle=False) as arrays:
        state = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    marker = Marker(machine)
    marker.load_state_dict(state, strict=False)  # batch counters are not kept
    marker.eval()
    return marker.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]  # torch's stubs forget it


def save(marker: nn.Module, path: Path) -> None:
    """Write the weights of its own as float16."""
    state = marker.state_dict()
    kept = {
        name: v.numpy().astype(np.float16) for name, v in state.items() if v.is_floating_point()
    }
    np.savez_compressed(path, allow_pickle=False, **kept)
