"""Train the network that finds damage (`moxie.arts.painting.restoration.detect`).

    python benchmarks/build_damage_detector.py --works DIR [DIR ...] [--family field growth]
        [--steps 7000] [--seed 0] [--leave-out 8] [--begin FILE] [--out detector.npz]

It learns from the given paintings and from Moxie's own sample works, harmed by the named families
of synthetic damage, and by `practice_damage`, while it trains. Small pictures are harmed as they
are and then enlarged, as `detect` enlarges what it looks at. With `--begin` it goes on from weights
that an earlier run has saved, with half the rate, and what is saved lies midway between those and
what it has learnt, which on works left out was better than the latter (Wortsman and others, "Robust
fine-tuning of zero-shot models", 2022). Every `--leave-out`th work of a folder is not learnt from:
on those the threshold of the decision is set afterwards. Besides damage it is shown what only looks
like it (contours, dabs and writing in the picture's own colors), and photographs of every quality
(blur, JPEG, noise), so that it does not learn a generator's sharp edges.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from moxie.arts.painting import codec
from moxie.arts.painting.examples import examples
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.restoration.damage import damage
from moxie.arts.painting.restoration.detect import ENLARGED, FEWEST
from moxie.arts.painting.restoration.kinds import KINDS, Kind, Marked
from moxie.arts.painting.restoration.net import Marker, given, load, save
from moxie.arts.painting.tint import Tint
from moxie.nn import machine
from practice_damage import practise

CROP, BATCH, POOL = 192, 4, 400
RATE = 2e-3
RENEWED = 0.3  # pictures a step
SIDES = (260, 640)  # the side of a square of a picture's area
SMALL, SMALL_SIDES = 0.7, (200, 560)  # how often it is enlarged after it was harmed, and from what
PRACTICE = 0.35
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")

Labels = NDArray[np.uint8]
"""uint8 [h, w]: 0 unharmed, then 1 + the number of the kind"""


def works(folders: Sequence[Path], leave_out: int) -> list[list[Picture]]:
    """The paintings that are learnt from, by folder: all but every so-manieth; and the samples."""
    found = []
    for folder in folders:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
        kept = [p for n, p in enumerate(paths) if not leave_out or n % leave_out]
        found.append([codec.read(path.read_bytes(), path.name) for path in kept])
    return [*found, [codec.read(data, name) for name, data in examples()]]


class Shown:
    """The pool of harmed and unharmed pictures that crops come from; it is renewed on the way."""

    def __init__(
        self, folders: Sequence[Sequence[Picture]], families: Sequence[str], seed: int
    ) -> None:
        self._folders, self._families = folders, families
        self._rng = np.random.default_rng(seed)
        self._pool = [self._another() for _ in range(POOL)]

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Crops and their labels: float32 [n, channels, CROP, CROP] and int64 [n, CROP, CROP]."""
        if self._rng.random() < RENEWED:
            self._pool[self._rng.integers(POOL)] = self._another()
        crops = [self._crop(*self._pool[int(self._rng.integers(POOL))]) for _ in range(BATCH)]
        ins = torch.from_numpy(np.stack([given(picture) for picture, _ in crops]))
        return ins, torch.from_numpy(np.stack([labels for _, labels in crops])).long()

    def _crop(self, picture: Picture, labels: Labels) -> tuple[Picture, Labels]:
        """One crop, turned and in other colors; half the time that of three with most damage."""
        rng, (height, width) = self._rng, labels.shape
        places = [
            (rng.integers(height - CROP + 1), rng.integers(width - CROP + 1)) for _ in range(3)
        ]
        tries = places if rng.random() < 0.5 else places[:1]
        y, x = max(tries, key=lambda at: np.count_nonzero(_window(labels, *at)))
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
        seen = (np.rot90(_window(array, y, x), turns) for array in (picture, labels))
        cut, marks = (np.ascontiguousarray(a[:, ::-1] if mirrored else a) for a in seen)
        if rng.random() < 0.25:
            cut = np.ascontiguousarray(cut[..., rng.permutation(3)])
        return _bent(cut, marks, rng) if rng.random() < 0.4 else (cut, marks)

    def _another(self) -> tuple[Picture, Labels]:
        """A painting of a random size and colors: distracted, harmed, photographed.

        How hard it is, is drawn too, from 0, much damage as drawn, to 1: traces, other colors,
        distraction, poor photographs.
        """
        rng = self._rng
        folder = self._folders[int(rng.integers(len(self._folders)))]
        picture = folder[int(rng.integers(len(folder)))]
        small = rng.random() < SMALL
        sides = SMALL_SIDES if small else SIDES
        picture = _scaled(picture, math.exp(rng.uniform(*np.log(sides))), 1 if small else CROP + 1)
        hard = float(rng.random()) ** 0.7
        if rng.random() < 0.5 * hard:
            picture = _other_light(Tint(rng.normal(0, 0.4), rng.normal(0, 0.2)).on(picture), rng)
        if rng.random() < 0.25 * hard:
            picture = distract(picture, rng)
        labels = np.zeros(picture.shape[:2], np.uint8)
        if rng.random() < 0.9 - 0.3 * hard:
            picture, labels = self._harm(picture, hard)
        if rng.random() < 0.5 * hard:
            picture = photograph(picture, rng)
        return _enlarged(picture, labels) if small else (picture, labels)

    def _harm(self, picture: Picture, hard: float) -> tuple[Picture, Labels]:
        """One to three kinds, from a trace to an eighth of the picture; or what is practised."""
        rng = self._rng
        share = math.exp(rng.uniform(math.log(0.06 - 0.04 * hard), math.log(0.15)))
        if rng.random() < PRACTICE:
            shown, masks = practise(picture, share, rng)
            return shown, _labelled(masks, picture.shape[:2])
        kinds = [KINDS[n] for n in rng.permutation(len(KINDS))[: rng.integers(1, 4)]]
        harmed = damage(
            picture,
            kinds,
            share=share,
            seed=int(rng.integers(1 << 31)),
            family=self._families[int(rng.integers(len(self._families)))],
        )
        shown = harmed.picture
        for kind, mask in harmed.masks.items():
            if kind is not Kind.STAINS and rng.random() < 0.35 * hard:
                shown = _recolored(shown, mask, rng)
        return shown, _labelled(harmed.masks, picture.shape[:2])


