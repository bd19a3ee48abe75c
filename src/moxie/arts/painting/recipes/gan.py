"""`painting/gan`: a generative adversarial network plans pictures, the works' strokes paint them.

The networks see the works at a few dozen pixels a side, where a few hundred works and a processor
are enough to learn where things go and in which colors; the surface is laid over such a plan as in
every other recipe. What was compared is in docs/decisions/0028-a-gan-that-plans.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from moxie.art import MADE, Brief, Checkpoint, Draft, OnStep, Recipe, Sample, Supply
from moxie.arts.painting import guide
from moxie.arts.painting.dial import dial
from moxie.arts.painting.gallery import Gallery, pack
from moxie.arts.painting.laying import enliven, keep_known, lay
from moxie.arts.painting.palette import tuned
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.arts.painting.tint import Tint
from moxie.errors import Missing
from moxie.nn.checkpoint import as_state, files_of_model
from moxie.nn.duel import Duel, Match
from moxie.nn.gan import Features, Generator, facts, find
from moxie.nn.student import Among
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

LAYERS = {"conv2_2": 128, "conv3_2": 256, "conv4_1": 512}
"""The layers of VGG19 that judge, and their channels."""

MARGIN = 1.2
"""Works are kept this much larger than the plans, so that another part is seen each time."""

FOUND_STEPS, LOSS_STEPS = 80, 30
"""Steps of the search for a plan like a person's picture; and like a work held out."""

SOFT = 1 / 6
"""Standard deviation, in a plan's sides, by which its colors follow those around a mask."""

SHORT, LONGER = 0.6, 0.6
"""The noise of a plan at novelty 0, in usual lengths, and how much longer it is at 1."""


