"""Terms that have to be accepted before a base is used: those of Gemma.

Gemma is not under an open-source license. Google's terms go with the weights and with whatever is
derived from them; adapters are. What a model writes is not claimed.
"""

from __future__ import annotations

from moxie.errors import NotPermitted
from moxie.text import say

GEMMA = "Gemma"
VERSION = "2026-04-01"
"""When the terms of Gemma 3 were last modified."""

SUMMARY = say(
    "Gemma is not open source: Google's Gemma Terms of Use ({version}, ai.google.dev/gemma/terms) "
    "go with it. You may use it and change it, also for business, but not for what the Prohibited "
    "Use Policy forbids. Whoever hands on the model, or anything learnt with it such as an "
    "adapter, must hand on these terms and their limits and say what was changed. Google claims "
    "nothing of what it writes. If you accept this, say so: --accept-terms gemma.",
    version=VERSION,
)

NOTICE = (
    "Gemma is provided under and subject to the Gemma Terms of Use found at "
    "ai.google.dev/gemma/terms\n"
)
"""What must stand beside weights, and adapters, that are handed on."""


def needed(kind: str) -> bool:
    """Whether a model of a kind, as its config names it, is under Gemma's terms.

    Gemma 4 is under Apache-2.0.
    """
    return kind.startswith(("gemma", "paligemma")) and not kind.startswith("gemma4")


def demand(accepted: str) -> None:
    """Raise NotPermitted, with the terms, unless they were accepted."""
    if accepted.lower() != GEMMA.lower():
        raise NotPermitted(SUMMARY.template, **SUMMARY.params)
