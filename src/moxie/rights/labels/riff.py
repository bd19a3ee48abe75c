"""RIFF: chunks of four letters and a length, in WebP and WAV alike."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from moxie.rights.labels.label import BrokenCarrierError

Chunk = tuple[bytes, bytes]
MAX_CHUNKS = 100_000


def chunks(data: bytes, form: bytes) -> tuple[list[Chunk], bytes]:
    """The chunks of a RIFF file of that form, and what lies behind it.

    A WAV whose data was cut off, or is said to have no end, has what is there.
    """
    if data[:4] != b"RIFF" or data[8:12] != form:
        raise BrokenCarrierError
    end = min(8 + struct.unpack_from("<I", data, 4)[0], len(data))
    return inner(data[12:end]), data[end + (end % 2) :]


def inner(data: bytes) -> list[Chunk]:
    """The chunks in the body of another."""
    found: list[Chunk] = []
    at = 0
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        found.append((kind, data[at + 8 : at + 8 + length]))
        if len(found) > MAX_CHUNKS:
            raise BrokenCarrierError
        at += 8 + length + length % 2
    return found


def joined(listed: Iterable[Chunk]) -> bytes:
    """Chunks as bytes, each padded to an even length."""
    return b"".join(
        struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)
        for kind, body in listed
    )


def file(form: bytes, listed: Iterable[Chunk]) -> bytes:
    """A whole RIFF file."""
    body = form + joined(listed)
    if len(body) > 0xFFFFFFFF:
        raise BrokenCarrierError
    return b"RIFF" + struct.pack("<I", len(body)) + body
