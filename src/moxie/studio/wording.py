"""A person's taste in sentences of one language: what is preferred, how sure that is, what is open.

What a trait is called is itself a sentence of the catalogue, so these are put together here and
not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from moxie.studio.preferring import Preference
from moxie.studio.tasting import Estimate, Tasted
from moxie.taste.explain import Effect
from moxie.text import Catalogue, Scalar

STRONG, SLIGHT = 0.5, 0.25
"""Deviations of liking per deviation of a trait from which a preference is strong, or clear."""

FEW = 10
"""Up to so many answers little can be known."""

NAMED = 6
"""Traits named in one sentence; of more, the number is said."""


def prefers(found: Preference, t: Catalogue) -> list[str]:
    """What is preferred, the strongest first, then what makes no difference and what is open."""
    told = list(_told(found, t))
    if not told:
        told = [t("Nothing can be said for sure yet: more answers are needed.")]
    indifferent = [_either(found, one, t) for one in found.effects if one.kind == "indifferent"]
    unknown = [_either(found, one, t) for one in found.effects if one.kind == "unknown"]
    if indifferent:
        told.append(t("What makes little difference: {traits}.", traits=_listed(indifferent, t)))
    if unknown:
        told.append(t("What is not known yet: {traits}.", traits=_listed(unknown, t)))
    return told


def _told(found: Preference, t: Catalogue) -> Iterator[str]:
    shared = {one.trait: one for one in found.effects if one.kind == "shared"}
    for effect in found.effects:
        if effect.kind in ("more", "less"):
            yield _straight(found, effect, t)
        elif effect.kind in ("middle", "ends"):
            yield _bent(found, effect, t)
        elif effect.trait in shared:
            group = [effect, *(shared[k] for k in effect.partners if k in shared)]
            for one in group:
                shared.pop(one.trait, None)
            yield _one_of(found, group, t)


def _straight(found: Preference, effect: Effect, t: Catalogue) -> str:
    what, other = ends(found, effect.trait, effect.slope, t)
    facts: dict[str, Scalar] = {"what": what, "other": other, "percent": _percent(effect.sure)}
    if abs(effect.slope) >= STRONG:
        return t("Strongly prefers {what} to {other} ({percent} % sure).", **facts)
    if abs(effect.slope) >= SLIGHT:
        return t("Prefers {what} to {other} ({percent} % sure).", **facts)
    return t("Slightly prefers {what} to {other} ({percent} % sure).", **facts)


def _bent(found: Preference, effect: Effect, t: Catalogue) -> str:
    more, less = ends(found, effect.trait, 1.0, t)
    facts: dict[str, Scalar] = {"more": more, "less": less, "percent": _percent(effect.curve_sure)}
    if effect.kind == "middle":
        return t("Likes best what lies between {less} and {more} ({percent} % sure).", **facts)
    return t("Likes {less} or {more}, and what lies between less ({percent} % sure).", **facts)


def _one_of(found: Preference, group: Sequence[Effect], t: Catalogue) -> str:
    named = [ends(found, one.trait, one.along, t)[0] for one in group]
    return t(
        "Prefers at least one of these, which go together here, so that the answers cannot tell "
        "which: {traits}.",
        traits=_listed(named, t),
    )


def reliable(found: Preference, t: Catalogue) -> list[str]:
    """How steadily the person answers, how well the taste predicts, and what speaks against it."""
    said = [_tested(found.known, t), *_steady(found.known, t)]
    if found.answers <= FEW:
        said.insert(0, t("These are few answers ({n}): it may all change.", n=found.answers))
    return said


def _tested(known: Tasted, t: Catalogue) -> str:
    if known.tested is None:
        return t(
            "How well the taste predicts is not known yet: one question in ten is kept aside "
            "to measure that."
        )
    return t(
        "Of pairs kept aside, {share} % are predicted rightly (95 % interval {low} to "
        "{high}, {n} pairs); chance is 50 %.",
        **_shares(known.tested),
    )


def _steady(known: Tasted, t: Catalogue) -> Iterator[str]:
    if known.steady is not None:
        yield t(
            "Asked the same again, {who} agrees with the first answer on {share} % of pairs "
            "(95 % interval {low} to {high}, {n} pairs).",
            who=known.who,
            **_shares(known.steady),
        )
    if known.contradicted:
        yield t(
            "Of {compared} pairs compared more than once, {contradicted} were answered both ways.",
            compared=known.compared,
            contradicted=known.contradicted,
        )


def changed(found: Preference, t: Catalogue) -> list[str]:
    """What became of the model that was tuned by this taste; nothing where there is none."""
    if found.tuned is None:
        return []
    said = [t.render(found.tuned.why)]
    sure = [one for one in found.moved if not one.low <= 0 <= one.high]
    if sure:
        more = [ends(found, one.trait, one.by, t)[0] for one in sure]
        said.append(
            t(
                "What its creations have more of than those of the model before: {traits}.",
                traits=_listed(more, t),
            )
        )
    elif found.moved:
        said.append(t("No trait of its creations differs surely from those of the model before."))
    return said


def meaning(effect: Effect, t: Catalogue) -> str:
    """What an effect comes to, in a word or two beside its bar."""
    return {
        "more": t("sure"),
        "less": t("sure"),
        "middle": t("best in between"),
        "ends": t("best at either end"),
        "shared": t("cannot be told apart"),
        "indifferent": t("little difference"),
        "unknown": t("not known yet"),
    }[effect.kind]


def ends(found: Preference, trait: int, sign: float, t: Catalogue) -> tuple[str, str]:
    """The end of the trait on the side of the sign, and the other one."""
    named = found.traits[trait]
    both = t.render(named.more), t.render(named.less)
    return both if sign > 0 else both[::-1]


def _either(found: Preference, effect: Effect, t: Catalogue) -> str:
    more, less = ends(found, effect.trait, 1.0, t)
    return t("{more} or {less}", more=more, less=less)


def _listed(named: Sequence[str], t: Catalogue) -> str:
    """A list in a sentence; what is too much for one is counted."""
    between = "；" if t.language == "zh" else "; "
    shown = between.join(named[:NAMED])
    if len(named) <= NAMED:
        return shown
    return t("{traits}, and {n} more", traits=shown, n=len(named) - NAMED)


def _percent(share: float) -> int:
    return min(99, int(100 * share))


def _shares(of: Estimate) -> dict[str, int]:
    return {
        "share": round(100 * of.value),
        "low": round(100 * of.low),
        "high": round(100 * of.high),
        "n": of.n,
    }
