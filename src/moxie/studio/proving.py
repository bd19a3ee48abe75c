"""Receipts, audits and stamps, as a person asks for them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from moxie.errors import BadInput, Missing
from moxie.rights import checkpoint, stamp
from moxie.rights import receipt as receipts
from moxie.rights.log import Audit, Entry
from moxie.rights.receipt import Proved, Receipt
from moxie.store import Library
from moxie.studio import inputs, recording, registering
from moxie.studio.making import write
from moxie.studio.registering import Registrar


@dataclass(frozen=True, slots=True)
class Audited:
    """What reading the whole log found, and what was asked for besides."""

    audit: Audit
    extends: bool | None = None  # the older checkpoint it was held against
    stamped: int | None = None  # entries of the checkpoint that a stamp was attached to
    at: str | None = None  # when the authority says that was, if it was checked
    out: Path | None = None  # where the last checkpoint was written

    @property
    def whole(self) -> bool:
        """Whether history is as it was signed."""
        return not self.audit.faults and self.extends is not False


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who a person speaks to about the registry."""

    registrar: Registrar

    def register(self, what: str | Path) -> tuple[Entry, bool]:
        """Enter a file, or a creation by its id, into the log; and whether that is new.

        Raises BadInput, Missing, and StoreError where the log was changed from outside.
        """
        path = inputs.file_at(str(what))
        library = self.registrar.library
        if path is not None:
            subject, kind, record = inputs.sha256_of(path), "work", ""
        else:
            subject, kind = _creation(library, str(what)), "creation"
            record = registering.head_of(library, subject)
        known = self.registrar.first(subject)
        return known or self.registrar.register(kind, subject, {}, record), known is None

    def receipt(self, file: Path, out: Path | None = None) -> tuple[Receipt, Path]:
        """Write what proves offline that a file is registered; beside it, unless `out` is named."""
        paper = self.registrar.receipt(inputs.sha256_of(file))
        target = out or registering.file_receipt(file)
        write(target, paper.to_bytes())
        return paper, target

    def check(
        self, file: Path, given: Path, roots: Path | None = None
    ) -> tuple[Proved, str | None]:
        """What a receipt proves of a file; BadInput says why it does not.

        With `roots` (PEM) its time stamp is checked too, and the second is the time it gives.
        """
        paper = Receipt.read(inputs.read_file(given))
        found = receipts.check(paper, inputs.sha256_of(file), self.registrar.publics())
        if roots is None:
            return found, None
        moment = stamp.verify(paper.stamp, paper.note, inputs.read_file(roots))
        return found, moment.isoformat()

    def audit(
        self,
        *,
        against: Path | None = None,
        stamped: Path | None = None,
        roots: Path | None = None,
        out: Path | None = None,
    ) -> Audited:
        """Read the registry's whole log and say whether its history is as it was signed.

        `against` is an older checkpoint or receipt that it must extend. `stamped` is an RFC 3161
        response about a checkpoint, to be attached to it, and with `roots` (PEM) to be checked.
        `out` is where the last checkpoint is written, for others to keep, stamp or witness.
        """
        found = self.registrar.audit()
        extends = None if against is None else self.registrar.extends(_note(against))
        size, at = None, None
        if stamped is not None:
            size, at = _attach(self.registrar, stamped, roots)
        if out is not None:
            last = self.registrar.library.registry.last_checkpoint()
            if last is None:
                raise Missing("The registry is empty: there is nothing to sign yet.")
            write(out, last["note"].encode())
        return Audited(found, extends, size, at, out)


def _attach(registrar: Registrar, file: Path, roots: Path | None) -> tuple[int, str | None]:
    """Attach a stamp to the checkpoint it is about: how many entries that has, and when it was."""
    response = inputs.read_file(file)
    registry = registrar.library.registry
    about = [row for row in registry.checkpoints() if stamp.is_about(response, row["note"])]
    if not about:
        raise BadInput("The stamp {name} is not about any checkpoint of this log.", name=file.name)
    at = None
    if roots is not None:
        moment = stamp.verify(response, about[-1]["note"], inputs.read_file(roots))
        at = moment.isoformat()
    size: int = about[-1]["number"]
    registry.put_stamp(size, base64.b64encode(response).decode())
    return size, at


def _note(path: Path) -> str:
    """The checkpoint in a file, which may be a receipt."""
    data = inputs.read_file(path)
    if data.lstrip()[:1] == b"{":
        return Receipt.read(data).note
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise BadInput("This is no signed checkpoint of a log.") from error
    checkpoint.read(note)
    return note


def _creation(library: Library, text: str) -> str:
    try:
        return recording.find(library, text)
    except Missing as error:
        raise Missing("{text} is neither a file nor a creation in the store.", text=text) from error
