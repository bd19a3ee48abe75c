"""From a taste to what is made: how much each work counts, and which creations are handed out.

Both take the person's taste at its word only as far as it is sure: what counts is the mean of a
liking less a part of its deviation, because the best of many by a model's own word is as often
the most overrated (the winner's curse).
"""

from __future__ import annotations

import numpy as np

from moxie.taste.shares import Priced
from moxie.taste.space import Floats

CAUTION = 0.5
"""How many deviations of its own doubt are taken off a liking."""

ALIKE = 0.5
"""What a creation loses, in deviations of liking, where another chosen one is as good as equal."""

KEPT = 0.2
"""Share of the works that count for as many at least, however one-sided the taste is."""

FEWEST = 8
"""Works that always count for as many at least, or all where there are fewer."""

STEEPEST = 4.0

HALVINGS, DRIFT_HALVINGS = 18, 6
"""How often what prices lie between is halved: each is a problem as large as the works."""

LEAST_GREEDY, GREEDIEST = -12.0, 6.0
"""Logarithms of how much liking is asked for a unit of likeness, the reciprocal of its price."""

DRIFT_PRICES = (-4.0, 4.0)
"""Logarithms of the prices of drift that are tried, in deviations of liking for one of drift."""


def careful(mean: Floats, deviation: Floats) -> Floats:
    """Likings as sure as they are: mean less a part of the doubt, float [n]."""
    return np.asarray(mean - CAUTION * deviation, np.float64)


def weights(liking: Floats, *, kept: float = KEPT) -> Floats:
    """What each work counts, float [n] of mean 1, rising exponentially with its liking.

    As steep as leaves the works an effective number (Kish 1965: the square of the sum over the
    sum of squares) of `kept` of them, and of `FEWEST`: the artist has to stay in what is learnt.
    """
    number = len(liking)
    spread = float(liking.std()) if number else 0.0
    if spread < 1e-9:
        return np.ones(number)
    standard = (liking - liking.mean()) / spread
    wanted = min(number, max(FEWEST, kept * number))
    low, high = 0.0, STEEPEST
    for _ in range(40):
        middle = (low + high) / 2
        if effective(_rising(standard, middle)) >= wanted:
            low = middle
        else:
            high = middle
    return _rising(standard, low)


def faithful(
    liking: Floats,
    alike: Floats,
    loss: float,
    *,
    drift: Floats | None = None,
    kept: float = KEPT,
    base: Floats | None = None,
) -> Floats:
    """What each work counts, float [n] of mean 1: the most liking that costs so little likeness.

    `alike` float [n, n] is a kernel of the works (`flow.statistics.kernel`). Counted so, the works
    are at most `loss` away from what they are together, in squared maximum mean discrepancy, and
    an effective number of `kept` of them remains, and of `FEWEST`. With `drift` float [n], by how
    much what is made comes further from the artist as each work takes all, it is foretold to come
    no further: it moves as the works do, and where it stands beside the artist already, a step in
    that direction costs more than the step itself. For every price of likeness the best counts are
    a least-squares problem without negatives (Lawson and Hanson, 1974); of the prices the lowest is
    taken that keeps within both limits, and of those of drift the lowest that is enough.

    `base` float [n] of mean 1 is what they count without a liking, 1 each unless it is given; the
    effective numbers are then shares of its own.
    """
    number = len(liking)
    even = np.ones(number) if base is None else base
    spread = float(liking.std()) if number else 0.0
    if spread < 1e-9:
        return even
    standard = (liking - liking.mean()) / spread
    whole = effective(even)
    wanted = min(whole, max(FEWEST, kept * whole)) - 1e-6
    market = _Market(alike, loss, wanted, even / number)
    best = market.steepest(standard, GREEDIEST)
    if drift is None or market.further(best, drift) <= 0:
        return best * number
    scale = max(float(drift.std()), 1e-12)
    away = (drift - drift.mean()) / scale
    best, (low, high) = market.even, DRIFT_PRICES
    for _ in range(DRIFT_HALVINGS):
        middle = (low + high) / 2
        # where drift alone limits the counts it costs as much as the step, and never more
        most = min(GREEDIEST, float(np.log(scale)) - middle)
        shares = market.steepest(standard - float(np.exp(middle)) * away, most)
        if market.further(shares, drift) <= 0:
            best, high = shares, middle
        else:
            low = middle
    return (best if best @ standard > market.even @ standard else market.even) * number


class _Market:
    """Counts of works, and the limits they keep within."""

    def __init__(self, alike: Floats, loss: float, wanted: float, even: Floats) -> None:
        self.alike, self.loss, self.wanted, self.even = alike, loss, wanted, even
        self.priced = Priced(alike, even)

    def apart(self, shares: Floats) -> float:
        """How far the works are from what they are together."""
        return float((shares - self.even) @ self.alike @ (shares - self.even))

    def further(self, shares: Floats, drift: Floats) -> float:
        """How much further from the works what is made comes."""
        return self.apart(shares) + float(drift @ (shares - self.even))

    def steepest(self, liked: Floats, most: float) -> Floats:
        """The most liking within both limits; `most` is the highest logarithm of greed."""
        best, low, high = self.even, LEAST_GREEDY, most
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            shares = self.priced.shares(liked, float(np.exp(middle)))
            if self.apart(shares) <= self.loss and effective(shares) >= self.wanted:
                best, low = shares, middle
            else:
                high = middle
        return best


def effective(counts: Floats) -> float:
    """How many equally counted things make as even a mixture."""
    return float(counts.sum() ** 2 / (counts**2).sum())


def next_best(worth: Floats, points: Floats, before: Floats, width: float) -> int:
    """The place of the creation to choose next: liked, and not what was chosen already.

    Maximal marginal relevance (Carbonell and Goldstein 1998): `worth`, in deviations of liking,
    less `ALIKE` times the nearness to the nearest of those chosen `before`. `points` and `before`
    are float [n, dimensions]; at a squared distance of `width` nearness has all but vanished.
    """
    if not len(before):
        return int(worth.argmax())
    apart = ((points[:, None] - before[None]) ** 2).sum(2).min(1)
    return int((worth - ALIKE * np.exp(-2 * apart / width)).argmax())


def usual_distance(points: Floats) -> float:
    """The median squared distance of different creations; 1 where there are none."""
    apart = (points**2).sum(1)[:, None] + (points**2).sum(1)[None] - 2 * points @ points.T
    pairs = apart[np.triu_indices(len(points), 1)]
    return max(float(np.median(pairs)), 1e-9) if len(pairs) else 1.0


def _rising(standard: Floats, steepness: float) -> Floats:
    counts = np.exp(steepness * (standard - standard.max()))
    return np.asarray(counts / counts.mean(), np.float64)
