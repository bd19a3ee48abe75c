"""The works, the first model and its creations, as the benchmark of tuned creations sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from feedback import HIDDEN, Floats
from moxie.art import Art, Brief, CopyIndex, Draft, Judge, Recipe, Sample, StyleModel, Supply
from moxie.errors import BadInput, MoxieError
from moxie.flow import evaluate, prepare
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.seeds import numbered
from moxie.settings import Machine
from moxie.studio.counting import Likeness
from moxie.studio.scoring import LOOKED_AT, Scorer
from moxie.taste.space import Space
from moxie.work import Dataset, Evaluation, Rights, Work

MOST = 120
"""Works that are looked at."""

TIME = 180.0
"""Seconds that a model may learn for; the first recipes of the arts take a few."""


@dataclass(frozen=True)
class Eyes:
    """What is seen of contents: by the learner, and by judges of liking."""

    art: Art[Any]
    space: Space
    hidden: tuple[Floats, Floats, Floats]  # mean, deviation, axes [features, HIDDEN]

    @classmethod
    def of(cls, art: Art[Any], pool: Sequence[Any]) -> tuple[Eyes, Floats]:
        """Fixed by the pool; and the judges' components of the pool."""
        judged, traits = _seen(art, pool)
        hidden = _liked(art, pool)
        mean, deviation = hidden.mean(0), hidden.std(0) + 1e-9
        _, values, axes = np.linalg.svd((hidden - mean) / deviation, full_matrices=False)
        scaled = axes[:HIDDEN].T / (values[:HIDDEN] / np.sqrt(len(pool)))
        eyes = cls(art, Space.of(judged, traits), (mean, deviation, scaled))
        return eyes, ((hidden - mean) / deviation) @ scaled

    def look(self, contents: Sequence[Any]) -> Floats:
        """The learner's points."""
        return self.space.points(*_seen(self.art, contents))

    def judge(self, contents: Sequence[Any]) -> Floats:
        """The judges' components; slow, so only of what is judged."""
        mean, deviation, axes = self.hidden
        return np.asarray(((_liked(self.art, contents) - mean) / deviation) @ axes, np.float64)


def _seen(art: Art[Any], contents: Sequence[Any]) -> tuple[Floats, Floats]:
    """Means over pieces of all judges but the last; traits."""
    judged = np.concatenate([_mean(art, judge, contents) for judge in art.judges()[:-1]], 1)
    return judged, np.array([art.measure(content) for content in contents], np.float64)


def _liked(art: Art[Any], contents: Sequence[Any]) -> Floats:
    """Means over pieces of the last judge."""
    return _mean(art, art.judges()[-1], contents)


def _mean(art: Art[Any], judge: Judge[Any], contents: Sequence[Any]) -> Floats:
    pieces = [art.split(content) for content in contents]
    flat = [piece for some in pieces for piece in some]
    starts = np.cumsum([0, *(len(some) for some in pieces[:-1])])
    counts = np.array([len(some) for some in pieces])[:, None]
    return np.asarray(np.add.reduceat(judge.embed(flat), starts) / counts, np.float64)


