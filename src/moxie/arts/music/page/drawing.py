"""What an engraved page is made of: shapes, glyphs of the music font, and text.

Verovio draws SVG for browsers, with a style sheet, identifiers and embedded fonts. `read` keeps
the drawing alone: nothing in it can run, refer to anything outside, or need a style sheet. `svg`
writes it as SVG again; `pdf.py` as PDF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
"""x' = a x + c y + e, y' = b x + d y + f."""

_SAME: Matrix = (1, 0, 0, 1, 0, 0)
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtZz0-9eE.,+\s-]*")
_LINE = re.compile(r"M[^A-Za-z]*L[^A-Za-z]*")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


class Shape(NamedTuple):
    """An outline, filled or stroked; `stroke` is a line width, 0 for none."""

    d: str
    filled: bool
    stroke: float
    cap: str = "butt"
    join: str = "miter"
    matrix: Matrix = _SAME


class Glyph(NamedTuple):
    """A sign of the music font at a place."""

    code: str  # of its outline in `Page.glyphs`
    matrix: Matrix


class Text(NamedTuple):
    """Words on one line; `anchor` says what of them is at `x`: "start", "middle" or "end"."""

    x: float
    y: float
    words: str
    size: float
    anchor: str = "start"
    bold: bool = False
    italic: bool = False


Item: TypeAlias = Shape | Glyph | Text


@dataclass
class Page:
    """A page in its own units, of which `width` fill its width; y runs down."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)
    glyphs: dict[str, str] = field(default_factory=dict)  # outlines by code, y running up
    bars: list[Box] = field(default_factory=list)  # where each bar's staves are, in order


class Box(NamedTuple):
    """A part of a page, in parts of its width and height."""

    x: float
    y: float
    width: float
    height: float


class Type(NamedTuple):
    """What is known of the fonts: outlines and advances of music signs, widths of words."""

    sign: Callable[[str], tuple[str, float] | None]  # (outline, advance in thousandths)
    width: Callable[[str, bool, bool], float]  # of words, bold, italic; in thousandths


class _Pen(NamedTuple):
    """What holds for the elements inside an element."""

    matrix: Matrix = _SAME
    bold: bool = False
    italic: bool = False
    size: float = 0
    music: bool = False
    x: float = 0
    y: float = 0
    anchor: str = "start"


class _Run(NamedTuple):
    """Some text with what holds for it."""

    words: str
    pen: _Pen


# What verovio's style sheet says of the groups it names.
_BOLD = frozenset({"ending", "fing", "reh", "tempo"})
_ITALIC = frozenset({"dir", "dynam", "mNum"})
_HIDDEN = frozenset({"placeholder"})


def read(root: Element, fonts: Type) -> Page:
    """The drawing in a page of verovio's SVG, its names without namespaces."""
    inner = next((e for e in root.iter("svg") if e is not root), root)
    _, _, width, height = (float(n) for n in re.findall(_NUMBER, inner.get("viewBox", "0 0 1 1")))
    page = Page(width, height)
    for defined in root.iterfind("defs/*"):
        outline = defined.find("path")
        if outline is not None:
            page.glyphs[_code(defined.get("id", ""))] = _outline(outline.get("d", ""))
    for element in inner:
        page.items += _items(element, _Pen(), page, fonts)
    return page


def svg(page: Page, width: int, bars: bool = False) -> bytes:
    """A picture `width` pixels wide that stands for itself, on white.

    With `bars` its root says where they are: data-bars="x y width height;...", in parts of it.
    """
    size = f'width="{width}" height="{round(width * page.height / page.width)}"'
    told = ";".join(" ".join(f"{part:.4f}" for part in box) for box in page.bars)
    size += f' data-bars="{told}"' * bars
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(page.width)} '
        f'{_n(page.height)}" {size}>\n<defs>'
    ]
    used = sorted({item.code for item in page.items if isinstance(item, Glyph)})
    lines += [f'<path id="{code}" d="{page.glyphs[code]}"/>\n' for code in used]
    lines.append(
        '</defs>\n<rect width="100%" height="100%" fill="white"/>\n'
        '<g font-family="Times New Roman, Times, serif">\n'
    )
    lines += [_drawn(item) for item in page.items]
    return "".join([*lines, "</g>\n</svg>\n"]).encode()


def _items(element: Element, pen: _Pen, page: Page, fonts: Type) -> Iterator[Item]:
    """An element and what is inside it, in the order of drawing."""
    classes = set((element.get("class") or "").split())
    if classes & _HIDDEN:
        return
    pen = _inside(element, pen, classes)
    if element.tag == "text":
        yield from _set(list(_runs(element, pen)), page, fonts)
    elif element.tag == "use":
        code = _code(element.get("href", ""))
        if code in page.glyphs:
            yield Glyph(code, _times(pen.matrix, (1, 0, 0, -1, 0, 0)))
    elif element.tag in _SHAPES:
        yield _shape(element, pen.matrix)
    elif element.tag in ("g", "svg"):
        inside = [item for child in element for item in _items(child, pen, page, fonts)]
        if "measure" in classes:
            page.bars += _staves(inside, page)
        yield from inside


