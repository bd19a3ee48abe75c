"""`base`: pretrained models that recipes may stand on."""

from __future__ import annotations

from typing import Any

from moxie.cli.outcome import Outcome
from moxie.studio import Studio
from moxie.text import Message, say


def base(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Take one in, or list those there are."""
    found = studio.base(
        params["source"],
        name=params["name"] or "",
        license_=params["license"] or "",
        accepted=params["terms"] or "",
    )
    facts = [
        {
            "name": one.name,
            "sha256": one.sha256,
            "license": one.license,
            "terms": one.terms,
            "accepted": one.accepted,
            "in_use": one is found[0],
        }
        for one in found
    ]
    lines = [_line(one.name, one.sha256, one.license, used=one is found[0]) for one in found]
    return Outcome({"bases": facts}, lines or [say("No pretrained model has been taken in yet.")])


def _line(name: str, sha256: str, license_: str, *, used: bool) -> Message:
    if used:
        return say(
            "{name} ({sha256}), license {license}: in use by moxie choose --recipe "
            "literature/pretrained.",
            name=name,
            sha256=sha256[:16],
            license=license_,
        )
    return say(
        "{name} ({sha256}), license {license}.", name=name, sha256=sha256[:16], license=license_
    )
