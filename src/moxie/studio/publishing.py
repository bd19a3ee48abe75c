"""How a file leaves the studio: labelled, then signed, written, read again, and registered.

The order matters: a label put in after signing would break the signature, and what is registered
is the hash of the bytes that are handed out. Each step is a function of a `Release`; a studio
without keys or registry has fewer of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from moxie.errors import BadInput, CannotWrite
from moxie.rights import labels
from moxie.rights.credentials import Ingredient
from moxie.rights.labels import COMPOSITE, LOCAL, MADE, Found, Label, visible
from moxie.store import atomic
from moxie.studio import recording, registering
from moxie.studio.crediting import Stamp
from moxie.studio.desk import Desk
from moxie.text import say
from moxie.work import Creation

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Release:
    """A file on its way out. Steps give back a changed one, never change this one.

    `facts` is what its record says of this file, and what later steps may need; `beside` are
    files that belong to it, such as a detached signature. `creation` is None for restored works.
    """

    path: Path
    data: bytes
    label: Label
    creation: Creation | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    beside: tuple[tuple[Path, bytes], ...] = ()
    parents: tuple[Ingredient, ...] = ()  # the works it was made out of, for its credentials
    changed: float | None = None  # what share of a restored work is new

    def noting(self, **facts: object) -> Release:
        """The same with further facts."""
        return replace(self, facts={**self.facts, **facts})


Step: TypeAlias = Callable[[Release], Release]


@dataclass(frozen=True, slots=True)
class Press:
    """The steps before a file is written (they may change it) and those after (they may not)."""

    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()

    def publish(self, release: Release) -> Release:
        """Send a file through all steps; the facts then have the `sha256` of what was written.

        Raises CannotWrite when the file, read again, is not what was written or lacks its label.
        A step that fails leaves nothing half written.
        """
        for step in (labelled, *self.before):
            release = step(release)
        release = release.noting(sha256=hashlib.sha256(release.data).hexdigest())
        _check(release, release.data)
        for path, data in (*release.beside, (release.path, release.data)):  # never without them
            atomic.make_folder(path.parent)
            atomic.write(path, data)
        _check(release, _read_again(release))
        for step in self.after:
            release = step(release)
        return release


def press(desk: Desk[S]) -> Press:
    """The steps that a corpus' files go through. Signing comes before, registering after."""
    registrar = registering.registrar(desk.library, desk.home)
    noted = partial(recording.exported, desk.library)
    return Press((Stamp(desk),), after=(noted, partial(registering.registered, registrar)))


def publisher(
    desk: Desk[S], *, watermark: bool = False
) -> Callable[[Creation, Path, bytes], Mapping[str, object]]:
    """Publishes creations for `flow.export`, which only asks what to say of each file.

    `watermark` says that what is published is a marked copy, not the master.
    """
    steps = press(desk)

    def publish(creation: Creation, path: Path, data: bytes) -> Mapping[str, object]:
        label = label_of(creation, desk.producer)
        release = Release(path, data, label, creation)
        return steps.publish(release.noting(watermark=True) if watermark else release).facts

    return publish


def seen(desk: Desk[S], get: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Reads creations by `get` with the label that people see; only on pictures there is room."""
    told: list[str] = []

    def read(creation: str) -> bytes:
        data = get(creation)
        if labels.kind(data) == ".png":
            return desk.art.write(desk.art.read(visible.stamp(data), creation))
        if not told:
            told.append(creation)
            desk.clock.progress.say(say("Only pictures can have a visible label drawn on them."))
        return data

    return read


def labelled(release: Release) -> Release:
    """Put the label into the file; a format without a place for one says so in its facts."""
    suffix = release.path.suffix.lower()
    if suffix not in labels.SUFFIXES:
        return release.noting(label=None)
    told = {"digitalSourceType": release.label.source, "aigc": release.label.by_ai}
    data = labels.write(release.data, suffix, release.label)
    return replace(release, data=data).noting(label=told)


def label_of(creation: Creation, producer: str | None = None) -> Label:
    """What a creation's label says: made by a model, or by a model out of a person's work."""
    began = any(key in creation.record for key in ("start", "region"))
    return Label(COMPOSITE if began else MADE, producer or LOCAL, creation.id)


def _read_again(release: Release) -> bytes:
    try:
        return release.path.read_bytes()
    except OSError as error:
        raise atomic.cannot_write(error, release.path) from error


def _check(release: Release, data: bytes) -> None:
    """Whether these are the bytes handed out, with the label in them exactly once."""
    if hashlib.sha256(data).hexdigest() != release.facts["sha256"]:
        raise CannotWrite(
            "{path} was written, but reads back otherwise: the disk or another program changed "
            "it. Export it again.",
            path=str(release.path),
        )
    if release.facts.get("label") is not None and not _as_told(_found(release, data), release):
        raise CannotWrite(
            "The label of {path} cannot be read back as it was written, so it was not handed "
            "out: choose another format, and please report it.",
            path=str(release.path),
        )


def _found(release: Release, data: bytes) -> Found | None:
    try:
        return labels.read(data, release.path.suffix)
    except BadInput:
        return None


def _as_told(found: Found | None, release: Release) -> bool:
    return (
        found is not None
        and found.status == "one"
        and found.source == release.label.source
        and len(found.aigc) == release.label.by_ai
    )
