"""RSL 1.0 (Really Simple Licensing, 2025-11-06): which uses a license permits and prohibits.

What a license permits by name leaves out all it does not name. Training that must be paid for is
a no until it is paid: a person who has done so says it with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from moxie.rights.labels import spans
from moxie.rights.labels.label import BrokenCarrierError
from moxie.rights.signals import places
from moxie.rights.signals.signal import Signal, quoted

SPACE = "https://rslstandard.org/rsl"
MAX_FILE = 1 << 18
_TRAINING = frozenset(("all", "ai-all", "ai-train", "train-ai", "train-genai", "ai-use"))
_FREE = frozenset(("free", "attribution", ""))
_TAGS = ("rsl", "content", "license", "permits", "prohibits", "payment")


@dataclass(slots=True)
class _License:
    permits: list[str] = field(default_factory=list)
    prohibits: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)

    def no(self) -> str | None:
        """Why training is not covered, in its own words; None where it is."""
        if _TRAINING & set(self.prohibits):
            return f"prohibits usage: {', '.join(self.prohibits)}"
        if self.permits and not _TRAINING & set(self.permits):
            return f"permits usage: {', '.join(self.permits)}"
        asked = [payment for payment in self.payments if payment not in _FREE]
        return f"payment: {', '.join(asked)}" if asked else None


def of_file(data: bytes, path: str | None, where: str = "RSL") -> list[Signal]:
    """What an RSL document says of a path relative to it; None is whatever it stands in."""
    try:
        contents = _contents(data[:MAX_FILE])
    except BrokenCarrierError:
        return []
    chosen = [c for _, c in contents] if path is None else places.deciding(contents, path)
    for licenses in chosen:
        refusals = [why for license_ in licenses if (why := license_.no())]
        prohibited = any(_TRAINING & set(license_.prohibits) for license_ in licenses)
        if refusals and (prohibited or len(refusals) == len(licenses)):
            return [Signal("RSL", where, quoted(refusals[0]))]
    return []


def embedded(data: bytes) -> list[Signal]:
    """What RSL documents inside a file say of it."""
    mark = data.find(SPACE.encode())
    start = data.rfind(b"<", 0, mark) if mark >= 0 else -1
    if start < 0:
        return []
    name = data[start + 1 : start + 40].split()[0] if data[start + 1 : start + 40].split() else b""
    end = data.find(b"</" + name + b">", mark)
    if name.rpartition(b":")[2] != b"rsl" or end < 0:
        return []
    return of_file(data[start : end + len(name) + 3], None, "RSL in the file")


def _contents(data: bytes) -> list[tuple[str, list[_License]]]:
    """The address and the licenses of each content."""
    found: list[tuple[str, list[_License]]] = []
    for node in spans.scan(data, {(SPACE, tag) for tag in _TAGS}):
        tag = node.name[1] if node.name[0] == SPACE and node.attribute is None else ""
        if tag == "content":
            found.append((node.attributes.get(("", "url"), "/"), []))
        elif tag == "license" and found:
            found[-1][1].append(_License())
        elif tag and found and found[-1][1]:
            _read(found[-1][1][-1], tag, node)
    return found


def _read(license_: _License, tag: str, node: spans.Node) -> None:
    kind = node.attributes.get(("", "type"), "usage")
    words = node.text.replace(",", " ").lower().split()[:100]
    if tag == "permits" and kind == "usage":
        license_.permits += words
    elif tag == "prohibits" and kind == "usage":
        license_.prohibits += words
    elif tag == "payment":
        license_.payments.append(node.attributes.get(("", "type"), "").lower())
