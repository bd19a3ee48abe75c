"""Where Content Credentials lie in a file: which formats carry them, and the bytes themselves."""

from __future__ import annotations

import base64
import re
import zlib

MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
"""The formats that carry credentials inside, by suffix. All others have them beside."""

ANY = "application/octet-stream"
"""As what a file is signed whose credentials lie beside it: its bytes, whatever they are."""

BESIDE = ".c2pa"
"""What is added to a file's name for its credentials beside it."""

_HEAD = re.compile(rb"(....)jumb....jumdc2pa", re.DOTALL)
_SVG = re.compile(rb"<c2pa:manifest[^>]*>([A-Za-z0-9+/=\s]*)</c2pa:manifest>")

INSTANCE = b"\x02\x11"
"""The box instance number in JPEG segments, as the reference implementation writes it."""

STARTS = 64
"""How many places in a file are looked at that might be where a store begins."""


class BrokenWrappingError(ValueError):
    """The format's own wrapping of the store is damaged."""


def store(data: bytes, suffix: str) -> bytes | None:
    """The manifest store inside a file, as it stands there; None where none is found.

    Raises BrokenWrappingError where the format's own checks of it fail.
    """
    form = MEDIA.get(suffix)
    if form == "image/svg+xml":
        return _svg(data)
    if form == "image/jpeg":
        return _jpeg(data)
    if form == "image/png":
        return _png(data)
    return _anywhere(data) if form else None


def _anywhere(data: bytes) -> bytes | None:
    """A store that stands in one piece: its first bytes say how long it is."""
    for number, found in enumerate(_HEAD.finditer(data)):
        size = int.from_bytes(found[1], "big")
        if found.start() + size <= len(data):
            return data[found.start() : found.start() + size]
        if number >= STARTS:
            break
    return None


def _png(data: bytes) -> bytes | None:
    """The content of the chunk caBX, whose checksum must be right."""
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"caBX":
            checksum = int.from_bytes(data[at + 8 + size : at + 12 + size], "big")
            if zlib.crc32(kind + content) != checksum:
                raise BrokenWrappingError("the checksum of the PNG chunk")
            return content
        at += 12 + size
    return None


def _svg(data: bytes) -> bytes | None:
    """The element manifest, whose base64 must be in its one form."""
    found = _SVG.search(data)
    if found is None:
        return None
    text = b"".join(found[1].split())
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BrokenWrappingError("the base64 of the SVG element") from error
    if base64.b64encode(content) != text:
        raise BrokenWrappingError("loose bits in the base64 of the SVG element")
    return content


def _jpeg(data: bytes) -> bytes | None:
    """The segments APP11 put together (ISO 19566-5, annex D): each repeats the box's head."""
    parts: list[bytes] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at + 4 : at + 2 + size]
        if data[at + 1] == 0xEB and segment[:2] == b"JP" and segment[12:16] == b"jumb":
            number = int.from_bytes(segment[4:8], "big")
            if segment[2:4] != INSTANCE or number != len(parts) + 1:
                raise BrokenWrappingError("the order of the JPEG segments")
            parts.append(segment[8 if not parts else 16 :])
        at += 2 + max(size, 2)
    return b"".join(parts) or None
