"""How quickly a person's taste is learnt, by simulated judges whose features nobody else has.

    python benchmarks/feedback.py --works DIR [--art A] [--plain] [--seed N] [--quick] [--json]

One piece of each work (at most 400) is a creation; half of them may be asked about, the others
are new. A judge likes by what another extractor sees (the last judge of the art, eight principal
components; with `--plain`, of paintings, hue, brightness, edges, mirror image as HSV, Canny and
plain differences have them), the learner sees the other judges' features and the art's traits.
Families of judges: `linear`; `ideal` (the nearer to one work in three directions the better);
`mixture` (of two people the more pleased one answers). Judges order four at a time with Gumbel
noise, so that they agree with themselves on 78 % of random pairs. No humans took part.

`pair_accuracy_<n>_<family>` is the share of all pairs of new creations that are put in the judge's
true order after n answers, tests and repetitions included; `gain_<n>_<family>` how much better, in
deviations of the true liking, the best of sixteen new ones is by the learner's choice. Systems:
`moxie` chooses its questions; `without traits` sees the judges' features alone; `random questions`
has the same model; `picks` of the best of four, `likes` of one and `stars` of one are other forms
of random questions; `liked only` compares with the mean of what came first; `others' taste` is
the mean of twenty other judges of the family; `shuffled` is Moxie with answers that mean nothing,
which should learn nothing (0.5, 0), `contradictory` with orders of which half are reversed, which
should do no harm. What knows creations only by name (Elo, Bradley-Terry) stands at 0.5 and 0 for
new ones by definition. Values are means over seeds (20) with 95 % bootstrap intervals. `ready_ms`
is the median time from an answer to the next question among 1,000 creations, and its greatest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie import arts
from moxie.art import Art
from moxie.errors import MoxieError
from moxie.taste.answers import Answer, Choice, Kind, choices
from moxie.taste.asking import SHOWN, question
from moxie.taste.model import Taste, fit, near_shapes
from moxie.taste.space import Space
from tables import Rows, parser

Floats = NDArray[np.float64]
Judged = Callable[[Sequence[int], np.random.Generator], list[int]]

MOST, HIDDEN, CONSISTENT, BEST_OF = 400, 8, 0.78, 16
ANSWERS = (10, 20, 50, 100)
FAMILIES = ("linear", "ideal", "mixture")
FORMS: dict[str, Kind] = {"picks": "pick", "likes": "like", "stars": "stars"}


@dataclass(frozen=True)
class World:
    """Creations as the learner and as judges see them; the first half may be asked about."""

    space: Space
    points: Floats
    hidden: Floats

    @property
    def half(self) -> int:
        """How many may be asked about."""
        return len(self.points) // 2


@dataclass(frozen=True)
class Seen:
    """Creations: what the learner sees of them, and what judges like by, a row for each."""

    judged: Floats
    traits: Floats
    hidden: Floats

    def world(self, order: Sequence[int], *, traits: bool = True) -> World:
        """Shuffled, and as points of the space that is theirs."""
        blocks = [self.judged[order], self.traits[order]][: 1 + traits]
        space = Space.of(*blocks)
        return World(space, space.points(*blocks), self.hidden[order])


def look(folder: Path, art: Art[Any], most: int, *, plain: bool) -> Seen:
    """One piece of each work, by all judges but the last, by traits, and by what is hidden."""
    pieces: list[Any] = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in art.suffixes):
        if len(pieces) == most:
            break
        try:
            content = art.clean(art.read(path.read_bytes(), path.name)).content
        except MoxieError:
            continue
        pieces.append(art.split(content)[0])
    *known, last = art.judges()
    judged = [_standard(np.asarray(judge.embed(pieces), np.float64)) for judge in known]
    traits = np.array([art.measure(piece) for piece in pieces], np.float64)
    if plain:
        hidden = _standard(np.array([plainly(piece) for piece in pieces]))
    else:
        hidden = components(np.asarray(last.embed(pieces)), HIDDEN)
    return Seen(np.concatenate(judged, 1), traits, hidden)


def plainly(picture: NDArray[np.uint8]) -> list[float]:
    """Plain things about a picture, by other means than the painter's traits, float [10]."""
    hue, strength, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float64))
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    edges, light = cv2.Canny(gray, 60, 160) > 0, gray.astype(np.float64)
    vivid = np.histogram(hue[strength * value > 1600], 18, (0, 180))[0] + 1e-9
    third = len(gray) // 3
    across, down = (np.abs(np.diff(light, axis=axis)).mean() for axis in (1, 0))
    return [
        float(picture[..., 0].mean() - picture[..., 2].mean()),
        float(strength.mean()),
        float(light.mean()),
        float(np.ptp(np.percentile(light, [10, 90]))),
        float(edges.mean()),
        float(np.abs(light - light[:, ::-1]).mean()),
        float(across / (down + 1e-3)),
        float(-(vivid / vivid.sum() * np.log(vivid / vivid.sum())).sum()),
        float(light[:third].mean() - light[-third:].mean()),
        float(edges[third:-third, third:-third].mean() - edges.mean()),
    ]