def _staves(items: list[Item], page: Page) -> list[Box]:
    """The box around the level lines of a bar, which are its staves."""
    corners: list[tuple[float, float]] = []
    for item in items:
        if isinstance(item, Shape) and _LINE.fullmatch(item.d):
            x, y, x2, y2 = (float(n) for n in re.findall(_NUMBER, item.d)[:4])
            a, b, c, d, e, f = item.matrix
            if y == y2 and abs(x2 - x) > page.width / 40:  # ledger lines are shorter
                corners += [(a * px + c * y + e, b * px + d * y + f) for px in (x, x2)]
    if not corners:
        return []
    left, top = (min(values) for values in zip(*corners, strict=True))
    right, foot = (max(values) for values in zip(*corners, strict=True))
    return [
        Box(
            left / page.width,
            top / page.height,
            (right - left) / page.width,
            (foot - top) / page.height,
        )
    ]


def _inside(element: Element, pen: _Pen, classes: set[str]) -> _Pen:
    """The pen inside an element."""
    matrix = _times(pen.matrix, _matrix(element.get("transform", "")))
    pen = pen._replace(
        matrix=matrix,
        bold=pen.bold or bool(classes & _BOLD) or element.get("font-weight") == "bold",
        italic=pen.italic or bool(classes & _ITALIC) or element.get("font-style") == "italic",
        anchor=element.get("text-anchor", pen.anchor),
        x=float(element.get("x", pen.x)),
        y=float(element.get("y", pen.y)),
    )
    if family := element.get("font-family"):
        pen = pen._replace(music=not family.startswith("Times"))
    if size := element.get("font-size"):
        pen = pen._replace(size=float(size.removesuffix("px")))
    return pen


_ROUND = 0.5523  # how far the handles of four curves that make a circle reach


def _ellipse(element: Element) -> str:
    x, y, rx, ry = (float(element.get(name, 0)) for name in ("cx", "cy", "rx", "ry"))
    kx, ky = rx * _ROUND, ry * _ROUND
    return (
        f"M{_n(x - rx)} {_n(y)}c0 {_n(-ky)} {_n(rx - kx)} {_n(-ry)} {_n(rx)} {_n(-ry)}"
        f"s{_n(rx)} {_n(ry - ky)} {_n(rx)} {_n(ry)} {_n(kx - rx)} {_n(ry)} {_n(-rx)} {_n(ry)}"
        f"s{_n(-rx)} {_n(ky - ry)} {_n(-rx)} {_n(-ry)}z"
    )


def _rectangle(element: Element) -> str:
    x, y, width, height = (float(element.get(name, 0)) for name in ("x", "y", "width", "height"))
    return f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h{_n(-width)}z"


