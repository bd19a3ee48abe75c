"""PNG: one XMP packet in an iTXt chunk (PNG, third edition, 11.3.3.4; XMP part 3, 1.1.5)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from moxie.rights.labels import xmp
from moxie.rights.labels.label import AIGC, BrokenCarrierError, Mark

SUFFIXES = (".png",)
SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEY = b"XML:com.adobe.xmp"
MAX_TEXT = 4 << 20
"""Bytes that a packed text chunk may unpack to."""

MAX_SHOWN = 1 << 16
MAX_TEXTS = 16
"""Text chunks that may hold a label; a sound file has one."""

_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_KEYS = (KEY, AIGC.encode())


def read(data: bytes) -> list[Mark]:
    """The fields in the XMP packets, and AIGC labels in text chunks (TC260-PG-20259A, annex B)."""
    marks: list[Mark] = []
    for kind, body in _ours(data):
        text = _text(kind, body)
        if _key(kind, body) == KEY:
            marks += xmp.read(text)
        else:
            marks.append(Mark(AIGC, text.decode("utf-8", "replace"), kind.decode()))
    return marks


def packets(data: bytes) -> list[bytes]:
    """Every XMP packet."""
    return [_text(kind, body) for kind, body in _ours(data) if _key(kind, body) == KEY]


def texts(data: bytes) -> list[tuple[str, str]]:
    """Keyword and text of the first text chunks that are not ours."""
    found = [c for c in _chunks(data) if c[0] in _TEXTS and _key(*c) not in _KEYS][:MAX_TEXTS]
    return [
        (_key(*chunk).decode("latin-1"), _text(*chunk)[:MAX_SHOWN].decode("utf-8", "replace"))
        for chunk in found
    ]


def exif(data: bytes) -> bytes:
    """The EXIF data, which is a TIFF file; empty where there is none."""
    return next((body for kind, body in _chunks(data) if kind == b"eXIf"), b"")


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same picture with the fields; every other chunk stays as it is.

    Of several packets the first stays, with the rest of what it says.
    """
    old = packets(data)
    kept = [chunk for chunk in _chunks(data) if _key(*chunk) not in _KEYS]
    kept.insert(1, (b"iTXt", KEY + b"\0\0\0\0\0" + xmp.merged(old[0] if old else None, fields)))
    return SIGNATURE + b"".join(map(_chunk, kept)) + data[_end(data) :]


def _ours(data: bytes) -> list[tuple[bytes, bytes]]:
    """The text chunks that may hold a label."""
    found = [chunk for chunk in _chunks(data) if _key(*chunk) in _KEYS]
    if len(found) > MAX_TEXTS:
        raise BrokenCarrierError
    return found


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk up to IEND."""
    for start, end in _places(data):
        yield data[start + 4 : start + 8], data[start + 8 : end - 4]


def _places(data: bytes) -> Iterator[tuple[int, int]]:
    if not data.startswith(SIGNATURE):
        raise BrokenCarrierError
    at = len(SIGNATURE)
    kind = b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise BrokenCarrierError
        length, kind = struct.unpack_from(">I4s", data, at)
        if (at == len(SIGNATURE)) != (kind == b"IHDR"):
            raise BrokenCarrierError
        end = at + 12 + length
        if end > len(data):
            raise BrokenCarrierError
        yield at, end
        at = end


def _end(data: bytes) -> int:
    """Where IEND ends; what lies behind it stays."""
    return max(end for _, end in _places(data))


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _key(kind: bytes, body: bytes) -> bytes:
    """The keyword of a text chunk, which has up to 79 bytes."""
    return body[:80].partition(b"\0")[0] if kind in _TEXTS else b""


def _text(kind: bytes, body: bytes) -> bytes:
    """The text of a text chunk, unpacked as far as is safe."""
    rest = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _unpacked(rest[1:])
    text = rest[2:].split(b"\0", 2)[-1]
    return _unpacked(text) if rest[:1] == b"\1" else text


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_TEXT)
    except zlib.error:
        return b""
