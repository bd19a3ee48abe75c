"""`base`: pretrained models that recipes may stand on."""

from __future__ import annotations

from typing import Any

from moxie.cli.outcome import Outcome
from moxie.studio import Studio, bases
from moxie.text import Message, say


def base(_: Studio, params: dict[str, Any]) -> Outcome:
    """Take one in, or list those there are."""
    source = params["source"]
    if source is not None:
        bases.take(
            source,
            name=params["name"] or "",
            license_=params["license"] or "",
            accepted=params["terms"] or "",
        )
    used, found = bases.in_use(), bases.known()
    facts = [
        {
            "name": one.name,
            "sha256": one.sha256,
            "license": one.license,
            "terms": one.terms,
            "accepted": one.accepted,
            "in_use": one == used,
        }
        for one in found
    ]
    lines = [_line(one.name, one.sha256, one.license, used=one == used) for one in found]
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
    return say("{name} ({sha256}), license {license}.", name=name, sha256=sha256[:16], license=license_)
