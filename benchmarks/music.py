"""What is learnt of a composer, beside Markov chains, counts and an LSTM, and the music it makes.

    python benchmarks/music.py --works DIR [--others DIR ...] [--seed N] [--seconds 900]
                               [--pieces 50] [--keep DIR] [--threads N] [--quick] [--json]

A folder with `jsb_16th.json` is the chorales benchmark: the canonical split, every voice at every
sixteenth one event; systems learn from the training chorales alone (and set some of them aside).
`jsb_valid` and `jsb_test` are nats an event; Moxie's include what a piece's key and length cost
beforehand (ln 24 + ln 1024 nats), `jsb_*_without_header` do not; peers need no such thing.

Any other folder holds a composer's files. They are read, cleaned and split by larger work as
`moxie run` does. Systems learn from the training works; peers choose their order or stop by the
validation works, Moxie sets training works aside instead. `nats_per_note` is what the test works
cost in all, by their number of notes, with a 95 % bootstrap interval over works; all systems tell
the same notes in the same key and are charged the same beforehand. `ratio_to_<system>` is Moxie's
as a share of that system's, `best_counts` the best one that only counts, `music/counts` included.
`training_ratio_to_lstm` compares wall clocks: the LSTM may take as long as Moxie took.
Each system learns in a process of its own (`peak_rss` until it has learnt). `--keep` leaves the
model of the `moxie` row in a folder, to be listened to.

Then pieces of 32 bars are made through the gate of `moxie run`. `style_score` is by the judge that
decides, between the bank's nearest composer (0) and this composer's own works (1),
`style_score_<judge>` a second opinion. `style_against_<group>` has one group alone as the 0, a
composer of the bank or a folder of `--others` (`alike`: `moxie run` takes it for the composer
himself and leaves it out), `style_score_without_haydn` the nearest but Haydn.
`taken_for_composer` is the share that a classifier takes for this composer rather than for three
others, those of `--others` first; `told_apart` is how surely a classifier that learns from the
pieces as well tells them from works (area under ROC). `own works` are real ones under the same
measure, where possible such as nobody has learnt from. Medians stand between least and greatest or
quartiles, scores in 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

import music_systems as systems
from moxie.art import Sample
from moxie.arts.music.coding import HEADER
from moxie.arts.music.models.courses import counting_plan
from moxie.arts.music.score import Score
from moxie.nn import machine
from moxie.settings import Machine
from music_baselines import Stream
from music_pieces import Exam
from music_systems import Figures, Lesson, apart
from music_works import Corpus, others
from tables import Rows, parser

CHORALES = "jsb_16th.json"
COUNTING = ("back-off", "back-off-12-keys", "witten-bell", "ppm", "music/counts")


@dataclass(frozen=True)
class Effort:
    """How much is done."""

    seconds: float
    pieces: int
    dial: int  # pieces a setting
    works: int | None  # read at most


FULL, QUICK = Effort(900.0, 50, 8, None), Effort(60.0, 6, 2, 24)


class Bench:
    """What stays the same from one system to the next."""

    def __init__(self, on: Machine, seed: int, seconds: float) -> None:
        self.on, self.seed, self.seconds = on, seed, seconds
        self.rows = Rows()
        self.figures: dict[str, Figures] = {}
        self.log = Console(stderr=True)

    def note(self, system: str, figures: Figures) -> Figures:
        """Keep a system's figures, and their rows."""
        self.figures[system] = figures
        rows = self.rows
        rows.spread(system, "training_seconds", [figures.seconds], f"s; {figures.how}".rstrip("; "))
        rows.spread(system, "training_cpu_seconds", [figures.cpu], "s")
        rows.spread(system, "parameters", [figures.parameters])
        rows.spread(system, "peak_rss", [figures.peak], "MB")
        self.log.print(f"{system}: learnt in {figures.seconds:.0f} s", highlight=False)
        return figures

    def recipes(
        self,
        samples: Sequence[Sample[Score]],
        groups: Mapping[str, Sequence[Score]],
        folder: Path | None,
    ) -> str:
        """Moxie as it would be chosen, and its counts alone; the name of the recipe chosen."""
        works = [sample.content for sample in samples]
        name, plan = systems.planned(works, self.on, self.seconds)
        counting = counting_plan(systems.supply(works, self.on, self.seconds))
        for system, recipe, course, where in (
            ("moxie", name, plan, folder),
            ("music/counts", "music/counts", counting, None),
        ):
            task = systems.learn_recipe
            self.note(
                system, apart(task, recipe, course, samples, groups, self.on, self.seed, where)
            )
        return name

    def costs(self, metric: str, group: str, units: NDArray[np.int64], unit: str) -> None:
        """Rows of what each unit of a group costs every system, and Moxie beside the others."""
        drawn = resampled(len(units), self.seed)
        total = drawn @ units
        costs = {name: drawn @ f.nats[group] / total for name, f in self.figures.items()}
        for name, values in costs.items():
            self.rows.add(name, metric, *interval(values), unit)
        free = drawn @ self.figures["moxie"].free[group] / total
        self.rows.add("moxie", f"{metric}_without_header", *interval(free), unit)
        prefix = "ratio" if metric == "nats_per_note" else metric
        best = min((n for n in COUNTING if n in costs), key=lambda name: costs[name][0])
        for name, other in (("best_counts", best), ("markov-2", "markov-2"), ("lstm", "lstm")):
            ratio = interval(costs["moxie"] / costs[other])
            self.rows.add("moxie", f"{prefix}_to_{name}", *ratio, f"of {other}'s")

    def clocks(self) -> None:
        """How long Moxie learnt, in the LSTM's time."""
        ours, theirs = self.figures["moxie"], self.figures["lstm"]
        ratio = ours.seconds / theirs.seconds
        self.rows.spread("moxie", "training_ratio_to_lstm", [ratio], "wall")
        self.rows.spread("moxie", "training_cpu_ratio_to_lstm", [ours.cpu / theirs.cpu], "cpu")


