"""Whether a file is a near-copy of something else that the store knows, for `moxie verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from moxie.errors import BadInput
from moxie.rights import labels
from moxie.rights.log import Entry
from moxie.rights.record import Event
from moxie.store import Library
from moxie.studio.copying import Original, Searcher
from moxie.studio.registering import Registrar
from moxie.studio.verifying import Near


def nearest(searcher: Searcher, registrar: Registrar) -> Callable[[Path, bytes], Near | None]:
    """Looks for what a file was copied from, itself and what it was handed out of left aside.

    The function raises BadInput for a file that cannot be compared, or where there is nothing to
    compare it with.
    """

    def near(path: Path, data: bytes) -> Near | None:
        sha256 = hashlib.sha256(data).hexdigest()
        own = {sha256, *_said(path, data)}
        for hit in searcher.search(path).copies:
            files = set(_files(searcher.library, hit.original))
            if not own & files:
                return Near(_first(registrar, files), hit.evidence, frozenset(files))
        return None

    return near


def _said(path: Path, data: bytes) -> Iterator[str]:
    """Which creation a file says that it is."""
    suffix = labels.kind(data) or path.suffix.lower()
    if suffix not in labels.SUFFIXES:
        return
    try:
        found = labels.read(data, suffix)
    except BadInput:
        return
    yield from (number for label in found.aigc if (number := label.get("ProduceID")))


def _files(library: Library, original: Original) -> Iterator[str]:
    """The hashes of an original: as it is stored, as it was given, as it was handed out."""
    yield from (original.id, original.original)
    for line in library.events.chain(original.id):
        event = Event.read(line)
        if event.kind == "exported" and "sha256" in event.details:
            yield str(event.details["sha256"])


def _first(registrar: Registrar, files: set[str]) -> Entry | None:
    """The earliest entry of the registry about any of these."""
    entries = [entry for one in files if (entry := registrar.first(one)) is not None]
    return min(entries, key=lambda entry: entry.seq, default=None)
