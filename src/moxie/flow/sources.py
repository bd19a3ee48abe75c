"""Where works are found: files, folders and zip archives, read one file at a time.

Archives are read by stream, never unpacked: each member is counted and measured while it comes,
so a bomb is stopped early, and a name that points outside the archive is refused, not repaired.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TypeAlias

from moxie.errors import BadInput, UnreadableWork

MAX_FILE = 1 << 28
"""256 MB: the most that one file may have, packed or not."""

MAX_MEMBERS = 20_000
"""The most files in one archive."""

MAX_DIRECTORY = 1 << 24
"""16 MB: the most that an archive's list of contents may take; zipfile reads it whole."""

MAX_TOTAL = 1 << 34
"""16 GB: the most that one archive may hold, unpacked."""

MAX_RATIO = 200
"""How many times larger a member may be than its packed form; pictures reach two or three."""

FREE = 1 << 20
"""Members up to 1 MB may be packed as tightly as they like: a white page is honest."""

_SYSTEM = frozenset(("__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"))
_ABOUT = frozenset(
    ("readme", "sources", "license", "licence", "copying", "notice", "changelog", "authors")
)
"""What tells of a folder and is no work in it; in capitals, as such files are named."""

_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its bytes, or why it cannot be read.

    `name` is relative to the source, and safe to store, print and log. `expected` is False for
    a file without an ending, which is a work only if it reads as one. `source` is the number of
    the source it came from.
    """

    name: str
    data: bytes | UnreadableWork
    expected: bool = True
    source: int = 0


Wanted: TypeAlias = Callable[[str], bool]
"""Whether a file of that name is to be read."""


def entries(sources: Sequence[Path], suffixes: Collection[str]) -> Iterator[Entry]:
    """Every file in the sources that might be a work, in order of name.

    Raises BadInput at once when a source does not exist or is neither file nor folder.
    """
    for source in sources:
        if not os.path.exists(source):  # noqa: PTH110 - Path.exists raises where it may not look
            raise BadInput("There is nothing at {path}.", path=str(source))
        if not (source.is_dir() or source.is_file()):
            raise BadInput("{path} is neither a file nor a folder.", path=str(source))
    return _all(sources, partial(_candidate, suffixes=frozenset(suffixes)))


def beside(source: Path, wanted: Wanted) -> Iterator[Entry]:
    """The files of one source that are `wanted`, though they are no works: notices, sidecars.

    Names are relative to the source, as those of the works are; beside a single file they are
    those of its own folder. What cannot be read is passed over.
    """
    single = not source.is_dir() and source.suffix.lower() != ".zip"
    found = _siblings(source, wanted) if single else _one(source, wanted)
    return (entry for entry in found if isinstance(entry.data, bytes) and wanted(entry.name))


def _siblings(source: Path, wanted: Wanted) -> Iterator[Entry]:
    try:
        names = sorted(os.listdir(source.parent))  # noqa: PTH208 - only names are wanted
    except OSError:
        return
    for name in names:
        path = source.parent / name
        if name != source.name and wanted(name) and path.is_file():
            yield Entry(plain(name), _file(path, plain(name)))


def _all(sources: Sequence[Path], wanted: Wanted) -> Iterator[Entry]:
    for number, source in enumerate(sources):
        for entry in _one(source, wanted):
            yield replace(entry, source=number)


def _one(source: Path, wanted: Wanted) -> Iterator[Entry]:
    if source.is_dir():
        yield from _folder(source, PurePosixPath(), wanted, set())
    elif source.suffix.lower() == ".zip":
        yield from _archive(source, plain(source.name), wanted)
    else:  # named by the user, so it is expected to be a work whatever its ending
        name = plain(source.name)
        yield Entry(name, _file(source, name))


def _folder(
    folder: Path, within: PurePosixPath, wanted: Wanted, visited: set[str]
) -> Iterator[Entry]:
    """The files of a folder by name. Links are followed, but no folder is read twice."""
    real = os.path.realpath(folder)
    if real in visited:
        return
    visited.add(real)
    try:
        children = sorted(folder.iterdir(), key=lambda child: child.name)
    except OSError as error:
        name = plain(str(within) if within.parts else folder.name)
        yield Entry(name, _unreadable(name, error))
        return
    for child in children:
        inner = within / child.name
        name = plain(str(inner))
        if _hidden(child.name):
            continue
        if os.path.isdir(child):  # noqa: PTH112 - Path.is_dir raises where it may not look
            yield from _folder(child, inner, wanted, visited)
        elif child.suffix.lower() == ".zip":
            yield from _archive(child, name, wanted)
        elif wanted(child.name):
            yield Entry(name, _file(child, name), expected=bool(child.suffix))


def _hidden(name: str) -> bool:
    hidden = name.startswith(".") and name != ".well-known"  # a site's own notices
    return hidden or name.lower() in _SYSTEM


def _candidate(name: str, *, suffixes: frozenset[str]) -> bool:
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    return (not suffix or suffix in suffixes) and not _tells_of_others(path)


def _tells_of_others(path: PurePosixPath) -> bool:
    """README.md, LICENSE or README.zh.md, but not a poem called Sources."""
    stem, _, language = path.name.removesuffix(path.suffix).partition(".")
    text = path.suffix.lower() in ("", ".md", ".markdown", ".txt", ".rst")
    capitals = stem.isupper() or stem.lower() == "readme"
    return text and capitals and stem.lower() in _ABOUT and len(language) <= 5


def _file(path: Path, name: str) -> bytes | UnreadableWork:
    """The bytes of a regular file; a pipe would block for ever and a device never ends."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return UnreadableWork("{name} is not an ordinary file.", name=name)
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        return _unreadable(name, error)
    return data if len(data) <= MAX_FILE else _too_large(name)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no pipes in folders