def resampled(pieces: int, seed: int, times: int = 1000) -> NDArray[np.float64]:
    """How often each piece is drawn, [1 + times, pieces]; the first row is as it is."""
    rng = np.random.default_rng([seed, 11])
    draws = rng.multinomial(pieces, np.full(pieces, 1 / pieces), size=times)
    return np.concatenate([np.ones((1, pieces)), draws])


def interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """A figure and its interval, from itself followed by its resampled values."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return float(values[0]), float(low), float(high)


def chorales(bench: Bench, path: Path) -> int:
    """The chorales benchmark."""
    file = json.loads(path.read_text("ascii"))
    split = {name: [np.array(steps, np.int64) for steps in file[name]] for name in file}
    train = split["train"]
    held = {name: split[name] for name in ("valid", "test")}
    scores = {name: list(map(systems.chorale, pieces)) for name, pieces in held.items()}
    samples = [Sample(f"chorale-{i}", systems.chorale(steps)) for i, steps in enumerate(train)]
    for name, pieces in held.items():
        systems.check_grid(pieces, scores[name])
    bench.recipes(samples, scores, None)
    rows = [np.maximum(steps + 1, 0) for steps in train]
    groups = {name: [np.maximum(s + 1, 0) for s in pieces] for name, pieces in held.items()}
    for system, kind, moved in (
        ("markov-2", "markov", False),
        ("markov-2-12-keys", "markov", True),
        ("back-off", "back-off", False),
        ("back-off-12-keys", "back-off", True),
    ):
        task = systems.learn_voices
        bench.note(system, apart(task, kind, rows, groups, bench.seed, moved=moved))
    aside, learnt = (list(map(systems.voice_stream, r)) for r in systems.split(rows, bench.seed))
    streams = {name: list(map(systems.voice_stream, pieces)) for name, pieces in groups.items()}
    lesson = Lesson(learnt, aside, systems.voice_sizes(4), moved=True)
    lstm(bench, lesson, streams, header=0.0)
    for name, pieces in held.items():
        bench.costs(f"jsb_{name}", name, np.array([s.size for s in pieces]), "nats/event")
    return len(train)


def composer(bench: Bench, given: argparse.Namespace, effort: Effort) -> int:
    """A composer's files: what the test works cost, then pieces."""
    corpus = Corpus.read(given.works, seed=given.seed, most=effort.works)
    train, test = corpus.part("train"), corpus.part("test")
    if not test:
        raise SystemExit("There are too few works to hold any out.")
    samples = [
        Sample(place.work, content)
        for place, content in zip(corpus.places, corpus.contents, strict=True)
        if place.part == "train"
    ]
    learnt, told = (list(map(systems.note_stream, some)) for some in (train, test))
    aside = list(map(systems.note_stream, corpus.part("validation"))) or learnt[-1:]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        recipe = bench.recipes(samples, {"test": test}, folder)
        model = systems.recipe_named(recipe).build(bench.on).load(folder)
    counts = systems.learn_tokens
    for system, order, adaptive in (
        ("markov-2", 2, False),
        ("witten-bell", None, False),
        ("ppm", None, True),
    ):
        figures = apart(counts, learnt, aside, {"test": told}, order=order, adaptive=adaptive)
        bench.note(system, figures)
    lesson = Lesson(learnt, aside, systems.TOKEN_SIZES)
    lstm(bench, lesson, {"test": told}, header=HEADER)
    notes = np.array([systems.number_of_notes(stream) for stream in told])
    bench.costs("nats_per_note", "test", notes, "nats/note")
    bench.rows.spread("moxie", "test_works", [len(test)], f"{int(notes.sum())} notes")
    exam = Exam(model, corpus, others(given.others), given.seed)
    with machine.use(bench.on):
        exam.measure(bench.rows, given.pieces or effort.pieces, effort.dial)
    return len(corpus.contents)


def lstm(
    bench: Bench, lesson: Lesson, groups: Mapping[str, Sequence[Stream]], *, header: float
) -> None:
    """The LSTM, in as many seconds as Moxie took."""
    seconds = bench.figures["moxie"].seconds
    task = systems.learn_lstm
    figures = apart(task, lesson, groups, bench.on, bench.seed, seconds=seconds, header=header)
    bench.note("lstm", figures)
    bench.clocks()


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--seconds", type=float, help="that Moxie may learn for (900)")
    flags.add_argument("--pieces", type=int, help="how many are made (50)")
    flags.add_argument("--keep", type=Path, help="an empty folder for the model")
    flags.add_argument("--threads", type=int, help="fewer than were found to be the quickest")
    given = flags.parse_args()
    effort = QUICK if given.quick else FULL
    found = machine.detect()
    threads = min(given.threads or found.threads, found.threads)
    on = Machine(found.device, threads, found.half)
    bench = Bench(on, given.seed, given.seconds or effort.seconds)
    file = given.works / CHORALES
    works = chorales(bench, file) if file.exists() else composer(bench, given, effort)
    bench.rows.show(works, given.json)


if __name__ == "__main__":
    main()
