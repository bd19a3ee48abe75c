"""The arts, one folder each, and how they are found.

A built-in art is a package beside this file with a module-level `ART`. Another package offers
one through an entry point of the group `moxie.arts`, named as the art. Nothing is imported until
it is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from moxie.errors import Missing
from moxie.nn import plugins

if TYPE_CHECKING:
    from moxie.art import Art

GROUP = "moxie.arts"
"""The entry point group for arts of other packages."""


def available() -> Mapping[str, Callable[[], Art[Any]]]:
    """The name of every art there is, sorted, and how to get it; nothing is imported yet."""
    found: dict[str, Callable[[], Art[Any]]] = {
        name: partial(_plugin, name) for name in plugins.entry_points(GROUP)
    }
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg and not module.name.startswith("_"):
            found[module.name] = partial(_built_in, module.name)  # a plugin cannot replace it
    return dict(sorted(found.items()))


def find(name: str) -> Art[Any]:
    """The art of that name; raises Missing with the names known, or why a plugin fails."""
    known = available()
    if name not in known:
        raise Missing(
            "The art {art} is not known; there is {names}. Other arts come as plugins.",
            art=repr(name),
            names=", ".join(known),
        )
    return known[name]()


def usable() -> list[Art[Any]]:
    """Every art that can be loaded, by name; a broken plugin is passed over."""
    found: list[Art[Any]] = []
    for get in available().values():
        try:
            found.append(get())
        except Missing:  # `find` says why, when somebody asks for it
            continue
    return found


def _built_in(name: str) -> Art[Any]:
    return cast("Art[Any]", importlib.import_module(f"{__name__}.{name}").ART)


def _plugin(name: str) -> Art[Any]:
    point = plugins.entry_points(GROUP)[name]
    art = plugins.load(point)
    if getattr(art, "name", None) != name:
        raise Missing(
            "The plugin {plugin} cannot be used: its entry point {what} is not an art of that "
            "name. Update or uninstall it.",
            plugin=plugins.provider(point),
            what=name,
        )
    return cast("Art[Any]", art)
