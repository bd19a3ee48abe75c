"""What each kind of job does: a call of the studio, and what came of it as plain data.

Ids become names and files here, inside a folder of the job's own: nothing that a page sent is
ever a path.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from moxie.errors import BadInput, MoxieError
from moxie.store import atomic
from moxie.studio import Studio
from moxie.studio.inputs import art_of, file_at
from moxie.studio.result import Restored
from moxie.studio.views import id_of
from moxie.text import say
from moxie.web.files import Files, Kept, ending
from moxie.web.jobs.wire import Order
from moxie.web.uploads import Uploads
from moxie.work import Refusal, Rights

Facts: TypeAlias = dict[str, object]
Wish: TypeAlias = Mapping[str, Any]

MOST_REFUSALS = 1000
"""Refused files that are named; all are counted."""

LONGEST_STEM = 60
"""Characters of a file's name before its endings; in any script that is below 255 bytes."""


def perform(studio: Studio, order: Order) -> Facts:
    """Do what was ordered; raises what the studio raises."""
    atomic.make_folder(order.scratch)
    os.chdir(order.scratch)  # so that no word of a wish names a file that was there before
    try:
        return _TASKS[order.kind](Task(studio, order))
    finally:
        os.chdir(order.web)
        shutil.rmtree(order.scratch, ignore_errors=True)


class Task:
    """An order with the places that it may use."""

    def __init__(self, studio: Studio, order: Order) -> None:
        self.studio = studio
        self.wish: Wish = order.wish
        self.scratch = order.scratch
        self.uploads = Uploads(order.web / "uploads")
        self.files = Files(order.web / "files")

    @property
    def corpus(self) -> str:
        """The name of the corpus that is worked on."""
        return self.studio.views.corpus(self.wish["corpus"]).name

    def laid_out(self, ids: Sequence[str], folder: str) -> Path:
        """Uploads under the names they were sent with, in a folder of the job's own."""
        place = atomic.make_folder(self.scratch / folder)
        for upload in ids:
            kept, path = self.uploads.get(upload)
            target = _free(place / kept.name)
            atomic.make_folder(target.parent)
            try:
                os.link(path, target)
            except OSError:  # a file system without hard links
                shutil.copyfile(path, target)
        return place

    def upload(self, upload_id: str, folder: str) -> Path:
        """One upload as a file; folders in its name are left out."""
        kept, path = self.uploads.get(upload_id)
        place = atomic.make_folder(self.scratch / folder)
        target = place / kept.name.rpartition("/")[2]
        shutil.copyfile(path, target)
        return target

    def blob(self, name: str, folder: str, called: str = "") -> Path:
        """A work or creation of the store as a file; `called` is its name, else its id."""
        target = atomic.make_folder(self.scratch / folder) / (called or name)
        target.write_bytes(self.studio.views.blob(name))
        return target

    def work(self, work_id: str) -> Path:
        """A work of the corpus as a file that is called as the work is."""
        views = self.studio.views
        corpus = views.corpus(self.wish["corpus"])
        found = views.work(corpus, work_id).work
        suffix = views.suffix(corpus.art, views.blob(found.id), found.id)
        return self.blob(found.id, "start", f"{_plain(found.title) or found.id}{suffix}")

    def beginning(self) -> Path | None:
        """The file to begin from: an upload, a creation or a work."""
        wish, views = self.wish, self.studio.views
        given = [key for key in ("upload", "creation", "work") if wish.get(key)]
        if len(given) > 1:
            raise BadInput("Begin from one thing: an upload, a creation or a work.")
        if wish.get("upload"):
            return self.upload(wish["upload"], "start")
        if wish.get("creation"):
            return self.blob(views.creation(wish["creation"])[1].id, "start")
        if wish.get("work"):
            return self.work(wish["work"])
        return None

    def region(self) -> str | None:
        """The part to make anew: the art's words, or the path of a mask that was sent."""
        words, mask = self.wish.get("region"), self.wish.get("mask")
        if words and mask:
            raise BadInput("Say the region in words or by a mask, not by both.")
        if mask:
            return str(self.upload(mask, "mask"))
        if words and file_at(words) is not None:
            raise BadInput("The region {text} is not understood.", text=repr(words))
        return words or None


def _collect(task: Task) -> Facts:
    wish = task.wish
    sources = [task.laid_out(wish["uploads"], "works")] if wish["uploads"] else []
    found = task.studio.collect(
        *sources,
        corpus=wish["corpus"],
        art=wish["art"],
        rights=Rights.parse(wish["rights"]),
        samples=wish["samples"],
        override_rights=wish["override_rights"],
    )
    names = [task.uploads.get(upload)[0].name for upload in wish["uploads"]]
    art = task.studio.views.corpus(id_of(found.corpus)).art
    others = [Refusal(name, _FOREIGN) for name in task.studio.views.foreign(art, names)]
    for upload in wish["uploads"]:
        task.uploads.drop(upload)
    refused = [*found.refused, *others]
    return {
        "corpus": id_of(found.corpus),
        "works": found.works,
        "new": found.new,
        "repeats": found.repeats,
        "refusals": len(refused),
        "refused": [_refusal(one) for one in refused[:MOST_REFUSALS]],
    }


_FOREIGN = say("It is of another kind than the works here.")


def _learn(task: Task) -> Facts:
    wish = task.wish
    run = task.studio.learn(
        task.corpus,
        budget=wish["budget"],
        seed=wish["seed"],
        size=wish["size"] or None,
        novelty=wish["novelty"],
        recipe=wish["recipe"],
    )
    return {"corpus": wish["corpus"], "run": run.id}


