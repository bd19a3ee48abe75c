"""XML read for the places where things stand, so that all else can stay byte for byte.

Nothing is fetched and no entity is defined: a document type with definitions of its own is
refused, and size, depth and elements are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from moxie.rights.labels.label import BrokenCarrierError

MAX_XML = 32 << 20
MAX_DEPTH, MAX_ELEMENTS, MAX_FOUND, MAX_TEXT = 256, 2_000_000, 10_000, 1 << 20

_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'|>")

Name = tuple[str, str]
"""A namespace and a local name."""

ANY = "*"
"""As a local name in what is wanted: every name of that namespace."""


@dataclass(slots=True)
class Node:
    """An element or, with `attribute` set, an attribute of one. Positions are in bytes.

    `start` and `end` are those of the element; `opened` is where its start tag ends, `closing`
    where its end tag begins (None for `<a/>`). `depth` is 0 for the root.
    """

    name: Name
    depth: int
    start: int
    opened: int
    closing: int | None = None
    end: int = 0
    text: str = ""
    attributes: dict[Name, str] = field(default_factory=dict)
    attribute: str | None = None  # as written, prefix and all


def scan(data: bytes, wanted: Collection[Name]) -> list[Node]:
    """Every wanted element and attribute, in order; the root always comes first.

    Raises BrokenCarrierError for what is no well-formed XML, or too much of it.
    """
    if len(data) > MAX_XML:
        raise BrokenCarrierError
    reader = _Reader(data, frozenset(wanted))
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BrokenCarrierError(str(error)) from error
    return reader.nodes


def cut(data: bytes, nodes: Iterable[Node]) -> bytes:
    """The document without these elements and attributes (UTF-8)."""
    places: set[tuple[int, int]] = set()
    for node in nodes:
        if node.attribute is None:
            places.add((node.start, node.end))
            continue
        pattern = rb"\s+" + re.escape(node.attribute.encode()) + rb"\s*=\s*(\"[^\"]*\"|'[^']*')"
        if found := re.search(pattern, data[node.start : node.opened]):
            places.add((node.start + found.start(), node.start + found.end()))
    kept, last = bytearray(), 0
    for start, end in sorted(places):
        if start >= last:  # an attribute of an element that goes as a whole
            kept += data[last:start]
            last = end
    return bytes(kept + data[last:])


def utf8(data: bytes) -> bool:
    """Whether a document is in UTF-8, as it must be for anything to be put into it."""
    declared = _ENCODING.match(data[:400])
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"utf8", b"ascii"):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


class _Reader:
    """Collects nodes while expat goes through the document."""

    def __init__(self, data: bytes, wanted: frozenset[Name]) -> None:
        self.data, self.wanted = data, wanted
        self.nodes: list[Node] = []
        self.open: list[Node | None] = []
        self.texts: list[list[str]] = []
        self.lengths: list[int] = []
        self.elements = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        """A plain document type says nothing; one with definitions may be a bomb."""
        if internal:
            raise BrokenCarrierError

    def start(self, tag: str, listed: list[str]) -> None:
        """An element opens."""
        self.elements += 1
        if self.elements > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise BrokenCarrierError
        name, _ = _split(tag)
        pairs = list(zip(listed[::2], listed[1::2], strict=True))
        attributes = {_split(key)[0]: value for key, value in pairs}
        found = [key for key, _ in pairs if self.wants(_split(key)[0])]
        if not (self.wants(name) or found or not self.nodes):
            self.open.append(None)
            return
        if len(self.nodes) >= MAX_FOUND:
            raise BrokenCarrierError
        at = self.parser.CurrentByteIndex
        node = Node(name, len(self.open), at, _tag_end(self.data, at), attributes=attributes)
        if self.wants(name) or not self.nodes:
            self.nodes.append(node)
        for key in found:
            inner, written = _split(key)
            attribute = Node(inner, node.depth, at, node.opened, attribute=written)
            attribute.text = attributes[inner]
            self.nodes.append(attribute)
        self.open.append(node)
        self.texts.append([])
        self.lengths.append(0)

    def end(self, _tag: str) -> None:
        """An element closes."""
        node = self.open.pop()
        if node is None:
            return
        at = self.parser.CurrentByteIndex
        if self.data[node.opened - 2 : node.opened] == b"/>":
            node.end = node.opened
        else:
            node.closing, node.end = at, _tag_end(self.data, at)
        node.text = "".join(self.texts.pop())
        self.lengths.pop()
        self.text(node.text)

    def text(self, text: str) -> None:
        """Characters count for every open element that is wanted."""
        if self.texts and self.lengths[-1] + len(text) <= MAX_TEXT:
            self.texts[-1].append(text)
            self.lengths[-1] += len(text)

    def wants(self, name: Name) -> bool:
        """Whether an element or attribute of this name was asked for."""
        return name in self.wanted or (name[0], ANY) in self.wanted


def _split(tag: str) -> tuple[Name, str]:
    """What expat calls `uri local prefix`, as a name and as it is written."""
    parts = tag.split(" ")
    if len(parts) == 1:
        return ("", tag), tag
    if len(parts) == 2:
        return (parts[0], parts[1]), parts[1]
    return (" ".join(parts[:-2]), parts[-2]), f"{parts[-1]}:{parts[-2]}"


def _tag_end(data: bytes, start: int) -> int:
    """Where the tag that begins at `start` ends; `>` may stand in an attribute's value."""
    for found in _QUOTED.finditer(data, start, start + MAX_TEXT):
        if found[0] == b">":
            return found.end()
    raise BrokenCarrierError
