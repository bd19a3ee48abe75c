"""TIFF: one XMP packet in tag 700 of the first directory (TIFF 6.0; XMP part 3, 1.1.8)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from moxie.rights.labels import xmp
from moxie.rights.labels.label import BrokenCarrierError, Mark

SUFFIXES = (".tif", ".tiff")
XMP = 700
MAX_TAGS, MAX_NOTICE = 4096, 1 << 16

_BYTE = 1
_COPYRIGHT = 33432
_SIZES = {1: 1, 2: 1, 6: 1, 7: 1}
"""Bytes a value of the types a packet may be given in."""


class _Directory(NamedTuple):
    """A directory: its tags as (number, type, count, the field itself), and the one behind it."""

    order: str
    place: int
    tags: list[tuple[int, int, int, bytes]]
    following: int


def read(data: bytes) -> list[Mark]:
    """The fields in the XMP packet."""
    return [mark for packet in packets(data) for mark in xmp.read(packet)]


def packets(data: bytes) -> list[bytes]:
    """The XMP packets of the first directory; a sound one has at most one."""
    first = _first(data)
    places = [_place(first, tag) for tag in first.tags if tag[0] == XMP and tag[1] in _SIZES]
    return [data[start : start + length] for start, length in places]


def exif(data: bytes) -> bytes:
    """EXIF's tags are a TIFF file's own."""
    return data


def copyright_of(data: bytes) -> str:
    """The copyright notice (tag 33432); empty where there is none."""
    first = _first(data)
    for tag in first.tags:
        if tag[0] == _COPYRIGHT and tag[1] in _SIZES:
            start, length = _place(first, tag)
            text = tag[3] if tag[2] <= 4 else data[start : start + min(length, MAX_NOTICE)]
            return text.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return ""


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same picture with the fields: the packet and a new first directory at the end.

    The picture stays where it was. An old packet is blanked, so that no second label lies about.
    """
    first = _first(data)
    old = packets(data)
    packet = xmp.merged(old[0] if old else None, fields)
    whole = bytearray(data)
    for tag in first.tags:
        if tag[0] == XMP and tag[1] in _SIZES:
            start, length = _place(first, tag)
            whole[start : start + length] = b" " * len(whole[start : start + length])
    whole += b"\0" * (len(whole) % 2)
    at = len(whole)
    whole += packet + b"\0" * (len(packet) % 2)
    order = first.order
    field = struct.pack(order + "I", at)
    tags = [tag for tag in first.tags if tag[0] != XMP] + [(XMP, _BYTE, len(packet), field)]
    directory = len(whole)
    whole += struct.pack(order + "H", len(tags))
    for number, kind, count, value in sorted(tags, key=lambda tag: tag[0]):
        whole += struct.pack(order + "HHI", number, kind, count) + value
    whole += struct.pack(order + "I", first.following)
    if len(whole) > 0xFFFFFFFF:
        raise BrokenCarrierError
    whole[4:8] = struct.pack(order + "I", directory)
    return bytes(whole)


def _first(data: bytes) -> _Directory:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:  # BigTIFF is for files over 4 GB
        raise BrokenCarrierError
    [place] = struct.unpack_from(order + "I", data, 4)
    [count] = struct.unpack_from(order + "H", data, place)
    if not 0 < count <= MAX_TAGS:
        raise BrokenCarrierError
    tags = [
        (*struct.unpack_from(order + "HHI", data, at), data[at + 8 : at + 12])
        for at in range(place + 2, place + 2 + 12 * count, 12)
    ]
    [following] = struct.unpack_from(order + "I", data, place + 2 + 12 * count)
    return _Directory(order, place, tags, following)


def _place(directory: _Directory, tag: tuple[int, int, int, bytes]) -> tuple[int, int]:
    """Where a tag's value lies in the file: in the tag itself up to four bytes."""
    _, _, count, value = tag
    if count <= 4:
        return 0, 0  # too short for a packet, and not worth finding
    return struct.unpack(directory.order + "I", value)[0], count
