"""The kinds of damage a painting suffers, in the words of conservators."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Marked: TypeAlias = NDArray[np.bool_]
"""bool [h, w], True where a picture is damaged"""


class Kind(StrEnum):
    """One kind of damage."""

    CRACKS = "cracks"
    """Craquelure: a net of fine lines where the paint layer broke."""
    SCRATCHES = "scratches"
    """Lines that something drew across the surface."""
    TEARS = "tears"
    """Long jagged openings through the support."""
    LOSSES = "losses"
    """Islands where the paint is gone and ground or canvas shows."""
    STAINS = "stains"
    """Discoloured places under which the paint still is."""


KINDS: tuple[Kind, ...] = tuple(Kind)
"""All of them, the finest first."""
