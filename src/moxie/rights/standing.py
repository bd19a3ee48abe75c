"""What a key's signature is worth: trusted, revoked, expired, or made before its time.

A signature says itself when it was made, and whoever holds a stolen key can say anything. So only
a time that the registry proves counts: what was provably signed before a key was revoked or had
expired stays good, everything else of that key does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from moxie.rights.keyfiles import Key
from moxie.rights.keys import Keyring

Worth: TypeAlias = Literal["trusted", "revoked", "expired", "early"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a key of this studio is worth, because of which key, since when."""

    worth: Worth
    key: Key  # the key itself, or the one above it that was revoked
    since: datetime | None = None
    proven: datetime | None = None  # when it was registered, where that decided


def standing(ring: Keyring, key: Key, *, now: datetime, proven: datetime | None = None) -> Standing:
    """What a signature by `key` counts for at `now`.

    `proven` is the time before which the registry proves that the signed file was there.
    """
    revoked = ring.revocation(key)
    if revoked is not None:
        assert revoked.revoked_at is not None
        before = proven is not None and proven < revoked.revoked_at
        worth: Worth = "trusted" if before else "revoked"
        return Standing(worth, revoked, revoked.revoked_at, proven if before else None)
    if now < key.made_at:
        return Standing("early", key, key.made_at)
    if now >= key.valid_until:
        before = proven is not None and proven < key.valid_until
        worth = "trusted" if before else "expired"
        return Standing(worth, key, key.valid_until, proven if before else None)
    return Standing("trusted", key)
