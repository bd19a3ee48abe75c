"""What a person prefers, in terms of traits that can be named, and how sure that is.

The learner's features are good at predicting and have no names. Here the same answers are
explained anew: liking as a line and a curve over each trait, and over what else differs between
the creations, made free of the traits so that nothing else can stand in for them. A person cares
about few traits and not about the rest, and which these are is drawn as well (spike and slab:
George and McCulloch 1993), in Luce's likelihood. So a trait is not thought to be liked because it
goes together with one that is; where answers cannot tell which of them it is, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from moxie.taste.answers import LINES, Choice
from moxie.taste.model import Compared
from moxie.taste.space import Floats

Kind: TypeAlias = Literal["more", "less", "middle", "ends", "shared", "indifferent", "unknown"]

MATTERS, BENDS = 0.2, 0.08
"""How likely a trait is to matter in a straight line, and in a curve, before anything is known."""

NEXT_TO_NOTHING = 0.1
"""Deviation of the effect of a trait that does not matter, in units of the answers' noise."""

REST = 12
"""Principal components of what else differs between the creations."""

LEVEL = 0.1
"""Weight of the prior (in creations' variance) by which features are made free of traits."""

EXPANSIONS, SETTLING, SWEEPS, DRAWS = 4, 50, 200, 1200
"""How often the likelihood is expanded around a new mean; sweeps before any counts, sweeps for a
new mean, and for the tastes drawn in the end.
"""

SURE = 0.975
"""From this probability of its sign on something is said: both signs together 5 % by chance."""

LITTLE = 0.15
"""Deviations of liking per deviation of a trait that make no difference worth a word."""

TOGETHER = 0.5
"""From this correlation on two traits go together in the creations."""

FEWEST = 8
"""With fewer creations nothing can be told apart."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How the liking moves with one trait, in its deviations per deviation of the trait.

    `slope`, `low`, `high`: mean and 95 % interval, the other traits the same; `sure` the
    probability of its sign. `along` and `along_sure`: the same where the others move with it as
    they do in the creations. `curve`: negative where the best lies in between, and `curve_sure`
    the probability that the best (or worst) lies within the creations, at `best` deviations from
    their mean. `partners` are the traits that it goes together with, the nearest first.

    `kind` says what is sure. "more" or "less" of it is liked, its "middle" or its two "ends";
    "shared": it or one of its partners is liked ("along" says which end), which one is open;
    "indifferent": it makes little difference; "unknown": nothing.
    """

    trait: int
    slope: float
    low: float
    high: float
    sure: float
    along: float
    along_sure: float
    curve: float
    curve_sure: float
    best: float
    partners: tuple[int, ...]
    kind: Kind = "unknown"


def explain(
    said: Sequence[Choice], features: Floats, traits: Floats, *, seed: int = 0
) -> list[Effect]:
    """An effect for each trait that differs among the creations, those most sure of first.

    Choices are among creations of which `features` [n, d] are what the learner sees and `traits`
    [n, traits] are measured. Nothing where there are fewer than `FEWEST` creations.
    """
    varied = [int(k) for k in np.flatnonzero(np.ptp(traits, axis=0) > 1e-6)]
    if len(traits) < FEWEST or not varied:
        return []
    lines = _standard(traits[:, varied])
    curves = _centered(lines**2)
    rest = _apart(features, np.concatenate([lines, curves], axis=1))
    slopes, bends, liking = _possible(said, lines, curves, rest, seed)
    along = liking @ lines / len(lines)
    near = np.abs(np.corrcoef(lines.T)).reshape(len(varied), -1)
    found = [
        _effect(k, varied, slopes[:, k], bends[:, k], along[:, k], near[k])
        for k in range(len(varied))
    ]
    return sorted(_with_partners(found), key=_prominence, reverse=True)


