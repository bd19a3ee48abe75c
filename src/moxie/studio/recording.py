"""The record of a creation as the studio keeps it: noted as it happens, handed out as evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from moxie.errors import BadInput, Missing, StoreError
from moxie.flow.export import as_json
from moxie.rights import canon, merkle
from moxie.rights import record as records
from moxie.rights.log import Entry
from moxie.rights.receipt import Receipt
from moxie.rights.record import Checked, Event
from moxie.store import Library
from moxie.studio import inputs
from moxie.studio.blending import Hand
from moxie.work import Creation

if TYPE_CHECKING:
    from moxie.studio.publishing import Release

S = TypeVar("S")

FORMAT = "moxie-record/1"

PERSONAL = frozenset({"corpus", "blend"})
"""What of a creation's facts is left out of its record as it stands: names that people chose."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A creation's record: its steps, what is wrong with them, and where the log vouches for it."""

    subject: str
    checked: Checked
    registered: tuple[Entry, ...]
    receipt: Receipt | None = None  # that the last of these entries is in the signed log

    @property
    def intact(self) -> bool:
        """Whether the chain is whole and agrees with the log."""
        return not self.checked.faults

    def to_json(self) -> dict[str, object]:
        """The evidence: every step's exact text, so that anyone can check the chain again."""
        return {
            "format": FORMAT,
            "subject": self.subject,
            "steps": [event.text() for event in self.checked.events],
            "head": self.checked.head,
            "intact": self.intact,
            "faults": [str(fault) for fault in self.checked.faults],
            "registered": [entry.text() for entry in self.registered],
            "receipt": None if self.receipt is None else json.loads(self.receipt.to_bytes()),
        }


def note(library: Library, subject: str, kind: str, details: Mapping[str, object]) -> Event:
    """Add a step to a creation's record, as it happens. `details` must hold nothing personal.

    Raises BadInput for a step there is not, StoreError where the record's last step is damaged.
    """
    plain = json.loads(as_json(details))  # no nan, no tuples, sentences as text

    def make(last: str | None) -> tuple[int, str]:
        before = None if last is None else _read(subject, last)
        event = records.follow(subject, before, kind, plain, canon.now())
        return event.place, event.text()

    return Event.read(library.events.append(subject, make))


def _read(subject: str, line: str) -> Event:
    try:
        return Event.read(line)
    except BadInput as error:
        raise StoreError(
            "The record of {creation} is damaged: nothing can be added to it. `moxie record` says "
            "where.",
            creation=subject,
        ) from error


def created(hand: Hand[S], creation: Creation) -> None:
    """Note that a creation was made: of which model and works, by which settings and wishes.

    Noted before the creation is kept, so that none is ever without its record.
    """
    facts = {key: value for key, value in creation.record.items() if key not in PERSONAL}
    if "blend" in creation.record:
        facts["blend"] = [
            {
                "model": d.trained.model,
                "weight": weight,
                "corpus": corpus_root([work.id for work in d.works]),
            }
            for d, weight in hand.blended
        ]
    details = {
        **facts,
        "run": creation.run,
        "seed": creation.seed,
        "index": creation.index,
        "novelty": creation.novelty,
        "size": list(creation.size),
        "attempts": creation.attempts,
        "flagged": creation.flagged,
        "nearest": {"work": creation.nearest.work, "similarity": creation.nearest.similarity},
        "corpora": [corpus_root([work.id for work in desk.works]) for desk, _ in hand.parts],
    }
    library = hand.owner.library
    note(library, creation.id, "created", details)
    if "region" in creation.record:
        led = {key: creation.record[key] for key in ("start", "region") if key in creation.record}
        note(library, creation.id, "repainted", led)


def corpus_root(works: Sequence[str]) -> dict[str, object]:
    """What stands for exactly these works: the Merkle root of their hashes, sorted."""
    leaves = [bytes.fromhex(work) for work in sorted(works)]
    return {"root": merkle.root(leaves).hex(), "works": len(leaves)}


def exported(library: Library, release: Release) -> Release:
    """Note that a creation was handed out as a file; see `publishing.Step`."""
    subject = release.label.produce_id
    if canon.is_hash(subject):
        details = {"sha256": release.facts["sha256"], "suffix": release.path.suffix.lower()}
        note(library, subject, "exported", details)
    return release


def by_person(library: Library, subject: str, kind: str, file: Path | None) -> Event:
    """Note a step that a person took: chosen, rejected, or edited into `file`. Raises BadInput."""
    if kind not in {"chosen", "edited", "rejected"}:
        raise BadInput("A person's step is chosen, rejected or edited, not {kind}.", kind=kind)
    if (kind == "edited") != (file is not None):
        raise BadInput("An edited creation is named with --file; the other steps have no file.")
    details: dict[str, object] = {}
    if file is not None:
        details["sha256"] = inputs.sha256_of(file)
    return note(library, subject, kind, details)


def find(library: Library, text: str) -> str:
    """The creation, or restored work, that a person names by its id or how that begins."""
    if canon.is_hash(text) and library.events.chain(text):
        return text
    return library.creation(text).id


def recorded(library: Library, subject: str) -> Recorded:
    """The record of a creation, checked. Raises Missing where none was kept."""
    lines = library.events.chain(subject)
    anchors = [
        Entry.read(row["entry"])
        for row in library.registry.entries(subject)
        if '"kind":"record"' in row["entry"]
    ]
    if not lines and not anchors:
        raise Missing(
            "There is no record of {creation}: it was made before records were kept.",
            creation=subject,
        )
    heads = [(entry.seq, entry.record) for entry in anchors]
    return Recorded(subject, records.check(subject, lines, heads), tuple(anchors))
