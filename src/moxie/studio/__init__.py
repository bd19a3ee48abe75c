"""The Python API: every verb, with a store behind it."""

from __future__ import annotations

from moxie.studio.facade import Studio
from moxie.studio.learning import Collected
from moxie.studio.people import Erased
from moxie.studio.progress import Progress, Silent, Stage
from moxie.studio.questioning import Asked
from moxie.studio.result import Exported, Restored, Result, Suggestion, WorkCounts
from moxie.studio.tasting import Tasted

__all__ = [
    "Asked",
    "Collected",
    "Erased",
    "Exported",
    "Progress",
    "Restored",
    "Result",
    "Silent",
    "Stage",
    "Studio",
    "Suggestion",
    "Tasted",
    "WorkCounts",
]
