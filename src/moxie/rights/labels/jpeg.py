"""JPEG: one XMP packet in an APP1 segment (XMP part 3, 1.1.3); EXIF's UserComment is read too."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping

from moxie.rights.labels import xmp
from moxie.rights.labels.label import AIGC, BrokenCarrierError, Mark

SUFFIXES = (".jpg", ".jpeg")
XMP, EXIF = b"http://ns.adobe.com/xap/1.0/\0", b"Exif\0\0"
MAX_SEGMENT = 0xFFFF - 2

_COMMENT = re.compile(rb'\{\s*"AIGC"\s*:\s*\{[^{}]{0,4096}\}\s*\}')
_APP1 = 0xE1


def read(data: bytes) -> list[Mark]:
    """The fields in the XMP packets, and AIGC labels in EXIF's UserComment."""
    marks: list[Mark] = []
    for marker, body in _segments(data)[0]:
        if marker == _APP1 and body.startswith(XMP):
            marks += xmp.read(body[len(XMP) :])
        elif marker == _APP1 and body.startswith(EXIF):
            found = _COMMENT.findall(body)
            marks += [Mark(AIGC, text.decode("utf-8", "replace"), "EXIF") for text in found]
    return marks


def packets(data: bytes) -> list[bytes]:
    """Every XMP packet."""
    found = _segments(data)[0]
    return [b[len(XMP) :] for marker, b in found if marker == _APP1 and b.startswith(XMP)]


def exif(data: bytes) -> bytes:
    """The EXIF data, which is a TIFF file; empty where there is none."""
    found = (b for marker, b in _segments(data)[0] if marker == _APP1 and b.startswith(EXIF))
    return next(found, b"")[len(EXIF) :]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same picture with the fields; the coded picture stays byte for byte."""
    segments, scan = _segments(data)
    packet: bytes | None = None
    kept: list[tuple[int, bytes]] = []
    for marker, body in segments:
        if marker == _APP1 and body.startswith(XMP):
            packet = body[len(XMP) :] if packet is None else packet
        elif marker == _APP1 and body.startswith(EXIF):
            # blanked at the same length, because EXIF's values are found by their place
            kept.append((marker, _COMMENT.sub(lambda found: b" " * len(found[0]), body)))
        else:
            kept.append((marker, body))
    whole = XMP + xmp.merged(packet, fields)
    if len(whole) > MAX_SEGMENT:
        raise BrokenCarrierError
    first = [m for m, body in kept if m == 0xE0 or (m == _APP1 and body.startswith(EXIF))]
    kept.insert(len(first), (_APP1, whole))
    return b"\xff\xd8" + b"".join(map(_segment, kept)) + data[scan:]


def _segments(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Marker and body of each segment before the first scan, and where that begins."""
    found: list[tuple[int, bytes]] = []
    at = 0
    for at, marker, body in _walk(data):
        if marker == 0xDA:
            return found, at
        found.append((marker, body))
    raise BrokenCarrierError(at)


def _walk(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    if not data.startswith(b"\xff\xd8\xff"):
        raise BrokenCarrierError
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise BrokenCarrierError
        if data[at + 1] == 0xFF:  # fill bytes
            at += 1
            continue
        [length] = struct.unpack_from(">H", data, at + 2)
        if length < 2 or at + 2 + length > len(data):
            raise BrokenCarrierError
        yield at, data[at + 1], data[at + 4 : at + 2 + length]
        at += 2 + length


def _segment(segment: tuple[int, bytes]) -> bytes:
    marker, body = segment
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
