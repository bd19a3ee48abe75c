"""The evidence of a suspected copy, laid out for people who have to judge it.

One folder: `evidence.html` to read, the pictures it shows, `claim.json` for programs, and a draft
notice in English and in Chinese. A person checks, completes and sends it; Moxie sends nothing.
What the method cannot tell is said where its result is said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined

from moxie.text import LANGUAGES, Catalogue, Message, Scalar, say

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}
"""Of what is shown, by its media type."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file in the case: its name, sha256, size in bytes, and when it was last changed."""

    name: str
    sha256: str
    size: int
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An original that something was copied from, and what the comparison found.

    `registered` and `record` are what the registry and the creation record say; None where
    there is nothing, which is said too. `attached` are files that belong to it, by name.
    """

    title: str
    kind: str  # "work", "creation" or "file"
    id: str
    original: str  # sha256 of the file as it was given
    rights: str | None
    similarity: float
    evidence: Message
    method: Message
    errors: Message
    limits: Message
    facts: Mapping[str, Scalar]
    shown: tuple[str, bytes] | None  # media type, data
    passages: tuple[tuple[str, str], ...] = ()  # of text: in the suspect, in the original
    registered: Mapping[str, object] | None = None
    record: Mapping[str, object] | None = None
    attached: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A suspected copy and its sources, the likeliest first. `threshold` is of similarity."""

    suspect: Filed
    sources: tuple[Source, ...]
    among: int
    threshold: float
    searched_at: str  # ISO 8601, UTC
    version: str


def pack(case: Case, catalogue: Catalogue) -> dict[str, bytes]:
    """The files of the evidence by name; the page is in the catalogue's language."""
    files: dict[str, bytes] = {}
    shown: list[str | None] = []
    for number, source in enumerate(case.sources, 1):
        shown.append(None)
        if source.shown is not None and source.shown[0] in SUFFIXES:
            name = f"match-{number}{SUFFIXES[source.shown[0]]}"
            files[name], shown[-1] = source.shown[1], name
        for name, data in source.attached.items():
            files[f"original-{number}-{name}"] = data
    rows = [(n, *row) for n, row in enumerate(zip(case.sources, shown, strict=True), 1)]
    page = _render("evidence.html", catalogue, case=case, rows=rows)
    files["evidence.html"] = page.encode()
    for language in LANGUAGES:
        text = _render("notice.txt", Catalogue.load(language), case=case)
        files[f"draft-notice.{language}.txt"] = text.encode()
    files["claim.json"] = _claim(case, shown, files)
    return files


def verdict(case: Case) -> Message:
    """What was found, and no more."""
    copies = sum(source.similarity >= case.threshold for source in case.sources)
    if copies:
        return say(
            "{name} agrees with {n} of the {among} works searched to a degree that different "
            "works do not reach.",
            name=case.suspect.name,
            n=copies,
            among=case.among,
        )
    return say(
        "No copy was found: {name} agrees with none of the {among} works searched to a degree "
        "that different works do not reach. That does not show that it is no copy of them, or of "
        "others.",
        name=case.suspect.name,
        among=case.among,
    )


def _render(name: str, catalogue: Catalogue, **facts: object) -> str:
    environment = Environment(
        loader=PackageLoader("moxie.rights", "templates"),
        autoescape=name.endswith(".html"),  # the notices are plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        t=catalogue,
        say=catalogue.render,
        verdict=verdict,
        caution=caution,
        extent=extent,
        fact=_FACTS.get,
        language=catalogue.language,
    )
    return environment.get_template(name).render(**facts)


def extent(source: Source) -> Message | None:
    """How much of one lies in the other, in words; None where that was not measured."""
    taken = source.facts.get("share_of_suspect_from_original")
    shown = source.facts.get("share_of_original_in_suspect")
    if not (isinstance(taken, float) and isinstance(shown, float)):
        return None
    if source.facts.get("mirrored"):
        return say(
            "About {taken:.0f} % of the suspect's area is from {title}, mirrored; it shows about "
            "{shown:.0f} % of it.",
            taken=100 * taken,
            shown=100 * shown,
            title=source.title,
        )
    return say(
        "About {taken:.0f} % of the suspect's area is from {title}; it shows about {shown:.0f} % "
        "of it.",
        taken=100 * taken,
        shown=100 * shown,
        title=source.title,
    )


