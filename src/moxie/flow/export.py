"""Hand creations out: files a person can use, each beside the record of how it came about."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from moxie.art import Art
from moxie.errors import BadInput
from moxie.text import Message
from moxie.work import Creation

S = TypeVar("S")

NEAR_COPIES = "near-copies"
"""The folder, inside the one asked for, where flagged creations are kept apart."""

MAGIC = 4
"""Bytes by which file formats can be told apart."""


def export(
    creations: Sequence[Creation],
    read: Callable[[str], bytes],
    art: Art[S],
    folder: Path,
    *,
    write: Callable[[Path, bytes], None],
    suffix: str = "",
) -> Iterator[tuple[Creation, Path]]:
    """Write each creation and its record into `folder`, and say where.

    `read` gives a creation's stored bytes by its id; `write` replaces a file atomically.
    Without a `suffix` the files are the art's lossless form, byte for byte as stored. Flagged
    creations go to the subfolder `near-copies`. Raises BadInput for a suffix the art cannot
    write, CannotWrite when the folder refuses.
    """
    ending: str | None = suffix or None
    for creation in creations:
        data = read(creation.id)
        if suffix:
            data = art.write(art.read(data, creation.id), suffix)
        if ending is None:
            ending = lossless_suffix(data, art)
        target = folder / NEAR_COPIES if creation.flagged else folder
        path = target / (file_stem(creation) + ending)
        write(path, data)
        write(path.with_suffix(".json"), record_json(creation))
        yield creation, path


def file_stem(creation: Creation) -> str:
    """A name that sorts by seed and number and is never given to another creation."""
    return f"seed{creation.seed}-{creation.index + 1:03d}-{creation.id[:8]}"


def lossless_suffix(data: bytes, art: Art[S]) -> str:
    """The suffix that `data`, in the art's lossless form, should have as a file.

    The form of that suffix begins with the same bytes, as formats do, and loses nothing; it may
    be packed otherwise.
    """
    content = art.read(data, "creation")
    for suffix in sorted(art.suffixes):
        try:
            written = art.write(content, suffix)
        except BadInput:  # an ending that can be read, or is known, but not written
            continue
        same_format = written[:MAGIC] == data[:MAGIC]
        if same_format and art.write(art.read(written, f"creation{suffix}")) == data:
            return suffix
    return ""


def record_json(creation: Creation) -> bytes:
    """The record as a person or a program may read it later: strictly valid JSON, sorted."""
    facts = {
        "id": creation.id,
        "run": creation.run,
        "seed": creation.seed,
        "index": creation.index,
        "novelty": creation.novelty,
        "size": list(creation.size),
        "fidelity": creation.fidelity,
        "attempts": creation.attempts,
        "flagged": creation.flagged,
        "made_at": creation.made_at,
        "nearest": {
            "work": creation.nearest.work,
            "similarity": creation.nearest.similarity,
            "evidence": creation.nearest.evidence,
        },
        **creation.record,
    }
    text = json.dumps(_plain(facts), ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return (text + "\n").encode()


def _plain(value: object) -> object:
    """`value` in what JSON has: no nan, no tuples, sentences in English."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
