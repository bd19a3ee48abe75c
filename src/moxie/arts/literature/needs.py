"""The packages of the extra `[literature]`, loaded when they are needed."""

from __future__ import annotations

import importlib
from types import ModuleType

from moxie.errors import Missing


def need(name: str) -> ModuleType:
    """The package, imported; raises Missing with the command that installs it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(
            'Literature needs the package {name}: pip install "moxie-studio[literature]".',
            name=name.partition(".")[0],
        ) from error
