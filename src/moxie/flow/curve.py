"""Learning curves: what held-out errors at three numbers of works say about more works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moxie.text import Message, say
from moxie.work import CurvePoint, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXPONENTS = np.array((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.3, 1.7, 2.0))
"""Exponents c the power law may have; measured ones lie between 0.1 and 1 (Hestness et al.)."""

USUAL = 0.5
"""The exponent expected before anything is measured: that of a mean, one over a square root."""

ENOUGH, MORE, FEW = 0.02, 0.05, 0.2
"""Predicted gain from twice the works: below the first they are enough, above the last too few."""

FEW_WORKS = 5
"""Fewer works to learn from are too few, whatever the curve says."""

LEAST_HELD_OUT = 4
"""Held-out works it takes to tell a difference from chance."""

DRAWS = 400
"""Bootstrap draws for a curve; a paired difference gets ten times as many."""

LEAST_GAIN = 0.01
"""Augmented copies cost time: a smaller gain, as a share of the error, is not worth it."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """err(n) = a + b n^-c with b >= 0."""

    a: float
    b: float
    c: float

    def at(self, works: float) -> float:
        """The error expected after learning from so many works."""
        return float(self.a + self.b * works**-self.c)

    def gain(self, works: int, more: int) -> float:
        """By which share the error falls when `more` works come to `works`; 0 or greater."""
        now = self.at(works)
        return (now - self.at(works + more)) / max(abs(now), 1e-12)


def curve(
    errors: Mapping[int, NDArray[np.float64]], seed: int
) -> tuple[tuple[CurvePoint, ...], list[PowerLaw]]:
    """The points with 95 % bootstrap intervals, and a power law for each bootstrap draw.

    `errors`: by number of works, [repeats, held out]. Held-out works and repeats are drawn
    anew, the same ones at every point, so that what makes a work hard cancels out. With a single
    held-out work there is nothing to draw, and the interval is the point.
    """
    rng = np.random.default_rng(seed)
    works = sorted(errors)
    repeats, held_out = errors[works[0]].shape
    draws = np.empty((DRAWS, len(works)))
    for draw in range(DRAWS):
        rows = rng.integers(repeats, size=repeats)
        columns = rng.integers(held_out, size=held_out)
        draws[draw] = [errors[n][np.ix_(rows, columns)].mean() for n in works]
    low, high = np.quantile(draws, (0.025, 0.975), axis=0)
    points = tuple(
        CurvePoint(n, float(errors[n].mean()), float(low[i]), float(high[i]))
        for i, n in enumerate(works)
    )
    return points, [fit(works, draw) for draw in draws]


def fit(works: Sequence[int], errors: NDArray[np.float64]) -> PowerLaw:
    """The power law through a few points, by least squares over `EXPONENTS`.

    Three points hardly tell the exponent, so that one far from the usual must fit better to be
    taken. Where errors are positive so is the limit `a`. A rising curve fits as a flat one.
    """
    n = np.asarray(works, np.float64)
    scale = float(np.abs(errors).mean()) or 1.0
    least = 0.0 if errors.min() >= 0 else -np.inf
    best, best_cost = PowerLaw(float(errors.mean()), 0.0, USUAL), np.inf
    for c in EXPONENTS:
        a, b = _line(n**-c, errors, least)
        residual = (a + b * n**-c - errors) / scale
        cost = float(residual @ residual) + 1e-5 * float(np.log(c / USUAL)) ** 2
        if cost < best_cost:
            best, best_cost = PowerLaw(a, b, float(c)), cost
    return best


def judge(
    points: Sequence[CurvePoint], fits: Sequence[PowerLaw], held_out: int
) -> tuple[Verdict, int, Message]:
    """The verdict, about how many more works would help, and why in one sentence.

    Twice the works: a predicted gain (median over the bootstrap) below `ENOUGH` is enough; above
    `FEW`, or with fewer than `FEW_WORKS` works, there are too few. In between, as many more are
    asked for as bring a gain of `MORE`, or of `ENOUGH` where twice the works bring less.
    """
    works = points[-1].works
    doubled = float(np.median([law.gain(works, works) for law in fits]))
    if works < FEW_WORKS:
        return "few", max(works, 10 - works), _say_few(works, doubled, held_out)
    if doubled < ENOUGH:
        return "enough", 0, _say_enough(points, doubled)
    if doubled >= FEW:
        return "few", _about(works), _say_few(works, doubled, held_out)
    target = MORE if doubled >= MORE else ENOUGH
    more = _about(_needed(works, fits, target))
    why = say(
        "From {works} works the held-out error is {loss:.3g}; about {more} more works would lower "
        "it by about {percent:.0f} %.",
        works=works,
        loss=points[-1].loss,
        more=more,
        percent=100 * target,
    )
    return "more", more, why


def gain(
    base: NDArray[np.float64], other: NDArray[np.float64], seed: int, tries: int
) -> tuple[float, float, float]:
    """By which share `other` lowers the error of `base`, and its bootstrap interval.

    Errors are paired, [held out]. Returns (gain, low, high); a `low` above 0 is a gain that is
    not chance, at 95 % over all `tries`. Percentiles are expanded for few works (Hesterberg
    2015, "What teachers should know about the bootstrap").
    """
    from scipy.stats import norm, t

    n = len(base)
    share = (base - other) / max(abs(float(base.mean())), 1e-12)
    picks = np.random.default_rng(seed).integers(n, size=(10 * DRAWS, n))
    means = share[picks].mean(axis=1)
    tail = norm.cdf(np.sqrt(n / (n - 1)) * t.ppf(0.025 / tries, n - 1))
    low, high = np.quantile(means, (tail, 1 - tail))
    return float(share.mean()), float(low), float(high)


def _line(x: NDArray[np.float64], y: NDArray[np.float64], least: float) -> tuple[float, float]:
    """Least squares y = a + b x with b >= 0 and a >= least."""
    dx, dy = x - x.mean(), y - y.mean()
    b = max(0.0, float(dx @ dy) / float(dx @ dx)) if len(x) > 1 else 0.0
    a = float(y.mean() - b * x.mean())
    if a < least:
        a, b = least, max(0.0, float(x @ (y - least)) / float(x @ x))
    return a, b


def _needed(works: int, fits: Sequence[PowerLaw], target: float) -> int:
    """The fewest more works whose median predicted gain reaches the target; at most as many."""
    low, high = 1, works
    while low < high:
        middle = (low + high) // 2
        if float(np.median([law.gain(works, middle) for law in fits])) >= target:
            high = middle
        else:
            low = middle + 1
    return low


def _about(number: int) -> int:
    """Rounded as people say it: 7, 15, 40, 150."""
    if number < 10:
        return number
    step = int(10 ** (len(str(number)) - 1) // 2)
    return max(1, round(number / step)) * step


def _say_enough(points: Sequence[CurvePoint], doubled: float) -> Message:
    if points[-1].loss >= points[0].loss:
        return say(
            "The works are enough: learning from {works} instead of {fewer} no longer lowers the "
            "held-out error ({before:.3g} and {loss:.3g}).",
            works=points[-1].works,
            fewer=points[0].works,
            before=points[0].loss,
            loss=points[-1].loss,
        )
    return say(
        "The works are enough: learning from {works} instead of {fewer} lowered the held-out error "
        "from {before:.3g} to {loss:.3g}, and twice as many would lower it by only "
        "{percent:.1f} %.",
        works=points[-1].works,
        fewer=points[0].works,
        before=points[0].loss,
        loss=points[-1].loss,
        percent=100 * doubled,
    )


def _say_few(works: int, doubled: float, held_out: int) -> Message:
    return say(
        "{works} works to learn from are too few: twice as many would lower the held-out error by "
        "about {percent:.0f} % (measured on {held_out} held-out works).",
        works=works,
        percent=100 * doubled,
        held_out=held_out,
    )
