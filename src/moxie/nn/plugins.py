"""How recipes and plugins are found: by looking into a package and at entry points.

Nothing is registered by hand. A recipe is a module with a `RECIPE` in its art's `recipes`
package, or an entry point of the group `moxie.recipes` named like the recipe ("painting/mine").
A plugin that cannot be loaded never stops the others: it is listed as a recipe that suits
nothing and says why.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from moxie.art import Recipe, StyleModel, Supply
from moxie.errors import Missing
from moxie.settings import Machine
from moxie.text import Message, say
from moxie.work import Plan

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

RECIPES = "moxie.recipes"
"""The entry point group of recipes; that of arts is `moxie.arts`."""


def recipes_in(package: str, art: str) -> list[Recipe[Any]]:
    """The recipes of an art, by `least_works` and then `rank`, both ascending.

    `package` is the dotted name of the art's `recipes` package. A built-in recipe that fails to
    import raises, as any defect does; a broken plugin is listed and says so when it is asked for
    a plan. Where two have one name the built-in one counts.
    """
    found = {recipe.name: recipe for recipe in _built_in(package)}
    for name, point in entry_points(RECIPES).items():
        if name.startswith(f"{art}/"):
            _add_plugin(found, name, point)
    return sorted(found.values(), key=lambda recipe: (recipe.least_works, recipe.rank, recipe.name))


def entry_points(group: str) -> Mapping[str, EntryPoint]:
    """What installed packages offer under a group, by name; the first installed counts."""
    from importlib import metadata

    found: dict[str, EntryPoint] = {}
    for point in metadata.entry_points(group=group):
        found.setdefault(point.name, point)
    return found


def load(point: EntryPoint) -> object:
    """What an entry point names; raises Missing, naming the plugin, whatever is wrong with it."""
    try:
        return point.load()
    except Exception as error:  # a plugin may fail in any way at all
        raise Missing(
            "The plugin {plugin} cannot be used: loading {what} failed with {reason}. "
            "Update or uninstall it.",
            plugin=provider(point),
            what=point.name,
            reason=_reason(error),
        ) from error


def provider(point: EntryPoint) -> str:
    """The installed package an entry point belongs to."""
    return point.dist.name if point.dist is not None else point.value


def _built_in(package: str) -> Iterator[Recipe[Any]]:
    parent = importlib.import_module(package)
    for module in pkgutil.iter_modules(parent.__path__):
        if not module.name.startswith("_"):
            recipe = getattr(importlib.import_module(f"{package}.{module.name}"), "RECIPE", None)
            if isinstance(recipe, Recipe):
                yield recipe


def _add_plugin(found: dict[str, Recipe[Any]], name: str, point: EntryPoint) -> None:
    if name in found:
        problem = say(
            "The plugin {plugin} offers {what}, a name that is already taken.",
            plugin=provider(point),
            what=name,
        )
        name = f"{name} ({provider(point)})"
        found[name] = _unusable(name, problem)
        return
    try:
        recipe = load(point)
    except Missing as error:
        found[name] = _unusable(name, error.message)
        return
    if isinstance(recipe, Recipe) and recipe.name == name:
        found[name] = recipe
        return
    problem = say(
        "The plugin {plugin} cannot be used: its entry point {what} is not a recipe of that name.",
        plugin=provider(point),
        what=name,
    )
    found[name] = _unusable(name, problem)


def _unusable(name: str, problem: Message) -> Recipe[Any]:
    """Stands for a recipe that is there but broken: last in every order, refusing with a reason."""

    def plan(_: Supply) -> Plan | None:
        raise Missing(problem.template, **problem.params)

    def build(_: Machine) -> StyleModel[Any]:
        raise Missing(problem.template, **problem.params)

    return Recipe(name, problem, least_works=sys.maxsize, rank=-1, plan=plan, build=build)


def _reason(error: Exception) -> str:
    kind = type(error).__name__
    return f"{kind}: {error}" if str(error) else kind
