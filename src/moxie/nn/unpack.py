"""Opening a stranger's zip files and XML safely, for every art whose formats are made of them.

Nothing is fetched and nothing unpacked to disk; what a file claims is not believed: sizes are
counted while it is read. What is wrong is raised as `Unsafe`, for the caller to say in its words.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.etree import ElementTree as ET
from xml.parsers import expat

Wrong: TypeAlias = Literal["damaged", "large", "locked", "malformed", "definitions", "tangled"]
"""Broken, a bomb or too large, encrypted; not well-formed; with its own entities; too nested."""

_FREE = 1 << 20  # bytes that may be packed as tightly as they like: a blank page is honest
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    ValueError,
)


class Unsafe(Exception):
    """What is wrong with a stranger's file, and the parser's own words for it."""

    def __init__(self, wrong: Wrong, reason: str = "") -> None:
        super().__init__(wrong, reason)
        self.wrong: Wrong = wrong
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken: bytes unpacked, files, times the packed size; elements and their depth."""

    size: int
    entries: int
    ratio: int
    elements: int
    depth: int


class Package:
    """A zip archive that is open. Get one from `opened`."""

    def __init__(self, archive: zipfile.ZipFile, bounds: Bounds) -> None:
        self._archive = archive
        self._bounds = bounds
        self._room = bounds.size  # bytes that may still be unpacked

    @property
    def names(self) -> list[str]:
        """All entries, in their order."""
        return self._archive.namelist()

    def read(self, entry: str) -> bytes:
        """One entry, counted while it is unpacked; raises Unsafe, also where there is none."""
        with _explained():
            info = self._archive.getinfo(entry)
            if info.flag_bits & 0x1:
                raise Unsafe("locked")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotImplementedError
            allowed = min(self._room, max(_FREE, self._bounds.ratio * info.compress_size))
            with self._archive.open(info) as file:
                data = file.read(allowed + 1)
        if len(data) > allowed:
            raise Unsafe("large")
        self._room -= len(data)
        return data

    def tree(self, entry: str) -> ET.Element:
        """The XML in one entry; raises Unsafe."""
        return tree(self.read(entry), self._bounds)


@contextmanager
def opened(data: bytes, bounds: Bounds) -> Iterator[Package]:
    """The archive in `data`, refused at once where its directory speaks against it."""
    with _explained(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        size = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        swollen = size > max(_FREE, bounds.ratio * packed)
        if len(entries) > bounds.entries or size > bounds.size or swollen:
            raise Unsafe("large")
        yield Package(archive, bounds)


def tree(data: bytes, bounds: Bounds) -> ET.Element:
    """The root of an XML document, names without their namespaces.

    A plain document type is passed over; one with definitions of its own is refused, for that is
    how a small file swells to gigabytes. Raises Unsafe.
    """
    if len(data) > bounds.size:
        raise Unsafe("large")
    try:
        if _defines(data):
            raise Unsafe("definitions")
        parser = ET.XMLParser(target=_Builder(bounds))  # noqa: S314 - definitions were refused
        parser.feed(data)
        root = parser.close()
    except (ET.ParseError, expat.ExpatError, LookupError, ValueError) as error:
        raise Unsafe("malformed", " ".join(str(error).split())[:80]) from error
    assert isinstance(root, ET.Element)  # else close() has raised
    return root


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise Unsafe("damaged", str(error)[:80]) from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise Unsafe("locked") from error


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


class _Builder(ET.TreeBuilder):
    """Builds a tree of bounded size, names without their namespaces."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.bounds, self.depth, self.elements = bounds, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """An element opens."""
        self.depth, self.elements = self.depth + 1, self.elements + 1
        if self.depth > self.bounds.depth or self.elements > self.bounds.elements:
            raise Unsafe("tangled")
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> ET.Element:
        """An element closes."""
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])