def _labelled(masks: Mapping[Kind, Marked], size: tuple[int, int]) -> Labels:
    labels = np.zeros(size, np.uint8)
    for kind, mask in masks.items():
        labels[mask] = 1 + KINDS.index(kind)
    return labels


def _window(array: NDArray[np.uint8], y: int, x: int) -> NDArray[np.uint8]:
    return array[y : y + CROP, x : x + CROP]


def _bent(picture: Picture, labels: Labels, rng: np.random.Generator) -> tuple[Picture, Labels]:
    """Turned by any angle and stretched: no generator's directions nor widths."""
    angle, stretch = rng.uniform(0, 2 * np.pi), np.exp(rng.normal(0, 0.15, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * stretch
    middle = np.full(2, CROP / 2)
    matrix = np.column_stack([turn, middle - turn @ middle])
    bent = [
        cv2.warpAffine(array, matrix, (CROP, CROP), flags=way, borderMode=cv2.BORDER_REFLECT_101)
        for array, way in ((picture, cv2.INTER_CUBIC), (labels, cv2.INTER_NEAREST))
    ]
    return np.asarray(bent[0], np.uint8), np.asarray(bent[1], np.uint8)


def _scaled(picture: Picture, side: float, least: int) -> Picture:
    """About `side` x `side` pixels in all, neither side under the least."""
    height, width = picture.shape[:2]
    scale = min(side / math.sqrt(height * width), 1.7)  # enlarged more, paint is only a blur
    scale = max(scale, least / min(height, width))
    return resize(picture, round(height * scale), round(width * scale))


def _enlarged(picture: Picture, labels: Labels) -> tuple[Picture, Labels]:
    """As `detect` looks at small pictures, neither side under a crop."""
    height, width = labels.shape
    scale = min(math.sqrt(FEWEST / (height * width)), ENLARGED)
    scale = max(scale, (CROP + 1) / min(height, width))
    size = round(height * scale), round(width * scale)
    nearest = cv2.resize(labels, size[::-1], interpolation=cv2.INTER_NEAREST)
    return resize(picture, *size), np.asarray(nearest, np.uint8)


def _other_light(picture: Picture, rng: np.random.Generator) -> Picture:
    """Another exposure, contrast and tint of the light."""
    values = (picture / np.float32(255)) ** math.exp(rng.normal(0, 0.25))
    values = values * rng.uniform(0.75, 1.1, 3) + rng.uniform(-0.05, 0.1)
    return np.clip(values * 255, 0, 255).astype(np.uint8)


def _recolored(picture: Picture, mask: NDArray[np.bool_], rng: np.random.Generator) -> Picture:
    """The damage in any color and grain: not only in those that its family knows."""
    gray = rng.uniform(10, 245)
    color = np.clip(gray + rng.normal(0, 18, 3) * (1, 0.6, 1), 0, 255)
    grain = cv2.GaussianBlur(rng.normal(size=mask.shape), (0, 0), rng.uniform(0.5, 2))
    look = color + (grain / grain.std() * rng.uniform(0, 10))[..., None]
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.6) * mask * rng.uniform(0.6, 1)
    mixed = picture * (1 - soft[..., None]) + look * soft[..., None]
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def distract(picture: Picture, rng: np.random.Generator) -> Picture:
    """Contours, dabs or writing of the painter's own: they are no damage."""
    ways = (_contours, _dabs, _writing)
    return ways[rng.integers(len(ways))](picture.copy(), rng)


def _contours(picture: Picture, rng: np.random.Generator) -> Picture:
    """Ink along the borders of color, as in a woodcut."""
    broad = cv2.GaussianBlur(picture, (0, 0), rng.uniform(2, 6))
    levels = (broad.mean(-1) / rng.uniform(25, 60)).astype(np.uint8)
    lines, _ = cv2.findContours((levels % 2).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    ink = tuple(int(v) for v in rng.uniform(10, 80) + rng.normal(0, 10, 3))
    long = [line for line in lines if len(line) > 30]
    cv2.polylines(picture, long, False, ink, int(rng.integers(1, 3)), cv2.LINE_AA)
    return picture


def _dabs(picture: Picture, rng: np.random.Generator) -> Picture:
    """Short strokes along the flow of the picture, each of a color found near it."""
    height, width = picture.shape[:2]
    gray = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), 3).astype(np.float32)
    along = np.arctan2(cv2.Sobel(gray, cv2.CV_32F, 0, 1), cv2.Sobel(gray, cv2.CV_32F, 1, 0))
    contrast, reach = rng.uniform(10, 60), rng.uniform(4, 22)
    for _ in range(int(rng.integers(100, 900))):
        y, x = int(rng.integers(height)), int(rng.integers(width))
        angle = along[y, x] + math.pi / 2
        step = np.array([math.cos(angle), math.sin(angle)]) * reach * rng.uniform(0.4, 1)
        ends = np.rint(np.array([x, y]) + np.outer((-1, 0, 1), step)).astype(np.int32)
        color = np.clip(picture[y, x] + rng.normal(0, contrast), 0, 255)
        thick = int(rng.integers(1, 4))
        cv2.polylines(picture, [ends], False, tuple(map(int, color)), thick, cv2.LINE_AA)
    return picture


