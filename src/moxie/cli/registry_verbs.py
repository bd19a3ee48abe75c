"""What the verbs of the registry, the records and the licenses do, and how they say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput, StoreError
from moxie.flow.export import as_json
from moxie.rights.record import Event
from moxie.studio import Studio
from moxie.studio.making import write
from moxie.studio.proving import Audited
from moxie.text import Message, say


def record(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie record CREATION`: the steps, whether they are whole, and the evidence as a file."""
    if params["creation"] is None:
        raise BadInput("Say which creation: moxie record CREATION, by its id or how that begins.")
    found = studio.record(params["creation"], note=params["note"], file=params["file"])
    facts = found.to_json()
    out: Path | None = params["out"]
    sentences = [_step(event) for event in found.checked.events]
    if found.intact:
        sentences.append(say("The record is whole: {n} steps.", n=len(found.checked.events)))
    else:
        sentences += [say("The record is NOT whole:"), *found.checked.faults]
    if found.intact and not found.registered:
        sentences.append(say("Nothing outside the store vouches for it yet: export the creation."))
    if out is not None:
        write(out, as_json(facts))
        sentences.append(say("The evidence is in {path}", path=str(out)))
    return Outcome(facts, sentences, 0 if found.intact else StoreError.exit_code)


def register(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie register FILE|CREATION`: one more entry in the log, or the one there was."""
    if params["what"] is None:
        raise BadInput("Say what to register: moxie register FILE, or the id of a creation.")
    entry, new = studio.registry.register(params["what"])
    facts = {"subject": entry.subject, "seq": entry.seq, "time": entry.time, "new": new}
    seq, time = entry.seq, entry.time
    if new:
        return Outcome(facts, [say("Registered as entry {seq}, at {time}.", seq=seq, time=time)])
    before = say("It was registered before: entry {seq}, at {time}.", seq=seq, time=time)
    return Outcome(facts, [before])


def prove(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie prove`: a receipt for a file, the check of one, or the audit of the whole log."""
    file: Path | None = params["file"]
    if file is None:
        return _audit(studio, params)
    if params["receipt"] is not None:
        return _check(studio, file, params["receipt"], params["roots"])
    paper, path = studio.registry.receipt(file, params["out"])
    entry = paper.entry
    facts = {"receipt": str(path), "seq": entry.seq, "time": entry.time, "subject": entry.subject}
    made = say(
        "Entry {seq}, at {time}; the receipt is in {path}",
        seq=entry.seq,
        time=entry.time,
        path=str(path),
    )
    return Outcome(facts, [made])


def _check(studio: Studio, file: Path, receipt: Path, roots: Path | None) -> Outcome:
    found, at = studio.registry.check(file, receipt, roots)
    entry, signed = found.entry, found.signed
    facts = {
        "seq": entry.seq,
        "time": entry.time,
        "origin": signed.origin,
        "size": signed.size,
        "trusted": found.trusted,
        "stamped_at": at,
    }
    sentences = [
        say(
            "The file is entry {seq} of the log {origin}, which says {time}.",
            seq=entry.seq,
            origin=signed.origin,
            time=entry.time,
        )
    ]
    if found.trusted:
        sentences.append(say("Its checkpoint is signed by a key of this studio."))
    else:
        sentences.append(
            say("Its checkpoint fits together, but whose key signed it is not known here.")
        )
    if at is not None:
        sentences.append(say("An authority dates that checkpoint to {time}.", time=at))
    return Outcome(facts, sentences)


def _audit(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.registry.audit(
        against=params["against"],
        stamped=params["stamp"],
        roots=params["roots"],
        out=params["out"],
    )
    facts = {
        "entries": found.audit.entries,
        "checkpoints": found.audit.checkpoints,
        "whole": found.whole,
        "faults": [str(fault) for fault in found.audit.faults],
        "clock_back": list(found.audit.back),
        "extends": found.extends,
        "stamped": found.stamped,
        "stamped_at": found.at,
    }
    return Outcome(facts, _told(found), 0 if found.whole else StoreError.exit_code)


def _told(found: Audited) -> list[Message]:
    told = list(found.audit.faults)
    if not told:
        told.append(
            say(
                "The log is as it was signed: {n} entries, {checkpoints} checkpoints.",
                n=found.audit.entries,
                checkpoints=found.audit.checkpoints,
            )
        )
    told += [
        say("At entry {place} the clock had been turned back.", place=place)
        for place in found.audit.back
    ]
    if found.extends is not None:
        told.append(
            say("The log begins with all that the older checkpoint vouches for.")
            if found.extends
            else say("The log does NOT extend the older checkpoint: history was rewritten.")
        )
    if found.out is not None:
        told.append(say("The last checkpoint is in {path}", path=str(found.out)))
    return told + _stamped(found)


def _stamped(found: Audited) -> list[Message]:
    if found.stamped is None:
        return []
    if found.at is None:
        return [
            say(
                "The stamp names the checkpoint of {n} entries and is attached; who gave it was "
                "not checked (--roots does that).",
                n=found.stamped,
            )
        ]
    return [
        say(
            "The stamp is attached: {n} entries were there at {time}, says the authority.",
            n=found.stamped,
            time=found.at,
        )
    ]


def _step(event: Event) -> Message:
    at: dict[str, str | int] = {"place": event.place, "time": event.time}
    told = {
        "chosen": say("{place}. {time} chosen by a person", **at),
        "created": say("{place}. {time} created by the model", **at),
        "edited": say("{place}. {time} edited by a person", **at),
        "exported": say("{place}. {time} handed out as a file", **at),
        "rated": say("{place}. {time} rated by a person", **at),
        "rejected": say("{place}. {time} rejected by a person", **at),
        "repainted": say("{place}. {time} a region made anew, as a person asked", **at),
        "restored": say("{place}. {time} a work's missing part filled by the model", **at),
    }
    return told[event.kind]