def _standard(features: Floats) -> Floats:
    return np.asarray((features - features.mean(0)) / (features.std(0) + 1e-9), np.float64)


def components(features: Floats, number: int) -> Floats:
    """Principal components, each of deviation 1."""
    left, values, _ = np.linalg.svd(_standard(features), full_matrices=False)
    return _standard(left[:, :number] * values[:number])


def liking(family: str, hidden: Floats, rng: np.random.Generator) -> Floats:
    """True utilities of all creations, in units of the judge's noise."""
    width = hidden.shape[1]
    if family == "linear":
        value = hidden @ rng.standard_normal(width)
    elif family == "ideal":
        turned = hidden @ np.linalg.qr(rng.standard_normal((width, 3)))[0]
        value = -((turned - turned[rng.integers(len(turned))]) ** 2).sum(1)
    else:
        value = (hidden @ rng.standard_normal((width, 2))).max(1)
    return np.asarray(value / noise(value), np.float64)


def noise(value: Floats) -> float:
    """The scale of noise at which random pairs are answered consistently so often."""
    apart = np.abs(value[:, None] - value[None])[np.triu_indices(len(value), 1)]
    low, high = 1e-3, 1e3
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        agreed = float((1 / (1 + np.exp(-np.clip(apart / middle, 0, 50)))).mean())
        low, high = (middle, high) if agreed > CONSISTENT else (low, middle)
    return low


def learnt(
    world: World, answer: Judged, marks: Sequence[int], seed: int, *, active: bool
) -> dict[int, Taste]:
    """The taste after so many answers each."""
    rng = np.random.default_rng([seed, 5])
    space, points = world.space, world.points[: world.half]
    said: list[Choice] = []
    asked: list[tuple[int, ...]] = []
    found: dict[int, Taste] = {}
    taste = fit(space, points, said)
    while len(asked) < max(marks):
        if active:
            new = question(taste, points, asked, rng)
            shown, kept = new.shown, new.why == "test"
        else:
            shown, kept = tuple(rng.choice(world.half, SHOWN, replace=False).tolist()), False
        order = answer(shown, rng)
        asked.append(shown)
        if not kept:
            said += [Choice(tuple(order[i:])) for i in range(len(order) - 1)]
        if len(asked) in marks:
            taste = found[len(asked)] = fit(space, points, said)
        elif active and not kept:
            taste = fit(space, points, said, near_shapes(taste.shape))
    return found


