"""Hand creations out: files a person can use, each beside the record of how it came about."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    publish: Callable[[Creation, Path, bytes], Mapping[str, object]] | None = None,
    suffix: str = "",
    also: Sequence[str] = (),
) -> Iterator[tuple[Creation, Path]]:
    """Write each creation and its record into `folder`, and say where.

    `read` gives a creation's stored bytes by its id; `write` replaces a file atomically.
    `publish` writes a creation's file instead, may add to it what is not content (labels), and
    gives back what the record is to say of that file. Without a `suffix` the files are the art's
    lossless form, as stored; the formats `also` lie where `beside` says. Flagged creations go to
    the subfolder `near-copies`. Raises BadInput for a suffix the art cannot write, CannotWrite
    when the folder refuses.
    """
    hand_out = publish or _writing(write)
    ending: str | None = suffix or None
    for creation in creations:
        stored = read(creation.id)
        if ending is None:
            ending = lossless_suffix(stored, art)
        target = folder / NEAR_COPIES if creation.flagged else folder
        path = target / (file_stem(creation) + ending)
        content = art.read(stored, creation.id)
        data = art.write(content, suffix) if suffix else stored
        files = {path.name: hand_out(creation, path, data)}
        for further in beside(path, also):
            data = art.write(content, further.suffix)
            files[further.name] = hand_out(creation, further, data)
        write(path.with_suffix(".json"), record_json(creation, files))
        yield creation, path


def _writing(
    write: Callable[[Path, bytes], None],
) -> Callable[[Creation, Path, bytes], Mapping[str, object]]:
    """Plain writing, of which there is nothing to say."""

    def hand_out(_creation: Creation, path: Path, data: bytes) -> Mapping[str, object]:
        write(path, data)
        return {}

    return hand_out


def beside(path: Path, also: Sequence[str]) -> list[Path]:
    """Where the same content lies in further formats; a format it has already is not one."""
    return [path.with_suffix(further) for further in also if further != path.suffix]


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


def record_json(
    creation: Creation, files: Mapping[str, Mapping[str, object]] | None = None
) -> bytes:
    """The record as a person or a program may read it later: strictly valid JSON, sorted.

    `files` says of each file by its name what was done to it.
    """
    told = {name: dict(facts) for name, facts in (files or {}).items() if facts}
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
        **({"files": told} if told else {}),
    }
    return as_json(facts)


def as_json(facts: Mapping[str, object]) -> bytes:
    """Facts as a file: strictly valid JSON, sorted, sentences in English."""
    plain = _plain(dict(facts))
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
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
