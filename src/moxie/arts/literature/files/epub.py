"""EPUB: a website in a zip archive. Read in the order of its spine, and written as one chapter.

EPUB 3.3, https://www.w3.org/TR/epub-33/. Contents pages, notes and their marks are left out.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from moxie.arts.literature.files.encodings import decode
from moxie.arts.literature.files.limits import (
    MAX_CHARACTERS,
    PACKED,
    check_characters,
    explained,
)
from moxie.arts.literature.files.manuscript import Manuscript, Section
from moxie.arts.literature.files.markup import read_page
from moxie.arts.literature.files.packing import Entry, packed, plain
from moxie.arts.literature.files.plain import section
from moxie.arts.literature.page.html import STYLE, body, language
from moxie.arts.literature.writing import Writing
from moxie.errors import UnreadableWork
from moxie.nn import unpack

MIMETYPE = "application/epub+zip"

UNTITLED = "—"
"""The title, which a book must have, of a text without one."""

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html")


def read_epub(data: bytes, name: str) -> Manuscript:
    """The words of a book. Raises UnreadableWork."""
    try:
        with unpack.opened(data, PACKED) as package:
            if "META-INF/rights.xml" in package.names:
                raise UnreadableWork(
                    "{name} is locked by its seller: its text cannot be read.", name=name
                )
            opf, folder = _package(package, name)
            pages = list(_pages(package, opf, folder, name))
    except unpack.Unsafe as unsafe:
        raise explained(unsafe, name, "EPUB") from unsafe
    cut: Counter[str] = Counter()
    sections = list[Section]()
    for page in pages:
        for heading, level, text in read_page(page, cut):
            if text.strip() or heading:
                sections.append(section(text, cut, heading, level))
    title = opf.find("metadata/title")
    called = "" if title is None else (title.text or "").strip(UNTITLED)
    found = Manuscript(tuple(sections), called, cut=+cut)
    check_characters(found.characters, name)
    return found


def write_epub(writing: Writing) -> bytes:
    """A book of one chapter, with the contents page that the format asks for."""
    lang, title = language(writing), plain(writing.title or UNTITLED)
    page = _PAGE.format(lang=lang, title=title, style=STYLE, body=body(writing))
    identity = hashlib.sha256(f"{writing.title}\0{writing.text}".encode()).hexdigest()[:32]
    return packed(
        [
            Entry("mimetype", MIMETYPE, plain=True),
            Entry(_CONTAINER, _CONTAINER_XML),
            Entry("book/package.opf", _OPF.format(lang=lang, title=title, identity=identity)),
            Entry("book/nav.xhtml", _NAV.format(lang=lang, title=title)),
            Entry("book/text.xhtml", page),
        ]
    )


def _package(package: unpack.Package, name: str) -> tuple[ET.Element, str]:
    """The package document and the folder it lies in."""
    if _CONTAINER in package.names:
        for file in package.tree(_CONTAINER).iter("rootfile"):
            path = file.get("full-path", "")
            if path in package.names:
                return package.tree(path), posixpath.dirname(path)
    raise UnreadableWork("{name} is no EPUB book: its contents are not listed.", name=name)


def _pages(package: unpack.Package, opf: ET.Element, folder: str, name: str) -> Iterator[str]:
    """The text of each page in reading order; what is no page, or the contents, is passed over."""
    items = {item.get("id", ""): item for item in opf.iter("item")}
    names, left = frozenset(package.names), MAX_CHARACTERS
    for reference in opf.iter("itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or reference.get("linear") == "no" or not _is_page(item):
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if path in names and (data := package.read(path)).strip():
            page = decode(data, name).text
            left -= len(page)
            if left < 0:
                check_characters(MAX_CHARACTERS + 1, name)
            yield page


def _is_page(item: ET.Element) -> bool:
    nav = "nav" in item.get("properties", "").split()
    return item.get("media-type") in _PAGES and not nav


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XHTML = (
    f'{_XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" lang="{lang}" xml:lang="{lang}">\n'
)
_PAGE = (
    f"{_XHTML}<head><title>{{title}}</title><style>{{style}}</style></head>\n"
    "<body>\n{body}\n</body></html>\n"
)
_NAV = (
    f"{_XHTML}<head><title>{{title}}</title></head>\n"
    '<body><nav epub:type="toc"><ol><li><a href="text.xhtml">{title}</a></li></ol></nav></body>'
    "</html>\n"
)
_CONTAINER_XML = (
    f'{_XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="book/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_OPF = (
    f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
    'unique-identifier="id" xml:lang="{lang}">\n'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:identifier id="id">urn:sha256:{identity}</dc:identifier>'
    "<dc:title>{title}</dc:title><dc:language>{lang}</dc:language>"
    '<meta property="dcterms:modified">1980-01-01T00:00:00Z</meta></metadata>\n'
    '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" '
    'properties="nav"/><item id="text" href="text.xhtml" media-type="application/xhtml+xml"/>'
    '</manifest>\n<spine><itemref idref="text"/></spine></package>\n'
)
