"""Engraved pages as PDF: vector outlines, and text in the fonts that every reader has.

PDF has the same lines, curves and matrices as the drawing, so nothing but its syntax is needed
(ISO 32000-1; chapters 7 for files, 8 for graphics, 9 for text). Words are in Times, one of the
fourteen fonts that readers supply; what Times lacks, Chinese above all, is set in the reader's
Chinese font. Nothing is dated and nothing numbered at random: the same pages, the same bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from moxie.arts.music.page.drawing import Glyph, Item, Matrix, Page, Shape, Text, Type

Point: TypeAlias = tuple[float, float]

A4 = (595.28, 841.89)
"""Width and height of a page in points."""

_FONTS = ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic")
_CHINESE = len(_FONTS)  # the number of the font after them
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}


def pdf(pages: Sequence[Page], fonts: Type, title: str) -> bytes:
    """The pages on A4, each scaled to the paper's width."""
    writer = _Writer()
    catalog, tree = writer.place(), writer.place()
    glyphs = {code: outline for page in pages for code, outline in page.glyphs.items()}
    used = sorted({item.code for page in pages for item in page.items if isinstance(item, Glyph)})
    signs = " ".join(f"/{code} {writer.add(_form(glyphs[code]))} 0 R" for code in used)
    resources = writer.add(
        f"<< /XObject << {signs} >> /Font << {_fonts(writer)} >> >>".encode("ascii")
    )
    sheets = [_sheet(writer, page, fonts, tree, resources) for page in pages]
    kids = " ".join(f"{sheet} 0 R" for sheet in sheets)
    writer.fill(tree, f"<< /Type /Pages /Count {len(sheets)} /Kids [{kids}] >>".encode("ascii"))
    writer.fill(catalog, f"<< /Type /Catalog /Pages {tree} 0 R >>".encode("ascii"))
    named = "".join(f"{ord(c):04X}" for c in "\ufeff" + title if ord(c) < 0x10000)
    info = writer.add(f"<< /Title <{named}> /Producer (Moxie) >>".encode("ascii"))
    return writer.file(catalog, info)


