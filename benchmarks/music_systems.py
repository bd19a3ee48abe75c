"""The systems that benchmarks/music.py compares, each learnt in a process of its own.

So what one takes of time and memory is not another's: `seconds`, `cpu` and `peak` are those of
learning, from a process that has loaded the works to what has been learnt.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from moxie.art import Recipe, Sample, Supply
from moxie.arts.music import Music
from moxie.arts.music.coding import HEADER, Events, Grid
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, score
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.studio.result import peak_rss_mb
from moxie.work import Plan
from music_baselines import (
    PITCHES,
    TRANSPOSITIONS,
    Counts,
    Ints,
    Stream,
    best_level,
    by_chord,
    by_order,
    by_voice,
    transposed,
)
from music_lstm import train_lstm

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

STEP = TICKS // 4
VOICES = (Part("Soprano", 52), Part("Alto", 52), Part("Tenor", 52), Part("Bass", 52))
TOKENS = Events()
"""What note tokens are: gap, part, pitch and length of each note, as Moxie's events have them."""

TOKEN_SIZES = tuple(field.size for field in TOKENS.fields)

NOTE_FIELD = 2
"""The field that every note has, and no rest: its pitch."""

RANKED = ("music/mixture", "music/counts")
"""What Moxie's row is: the mixture, or where works or time are too few for it, counts."""

ASIDE = 0.12
"""Share of the chorales learnt from by which an order is chosen and the LSTM stops."""

Groups = Mapping[str, Sequence[T]]
"""Pieces to be told: those for validation, and those of the test."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a system took to learn, and what telling costs: nats of each piece of each group.

    `free` are the nats without what a piece is charged for its key and length beforehand.
    """

    nats: Mapping[str, NDArray[np.float64]]
    free: Mapping[str, NDArray[np.float64]]
    seconds: float
    cpu: float
    peak: float  # megabytes
    parameters: int
    how: str = ""


def apart(task: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """The result of a task in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *given, **named).result()


class _Stopwatch:
    """Wall and processor time since it was made, and the most memory held so far."""

    def __init__(self) -> None:
        self.began, self.cpu = time.perf_counter(), time.process_time()

    def figures(self, parameters: int, how: str = "") -> Figures:
        """What has been taken; nothing told yet."""
        wall, cpu = time.perf_counter() - self.began, time.process_time() - self.cpu
        return Figures({}, {}, wall, cpu, peak_mb(), parameters, how)


def peak_mb() -> float:
    """The most memory this process has held, without what its parent did, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) * 1024 / 1e6
    return peak_rss_mb()


def told(figures: Figures, tell: Callable[[T], float], groups: Groups[T], header: float) -> Figures:
    """The figures with what each piece costs."""
    free = {name: np.array([tell(piece) for piece in some]) for name, some in groups.items()}
    return replace(figures, nats={k: v + header for k, v in free.items()}, free=free)


def planned(works: Sequence[Score], machine: Machine, seconds: float) -> tuple[str, Plan]:
    """The first recipe of `RANKED` that has a plan for these works and seconds, and the plan."""
    given = supply(works, machine, seconds)
    for name in RANKED:
        recipe = recipe_named(name)
        plan = recipe.plan(given) if len(works) >= recipe.least_works else None
        if plan is not None:
            return name, plan
    raise ValueError("even counts have no plan")


def supply(works: Sequence[Score], machine: Machine, seconds: float) -> Supply:
    """What there is to learn with."""
    bars = float(sum(len(work.bars) for work in works))
    return Supply(len(works), bars, machine, seconds)


def recipe_named(name: str) -> Recipe[Score]:
    """One of the recipes of music."""
    return next(recipe for recipe in Music().recipes() if recipe.name == name)


def learn_recipe(
    name: str,
    plan: Plan,
    samples: Sequence[Sample[Score]],
    groups: Groups[Score],
    on: Machine,
    seed: int,
    folder: Path | None,
) -> Figures:
    """One of Moxie's own recipes; the model goes into the folder where one is given."""
    clock = _Stopwatch()
    with machine.use(on):
        model = recipe_named(name).build(on)
        assert isinstance(model, ScoreModel)
        model.fit(samples, plan=plan, seed=seed, checkpoint=NoCheckpoint(), on_step=lambda *_: None)
        experts = model.experts
        counted = experts.counts.fields if experts.counts else ()
        parameters = sum(p.numel() for _, net in experts.nets for p in net.parameters())
        parameters += sum(len(t.counts) for f in counted for chain in f.tables for t in chain)
        steps = f", {plan.options['steps']} steps" if experts.nets else ""
        figures = clock.figures(parameters, f"{plan.options['members']}{steps}")
        if folder is not None:
            model.save(folder)
        coding = experts.coding
        return told(
            figures, lambda s: experts.nats(coding.encode(s)) - HEADER, groups, header=HEADER
        )


def chorale(steps: Ints) -> Score:
    """A score of chorale steps [steps, 4] (MIDI pitches, -1: rest): equal steps are one note."""
    notes = []
    for voice, pitches in enumerate(steps.T):
        edges = np.flatnonzero(np.diff(pitches, prepend=-2, append=-2))
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if pitches[start] >= 0:
                notes.append(Note(start * STEP, (end - start) * STEP, int(pitches[start]), voice))
    bars = [Bar(at * STEP, min(16, len(steps) - at) * STEP) for at in range(0, len(steps), 16)]
    return score(notes, bars, VOICES)


