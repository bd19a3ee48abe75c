"""An art from outside goes through the verbs, one by one, with no store and nothing modified."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import moxie
from moxie import arts
from moxie.art import Brief, Sample, StyleModel, Supply
from moxie.flow.augment import augment, augmented
from moxie.flow.choose import choose
from moxie.flow.collect import Found, collect
from moxie.flow.create import Made, create
from moxie.flow.prepare import prepare
from moxie.flow.train import train
from moxie.nn.checkpoint import FileCheckpoint
from moxie.settings import Machine
from moxie.work import Dataset, Rights, Run
from toy import Row
from toy.plugin import TOY

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-an-art.md"


def quiet(*_: object) -> None:
    """Tell nobody."""


def gather(beads: Path) -> tuple[Dataset, dict[str, Row]]:
    """Collected and prepared: the dataset, and each work's cleaned content."""
    art = arts.find("toy")
    found = [f for f in collect([beads], art, rights=Rights("own"), known={}) if type(f) is Found]
    works = [f.work for f in found]
    contents = [art.read(f.data, f.work.title) for f in found]
    dataset, blobs = prepare(works, contents, art, seed=0, on_step=quiet)
    data = {f.work.id: f.data for f in found} | blobs
    return dataset, {p.work: art.read(data[p.blob], p.work) for p in dataset.places}


def learn(dataset: Dataset, contents: dict[str, Row], folder: Path) -> tuple[StyleModel[Row], Run]:
    """Measured, chosen and trained."""
    art, machine = arts.find("toy"), Machine()
    samples = [Sample(p.work, contents[p.work]) for p in dataset.part("train")]
    held_out = [contents[p.work] for p in dataset.part("validation")]
    enough = augment(
        samples, held_out, art, art.recipes()[0], machine, seed=0, seconds=5, on_step=quiet
    )
    assert enough.curve[-1].works == len(samples)
    supply = Supply(len(samples), 48.0 * len(samples), machine, 60)
    choice = choose(supply, art.recipes())
    [recipe] = [recipe for recipe in art.recipes() if recipe.name == choice.recipe]
    run = train(
        recipe.build(machine),
        augmented(samples, art, enough.augment, seed=0),
        Run("run", "beads", choice, 0, "training"),
        checkpoint=FileCheckpoint(folder / "checkpoint"),
        on_step=quiet,
        folder=folder / "model",
    )
    return recipe.build(machine).load(folder / "model"), run


def make(model: StyleModel[Row], dataset: Dataset, known: Sequence[Row]) -> list[Made[Row]]:
    """Four creations."""
    index = arts.find("toy").copies(known)
    ids = [place.work for place in dataset.places]
    return list(
        create(
            model,
            Brief((32,), 0.3),
            index,
            ids,
            n=4,
            seed=1,
            threshold=dataset.threshold,
            on_step=quiet,
        )
    )


def test_the_loop_of_a_plugin_s_art(beads: Path, tmp_path: Path) -> None:
    dataset, contents = gather(beads)
    assert len(dataset.places) == 24
    model, run = learn(dataset, contents, tmp_path)
    assert (run.state, run.choice.recipe) == ("done", "toy/descent")
    assert len(run.losses) == run.choice.plan.options["steps"]
    made = make(model, dataset, [contents[p.work] for p in dataset.places])
    assert len({m.content for m in made}) == 4
    assert all(len(m.content) == 32 for m in made)
    works = {place.work for place in dataset.places}
    learnt = {place.work for place in dataset.part("train")}
    for m in made:
        assert m.nearest.work in works
        assert {work for work, _ in m.draft.sources} == learnt
        assert m.flagged == (m.nearest.similarity >= dataset.threshold)


def test_a_parrot_is_flagged(beads: Path) -> None:
    dataset, contents = gather(beads)
    known = [contents[p.work] for p in dataset.places]

    class Parrot:
        def sample(self, brief: Brief[Row], *, seed: int) -> object:
            from moxie.art import Draft

            return Draft(known[seed % len(known)])

    for made in make(Parrot(), dataset, known):  # type: ignore[arg-type]
        assert made.flagged
        assert made.nearest.similarity == 1.0
        assert made.attempts == 4


def test_no_code_of_moxie_names_the_toy_art() -> None:
    source = Path(moxie.__file__).parent
    naming = [p.name for p in source.rglob("*.py") if re.search(r"\btoy\b", p.read_text("utf-8"))]
    assert naming == []


def test_the_page_on_adding_an_art_is_short_and_true() -> None:
    page = PAGE.read_text("utf-8")
    assert len(page.splitlines()) < 100
    tests = ROOT / "tests"
    files = [*(tests / "toy").rglob("*.py"), tests / "test_conformance.py"]
    code = "\n".join(path.read_text("utf-8") for path in files)
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 5
    assert [block for block in blocks if block not in code] == []
    for link in re.findall(r"\]\((\.\./[^)]+)\)", page):
        assert (PAGE.parent / link).exists(), link
    [toml] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    groups = tomllib.loads(toml)["project"]["entry-points"]
    assert set(groups) == {"moxie.arts", "moxie.recipes"}
    assert f"[moxie.arts]\ntoy = {groups['moxie.arts']['toy']}\n" == TOY
