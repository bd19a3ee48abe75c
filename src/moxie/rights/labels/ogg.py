"""Ogg Vorbis and Opus: Vorbis comments in the second packet (RFC 3533, RFC 7845)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from moxie.rights.labels import vorbis
from moxie.rights.labels.label import BrokenCarrierError, Mark

SUFFIXES = (".ogg", ".oga", ".opus")
MAX_PAGES, MAX_HEADER = 1_000_000, 4 << 20

_HEADS = {b"\x01vorbis": (b"\x03vorbis", 3), b"OpusHead": (b"OpusTags", 2)}
"""What the first packet begins with: what the second does, and how many packets are headers."""

_CONTINUED = 1
_NO_POSITION = (1 << 64) - 1
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    position: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes

    def packed(self) -> bytes:
        """The page with its checksum."""
        head = struct.pack(
            "<4sBBQIII", b"OggS", 0, self.flags, self.position, self.serial, self.sequence, 0
        )
        head += bytes([len(self.lacing)]) + self.lacing
        return head[:22] + struct.pack("<I", _checksum(head + self.body)) + head[26:] + self.body


def read(data: bytes) -> list[Mark]:
    """The fields among the comments of the first stream."""
    packets, _, _ = _headers(data)
    magic = _HEADS[_kind(packets[0])][0]
    return vorbis.read(packets[1][len(magic) :], "Vorbis comment")


def comments(data: bytes) -> list[tuple[str, str]]:
    """Every Vorbis comment of the first stream."""
    packets, _, _ = _headers(data)
    return vorbis.pairs(packets[1][len(_HEADS[_kind(packets[0])][0]) :])


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same sound with the fields: the headers in new pages, the others only renumbered."""
    packets, used, pages = _headers(data)
    magic, _ = _HEADS[_kind(packets[0])]
    comments = magic + vorbis.merged(packets[1][len(magic) :], fields)
    first = pages[0]
    headers = [first, *_paged([comments, *packets[2:]], first.serial)]
    rest = pages[used:]
    if any(page.serial != first.serial for page in pages):
        raise BrokenCarrierError  # several streams side by side
    moved = [replace(page, sequence=len(headers) + n) for n, page in enumerate(rest)]
    return b"".join(page.packed() for page in (*headers, *moved))


def _headers(data: bytes) -> tuple[list[bytes], int, list[_Page]]:
    """The header packets, how many pages they take, and all pages."""
    pages = list(_pages(data))
    if not pages:
        raise BrokenCarrierError
    wanted = _HEADS[_kind(pages[0].body)][1]
    packets: list[bytes] = []
    open_ = b""
    for used, page in enumerate(pages, 1):
        at = 0
        for length in page.lacing:
            open_ += page.body[at : at + length]
            at += length
            if len(open_) > MAX_HEADER:
                raise BrokenCarrierError
            if length < 255:
                packets.append(open_)
                open_ = b""
        if len(packets) >= wanted:
            if len(packets) > wanted or open_:
                raise BrokenCarrierError  # sound begins on a page of its own
            return packets, used, pages
    raise BrokenCarrierError


def _kind(packet: bytes) -> bytes:
    return next((head for head in _HEADS if packet.startswith(head)), b"")


def _pages(data: bytes) -> Iterator[_Page]:
    at = count = 0
    while at < len(data):
        magic, version, flags, position, serial, sequence, _ = struct.unpack_from(
            "<4sBBQIII", data, at
        )
        segments = data[at + 26]
        lacing = data[at + 27 : at + 27 + segments]
        start = at + 27 + segments
        end = start + sum(lacing)
        count += 1
        if magic != b"OggS" or version or end > len(data) or count > MAX_PAGES:
            raise BrokenCarrierError
        yield _Page(flags, position, serial, sequence, lacing, data[start:end])
        at = end


def _paged(packets: Sequence[bytes], serial: int) -> list[_Page]:
    """Packets in pages of up to 255 segments."""
    lacing, body = b"", b"".join(packets)
    for packet in packets:
        whole, rest = divmod(len(packet), 255)
        lacing += b"\xff" * whole + bytes([rest])
    pages: list[_Page] = []
    at = 0
    for start in range(0, len(lacing), 255):
        laced = lacing[start : start + 255]
        flags = _CONTINUED if start and lacing[start - 1] == 255 else 0
        ends = any(length < 255 for length in laced)
        position = 0 if ends else _NO_POSITION
        length = sum(laced)
        pages.append(_Page(flags, position, serial, 1 + len(pages), laced, body[at : at + length]))
        at += length
    return pages


def _checksum(page: bytes) -> int:
    """Ogg's CRC-32, which is zlib's over reversed bits, without its two inversions."""
    value = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{value:032b}"[::-1], 2)
