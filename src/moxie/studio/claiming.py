"""Lays out the evidence of a suspected copy: what was found, and what the store can prove of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np

import moxie
from moxie.flow.export import as_json, record_json
from moxie.rights import evidence, quoting
from moxie.rights.evidence import Case, Filed, Source
from moxie.rights.record import Event
from moxie.rights.watermark import ACCEPTED
from moxie.store import Library, atomic
from moxie.studio import marking, recording
from moxie.studio.copying import CERTAIN, Hit, Original, Searched, Searcher, decode
from moxie.studio.registering import registrar
from moxie.text import Catalogue, say
from moxie.work import Creation

MOST = 8
"""Sources laid out in one case; the likeliest."""

PASSAGES, LONGEST = 5, 600
"""Passages of a text that are shown, and characters of each."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the store can prove of an original; `files` go into the folder beside it."""

    registered: Mapping[str, object] | None = None
    record: Mapping[str, object] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


ATTACHED = 1 << 25
"""Bytes of a stored original that is put beside the evidence; larger ones stay in the store."""

Prove: TypeAlias = Callable[[Original], Proof]


def lay_out(
    searcher: Searcher, found: Searched, folder: Path, catalogue: Catalogue, prove: Prove
) -> list[Path]:
    """Write the evidence into a folder, the suspect itself too; raises CannotWrite."""
    hits = found.hits[:MOST]
    case = Case(
        suspect=_filed(found),
        sources=tuple(_source(searcher, found, hit, prove(hit.original)) for hit in hits),
        among=found.among,
        threshold=CERTAIN,
        searched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=moxie.__version__,
    )
    files = evidence.pack(case, catalogue)
    files[f"suspect{found.suspect.path.suffix.lower()}"] = found.suspect.data
    atomic.make_folder(folder)
    for name, data in sorted(files.items()):
        atomic.write(folder / name, data)
    return [folder / name for name in sorted(files)]


def closer(searcher: Searcher, found: Searched) -> Searched:
    """The same hits, each looked at as a pair, so that all that is said of one is one figure."""
    suspect = found.suspect
    if suspect.art is None:
        return found
    hits = []
    for hit in found.hits:
        original = suspect.art.read(searcher.read(hit.original), hit.original.id)
        pair = suspect.art.compare(suspect.content, original)
        if pair.similarity >= hit.similarity:  # one pair is looked at more closely than many
            hit = replace(hit, similarity=pair.similarity, evidence=pair.evidence)  # noqa: PLW2901
        hits.append(hit)
    return replace(found, hits=tuple(hits))


def prover(library: Library, home: Path) -> Prove:
    """What a store can prove of its works and creations: its registry and their records."""

    def prove(original: Original) -> Proof:
        files: dict[str, bytes] = {}
        record = _record(library, original)
        if record is not None:
            files["record.json"] = as_json(record)
        if isinstance(original.maker, Creation):
            files["creation.json"] = record_json(original.maker)
        registered = _registered(library, home, original, files)
        return Proof(registered, record, files)

    return prove


def _record(library: Library, original: Original) -> Mapping[str, object] | None:
    """A creation's record with its steps, checked; None where there is none."""
    if not library.events.chain(original.id):
        return None
    return recording.recorded(library, original.id).to_json()


def _registered(
    library: Library, home: Path, original: Original, files: dict[str, bytes]
) -> Mapping[str, object] | None:
    """The earliest entry of the log about an original or a file it was handed out as.

    Its receipt, which proves it offline, is added to `files`.
    """
    handed_out = [
        str(event.details["sha256"])
        for event in _events(library, original.id)
        if event.kind == "exported" and "sha256" in event.details
    ]
    clerk = registrar(library, home)
    asked = dict.fromkeys((original.original, original.id, *handed_out))
    entries = [entry for subject in asked if (entry := clerk.first(subject)) is not None]
    if not entries:
        return None
    first = min(entries, key=lambda entry: entry.seq)
    files["receipt.json"] = clerk.receipt(first.subject).to_bytes()
    return {
        "number_in_log": first.seq,
        "time_by_this_machine": first.time,
        "kind": first.kind,
        "sha256_registered": first.subject,
    }


