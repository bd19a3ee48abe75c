"""PDF: keys of the information dictionary (TC260-PG-20258A: Info /AIGC), as an update at the end.

What stands in the file stays where it is (ISO 32000-1, 7.5.6, incremental updates); only the
values of an older label are blanked.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import NamedTuple

from moxie.rights.labels import pdfobjects, xmp
from moxie.rights.labels.label import NAMES, BrokenCarrierError, Mark
from moxie.rights.labels.pdfobjects import Dictionary, Reference

SUFFIXES = (".pdf",)
MAX_PACKETS = 64

_OPEN, _CLOSE = b"<x:xmpmeta", b"</x:xmpmeta>"
_KEPT = ("/Root", "/ID")


class _End(NamedTuple):
    """How a file ends: its last trailer, where the last cross-references are, of which kind."""

    trailer: Dictionary
    raw: dict[str, bytes]
    place: int
    stream: bool


def read(data: bytes) -> list[Mark]:
    """The fields in the information dictionary and in XMP packets that are not packed."""
    end = _end(data)
    marks = [mark for packet in packets(data) for mark in xmp.read(packet)]
    _, info = _info(data, end)
    for name in NAMES:
        value = info[f"/{name}"].value if f"/{name}" in info else None
        if isinstance(value, bytes):
            marks.append(Mark(name, _text(value), "Info"))
    return marks


def packets(data: bytes) -> list[bytes]:
    """Every XMP packet that is not packed, as packets should not be."""
    if not data.startswith(b"%PDF-"):
        raise BrokenCarrierError
    found: list[bytes] = []
    start = data.find(_OPEN)
    while start >= 0 and len(found) < MAX_PACKETS:
        end = data.find(_CLOSE, start)
        if end < 0:
            break
        found.append(data[start : end + len(_CLOSE)])
        start = data.find(_OPEN, end)
    return found


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same pages with the fields."""
    end = _end(data)
    if "/Encrypt" in end.trailer:
        raise BrokenCarrierError
    body, info = _info(data, end)
    kept = [body[entry.start : entry.end] for key, entry in info.items() if key[1:] not in NAMES]
    kept += [f"/{name} {_literal(value)}".encode("ascii") for name, value in fields.items()]
    data = _blanked(data, info) if body is data else data
    size = _size(end)
    known = end.trailer["/Info"].value if "/Info" in end.trailer else None
    number = known if isinstance(known, Reference) else Reference(size, 0)
    size = max(size, number.number + 1)
    whole = data + b"\n" * (not data.endswith(b"\n"))
    place = len(whole)
    whole += b"%d %d obj\n<< %s >>\nendobj\n" % (*number, b" ".join(kept))
    entries = [end.raw[key] for key in _KEPT if key in end.raw]
    entries.append(b"/Info %d %d R /Prev %d" % (*number, end.place))
    update = _stream if end.stream else _table
    return whole + update(len(whole), number, place, size, entries)


def _table(at: int, number: Reference, place: int, size: int, entries: list[bytes]) -> bytes:
    """Cross-references of one object as a table."""
    head = b"xref\n%d 1\n%010d %05d n \n" % (number.number, place, number.generation)
    told = b" ".join([*entries, b"/Size %d" % size])
    return head + b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (told, at)


def _stream(at: int, number: Reference, place: int, size: int, entries: list[bytes]) -> bytes:
    """Cross-references of one object, and of their own stream, where the file has such streams."""
    rows = sorted([(number.number, place, number.generation), (size, at, 0)])
    packed = b"".join(struct.pack(">BIH", 1, where, version) for _, where, version in rows)
    index = b" ".join(b"%d 1" % row[0] for row in rows)
    told = b" ".join(
        [
            *entries,
            b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d" % (index, size + 1),
            b"/Length %d" % len(packed),
        ]
    )
    head = b"%d 0 obj\n<< %s >>\nstream\n" % (size, told)
    return head + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def _end(data: bytes) -> _End:
    if not data.startswith(b"%PDF-"):
        raise BrokenCarrierError
    marks = re.findall(rb"startxref[\0\t\n\f\r ]+(\d{1,10})", data[-4096:])
    if not marks:
        raise BrokenCarrierError
    place = int(marks[-1])
    at = pdfobjects.skip(data, place)
    stream = not data.startswith(b"xref", at)
    if stream:
        head = re.compile(rb"\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj").match(data, at)
        if head is None:
            raise BrokenCarrierError
        start = head.end()
    else:
        start = data.index(b"trailer", at) + len(b"trailer")
    trailer, _ = pdfobjects.dictionary(data, start)
    raw = {key: data[entry.start : entry.end] for key, entry in trailer.items()}
    return _End(trailer, raw, place, stream)


def _info(data: bytes, end: _End) -> tuple[bytes, Dictionary]:
    """The information dictionary, and the bytes it stands in; empty where there is none."""
    known = end.trailer["/Info"].value if "/Info" in end.trailer else None
    if not isinstance(known, Reference):
        return data, {}
    body, at = pdfobjects.find(data, known)
    found, _ = pdfobjects.dictionary(body, at)
    return body, found


def _blanked(data: bytes, info: Dictionary) -> bytes:
    """The file with an older label's entries as blanks: they would only be passed over."""
    whole = bytearray(data)
    for name in NAMES:
        if entry := info.get(f"/{name}"):
            whole[entry.start : entry.end] = b" " * (entry.end - entry.start)
    return bytes(whole)


def _size(end: _End) -> int:
    found = re.search(rb"(\d{1,10})", end.raw.get("/Size", b""))
    if found is None or not 0 < int(found[1]) < 10_000_000:
        raise BrokenCarrierError
    return int(found[1])


def _literal(text: str) -> str:
    return "(" + re.sub(r"([\\()])", r"\\\1", text) + ")"


def _text(value: bytes) -> str:
    """A text string: UTF-16 or UTF-8 with its mark, otherwise as good as Latin 1."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    return value.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
