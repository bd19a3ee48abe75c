"""The last strokes: a picture that is laid is brought to the surface of one of the works.

Blocks of works (`quilt`) bring strokes and colours, but not how they hang together: a photo that is
laid keeps the seams of its blocks, and a region that no work suits keeps what is laid there. So the
picture goes on from there to where VGG19's activations correlate as they do in a work of the
artist's (Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks",
2016), while what it shows is held: by deep activations, and by lightness at low resolution.

It differs from the paper in what was measured to matter (docs/decisions/0031-last-strokes.md): it
begins from strokes, so that a dozen looks do; every distance is relative to what is wanted, so that
no weight has to be found for a picture; and colours have bounds, which also keep the search from
running away where activations are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from moxie.art import Draft
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.palette import carried
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.nn.vgg import Vgg19

SURFACE = ("conv1_1", "conv2_1", "conv3_1", "conv4_1")
"""Layers whose activations are to correlate as in the works."""

SHOWN = "conv3_1"
"""The layer that tells what a picture shows; a deeper one lets go of more of it."""

HELD, LIGHT = 64, 0.3
"""Shorter side at which lightness is held, and how much that counts beside all else."""

STAGES = ((256, 15), (448, 3))
"""Shorter sides at which the picture is finished, and looks of the network at each."""

LEAST = 32
"""Pixels a side that the network is shown at least."""

REMEMBERED = 8
"""Steps that the search remembers the curvature from."""

STEEP = 1e5
"""Loss in units that make the first step, of the gradient's own length, a visible one."""

FAINT = 1e-4
"""What is wanted counts as so much at least: a hundredth of full lightness, squared."""

Floats = NDArray[np.float64]

Weighted: TypeAlias = Sequence[tuple[Picture, float]]
"""Pictures and what each counts; the weights sum to 1."""


SUITED = 3
"""Works that suit a picture best, of which one is drawn to finish it after."""

LENT = 0.5
"""Share of a picture's sources that goes to the works that it is finished after."""


@dataclass(frozen=True, slots=True)
class Held:
    """A picture whose forms a finished one keeps, and how far (0..1), at the finished one's size.

    The rest of the way the laid picture's own forms are kept.
    """

    picture: Picture
    share: float


def finished(
    gallery: Gallery,
    draft: Draft[Picture],
    vgg: Vgg19,
    held: Held | None = None,
    palette: float = 1,
    *,
    chance: Generator,
) -> Draft[Picture]:
    """A laid picture with the surface of a work that suits it, one of the `SUITED` best.

    Of several painters each lends one, by their shares. `palette`, 0..1, is how far colours go to
    theirs too.
    """
    laid = draft.content
    lent = _suited(gallery, laid if held is None else held.picture, chance)
    works = [
        (carried(gallery.covering(i, laid.shape[:2]), [laid], 1 - palette), weight)
        for i, weight in lent
    ]
    content = finish(laid, Held(laid, 1.0) if held is None else held, works, vgg)
    shares = {work: (1 - LENT) * share for work, share in draft.sources}
    for index, weight in lent:
        work = gallery.exhibits[index].work
        shares[work] = shares.get(work, 0.0) + LENT * weight
    return Draft(content, tuple(sorted(shares.items(), key=lambda item: -item[1])))


def _suited(gallery: Gallery, picture: Picture, chance: Generator) -> list[tuple[int, float]]:
    """A work suited to a picture, of every painter whose works hang there, and its share."""
    hands = gallery.hands
    ordered = gallery.retrieve(picture, len(gallery), short=min(picture.shape[:2]))
    lent = []
    for hand, share in enumerate((1.0,) if hands is None else hands.shares):
        best = [i for i in ordered if hands is None or hands.of[i] == hand][:SUITED]
        lent.append((best[int(chance.integers(len(best)))], share))
    return lent