def _points(element: Element) -> str:
    numbers = re.findall(_NUMBER, element.get("points", ""))
    places = [f"{x} {y}" for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
    return f"M{'L'.join(places)}{'z' if element.tag == 'polygon' else ''}"


_SHAPES: Mapping[str, Callable[[Element], str]] = {
    "path": lambda element: _outline(element.get("d", "")),
    "ellipse": _ellipse,
    "rect": _rectangle,
    "polygon": _points,
    "polyline": _points,
}


def _shape(element: Element, matrix: Matrix) -> Shape:
    d = _SHAPES[element.tag](element)
    return Shape(
        d,
        element.get("fill") != "none" and not _LINE.fullmatch(d),
        float(element.get("stroke-width", 0)),
        element.get("stroke-linecap", "butt"),
        element.get("stroke-linejoin", "miter"),
        matrix,
    )


def _outline(d: str) -> str:
    """Path data, if it is nothing else."""
    return " ".join(d.split()) if _PATH.fullmatch(d) else ""


def _runs(element: Element, pen: _Pen) -> Iterator[_Run]:
    if element.text:
        yield _Run(element.text, pen)
    for child in element:
        if child.tag == "tspan":
            yield from _runs(child, _inside(child, pen, set()))
        if child.tail:
            yield _Run(child.tail, pen)


def _set(runs: list[_Run], page: Page, fonts: Type) -> Iterator[Item]:
    """Text with music signs in it, piece after piece on its line."""
    runs = [
        run._replace(words=run.words.replace("\u00a0", " "))
        for run in runs
        if run.words and run.pen.size
    ]
    widths = [_advance(run, fonts) for run in runs]
    lines: dict[tuple[float, float], float] = {}  # how far each line has come, by its origin
    for place, run in enumerate(runs):
        pen = run.pen
        line = (pen.x, pen.y)
        if line not in lines:
            whole = sum(w for w, r in zip(widths, runs, strict=True) if (r.pen.x, r.pen.y) == line)
            share = {"middle": 0.5, "end": 1.0}.get(pen.anchor, 0.0)
            alone = whole == widths[place] and not pen.music
            if alone:  # let the reader's own font decide where it begins
                yield _text(run, pen.x, pen.anchor)
                lines[line] = pen.x
                continue
            lines[line] = pen.x - share * whole
        x = lines[line]
        lines[line] += widths[place]
        if pen.music:
            yield from _signs(run, x, page, fonts)
        else:
            blank = run.words[: len(run.words) - len(run.words.lstrip())]
            skipped = fonts.width(blank, pen.bold, pen.italic) * pen.size / 1000
            yield _text(run, x + skipped, "start")


def _text(run: _Run, x: float, anchor: str) -> Text:
    """A run at a place of the page."""
    a, b, c, d, e, f = run.pen.matrix
    y = run.pen.y
    at = (a * x + c * y + e, b * x + d * y + f)
    return Text(*at, run.words.strip(), run.pen.size, anchor, run.pen.bold, run.pen.italic)


def _signs(run: _Run, x: float, page: Page, fonts: Type) -> Iterator[Glyph]:
    scale = run.pen.size / 1000
    for character in run.words:
        found = fonts.sign(character)
        if found:
            code = f"{ord(character):04X}"
            page.glyphs[code] = _outline(found[0])
            place = (scale, 0, 0, -scale, x, run.pen.y)
            yield Glyph(code, _times(run.pen.matrix, place))
            x += found[1] * scale


def _advance(run: _Run, fonts: Type) -> float:
    """How wide a run is."""
    pen = run.pen
    if pen.music:
        signs = [fonts.sign(character) for character in run.words]
        return sum(sign[1] for sign in signs if sign) * pen.size / 1000
    return fonts.width(run.words, pen.bold, pen.italic) * pen.size / 1000


def _code(reference: str) -> str:
    """The code point that begins a glyph's name: "#E050-abc" is E050."""
    found = re.match(r"#?([0-9A-Fa-f]{4,6})\b", reference)
    return found[1].upper() if found else ""


def _matrix(transform: str) -> Matrix:
    """An attribute `transform` of translations and scales."""
    matrix = _SAME
    for kind, inside in re.findall(r"(\w+)\s*\(([^)]*)\)", transform):
        numbers = [float(number) for number in re.findall(_NUMBER, inside)]
        if kind == "translate":
            x, y = [*numbers, 0.0][:2]
            matrix = _times(matrix, (1, 0, 0, 1, x, y))
        elif kind == "scale":
            x, y = (numbers * 2)[:2]
            matrix = _times(matrix, (x, 0, 0, y, 0, 0))
    return matrix


def _times(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (
        a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j,
        a * k + c * m + e, b * k + d * m + f,
    )  # fmt: skip


def _drawn(item: Item) -> str:
    """An item as SVG."""
    if isinstance(item, Glyph):
        return f'<use href="#{item.code}"{_moved(item.matrix)}/>\n'
    if isinstance(item, Text):
        weight = ' font-weight="bold"' if item.bold else ""
        style = ' font-style="italic"' if item.italic else ""
        anchor = f' text-anchor="{item.anchor}"' if item.anchor != "start" else ""
        return (
            f'<text x="{_n(item.x)}" y="{_n(item.y)}" font-size="{_n(item.size)}"{anchor}{weight}'
            f"{style}>{escape(item.words)}</text>\n"
        )
    fill = "" if item.filled else ' fill="none"'
    stroke = f' stroke="black" stroke-width="{_n(item.stroke)}"' if item.stroke else ""
    cap = f" stroke-linecap={quoteattr(item.cap)}" if item.cap != "butt" else ""
    join = f" stroke-linejoin={quoteattr(item.join)}" if item.join != "miter" else ""
    return f'<path d="{item.d}"{fill}{stroke}{cap}{join}{_moved(item.matrix)}/>\n'


def _moved(matrix: Matrix) -> str:
    if matrix == _SAME:
        return ""
    a, b, c, d, e, f = matrix
    if (a, b, c, d) == (1, 0, 0, 1):
        return f' transform="translate({_n(e)} {_n(f)})"'
    scales = " ".join(f"{number:.4g}" for number in (a, b, c, d))
    return f' transform="matrix({scales} {_n(e)} {_n(f)})"'


def _n(number: float) -> str:
    """A number with the two digits behind the point that matter in print."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
