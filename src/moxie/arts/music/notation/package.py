"""Opening a stranger's XML and zip files safely.

Nothing is fetched and nothing unpacked to disk; what a file claims is not believed: the sizes
are counted while it is read.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree import ElementTree as ET
from xml.parsers import expat

from moxie.errors import UnreadableWork

MAX_XML = 20 << 20
"""A MusicXML file may have 20 MB: a symphony movement has about ten."""

MAX_ELEMENTS, MAX_DEPTH = 2_000_000, 64
"""Elements in a MusicXML file, and how deep they may lie in each other; real ones reach 12."""

MAX_ENTRIES, MAX_RATIO = 200, 250
"""Files in an mxl file, and how many times their packed size they may have; real ones reach 45."""

_CONTAINER = "META-INF/container.xml"


def unpacked(data: bytes, name: str) -> bytes:
    """The score inside an mxl file: what its container names first. Raises UnreadableWork."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive, name)
            return _entry(archive, _root_file(archive, name), name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        RuntimeError,  # what zipfile raises for a password
        ValueError,
    ) as error:
        raise UnreadableWork(
            "{name} is damaged: it cannot be unpacked as a compressed MusicXML file.", name=name
        ) from error


def tree(data: bytes, name: str) -> ET.Element:
    """The root of an XML document, names without their namespaces.

    A plain document type is passed over; one with definitions of its own is refused, for that is
    how a small file swells to gigabytes. Raises UnreadableWork.
    """
    if len(data) > MAX_XML:
        raise _too_large(name)
    try:
        if _defines(data):
            raise UnreadableWork(
                "{name} has a DOCTYPE with definitions of its own, which no score needs: "
                "save it again from a notation program.",
                name=name,
            )
        return _grown(data, name)
    except (ET.ParseError, expat.ExpatError, LookupError, ValueError) as error:
        raise UnreadableWork(
            "{name} is damaged or cut off: it is not well-formed XML ({reason}).",
            name=name,
            reason=" ".join(str(error).split())[:80],
        ) from error


def _check_sizes(archive: zipfile.ZipFile, name: str) -> None:
    """Believe the directory only when it speaks against the file."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or size > MAX_XML or size > MAX_RATIO * max(packed, 1):
        raise _too_large(name)


def _root_file(archive: zipfile.ZipFile, name: str) -> str:
    """The name of the entry with the score."""
    names = archive.namelist()
    if _CONTAINER in names:
        for element in tree(_entry(archive, _CONTAINER, name), name).iter("rootfile"):
            kind = element.get("media-type", "xml")
            if "xml" in kind and element.get("full-path") in names:
                return element.get("full-path", "")
    for entry in names:  # some programs forget the container
        if not entry.startswith("META-INF") and entry.lower().endswith((".xml", ".musicxml")):
            return entry
    raise UnreadableWork("{name} has no score inside.", name=name)


def _entry(archive: zipfile.ZipFile, entry: str, name: str) -> bytes:
    info = archive.getinfo(entry)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError
    with archive.open(info) as file:
        data = file.read(MAX_XML + 1)
    if len(data) > MAX_XML:
        raise _too_large(name)
    return data


def _too_large(name: str) -> UnreadableWork:
    return UnreadableWork(
        "{name} is too large: a MusicXML score of at most {limit} MB, unpacked, can be read.",
        name=name,
        limit=MAX_XML >> 20,
    )


class _SeenEnoughError(Exception):
    """The prologue is over."""


def _defines(data: bytes) -> bool:
    """Whether the prologue has an internal subset; nothing behind the prologue is parsed."""
    found = []

    def doctype(_name: str, _system: str | None, _public: str | None, internal: int) -> None:
        found.append(bool(internal))
        raise _SeenEnoughError

    def element(_name: str, _attributes: dict[str, str]) -> None:
        raise _SeenEnoughError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data, True)
    except _SeenEnoughError:
        return any(found)
    return False


def _grown(data: bytes, name: str) -> ET.Element:
    parser = ET.XMLParser(target=_Builder(name))  # noqa: S314 - definitions were refused above
    parser.feed(data)
    root = parser.close()
    assert isinstance(root, ET.Element)  # else close() has raised
    return root


class _Builder(ET.TreeBuilder):
    """Builds a tree of bounded size, names without their namespaces."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.depth, self.elements = name, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """An element opens."""
        self.depth, self.elements = self.depth + 1, self.elements + 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise UnreadableWork(
                "{name} is no score: its elements are too many or lie too deep in each other.",
                name=self.name,
            )
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> ET.Element:
        """An element closes."""
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])
