"""How far two sets of works are apart, counted by work.

The distance is the squared maximum mean discrepancy (Gretton et al., 2012) with the polynomial
kernel of KID (Bińkowski et al., 2018). Pieces of one work look alike whatever the artist, so works,
not pieces, are what is compared, averaged and resampled: every function here takes a `Grouped`
and never compares a work with itself, which is what makes the estimate unbiased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.float64]

COMPONENTS = 32
"""Most directions that are looked at."""

TRUST = 5.0
"""As many works' worth of belief that a feature varies within an artist as it does at large."""

REACH = 4.0
"""How far an unusual piece may stand out, in squared units of the artist's own spread."""

CERTAIN = 0.9
"""In so many resamplings others must be farther than the artist, or there is no scale. Those in
which they are not are left out of the interval, which is very wide well before that."""

RIDGE = 0.3
"""How far the directions in which works vary are drawn towards one size, of their mean."""

REPLICATES = 1000
"""Bootstrap resamplings."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """Vectors of pieces, float [n, d], and the work each is from, integers in 0..works-1 [n]."""

    vectors: NDArray[np.floating]
    works: NDArray[np.integer]

    @classmethod
    def singles(cls, vectors: NDArray[np.floating]) -> Grouped:
        """Each row a work of its own."""
        return cls(vectors, np.arange(len(vectors)))

    def __len__(self) -> int:
        """The number of works."""
        return int(self.works.max()) + 1 if self.works.size else 0

    def shares(self) -> Doubles:
        """float64 [works, n]: averages rows by work, so that each work counts once."""
        member = np.equal.outer(np.arange(len(self)), self.works).astype(np.float64)
        return np.asarray(member / np.maximum(member.sum(axis=1, keepdims=True), 1.0))

    def join(self, other: Grouped) -> Grouped:
        """Both sets as one, the works of `other` numbered after these."""
        vectors = np.concatenate([self.vectors, other.vectors])
        return Grouped(vectors, np.concatenate([self.works, other.works + len(self)]))


@dataclass(frozen=True, slots=True)
class Space:
    """Features standardized on one artist and seen along few principal directions.

    The artist's works are of mean squared length 1 before `project` draws unusual ones in.
    """

    mean: Doubles
    axes: Doubles  # [d, components]

    @classmethod
    def fit(cls, own: Grouped, others: Sequence[NDArray[np.floating]] = ()) -> Space:
        """Standardize on the artist's own works; directions are both his and the others'.

        With few works the spread of a feature is not known: it is drawn towards the spread at
        large by `TRUST` works' worth. Directions come from both sides weighed alike, since those
        in which an artist's few works vary are not those in which others differ from him.
        """
        rows = own.vectors.astype(np.float64)
        mean = rows.mean(axis=0)
        centered = rows - mean
        apart = [np.asarray(group, np.float64) - mean for group in others if len(group)]
        scale = _spread(centered, apart, len(own))
        rows = centered / scale
        covariance = _covariance([rows])
        if apart:
            covariance = covariance + _covariance([group / scale for group in apart])
        most = max(1, min(COMPONENTS, rows.shape[1], len(rows) + sum(map(len, apart)) - 1))
        directions = np.linalg.eigh(covariance)[1][:, ::-1][:, :most]
        length = np.sqrt(((rows @ directions) ** 2).sum(axis=1).mean())
        # where the artist shows no spread of his own (one work), features keep their common unit
        unit = length if length > 1e-9 else np.sqrt(most)
        return cls(mean, directions / scale[:, None] / unit)

    def project(self, grouped: Grouped) -> Grouped:
        """The vectors in this space; unusual ones are drawn in, softly, towards sqrt(1 + REACH).

        A kernel of degree three would otherwise hear nothing but the one odd reproduction.
        """
        seen = (grouped.vectors.astype(np.float64) - self.mean) @ self.axes
        length = (seen**2).sum(axis=1, keepdims=True)
        return Grouped(seen * np.sqrt((1 + REACH) / (REACH + length)), grouped.works)


def _spread(own: Doubles, apart: Sequence[Doubles], works: int) -> Doubles:
    variance = own.var(axis=0)
    if apart:
        at_large = np.concatenate(apart).var(axis=0)
        variance = (works * variance + TRUST * at_large) / (works + TRUST)
    scale = np.sqrt(variance)
    floor = 1e-6 * max(1.0, float(np.abs(own).max(initial=0.0)))
    return np.asarray(np.where(scale > floor, scale, 1.0))


def _covariance(groups: Sequence[Doubles]) -> Doubles:
    """Second moments about the artist's mean, of trace 1 so that sides weigh alike."""
    rows = np.concatenate(groups)
    moments = rows.T @ rows
    return np.asarray(moments / max(float(np.trace(moments)), 1e-12))


