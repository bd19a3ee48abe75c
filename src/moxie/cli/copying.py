"""`moxie search-copies SUSPECT`: where a suspected copy comes from, and the evidence of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.studio import Studio
from moxie.studio.copying import Hit, Searched
from moxie.text import Message, say


def search(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Search, say what was found, and lay out the evidence where that was asked for."""
    suspect, folder = params["suspect"], params["evidence"]
    if suspect is None:
        raise BadInput("Say which file to look for: moxie search-copies FILE.")
    found, files = studio.search_copies(
        suspect, corpus=params["corpus"], against=params["against"], evidence=folder
    )
    sentences = [_found(found), *(line for hit in found.hits for line in _told(hit))]
    if folder is not None:
        page = str(Path(folder) / "evidence.html")
        sentences.append(say("Look at {report}", report=page))
    facts = {
        "suspect": found.suspect.sha256,
        "searched": found.among,
        "copies": len(found.copies),
        "hits": [_facts(hit) for hit in found.hits],
        "evidence": [str(path) for path in files],
    }
    return Outcome(facts, sentences)


def _found(found: Searched) -> Message:
    if found.copies:
        return say(
            "{name} is a copy, or has parts, of {n} of {among} works searched.",
            name=found.suspect.path.name,
            n=len(found.copies),
            among=found.among,
        )
    return say(
        "No copy was found among {among} works; that does not show that {name} is none.",
        among=found.among,
        name=found.suspect.path.name,
    )


def _told(hit: Hit) -> list[Message]:
    name = hit.original.title
    if hit.copied:
        line = say("{title}: likeness {value:.2f}.", title=name, value=hit.similarity)
    else:
        line = say(
            "{title} is the nearest, with a likeness of {value:.2f}; from 0.5 on it is a copy.",
            title=name,
            value=hit.similarity,
        )
    return [line, hit.evidence]


def _facts(hit: Hit) -> dict[str, object]:
    return {
        "id": hit.original.id,
        "kind": hit.original.kind,
        "title": hit.original.title,
        "corpus": hit.original.corpus,
        "similarity": round(hit.similarity, 4),
        "copied": hit.copied,
        "evidence": str(hit.evidence),
    }
