"""What a file, and what lies beside it, says about learning from it.

Read when works are collected: PLUS and IPTC data mining, TDMRep and license fields in metadata,
CAWG and C2PA training assertions, RSL, and plain words. Damaged metadata says nothing: whether
the work itself can be read is for its art to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    """What lies beside the works of one source, by its path there.

    Notices speak of folders, and are read for each work; a sidecar speaks of one file, and is read
    once, when it is added.
    """

    notices: dict[str, bytes] = field(default_factory=dict)
    sidecars: dict[str, list[Signal]] = field(default_factory=dict)

    @classmethod
    def of_files(cls, files: Mapping[str, bytes]) -> Beside:
        """All of these files."""
        made = cls()
        for name, data in files.items():
            made.add(name, data)
        return made

    @staticmethod
    def wanted(name: str) -> bool:
        """Whether a file of this name may say something of those beside it."""
        lower = PurePosixPath(name).name.lower()
        return lower in _TEXTS or any(PurePosixPath(lower).match(p) for p in _PATTERNS)

    def add(self, name: str, data: bytes) -> None:
        """Remember what a file says."""
        path = PurePosixPath(name)
        suffix = path.suffix.lower()
        if len(data) > MAX_NOTICE:
            return
        if suffix in (".xmp", ".c2pa"):
            said = properties.read(data) if suffix == ".xmp" else credentials.read(data, name)
            self.sidecars.setdefault(_bare(path), []).extend(said)
        else:
            self.notices[name] = data

    def of(self, name: str) -> list[Signal]:
        """What the files beside a work, or in folders above it, say of it."""
        path = PurePosixPath(name)  # a.png.xmp and a.xmp both belong to a.png
        found = [*self.sidecars.get(name.lower(), ()), *self.sidecars.get(_bare(path), ())]
        for notice, data in self.notices.items():
            if path.is_relative_to(_root(notice)):
                found += _said(notice, data, str(path.relative_to(_root(notice))))
        return found


def _bare(path: PurePosixPath) -> str:
    return str(path.with_suffix("")).lower()


def _root(path: str) -> PurePosixPath:
    """The folder that a notice is about: its own; a site's root where it is in .well-known."""
    folder = PurePosixPath(path).parent
    return folder.parent if folder.name == ".well-known" else folder


def _said(path: str, data: bytes, relative: str) -> list[Signal]:
    """What one notice says of a work, whose path is relative to what the notice is about."""
    lower = PurePosixPath(path).name.lower()
    if lower == "tdmrep.json":
        return tdmrep.of_file(data, relative, path)
    return (
        rsl.of_file(data, relative, path)
        if lower.endswith((".rsl", ".xml"))
        else _words(path, data)
    )


def _words(path: str, data: bytes) -> list[Signal]:
    """What a robots.txt or a license's text says."""
    text = data[: wording.MAX_TEXT].decode("utf-8", "replace")
    if PurePosixPath(path).name.lower() != "robots.txt":
        return [signal for signal in wording.judge([(path, text)]) if signal.forbids]
    usages = [usage.strip() for usage in _CONTENT_USAGE.findall(text) if _NO.search(usage)]
    return [Signal("AI preferences", path, quoted(usages[0]))] if usages else []
