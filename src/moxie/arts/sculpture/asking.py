"""Sizes, as a person writes them."""

from __future__ import annotations

import re

from moxie.errors import BadInput

SMALLEST, LARGEST, USUAL = 32, 160, 96
"""Voxels along the longest side of a creation."""


def size(text: str | None) -> tuple[int, ...]:
    """`96` (or `96^3`, `96³`): voxels along the longest side. None is the usual; BadInput."""
    if text is None:
        return (USUAL,)
    found = re.fullmatch(r"\s*(\d{1,4})\s*(?:\^3|³)?\s*", text)
    if found is None:
        raise BadInput(
            "The size {text} is not understood: write how many voxels the longest side has, for "
            "example {usual}.",
            text=repr(text),
            usual=USUAL,
        )
    if not SMALLEST <= int(found[1]) <= LARGEST:
        raise BadInput(
            "A sculpture cannot be made {n} voxels large: it may have {least} to {most}.",
            n=int(found[1]),
            least=SMALLEST,
            most=LARGEST,
        )
    return (int(found[1]),)
