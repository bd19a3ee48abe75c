"""How large a text may be, whatever file it came from."""

from __future__ import annotations

from moxie.errors import UnreadableWork
from moxie.nn.unpack import Bounds, Unsafe

MAX_BYTES = 64 << 20
"""A file may have 64 MB, pictures included: a long life's collected works have about ten."""

MAX_CHARACTERS = 20_000_000
"""Characters in one file: five times what the most prolific authors have written."""

MAX_WORKS = 20_000
"""Single works in one file; the largest anthologies of one poet have some ten thousand."""

MAX_PAGES, MAX_SECONDS = 3000, 120.0
"""Of a PDF: pages, and how long taking out its text may last."""

PACKED = Bounds(size=256 << 20, entries=10_000, ratio=250, elements=4_000_000, depth=200)
"""For DOCX and EPUB: text packs ten times at most, but a picture of one color packs far more."""


def check_bytes(data: bytes, name: str) -> None:
    """Refuse an empty or a huge file before anything looks inside. Raises UnreadableWork."""
    if len(data) > MAX_BYTES:
        raise UnreadableWork(
            "{name} has {size} MB; a text of at most {limit} MB can be read. Split it into its "
            "works.",
            name=name,
            size=(len(data) >> 20) + 1,
            limit=MAX_BYTES >> 20,
        )
    if not data.strip(b"\0\t\n\r "):
        raise UnreadableWork("{name} is empty.", name=name)


def check_characters(count: int, name: str) -> None:
    """Refuse a text without characters or with too many. Raises UnreadableWork."""
    if count > MAX_CHARACTERS:
        raise UnreadableWork(
            "{name} has over {limit} million characters. Split it into its works.",
            name=name,
            limit=MAX_CHARACTERS // 1_000_000,
        )
    if count < 1:
        raise UnreadableWork("There is no text in {name}.", name=name)


def explained(unsafe: Unsafe, name: str, kind: str) -> UnreadableWork:
    """What is wrong with a packed file of this kind ("DOCX"), in a sentence."""
    if unsafe.wrong == "locked":
        return UnreadableWork("{name} is encrypted: save it without a password.", name=name)
    if unsafe.wrong == "large":
        return UnreadableWork(
            "{name} unpacks to more than a {kind} file may hold, as a bomb does.",
            name=name,
            kind=kind,
        )
    if unsafe.wrong in ("definitions", "tangled"):
        return UnreadableWork(
            "{name} is no sound {kind} file: its XML has definitions of its own, or is nested "
            "without end.",
            name=name,
            kind=kind,
        )
    return UnreadableWork(
        "{name} is damaged or cut off: it cannot be read as a {kind} file.", name=name, kind=kind
    )
