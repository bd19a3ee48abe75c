"""`moxie labels FILE...`: what is found in files. No store is needed, and none is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.studio.labelling import Looked, look
from moxie.text import Message, say

WORST = 2
"""The exit code when a file cannot be read, or its labels are not as they should be."""


def check(params: dict[str, Any]) -> Outcome:
    """Look into each file."""
    files: Sequence[Path] = params["files"]
    if not files:
        raise BadInput("Say which files to look into: moxie labels FILE...")
    looked = list(look(files))
    facts = {"files": [_facts(one) for one in looked]}
    sentences = [sentence for one in looked for sentence in _sentences(one)]
    return Outcome(facts, sentences, 0 if all(one.well for one in looked) else WORST)


def _facts(one: Looked) -> dict[str, object]:
    if one.found is None:
        return {"path": str(one.path), "status": "unreadable", "problems": [str(one.why)]}
    found = one.found
    return {
        "path": str(one.path),
        "status": found.status,
        "aigc": [dict(label) for label in found.aigc],
        "source": found.source,
        "mining": found.mining,
        "license": found.license,
        "where": list(found.where),
        "problems": [str(problem) for problem in found.problems],
    }


def _sentences(one: Looked) -> list[Message]:
    if one.found is None:
        assert one.why is not None
        return [say("{path}: cannot be read.", path=str(one.path)), one.why]
    found = one.found
    return [_status(one.path, found.status), *_told(one), *found.problems]


def _status(path: Path, status: str) -> Message:
    name = str(path)
    if status == "none":
        return say("{path}: no label.", path=name)
    if status == "one":
        return say("{path}: one label.", path=name)
    if status == "duplicate":
        return say("{path}: more labels than one.", path=name)
    if status == "contradiction":
        return say("{path}: labels that contradict each other.", path=name)
    return say("{path}: a label that is not as it should be.", path=name)


def _told(one: Looked) -> list[Message]:
    found = one.found
    assert found is not None
    told = [
        say(
            "  AIGC label: {label}, producer {producer}, number {number}",
            label=label.get("Label", "?"),
            producer=label.get("ContentProducer") or "?",
            number=label.get("ProduceID") or "?",
        )
        for label in found.aigc
    ]
    if found.source:
        told.append(say("  Source type: {source}", source=found.source))
    if found.mining:
        told.append(say("  Data mining: {mining}", mining=found.mining))
    if found.license:
        told.append(say("  License: {license}", license=found.license))
    return told