def _unreadable(name: str, error: OSError) -> UnreadableWork:
    reason = error.strerror or type(error).__name__
    return UnreadableWork("{name} cannot be opened: {reason}.", name=name, reason=reason)


def _too_large(name: str) -> UnreadableWork:
    return UnreadableWork("{name} is over {limit} MB.", name=name, limit=MAX_FILE >> 20)


def _archive(path: Path, name: str, wanted: Wanted) -> Iterator[Entry]:
    """The files of a zip archive, in order of name; one entry with the reason if it is broken."""
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                yield Entry(name, UnreadableWork("{name} is not a zip archive.", name=name))
                return
            if _directory_size(file) > MAX_DIRECTORY:
                yield Entry(name, _too_many(name))
                return
            with zipfile.ZipFile(file) as archive:
                yield from _members(archive, name, wanted)
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        why = UnreadableWork("{name} is damaged ({reason}).", name=name, reason=reason)
        yield Entry(name, why)


def _directory_size(file: IO[bytes]) -> int:
    """Bytes that an archive's list of contents claims, by PKWARE's APPNOTE 4.3.14 to 4.3.16.

    Read before zipfile does, because zipfile loads the list whole.
    """
    length = file.seek(0, os.SEEK_END)
    start = max(0, length - (1 << 16) - 22)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    if tail[max(0, end - 20) : end].startswith(b"PK\6\7"):  # zip64: the larger record counts
        file.seek(max(0, start + end - 20 - 56))
        size = max(0, int.from_bytes(file.read(56)[40:48], "little"))
    file.seek(0)
    return size


def _too_many(name: str) -> UnreadableWork:
    return UnreadableWork(
        "{name} holds more than {limit} files: unpack it and give the folder.",
        name=name,
        limit=MAX_MEMBERS,
    )


