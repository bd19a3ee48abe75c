"""Word's DOCX, which is XML in a zip archive: read for its words and headings, and written.

ECMA-376 part 1, chapters 11 (the package) and 17 (WordprocessingML). Footnotes, comments, what is
struck out and what stands in text boxes is no part of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from moxie.arts.literature.files.limits import PACKED, check_characters, explained
from moxie.arts.literature.files.manuscript import Manuscript, Section
from moxie.arts.literature.files.packing import Entry, packed, plain
from moxie.arts.literature.files.plain import section
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.writing import Writing
from moxie.errors import UnreadableWork
from moxie.nn import unpack

DOCUMENT, STYLES = "word/document.xml", "word/styles.xml"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = frozenset({"del", "moveFrom", "txbxContent", "Fallback", "instrText", "pPr", "rPr"})
_NOTES = frozenset({"footnoteReference", "endnoteReference"})
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)


def read_docx(data: bytes, name: str) -> Manuscript:
    """The words of a DOCX file. Raises UnreadableWork."""
    try:
        with unpack.opened(data, PACKED) as package:
            if DOCUMENT not in package.names:
                raise UnreadableWork("{name} has no Word document inside.", name=name)
            styles = _styles(package.tree(STYLES)) if STYLES in package.names else {}
            body = package.tree(DOCUMENT)
    except unpack.Unsafe as unsafe:
        raise explained(unsafe, name, "DOCX") from unsafe
    cut: Counter[str] = Counter()
    sections, title = list[Section](), ""
    for level, heading, text in _parted(body, styles, cut):
        if level == 0 and heading:
            title = heading
        if text.strip() or (heading and level):
            sections.append(section(text, cut, heading if level else "", level))
    found = Manuscript(tuple(sections), title, cut=+cut)
    check_characters(found.characters, name)
    return found


def write_docx(writing: Writing) -> bytes:
    """A document with a title and paragraphs set as books set them; lines of verse are kept."""
    rows = [_paragraph([writing.title], "Title")] if writing.title else []
    style = "Verse" if writing.verse else "Normal"
    rows += [
        _paragraph(entry.split("\n"), "Verse" if "\n" in entry else style)
        for entry in writing.paragraphs
    ]
    spaced = wide(writing.text)
    styles = _STYLES.format(first=420 if spaced else 360, lang="zh-CN" if spaced else "en-GB")
    return packed(
        [
            Entry("[Content_Types].xml", _TYPES),
            Entry("_rels/.rels", _RELATIONS),
            Entry(DOCUMENT, _BODY.format(rows="".join(rows))),
            Entry(STYLES, styles),
            Entry("word/_rels/document.xml.rels", _LINKS),
        ]
    )


def _styles(root: ET.Element) -> Mapping[str, int]:
    """Levels of heading styles by their ids; 0 is the style of the document's title."""
    levels: dict[str, int] = {}
    for style in root.iter("style"):
        name = style.find("name")
        said = "" if name is None else _attribute(name, "val")
        level = _level(said)
        if level is not None:
            levels[_attribute(style, "styleId")] = level
    return levels


def _level(style: str) -> int | None:
    if style.strip().lower() in ("title", "标题", "標題"):
        return 0
    found = _HEADING.search(style)
    return int(found[1]) if found else None


def _parted(
    root: ET.Element, styles: Mapping[str, int], cut: Counter[str]
) -> Iterator[tuple[int, str, str]]:
    """Level, heading, and the lines under it."""
    level, heading, lines = 1, "", list[str]()
    for paragraph in root.iter("p"):
        words = "".join(_words(paragraph, cut)).strip("\n ")
        found = _heading_level(paragraph, styles)
        if found is None or not words:
            lines += ["", words, ""] if "\n" in words else [words]
            continue
        yield level, heading, "\n".join(lines)
        level, heading, lines = found, " ".join(words.split()), []
    yield level, heading, "\n".join(lines)


def _heading_level(paragraph: ET.Element, styles: Mapping[str, int]) -> int | None:
    outline = paragraph.find("pPr/outlineLvl")
    if outline is not None and _attribute(outline, "val").isdigit():
        return int(_attribute(outline, "val")) + 1
    style = paragraph.find("pPr/pStyle")
    if style is None:
        return None
    said = _attribute(style, "val")
    return styles.get(said, _level(said))


def _words(element: ET.Element, cut: Counter[str]) -> Iterator[str]:
    for child in element:
        if child.tag in _NOTES:
            cut["notes"] += 1
        elif child.tag == "t":
            yield child.text or ""
        elif child.tag in ("br", "cr"):
            yield "" if _attribute(child, "type") == "page" else "\n"
        elif child.tag in ("tab", "noBreakHyphen"):
            yield " " if child.tag == "tab" else "-"
        elif child.tag not in _SKIPPED and child.tag != "p":
            yield from _words(child, cut)


def _attribute(element: ET.Element, name: str) -> str:
    return element.get(f"{_W}{name}", "")


def _paragraph(lines: list[str], style: str) -> str:
    runs = "<w:r><w:br/></w:r>".join(
        f'<w:r><w:t xml:space="preserve">{plain(line)}</w:t></w:r>' for line in lines
    )
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_LINKS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_BODY = (
    f'{_XML}<w:document xmlns:w="{_W[1:-1]}"><w:body>{{rows}}<w:sectPr>'
    '<w:pgSz w:w="8391" w:h="11906"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
    'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>'
)
_STYLES = (
    f'{_XML}<w:styles xmlns:w="{_W[1:-1]}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Georgia" w:hAnsi="Georgia" w:eastAsia="SimSun"/><w:sz w:val="21"/>'
    '<w:lang w:val="en-GB" w:eastAsia="{lang}"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:pPr><w:spacing w:line="360" w:lineRule="auto"/><w:ind w:firstLine="{first}"/>'
    '<w:jc w:val="both"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Verse"><w:name w:val="Verse"/><w:pPr>'
    '<w:spacing w:after="240" w:line="360" w:lineRule="auto"/><w:ind w:left="1134"/></w:pPr>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr>'
    '<w:spacing w:before="240" w:after="480"/><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:sz w:val="32"/></w:rPr></w:style></w:styles>'
)
