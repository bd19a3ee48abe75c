"""What is learnt of an author, beside PPMd and xz: bits a character of works held out.

    python benchmarks/literature.py --works DIR [--others DIR ...] [--held-out WORD] [--seed N]
                                    [--recipes counts,mixture] [--seconds 900] [--quick] [--json]
                                    [--characters 3000:9000] [--keep DIR] [--gpt SECONDS]

The works of a folder are read and cleaned as `moxie run` does. Works whose file name has the word
given are held out; without one, larger works drawn with the seed until they have a tenth of the
characters. All systems learn from the rest, in the same order, and are read the same text: the
works held out, one after another, with an empty line between two.

`bits_per_character` is what that text costs after the training text. PPMd (order 6) and xz
compress both together, and what the training text takes alone is taken off; all systems learn
from the text at hand as it goes on, and are charged for characters they have not seen.
`bits_of_works_apart` lets each work begin anew; its interval is a bootstrap over works.
`ratio_to_ppmd` is the share of what PPMd needs.

With `--characters` only that part of the works held out is read. `--recipes pretrained` tunes the
base in use (see `moxie base`), which has probably read the works held out: its rows are not to be
compared with those of systems that learn from these works alone. `tuned_alone` is without counts.
`--keep` is a folder for the trained models, and for the state of a training that was stopped.

With `--gpt` a small transformer (see literature_gpt.py) learns the same text beside, for so many
seconds of the processor.

With `--others`, `author_margin` is by how many bits a character the works held out cost more when
counts have learnt from another author (as many characters at most) than from this one.
"""

from __future__ import annotations

import argparse
import lzma
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import psutil
import pyppmd
from rich.console import Console

import literature_gpt
from moxie.art import Recipe, Sample, Supply
from moxie.arts.literature import ART
from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.writing import BREAK, Writing
from moxie.errors import MoxieError
from moxie.nn import machine
from moxie.nn.checkpoint import FileCheckpoint, NoCheckpoint
from moxie.settings import Machine
from tables import Rows, parser

HELD_OUT = 0.1
MEMORY = 256 << 20
BIT = float(np.log(2))


@dataclass(frozen=True)
class Read:
    """A work, and the name of its file."""

    name: str
    content: Writing


@dataclass(frozen=True)
class Split:
    """What is learnt from, and what is held out."""

    train: list[Read]
    test: list[Read]
    part: slice = field(default_factory=lambda: slice(None))

    @property
    def before(self) -> str:
        """The training works, one after another."""
        return BREAK.join(work.content.text for work in self.train) + BREAK

    @property
    def told(self) -> str:
        """The works held out, one after another."""
        return BREAK.join(work.content.text for work in self.test)[self.part]