def _members(archive: zipfile.ZipFile, name: str, wanted: Wanted) -> Iterator[Entry]:
    listed = archive.infolist()
    if len(listed) > MAX_MEMBERS:
        yield Entry(name, _too_many(name))
        return
    seen: set[str] = set()
    total = 0
    for info in sorted(listed, key=_member_name):
        inner = _member_name(info)
        full = plain(f"{name}/{inner}")
        repeated = inner in seen
        seen.add(inner)
        why = _refuse(info, inner, full, repeated=repeated)
        if why:
            yield Entry(full, why)
        elif _wanted(info, inner, wanted):
            data = _member(archive, info, full, MAX_TOTAL - total)
            total += len(data) if isinstance(data, bytes) else min(info.file_size, MAX_FILE)
            yield Entry(full, data, expected=bool(PurePosixPath(inner).suffix))
            if total >= MAX_TOTAL:
                yield Entry(name, _too_much(name))
                return


def _wanted(info: zipfile.ZipInfo, inner: str, wanted: Wanted) -> bool:
    parts = PurePosixPath(inner).parts
    return not info.is_dir() and not any(_hidden(part) for part in parts) and wanted(inner)


def _member_name(info: zipfile.ZipInfo) -> str:
    """The name as it was stored, before zipfile shortens it at a NUL.

    Without the UTF-8 mark zipfile reads code page 437; macOS means UTF-8 all the same, and
    Chinese Windows means GB 2312, which Western accents in 437 never look like.
    """
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    for encoding in ("utf-8", "gb2312"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name


def _refuse(
    info: zipfile.ZipInfo, inner: str, full: str, *, repeated: bool
) -> UnreadableWork | None:
    """Why a member is not even looked at, if so."""
    if _odd(inner):
        return UnreadableWork("{name} has a name that no honest archive has.", name=full)
    if stat.S_ISLNK(info.external_attr >> 16):
        return UnreadableWork("{name} is a link, not a file.", name=full)
    if repeated:
        return UnreadableWork("{name} is in the archive more than once.", name=full)
    return None if info.is_dir() else _refuse_kind(info, inner, full)


def _refuse_kind(info: zipfile.ZipInfo, inner: str, full: str) -> UnreadableWork | None:
    if any(_hidden(part) for part in PurePosixPath(inner).parts):
        return None
    if info.flag_bits & 0x1:
        return UnreadableWork("{name} is encrypted.", name=full)
    if PurePosixPath(inner).suffix.lower() == ".zip":
        return UnreadableWork("{name} is an archive inside an archive: unpack it.", name=full)
    return None


def _odd(name: str) -> bool:
    """Whether a name is empty, absolute on any system, climbs out, or hides a control."""
    return (
        not name.strip("/ ")
        or ".." in re.split(r"[/\\]", name)
        or "\\" in name
        or PurePosixPath(name).is_absolute()
        or bool(PureWindowsPath(name).drive)
        or any(ord(character) < 32 for character in name)
    )


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, room: int
) -> bytes | UnreadableWork:
    """The bytes of one member, counted while they come: headers may lie."""
    allowed = max(FREE, info.compress_size * MAX_RATIO)
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                parts.append(chunk)
                size += len(chunk)
                if size > allowed:
                    return UnreadableWork(
                        "{name} unpacks to over {times} times its size, as a bomb does.",
                        name=name,
                        times=MAX_RATIO,
                    )
                if size > MAX_FILE:
                    return _too_large(name)
                if size > room:
                    return _too_much(name)
    except (*_BROKEN, RuntimeError) as error:  # RuntimeError: a password is needed
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        return UnreadableWork("{name} is damaged ({reason}).", name=name, reason=reason)
    return b"".join(parts)


def _too_much(name: str) -> UnreadableWork:
    return UnreadableWork(
        "{name} holds over {limit} GB: unpack it and give the folder.",
        name=name,
        limit=MAX_TOTAL >> 30,
    )


def plain(name: str) -> str:
    """A file name that is safe to store, print and log: no controls, no broken characters."""
    composed = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    return "".join("�" if _unsafe(c) else c for c in composed)


def _unsafe(character: str) -> bool:
    """Controls and direction marks could forge a line of a log or hide an ending; joiners not."""
    unseen = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return unseen and character not in "\u200c\u200d"
