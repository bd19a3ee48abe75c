"""Opening compressed MusicXML and the XML in it, in bounds that no score needs to exceed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from moxie.errors import UnreadableWork
from moxie.nn import unpack

MAX_XML = 20 << 20
"""A MusicXML file may have 20 MB: a symphony movement has about ten."""

MAX_ELEMENTS, MAX_DEPTH = 2_000_000, 64
"""Elements in a MusicXML file, and how deep they may lie in each other; real ones reach 12."""

MAX_ENTRIES, MAX_RATIO = 200, 250
"""Files in an mxl file, and how many times their packed size they may have; real ones reach 45."""

_BOUNDS = unpack.Bounds(MAX_XML, MAX_ENTRIES, MAX_RATIO, MAX_ELEMENTS, MAX_DEPTH)
_CONTAINER = "META-INF/container.xml"


def unpacked(data: bytes, name: str) -> bytes:
    """The score inside an mxl file: what its container names first. Raises UnreadableWork."""
    try:
        with unpack.opened(data, _BOUNDS) as package:
            return package.read(_root_file(package, name))
    except unpack.Unsafe as unsafe:
        if unsafe.wrong in ("damaged", "locked"):
            raise UnreadableWork(
                "{name} is damaged: it cannot be unpacked as a compressed MusicXML file.",
                name=name,
            ) from unsafe
        raise _explained(unsafe, name) from unsafe


def tree(data: bytes, name: str) -> ET.Element:
    """The root of an XML document, names without their namespaces; raises UnreadableWork."""
    try:
        return unpack.tree(data, _BOUNDS)
    except unpack.Unsafe as unsafe:
        raise _explained(unsafe, name) from unsafe


def _root_file(package: unpack.Package, name: str) -> str:
    """The name of the entry with the score."""
    names = package.names
    if _CONTAINER in names:
        for element in package.tree(_CONTAINER).iter("rootfile"):
            kind = element.get("media-type", "xml")
            if "xml" in kind and element.get("full-path") in names:
                return element.get("full-path", "")
    for entry in names:  # some programs forget the container
        if not entry.startswith("META-INF") and entry.lower().endswith((".xml", ".musicxml")):
            return entry
    raise UnreadableWork("{name} has no score inside.", name=name)


def _explained(unsafe: unpack.Unsafe, name: str) -> UnreadableWork:
    if unsafe.wrong == "large":
        return UnreadableWork(
            "{name} is too large: a MusicXML score of at most {limit} MB, unpacked, can be read.",
            name=name,
            limit=MAX_XML >> 20,
        )
    if unsafe.wrong == "definitions":
        return UnreadableWork(
            "{name} has a DOCTYPE with definitions of its own, which no score needs: "
            "save it again from a notation program.",
            name=name,
        )
    if unsafe.wrong == "tangled":
        return UnreadableWork(
            "{name} is no score: its elements are too many or lie too deep in each other.",
            name=name,
        )
    return UnreadableWork(
        "{name} is damaged or cut off: it is not well-formed XML ({reason}).",
        name=name,
        reason=unsafe.reason,
    )