def check_grid(pieces: Sequence[Ints], scores: Sequence[Score]) -> None:
    """That chorales are told event by event as the file has them; raises ValueError."""
    grid = Grid(len(VOICES))
    for steps, content in zip(pieces, scores, strict=True):
        told = grid.encode(content).symbols.astype(np.int64)
        places = np.arange(len(told))[:, None]
        begun = np.maximum.accumulate(np.where(told > 0, places, 0), axis=0)  # 0: it goes on
        symbols = np.take_along_axis(told, begun, axis=0)
        wanted = steps[:, grid.order]
        same = told.shape == steps.shape and ((symbols >= 2) == (wanted >= 0)).all()
        if not same or np.ptp((symbols - wanted)[wanted >= 0]):
            raise ValueError("a chorale is not told step by step")


def learn_voices(
    kind: str, train: Sequence[Ints], groups: Groups[Ints], seed: int, *, moved: bool
) -> Figures:
    """Counts of chorales on the grid (pitches and one more, 0: rest), in all keys if `moved`.

    How far contexts go is chosen by chorales that are set aside, and then all are counted.
    """
    view = {"markov": by_voice, "back-off": by_chord}[kind]
    keys = TRANSPOSITIONS if moved else range(1)

    def count(chosen: Sequence[Ints]) -> Counts:
        return Counts.of([view(transposed(rows, key)) for rows in chosen for key in keys])

    clock = _Stopwatch()
    level = 2
    if kind == "back-off":
        aside, learnt = split(train, seed)
        level = best_level(count(learnt), [view(rows) for rows in aside])
    counts = count(train).up_to(level)
    figures = clock.figures(counts.size, f"{level} views" + (", 12 keys" if moved else ""))
    return told(figures, lambda rows: counts.nats(view(rows).level(level)), groups, header=0.0)


def learn_tokens(
    train: Sequence[Stream],
    validation: Sequence[Stream],
    groups: Groups[Stream],
    *,
    order: int | None,
    adaptive: bool,
) -> Figures:
    """Counts of note tokens, of an order that is given or best on validation works."""
    clock = _Stopwatch()
    counts = Counts.of([by_order(piece, TOKEN_SIZES) for piece in train], adaptive=adaptive)
    if order is None:
        order = best_level(counts, [by_order(piece, TOKEN_SIZES) for piece in validation])
    counts = counts.up_to(order)
    figures = clock.figures(counts.size, f"order {order}")

    def tell(piece: Stream) -> float:
        return counts.nats(by_order(piece, TOKEN_SIZES).level(order))

    return told(figures, tell, groups, header=HEADER)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Token streams to learn from and to stop by, and how many symbols each field has.

    `moved`: windows are moved to any of twelve keys (all symbols are pitches then).
    """

    train: Sequence[Stream]
    aside: Sequence[Stream]
    sizes: Sequence[int]
    moved: bool = False

    def vary(self, stream: Stream, rng: np.random.Generator) -> Stream:
        """A window in some key."""
        if not self.moved:
            return stream
        key = int(rng.integers(TRANSPOSITIONS.start, TRANSPOSITIONS.stop))
        return Stream(stream.fields, transposed(stream.symbols, key))


def learn_lstm(
    lesson: Lesson, groups: Groups[Stream], on: Machine, seed: int, *, seconds: float, header: float
) -> Figures:
    """The plain LSTM."""
    clock = _Stopwatch()
    with machine.use(on):
        net = train_lstm(
            lesson.train,
            lesson.aside,
            lesson.sizes,
            seconds=seconds,
            seed=seed,
            change=lesson.vary,
        )
        figures = clock.figures(sum(p.numel() for p in net.parameters()))
        return told(figures, net.nats, groups, header=header)


def split(pieces: Sequence[T], seed: int) -> tuple[list[T], list[T]]:
    """Pieces to set aside, and the others."""
    order = np.random.default_rng([seed, 7]).permutation(len(pieces)).tolist()
    number = max(1, round(ASIDE * len(pieces)))
    return [pieces[i] for i in order[:number]], [pieces[i] for i in order[number:]]


def voice_stream(rows: Ints) -> Stream:
    """A chorale as tokens, the voices of each step from the top."""
    return Stream(np.tile(np.arange(rows.shape[1]), len(rows)), rows.ravel())


def voice_sizes(voices: int) -> tuple[int, ...]:
    """Symbols of each voice."""
    return (PITCHES,) * voices


def note_stream(content: Score) -> Stream:
    """A score as note tokens, in the same key and on the same grid that Moxie tells it."""
    table = TOKENS.encode(content).symbols.astype(np.int64)
    given = table >= 0  # a long rest is a gap alone
    return Stream(np.nonzero(given)[1], table[given])


def number_of_notes(stream: Stream) -> int:
    """How many notes its tokens tell."""
    return int((stream.fields == NOTE_FIELD).sum())
