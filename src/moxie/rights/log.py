"""The registry's log: entries that hold hashes, their place and time, and salted commitments.

Nothing in an entry says who or what: no name, title, prompt or path. What is private (the salt
and the particulars it commits to) is kept apart and may be deleted; the log stays whole without
it. Clocks are not trusted: the order is the order of the log, and an entry whose time is before
that of the one before it says so itself (`back`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from moxie.errors import BadInput
from moxie.rights import canon, checkpoint, merkle
from moxie.text import Message, say

KINDS = frozenset({"creation", "license", "record", "revocation", "work"})
"""What an entry may be about."""

SALT_BYTES = 32
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `subject` is the sha256 of what is registered."""

    seq: int  # its place, from 0
    kind: str  # one of KINDS
    subject: str
    commitment: str  # to the particulars, by `commit`
    record: str  # the last hash of the creation record then, or ""
    time: str  # as the machine's clock said
    back: bool = False  # the clock had been turned back
    v: int = FORMAT

    def text(self) -> str:
        """The exact text that is hashed."""
        return canon.text({field.name: getattr(self, field.name) for field in fields(self)})

    @property
    def leaf(self) -> bytes:
        """Its hash as a leaf of the tree."""
        return merkle.leaf_hash(self.text().encode())

    @classmethod
    def read(cls, line: str) -> Entry:
        """An entry's text as an entry; raises BadInput for what is none."""
        try:
            entry = cls(**canon.read(line, most=2000))
        except (ValueError, TypeError) as error:
            raise BadInput("This is no entry of the registry's log.") from error
        if not _sound(entry):
            raise BadInput("This is no entry of the registry's log.")
        return entry


def _sound(entry: Entry) -> bool:
    """Whether each field is what it should be; bool is an int to Python, and not to us."""
    return (
        type(entry.seq) is int
        and 0 <= entry.seq < 1 << 40
        and entry.v == FORMAT
        and entry.kind in KINDS
        and canon.is_hash(entry.subject)
        and canon.is_hash(entry.commitment)
        and (entry.record == "" or canon.is_hash(entry.record))
        and canon.is_time(entry.time)
        and type(entry.back) is bool
    )


def commit(salt: bytes, document: str) -> str:
    """A commitment that binds to a document and, without the salt, tells nothing about it."""
    return hashlib.sha256(b"moxie commitment\x00" + salt + document.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the store has it: its number, its leaf's hash in hexadecimal, its text.

    `subject` is what the row is filed under, and found by; None where it is not.
    """

    number: int
    leaf: str
    text: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What reading the whole log found. `faults` is empty where history is as it was signed."""

    entries: int
    checkpoints: int
    faults: tuple[Message, ...]
    back: tuple[int, ...]  # entries that say the clock had been turned back


def audit(
    rows: Iterable[Row], checkpoints: Sequence[tuple[int, str]], publics: Sequence[bytes]
) -> Audit:
    """Read the log from its first entry and hold every checkpoint against it.

    `checkpoints` are sizes and signed notes, ascending; `publics` are the keys that may have
    signed them. Each fault says where. A log cut at its end together with its checkpoints is
    found only by a checkpoint from elsewhere: see `extends`.
    """
    faults: list[Message] = []
    back: list[int] = []
    tops = {0: merkle.EMPTY}
    wanted = {size for size, _ in checkpoints}
    peaks: list[bytes] = []
    last = ""
    size = 0
    for row in rows:
        entry, fault = _read_row(row, size, last)
        if fault is not None:
            faults.append(fault)
        if entry is not None:
            last = entry.time
            back += [size] if entry.back else []
        peaks = merkle.grow(peaks, size, merkle.leaf_hash(row.text.encode()))
        size += 1
        if size in wanted:
            tops[size] = merkle.root_of_peaks(peaks)
    for at, note in checkpoints:
        fault = _held(at, note, tops, publics)
        faults += [] if fault is None else [fault]
    if size and (not checkpoints or checkpoints[-1][0] < size):
        last_signed = checkpoints[-1][0] if checkpoints else 0
        faults.append(
            say("Entries from {place} on were added without being signed.", place=last_signed)
        )
    return Audit(size, len(checkpoints), tuple(faults), tuple(back))


def _read_row(row: Row, place: int, last: str) -> tuple[Entry | None, Message | None]:
    """The entry of a row, and what is wrong with it; entries stand at their own place."""
    try:
        entry = Entry.read(row.text)
    except BadInput:
        return None, say("Entry {place} of the log cannot be read.", place=place)
    if entry.seq != place or row.number != place:
        return entry, say(
            "Entry {seq} stands at place {place}: the log was reordered, or an entry is missing.",
            seq=entry.seq,
            place=place,
        )
    if entry.leaf.hex() != row.leaf or row.subject not in {None, entry.subject}:
        return entry, say("Entry {place} of the log was rewritten.", place=place)
    if (entry.time < last) != entry.back:
        return entry, say(
            "The time of entry {place} does not follow from the one before.", place=place
        )
    return entry, None


def _held(at: int, note: str, tops: dict[int, bytes], publics: Sequence[bytes]) -> Message | None:
    """What is wrong with a checkpoint: unreadable, another's, or of another history."""
    try:
        signed = checkpoint.read(note)
    except BadInput:
        return say("The checkpoint of {size} entries cannot be read.", size=at)
    if not any(signed.signed_by(public) for public in publics):
        return say("The checkpoint of {size} entries is not signed by this studio's keys.", size=at)
    if signed.size != at or at not in tops:
        return say(
            "A checkpoint vouches for {size} entries, which the log no longer has: some are gone.",
            size=signed.size,
        )
    if signed.root != tops[at]:
        return say(
            "The log's first {size} entries are not those that were signed: they were rewritten.",
            size=at,
        )
    return None


def extends(leaves: Sequence[bytes], old: checkpoint.Signed) -> bool:
    """Whether a log with these leaf hashes begins with what an older checkpoint vouched for."""
    return old.size <= len(leaves) and merkle.root_of(leaves[: old.size]) == old.root
