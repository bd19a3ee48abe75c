"""FLAC: Vorbis comments in a metadata block (RFC 9639, 8.6)."""

from __future__ import annotations

from collections.abc import Mapping

from moxie.rights.labels import id3, vorbis
from moxie.rights.labels.label import BrokenCarrierError, Mark

SUFFIXES = (".flac",)
_COMMENTS, _LAST = 4, 0x80
MAX_BLOCK = (1 << 24) - 1


def read(data: bytes) -> list[Mark]:
    """The fields among the Vorbis comments."""
    found = [body for kind, body in _blocks(data)[0] if kind == _COMMENTS]
    return [mark for body in found for mark in vorbis.read(body, "Vorbis comment")]


def comments(data: bytes) -> list[tuple[str, str]]:
    """Every Vorbis comment."""
    found = [body for kind, body in _blocks(data)[0] if kind == _COMMENTS]
    return [pair for body in found for pair in vorbis.pairs(body)]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same sound with the fields; the frames stay byte for byte."""
    blocks, frames = _blocks(data)
    old = [body for kind, body in blocks if kind == _COMMENTS]
    new = vorbis.merged(old[0] if old else None, fields)
    kept = [block for block in blocks if block[0] != _COMMENTS]
    kept.insert(1, (_COMMENTS, new))  # STREAMINFO comes first
    if len(new) > MAX_BLOCK:
        raise BrokenCarrierError
    whole = data[: _start(data)] + b"fLaC"
    for number, (kind, body) in enumerate(kept, 1):
        last = _LAST if number == len(kept) else 0
        whole += bytes([kind | last]) + len(body).to_bytes(3, "big") + body
    return whole + data[frames:]


def _start(data: bytes) -> int:
    """Where FLAC begins: some programs, and Content Credentials, put an ID3v2 tag before it."""
    return id3.length(data) if data[:3] == b"ID3" else 0


def _blocks(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Kind and body of each metadata block, and where the frames begin."""
    start = _start(data)
    if data[start : start + 4] != b"fLaC":
        raise BrokenCarrierError
    found: list[tuple[int, bytes]] = []
    at, last = start + 4, False
    while not last:
        header = data[at : at + 4]
        length = int.from_bytes(header[1:], "big")
        end = at + 4 + length
        if len(header) < 4 or end > len(data) or len(found) > 1000:
            raise BrokenCarrierError
        last = bool(header[0] & _LAST)
        found.append((header[0] & 0x7F, data[at + 4 : end]))
        at = end
    if found[0][0] != 0:
        raise BrokenCarrierError
    return found, at
