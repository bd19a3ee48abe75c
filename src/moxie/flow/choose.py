"""Choose the recipe that makes the most of the works, the machine and the time; say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from moxie.art import Recipe, Supply
from moxie.errors import BadInput, MoxieError, TooLittleData
from moxie.flow.race import Race
from moxie.text import Message, say
from moxie.work import Choice, Plan

S = TypeVar("S")


def choose(
    supply: Supply,
    recipes: Sequence[Recipe[S]],
    *,
    wanted: str | None = None,
    race: Callable[[Sequence[Recipe[S]], Supply], Race] | None = None,
) -> Choice:
    """The best recipe that suits the supply, its plan, and why not the others.

    A recipe suits when there are works enough, it has a plan, and the plan fits the time. The
    highest rank is best, unless others that suit share its scale: then `race`, where it is given,
    decides among them (`moxie.flow.race.race`, told all but its first two arguments). When none
    fits the time, the quickest is taken and the choice says so. `wanted` names a recipe to take
    whatever its rank and time. Raises TooLittleData when there are too few works, BadInput for an
    unknown name or one without a plan, and whatever a wanted recipe's plan raises.
    """
    if wanted is not None:
        return _choose_wanted(supply, recipes, wanted)
    plans, refusals = _plans(supply, recipes)
    if not plans:
        raise _too_little(supply, recipes, refusals)
    in_time = [r for r in recipes if r.name in plans and plans[r.name].seconds <= supply.seconds]
    if not in_time:
        name = min(plans, key=lambda n: (plans[n].seconds, n))
        why = _late(name, plans[name], supply)
        return Choice(name, plans[name], why, _others(name, plans, refusals, supply))
    best = max(in_time, key=lambda r: (r.rank, r.least_works, r.name))
    why = _fits(best.name, plans[best.name], supply)
    others = _others(best.name, plans, refusals, supply)
    choice = Choice(best.name, plans[best.name], why, others)
    rivals = [r for r in in_time if r.scale == best.scale is not None]
    if race is None or len(rivals) < 2:
        return choice
    return _raced(choice, race(rivals, supply), best.scale, supply)


def _raced(choice: Choice, race: Race, scale: str | None, supply: Supply) -> Choice:
    """The choice by rank, corrected by the race."""
    if race.winner is None or race.plan is None:
        return replace(choice, notes=race.notes)
    left = replace(supply, seconds=supply.seconds - race.seconds)
    others = dict(choice.others) | dict(race.reasons)
    others.pop(race.winner, None)
    return Choice(
        race.winner,
        race.plan,
        _fits(race.winner, race.plan, left),
        tuple(others.items()),
        race.laps,
        scale,
        race.notes,
    )


def _choose_wanted(supply: Supply, recipes: Sequence[Recipe[S]], wanted: str) -> Choice:
    found = [recipe for recipe in recipes if recipe.name == wanted]
    if not found:
        raise BadInput(
            "The recipe {recipe} is not known; there is {names}.",
            recipe=repr(wanted),
            names=", ".join(recipe.name for recipe in recipes),
        )
    [recipe] = found
    plan = recipe.plan(supply)  # first: a broken plugin says what is wrong with it here
    if supply.works < recipe.least_works:
        raise _too_little(supply, found, {})
    if plan is None:
        raise BadInput(
            "The recipe {recipe} has no way to learn from {works} works in {budget:.0f} s here.",
            recipe=wanted,
            works=supply.works,
            budget=supply.seconds,
        )
    plans, refusals = _plans(supply, [other for other in recipes if other.name != wanted])
    why = say("{recipe} was asked for.", recipe=wanted)
    passed = {name: say("{recipe} was asked for.", recipe=wanted) for name in plans}
    return Choice(wanted, plan, why, tuple((passed | refusals).items()))


def _plans(
    supply: Supply, recipes: Sequence[Recipe[S]]
) -> tuple[dict[str, Plan], dict[str, Message]]:
    """The plans of recipes that could learn from the supply, and why the others could not."""
    plans: dict[str, Plan] = {}
    refusals: dict[str, Message] = {}
    for recipe in recipes:
        try:
            plan = recipe.plan(supply)
        except MoxieError as error:  # a broken plugin must not keep the others from working
            refusals[recipe.name] = error.message
            continue
        if supply.works < recipe.least_works:
            refusals[recipe.name] = say(
                "It needs {least} works, there are {works}.",
                least=recipe.least_works,
                works=supply.works,
            )
        elif plan is None:
            refusals[recipe.name] = say(
                "It does not suit these works, this machine or a time of {budget:.0f} s.",
                budget=supply.seconds,
            )
        else:
            plans[recipe.name] = plan
    return plans, refusals


def _others(
    best: str, plans: dict[str, Plan], refusals: dict[str, Message], supply: Supply
) -> tuple[tuple[str, Message], ...]:
    reasons = dict(refusals)
    for name, plan in plans.items():
        if name == best:
            continue
        reasons[name] = say("It suits too, but {best} is ranked higher.", best=best)
        if plan.seconds > supply.seconds:
            reasons[name] = say(
                "It would take about {seconds:.0f} s here, there are {budget:.0f} s.",
                seconds=plan.seconds,
                budget=supply.seconds,
            )
    return tuple(reasons.items())


def _fits(name: str, plan: Plan, supply: Supply) -> Message:
    return say(
        "{recipe} makes the most of {works} works; on this machine ({device}, {threads} threads) "
        "it learns in about {seconds:.0f} s of the {budget:.0f} s there are.",
        recipe=name,
        works=supply.works,
        device=supply.machine.device,
        threads=supply.machine.threads,
        seconds=plan.seconds,
        budget=supply.seconds,
    )


def _late(name: str, plan: Plan, supply: Supply) -> Message:
    return say(
        "No recipe learns from {works} works in {budget:.0f} s here; {recipe} is the quickest, "
        "with about {seconds:.0f} s.",
        recipe=name,
        works=supply.works,
        seconds=plan.seconds,
        budget=supply.seconds,
    )


def _too_little(
    supply: Supply, recipes: Sequence[Recipe[S]], refusals: dict[str, Message]
) -> MoxieError:
    least = min((recipe.least_works for recipe in recipes), default=1)
    if supply.works < least:
        return TooLittleData(
            "{works} works are too few to learn from: at least {least} are needed.",
            works=supply.works,
            least=least,
        )
    reasons = " ".join(f"{name}: {reason}" for name, reason in refusals.items())
    return TooLittleData("No recipe can learn from this. {reasons}", reasons=reasons)
