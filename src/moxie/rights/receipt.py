"""Receipts: all it takes to check offline that a file was registered, in one JSON file."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from moxie.errors import BadInput
from moxie.rights import checkpoint, merkle
from moxie.rights.log import Entry

FORMAT = "moxie-receipt/1"
LARGEST = 1_000_000
"""Bytes of a receipt that is read."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry, the proof that a signed checkpoint covers it, and the key that signed that."""

    entry: Entry
    proof: tuple[bytes, ...]
    note: str  # the signed checkpoint
    public: bytes  # raw Ed25519; a hint: whether to trust it is for who checks
    stamp: bytes = b""  # an RFC 3161 response over the note, where there is one

    def to_bytes(self) -> bytes:
        """The receipt as a file."""
        facts = {
            "format": FORMAT,
            "entry": self.entry.text(),
            "proof": [step.hex() for step in self.proof],
            "checkpoint": self.note,
            "public": base64.b64encode(self.public).decode(),
            "stamp": base64.b64encode(self.stamp).decode(),
        }
        return (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def read(cls, data: bytes) -> Receipt:
        """A receipt that someone gave, not checked yet; raises BadInput for what is none."""
        try:
            return _receipt(data)
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
            raise BadInput("This is no receipt of a registration.") from error


def _receipt(data: bytes) -> Receipt:
    if len(data) > LARGEST:
        raise ValueError("too large")
    facts = json.loads(data)
    if facts["format"] != FORMAT:
        raise ValueError("another format")
    paper = Receipt(
        Entry.read(facts["entry"]),
        tuple(bytes.fromhex(step) for step in facts["proof"]),
        str(facts["checkpoint"]),
        base64.b64decode(facts["public"], validate=True),
        base64.b64decode(facts["stamp"], validate=True),
    )
    if paper.to_bytes() != data:  # one form only, so that no byte can be changed without notice
        raise ValueError("rewritten")
    return paper


@dataclass(frozen=True, slots=True)
class Proved:
    """What a receipt proves of a file: that the log of `origin` holds it at this place."""

    entry: Entry
    signed: checkpoint.Signed
    trusted: bool  # signed by a key that who checks knows


def check(receipt: Receipt, sha256: str, publics: Sequence[bytes]) -> Proved:
    """What a receipt proves of the file with this sha256; BadInput says what is wrong with it.

    `publics` are the keys that the one who checks trusts; without one of them it is still
    checked that the receipt fits together, and said that its signer is unknown.
    """
    if receipt.entry.subject != sha256:
        raise BadInput("This receipt is of another file, or the file was changed since.")
    signed = checkpoint.read(receipt.note)
    if not signed.signed_by(receipt.public):
        raise BadInput("The receipt's checkpoint is not signed by the key it names.")
    entry = receipt.entry
    if not merkle.verify_inclusion_of(
        entry.leaf, entry.seq, signed.size, receipt.proof, signed.root
    ):
        raise BadInput("The receipt's proof does not lead to its checkpoint: it was changed.")
    return Proved(entry, signed, receipt.public in publics)