def _create(task: Task) -> Facts:
    wish = task.wish
    corpus, blend = task.corpus, wish["blend"]
    made = task.studio.create(
        corpus,
        wish["n"],
        seed=wish["seed"],
        size=wish["size"] or None,
        novelty=wish["novelty"],
        start=task.beginning(),
        region=task.region(),
        options=wish["options"],
        blend=blend and {task.studio.views.corpus(key).name: w for key, w in blend.items()},
        liked_by=wish["liked_by"],
        of=wish["of"],
    )
    with suppress(MoxieError):  # so that a question is ready at once; it can wait where it cannot
        task.studio.look(corpus)
    return {"corpus": wish["corpus"], "creations": [one.id for one in made]}


def _tune(task: Task) -> Facts:
    found = task.studio.tune(task.corpus, who=task.wish["who"])
    with suppress(MoxieError):
        task.studio.look(task.corpus)
    return {"corpus": task.wish["corpus"], "run": found.run, "notes": [found.why.to_json()]}


def _suggest(task: Task) -> Facts:
    source = _damaged(task)
    found = task.studio.suggest(source, _mended(task, source, ".png"), art=_art(task))
    mask = task.files.take(found.mask, found.mask.name).to_json() if found.share else None
    return {"corpus": task.wish["corpus"], "share": found.share, "mask": mask}


def _restore(task: Task) -> Facts:
    wish, views = task.wish, task.studio.views
    source = _damaged(task)
    data = source.read_bytes()
    art = _art(task) or art_of(source).name
    suffix = wish["suffix"] or views.suffix(art, data, source.name)
    done = task.studio.restore(
        source,
        _mended(task, source, suffix),
        region=task.region(),
        corpus=task.corpus if wish["corpus"] else None,
        seed=wish["seed"],
        undo=wish.get("undo"),  # jobs of the book may be older than it
    )
    states = {"before": source, "after": done.path, "undone": done.undone}
    return {
        "corpus": wish["corpus"],
        "share": done.share,
        "exact": done.exact,
        "notes": [note.to_json() for note in done.notes],
        "strengths": dict(done.strengths),
        **{name: _seen(task, art, name, path) for name, path in states.items() if path},
        **_written(task, done),
    }


def _seen(task: Task, art: str, state: str, path: Path) -> Facts:
    """How a file looks, as a file to look at."""
    look = task.studio.views.shown(art, path.read_bytes(), path.name).large
    return task.files.put(look.data, state, look.media_type).to_json()


def _written(task: Task, done: Restored) -> Facts:
    """What a restoration wrote, to take away."""
    files = [done.path, done.record] + ([done.undone] if done.undone else [])
    beside = {"mask": done.mask, "confidence": done.confidence, "page": done.page}
    taken = [_taken(task, path) for path in files]
    told = {name: _taken(task, path) for name, path in beside.items() if path is not None}
    return {"files": [*taken, *told.values()], **told}


def _taken(task: Task, path: Path) -> Facts:
    return task.files.take(path, path.name).to_json()


def _damaged(task: Task) -> Path:
    source = task.beginning()
    if source is None:
        raise BadInput("Say what to restore: an upload or a work.")
    return source


def _art(task: Task) -> str | None:
    """The art of the corpus, where there is one; a file alone tells by its ending."""
    corpus = task.wish["corpus"]
    return task.studio.views.corpus(corpus).art if corpus else None


def _mended(task: Task, source: Path, suffix: str) -> Path:
    return (
        atomic.make_folder(task.scratch / "out") / f"{source.stem[:LONGEST_STEM]}-restored{suffix}"
    )


def _report(task: Task) -> Facts:
    page = task.studio.report(task.corpus, task.scratch / "report")
    return {"corpus": task.wish["corpus"], "files": [task.files.take(page, page.name).to_json()]}


def _export(task: Task) -> Facts:
    wish, views = task.wish, task.studio.views
    out = task.scratch / "out"
    corpus = views.corpus(wish["corpus"])
    chosen = [views.creation(name, corpus)[1] for name in wish["creations"]]
    task.studio.export(
        corpus.name,
        out,
        creations=chosen,
        suffix=wish["suffix"],
        also=(),
        visible_label=wish["visible_label"],
        watermark=wish["watermark"],
    )
    written = sorted(path for path in out.rglob("*") if path.is_file())
    return {"corpus": wish["corpus"], "files": [kept.to_json() for kept in _handed(task, written)]}


def _handed(task: Task, written: Sequence[Path]) -> list[Kept]:
    """Few files as they are; many as one archive."""
    if len(written) <= 6:  # one creation with its record and its credentials
        return [task.files.take(path, path.name) for path in written]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in written:
            archive.write(path, path.name)
    return [task.files.put(packed.getvalue(), "creations.zip")]


def _refusal(refusal: Refusal) -> Facts:
    return {
        "name": refusal.name,
        "why": refusal.why.to_json(),
        "forbidden": refusal.forbidden,
    }


def _plain(title: str) -> str:
    """A work's title as a file may be called on any system; empty where nothing is left of it."""
    words = re.sub(r"[^\w()-]+", " ", title)
    return words.strip(" -")[:LONGEST_STEM].strip(" -")


def _free(path: Path) -> Path:
    """The path, or one like it that is not taken."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(f"{path.stem}-{number}{ending(path.name)}")
        number += 1
    return found


_TASKS: Mapping[str, Callable[[Task], Facts]] = {
    "collect": _collect,
    "learn": _learn,
    "create": _create,
    "suggest": _suggest,
    "restore": _restore,
    "report": _report,
    "export": _export,
    "tune": _tune,
}
