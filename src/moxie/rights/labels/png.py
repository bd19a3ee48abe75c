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

_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def read(data: bytes) -> list[Mark]:
    """The fields in the XMP packets, and AIGC labels in text chunks (TC260-PG-20259A, annex B)."""
    marks: list[Mark] = []
    for kind, body in _chunks(data):
        if kind in _TEXTS:
            key, text = _text(kind, body)
            if key == KEY:
                marks += xmp.read(text)
            elif key == AIGC.encode():
                marks.append(Mark(AIGC, text.decode("utf-8", "replace"), kind.decode()))
    return marks


def packets(data: bytes) -> list[bytes]:
    """Every XMP packet."""
    texts = [_text(kind, body) for kind, body in _chunks(data) if kind in _TEXTS]
    return [text for key, text in texts if key == KEY]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same picture with the fields; every other chunk stays as it is."""
    packet: bytes | None = None
    kept: list[tuple[bytes, bytes]] = []
    for kind, body in _chunks(data):
        key, text = _text(kind, body) if kind in _TEXTS else (b"", b"")
        if key == KEY:
            packet = text if packet is None else packet  # of several packets the first stays
        elif key != AIGC.encode():
            kept.append((kind, body))
    whole = KEY + b"\0\0\0\0\0" + xmp.merged(packet, fields)
    kept.insert(1, (b"iTXt", whole))
    return SIGNATURE + b"".join(map(_chunk, kept)) + data[_end(data) :]


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


def _text(kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Keyword and text of a text chunk, unpacked as far as is safe."""
    key, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        return key, rest
    if kind == b"zTXt":
        return key, _unpacked(rest[1:])
    packed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    return key, _unpacked(text) if packed else text


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        return unpacker.decompress(data, MAX_TEXT)
    except zlib.error:
        return b""
