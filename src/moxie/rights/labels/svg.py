"""SVG: one XMP packet in a `metadata` element at the beginning (SVG 1.1, 21; XMP part 3)."""

from __future__ import annotations

from collections.abc import Mapping

from moxie.rights.labels import spans, xmp
from moxie.rights.labels.label import BrokenCarrierError, Mark

SUFFIXES = (".svg",)
SVG = "http://www.w3.org/2000/svg"
_OPEN, _CLOSE = b"<metadata>", b"</metadata>"
_METADATA = (SVG, "metadata")


def read(data: bytes) -> list[Mark]:
    """The fields wherever they stand in the document."""
    return [
        Mark(xmp.PROPERTIES[node.name], xmp.value(node), "metadata")
        for node in _nodes(data)
        if node.name in xmp.PROPERTIES
    ]


def packets(data: bytes) -> list[bytes]:
    """The document itself: XMP's properties are read wherever they stand."""
    _nodes(data)
    return [data]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same drawing with the fields; all else stays byte for byte."""
    if not spans.utf8(data):
        raise BrokenCarrierError
    data = spans.cut(data, [node for node in _nodes(data) if node.name in xmp.PROPERTIES])
    ours = [n for n in _nodes(data) if n.name == _METADATA and _emptied(data, n)]
    data = spans.cut(data, ours)
    root = _nodes(data)[0]
    prefix = _prefix(data, root)
    opened, closed = _OPEN.replace(b"<", b"<" + prefix), _CLOSE.replace(b"</", b"</" + prefix)
    whole = opened + xmp.rdf(fields) + closed
    if root.closing is None:
        tag = data[root.start : root.opened - 2]
        name = tag[1:].split()[0]
        return data[: root.start] + tag + b">" + whole + b"</" + name + b">" + data[root.opened :]
    return data[: root.opened] + whole + data[root.opened :]


def _emptied(data: bytes, node: spans.Node) -> bool:
    """Whether a metadata element holds only an XMP packet that describes nothing any more."""
    inner = data[node.opened : node.closing or node.opened]
    return b"adobe:ns:meta/" in inner and xmp.empty(inner)


def _nodes(data: bytes) -> list[spans.Node]:
    nodes = spans.scan(data, {_METADATA, *xmp.PROPERTIES})
    if nodes[0].name not in ((SVG, "svg"), ("", "svg")):
        raise BrokenCarrierError
    return nodes


def _prefix(data: bytes, root: spans.Node) -> bytes:
    """The prefix the document writes its own elements with."""
    name = data[root.start + 1 : root.opened].split(b">")[0].split()[0].rstrip(b"/")
    return name[: name.index(b":") + 1] if b":" in name else b""