def finish(laid: Picture, held: Held, works: Weighted, vgg: Vgg19) -> Picture:
    """The picture with the surface of some works, at its own size.

    `works` have weights that sum to 1, and are of the scale at which their strokes are to be in the
    picture. Pictures larger than the last of `STAGES` are finished at its size, and take over what
    that changes.
    """
    short, picture = min(laid.shape[:2]), laid
    for i, (side, looks) in enumerate(STAGES):
        if i and short <= STAGES[i - 1][0]:
            break
        scale = min(1.0, side / short)
        small = _scaled(picture, scale)
        lent = [(_scaled(work, scale), weight) for work, weight in works]
        shown = ((_scaled(held.picture, scale), held.share), (_scaled(laid, scale), 1 - held.share))
        aim = _Aim.of(shown, lent, vgg)
        picture = _changed(picture, small, _searched(small, aim, vgg, looks))
    return picture


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a picture is to come to."""

    surface: dict[str, Tensor]  # correlations of every layer's channels, float32 [c, c]
    shown: Tensor  # activations of `SHOWN`, float32 [1, c, h, w]
    light: Tensor  # lightness at low resolution, its mean 0, float32 [1, 1, h, w]

    @classmethod
    def of(cls, shown: Weighted, works: Weighted, vgg: Vgg19) -> _Aim:
        """What is shown is mixed of some pictures, the surface of some works, by their weights."""
        with torch.no_grad():
            seen = [(vgg.features(to_tensor(work), SURFACE), weight) for work, weight in works]
            surface = {
                name: torch.stack([weight * _correlated(f[name]) for f, weight in seen]).sum(0)
                for name in SURFACE
            }
            images = [(to_tensor(one).to(vgg.device), share) for one, share in shown]
            deep = [s * vgg.features(image, [SHOWN])[SHOWN].float() for image, s in images]
            light = [s * _light(image) for image, s in images]
        return cls(surface, torch.stack(deep).sum(0), torch.stack(light).sum(0))

    def missed(self, image: Tensor, vgg: Vgg19) -> Tensor:
        """How far an image [1, 3, h, w] in 0..1 is from it: 0 is there, relative to what it is."""
        seen = vgg.features(image, SURFACE)
        pairs = [(_correlated(seen[name]), wanted) for name, wanted in self.surface.items()]
        apart = [_relative(found, wanted) for found, wanted in pairs]
        apart.append(_relative(seen[SHOWN].float(), self.shown))
        apart.append(LIGHT * _relative(_light(image), self.light))
        return torch.stack(apart).sum()


def _searched(picture: Picture, aim: _Aim, vgg: Vgg19, looks: int) -> Picture:
    """The picture after so many looks, by limited-memory BFGS between bounds."""
    first = to_tensor(picture)
    shape = first.shape

    def loss(colors: Floats) -> tuple[float, Floats]:
        image = torch.from_numpy(colors.astype(np.float32)).view(shape).requires_grad_(True)
        missed = STEEP * aim.missed(image.to(vgg.device) / 255, vgg)
        missed.backward()
        assert image.grad is not None
        return float(missed.detach()), image.grad.reshape(-1).double().numpy()

    begin = first.reshape(-1).double().numpy() * 255
    options = {"maxfun": looks, "maxiter": looks, "maxcor": REMEMBERED, "ftol": 0, "gtol": 0}
    bounds = np.broadcast_to([0.0, 255.0], (len(begin), 2))
    done = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return to_picture(torch.from_numpy(done.x.astype(np.float32) / 255).view(shape))


def _changed(picture: Picture, before: Picture, after: Picture) -> Picture:
    """A picture with what has been changed in a smaller copy of it."""
    if before.shape == picture.shape:
        return after
    change = after.astype(np.float32) - before.astype(np.float32)
    wide = cv2.resize(change, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(np.rint(picture + wide), 0, 255), np.uint8)


def _scaled(picture: Picture, scale: float) -> Picture:
    return resize(picture, *(max(LEAST, round(n * scale)) for n in picture.shape[:2]))


def _correlated(found: Tensor) -> Tensor:
    """Mean products of activations [1, c, h, w] of all pairs of channels, float32 [c, c]."""
    rows = found[0].flatten(1).float()
    return rows @ rows.T / rows.shape[1]


def _light(image: Tensor) -> Tensor:
    """Mean of the channels about `HELD` px a side, less its own mean."""
    plain = image.mean(1, keepdim=True)
    soft = F.avg_pool2d(plain, max(1, min(image.shape[-2:]) // HELD))
    return soft - soft.mean()


def _relative(found: Tensor, wanted: Tensor) -> Tensor:
    return ((found - wanted) ** 2).mean() / ((wanted**2).mean() + FAINT)
