"""The Python API: every verb, with a store behind it."""

from __future__ import annotations

from moxie.studio.facade import Studio
from moxie.studio.learning import Collected
from moxie.studio.progress import Progress, Silent, Stage
from moxie.studio.result import Exported, Restored, Result, WorkCounts

__all__ = [
    "Collected",
    "Exported",
    "Progress",
    "Restored",
    "Result",
    "Silent",
    "Stage",
    "Studio",
    "WorkCounts",
]
