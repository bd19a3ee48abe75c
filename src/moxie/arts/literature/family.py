"""Which files are chapters of one work, by their names.

Careful, because a false family keeps works apart from each other that could be compared: only a
word that says chapter, act or volume with a number, or 上/中/下 in brackets, makes a file a part.
Essays numbered in a row ("随感录三十八", "Letters (2)") are works of their own.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,8}|[一二三四五六七八九十百千零〇廿卅两]{1,6})"
_PART = re.compile(
    rf"第 ?{_NUMBER} ?[章回节卷部折幕场]|"
    rf"\b(?:chapter|chap|ch|part|act|scene|canto|volume|vol|book|kapitel|teil|chapitre)"
    rf" ?{_NUMBER}\b|[（(\[【]\s*[上中下]\s*[）)\]】]|[（(]?[上中下][篇部卷集][）)]?$"
)


def family(name: str) -> str | None:
    """The work that the file of this name (with its folders) is a part of; None for a whole one.

    Files of one work get the same text: what stands before the chapter, or else the folder.
    """
    path = PurePosixPath(name)
    stem = _plain(path.stem)
    found = _PART.search(stem)
    if found is None:
        return None
    called = re.sub(r"[\s\W_\d]+$", "", stem[: found.start()])
    folders = [_plain(folder) for folder in path.parts[:-1] if folder not in ("/", ".", "..")]
    return "/".join([*folders, called] if called else folders) or "chapters"


def _plain(text: str) -> str:
    """Lower case, one space between words and numbers."""
    spaced = re.sub(r"[\s_\-—.]+", " ", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"(?<=[a-z])(?=\d)", " ", spaced).strip()
