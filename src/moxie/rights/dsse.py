"""Signed statements as JSON: DSSE envelopes (Dead Simple Signing Envelope, v1), by Ed25519.

What is signed is the payload together with its type (`pae`), never the JSON around it. An
envelope has one form only: sorted, without spaces, base64 without loose bits. What is written
otherwise is refused, so that no byte of an envelope can be changed without notice.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moxie.errors import BadInput
from moxie.rights import canon
from moxie.rights.signing import Signer, key_id, verify

LARGEST = 16_000_000
"""Bytes of an envelope that is read."""

MOST_SIGNATURES = 16


@dataclass(frozen=True, slots=True)
class Signature:
    """By whom, as the envelope says (which is a hint and no proof), and the signature itself."""

    key: str  # `signing.key_id` of the public key
    value: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, what kind of thing it is, and its signatures."""

    kind: str  # a media type
    payload: bytes
    signatures: tuple[Signature, ...]

    def signed_by(self, public: bytes) -> bool:
        """Whether a signature that names this key is by this key."""
        name, said = key_id(public), pae(self.kind, self.payload)
        return any(s.key == name and verify(public, said, s.value) for s in self.signatures)

    def to_bytes(self) -> bytes:
        """The one form of this envelope."""
        facts = {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.kind,
            "signatures": [
                {"keyid": s.key, "sig": base64.b64encode(s.value).decode()} for s in self.signatures
            ],
        }
        return (canon.text(facts) + "\n").encode()


def pae(kind: str, payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of the DSSE protocol, version 1."""
    named = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def seal(kind: str, payload: bytes, signers: Sequence[Signer]) -> bytes:
    """An envelope of `payload`, signed by each of `signers`."""
    said = pae(kind, payload)
    signed = tuple(Signature(key_id(s.public), s.sign(said)) for s in signers)
    return Envelope(kind, payload, signed).to_bytes()


def read(data: bytes) -> Envelope:
    """An envelope that someone gave; nothing about its signatures is checked yet.

    Raises BadInput for what is no envelope, is too large, or is not in its one form.
    """
    if len(data) > LARGEST:
        raise BadInput("This signed statement is too large: {n} bytes.", n=len(data))
    try:
        envelope = _envelope(json.loads(data))
        same = envelope.to_bytes() == data
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        raise BadInput("This is no signed statement that can be read (DSSE).") from error
    if not same:
        raise BadInput("This signed statement is not in its one exact form: it was rewritten.")
    return envelope


def _envelope(facts: dict[str, Any]) -> Envelope:
    signatures = facts["signatures"]
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MOST_SIGNATURES:
        raise ValueError("no signatures, or too many")
    signed = tuple(Signature(_text(s["keyid"]), _bytes(s["sig"])) for s in signatures)
    return Envelope(_text(facts["payloadType"]), _bytes(facts["payload"]), signed)


def _bytes(text: object) -> bytes:
    return base64.b64decode(_text(text), validate=True)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