@dataclass(frozen=True)
class Studio:
    """The artist's works, split, and what models of them are built and measured with."""

    art: Art[Any]
    recipe: Recipe[Any]
    machine: Machine
    dataset: Dataset
    contents: Mapping[str, Any]
    index: CopyIndex[Any]
    brief: Brief[Any]
    scorer: Scorer[Any]
    likeness: Likeness | None
    seed: int

    @classmethod
    def of(
        cls, folder: Path, art: Art[Any], size: str | None, seed: int, on: Machine | None = None
    ) -> Studio:
        """Works as `moxie prepare` cleans and splits them.

        Processes that are to make the same creations are given one machine: measured by each, a
        busy one may take bfloat16 in one of them and not in another.
        """
        works, contents = _works(folder, art)
        dataset, changed = prepare.prepare(works, contents, art, seed=0, on_step=lambda *_: None)
        cleaned = {
            place.work: art.read(changed[place.blob], place.blob) if place.blob in changed else c
            for place, c in zip(dataset.places, contents, strict=True)
        }
        index = art.copies([cleaned[place.work] for place in dataset.places])
        brief: Brief[Any] = Brief(art.size(size))
        recipe = art.recipes()[0]
        learnt = [cleaned[place.work] for place in dataset.part("train")]
        held = _held_out(dataset, cleaned)
        scorer = Scorer(art, learnt[:: max(1, len(learnt) // LOOKED_AT)], held)
        likeness = Likeness.of(art, learnt, held, None)
        on = on or machine.detect()
        return cls(art, recipe, on, dataset, cleaned, index, brief, scorer, likeness, seed)

    @property
    def learnt(self) -> list[str]:
        """The ids of the works that are learnt from."""
        return [place.work for place in self.dataset.part("train")]

    def model(self, counts: Floats | None = None) -> StyleModel[Any]:
        """A model of the works, each counting as told."""
        told = counts if counts is not None else np.ones(len(self.learnt))
        samples = [
            Sample(work, self.contents[work], float(count))
            for work, count in zip(self.learnt, told, strict=True)
        ]
        amount = sum(self.art.amount(sample.content) for sample in samples)
        plan = self.recipe.plan(Supply(len(samples), amount, self.machine, TIME))
        if plan is None:
            raise BadInput("{n} works are too few for this benchmark.", n=len(samples))
        return self.recipe.build(self.machine).fit(
            samples, plan=plan, seed=0, checkpoint=NoCheckpoint(), on_step=lambda *_: None
        )

    def make(self, model: StyleModel[Any], n: int, seed: int) -> list[Draft[Any]]:
        """First attempts of `n` creations."""
        return [model.sample(self.brief, seed=numbered(seed, i, 0)) for i in range(n)]

    def copied(self, content: Any) -> bool:  # noqa: ANN401  an art's own type
        """Whether it is a near-copy of a work."""
        match = self.index.nearest(content)
        return match is not None and match.similarity >= self.dataset.threshold

    def measure(self, made: Sequence[Any]) -> Evaluation:
        """As `moxie evaluate` measures creations, by the first judge alone."""
        return evaluate.evaluate(
            made,
            [self.contents[work] for work in self.learnt],
            _held_out(self.dataset, self.contents),
            None,
            self.art,
            self.index,
            threshold=self.dataset.threshold,
            typical=self.dataset.typical_similarity,
            seed=0,
            opinions=False,
        )


def _held_out(dataset: Dataset, contents: Mapping[str, Any]) -> list[Any]:
    return [contents[p.work] for part in ("validation", "test") for p in dataset.part(part)]


def _works(folder: Path, art: Art[Any]) -> tuple[list[Work], list[Any]]:
    works: list[Work] = []
    contents: list[Any] = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in art.suffixes):
        if len(works) == MOST:
            break
        data = path.read_bytes()
        try:
            content = art.read(data, path.name)
        except MoxieError:
            continue
        ids = (hashlib.sha256(art.write(content)).hexdigest(), hashlib.sha256(data).hexdigest())
        works.append(Work(ids[0], art.name, path.stem, ids[1], Rights(), art.amount(content)))
        contents.append(content)
    return works, contents


@dataclass(frozen=True)
class Pool:
    """The first model's creations, which may be asked about, and the works, as both see them."""

    studio: Studio
    eyes: Eyes
    drafts: Sequence[Draft[Any]]
    hidden: Floats
    points: Floats
    works: Floats  # points of the works learnt from

    @classmethod
    def of(cls, studio: Studio, number: int) -> Pool:
        """Make them."""
        drafts = studio.make(studio.model(), number, studio.seed)
        contents = [draft.content for draft in drafts]
        eyes, hidden = Eyes.of(studio.art, contents)
        works = eyes.look([studio.contents[work] for work in studio.learnt])
        return cls(studio, eyes, drafts, hidden, eyes.look(contents), works)
