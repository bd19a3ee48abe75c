"""Vorbis comments, as FLAC, Vorbis and Opus have them: NAME=value, in UTF-8 (xiph.org)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from moxie.rights.labels.label import NAMES, BrokenCarrierError, Mark

MAX_COMMENTS = 10_000
_NAMES = {name.upper(): name for name in NAMES}


def read(block: bytes, where: str) -> list[Mark]:
    """The fields among the comments."""
    return [
        Mark(_NAMES[_name(text)], text.partition(b"=")[2].decode("utf-8", "replace"), where)
        for text in _comments(block)[1]
        if _name(text) in _NAMES
    ]


def pairs(block: bytes) -> list[tuple[str, str]]:
    """Every comment: its name in capitals, and what it says."""
    return [
        (_name(text), text.partition(b"=")[2].decode("utf-8", "replace"))
        for text in _comments(block)[1]
    ]


def merged(block: bytes | None, fields: Mapping[str, str]) -> bytes:
    """The comments with these fields in place of those they had. What follows them is kept."""
    vendor, comments, rest = _comments(block) if block is not None else (b"Moxie", [], b"")
    kept = [text for text in comments if _name(text) not in _NAMES]
    kept += [f"{name.upper()}={value}".encode() for name, value in fields.items()]
    listed = b"".join(struct.pack("<I", len(text)) + text for text in kept)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(kept)) + listed + rest


def _name(text: bytes) -> str:
    return text.partition(b"=")[0].decode("ascii", "replace").upper()


def _comments(block: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Vendor, comments, and what follows."""
    vendor, at = _counted(block, 0)
    [count] = struct.unpack_from("<I", block, at)
    at += 4
    if count > MAX_COMMENTS:
        raise BrokenCarrierError
    found: list[bytes] = []
    for _ in range(count):
        text, at = _counted(block, at)
        found.append(text)
    return vendor, found, block[at:]


def _counted(block: bytes, at: int) -> tuple[bytes, int]:
    [length] = struct.unpack_from("<I", block, at)
    if at + 4 + length > len(block):
        raise BrokenCarrierError
    return block[at + 4 : at + 4 + length], at + 4 + length
