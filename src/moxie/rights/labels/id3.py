"""MP3: ID3v2 frames TXXX, one a field (id3.org, ID3v2.3.0 and 2.4.0)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moxie.rights.labels.label import NAMES, BrokenCarrierError, Mark

SUFFIXES = (".mp3",)
MAX_TAG = 64 << 20

_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}


class _Tag(NamedTuple):
    """A tag: its version (3 or 4), its frames as they stand, and how long it is in the file."""

    version: int
    frames: list[tuple[bytes, bytes, bytes]]  # name, flags, body
    length: int


def read(data: bytes) -> list[Mark]:
    """The fields in the tag."""
    tag = _tag(data)
    marks: list[Mark] = []
    for name, _, body in tag.frames:
        if name in (b"TXXX", b"TXX"):
            key, value = _pair(body)
            marks += [Mark(field, value, "TXXX") for field in NAMES if field == key]
    return marks


def comments(data: bytes) -> list[tuple[str, str]]:
    """Texts about rights: copyright frames, and TXXX frames by their descriptions."""
    found: list[tuple[str, str]] = []
    for name, _, body in _tag(data).frames:
        if name in (b"TXXX", b"TXX"):
            found.append(_pair(body))
        elif name in (b"TCOP", b"TCR"):
            text = body[1:].decode(_ENCODINGS.get(body[0] if body else 0, "latin-1"), "replace")
            found.append(("COPYRIGHT", text.strip("\0\ufeff")))
        elif name in (b"WCOP", b"WCP"):
            found.append(("COPYRIGHT", body.strip(b"\0").decode("latin-1")))
    return found


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same sound with the fields; every other frame stays as it is."""
    tag = _tag(data)
    if tag.version == 2:
        raise BrokenCarrierError  # its frames cannot stand beside those of later versions
    kept = [frame for frame in tag.frames if frame[0] != b"TXXX" or _pair(frame[2])[0] not in NAMES]
    for name, value in fields.items():
        body = b"\0" + name.encode("latin-1") + b"\0" + value.encode("latin-1")
        kept.append((b"TXXX", b"\0\0", body))
    whole = b"".join(
        name + _size(len(body), tag.version) + flags + body for name, flags, body in kept
    )
    header = b"ID3" + bytes([tag.version, 0, 0]) + _safe(len(whole))
    return header + whole + data[tag.length :]


def length(data: bytes) -> int:
    """How many bytes the tag at the beginning takes."""
    footer = 10 if data[5] & _FOOTER and data[3] == 4 else 0
    return 10 + _unsafe(data[6:10]) + footer


def _tag(data: bytes) -> _Tag:
    """The tag at the beginning; an empty one where there is none."""
    if data[:3] != b"ID3":
        if not (data[:1] == b"\xff" and len(data) > 4 and data[1] & 0xE0 == 0xE0):
            raise BrokenCarrierError  # neither a tag nor a frame of sound
        return _Tag(4, [], 0)
    version, flags, size = data[3], data[5], _unsafe(data[6:10])
    end = 10 + size
    if version not in (2, 3, 4) or end > len(data) or size > MAX_TAG:
        raise BrokenCarrierError
    body = data[10:end]
    if flags & _UNSYNCHRONISED and version < 4:  # in 2.4 each frame says so itself
        body = body.replace(b"\xff\0", b"\xff")
    if flags & _EXTENDED and version > 2:
        [extended] = struct.unpack_from(">I", body)
        body = body[_unsafe(body[:4]) :] if version == 4 else body[extended + 4 :]
    return _Tag(version, list(_frames(body, version)), length(data))


def _frames(body: bytes, version: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Frames until the padding."""
    letters, header = (3, 6) if version == 2 else (4, 10)
    at = 0
    while at + header <= len(body) and body[at]:
        name = body[at : at + letters]
        sizes = body[at + letters : at + 2 * letters]
        size = _unsafe(sizes) if version == 4 else int.from_bytes(sizes, "big")
        end = at + header + size
        if end > len(body):
            raise BrokenCarrierError
        yield name, body[at + 2 * letters : at + header], body[at + header : end]
        at = end


def _pair(body: bytes) -> tuple[str, str]:
    """Description and value of a TXXX frame."""
    encoding = _ENCODINGS.get(body[0] if body else 0, "latin-1")
    wide = encoding.startswith("utf-16")
    end = b"\0\0" if wide else b"\0"
    at = 1
    while at < len(body) and body[at : at + len(end)] != end:
        at += len(end)
    key = body[1:at].decode(encoding, "replace").lstrip("\ufeff")
    value = body[at + len(end) :].decode(encoding, "replace").strip("\ufeff\0")
    return key, value


def _size(length: int, version: int) -> bytes:
    return _safe(length) if version == 4 else struct.pack(">I", length)


def _safe(number: int) -> bytes:
    """28 bits in four bytes of seven."""
    if number >= 1 << 28:
        raise BrokenCarrierError
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsafe(data: bytes) -> int:
    if len(data) < 4 or any(byte & 0x80 for byte in data[:4]):
        raise BrokenCarrierError
    return data[0] << 21 | data[1] << 14 | data[2] << 7 | data[3]
