"""Collect: works from files, folders and zip archives, each with its rights and its origin.

A file may hold several works. A broken one is refused with its reason and the rest goes on. What
does not look like a work of the art at all (notes, thumbnails, hidden and system files) is passed
over in silence.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Generic, TypeAlias, TypeVar

from moxie.art import Art
from moxie.errors import UnreadableWork
from moxie.flow.sources import MAX_MEMBERS, Entry, entries, plain
from moxie.text import Message, Scalar, say
from moxie.work import Refusal, Rights, Work

S = TypeVar("S")

THREADS = 2
"""Codecs leave the interpreter lock while they work, so two threads are nearly twice as quick."""

AHEAD = 4
"""How many files may be in memory at once."""


@dataclass(frozen=True, slots=True)
class Found(Generic[S]):
    """A work that was read. `data` is its normalised blob, whose sha256 is `work.id`."""

    work: Work
    data: bytes


@dataclass(frozen=True, slots=True)
class Repeat:
    """A file that holds a work we have already. `work` is the id of that work."""

    name: str
    work: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a work may be learnt from: `why` refuses it, `facts` are remembered with it."""

    why: Message | None = None
    facts: Mapping[str, Scalar] = field(default_factory=dict)


Gate: TypeAlias = Callable[[Entry], Ruling]
"""Asked of every work that is new, in any thread."""

Outcome: TypeAlias = Found[S] | Repeat | Refusal


def collect(
    sources: Sequence[Path],
    art: Art[S],
    *,
    rights: Rights,
    known: Mapping[str, str],
    gate: Gate = lambda _entry: Ruling(),
) -> Iterator[Outcome[S]]:
    """Every work in the sources, in a fixed order (folders by name), as it is read.

    `gate` may refuse a work that could be read, on other grounds than its content. `known` maps
    the sha256 of original files to the ids of works collected before. Nothing is raised for a
    source without works: the caller counts. Raises BadInput, before anything is read, when a
    source does not exist.
    """
    found = entries(sources, art.suffixes)  # checks the sources now, reads them later
    originals = dict(known)
    return _collect(_in_order(found, partial(_open, art, rights, originals, gate)), originals)


def _collect(outcomes: Iterator[Outcome[S]], originals: dict[str, str]) -> Iterator[Outcome[S]]:
    ids = set(originals.values())
    for outcome in outcomes:
        if not isinstance(outcome, Found):
            yield outcome
            continue
        work = outcome.work
        name = str(work.facts["file"])
        originals[work.original] = work.id
        if work.id in ids:  # other bytes or a second copy, the same content
            yield Repeat(name, work.id)
        else:
            ids.add(work.id)
            yield outcome


def _in_order(
    found: Iterator[Entry], read: Callable[[Entry], Sequence[Outcome[S]]]
) -> Iterator[Outcome[S]]:
    """Read a few entries ahead in threads; results come in the order of the entries."""
    waiting: deque[Future[Sequence[Outcome[S]]]] = deque()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="collect")
    with closing(_Closing(pool)):
        for entry in found:
            waiting.append(pool.submit(read, entry))
            if len(waiting) >= AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@dataclass(frozen=True, slots=True)
class _Closing:
    """Drops what has not begun when the caller stops early."""

    pool: ThreadPoolExecutor

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)


def _open(
    art: Art[S], rights: Rights, originals: Mapping[str, str], gate: Gate, entry: Entry
) -> Sequence[Outcome[S]]:
    """The works in a file; none when it only might have held one and does not."""
    name = entry.name
    if isinstance(entry.data, UnreadableWork):
        return [Refusal(name, entry.data.message)]
    original = hashlib.sha256(entry.data).hexdigest()
    if original in originals:
        return [Repeat(name, originals[original])]
    try:
        works = art.works(entry.data, PurePosixPath(name).name)
        if len(works) > MAX_MEMBERS:
            return [_too_many(name)]
        read = [_read(art, originals, rights, entry, place, works) for place in range(len(works))]
    except UnreadableWork as error:
        return [Refusal(name, error.message)] if entry.expected else []
    if not entry.expected:  # it may have looked like several works, and be none
        read = [one for one in read if not isinstance(one, Refusal)]
    ruling = gate(entry)
    if read and ruling.why is not None:
        return [Refusal(name, ruling.why, forbidden=True)]
    return [_ruled(one, ruling) if isinstance(one, Found) else one for one in read]


def _read(
    art: Art[S],
    originals: Mapping[str, str],
    rights: Rights,
    entry: Entry,
    place: int,
    works: Sequence[tuple[str, bytes]],
) -> Outcome[S]:
    """One of the works in a file. Of several each is called after itself, inside the file."""
    inner, given = works[place]
    alone = len(works) == 1
    name = entry.name if alone else f"{entry.name}/{plain(inner)}"
    original = hashlib.sha256(given).hexdigest()
    if original in originals:
        return Repeat(name, originals[original])
    try:
        content = art.read(given, PurePosixPath(name).name)
    except UnreadableWork as error:
        if alone:
            raise
        return Refusal(name, error.message)
    data = art.write(content)
    facts = {**art.facts(given, content), "file": name}
    work = Work(
        id=hashlib.sha256(data).hexdigest(),
        art=art.name,
        title=_title(name),
        original=original,
        rights=rights,
        amount=art.amount(content),
        facts=facts if alone else {**facts, "works in the file": len(works)},
    )
    return Found(work, data)


def _ruled(found: Found[S], ruling: Ruling) -> Found[S]:
    """The work with what is to be remembered of the decision to let it in."""
    return replace(found, work=replace(found.work, facts={**found.work.facts, **ruling.facts}))


def _too_many(name: str) -> Refusal:
    return Refusal(
        name,
        say(
            "{name} holds more than {limit} works: split it into several files.",
            name=name,
            limit=MAX_MEMBERS,
        ),
    )


def _title(name: str) -> str:
    stem = PurePosixPath(name).stem
    return re.sub(r"[\s_]+", " ", stem).strip() or name
