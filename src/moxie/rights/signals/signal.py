"""One thing that a file, or something beside it, says about learning from it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LONGEST = 160
"""Characters of a quotation."""


@dataclass(frozen=True, slots=True)
class Signal:
    """`scheme` is the standard it follows ("PLUS", "CAWG", "TDMRep", "RSL", "license", "notice").

    `where` is the place it stands in ("XMP", "tdmrep.json"), `quote` what it says in its own
    words. `forbids` tells a no from what is only worth remembering (a license that permits).
    """

    scheme: str
    where: str
    quote: str
    forbids: bool = True


def quoted(text: str) -> str:
    """A stranger's words, safe to print and store: on one line, no controls, not too long."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c
        for c in text[: 4 * LONGEST]
    )
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
