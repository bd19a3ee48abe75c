"""The fields of a label in an XMP packet (ISO 16684-1), among whatever else stands there."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from moxie.rights.labels import spans
from moxie.rights.labels.label import AIGC, LICENSE, MINING, SOURCE, BrokenCarrierError, Mark

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SPACES = {
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "cc": "http://creativecommons.org/ns#",
}
"""The namespaces of the properties, by their usual prefixes."""

PROPERTIES = {
    (SPACES["TC260"], "AIGC"): AIGC,
    (SPACES["Iptc4xmpExt"], "DigitalSourceType"): SOURCE,
    (SPACES["plus"], "DataMining"): MINING,
    (SPACES["cc"], "license"): LICENSE,
}
"""The fields' names by the properties that hold them."""

_TAGS = {AIGC: "TC260:AIGC", SOURCE: "Iptc4xmpExt:DigitalSourceType", MINING: "plus:DataMining"}
_ROOT, _DESCRIPTION = (RDF, "RDF"), (RDF, "Description")

MAX_PACKET = 8 << 20


def read(packet: bytes, where: str = "XMP") -> list[Mark]:
    """The fields in a packet; none where it is no packet at all."""
    try:
        nodes = _nodes(packet)
    except BrokenCarrierError:
        return [Mark(AIGC, "", where)] if b"TC260" in packet and b"AIGC" in packet else []
    return [
        Mark(PROPERTIES[node.name], value(node), where) for node in nodes if node.name in PROPERTIES
    ]


def value(node: spans.Node) -> str:
    """What a property says: its resource, or all the text in it."""
    return (node.attributes.get((RDF, "resource")) or node.text).strip()


def merged(packet: bytes | None, fields: Mapping[str, str]) -> bytes:
    """A packet with these fields in place of those it had, and the rest as it was.

    A packet that cannot be read, or is not in UTF-8, gives way to a new one.
    """
    if packet is None or not spans.utf8(bare(packet)):
        return _new(fields)
    packet = bare(packet)
    try:
        packet = without(packet)
        roots = [node for node in _nodes(packet) if node.name == _ROOT]
    except BrokenCarrierError:
        return _new(fields)
    if not roots or roots[0].closing is None:
        return _new(fields)
    return packet[: roots[0].closing] + description(fields) + packet[roots[0].closing :]


def without(packet: bytes) -> bytes:
    """A packet without the fields, and without the descriptions they leave empty."""
    packet = spans.cut(packet, [n for n in _nodes(packet) if n.name in PROPERTIES])
    empty = [n for n in spans.scan(packet, {_DESCRIPTION}) if _empty(n, packet)]
    return spans.cut(packet, empty)


def empty(packet: bytes) -> bool:
    """Whether nothing is left in a packet but empty descriptions."""
    nodes = spans.scan(packet, {(RDF, spans.ANY)})
    nodes = [node for node in nodes if node.attribute is None]
    inner = [node for node in nodes if node.name not in (_ROOT, _DESCRIPTION)]
    return len(inner) <= 1 and all(_empty(n, packet) for n in nodes if n.name == _DESCRIPTION)


def _empty(node: spans.Node, packet: bytes) -> bool:
    """Whether a description describes nothing any more."""
    inner = packet[node.opened : node.closing or node.opened]
    return (
        node.name == _DESCRIPTION and not inner.strip() and set(node.attributes) <= {(RDF, "about")}
    )


def description(fields: Mapping[str, str]) -> bytes:
    """The fields as one rdf:Description."""
    spaces = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in SPACES.items())
    inner = [f"<{_TAGS[n]}>{escape(v)}</{_TAGS[n]}>" for n, v in fields.items() if n in _TAGS]
    if LICENSE in fields:
        inner.append(f"<cc:license rdf:resource={quoteattr(fields[LICENSE])}/>")
    whole = f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" {spaces}>{"".join(inner)}'
    return f"{whole}</rdf:Description>".encode()


def rdf(fields: Mapping[str, str]) -> bytes:
    """The fields as an x:xmpmeta element."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="'
        + RDF.encode()
        + b'">'
        + description(fields)
        + b"</rdf:RDF></x:xmpmeta>"
    )


def bare(packet: bytes) -> bytes:
    """A packet without the NULs that some programs end it with."""
    return packet.strip(b"\0")


def _nodes(packet: bytes) -> list[spans.Node]:
    if len(packet) > MAX_PACKET:
        raise BrokenCarrierError
    return spans.scan(bare(packet), {_ROOT, *PROPERTIES})


def _new(fields: Mapping[str, str]) -> bytes:
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
    return begin + rdf(fields) + b'<?xpacket end="w"?>'
