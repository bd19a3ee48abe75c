"""What DOCX, EPUB and HTML are written with: escaped text, and zip archives without a clock."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the archive; `plain` is not compressed, as EPUB wants its first."""

    name: str
    text: str
    plain: bool = False


def packed(entries: Iterable[Entry]) -> bytes:
    """The archive: the same bytes each time, with no clock and no machine in them."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name)  # 1980, on no system
            info.compress_type = zipfile.ZIP_STORED if entry.plain else zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, entry.text.encode())
    return memory.getvalue()


def plain(text: str) -> str:
    """The text with what XML reads as markup escaped, and without controls, which it forbids."""
    return escape(_FORBIDDEN.sub("", text), {'"': "&quot;"})
