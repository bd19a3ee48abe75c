"""What a person points at: which art it is, and what its corpus is called."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from moxie import arts
from moxie.art import Art
from moxie.errors import BadInput
from moxie.store import Library
from moxie.work import Corpus, Rights

if TYPE_CHECKING:
    from moxie.art import Mask

S = TypeVar("S")

DEFAULT_ART = "painting"

MAX_BYTES = 1 << 28
"""A file that a person names may have 256 MB; what it decodes to is for the art to limit."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a corpus' works came from first. `builtin` works are painted by our own code."""

    sources: tuple[str, ...]
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be collected: from where, as which art, on what ground."""

    paths: tuple[Path, ...]
    art: Art[Any]
    rights: Rights
    origin: Origin


def given(
    folders: Sequence[str | Path],
    art: str | None,
    rights: Rights,
    *,
    stack: ExitStack,
    samples: bool,
) -> Given:
    """Read what a person points at; sample works are laid out in a folder the stack removes."""
    if samples:
        return _samples(arts.find(art or DEFAULT_ART), rights, stack)
    paths = tuple(Path(folder) for folder in folders)
    if not paths:
        raise BadInput("Say which folder of works to take in.")
    origin = Origin(tuple(str(path.resolve()) for path in paths))
    return Given(paths, arts.find(art) if art else _art_for(count_suffixes(paths)), rights, origin)


def corpus_for(library: Library, name: str | None, found: Given) -> Corpus:
    """The corpus to add to: the named one, or one called after where the works came from."""
    if name is None:
        return _name_corpus(library, found.art.name, found.origin)
    return Corpus(name, found.art.name)


def read_start(path: Path, art: Art[S]) -> S:
    """A file of the user's to begin from."""
    return art.read(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """What a file of the user's holds; raises BadInput where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise BadInput(
            "The file {path} cannot be read: {reason}.",
            path=str(path),
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    if len(data) > MAX_BYTES:
        raise BadInput("{name} is over {limit} MB.", name=path.name, limit=MAX_BYTES >> 20)
    return data


def sha256_of(path: Path) -> str:
    """The sha256 of a file of the user's; raises BadInput where it cannot be read."""
    return hashlib.sha256(read_file(path)).hexdigest()


def read_region(text: str, art: Art[S], content: S) -> Mask:
    """The part of `content` that a person names, in words or by the path of a file."""
    path = file_at(text)
    return art.region(text, None if path is None else read_file(path), content)


def file_at(text: str) -> Path | None:
    """The file that these words are the path of; None where they are only words."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError, ValueError):  # words that are no path at all
        return None


def count_suffixes(paths: Sequence[Path]) -> Counter[str]:
    """How many files of each lower-case suffix there are, in folders and zips too."""
    counts: Counter[str] = Counter()
    for path in paths:
        names = [p.name for p in path.rglob("*") if p.is_file()] if path.is_dir() else []
        if path.is_file():
            names = _names_in(path) if path.suffix.lower() == ".zip" else [path.name]
        counts.update(Path(name).suffix.lower() for name in names)
    return counts


def _name_corpus(library: Library, art: str, origin: Origin) -> Corpus:
    """A corpus called after its first source; two folders of one name do not mix."""
    base = _slug(Path(origin.sources[0]).name if origin.sources else "")
    taken = {corpus.name: corpus for corpus in library.corpora()}
    number = 1
    while True:
        name = base if number == 1 else f"{base}-{number}"
        if name not in taken:
            return Corpus(name, art)
        if taken[name].art == art and library.load(name, "origin", Origin) == origin:
            return taken[name]
        number += 1


def pick_corpus(library: Library, name: str | None) -> Corpus:
    """The corpus of that name, or the only one there is."""
    if name is not None:
        return library.corpus(name)
    corpora = library.corpora()
    if len(corpora) == 1:
        return corpora[0]
    if not corpora:
        raise BadInput("The store is empty: start with `moxie collect FOLDER`.")
    raise BadInput(
        "There is more than one corpus, say which: {names}.",
        names=", ".join(corpus.name for corpus in corpora),
    )


def _samples(art: Art[Any], rights: Rights, stack: ExitStack) -> Given:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moxie-samples-")))
    for name, data in art.examples():
        (folder / name).write_bytes(data)
    origin = Origin((f"samples-{art.name}",), builtin=True)
    shipped = Rights("license", "Apache-2.0")  # as Moxie itself
    return Given((folder,), art, shipped if rights.basis == "undeclared" else rights, origin)


def art_of(path: Path, name: str | None = None) -> Art[Any]:
    """The art a file belongs to: the named one, or the one that its ending speaks for.

    The file need not be there: only its name is looked at.
    """
    return arts.find(name) if name else _art_for(Counter((path.suffix.lower(),)))


def _art_for(counts: Mapping[str, int]) -> Art[Any]:
    """The art that could read the most files, by how many there are of each ending; or painting."""
    known = arts.usable()
    readable = {art.name: sum(counts.get(suffix, 0) for suffix in art.suffixes) for art in known}
    best = max(readable, key=lambda name: (readable[name], name == DEFAULT_ART))
    return next(art for art in known if art.name == best)


def _names_in(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile):  # collecting will say what is wrong with it
        return []


def _slug(text: str) -> str:
    stem = text[:-4] if text.lower().endswith(".zip") else text
    return re.sub(r"[^\w.-]+", "-", stem).strip("-.").lower() or "works"
