"""What a file, and what lies beside it, says about learning from it.

Read when works are collected: PLUS and IPTC data mining, TDMRep and license fields in metadata,
CAWG and C2PA training assertions, RSL, and plain words. Damaged metadata says nothing: whether
the work itself can be read is for its art to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from moxie.errors import BadInput
from moxie.rights import labels
from moxie.rights.signals import credentials, properties, rsl, tdmrep, wording
from moxie.rights.signals.signal import Signal, quoted

__all__ = ["Beside", "Signal", "inside", "license_forbids"]

_ABOUT_RIGHTS = re.compile(r"COPYRIGHT|LICEN[CS]E|RIGHTS|TERMS|DISCLAIMER|COMMENT|TDM|AI.?TRAIN")
_PACKETS = ("XMP", "metadata")
_KERN = re.compile(rb"^!!!(YE[A-Z]|COPY)[^:\n]{0,20}:([^\r\n]{1,2000})", re.MULTILINE)
_CONTENT_USAGE = re.compile(r"^\s*content-usage\s*:(.*)$", re.IGNORECASE | re.MULTILINE)
_NO = re.compile(r"\btrain-(?:gen)?ai\s*=\s*n\b", re.IGNORECASE)
_PATTERNS = ("tdmrep.json", "robots.txt", "*.rsl", "rsl.xml", "license.xml", "*.xmp", "*.c2pa")
_TEXTS = frozenset(
    name + suffix
    for name in ("license", "licence", "copying", "copyright", "rights", "notice")
    for suffix in ("", ".txt", ".md")
)

MAX_NOTICE = 16 << 20
"""Bytes of a file beside the works; a longer one is passed over."""


def inside(data: bytes, name: str) -> list[Signal]:
    """What a file says of itself. `name` tells its format where its first bytes do not."""
    suffix = labels.kind(data) or PurePosixPath(name).suffix.lower()
    found = [*credentials.read(data), *rsl.embedded(data)]
    if suffix in labels.SUFFIXES:
        try:
            for packet in labels.packets(data, suffix):
                found += properties.read(packet)
            told = labels.comments(data, suffix)
            fields = [m for m in labels.marks(data, suffix) if m.where not in _PACKETS]
        except BadInput:
            told, fields = [], []
        found += wording.judge((n, text) for n, text in told if _ABOUT_RIGHTS.search(n.upper()))
        found += properties.of_fields(fields)
    elif data[:2] in (b"!!", b"**") or suffix == ".krn":
        lines = [(n.decode("ascii"), t.decode("utf-8", "replace")) for n, t in _KERN.findall(data)]
        found += wording.judge(lines)
    if b"<html" in data[:1024].lower():
        found += tdmrep.of_html(data)
    return found


def license_forbids(license_id: str | None) -> Signal | None:
    """Whether a declared license says no, by what it is: one without derivatives does."""
    said = wording.judge([("--rights", license_id or "")])
    return next((signal for signal in said if signal.forbids), None)


@dataclass(slots=True)
class Beside:
    """What lies beside works in one source, by its path there; `wanted` knows what to read."""

    notices: dict[str, bytes] = field(default_factory=dict)

    @staticmethod
    def wanted(name: str) -> bool:
        """Whether a file of this name may say something of those beside it."""
        lower = PurePosixPath(name).name.lower()
        return lower in _TEXTS or any(PurePosixPath(lower).match(p) for p in _PATTERNS)

    def add(self, name: str, data: bytes) -> None:
        """Remember a file."""
        if len(data) <= MAX_NOTICE:
            self.notices[name] = data

    def of(self, name: str) -> list[Signal]:
        """What the files beside a work, or in folders above it, say of it."""
        return [signal for path, data in self._near(name) for signal in _said(path, data, name)]

    def _near(self, name: str) -> Iterator[tuple[str, bytes]]:
        for path, data in self.notices.items():
            if PurePosixPath(path).suffix.lower() in (".xmp", ".c2pa"):
                if _belongs(path, name):
                    yield path, data
            elif PurePosixPath(name).is_relative_to(_root(path)):
                yield path, data


def _belongs(sidecar: str, name: str) -> bool:
    """a.png.xmp and a.xmp both belong to a.png."""
    bare = str(PurePosixPath(sidecar).with_suffix(""))
    return bare.lower() in (name.lower(), str(PurePosixPath(name).with_suffix("")).lower())


def _root(path: str) -> PurePosixPath:
    """The folder that a notice is about: its own; a site's root where it is in .well-known."""
    folder = PurePosixPath(path).parent
    return folder.parent if folder.name == ".well-known" else folder


def _said(path: str, data: bytes, name: str) -> list[Signal]:
    """What one notice says of a work."""
    lower = PurePosixPath(path).name.lower()
    relative = str(PurePosixPath(name).relative_to(_root(path))) if _above(path, name) else name
    if lower == "tdmrep.json":
        return tdmrep.of_file(data, relative, path)
    if lower.endswith((".rsl", ".xml")):
        return rsl.of_file(data, relative, path)
    if lower.endswith(".xmp"):
        return properties.read(data)
    return credentials.read(data, path) if lower.endswith(".c2pa") else _words(path, data)


def _words(path: str, data: bytes) -> list[Signal]:
    """What a robots.txt or a license's text says."""
    text = data[: wording.MAX_TEXT].decode("utf-8", "replace")
    if PurePosixPath(path).name.lower() != "robots.txt":
        return [signal for signal in wording.judge([(path, text)]) if signal.forbids]
    usages = [usage.strip() for usage in _CONTENT_USAGE.findall(text) if _NO.search(usage)]
    return [Signal("AI preferences", path, quoted(usages[0]))] if usages else []


def _above(path: str, name: str) -> bool:
    return PurePosixPath(name).is_relative_to(_root(path))
