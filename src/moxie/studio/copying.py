"""Searches all that the store knows for what a suspected copy was taken from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moxie import arts
from moxie.art import Art, Finder
from moxie.errors import BadInput, MoxieError, UnreadableWork
from moxie.flow.sources import entries
from moxie.rights import quoting
from moxie.store import Library, atomic
from moxie.studio.contents import Lazy
from moxie.studio.inputs import read_file
from moxie.studio.progress import Clock
from moxie.text import Message, say
from moxie.work import Corpus, Creation, Rights, Work

TEXTS = frozenset((".txt", ".md", ".text", ".markdown"))
"""Endings of what is compared as text, letter by letter."""

CERTAIN = 0.5
"""From here on something is a copy, in every art and in text."""

TRACES = "traces"
"""The folder of the store for what is kept of contents; it can be removed, and is made again."""


@dataclass(frozen=True, slots=True)
class Original:
    """Something that may have been copied. `id` is the sha256 of its stored bytes.

    `kind` is "work", "creation" or "file" (one that was pointed at); `maker` is the Work or
    Creation; `original` is the sha256 of the file as it was given.
    """

    id: str
    kind: str
    title: str
    corpus: str | None
    original: str
    rights: Rights | None = None
    maker: Work | Creation | None = None
    data: bytes | None = None  # of a file that is not in the store


@dataclass(frozen=True, slots=True)
class Hit:
    """An original that a suspect has something of; from `CERTAIN` on it is a copy."""

    original: Original
    similarity: float
    evidence: Message
    quoted: quoting.Quoted | None = None

    @property
    def copied(self) -> bool:
        """Whether it counts as a copy."""
        return self.similarity >= CERTAIN


@dataclass(frozen=True, slots=True)
class Suspect:
    """A file that may be a copy. `art` is None for text."""

    path: Path
    data: bytes
    art: Art[Any] | None
    content: Any

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: the copies, or else the likeliest source; the likeliest first."""

    suspect: Suspect
    among: int
    hits: tuple[Hit, ...]

    @property
    def copies(self) -> tuple[Hit, ...]:
        """The hits that count as copies."""
        return tuple(hit for hit in self.hits if hit.copied)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Looks for sources in a store, and in files that are pointed at."""

    library: Library
    home: Path
    clock: Clock

    def search(
        self, path: Path, *, corpus: str | None = None, against: Sequence[Path] = ()
    ) -> Searched:
        """What a file was copied from, in one corpus or all, and in the files `against`.

        Raises UnreadableWork for a suspect that no art can read, BadInput for nothing to search.
        """
        suspect = read(path)
        with self.clock.stage("search"):
            originals = list(self._originals(suspect, corpus, against))
            if not originals:
                raise BadInput(
                    "There is nothing to compare {name} with: collect works of its kind first, "
                    "or name files with --against.",
                    name=path.name,
                )
            hits = self._texts(suspect, originals) if suspect.art is None else []
            hits = hits or (self._contents(suspect, originals) if suspect.art else [])
        return Searched(suspect, len(originals), tuple(hits))

    def read(self, original: Original) -> bytes:
        """The bytes of an original."""
        return self.library.get(original.id) if original.data is None else original.data

    def _originals(
        self, suspect: Suspect, corpus: str | None, against: Sequence[Path]
    ) -> list[Original]:
        found: dict[str, Original] = {}
        corpora = self.library.corpora() if corpus is None else [self.library.corpus(corpus)]
        for one in corpora:
            if suspect.art is not None and one.art == suspect.art.name:
                for known in self._of_corpus(one):
                    found.setdefault(known.id, known)
        suffixes = TEXTS if suspect.art is None else suspect.art.suffixes
        for entry in entries(against, suffixes):
            if isinstance(entry.data, bytes):
                sha = hashlib.sha256(entry.data).hexdigest()
                name = entry.name
                given = Original(sha, "file", name, None, sha, data=entry.data)
                found.setdefault(sha, given)
        return list(found.values())

    def _of_corpus(self, corpus: Corpus) -> list[Original]:
        works = [
            Original(w.id, "work", w.title, corpus.name, w.original, w.rights, w)
            for w in self.library.works(corpus.name)
        ]
        runs = self.library.runs(corpus.name)
        made = [one for run in runs for one in self.library.creations(run.id)]
        return works + [
            Original(c.id, "creation", f"{corpus.name} {c.id[:8]}", corpus.name, c.id, None, c)
            for c in made
        ]

    def _contents(self, suspect: Suspect, originals: Sequence[Original]) -> list[Hit]:
        assert suspect.art is not None
        known: list[Original] = []
        for number, original in enumerate(originals):
            if self._kept(suspect.art, original):
                known.append(original)
            self.clock.on_step(number + 1, len(originals))
        finder = self._finder(suspect.art, known)
        found = finder.search(suspect.content)
        return [Hit(known[one.index], one.similarity, one.evidence) for one in found]

    def _finder(self, art: Art[Any], known: Sequence[Original]) -> Finder[Any]:
        """Over the traces kept; those that are damaged or of another version are made again."""
        places = [self._place(art, one) for one in known]
        try:
            return art.finder(_Traces(places))
        except BadInput:
            for place in places:
                place.unlink(missing_ok=True)
            for one in known:
                self._kept(art, one)
            return art.finder(_Traces(places))

    def _kept(self, art: Art[Any], original: Original) -> bool:
        """See that the trace of an original is kept; False where it cannot be read at all."""
        place = self._place(art, original)
        if place.is_file():
            return True
        try:
            trace = art.trace(art.read(self.read(original), original.id))
        except MoxieError as error:
            if original.kind == "file" and isinstance(error, UnreadableWork):
                return False  # something else that bears the ending
            raise
        atomic.make_folder(place.parent)
        atomic.write(place, trace)
        return True

    def _place(self, art: Art[Any], original: Original) -> Path:
        return self.home / TRACES / art.name / original.id[:2] / original.id

    def _texts(self, suspect: Suspect, originals: Sequence[Original]) -> list[Hit]:
        shelf = quoting.Bookshelf([decode(self.read(one), one.title) for one in originals])
        found = shelf.search(suspect.content)
        hits = [
            Hit(originals[number], quoted.similarity, _told(quoted), quoted)
            for number, quoted in found
        ]
        return [hit for hit in hits if hit.copied] or hits[:1]


class _Traces(Lazy[bytes]):
    """What is kept of contents, read when asked for."""

    def __init__(self, places: Sequence[Path]) -> None:
        super().__init__(len(places))
        self._places = tuple(places)

    def _make(self, place: int) -> bytes:
        return self._places[place].read_bytes()


def read(path: Path) -> Suspect:
    """A file as text or as the content of the art that can read it; raises BadInput."""
    data = read_file(path)
    suffix = path.suffix.lower()
    if suffix in TEXTS:
        return Suspect(path, data, None, decode(data, path.name))
    for art in arts.usable():
        if suffix in art.suffixes:
            return Suspect(path, data, art, art.read(data, path.name))
    raise UnreadableWork(
        "No art can read {name}: give a picture, a score or a text.", name=path.name
    )


def decode(data: bytes, name: str) -> str:
    """A text file; UTF-8 or, as many Chinese files are, GB 18030. Raises UnreadableWork."""
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise UnreadableWork("{name} is not a text in UTF-8 or GB 18030.", name=name)


def _told(quoted: quoting.Quoted) -> Message:
    return say(
        "{percent:.0f} % of its letters lie in passages taken word for word; the longest has "
        "{letters} letters.",
        percent=100 * quoted.coverage[1],
        letters=quoted.letters,
    )
