"""Moxie 模写: from imitation to something of one's own.

`Studio` is the Python API; everything else is found by following the tree in README.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moxie.studio import Result, Studio

__version__ = "0.1.0"
__all__ = ["Result", "Studio", "__version__"]


def __getattr__(name: str) -> object:
    """Import the studio when it is first asked for: `moxie --help` needs none of it."""
    if name in {"Result", "Studio"}:
        from moxie import studio

        return getattr(studio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
