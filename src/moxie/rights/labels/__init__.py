"""Labels in files: what made them, and under which terms, as law and customs ask.

Every format has one carrier, a small module that knows where its fields stand. `write` puts a
label into a file's bytes in place of what was there, `read` says what is there; there is no
remover. Contents stay the same: pixels, samples, notes, words.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from moxie.errors import BadInput
from moxie.rights.labels import (
    flac,
    glb,
    id3,
    jpeg,
    markdown,
    midi,
    musicxml,
    ogg,
    pdf,
    plain,
    png,
    svg,
    tiff,
    wav,
    webp,
)
from moxie.rights.labels.found import Found, judge
from moxie.rights.labels.label import (
    COMPOSITE,
    LOCAL,
    MADE,
    BrokenCarrierError,
    Label,
    Mark,
)

__all__ = [
    "COMPOSITE",
    "LOCAL",
    "MADE",
    "SUFFIXES",
    "Found",
    "Label",
    "Mark",
    "comments",
    "kind",
    "marks",
    "packets",
    "read",
    "write",
]

_ALL = (png, jpeg, webp, tiff, svg, pdf, wav, flac, ogg, id3, midi, musicxml, plain, markdown, glb)
_CARRIERS: dict[str, ModuleType] = {suffix: one for one in _ALL for suffix in one.SUFFIXES}

SUFFIXES = frozenset(_CARRIERS)
"""The formats that can carry a label."""

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tiff"),
    (b"MM\0*", ".tiff"),
    (b"%PDF-", ".pdf"),
    (b"fLaC", ".flac"),
    (b"OggS", ".ogg"),
    (b"MThd", ".mid"),
    (b"glTF", ".glb"),
)
_RIFFS = {b"WEBP": ".webp", b"WAVE": ".wav"}
_HEAD = 4096

_BROKEN = (
    BrokenCarrierError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a carrier may stumble over in a damaged file."""


def write(data: bytes, suffix: str, label: Label) -> bytes:
    """The same content with this label in place of any that was there.

    Raises BadInput for a format without a carrier, a damaged file, and for a label that would
    call a person's what says that AI made it: labels are not taken away.
    """
    carrier = _carrier(suffix)
    if not label.by_ai and read(data, suffix).by_ai:
        raise BadInput(
            "This file says that AI made it: Moxie does not take such labels away. Take the file "
            "as it was before it was labelled."
        )
    try:
        written: bytes = carrier.write(data, label.fields())
    except _BROKEN as error:
        raise _damaged(suffix) from error
    return written


def kind(data: bytes) -> str | None:
    """The suffix of the format that a file's first bytes show; None where they do not."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:4] == b"RIFF":
        return _RIFFS.get(data[8:12])
    if data[:4] == b"PK\3\4":
        return ".mxl" if b"META-INF/container.xml" in data else None
    if data[:3] == b"ID3":
        return ".flac" if _behind_tag(data) == b"fLaC" else ".mp3"
    if head[:1] == b"<":
        xml = ((b"<svg", ".svg"), (b":svg", ".svg"), (b"score-partwise", ".musicxml"))
        return next((suffix for mark, suffix in xml if mark in head), None)
    return next((suffix for mark, suffix in _BEGINNINGS if data.startswith(mark)), None)


def _behind_tag(data: bytes) -> bytes:
    """The four bytes behind an ID3v2 tag; none where the tag is broken."""
    try:
        start = id3.length(data)
    except _BROKEN:
        return b""
    return data[start : start + 4]


def packets(data: bytes, suffix: str) -> list[bytes]:
    """Every XMP packet in a file whose format has them; raises BadInput for a damaged one."""
    return list(_asked(data, suffix, "packets", []))


def comments(data: bytes, suffix: str) -> list[tuple[str, str]]:
    """Texts in a file that may speak of rights, by name; raises BadInput for a damaged one."""
    found = [*_asked(data, suffix, "comments", []), *_asked(data, suffix, "texts", [])]
    if exif := _asked(data, suffix, "exif", b""):
        found.append(("COPYRIGHT", _tried(tiff.copyright_of, bytes(exif), suffix)))
    return found


def _asked(data: bytes, suffix: str, question: str, otherwise: Any) -> Any:  # noqa: ANN401
    """What a carrier answers, if it knows the question."""
    ask = getattr(_carrier(suffix), question, None)
    return otherwise if ask is None else _tried(ask, data, suffix)


def _tried(ask: Callable[[bytes], Any], data: bytes, suffix: str) -> Any:  # noqa: ANN401
    try:
        return ask(data)
    except _BROKEN as error:
        raise _damaged(suffix) from error


def read(data: bytes, suffix: str) -> Found:
    """What labels there are; raises BadInput for another or a damaged format."""
    return judge(marks(data, suffix))


def marks(data: bytes, suffix: str) -> list[Mark]:
    """Every field of a label that is there, as it stands; raises BadInput as `read` does."""
    carrier = _carrier(suffix)
    try:
        found: list[Mark] = carrier.read(data)
    except _BROKEN as error:
        raise _damaged(suffix) from error
    return found


def _carrier(suffix: str) -> ModuleType:
    if suffix.lower() not in _CARRIERS:
        raise BadInput(
            "There is no place for a label in {suffix} files; there is in {known}.",
            suffix=suffix or "''",
            known=", ".join(sorted(SUFFIXES)),
        )
    return _CARRIERS[suffix.lower()]


def _damaged(suffix: str) -> BadInput:
    return BadInput("The file is damaged, cut off or no {form} file.", form=suffix.lower())
