"""Collect: works from files, folders and zip archives, each with its rights and its origin.

A broken file is refused with its reason and the rest goes on. What does not look like a work of
the art at all (notes, thumbnails, hidden and system files) is passed over in silence.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Generic, TypeAlias, TypeVar

from moxie.art import Art
from moxie.errors import UnreadableWork
from moxie.flow.sources import Entry, entries
from moxie.text import Message, Scalar
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
    return _collect(_in_order(found, partial(_read, art, rights, originals, gate)), originals)


def _collect(
    outcomes: Iterator[Outcome[S] | None], originals: dict[str, str]
) -> Iterator[Outcome[S]]:
    ids = set(originals.values())
    for outcome in outcomes:
        if not isinstance(outcome, Found):
            if outcome is not None:
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
    found: Iterator[Entry], read: Callable[[Entry], Outcome[S] | None]
) -> Iterator[Outcome[S] | None]:
    """Read a few entries ahead in threads; results come in the order of the entries."""
    waiting: deque[Future[Outcome[S] | None]] = deque()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="collect")
    with closing(_Closing(pool)):
        for entry in found:
            waiting.append(pool.submit(read, entry))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass(frozen=True, slots=True)
class _Closing:
    """Drops what has not begun when the caller stops early."""

    pool: ThreadPoolExecutor

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)


def _read(
    art: Art[S], rights: Rights, originals: Mapping[str, str], gate: Gate, entry: Entry
) -> Outcome[S] | None:
    """The work in an entry; None when it only might have been one and is not."""
    name = entry.name
    if isinstance(entry.data, UnreadableWork):
        return Refusal(name, entry.data.message)
    original = hashlib.sha256(entry.data).hexdigest()
    if original in originals:
        return Repeat(name, originals[original])
    try:
        content = art.read(entry.data, PurePosixPath(name).name)
        data = art.write(content)
        facts = {**art.facts(entry.data, content), "file": name}
    except UnreadableWork as error:
        return Refusal(name, error.message) if entry.expected else None
    ruling = gate(entry)
    if ruling.why is not None:
        return Refusal(name, ruling.why, forbidden=True)
    work = Work(
        id=hashlib.sha256(data).hexdigest(),
        art=art.name,
        title=_title(name),
        original=original,
        rights=rights,
        amount=art.amount(content),
        facts={**facts, **ruling.facts},
    )
    return Found(work, data)


def _title(name: str) -> str:
    stem = PurePosixPath(name).stem
    return re.sub(r"[\s_]+", " ", stem).strip() or name