def kernel(a: Grouped, b: Grouped) -> Doubles:
    """Mean kernel values between works, float64 [works of a, works of b]."""
    values = (a.vectors @ b.vectors.T + 1.0) ** 3
    return np.asarray(a.shares() @ values @ b.shares().T)


def apart(a: Grouped, b: Grouped) -> Doubles:
    """Mean Euclidean distances between works' pieces, float64 [works of a, works of b]."""
    lengths = (a.vectors**2).sum(axis=1)[:, None] + (b.vectors**2).sum(axis=1)
    squares = np.maximum(lengths - 2 * a.vectors @ b.vectors.T, 0.0)
    return np.asarray(a.shares() @ np.sqrt(squares) @ b.shares().T)


def resampled(works: int, rng: np.random.Generator, replicates: int = REPLICATES) -> Counts:
    """How often each work is drawn, float64 [1 + replicates, works]; the first row is as it was."""
    if not works:
        return np.zeros((1 + replicates, 0))
    draws = rng.multinomial(works, np.full(works, 1.0 / works), size=replicates)
    return np.concatenate([np.ones((1, works)), draws.astype(np.float64)])


def within(values: Doubles, counts: Counts) -> Doubles:
    """Mean over pairs of different works of one set, [rows of counts]; nan without a pair.

    A work drawn twice is still one work: it is not compared with itself.
    """
    pairs = counts.sum(axis=1) ** 2 - (counts**2).sum(axis=1)
    total = ((counts @ values) * counts).sum(axis=1) - (counts**2) @ np.diag(values)
    mean = np.divide(total, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return np.asarray(mean, np.float64)


def between(values: Doubles, rows: Counts, columns: Counts) -> Doubles:
    """Mean over pairs of works of two sets, [rows of counts]."""
    total = ((rows @ values) * columns).sum(axis=1)
    return np.asarray(total / (rows.sum(axis=1) * columns.sum(axis=1)))


def distance(a: Grouped, b: Grouped) -> float:
    """Unbiased squared MMD between two sets of projected works; about 0 for one artist.

    nan when a set has fewer than two works. Negative values are chance, not an error.
    """
    ones_a, ones_b = np.ones((1, len(a))), np.ones((1, len(b)))
    inside = within(kernel(a, a), ones_a) + within(kernel(b, b), ones_b)
    return float((inside - 2 * between(kernel(a, b), ones_a, ones_b))[0])


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval; nan where it cannot be told."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, replicates: Doubles) -> Estimate:
        """From the figure itself followed by its resampled values."""
        known = replicates[1:][np.isfinite(replicates[1:])]
        if not np.isfinite(replicates[0]) or not len(known):
            return cls(np.nan, np.nan, np.nan)
        low, high = np.percentile(known, [2.5, 97.5])
        value = float(replicates[0])
        return cls(value, min(value, float(low)), max(value, float(high)))


@dataclass(frozen=True, slots=True)
class Score:
    """Where a set stands between other artists (0) and the artist's own other works (1).

    The three distances are to the held-out works: of the set, of the artist's own works
    (`ceiling`) and of the other artists (`floor`); `certain` is the share of resamplings in
    which the other artists were farther than the artist himself.
    """

    score: Estimate
    distance: float
    ceiling: float
    floor: float
    certain: float


def score(made: Grouped, own: Grouped, held_out: Grouped, others: Grouped, *, seed: int) -> Score:
    """Normalized style score `1 - (distance - ceiling) / (floor - ceiling)`.

    The sets are projected works; resampled together by work. The held-out works' own term is in
    all three distances and cancels, so that one held-out work is enough for a score (not for a
    narrow one). nan where the artist cannot be told from the others.
    """
    rng = np.random.default_rng(seed)
    sets = {"made": made, "own": own, "others": others}
    counts = {name: resampled(len(works), rng) for name, works in sets.items()}
    held = resampled(len(held_out), rng)
    inside = {name: within(kernel(works, works), counts[name]) for name, works in sets.items()}
    # all pairs of the artist's works there are: few works have few
    whole, whole_counts = own.join(held_out), np.concatenate([counts["own"], held], axis=1)
    inside["own"] = within(kernel(whole, whole), whole_counts)
    across = {
        name: between(kernel(works, held_out), counts[name], held) for name, works in sets.items()
    }
    far = {name: inside[name] - 2 * across[name] for name in sets}
    gap = far["others"] - far["own"]
    certain = float(np.mean(gap[np.isfinite(gap)] > 0))
    told = gap > 0 if certain >= CERTAIN and np.isfinite(gap[0]) else np.zeros(len(gap), np.bool_)
    values = 1 - np.divide(far["made"] - far["own"], gap, out=np.full(len(gap), np.nan), where=told)
    # the held-out works' own term, where they are several; else the artist's
    term = float(within(kernel(held_out, held_out), held[:1])[0])
    term = term if np.isfinite(term) else float(inside["own"][0])
    to_made, to_own, to_others = (float(far[name][0]) + term for name in sets)
    return Score(Estimate.of(values), to_made, to_own, to_others, certain)


def scores(
    made: Grouped, own: Grouped, held_out: Grouped, others: Grouped, counts: Counts
) -> Doubles:
    """The style score of made works drawn so often, [rows of counts].

    As `score`, but the artist's side stays as it is: what varies is which works were made. nan
    where the other artists are not farther than the artist.
    """

    def far(group: Grouped, inside: Grouped, rows: Counts) -> Doubles:
        pairs = rows if inside is group else np.ones((1, len(inside)))
        held = np.ones((len(rows), len(held_out)))
        inner = within(kernel(inside, inside), pairs)
        return np.asarray(inner - 2 * between(kernel(group, held_out), rows, held))

    near = far(own, own.join(held_out), np.ones((1, len(own))))
    gap = far(others, others, np.ones((1, len(others)))) - near
    return 1 - (far(made, made, counts) - near) / np.where(gap > 0, gap, np.nan)


def by_drafts(
    made: Grouped, own: Grouped, held_out: Grouped, others: Grouped, *, sure: float = 0.975
) -> Estimate:
    """The style score with an interval for which works were made, and for nothing else.

    More made works narrow it for as long as one likes, which does not hold for that of `score`.
    It lies within each end with a probability of `sure`. Student's interval of the jackknife, whose
    variance errs upwards (Efron and Stein, 1981): percentiles of three resampled works would be far
    too narrow. Boundless below three works.
    """
    from scipy.special import stdtrit

    number = len(made)
    value = float(scores(made, own, held_out, others, np.ones((1, number)))[0])
    if number < 3 or not np.isfinite(value):
        return Estimate(value, -np.inf, np.inf)
    left_out = scores(made, own, held_out, others, 1 - np.eye(number))
    error = float(np.sqrt((number - 1) * np.var(left_out)) * stdtrit(number - 1, sure))
    return Estimate(value, value - error, value + error)


def chance_of_change(one: Grouped, other: Grouped, held_out: Grouped) -> float:
    """How far the distances to the held-out works of two sets of equal seeds differ by chance.

    The standard deviation of the difference by the jackknife, each pair of one seed left out in
    turn, which errs upwards (Efron and Stein, 1981); the sets are projected works of equal number.
    0 for the same set twice, nan for fewer than three works.
    """
    number = len(one)
    counts = 1 - np.eye(number)
    held = np.ones((number, len(held_out)))
    far = [
        within(kernel(works, works), counts) - 2 * between(kernel(works, held_out), counts, held)
        for works in (one, other)
    ]
    return float(np.sqrt((number - 1) * np.var(far[0] - far[1])))


def likeness(made: Grouped, own: Grouped, held_out: Grouped, others: Grouped) -> Doubles:
    """Each made work on the same scale: 1 as the middle held-out work, 0 as the middle other one.

    Along the direction that separates the artist's works from the others' best (Fisher, 1936), with
    the covariance drawn towards a sphere; half of the others find the direction, and the other half
    set the 0. Single works lie about half the scale to either side, so this orders works and does
    not measure them. float64 [works made]; nan where held-out works are no nearer than others.
    """
    rows = [group.shares() @ group.vectors for group in (made, own, held_out, others)]
    made_rows, own_rows, held_rows, other_rows = rows
    half = other_rows[::2] if len(other_rows) > 1 else other_rows
    inside = np.concatenate([g - g.mean(axis=0) for g in (own_rows, half)])
    spread = inside.T @ inside / len(inside)
    ridge = (RIDGE * np.trace(spread) / len(spread) + 1e-12) * np.eye(len(spread))
    direction = np.linalg.solve(spread + ridge, own_rows.mean(axis=0) - half.mean(axis=0))
    near = float(np.median(held_rows @ direction))
    far = float(np.median((other_rows[1::2] if len(other_rows) > 1 else half) @ direction))
    if not near > far:
        return np.full(len(made), np.nan)
    return np.asarray((made_rows @ direction - far) / (near - far), np.float64)


def spread(made: Grouped, own: Grouped, *, seed: int) -> tuple[Estimate, float]:
    """How different the made works are from each other, in units of how different his own are.

    The mean pairwise distance of different works over that of the artist's, and as the floor the
    same of pieces of single works: what endless variations of one work would have.
    """
    rng = np.random.default_rng(seed)
    counts, own_counts = resampled(len(made), rng), resampled(len(own), rng)
    distances = apart(own, own)
    whole = within(distances, own_counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = within(apart(made, made), counts) / whole
    values[~np.isfinite(values)] = np.nan
    floor = _inside_works(own) / float(whole[0]) if whole[0] > 0 else np.nan
    return Estimate.of(values), floor


def _inside_works(own: Grouped) -> float:
    """Mean distance between pieces of one work; 0 when every work is one piece."""
    sizes = np.bincount(own.works, minlength=len(own)).astype(np.float64)
    several = sizes > 1
    if not several.any():
        return 0.0
    alike = np.diag(apart(own, own))[several]  # the mean includes each piece with itself
    return float((alike * sizes[several] / (sizes[several] - 1)).mean())


def coverage(made: Grouped, real: Grouped, k: int = 5) -> tuple[float, float]:
    """Coverage and density of Naeem et al. (2020): balls around real works to their k-th nearest.

    The share of real works with a made one in their ball, and how many balls a made work is in,
    over k. With few real works k is smaller; nan below three.
    """
    if len(real) < 3 or not len(made):
        return np.nan, np.nan
    k = min(k, len(real) - 1)
    distances = apart(real, real)
    np.fill_diagonal(distances, 0.0)
    radius = np.sort(distances, axis=1)[:, k]
    inside = apart(made, real) <= radius
    return float(inside.any(axis=0).mean()), float(inside.sum(axis=1).mean() / k)


def familiar(own: Grouped, group: NDArray[np.floating], near: float = 0.1) -> float:
    """Share of the artist's own works of which the projected group has (nearly) the same piece.

    `near` is in units of the artist's own mean distance between works.
    """
    distances = apart(own, own)
    usual = float(within(distances, np.ones((1, len(own))))[0])
    if not usual > 0:
        return 0.0
    values = apart(Grouped.singles(own.vectors), Grouped.singles(group))
    same = values.min(axis=1) < near * usual
    return float(np.unique(own.works[same]).size / len(own))