def _events(library: Library, subject: str) -> list[Event]:
    return [Event.read(line) for line in library.events.chain(subject)]


def _filed(found: Searched) -> Filed:
    suspect = found.suspect
    try:
        seconds = suspect.path.stat().st_mtime
        changed = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OSError, ValueError, OverflowError):
        changed = None
    return Filed(suspect.path.name, suspect.sha256, len(suspect.data), changed)


def _mark(home: Path, found: Searched, hit: Hit, original: object) -> dict[str, int]:
    """How many bits of the studio's watermark the suspect has, where a creation may have one."""
    if not (hit.copied and isinstance(hit.original.maker, Creation)):
        return {}
    if not isinstance(original, np.ndarray) or not isinstance(found.suspect.content, np.ndarray):
        return {}
    bits = marking.agreeing(home, hit.original.id, found.suspect.content, original)
    return {} if bits is None else {"watermark_bits": bits, "watermark_needed": ACCEPTED}


def _source(searcher: Searcher, found: Searched, hit: Hit, proof: Proof) -> Source:
    original = hit.original
    data = searcher.read(original)
    attached = dict(proof.files)
    if original.kind != "file" and len(data) <= ATTACHED:
        attached[f"stored{_suffix(data)}"] = data
    facts: dict[str, str | int | float | bool] = {}
    shown, method, errors, limits = None, TEXT_METHOD, TEXT_ERRORS, TEXT_LIMITS
    passages: tuple[tuple[str, str], ...] = ()
    if hit.quoted is not None:
        facts = _figures(hit.quoted)
        passages = _passages(hit.quoted, found.suspect.content, data)
    if found.suspect.art is not None:
        art = found.suspect.art
        content = art.read(data, original.id)
        compared = art.compare(found.suspect.content, content)
        facts, shown = dict(compared.facts), (compared.shown.media_type, compared.shown.data)
        method, errors, limits = compared.method, compared.errors, compared.limits
        facts |= _mark(searcher.home, found, hit, content)
    return Source(
        title=original.title,
        kind=original.kind,
        id=original.id,
        original=original.original,
        rights=None if original.rights is None else str(original.rights),
        similarity=hit.similarity,
        evidence=hit.evidence,
        method=method,
        errors=errors,
        limits=limits,
        facts=facts,
        shown=shown,
        passages=passages,
        registered=proof.registered,
        record=proof.record,
        attached=attached,
    )


def _suffix(data: bytes) -> str:
    """The ending of what is stored: pictures are PNG; other forms are told by their content."""
    return ".png" if data.startswith(b"\x89PNG") else ".json" if data[:1] == b"{" else ".bin"


def _figures(quoted: quoting.Quoted) -> dict[str, str | int | float | bool]:
    covered = zip(quoting.RUNS, quoted.coverage, strict=True)
    shares = {f"coverage_{run}": round(share, 3) for run, share in covered}
    return {"letters": quoted.letters, **shares}


def _passages(quoted: quoting.Quoted, suspect: str, data: bytes) -> tuple[tuple[str, str], ...]:
    text = decode(data, "the original")
    return tuple(
        (suspect[s.start : s.end][:LONGEST], text[s.there_start : s.there_end][:LONGEST])
        for s in quoted.spans[:PASSAGES]
    )


TEXT_METHOD = say(
    "Letters are compared without spaces, punctuation, case and width. Runs of 8, 12 and 20 "
    "letters in common are counted, and the longest passage taken word for word. A text counts as "
    "a copy from 30 % of it in runs of 12, or from a passage of 60 letters."
)
TEXT_ERRORS = say(
    "Measured on 310 texts by Lu Xun and poets of the Tang and Song, each against all others: two "
    "pairs counted as copies, and both are one text that its author printed twice. Of the others "
    "the nearest reached 0.49: two essays that quote the same 59 letters."
)
TEXT_LIMITS = say(
    "This finds what was taken word for word. It does not see translation, paraphrase, plot or "
    "style, and it cannot tell who wrote first, or whether a quotation is allowed."
)
