"""Rights in XMP packets: PLUS data mining, TDMRep, and the plain fields of rights and licenses."""

from __future__ import annotations

from collections.abc import Iterable

from moxie.rights.labels import spans, xmp
from moxie.rights.labels.label import LICENSE, MINING, BrokenCarrierError, Mark
from moxie.rights.signals import tdmrep, wording
from moxie.rights.signals.signal import Signal, quoted

_PLUS = "http://ns.useplus.org/ldf/xmp/1.0/"
_MINING, _CONSTRAINTS = (_PLUS, "DataMining"), (_PLUS, "OtherConstraints")
_RESERVED = {(s, name) for s in tdmrep.SPACES for name in ("reservation", "tdm-reservation")}
_TEXTS = {
    ("http://purl.org/dc/elements/1.1/", "rights"): "dc:rights",
    ("http://ns.adobe.com/xap/1.0/rights/", "UsageTerms"): "xmpRights:UsageTerms",
    ("http://ns.adobe.com/xap/1.0/rights/", "WebStatement"): "xmpRights:WebStatement",
    (xmp.SPACES["cc"], "license"): "cc:license",
    ("http://web.resource.org/cc/", "license"): "cc:license",
    _CONSTRAINTS: "plus:OtherConstraints",
}
_WANTED = {_MINING, *_RESERVED, *_TEXTS}


def read(packet: bytes) -> list[Signal]:
    """What a packet says; nothing where it cannot be read."""
    try:
        nodes = spans.scan(xmp.bare(packet), _WANTED)
    except BrokenCarrierError:
        return []
    values = [(node.name, xmp.value(node)) for node in nodes if node.name in _WANTED]
    constraints = next((value for name, value in values if name == _CONSTRAINTS), "")
    found: list[Signal] = []
    for name, value in values:
        if name == _MINING and _prohibits(value):
            told = f"plus:DataMining: {value.rpartition('/')[2]} {constraints}"
            found.append(Signal("PLUS", "XMP", quoted(told)))
        elif name in _RESERVED and tdmrep.reserved(value):
            found.append(Signal("TDMRep", "XMP", f"tdm:reservation: {quoted(value)}"))
    texts = [(_TEXTS[name], value) for name, value in values if name in _TEXTS]
    return found + wording.judge(texts)


def of_fields(marks: Iterable[Mark]) -> list[Signal]:
    """What the fields of a label say, where a format has no packet for them."""
    found: list[Signal] = []
    for mark in marks:
        if mark.name == MINING and _prohibits(mark.value):
            told = f"DataMining: {mark.value.rpartition('/')[2]}"
            found.append(Signal("PLUS", mark.where, quoted(told)))
        elif mark.name == LICENSE:
            found += wording.judge([(mark.where, mark.value)])
    return found


def _prohibits(value: str) -> bool:
    """Whether a data mining code forbids training: all that say "prohibited" do.

    So does the one that makes an exception for search engines, and those that point to
    constraints elsewhere, which a program cannot weigh.
    """
    return "prohibited" in value.lower()