class GanModel(PatchModel):
    """A style model whose compositions come out of a generator.

    Where a person leads, and where models are blended, it is as its works are: see `PatchModel`.
    """

    def __init__(self, machine: Machine) -> None:
        # the networks are small: they stay on the processor wherever there is another device too
        half = machine.half and machine.device == "cpu"
        super().__init__(Machine("cpu", machine.threads, half))
        self._generator: Generator | None = None

    def fit(
        self,
        samples: Sequence[Sample[Picture]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Prepare the gallery, then train the networks on its thumbnails."""
        match = _match(plan)
        total = len(samples) + match.steps
        super().fit(
            samples,
            plan=plan,
            seed=seed,
            checkpoint=checkpoint,
            on_step=lambda step, _, loss: on_step(step, total, loss),
        )
        draw = _Works.of(self.gallery, match.side)
        duel = Duel(match, self._features(), tuple(LAYERS.values()), draw, seed)
        state = checkpoint.load()
        if state is not None and "step" in state:
            duel.restore(state)
        self._generator = duel.train(
            half=self.machine.half,
            checkpoint=Among(checkpoint, as_state(*pack(self.gallery.exhibits))),
            on_step=lambda step, _, loss: on_step(len(samples) + step, total, loss),
        )
        return self

    @property
    def generator(self) -> Generator:
        """What makes the plans; raises Missing before `fit` or `load`."""
        if self._generator is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._generator

    def losses(self, contents: Sequence[Picture]) -> NDArray[np.float32]:
        """Mean squared difference of a work to the nearest plan that is found, float32 [n].

        At the plans' size, colors in 0..1.
        """
        found = np.zeros(len(contents), np.float32)
        for i, content in enumerate(contents):
            image = self._image(content)
            made = self._nearest(image, torch.ones_like(image[:, :1]), LOSS_STEPS, seed=i)
            found[i] = float(((made - image) ** 2).mean())
        return found

    def sample(self, brief: Brief[Picture], *, seed: int) -> Draft[Picture]:
        """Plan, then lay; with `brief.start`, see `led`."""
        rng = np.random.default_rng(seed)
        settings = dial(brief.novelty)
        if brief.start is not None:
            start = self.led(brief, brief.start, seed=seed)
            return guide.led(self.gallery, replace(brief, start=start), settings, self.vgg, rng)
        plan = resize(self.plan(brief.novelty, rng), brief.size[0], brief.size[1])
        strong = tuned(self.gallery, plan, 1.0, lent=1)  # a network's colours are too alike
        montage = enliven(self.gallery, strong)
        return lay(self.gallery, montage, settings, Tint.draw(settings, rng))

    def plan(self, novelty: float, rng: np.random.Generator) -> Picture:
        """A composition of the generator's. Short noise gives what is usual, long what is rare."""
        length = SHORT + LONGER * novelty
        z = rng.normal(0, length, (1, self.generator.latent)).astype(np.float32)
        with torch.no_grad():
            return to_picture(self.generator(torch.from_numpy(z)))

    def led(self, brief: Brief[Picture], start: Picture, *, seed: int) -> Picture:
        """What a person gave, with what the generator has to say to it, at its own size.

        With a mask, a plan that agrees with what lies outside it fills the inside. Without one,
        the upper half of the dial of novelty draws a photo towards the plan most like it: only
        what a plan can show is changed, and finer things stay. A sketch stays as it was drawn.
        """
        amount = 0.0 if brief.options.get("lead") == "sketch" else max(0.0, 2 * brief.novelty - 1)
        if brief.mask is None and amount == 0:
            return start
        image = self._image(start)
        known = torch.ones_like(image[:, :1])
        if brief.mask is not None:
            hidden = cv2.resize(brief.mask.astype(np.float32), image.shape[3:1:-1],
                                interpolation=cv2.INTER_AREA)  # fmt: skip
            known = torch.from_numpy(1 - hidden)[None, None]
        made = self._nearest(image, known, FOUND_STEPS, seed=seed)
        height, width = start.shape[:2]
        if brief.mask is not None:
            made = made + _around(image - made, known)
            return keep_known(resize(to_picture(made), height, width), start, brief.mask)
        moved = amount * (to_picture(made).astype(np.float32) - to_picture(image))
        wide = cv2.resize(moved, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(np.rint(start + wide), 0, 255), np.uint8)

    def save(self, folder: Path) -> None:
        """The gallery, `generator.safetensors` and `generator.json`."""
        super().save(folder)
        save_file(self.generator.state_dict(), folder / "generator.safetensors")
        (folder / "generator.json").write_text(json.dumps(facts(self.generator)), "utf-8")

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote; raises Missing when a file is not there."""
        super().load(folder)
        with files_of_model():
            shape = json.loads((folder / "generator.json").read_text("utf-8"))
            weights = load_file(folder / "generator.safetensors")
        generator = Generator(int(shape["side"]), int(shape["latent"]), int(shape["width"]))
        generator.load_state_dict(weights)
        self._generator = generator.eval().requires_grad_(requires_grad=False)
        return self

    def _features(self) -> Features:
        return lambda images: list(self.vgg.features(images, tuple(LAYERS)).values())

    def _image(self, content: Picture) -> Tensor:
        return to_tensor(resize(content, self.generator.side, self.generator.side))

    def _nearest(self, image: Tensor, known: Tensor, steps: int, *, seed: int) -> Tensor:
        """The plan most like an image where it is known, both float [1, 3, side, side]."""
        random = torch.Generator().manual_seed(seed)
        z = find(self.generator, image, known, random, steps=steps)
        with torch.no_grad():
            made: Tensor = self.generator(z)
        return made


def _around(apart: Tensor, known: Tensor) -> Tensor:
    """What a plan lacks in color where it is known, carried on smoothly to everywhere else."""
    soft = apart.shape[3] * SOFT
    planes = torch.cat([apart * known, known], 1)[0].permute(1, 2, 0).numpy()
    wide = torch.from_numpy(cv2.GaussianBlur(planes, (0, 0), soft)).permute(2, 0, 1)[None]
    return wide[:, :3] / wide[:, 3:].clamp_min(1e-3)


@dataclass(frozen=True, slots=True)
class _Works:
    """The works as the judges see them: a random part of one, perhaps mirrored."""

    images: Tensor  # uint8 [works, 3, wide, wide]
    chances: NDArray[np.float64]
    side: int

    @classmethod
    def of(cls, gallery: Gallery, side: int) -> _Works:
        wide = round(MARGIN * side)
        thumbnails = [resize(gallery.thumbnail(i), wide, wide) for i in range(len(gallery))]
        images = torch.from_numpy(np.stack(thumbnails)).permute(0, 3, 1, 2).contiguous()
        return cls(images, gallery.chances, side)

    def __call__(self, rng: np.random.Generator, n: int) -> Tensor:
        """See `moxie.nn.duel.Draw`."""
        room = self.images.shape[2] - self.side + 1
        drawn = []
        for index in rng.choice(len(self.images), n, p=self.chances):
            top, left = (int(place) for place in rng.integers(0, room, 2))
            part = self.images[index, :, top : top + self.side, left : left + self.side]
            drawn.append(part.flip(2) if rng.random() < 0.5 else part)
        return torch.stack(drawn).float() / 255


def _match(plan: Plan) -> Match:
    options = plan.options
    return Match(*(int(options[name]) for name in ("steps", "side", "width", "latent", "batch")))


IMAGE_SECONDS = 0.014, 0.03
"""What one picture of 32 px takes in a training step on one core, in bfloat16 and without."""

LEAST_STEPS, MOST_STEPS = 300, 12_000
"""Fewer leave blots; more only learn the works by heart."""

SIDE, WIDTH, LATENT, BATCH = 32, 8, 64, 16

GALLERY_SECONDS = 0.05
"""A work's, for being kept."""


def plan(supply: Supply) -> Plan | None:
    """As many steps as there is time for; None where that is too little to learn anything."""
    step = BATCH * IMAGE_SECONDS[not supply.machine.half] / min(supply.machine.threads, 4) ** 0.5
    kept = GALLERY_SECONDS * supply.works + 2
    steps = min(int((0.9 * supply.seconds - kept) / step), MOST_STEPS)
    if steps < LEAST_STEPS:
        return None
    options: dict[str, Scalar] = {
        "steps": steps,
        "side": SIDE,
        "width": WIDTH,
        "latent": LATENT,
        "batch": BATCH,
    }
    seconds = kept + steps * step
    why = say(
        "{steps} steps of a generator of {side} px plans against its judges, in about "
        "{seconds:.0f} s here.",
        steps=steps,
        side=SIDE,
        seconds=seconds,
    )
    return Plan(options, seconds, why)


RECIPE = Recipe(
    name="painting/gan",
    summary=say("A generative adversarial network plans pictures; the works' strokes paint them."),
    least_works=50,
    rank=0,
    plan=plan,
    build=GanModel,
    scale=MADE,
)
