"""Scores as they are printed: SVG to look at, PDF to play from.

Verovio engraves. Its pages are drawn anew (see `drawing`), so that they carry no style sheet,
script, font or identifier; the PDF is written by our own code, in vectors, without a package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from moxie.arts.music.needs import need
from moxie.arts.music.notation import write_musicxml
from moxie.arts.music.page import drawing
from moxie.arts.music.page.drawing import Page, Type
from moxie.arts.music.page.pdf import pdf as written
from moxie.arts.music.score import Score
from moxie.errors import BadInput

WIDTH = 840
"""The width of an SVG page in pixels."""

_A4 = (2100, 2970)  # tenths of millimetres
_MARGIN = 90
_FULL_STAFF = 5  # parts up to which a page is as on a stand; more make the staves smaller
_MUSIC_FONT = "Leipzig"
_OPTIONS = {
    "scale": 100,
    "footer": "none",
    "font": _MUSIC_FONT,
    "smuflTextFont": "none",
    "svgFormatRaw": True,
    "svgRemoveXlink": True,
    "svgViewBox": True,
    "xmlIdSeed": 1,
}


def svg(
    score: Score,
    *,
    width: int = WIDTH,
    scale: float | None = None,
    height: float | None = None,
    most: int | None = None,
    bars: bool = False,
) -> list[bytes]:
    """The pages as SVG pictures, as wide as A4 paper and as high as their music.

    `width` is in pixels; `scale` is the size of the staves, 1 being 7.2 mm on A4; None takes what
    suits the number of parts. `height` is the most that a page is high, in its own width; None is
    that of A4. No more than `most` pages are drawn. `bars` as in `drawing.svg`. Safe inside a page
    as `<img>` or inline. The same score gives the same bytes. Raises Missing without verovio.
    """
    fonts = _fonts()
    options: dict[str, object] = {"adjustPageHeight": True}
    if height is not None:
        options["pageHeight"] = round(height * _A4[0] / (scale or _size(score)))
    pages = _pages(score, fonts, scale, options, most)
    return [drawing.svg(page, width, bars) for page in pages]


def pdf(score: Score, *, scale: float | None = None) -> bytes:
    """The pages on A4 paper, in vectors; `scale` as in `svg`. Raises Missing without verovio."""
    fonts = _fonts()
    return written(_pages(score, fonts, scale, {"justifyVertically": True}), fonts, score.title)


def _pages(
    score: Score,
    fonts: Type,
    scale: float | None,
    options: Mapping[str, object],
    most: int | None = None,
) -> list[Page]:
    verovio = need("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit: Any = verovio.toolkit()
    size = scale or _size(score)
    margin = round(_MARGIN / size)
    toolkit.setOptions(
        {
            "pageWidth": round(_A4[0] / size),
            "pageHeight": round(_A4[1] / size),
            **{f"pageMargin{side}": margin for side in ("Bottom", "Left", "Right", "Top")},
            **_OPTIONS,
            **options,
        }
    )
    if not toolkit.loadData(write_musicxml(score).decode()):
        raise BadInput("The score cannot be engraved: verovio does not take it.")
    count: int = toolkit.getPageCount()
    wanted = range(1, (count if most is None else min(most, count)) + 1)
    return [_page(toolkit.renderToSVG(number), fonts) for number in wanted]


def _size(score: Score) -> float:
    """The scale at which a system of this many parts fits a page well."""
    parts = len(score.parts)
    return 0.8 if parts <= _FULL_STAFF else max(0.25, 0.8 * _FULL_STAFF / parts)


def _page(picture: str, fonts: Type) -> Page:
    root = ET.fromstring(picture)  # noqa: S314 - verovio wrote it
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return drawing.read(root, fonts)


@dataclass(frozen=True)
class _Metrics:
    """Verovio's own tables of its music font and of Times."""

    folder: Path

    def sign(self, character: str) -> tuple[str, float] | None:
        """The outline of a music sign and its advance."""
        code = f"{ord(character):04X}"
        file = self.folder / _MUSIC_FONT / f"{code}.xml"
        if not file.is_file():
            return None
        outline = re.search(r'\sd="([^"]*)"', file.read_text(encoding="utf-8"))
        advance = _advances(self.folder / f"{_MUSIC_FONT}.xml").get(code, 0.0)
        return (outline[1], advance) if outline else None

    def width(self, words: str, bold: bool, italic: bool) -> float:
        """How wide words are in Times; letters it lacks are as wide as Chinese ones."""
        style = "-bold" * bold + "-italic" * italic
        advances = _advances(self.folder / "text" / f"Times{style}.xml")
        codes = (character.encode().hex().upper() for character in words)
        return sum(advances.get(code, 1000.0) for code in codes)


@lru_cache(maxsize=8)
def _advances(file: Path) -> dict[str, float]:
    """Advances by code (of words, the UTF-8 bytes), in thousandths of the size."""
    root = ET.parse(file).getroot()  # noqa: S314 - it came with verovio
    em = float(root.get("units-per-em", 1000))
    return {glyph.get("c", ""): _advance(glyph) * 1000 / em for glyph in root.iter("g")}


def _advance(glyph: ET.Element) -> float:
    """A glyph's advance; where the table has none, its width with as much space on each side."""
    given = glyph.get("h-a-x")
    x, width = float(glyph.get("x", 0)), float(glyph.get("w", 0))
    return float(given) if given else 2 * max(x, 0) + width


def _fonts() -> Type:
    metrics = _Metrics(Path(str(need("verovio").__file__)).parent / "data")
    return Type(metrics.sign, metrics.width)