def works_in(folder: Path) -> list[Read]:
    """Every work in a folder that can be read and is fit to learn from."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in ART.suffixes)
    return [work for path in paths for work in works_of(path)]


def works_of(path: Path) -> list[Read]:
    """Every work in a file that can be read and is fit to learn from."""
    found = []
    try:
        files = ART.works(path.read_bytes(), path.name)
        for name, data in files:
            cleaned = ART.clean(ART.read(data, name))
            if cleaned.usable and cleaned.content.text:
                found.append(Read(path.stem if len(files) == 1 else name, cleaned.content))
    except MoxieError as error:
        Console(stderr=True).print(f"{path.name}: {error}")
    return found


def split(works: Sequence[Read], word: str | None, seed: int) -> Split:
    """Apart by a word in their names, or by larger work."""
    if word is not None:
        held = {i for i, work in enumerate(works) if word in work.name}
    else:
        families = [ART.family(f"{work.name}.txt") or work.name for work in works]
        order = sorted(set(families))
        np.random.default_rng(seed).shuffle(order)
        held, wanted = set(), HELD_OUT * sum(len(work.content.text) for work in works)
        for family in order:
            if sum(len(works[i].content.text) for i in held) >= wanted:
                break
            held |= {i for i, name in enumerate(families) if name == family}
    if not 0 < len(held) < len(works):
        raise SystemExit(f"{len(held)} of {len(works)} works would be held out.")
    train = [work for i, work in enumerate(works) if i not in held]
    np.random.default_rng([seed, 1]).shuffle(train)
    return Split(train, [works[i] for i in sorted(held)])


def compressed(split: Split, rows: Rows) -> float:
    """Rows of the compressors; bits a character of PPMd."""
    before, whole = (text.encode() for text in (split.before, split.before + split.told))

    def ppmd(data: bytes) -> int:
        coder = pyppmd.Ppmd7Encoder(max_order=6, mem_size=MEMORY)
        return len(coder.encode(data)) + len(coder.flush())

    def xz(data: bytes) -> int:
        return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))

    found = {}
    for name, size in (("ppmd", ppmd), ("xz", xz)):
        start = time.perf_counter()
        found[name] = 8 * (size(whole) - size(before)) / len(split.told)
        rows.spread(name, "bits_per_character", [found[name]], "bits/character")
        rows.spread(name, "seconds", [time.perf_counter() - start], "s")
    return found["ppmd"]


def learnt(
    recipe: Recipe[Writing],
    train: Sequence[Read],
    on: Machine,
    *,
    seed: int,
    seconds: float,
    keep: Path | None = None,
) -> TextModel:
    """A model of the training works; kept, and gone on with, in a folder where one is named."""
    keep = keep and keep / recipe.name.partition("/")[2]
    samples = [Sample(f"{i}", work.content) for i, work in enumerate(train)]
    amount = sum(ART.amount(work.content) for work in train)
    plan = recipe.plan(Supply(len(samples), amount, on, seconds))
    if plan is None:
        raise SystemExit(f"{recipe.name} has no plan for these works in {seconds:.0f} s.")
    state = FileCheckpoint(keep / "state") if keep else NoCheckpoint()
    model = recipe.build(on).fit(
        samples, plan=plan, seed=seed, checkpoint=state, on_step=_told if keep else _untold
    )
    assert isinstance(model, TextModel)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        model.save(keep)
    return model


def _told(step: int, steps: int, loss: float) -> None:
    now = time.strftime("%H:%M:%S")
    Console(stderr=True).print(f"{now} step {step} of {steps}: {loss / BIT:.3f} bits")


def _untold(*_: float) -> None:
    pass


def measured(
    recipe: Recipe[Writing], split: Split, on: Machine, given: argparse.Namespace, rows: Rows
) -> tuple[TextModel, float]:
    """Rows of a recipe; its model, and its bits a character."""
    start, cpu = time.perf_counter(), time.process_time()
    model = learnt(recipe, split.train, on, seed=given.seed, seconds=given.seconds, keep=given.keep)
    rows.spread(recipe.name, "training_seconds", [time.perf_counter() - start], "s")
    rows.spread(recipe.name, "training_cpu_seconds", [time.process_time() - cpu], "s")
    bits = float(model.language.nats(split.told).mean()) / BIT
    rows.spread(recipe.name, "bits_per_character", [bits], "bits/character")
    if recipe.name == "literature/pretrained" and isinstance(model.language, Mixture):
        alone = replace(model.language, counts=None, gate=None).nats(split.told)
        rows.spread(recipe.name, "tuned_alone", [float(alone.mean()) / BIT], "bits/character")
    if split.part == slice(None):
        _apart(recipe, model, split, given.seed, rows)
    memory = psutil.Process().memory_info().rss / 1e6
    rows.spread(recipe.name, "memory", [memory], "MB when it had been measured")
    return model, bits


def transformer(split: Split, seconds: float, seed: int, rows: Rows) -> None:
    """Rows of the small transformer, which is charged for unseen characters by their bytes."""
    alphabet = Alphabet.of([work.content.text for work in split.train])
    net, steps = literature_gpt.learnt(alphabet.encode(split.before), alphabet.size, seconds, seed)
    nats = literature_gpt.nats(net, alphabet.encode(split.told))
    bits = nats / BIT / len(split.told)
    rows.spread("gpt", "bits_per_character", [bits], f"bits/character, {steps} steps")
    rows.spread("gpt", "training_cpu_seconds", [seconds], "s")


def _apart(recipe: Recipe[Writing], model: TextModel, split: Split, seed: int, rows: Rows) -> None:
    """The same where each work begins anew."""
    lengths = np.array([len(work.content.text) for work in split.test])
    costs = model.losses([work.content for work in split.test]) / BIT * lengths
    rng = np.random.default_rng([seed, 2])
    draws = rng.integers(0, len(lengths), (1000, len(lengths)))
    means = costs[draws].sum(1) / lengths[draws].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    whole = float(costs.sum() / lengths.sum())
    rows.add(recipe.name, "bits_of_works_apart", whole, low, high, "bits/character")


def margins(
    counts: Recipe[Writing], split: Split, on: Machine, given: argparse.Namespace, rows: Rows
) -> None:
    """How much more the works held out cost a model of another author."""
    told = [work.content for work in split.test]
    most = sum(len(work.content.text) for work in split.train)
    how = {"seed": given.seed, "seconds": given.seconds}
    own = learnt(counts, split.train, on, **how).losses(told) / BIT
    for folder in given.others:
        theirs, characters = [], 0
        for work in works_in(folder):
            if characters < most:
                theirs.append(work)
                characters += len(work.content.text)
        other = learnt(counts, theirs, on, **how).losses(told) / BIT
        low, high = np.percentile(other - own, [2.5, 97.5])
        median = float(np.median(other - own))
        rows.add(folder.stem, "author_margin", median, low, high, "bits/character, by work")
        rows.spread(folder.stem, "own_author_likelier", [float((other > own).mean())], "of works")


def _part(text: str) -> slice:
    first, _, last = text.partition(":")
    return slice(int(first), int(last))


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--held-out", help="a word in the names of the works held out")
    flags.add_argument("--recipes", default="counts,mixture", help="which are measured")
    flags.add_argument("--seconds", type=float, help="that a recipe may learn for (900)")
    flags.add_argument("--characters", type=_part, default=slice(None), help="FIRST:LAST")
    flags.add_argument("--gpt", type=float, metavar="SECONDS", help="a small transformer beside")
    flags.add_argument("--keep", type=Path, help="a folder for the trained models")
    given = flags.parse_args()
    given.seconds = given.seconds or (60.0 if given.quick else 900.0)
    works = works_in(given.works)
    parts = replace(split(works, given.held_out, given.seed), part=given.characters)
    on, rows = machine.detect(), Rows()
    recipes = {recipe.name.partition("/")[2]: recipe for recipe in ART.recipes()}
    ppmd = compressed(parts, rows)
    rows.spread("all", "characters_held_out", [len(parts.told)], f"{len(parts.test)} works")
    rows.spread("all", "characters_learnt", [len(parts.before)], f"{len(parts.train)} works")
    with machine.use(on):
        for name in given.recipes.split(","):
            _, bits = measured(recipes[name], parts, on, given, rows)
            rows.spread(recipes[name].name, "ratio_to_ppmd", [bits / ppmd], "of PPMd's")
        if given.gpt:
            transformer(parts, given.gpt, given.seed, rows)
        if given.others:
            margins(recipes["counts"], parts, on, given, rows)
    rows.show(len(works), given.json)


if __name__ == "__main__":
    main()