def _writing(picture: Picture, rng: np.random.Generator) -> Picture:
    """A signature or a title."""
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        text = "".join(chr(c) for c in rng.integers(65, 123, int(rng.integers(3, 12))))
        at = (int(rng.integers(width)), int(rng.integers(height)))
        ink = tuple(int(v) for v in np.clip(rng.uniform(0, 255) + rng.normal(0, 20, 3), 0, 255))
        font = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX)[rng.integers(2)]
        cv2.putText(picture, text, at, font, rng.uniform(0.3, 1.2), ink, 1, cv2.LINE_AA)
    return picture


def photograph(picture: Picture, rng: np.random.Generator) -> Picture:
    """A little blur, a little noise, and JPEG."""
    seen = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.2, 0.7)).astype(np.float32)
    seen += rng.normal(0, rng.uniform(0, 2), seen.shape)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 98))]
    _, data = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy, and Dice (Milletari et al. 2016) of all damage together and of each kind."""
    entropy = F.cross_entropy(logits, labels)
    chances = logits.softmax(1)
    truth = F.one_hot(labels, len(KINDS) + 1).permute(0, 3, 1, 2).float()
    found = torch.cat([1 - chances[:, :1], chances[:, 1:]], 1)
    right = torch.cat([1 - truth[:, :1], truth[:, 1:]], 1)
    shared = (found * right).sum((0, 2, 3)) + 50  # softened: a kind may be absent
    dice = 1 - 2 * shared / (found.sum((0, 2, 3)) + right.sum((0, 2, 3)) + 100)
    return entropy + 0.5 * dice[0] + 0.25 * dice[1:].mean()


def train(shown: Shown, steps: int, begin: Path | None, out: Path) -> None:
    """So many steps; the running average of the weights is saved now and then."""
    marker = load(begin, machine.detect()).train() if begin else Marker(machine.detect())
    rate = RATE / 2 if begin else RATE
    average = AveragedModel(marker, multi_avg_fn=get_ema_multi_avg_fn(0.99), use_buffers=True)
    optimiser = torch.optim.AdamW(marker.parameters(), lr=RATE, weight_decay=1e-3)
    began, recent = time.process_time(), []
    for step in range(1, steps + 1):
        falling = 0.02 + 0.49 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, step / 50) * falling
        ins, labels = shown.batch()
        with torch.autocast("cpu", torch.bfloat16):
            logits = marker(ins.to(memory_format=torch.channels_last))
        value = loss(logits.float(), labels)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        average.update_parameters(marker)
        recent.append(value.item())
        if step % 100 == 0 or step == steps:
            spent = time.process_time() - began
            print(f"{step}: loss {np.mean(recent):.4f}, {spent:.0f} s of processor", flush=True)
            recent.clear()
            save(midway(begin, average.module) if begin else average.module, out)


def midway(begin: Path, learnt: nn.Module) -> Marker:
    """The mean of the weights of a file and of a network."""
    mean = load(begin)
    known = learnt.state_dict()
    mean.load_state_dict({name: (v + known[name]) / 2 for name, v in mean.state_dict().items()})
    return mean


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=Path, nargs="+", required=True)
    parser.add_argument("--family", nargs="+", default=["field", "growth"])
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leave-out", type=int, default=8)
    parser.add_argument("--begin", type=Path, help="weights of an earlier run to go on from")
    parser.add_argument("--out", type=Path, default=Path("detector.npz"))
    given_ = parser.parse_args()
    torch.manual_seed(given_.seed)
    pictures = works(given_.works, given_.leave_out)
    print(f"{sum(map(len, pictures))} works")
    shown = Shown(pictures, given_.family, given_.seed)
    train(shown, given_.steps, given_.begin, given_.out)
    print(f"{given_.out}: {given_.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
