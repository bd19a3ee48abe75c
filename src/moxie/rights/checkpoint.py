"""Signed checkpoints of the log, in C2SP's form (tlog-checkpoint, signed-note), by Ed25519.

Three lines (whose log it is, how many entries, the tree's root), a blank line, then a line for
each signature. Witnesses elsewhere can sign the same note, and outside tools can read it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from moxie.errors import BadInput
from moxie.rights.signing import Signer, verify

LARGEST = 16_000
"""Characters of a note that is read."""

MOST_SIGNATURES = 32
ALGORITHM = b"\x01"
"""Ed25519, in the signed-note's list of signature types."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that was read: nothing is known of its signatures until `signed_by`."""

    origin: str
    size: int
    root: bytes
    body: str  # what was signed
    signatures: tuple[tuple[str, bytes], ...]  # a key's name; its 4-byte id and the signature

    def signed_by(self, public: bytes) -> bool:
        """Whether a signature that names this log and this key is by this key."""
        key = _key_id(self.origin, public)
        return any(
            name == self.origin
            and value[:4] == key
            and verify(public, self.body.encode(), value[4:])
            for name, value in self.signatures
        )


def sign(origin: str, size: int, root: bytes, signers: Sequence[Signer]) -> str:
    """A note that the log `origin` has `size` entries with this root."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    lines = [_line(origin, body, signer) for signer in signers]
    return body + "\n" + "".join(lines)


def _line(origin: str, body: str, signer: Signer) -> str:
    value = _key_id(origin, signer.public) + signer.sign(body.encode())
    return f"\u2014 {origin} {base64.b64encode(value).decode()}\n"


def read(note: str) -> Signed:
    """A note as a checkpoint; raises BadInput for what is none."""
    try:
        return _signed(note)
    except (ValueError, binascii.Error) as error:
        raise BadInput("This is no signed checkpoint of a log.") from error


def _signed(note: str) -> Signed:
    body, _, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if len(note) > LARGEST or len(lines) < 3 or not lines[0] or not signatures.endswith("\n"):
        raise ValueError("no note")
    top = _decoded(lines[2])
    signed = tuple(_signature(line) for line in signatures[:-1].split("\n"))
    if len(top) != 32 or not 1 <= len(signed) <= MOST_SIGNATURES:
        raise ValueError("no root, or no signatures")
    return Signed(lines[0], _number(lines[1]), top, body + "\n", signed)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16) or str(int(text)) != text:
        raise ValueError("no number")
    return int(text)


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, value = line.split(" ")
    decoded = _decoded(value)
    if dash != "\u2014" or not name or len(decoded) < 5:
        raise ValueError("no signature")
    return name, decoded


def _decoded(text: str) -> bytes:
    """Base64 in its one form: loose bits at its end would be bits nobody signed."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("loose bits")
    return data


def _key_id(origin: str, public: bytes) -> bytes:
    """The 4 bytes by which a note hints at a key."""
    named = origin.encode() + b"\n" + ALGORITHM + public
    return hashlib.sha256(named).digest()[:4]
