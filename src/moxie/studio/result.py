"""What the main job hands out, as Python and as the JSON object that docs/cli.md describes."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from moxie.text import Message
from moxie.work import Calibration, Creation, Evaluation, Measure, Refusal, Sufficiency


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """How many works there are, and where they went."""

    collected: int
    refused: int
    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class Exported:
    """A creation, and the file it was written to; `also` are the same in further formats."""

    creation: Creation
    path: Path
    also: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """A work whose missing part was made anew, and the record that says so.

    `share` of it is new, 0..1. `exact` is False where the file's format keeps what is known only
    nearly; `notes` are what a person should know. Where the art mends works itself, `mask` is what
    was mended, `confidence` how sure that is, `page` shows before and after, and `kinds` are the
    shares by kind of damage, where it was found. `undone` is another file, in which changes of the
    whole work that a person named are undone, with how strong each seemed.
    """

    path: Path
    record: Path
    share: float
    exact: bool
    notes: tuple[Message, ...] = ()
    mask: Path | None = None
    confidence: Path | None = None
    page: Path | None = None
    kinds: Mapping[str, float] = field(default_factory=dict)
    undone: Path | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where a work looks damaged: a mask to edit, white there, and how sure that is.

    `share` of it is marked, 0..1; `kinds` are the shares by kind of damage.
    """

    mask: Path
    confidence: Path
    share: float
    kinds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A finished main job. `seconds` by stage; `peak_rss_mb` in megabytes (10**6 bytes)."""

    art: str
    corpus: str
    recipe: str
    seed: int
    works: WorkCounts
    refusals: tuple[Refusal, ...]
    sufficiency: Sufficiency
    evaluation: Evaluation
    creations: tuple[Exported, ...]
    report: Path
    seconds: Mapping[str, float]
    peak_rss_mb: float

    def to_json(self) -> dict[str, object]:
        """Plain data for `json.dumps(..., allow_nan=False)`; the keys are public and stable."""
        return {
            "art": self.art,
            "recipe": self.recipe,
            "seed": self.seed,
            "works": counts_json(self.works),
            "sufficiency": sufficiency_json(self.sufficiency),
            "fidelity": measure_json(self.evaluation.fidelity),
            "diversity": measure_json(self.evaluation.diversity),
            "originality": measure_json(self.evaluation.originality),
            "creations": creations_json(self.creations),
            "report": str(self.report),
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }


def counts_json(works: WorkCounts) -> dict[str, object]:
    """The works object."""
    return {
        "collected": works.collected,
        "refused": works.refused,
        "train": works.train,
        "validation": works.validation,
        "test": works.test,
    }


def sufficiency_json(sufficiency: Sufficiency) -> dict[str, object]:
    """The verdict, its curve and its sentence."""
    return {
        "verdict": sufficiency.verdict,
        "more": sufficiency.more,
        "why": str(sufficiency.why),
        "augment": sufficiency.augment,
        "augment_why": str(sufficiency.augment_why),
        "curve": [
            {"works": p.works, "loss": number(p.loss), "low": number(p.low), "high": number(p.high)}
            for p in sufficiency.curve
        ],
    }


def calibration_json(found: Calibration) -> dict[str, object]:
    """The dial, and what was measured at each setting."""
    return {
        "dial": list(found.dial),
        "floor": number(found.floor),
        "rounds": found.rounds,
        "further": found.further,
        "settings": [
            {
                "setting": round(one.setting, 4),
                "originality": measure_json(one.originality),
                "fidelity": measure_json(one.fidelity),
                "refused": number(one.refused),
            }
            for one in found.settings
        ],
        "notes": [str(note) for note in found.notes],
    }


def measure_json(measure: Measure) -> dict[str, object]:
    """A value between its controls; null where it could not be measured."""
    return {
        "value": number(measure.value),
        "low": number(measure.low),
        "high": number(measure.high),
        "floor": number(measure.floor),
        "ceiling": number(measure.ceiling),
    }


def creations_json(creations: Sequence[Exported]) -> list[dict[str, object]]:
    """Each creation with its file and the existing work it is nearest to."""
    return [
        {
            "path": str(made.path),
            "seed": made.creation.seed,
            "novelty": made.creation.novelty,
            "fidelity": number(made.creation.fidelity),
            "nearest": {
                "work": made.creation.nearest.work,
                "similarity": number(made.creation.nearest.similarity),
            },
            "flagged": made.creation.flagged,
            **({"also": [str(path) for path in made.also]} if made.also else {}),
        }
        for made in creations
    ]


def number(value: float | None) -> float | None:
    """A JSON number; JSON knows neither nan nor infinity, so they become null."""
    return value if value is not None and math.isfinite(value) else None


def peak_rss_mb() -> float:
    """The most memory this process has held, in megabytes; now's figure where that is unknown."""
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        info = psutil.Process().memory_info()
        return float(getattr(info, "peak_wset", info.rss)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6  # bytes there, KiB here