def caution(source: Source) -> Message | None:
    """What the rights recorded of a source mean for a claim on it; None where nothing is amiss."""
    rights = source.rights or "undeclared"
    if rights == "public-domain":
        return say(
            "This store says that {title} is in the public domain: then nobody can forbid copies "
            "of it.",
            title=source.title,
        )
    if rights.startswith("license:"):
        return say(
            "{title} is used in this store under a license ({license}): the claim is for who "
            "holds the rights, and the same license may allow the copy.",
            title=source.title,
            license=rights.removeprefix("license:"),
        )
    if rights == "undeclared" and source.kind != "creation":
        return say(
            "Nobody has declared in this store whose work {title} is: be sure of it first.",
            title=source.title,
        )
    if source.kind == "creation":
        return say(
            "{title} was made with a program: whether it is protected, and for whom, depends on "
            "what a person contributed and on the law; the record of its making is the evidence.",
            title=source.title,
        )
    return None


def _claim(case: Case, shown: Sequence[str | None], files: Mapping[str, bytes]) -> bytes:
    """The same for programs: sentences in English, figures as they are; and what every other
    file of the evidence hashes to.
    """
    facts = {
        "format": "moxie-claim/1",
        "status": "evidence for a person to judge; nothing was sent to anyone",
        "verdict": str(verdict(case)),
        "searched_at": case.searched_at,
        "searched_works": case.among,
        "threshold": case.threshold,
        "program": f"moxie {case.version}",
        "suspect": {
            "name": case.suspect.name,
            "sha256": case.suspect.sha256,
            "bytes": case.suspect.size,
            "changed": case.suspect.changed,
        },
        "sources": [
            {
                "title": source.title,
                "kind": source.kind,
                "sha256": source.id,
                "original_sha256": source.original,
                "rights": source.rights,
                "caution": None if (careful := caution(source)) is None else str(careful),
                "similarity": round(source.similarity, 4),
                "copied": source.similarity >= case.threshold,
                "evidence": str(source.evidence),
                "extent": None if (words := extent(source)) is None else str(words),
                "facts": dict(source.facts),
                "method": str(source.method),
                "errors": str(source.errors),
                "limits": str(source.limits),
                "picture": picture,
                "passages": [
                    {"suspect": here, "original": there} for here, there in source.passages
                ],
                "registered": source.registered,
                "record": source.record,
                "attached": sorted(source.attached),
            }
            for source, picture in zip(case.sources, shown, strict=True)
        ],
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=2)
    return (text + "\n").encode()


_FACTS: Mapping[str, Message] = {
    "details_in_common": say("Details in one arrangement in both (inliers)"),
    "cells_in_common": say("Cells of the 12 x 12 grid with such a detail"),
    "cells_needed": say("Cells needed to count as a copy"),
    "composition_similarity": say("Likeness of the whole compositions (0 to 1)"),
    "mirrored": say("The suspect is mirrored"),
    "turned_degrees": say("Turned by (degrees)"),
    "scaled_by": say("Size of the copied part beside the original"),
    "share_of_original_in_suspect": say("Share of the original that lies in the suspect"),
    "share_of_suspect_from_original": say("Share of the suspect that comes from the original"),
    "lightness_correlation": say("Correlation of lightness once laid over each other (-1 to 1)"),
    "bars_of_suspect": say("Bars of the suspect"),
    "bars_of_original": say("Bars of the original"),
    "watermark_bits": say("Bits of this studio's watermark found in the suspect, of 64"),
    "watermark_needed": say("Bits needed to say that it comes from a marked copy (by chance 32)"),
    "letters": say("Letters of the longest passage in common"),
    "coverage_8": say("Share of the suspect's letters in runs of 8 in common"),
    "coverage_12": say("Share of the suspect's letters in runs of 12 in common"),
    "coverage_20": say("Share of the suspect's letters in runs of 20 in common"),
}
"""What the figures of a comparison are called; others are left to `claim.json`."""