def _possible(
    said: Sequence[Choice], lines: Floats, curves: Floats, rest: Floats, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Slopes and curves [draws, traits] of tastes that are possible, and their likings [draws, n].

    Each in deviations of its liking among the creations.
    """
    rng = np.random.default_rng([seed, 43])
    number, size = lines.shape[1], np.maximum(curves.std(axis=0), 1e-9)
    columns = np.concatenate([lines, curves / size, rest], axis=1)
    compared = Compared.of(columns, said)
    many = [number, number, rest.shape[1], LINES]
    prior = _Prior(*np.repeat(_EACH, many, axis=1))
    mean = np.zeros(sum(many))
    for turn in range(EXPANSIONS):
        _, gradient, curve = compared.at(mean)  # both with a prior of deviation 1
        curve[np.diag_indices(len(mean))] -= 1
        toward = curve @ mean + gradient + mean
        sweeps = DRAWS if turn == EXPANSIONS - 1 else SWEEPS
        drawn = _drawn(curve, toward, prior, sweeps, rng)
        mean = drawn.mean(axis=0)
    drawn = drawn[:, : columns.shape[1]]
    liking = _centered(columns @ drawn.T).T
    drawn /= np.maximum(liking.std(axis=1, keepdims=True), 1e-9)
    liking /= np.maximum(liking.std(axis=1, keepdims=True), 1e-9)
    return drawn[:, :number], drawn[:, number : 2 * number] / size, liking


class _Prior(NamedTuple):
    """Of each weight: whether it is a trait's, or without a name, and the log odds that it matters.

    Weights that are neither (the person's own lines) have deviation 1.
    """

    trait: Floats
    nameless: Floats
    odds: Floats


_EACH = np.array(
    [[1, 1, 0, 0], [0, 0, 1, 0], [*np.log([MATTERS / (1 - MATTERS), BENDS / (1 - BENDS)]), 0, 0]]
)
"""The `_Prior` of a trait's line, of its curve, of what has no name, of a line of the person."""


def _drawn(
    curve: Floats, toward: Floats, prior: _Prior, sweeps: int, rng: np.random.Generator
) -> Floats:
    """Weights that are possible [sweeps, weights], by Gibbs sampling after a few to settle.

    The log-likelihood is toward @ w - w @ curve @ w / 2.
    """
    trait, nameless = prior.trait > 0, prior.nameless > 0
    large = trait & (rng.random(len(trait)) < 0.5)
    size, other = 1.0, 0.3
    found = np.zeros((sweeps, len(trait)))
    for sweep in range(-SETTLING, sweeps):
        scale = np.where(nameless, other, np.where(trait & ~large, NEXT_TO_NOTHING, 1.0))
        scale[large] = size
        root = np.linalg.cholesky(curve + np.diag(scale**-2.0))
        weights = np.linalg.solve(root, toward) + rng.standard_normal(len(scale))
        weights = np.linalg.solve(root.T, weights)
        against = (weights / NEXT_TO_NOTHING) ** 2 - (weights / size) ** 2
        odds = prior.odds + np.log(NEXT_TO_NOTHING / size) + against / 2
        large = trait & (rng.random(len(scale)) < 1 / (1 + np.exp(-np.clip(odds, -30, 30))))
        size = _size(weights[large], 1.0, rng)
        other = _size(weights[nameless], 0.1, rng)
        if sweep >= 0:
            found[sweep] = weights
    return found


def _size(weights: Floats, usual: float, rng: np.random.Generator) -> float:
    """A deviation that such weights may have: its square is inverse gamma, `usual` a priori."""
    sharp = rng.gamma(1 + len(weights) / 2) / (usual**2 + float(weights @ weights) / 2)
    return float(np.clip(sharp**-0.5, NEXT_TO_NOTHING, 10.0))


def _centered(values: Floats) -> Floats:
    return np.asarray(values - values.mean(axis=0), np.float64)


def _standard(values: Floats) -> Floats:
    """Columns of mean 0 and deviation 1, what lies very far off drawn in."""
    deviation = np.maximum(values.std(axis=0), 1e-9)
    return np.asarray(np.clip(_centered(values) / deviation, -3, 3), np.float64)


def _apart(features: Floats, named: Floats) -> Floats:
    """What the features say beside what is named [n, columns]: components of mean square 1."""
    standard, named = _standard(features), _centered(named)
    gram = named.T @ named / len(named) + LEVEL * np.eye(named.shape[1])
    left = standard - named @ np.linalg.solve(gram, named.T @ standard / len(named))
    axes, sizes, _ = np.linalg.svd(left, full_matrices=False)
    kept = min(REST, int((sizes > 1e-6 * max(float(sizes[0]), 1e-9)).sum()))
    found = axes[:, :kept] * sizes[:kept]
    mean_square = float((found**2).sum()) / max(found.size, 1)
    return np.asarray(found / max(np.sqrt(mean_square), 1e-9), np.float64)


def _effect(
    k: int, varied: Sequence[int], slope: Floats, curve: Floats, along: Floats, near: Floats
) -> Effect:
    low, high = np.percentile(slope, [2.5, 97.5])
    best = np.clip(-slope / np.where(np.abs(curve) > 1e-9, 2 * curve, 1e-9), -9, 9)
    within = np.abs(best) < 1
    effect = Effect(
        trait=varied[k],
        slope=float(slope.mean()),
        low=float(low),
        high=float(high),
        sure=_sign(slope),
        along=float(along.mean()),
        along_sure=_sign(along),
        curve=float(curve.mean()),
        curve_sure=float(max(((curve * sign > 0) & within).mean() for sign in (-1, 1))),
        best=float(np.median(best)),
        partners=tuple(varied[j] for j in np.argsort(-near) if j != k and near[j] > TOGETHER),
    )
    return replace(effect, kind=_kind(effect))


def _sign(values: Floats) -> float:
    """The probability of the likelier sign."""
    return float(max((values > 0).mean(), (values < 0).mean()))


def _kind(effect: Effect) -> Kind:
    """What is sure of the trait by itself."""
    if effect.curve_sure >= SURE and abs(effect.curve) > LITTLE:
        return "middle" if effect.curve < 0 else "ends"
    if effect.sure >= SURE and abs(effect.slope) > LITTLE:
        return "more" if effect.slope > 0 else "less"
    if max(-effect.low, effect.high) < LITTLE:
        return "indifferent"
    return "unknown"


def _with_partners(effects: Sequence[Effect]) -> list[Effect]:
    """The effects, "shared" where a liking is sure but not which of several traits it is for."""
    open_ = ("unknown", "indifferent")
    told = {effect.trait for effect in effects if effect.kind not in open_}
    may = {
        effect.trait
        for effect in effects
        if effect.kind == "unknown" and _moves_along(effect) and told.isdisjoint(effect.partners)
    }
    return [
        replace(effect, kind="shared")
        if effect.trait in may and not may.isdisjoint(effect.partners)
        else effect
        for effect in effects
    ]


def _moves_along(effect: Effect) -> bool:
    return effect.along_sure >= SURE and abs(effect.along) > LITTLE


def _prominence(effect: Effect) -> tuple[bool, float]:
    """What is sure before what is not, the strongest first."""
    sizes = {"middle": abs(effect.curve), "ends": abs(effect.curve), "shared": abs(effect.along)}
    told = effect.kind not in ("unknown", "indifferent")
    return told, sizes.get(effect.kind, abs(effect.slope) * effect.sure)
