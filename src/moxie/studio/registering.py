"""Register in the studio's log, prove that something was registered, and audit the log itself."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from moxie.errors import BadInput, Missing, StoreError
from moxie.rights import canon, checkpoint, log, merkle
from moxie.rights.log import SALT_BYTES, Audit, Entry, Row
from moxie.rights.receipt import Receipt, check
from moxie.rights.signing import Signer, key_id
from moxie.store import Library, atomic
from moxie.store.registry import Line, Tip
from moxie.studio.keyring import keyring
from moxie.text import Message, say

if TYPE_CHECKING:
    from moxie.rights.keys import Keyring
    from moxie.studio.publishing import Release

KEPT = Path("log") / "checkpoint"
"""The last checkpoint once more, beside the database: a database put back from an older copy,
or cut, does not agree with it."""


@dataclass(slots=True)
class Registrar:
    """Who adds to the log of a store, and answers for it. Opens the keys when first needed."""

    library: Library
    home: Path
    open_keys: Callable[[], Keyring]
    clock: Callable[[], str] = canon.now
    _keys: list[Keyring] = field(default_factory=list, repr=False)

    @property
    def keys(self) -> Keyring:
        """The studio's keys."""
        if not self._keys:
            self._keys.append(self.open_keys())
        return self._keys[0]

    def publics(self) -> list[bytes]:
        """Every key that may have signed a checkpoint, retired and revoked ones too."""
        return [key.public for key in self.keys.keys if key.kind == "statements"]

    def register(
        self, kind: str, subject: str, particulars: Mapping[str, object], record: str = ""
    ) -> Entry:
        """Add an entry about the sha256 `subject`, or find the one there is.

        `particulars` are kept apart, salted and deletable; the log gets a commitment to them.
        Raises StoreError where the log was changed from outside, CannotWrite on a full disk.
        """
        for known in self.entries(subject):
            if known.kind == kind and known.record == record:
                return known
        signer, kept = self.keys.signer(), self._kept()
        document, salt = canon.text(particulars), secrets.token_bytes(SALT_BYTES)
        made: list[Entry] = []

        def make(tip: Tip) -> Line:
            peaks, origin = self._peaks(tip, signer, kept)
            time = self.clock()
            entry = Entry(
                seq=tip.size,
                kind=kind,
                subject=subject,
                commitment=log.commit(salt, document),
                record=record,
                time=time,
                back=bool(tip.last) and time < _last(tip).time,
            )
            grown = merkle.grow(peaks, tip.size, entry.leaf)
            top = merkle.root_of_peaks(grown)
            note = checkpoint.sign(origin, tip.size + 1, top, [signer])
            made[:] = [entry]
            return Line(
                subject=subject,
                leaf=entry.leaf.hex(),
                entry=entry.text(),
                salt=salt.hex(),
                document=document,
                peaks=" ".join(peak.hex() for peak in grown),
                note=note,
            )

        line = self.library.registry.append(make)
        atomic.make_folder((self.home / KEPT).parent)
        atomic.write(self.home / KEPT, line.note.encode())
        return made[0]

    def entries(self, subject: str) -> list[Entry]:
        """What the log says of a sha256, in its order. Raises StoreError for a damaged entry."""
        rows = self.library.registry.entries(subject)
        try:
            return [Entry.read(row["entry"]) for row in rows]
        except BadInput as error:
            raise _changed(rows[0]["number"]) from error

    def first(self, subject: str) -> Entry | None:
        """The entry by which something was first registered; None where it was not."""
        found = [entry for entry in self.entries(subject) if entry.kind in {"creation", "work"}]
        return found[0] if found else None

    def receipt(self, subject: str) -> Receipt:
        """What proves offline that `subject` was registered, and first when. Raises Missing."""
        entry = self.first(subject)
        if entry is None:
            raise Missing("{subject} is not registered here.", subject=subject)
        return self.proof(entry)

    def last_proof(self, entries: Sequence[Entry]) -> Receipt | None:
        """The receipt of the last of some entries; None where there is none to be had."""
        with suppress(StoreError):
            return self.proof(entries[-1]) if entries else None
        return None

    def proof(self, entry: Entry) -> Receipt:
        """That an entry is in the log, under the first stamped checkpoint, or else the last one.

        Raises StoreError where it is not.
        """
        row = self.library.registry.best_checkpoint(entry.seq)
        if row is None:
            raise _changed(entry.seq)
        try:
            signed = checkpoint.read(row["note"])
            stamped = base64.b64decode(row["stamp"])
        except (BadInput, ValueError) as error:
            raise _changed(entry.seq) from error
        leaves = _hashes(self.library.registry.leaves(signed.size))
        if not entry.seq < len(leaves) == signed.size or leaves[entry.seq] != entry.leaf:
            raise _changed(entry.seq)
        proof = tuple(merkle.inclusion_of(leaves, entry.seq))
        public = next((key for key in self.publics() if signed.signed_by(key)), b"")
        paper = Receipt(entry, proof, row["note"], public, stamped)
        with suppress(BadInput):
            check(paper, entry.subject, [public])
            return paper
        raise _changed(entry.seq)

    def audit(self) -> Audit:
        """Read the whole log and hold every signature against it, and the checkpoint kept apart."""
        rows = [
            Row(row["number"], row["leaf"], row["entry"], row["subject"])
            for row in self.library.registry.entries()
        ]
        signed = [(row["number"], row["note"]) for row in self.library.registry.checkpoints()]
        found = log.audit(rows, signed, self.publics())
        faults = [*found.faults, *self._particulars(rows)]
        kept = self._kept()
        leaves = [merkle.leaf_hash(row.text.encode()) for row in rows]
        if kept is not None and not log.extends(leaves, kept):
            faults.append(
                say(
                    "The checkpoint kept in {path} is not of this log: its end was cut off, or it "
                    "was put back from an older copy.",
                    path=str(self.home / KEPT),
                )
            )
        return Audit(found.entries, found.checkpoints, tuple(faults), found.back)

    def _particulars(self, rows: Sequence[Row]) -> list[Message]:
        """Particulars that are not those their entry commits to; deleted ones are no fault."""
        kept = {row["number"]: row for row in self.library.registry.all_particulars()}
        return [
            say("The particulars of entry {place} were changed.", place=row.number)
            for row in rows
            if row.number in kept and not _commits(row.text, kept[row.number])
        ]

    def extends(self, note: str) -> bool:
        """Whether the log begins with all that an older checkpoint vouched for.

        Raises BadInput for what is no checkpoint, or another log's.
        """
        old = checkpoint.read(note)
        if not any(old.signed_by(public) for public in self.publics()):
            raise BadInput("This checkpoint is not signed by this studio's keys.")
        return log.extends(_hashes(self.library.registry.leaves(old.size)), old)

    def _peaks(
        self, tip: Tip, signer: Signer, kept: checkpoint.Signed | None
    ) -> tuple[list[bytes], str]:
        """Where the log's tree ends, once it is known to be as it was signed; and whose log it is.

        Raises StoreError: nothing is added to a history that was changed.
        """
        if kept is not None and kept.size > tip.size:
            raise StoreError(
                "The registry has {size} entries, but {kept} were signed: its database was put "
                "back from an older copy, or cut. Restore the newer one; to go on from here, "
                "remove {path}, and what was registered since is no longer proved.",
                size=tip.size,
                kept=kept.size,
                path=str(self.home / KEPT),
            )
        if not tip.size:
            return [], f"moxie-studio/{key_id(signer.public)}"
        peaks = _hashes(tip.peaks.split())
        try:
            signed = checkpoint.read(tip.note)
            place = Entry.read(tip.last).seq + 1
        except BadInput as error:
            raise _changed(tip.size - 1) from error
        mine = any(signed.signed_by(public) for public in self.publics())
        same = signed.root == merkle.root_of_peaks(peaks)
        if not (mine and same and signed.size == tip.size == place):
            raise _changed(tip.size - 1)
        if kept is not None and kept.size == tip.size and kept.root != signed.root:
            raise _changed(tip.size - 1)
        return peaks, signed.origin

    def _kept(self) -> checkpoint.Signed | None:
        path = self.home / KEPT
        try:
            return checkpoint.read(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (BadInput, OSError, UnicodeDecodeError) as error:
            raise StoreError(
                "The checkpoint kept in {path} cannot be read: restore it, or remove it.",
                path=str(path),
            ) from error


def registrar(library: Library, home: Path) -> Registrar:
    """The one who registers in the store of `home`, with the studio's keys."""
    return Registrar(library, home, partial(keyring, home))


def registered(registrar: Registrar, release: Release) -> Release:
    """Register a file that was handed out; see `publishing.Step`. The bytes are final by now."""
    creation = release.label.produce_id
    hashed = str(release.facts["sha256"])
    head = head_of(registrar.library, creation)
    particulars = {"creation": creation, "suffix": release.path.suffix.lower()}
    kind = "work" if release.creation is None else "creation"
    entry = registrar.first(hashed) or registrar.register(kind, hashed, particulars, head)
    if head:
        registrar.register("record", creation, {}, head)
    return release.noting(creation=creation, registered={"seq": entry.seq, "time": entry.time})


def head_of(library: Library, creation: str) -> str:
    """The hash that stands for a creation's record as it is now; "" where there is none."""
    lines = library.events.chain(creation) if canon.is_hash(creation) else []
    return sha256(lines[-1].encode()).hexdigest() if lines else ""


def revoked(registrar: Registrar, public: bytes, reason: str) -> Entry:
    """Enter that a key is no longer to be believed: what stands before it in the log was before.

    `public` is the key as `signing.key_id` takes it; the reason stays private.
    """
    return registrar.register("revocation", sha256(public).hexdigest(), {"reason": reason})


def file_receipt(path: Path) -> Path:
    """Where the receipt of a file lies."""
    return path.with_name(f"{path.name}.receipt.json")


def _commits(text: str, particulars: Mapping[str, str]) -> bool:
    """Whether an entry commits to these particulars; of a damaged entry that is told already."""
    try:
        entry = Entry.read(text)
    except BadInput:
        return True
    try:
        salt = bytes.fromhex(particulars["salt"])
    except ValueError:
        return False
    return log.commit(salt, particulars["document"]) == entry.commitment


def _last(tip: Tip) -> Entry:
    return Entry.read(tip.last)


def _hashes(texts: Sequence[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(text) for text in texts]
    except ValueError as error:
        raise _changed(0) from error


def _changed(place: int) -> StoreError:
    return StoreError(
        "The registry's log was changed from outside, at or before entry {place}: nothing can be "
        "added or proved. Run `moxie prove` to see where, and restore it from a copy.",
        place=place,
    )
