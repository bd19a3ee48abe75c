"""WebP: one XMP packet in a chunk `XMP `, announced in VP8X (WebP container specification)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from moxie.rights.labels import riff, xmp
from moxie.rights.labels.label import BrokenCarrierError, Mark

SUFFIXES = (".webp",)
_FORM, _XMP = b"WEBP", b"XMP "
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10


def read(data: bytes) -> list[Mark]:
    """The fields in the XMP packets."""
    return [mark for packet in packets(data) for mark in xmp.read(packet)]


def packets(data: bytes) -> list[bytes]:
    """Every XMP packet."""
    return [body for kind, body in _chunks(data) if kind == _XMP]


def exif(data: bytes) -> bytes:
    """The EXIF data, which is a TIFF file; empty where there is none."""
    found = next((body for kind, body in _chunks(data) if kind == b"EXIF"), b"")
    return found.removeprefix(b"Exif\0\0")


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same picture with the fields; a simple file becomes an extended one."""
    chunks, trailing = riff.chunks(data, _FORM)
    if not chunks:
        raise BrokenCarrierError
    packet = next((body for kind, body in chunks if kind == _XMP), None)
    kept = [chunk for chunk in chunks if chunk[0] != _XMP]
    if kept[0][0] == b"VP8X" and len(kept[0][1]) >= 10:
        header = kept[0][1]
        kept[0] = (b"VP8X", bytes([header[0] | _HAS_XMP]) + header[1:])
    else:
        kept.insert(0, (b"VP8X", _extended(kept)))
    kept.append((_XMP, xmp.merged(packet, fields)))
    return riff.file(_FORM, kept) + trailing


def _chunks(data: bytes) -> Sequence[riff.Chunk]:
    return riff.chunks(data, _FORM)[0]


def _extended(chunks: Sequence[riff.Chunk]) -> bytes:
    """The VP8X chunk of a simple file: its size and transparency, from the coded picture."""
    kind, body = chunks[0]
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        [bits] = struct.unpack_from("<I", body, 1)
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        across, down = struct.unpack_from("<HH", body, 6)
        width, height, alpha = (across & 0x3FFF) - 1, (down & 0x3FFF) - 1, 0
    else:
        raise BrokenCarrierError
    if width < 0 or height < 0:
        raise BrokenCarrierError
    flags = _HAS_XMP | (_HAS_ALPHA if alpha else 0)
    return struct.pack("<II", flags, width)[:7] + struct.pack("<I", height)[:3]
