"""Ed25519 signatures (RFC 8032), and who makes them: what log checkpoints and DSSE are signed with.

A `Signer` may be a key in memory, as here, or anything that keeps its key elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from moxie.errors import BadInput

SEED_BYTES = 32
"""Length of an Ed25519 private key as RFC 8032 writes it."""

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class Signer(Protocol):
    """Someone who signs: the name is for people, the key says who it is."""

    @property
    def name(self) -> str:
        """What the key is called; printable ASCII without spaces, nothing personal."""
        ...

    @property
    def public(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`, 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Ed25519:
    """A signer whose key is in memory. Its text never shows the key."""

    name: str
    public: bytes
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, name: str) -> Ed25519:
        """A new key, from the system's randomness."""
        return cls._of(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Ed25519:
        """The key that these 32 bytes are; raises BadInput for another length."""
        if len(seed) != SEED_BYTES:
            raise BadInput("An Ed25519 private key has 32 bytes; this one has {n}.", n=len(seed))
        return cls._of(name, Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def _of(cls, name: str, private: Ed25519PrivateKey) -> Ed25519:
        return cls(name, private.public_key().public_bytes_raw(), private)

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`, 64 bytes; the same each time, as RFC 8032 has it."""
        return self._private.sign(data)

    def seed(self) -> bytes:
        """The private key itself, 32 bytes, for whoever keeps it."""
        return self._private.private_bytes_raw()


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` is of `data` by the key `public`. Malformed keys and signatures are not.

    OpenSSL refuses a signature whose scalar is not reduced, so that there is one for a message.
    """
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public: bytes) -> str:
    """A short name for a public key, of which no two are alike: 32 hexadecimal digits."""
    return hashlib.sha256(public).hexdigest()[:32]
