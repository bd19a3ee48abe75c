"""The network that marks damage: a small U-Net that names each pixel's kind of damage.

After Ronneberger et al. 2015, with sums instead of concatenations on the way up, so that a
megapixel costs a second or two on one core.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.kinds import KINDS

WIDTHS = (28, 40, 64, 96)
"""Channels at half size, quarter, eighth and sixteenth."""

FOLD = 2
"""The network works on folded pixels, 2 x 2 side by side as channels: a quarter of the places."""

MULTIPLE = FOLD * 2 ** (len(WIDTHS) - 1)
"""Sides of what the network is given are multiples of this, in pixels."""

HATS = (5, 13)
"""Diameters of the top and bottom hats that it is given beside the colors, in pixels."""

CHANNELS = 3 + 2 * len(HATS)


class Block(nn.Module):
    """Two convolutions of 3 x 3, each normalised over the batch."""

    def __init__(self, into: int, out: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(into, out, dilation),
            *_layer(out, out, dilation),
        )

    def forward(self, x: Tensor) -> Tensor:
        """float32 [n, out, h, w]"""
        made: Tensor = self.body(x)
        return made


def _layer(into: int, out: int, dilation: int) -> tuple[nn.Module, ...]:
    conv = nn.Conv2d(into, out, 3, padding=dilation, dilation=dilation, bias=False)
    return conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True)


class Marker(nn.Module):
    """Pictures to the logits of each kind at each pixel; channel 0 is unharmed paint."""

    def __init__(self) -> None:
        super().__init__()
        ins = (CHANNELS * FOLD**2, *WIDTHS[:-1])
        last = len(WIDTHS) - 1
        self.down = nn.ModuleList(
            Block(i, o, 2 if n == last else 1)
            for n, (i, o) in enumerate(zip(ins, WIDTHS, strict=True))
        )
        self.across = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(WIDTHS))
        self.up = nn.ModuleList(nn.Sequential(*_layer(a, a, 1)) for a in WIDTHS[:-1])
        self.head = nn.Conv2d(WIDTHS[0], (len(KINDS) + 1) * FOLD**2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """From float32 [n, CHANNELS, h, w] to logits [n, 1 + kinds, h, w]."""
        x, skips = nn.functional.pixel_unshuffle(x, FOLD), []
        for n, block in enumerate(self.down):
            x = block(x if n == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for n in reversed(range(len(WIDTHS) - 1)):
            wider = nn.functional.interpolate(self.across[n](x), scale_factor=2.0)
            x = self.up[n](skips[n] + wider)
        return nn.functional.pixel_shuffle(self.head(x), FOLD)


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


def load(path: Path) -> Marker:
    """The network with the weights of a file that `save` wrote, ready to mark."""
    with np.load(path, allow_pickle=False) as arrays:
        state = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    marker = Marker()
    marker.load_state_dict(state, strict=False)  # batch counters are not kept
    marker.eval()
    return marker.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]  # torch's stubs forget it


def save(marker: Marker, path: Path) -> None:
    """Write the weights as float16."""
    state = marker.state_dict()
    kept = {
        name: v.numpy().astype(np.float16) for name, v in state.items() if v.is_floating_point()
    }
    np.savez_compressed(path, allow_pickle=False, **kept)
