"""Engraved pages: safe to show anywhere, the same each time, and proper PDF."""

from __future__ import annotations

import re
import sys
import zlib
from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest

from moxie.arts.music.page import drawing, engrave, pdf
from moxie.arts.music.page.drawing import Glyph, Page, Shape, Text, Type
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score
from moxie.errors import Missing

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Type(lambda sign: ("M0 0h100v-100z", 250.0), lambda words, bold, italic: 500.0 * len(words))
engraved = pytest.mark.skipif(find_spec("verovio") is None, reason="verovio is not installed")


def piece(bars: int = 8, title: str = "A <Prélude>") -> Score:
    """Two hands: quavers and triplets over long notes, with a change of key."""
    notes = [Note(n * TICKS // 2, TICKS // 2, 60 + n * 5 % 13, 0) for n in range(8 * bars)]
    notes += [Note(n * TICKS // 3, TICKS // 3, 40 + n % 5, 1, 1) for n in range(12)]
    notes += [Note(4 * n * TICKS, 4 * TICKS, 36, 1) for n in range(bars)]
    return score(
        notes,
        [Bar(4 * n * TICKS, 4 * TICKS) for n in range(bars)],
        [Part("Piano, right hand"), Part("Piano, left hand")],
        keys=[Key(0, -3, True), Key(8 * TICKS, 2)],
        tempos=[Tempo(0, 96_000)],
        title=title,
    )


@engraved
def test_pages_are_pictures_and_nothing_else():
    (page,) = engrave.svg(piece())
    root = ET.fromstring(page)
    assert {element.tag for element in root.iter()} == {
        SVG + name for name in ("svg", "defs", "path", "rect", "g", "use", "text")
    }
    names = {name for element in root.iter() for name in element.attrib}
    assert not names & {"style", "class", "onload", "{http://www.w3.org/1999/xlink}href"}
    defined = {element.get("id") for element in root.iter(SVG + "path")}
    used = {element.get("href") for element in root.iter(SVG + "use")}
    assert used == {f"#{code}" for code in defined if code}
    words = [text.text for text in root.iter(SVG + "text")]
    assert "A <Prélude>" in words
    assert {"Piano, right hand", "=", "96"} <= set(words)


@engraved
def test_pages_have_the_width_asked_for_and_break():
    score_of_many_bars = piece(120)
    pages = engrave.svg(score_of_many_bars, width=500)
    assert len(pages) > 1
    assert all(ET.fromstring(page).get("width") == "500" for page in pages)
    assert engrave.svg(score_of_many_bars, width=500, most=1) == pages[:1]
    assert len(engrave.svg(score_of_many_bars, scale=0.4)) < len(pages)
    heights = [float(ET.fromstring(page).get("height", 0)) for page in engrave.svg(piece(2))]
    assert heights[0] < 400  # cut to the music


@engraved
def test_the_same_score_gives_the_same_bytes():
    assert engrave.svg(piece()) == engrave.svg(piece())
    assert engrave.pdf(piece()) == engrave.pdf(piece())


def objects(data: bytes) -> dict[int, bytes]:
    """The objects of a PDF, found by its own table."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])
    assert data[start:].startswith(b"xref\n0 ")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", data[start:])]
    found = {}
    for number, place in enumerate(places, 1):
        head = b"%d 0 obj\n" % number
        assert data[place:].startswith(head)
        found[number] = data[place + len(head) : data.index(b"\nendobj", place)]
    return found


def contents(data: bytes) -> str:
    """Everything that is drawn, in operators."""
    streams = [body for body in objects(data).values() if b"stream\n" in body]
    packed = [body.split(b"stream\n", 1)[1].removesuffix(b"\nendstream") for body in streams]
    for body, stream in zip(streams, packed, strict=True):
        assert b"/Length %d " % len(stream) in body
    return "\n".join(zlib.decompress(stream).decode("ascii") for stream in packed)


@engraved
def test_a_pdf_is_whole_and_in_vectors():
    data = engrave.pdf(piece(120))
    assert data.startswith(b"%PDF-1.5")
    found = objects(data)
    pages = [body for body in found.values() if b"/Type /Page " in body]
    assert len(pages) > 1
    assert b"/Count %d" % len(pages) in b"".join(found.values())
    references = {int(n) for body in found.values() for n in re.findall(rb"(\d+) 0 R", body)}
    assert references <= set(found)
    drawn = contents(data)
    assert "A <Prélude>".encode("cp1252").hex() in drawn
    assert drawn.count(" Do Q") > 500
    assert b"/Image" not in data
    assert not any(word in data for word in (b"CreationDate", b"/JS", b"/URI"))


@engraved
def test_titles_may_be_chinese():
    data = engrave.pdf(piece(2, "四重奏 No. 1"))
    drawn = contents(data)
    assert "56DB91CD594F" in drawn  # in the reader's Chinese font
    assert b" No. 1".hex() in drawn
    assert "四重奏 No. 1" in engrave.svg(piece(2, "四重奏 No. 1"))[0].decode()


@engraved
def test_an_orchestra_is_engraved_smaller():
    parts = [Part(f"Part {n}", 40) for n in range(30)]
    notes = [Note(0, 4 * TICKS, 60, part) for part in range(30)]
    assert len(engrave.svg(score(notes, [Bar(0, 4 * TICKS)], parts))) == 1


def test_without_verovio_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "verovio", None)
    with pytest.raises(Missing, match="verovio"):
        engrave.svg(piece(1))


def read(inside: str) -> Page:
    moved = f'<g transform="translate(10, 20)">{inside}</g>'
    root = ET.fromstring(f'<svg><svg viewBox="0 0 2000 1000">{moved}</svg></svg>')
    return drawing.read(root, FONTS)


def test_what_is_no_drawing_is_left_out():
    page = read(
        '<script>alert(1)</script><image href="http://x/y.png"/><foreignObject/>'
        '<path d="M0 0L1 url(#x)"/><g class="placeholder"><ellipse rx="1" ry="1"/></g>'
        '<use href="#E050-x"/><a href="javascript:x"><rect width="1" height="1"/></a>'
    )
    assert page.items == [Shape("", True, 0.0, matrix=(1, 0, 0, 1, 10, 20))]
    assert b"url" not in drawing.svg(page, 100)


def test_text_is_set_with_its_signs():
    page = read(
        '<g class="tempo"><text x="100" y="50" font-size="0px"><tspan font-family="Leipzig" '
        'font-size="400px">\ueca5</tspan><tspan font-size="200px">\u00a0= 96</tspan></text></g>'
        '<text x="5" y="6" text-anchor="end" font-size="100px">Viola &amp; co</text>'
    )
    sign, tempo, name = page.items
    assert isinstance(sign, Glyph)
    assert (sign.code, sign.matrix) == ("ECA5", (0.4, 0, 0, -0.4, 110, 70))
    assert tempo == Text(110 + 100 + 100, 70, "= 96", 200, bold=True)
    assert name == Text(15, 26, "Viola & co", 100, "end")
    assert b">Viola &amp; co</text>" in drawing.svg(page, 100)


@pytest.mark.parametrize(
    ("d", "operators"),
    [
        ("M1 2L3 4", "1 2 m 3 4 l"),
        ("m1-2h3v4z", "1 -2 m 4 -2 l 4 2 l h"),
        ("M0,0 10,0 10,5z", "0 0 m 10 0 l 10 5 l h"),
        ("M0 0c1 1 2 2 3 0s2-2 3 0", "0 0 m 1 1 2 2 3 0 c 4 -2 5 -2 6 0 c"),
        ("M0 0C1 1 2 2 3 0 4 4 5 5 6 6", "0 0 m 1 1 2 2 3 0 c 4 4 5 5 6 6 c"),
        ("M0 0A1 1 0 0 0 2 2", ""),  # arcs are never drawn: rather nothing than nonsense
        ("M1", ""),
        ("M0 0z5", ""),
    ],
)
def test_paths_become_pdf_operators(d, operators):
    page = Page(595.28, 100, [Shape(d, True, 0)])
    drawn = contents(pdf.pdf([page], FONTS, ""))
    expected = f"q 1 0 0 1 0 0 cm {operators} f Q" if operators else ""
    assert drawn.removeprefix("1.000000 0 0 -1.000000 0 841.89 cm\n") == expected


def test_text_is_anchored_by_its_width():
    items = [Text(100, 0, "ab", 10, anchor) for anchor in ("start", "middle", "end")]
    drawn = contents(pdf.pdf([Page(595.28, 100, items)], FONTS, ""))
    assert re.findall(r"0 -1 (\S+) 0 Tm", drawn) == ["100", "95", "90"]
