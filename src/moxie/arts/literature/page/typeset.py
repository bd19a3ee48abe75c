"""A text typeset as a PDF of the size of a paperback (A5).

Letters are those of a TrueType font of this machine, set into the file. Chinese without one is
set in STSong-Light, which the file only names: every common viewer has a font to show it in.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from moxie.arts.literature.files.packing import plain
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.needs import need
from moxie.arts.literature.writing import Writing

POINTS, LEADING, TITLE = 10.5, 18.0, 15.0
"""Of the text: size and distance of lines; of the title."""

_MARGIN = 54.0  # points
_CLOSING = frozenset("，。、；：？！”’」』》）〉】…—·")
_OPENING = "“‘「『《（〈【"
_CHINESE = (
    *("simsun.ttc", "Songti.ttc", "NotoSerifSC-Regular.ttf", "NotoSerifTC-Regular.ttf"),
    *("uming.ttc", "msyh.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc"),
)
_OTHER = (
    *("Georgia.ttf", "georgia.ttf", "DejaVuSerif.ttf", "NotoSerif-Regular.ttf"),
    *("LiberationSerif-Regular.ttf", "times.ttf", "DejaVuSans.ttf"),
)


def typeset(writing: Writing) -> bytes:
    """The PDF. Raises Missing where reportlab is not installed."""
    need("reportlab")
    from reportlab.lib.pagesizes import A5
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    memory = io.BytesIO()
    font = _font(wide(writing.text), writing.title + writing.text)
    document = BaseDocTemplate(
        memory,
        pagesize=A5,
        title=writing.title,
        invariant=1,  # no clock in the file
    )

    def number(canvas: Any, _page: object) -> None:  # noqa: ANN401 - reportlab has no types
        canvas.setFont("Times-Roman", 9)
        canvas.drawCentredString(A5[0] / 2, _MARGIN / 2, str(canvas.getPageNumber()))

    frame = Frame(_MARGIN, _MARGIN, A5[0] - 2 * _MARGIN, A5[1] - 2 * _MARGIN)
    document.addPageTemplates([PageTemplate(frames=[frame], onPageEnd=number)])
    document.build(list(_rows(writing, font)))
    return memory.getvalue()


def _rows(writing: Writing, font: str) -> Iterator[object]:
    from reportlab.platypus import KeepTogether, Paragraph, Spacer

    title, prose, verse = _styles(font, chinese=wide(writing.text))
    if writing.title:
        yield Paragraph(plain(writing.title), title)
    for entry in writing.paragraphs:
        if writing.verse or "\n" in entry:
            lines = "<br/>".join(plain(line) for line in entry.split("\n"))
            yield KeepTogether([Paragraph(lines, verse), Spacer(1, LEADING * 0.7)])
        elif wide(entry):
            lines = "<br/>".join(plain(line) for line in _broken(entry, font))
            yield Paragraph(lines, prose)
        else:
            yield Paragraph(plain(entry), prose)


def _broken(text: str, font: str) -> Iterator[str]:
    """A Chinese paragraph in lines: no mark begins one, it hangs over the margin instead."""
    from reportlab.lib.pagesizes import A5
    from reportlab.pdfbase.pdfmetrics import stringWidth

    room = A5[0] - 2 * _MARGIN
    line, left = "", room - 2 * POINTS
    for word in re.findall(r"[!-~]+ ?|.", text):
        taken = stringWidth(word, font, POINTS)
        if taken > left and line and word not in _CLOSING:
            opening = line[-1] if line[-1] in _OPENING else ""  # none ends a line
            yield line.removesuffix(opening)
            line, left = opening, room - stringWidth(opening, font, POINTS)
        line, left = line + word, left - taken
    yield line


def _styles(font: str, *, chinese: bool) -> Sequence[Any]:
    """How a title, prose and verse are set."""
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
    from reportlab.lib.styles import ParagraphStyle

    text = ParagraphStyle("text", fontName=font, fontSize=POINTS, leading=LEADING)
    return (
        ParagraphStyle(
            "title",
            text,
            fontSize=TITLE,
            leading=1.4 * TITLE,
            alignment=TA_CENTER,
            spaceAfter=1.6 * LEADING,
            wordWrap="CJK" if chinese else None,
        ),
        ParagraphStyle(
            "prose",
            text,
            alignment=TA_LEFT if chinese else TA_JUSTIFY,
            firstLineIndent=(2 if chinese else 1.4) * POINTS,
            splitLongWords=not chinese,
        ),
        ParagraphStyle("verse", text, leftIndent=48, wordWrap="CJK" if chinese else None),
    )


def _font(chinese: bool, text: str) -> str:
    """The name of a font, registered, that has the letters of the text."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if not chinese and _western(text):
        return "Times-Roman"
    for path in _files(_CHINESE if chinese else _OTHER):
        if name := _registered(path):
            return name
    if not chinese:
        return "Times-Roman"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def _western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _registered(path: Path) -> str | None:
    """The font's name in reportlab; None for one whose outlines it cannot set into a file."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        pdfmetrics.registerFont(TTFont(path.stem, str(path)))
    except (TTFError, OSError):
        return None
    return path.stem


@cache
def _files(names: Sequence[str]) -> tuple[Path, ...]:
    """The fonts of these file names on this machine, in the order of the names."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for name in names:
            if name not in found and folder.is_dir():
                path = next(folder.rglob(name), None)
                if path is not None:
                    found[name] = path
    return tuple(found[name] for name in names if name in found)


def _folders() -> Iterator[Path]:
    """Where operating systems keep fonts."""
    if sys.platform == "win32":
        yield Path("C:/Windows/Fonts")
    elif sys.platform == "darwin":
        yield Path("/System/Library/Fonts")
        yield Path("/Library/Fonts")
        yield Path.home() / "Library/Fonts"
    else:
        yield Path("/usr/share/fonts")
        yield Path("/usr/local/share/fonts")
        yield Path.home() / ".local/share/fonts"