def judged(value: Floats) -> Judged:
    """A judge who orders what is shown."""

    def answer(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
        said = value[list(shown)] + rng.gumbel(size=len(shown))
        return [shown[i] for i in np.argsort(-said)]

    return answer


def of_two_minds(value: Floats) -> Judged:
    """A judge who half of the time says the opposite."""
    steady = judged(value)

    def answer(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
        order = steady(shown, rng)
        return order[::-1] if rng.random() < 0.5 else order

    return answer


def in_form(world: World, value: Floats, kind: Kind, number: int, seed: int) -> Taste:
    """The taste after so many answers of another form to questions at random.

    The judge's own lines are at the median, or at quintiles.
    """
    rng = np.random.default_rng([seed, 6])
    lines = np.percentile(value[: world.half], [50] if kind == "like" else [20, 40, 60, 80])
    place = {str(i): i for i in range(world.half)}
    said: list[Choice] = []
    for _ in range(number):
        shown = rng.choice(world.half, SHOWN if kind == "pick" else 1, replace=False)
        felt = value[shown] + rng.gumbel(size=len(shown))
        names = tuple(map(str, shown))
        if kind == "pick":
            answer = Answer(kind, names, (names[int(felt.argmax())],))
        else:  # lines are felt with the same noise
            level = int((felt[0] > lines + rng.gumbel(size=len(lines))).sum())
            answer = Answer(kind, names, value=level + (kind == "stars"))
        said += choices(answer, place)
    return fit(world.space, world.points[: world.half], said)


def meaningless(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
    """An answer at random."""
    return [int(one) for one in rng.permutation(shown)]


def accuracy(said: Floats, value: Floats) -> float:
    """The share of pairs in their true order; ties are half right."""
    i, j = np.triu_indices(len(value), 1)
    return float((0.5 + 0.5 * np.sign((said[i] - said[j]) * (value[i] - value[j]))).mean())


def gain(said: Floats, value: Floats, rng: np.random.Generator) -> float:
    """True liking of the best of sixteen, in deviations above the mean."""
    true = (value - value.mean()) / value.std()
    fours = [rng.choice(len(value), BEST_OF, replace=False) for _ in range(400)]
    return float(np.mean([true[four[said[four].argmax()]] for four in fours]))


def one_judge(
    world: World, without: World, family: str, seed: int
) -> Mapping[str, tuple[float, float]]:
    """Accuracy and gain of every system, "<system>/<answers>"; `without` is without traits."""
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    value = liking(family, world.hidden, rng)
    true = value[world.half :]
    found: dict[str, tuple[float, float]] = {}

    def note(system: str, said: Floats) -> None:
        luck = np.random.default_rng([seed, 9])
        found[system] = accuracy(said, true), gain(said, true, luck)

    def new(taste: Taste, of: World = world) -> Floats:
        return taste.likes(of.points[of.half :])[0]

    for system, of, answer, active in (
        ("moxie", world, judged(value), True),
        ("without traits", without, judged(value), True),
        ("random questions", world, judged(value), False),
        ("shuffled", world, meaningless, False),
        ("contradictory", world, of_two_minds(value), False),
    ):
        marks = ANSWERS if system == "moxie" else (50,)
        for number, taste in learnt(of, answer, marks, seed, active=active).items():
            note(f"{system}/{number}", new(taste, of))
    for system, kind in FORMS.items():
        note(f"{system}/50", new(in_form(world, value, kind, 50, seed)))
    firsts = [
        judged(value)(rng.choice(world.half, SHOWN, replace=False).tolist(), rng)[0]
        for _ in range(50)
    ]
    note("liked only/50", world.points[world.half :] @ world.points[firsts].mean(0))
    crowd = [liking(family, world.hidden, rng)[world.half :] for _ in range(20)]
    note("others' taste/50", np.mean([_standard(one[:, None])[:, 0] for one in crowd], 0))
    return found


def readiness(world: World) -> list[float]:
    """Milliseconds from an answer to the next question, among 1,000 creations."""
    rng = np.random.default_rng(0)
    space, many = world.space, world.points[rng.integers(len(world.points), size=1000)]
    said: list[Choice] = []
    asked: list[tuple[int, ...]] = []
    taste = fit(space, many, said)
    taken = []
    for _ in range(60):
        new = question(taste, many, asked, rng)
        began = time.perf_counter()
        order = meaningless(new.shown, rng)
        said += [Choice(tuple(order[i:])) for i in range(len(order) - 1)]
        asked.append(new.shown)
        taste = fit(space, many, said, near_shapes(taste.shape))
        question(taste, many, asked, rng)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--art", default="painting")
    flags.add_argument("--plain", action="store_true", help="judges like plain things")
    given = flags.parse_args()
    art = arts.find(given.art)
    seeds = range(given.seed, given.seed + (4 if given.quick else 20))
    seen = look(given.works, art, 120 if given.quick else MOST, plain=given.plain)
    order = np.random.default_rng([given.seed, 3]).permutation(len(seen.judged)).tolist()
    world, without = seen.world(order), seen.world(order, traits=False)
    rows = Rows()
    for family in FAMILIES:
        each = [one_judge(world, without, family, seed) for seed in seeds]
        for place in each[0]:
            system, number = place.split("/")
            for k, metric in enumerate(("pair_accuracy", "gain")):
                values = np.array([one[place][k] for one in each])
                rows.add(system, f"{metric}_{number}_{family}", *interval(values, given.seed))
    rows.spread("moxie", "ready_ms", readiness(world), "ms")
    rows.show(len(order), given.json)


def interval(values: Floats, seed: int) -> tuple[float, float, float]:
    """The mean and its 95 % bootstrap interval."""
    rng = np.random.default_rng([seed, 8])
    means = values[rng.integers(len(values), size=(2000, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


if __name__ == "__main__":
    main()
