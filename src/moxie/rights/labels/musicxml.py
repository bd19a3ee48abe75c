"""MusicXML: fields under identification/miscellaneous (MusicXML 4.0; no guide names a place).

A compressed score (.mxl) carries them in the score inside it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from moxie.rights.labels import spans
from moxie.rights.labels.label import NAMES, BrokenCarrierError, Mark

SUFFIXES = (".musicxml", ".xml", ".mxl")
MAX_ENTRIES = 200

_FIELD, _FIELDS = ("", "miscellaneous-field"), ("", "miscellaneous")
_IDENTIFICATION = ("", "identification")
_BEHIND = ("defaults", "credit", "part-list")
"""What identification comes before, in the order of the schema."""

_WANTED = {_FIELD, _FIELDS, _IDENTIFICATION, *(("", name) for name in _BEHIND)}
_CONTAINER, _ROOT_FILE = "META-INF/container.xml", ("", "rootfile")
_ROOTS = (("", "score-partwise"), ("", "score-timewise"))


def read(data: bytes) -> list[Mark]:
    """The fields in the score."""
    score = _packed(data)[1] if _zipped(data) else data
    return [
        Mark(_name(node), node.text.strip(), "miscellaneous-field")
        for node in _nodes(score)
        if node.name == _FIELD and _name(node) in NAMES
    ]


def comments(data: bytes) -> list[tuple[str, str]]:
    """The notices of rights, and miscellaneous fields that are not ours."""
    score = _packed(data)[1] if _zipped(data) else data
    nodes = spans.scan(score, {_FIELD, ("", "rights")})
    named = [(_name(node) if node.name == _FIELD else "RIGHTS", node.text) for node in nodes[1:]]
    return [(name.upper(), text.strip()) for name, text in named if name not in NAMES]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same score with the fields; all else stays byte for byte."""
    if not _zipped(data):
        return _written(data, fields)
    name, score = _packed(data)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            entry = _written(score, fields) if info.filename == name else _entry(old, info)
            new.writestr(info, entry, compress_type=info.compress_type)
    return out.getvalue()


def _written(data: bytes, fields: Mapping[str, str]) -> bytes:
    if not spans.utf8(data):
        raise BrokenCarrierError
    data = spans.cut(data, [n for n in _nodes(data) if n.name == _FIELD and _name(n) in NAMES])
    inner = "".join(
        f'<miscellaneous-field name="{name}">{escape(value)}</miscellaneous-field>'
        for name, value in fields.items()
    ).encode()
    nodes = {node.name: node for node in reversed(_nodes(data))}  # of each name the first
    whole = b"<miscellaneous>" + inner + b"</miscellaneous>"
    if (node := nodes.get(_FIELDS)) is not None:
        return _put(data, node, inner, whole)
    if (node := nodes.get(_IDENTIFICATION)) is not None:
        return _put(data, node, whole, _identified(whole))
    for name in _BEHIND:
        if (node := nodes.get(("", name))) is not None:
            return data[: node.start] + _identified(whole) + data[node.start :]
    raise BrokenCarrierError


def _put(data: bytes, node: spans.Node, inside: bytes, instead: bytes) -> bytes:
    """Something at the end of an element; instead of one that is empty (`<a/>`)."""
    if node.closing is None:
        return data[: node.start] + instead + data[node.end :]
    return data[: node.closing] + inside + data[node.closing :]


def _identified(inner: bytes) -> bytes:
    return b"<identification>" + inner + b"</identification>"


def _nodes(data: bytes) -> list[spans.Node]:
    nodes = spans.scan(data, _WANTED)
    if nodes[0].name not in _ROOTS:
        raise BrokenCarrierError
    return [node for node in nodes if node.attribute is None]


def _name(node: spans.Node) -> str:
    return node.attributes.get(("", "name"), "")


def _zipped(data: bytes) -> bool:
    return data[:4] == b"PK\3\4"


def _packed(data: bytes) -> tuple[str, bytes]:
    """Name and bytes of the score inside an .mxl file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if len(names) > MAX_ENTRIES or len(set(names)) < len(names):
            raise BrokenCarrierError
        container = _entry(archive, archive.getinfo(_CONTAINER))
        for node in spans.scan(container, {_ROOT_FILE}):
            path = node.attributes.get(("", "full-path"), "")
            if node.name == _ROOT_FILE and path in names:
                return path, _entry(archive, archive.getinfo(path))
    raise BrokenCarrierError


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(spans.MAX_XML + 1)
    if len(data) > spans.MAX_XML:
        raise BrokenCarrierError
    return data