class _Writer:
    """The numbered objects of a PDF file."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def place(self) -> int:
        """The number of an object whose contents follow."""
        self.objects.append(b"")
        return len(self.objects)

    def fill(self, number: int, contents: bytes) -> None:
        """The contents of an object."""
        self.objects[number - 1] = contents

    def add(self, contents: bytes) -> int:
        """A new object; its number."""
        self.objects.append(contents)
        return len(self.objects)

    def file(self, catalog: int, info: int) -> bytes:
        """Everything, with the table of where each object begins."""
        out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, contents in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, contents)
        table = len(out)
        size = len(places) + 1
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (size, catalog, info)
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)


def _stream(entries: str, contents: str) -> bytes:
    packed = zlib.compress(contents.encode("ascii"), 9)
    head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode("ascii") + packed + b"\nendstream"


def _form(outline: str) -> bytes:
    """A sign of the music font, drawn once and used often."""
    return _stream(
        "/Type /XObject /Subtype /Form /BBox [-3000 -4000 5000 4000]", f"{_path(outline)} f"
    )


def _fonts(writer: _Writer) -> str:
    simple = "<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /BaseFont /%s >>"
    numbers = [writer.add((simple % name).encode("ascii")) for name in _FONTS]
    descriptor = writer.add(
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    )
    descendant = writer.add(
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
        b"/FontDescriptor %d 0 R >>" % descriptor
    )
    numbers.append(
        writer.add(
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
            b"/DescendantFonts [%d 0 R] >>" % descendant
        )
    )
    return " ".join(f"/F{n} {number} 0 R" for n, number in enumerate(numbers))


def _sheet(writer: _Writer, page: Page, fonts: Type, tree: int, resources: int) -> int:
    """One page: its number as an object."""
    scale = A4[0] / page.width
    lines = [f"{scale:.6f} 0 0 {-scale:.6f} 0 {_n(A4[1])} cm"]
    for item in page.items:
        lines += _drawn(item, fonts)
    contents = writer.add(_stream("", "\n".join(lines)))
    return writer.add(
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {_n(A4[0])} {_n(A4[1])}] "
        f"/Resources {resources} 0 R /Contents {contents} 0 R >>".encode("ascii")
    )


def _drawn(item: Item, fonts: Type) -> Iterator[str]:
    """The operators that draw an item."""
    if isinstance(item, Glyph):
        yield f"q {_cm(item.matrix)} /{item.code} Do Q"
    elif isinstance(item, Text):
        yield from _words(item, fonts)
    else:
        yield _shape(item)


def _shape(shape: Shape) -> str:
    path = _path(shape.d)
    if not path or not (shape.filled or shape.stroke):
        return ""
    paint = ("B" if shape.filled else "S") if shape.stroke else "f"
    line = f"{_n(shape.stroke)} w {_CAPS.get(shape.cap, 0)} J {_JOINS.get(shape.join, 0)} j "
    return f"q {_cm(shape.matrix)} {line if shape.stroke else ''}{path} {paint} Q"


def _words(text: Text, fonts: Type) -> Iterator[str]:
    """A line of text, in as many pieces as it needs fonts."""
    pieces = [(font, words, _width(font, words, fonts)) for font, words in _pieces(text)]
    whole = sum(width for _, _, width in pieces) * text.size / 1000
    x = text.x - whole * {"middle": 0.5, "end": 1.0}.get(text.anchor, 0.0)
    for font, words, width in pieces:
        if font == _CHINESE:
            shown = "".join(f"{ord(c):04X}" for c in words)
        else:
            shown = words.encode("cp1252").hex()
        place = f"1 0 0 -1 {_n(x)} {_n(text.y)} Tm"
        yield f"BT /F{font} {_n(text.size)} Tf {place} <{shown}> Tj ET"
        x += width * text.size / 1000


def _pieces(text: Text) -> Iterator[tuple[int, str]]:
    """(font, words) along the line."""
    latin = text.bold + 2 * text.italic
    font, words = latin, ""
    # what is beyond the Chinese font's encoding, nobody can show
    for character in (c if ord(c) < 0x10000 else "?" for c in text.words):
        wanted = latin if _in_times(character) else _CHINESE
        if wanted != font and words:
            yield font, words
            words = ""
        font = wanted
        words += character
    if words:
        yield font, words


def _in_times(character: str) -> bool:
    try:
        return bool(character.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _width(font: int, words: str, fonts: Type) -> float:
    """In thousandths of the size."""
    if font == _CHINESE:
        return 1000.0 * len(words)
    return fonts.width(words, font in (1, 3), font in (2, 3))


class _Path:
    """SVG path data, turned into PDF's operators one command after the other."""

    def __init__(self) -> None:
        self.at: Point = (0, 0)
        self.start: Point = (0, 0)
        self.handle: Point | None = None  # of the last curve
        self.out: list[str] = []

    def command(self, letter: str, numbers: Sequence[float]) -> None:
        """One command with as many numbers as it takes."""
        kind, relative = letter.upper(), letter.islower()
        x, y = self.at if relative else (0.0, 0.0)
        if kind in "HV":
            other = self.at[1 if kind == "H" else 0]
            points = [(numbers[0] + x, other) if kind == "H" else (other, numbers[0] + y)]
        else:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            points = [(px + x, py + y) for px, py in pairs]
        handle = None
        if kind == "Z":
            self.out.append("h")
            points = [self.start]
        elif kind in "MLHV":
            self.out.append(f"{_pair(points[0])} {'m' if kind == 'M' else 'l'}")
            self.start = points[0] if kind == "M" else self.start
        else:
            curve = self._curve(kind, points)
            self.out.append(" ".join(map(_pair, curve)) + " c")
            handle, points = curve[1], curve
        self.at, self.handle = points[-1], handle

    def _curve(self, kind: str, points: list[Point]) -> list[Point]:
        """A cubic curve; a smooth one's first handle mirrors the last curve's second."""
        if kind == "S":
            (x, y), (hx, hy) = self.at, self.handle or self.at
            return [(2 * x - hx, 2 * y - hy), *points]
        return points


_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Z": 0}
"""How many numbers a command takes. Verovio's outlines have no others."""


def _path(d: str) -> str:
    """Path data as PDF operators; nothing if it is not understood."""
    path, tokens = _Path(), _TOKEN.findall(d)
    letter, place = "", 0
    while place < len(tokens):
        if tokens[place].isalpha():
            letter = tokens[place]
            place += 1
        takes = _TAKES.get(letter.upper())
        numbers = tokens[place : place + (takes or 0)]
        if takes is None or len(numbers) < takes or any(n.isalpha() for n in numbers):
            return ""
        path.command(letter, [float(number) for number in numbers])
        place += takes
        if not takes and place < len(tokens) and not tokens[place].isalpha():
            return ""
        letter = {"M": "L", "m": "l"}.get(letter, letter)  # further pairs are lines
    return " ".join(path.out)


def _cm(matrix: Matrix) -> str:
    scales = " ".join(f"{number:.4f}".rstrip("0").rstrip(".") for number in matrix[:4])
    return f"{scales} {_n(matrix[4])} {_n(matrix[5])} cm"


def _pair(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
