"""A person leads: what to begin from, which part to make anew, which dials; mending a work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import moxie
from moxie.art import Art, Brief
from moxie.errors import BadInput
from moxie.flow.export import as_json
from moxie.rights.credentials import MEDIA, Ingredient
from moxie.rights.credentials.carriers import ANY
from moxie.rights.labels import COMPOSITE, LOCAL, Label
from moxie.studio import inputs, publishing, recording
from moxie.studio.blending import Hand
from moxie.studio.desk import Desk
from moxie.studio.making import check_writable, mask_digest, write
from moxie.studio.result import Restored
from moxie.text import say

if TYPE_CHECKING:
    from moxie.art import Mask

S = TypeVar("S")


def brief(
    art: Art[S],
    size: str | None,
    novelty: float,
    *,
    start: str | Path | None,
    region: str | Path | None,
    options: Mapping[str, str] | None,
) -> Brief[S]:
    """What a person asks for, as a style model takes it; raises BadInput for what cannot be.

    With a `region`, which is a part of `start`, a creation has the size of `start`.
    """
    dials = art.options(options or {})
    begin = None if start is None else inputs.read_start(Path(start), art)
    if region is None:
        return Brief(art.size(size, begin), novelty, begin, options=dials)
    if begin is None:
        raise BadInput("A region is a part of a work: name the work with --from.")
    if size is not None:
        raise BadInput("With a region the work keeps its own size: leave out --size.")
    mask = inputs.read_region(str(region), art, begin)
    axes = len(art.size(None))  # a region's last axes are the size of its work
    return Brief(tuple(map(int, mask.shape[-axes:])), novelty, begin, mask, dials)


def restore(desk: Desk[S], source: Path, out: Path, region: str, seed: int) -> Restored:
    """Fill what is missing in `source`; write it and its record to `out`. See `Studio.restore`."""
    art, run = desk.art, desk.trained
    record = record_beside(out, source)
    data = inputs.read_file(source)
    content = art.read(data, source.name)
    art.write(content, out.suffix)  # a format that cannot be written is better refused first
    mask = inputs.read_region(region, art, content)
    check_writable(out.parent)
    with desk.clock.stage("restore"):
        filled = desk.model(run).infill(content, mask, seed=seed)
        written = art.write(filled, out.suffix)
        exact = _reads_back(art, written, filled, out.name)
        facts = dict(art.facts(data, content))
        made = hashlib.sha256(art.write(filled)).hexdigest()
        # a person's work, filled in by a model
        label = Label(COMPOSITE, desk.producer or LOCAL, made)
        recording.note(desk.library, made, "restored", _noted(desk, data, mask, seed))
        release = publishing.Release(
            out, written, label, parents=(parent(source, data),), changed=float(mask.mean())
        )
        released = publishing.press(desk).publish(release)
        told = _told(data, facts, region, mask) | {
            "output": {**released.facts, "exact": exact},
            "seed": seed,
        }
        write(record, as_json(told | _made_by(desk)))
    smaller = bool(facts.get("downscaled"))
    notes = ((NEARLY,) if not exact else ()) + ((_SMALLER,) if smaller else ())
    return Restored(out, record, float(mask.mean()), exact, notes)


def parent(source: Path, data: bytes) -> Ingredient:
    """The work as it was given, for the credentials of what became of it; without its name."""
    media = MEDIA.get(source.suffix.lower(), ANY)
    return Ingredient("parent-1", "the work as it was", "parentOf", media, data)


NEARLY = say("This format keeps what was known only nearly; a lossless one keeps it exactly.")
_SMALLER = say("It was larger than Moxie works at, so it was written smaller than it was.")


def _told(data: bytes, facts: Mapping[str, object], region: str, mask: Mask) -> dict[str, object]:
    """What was restored: never to be passed off as untouched. Folders' names are private."""
    file = inputs.file_at(region)
    return {
        "restored": True,
        "input": {"sha256": hashlib.sha256(data).hexdigest(), "facts": facts},
        "region": {
            "asked": region if file is None else file.name,
            "sha256": mask_digest(mask),
            "share": float(mask.mean()),
        },
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _made_by(desk: Desk[S]) -> dict[str, object]:
    """What filled it, in facts that can be checked."""
    run = desk.trained
    return {
        "moxie": moxie.__version__,
        "art": desk.art.name,
        "corpus": desk.corpus.name,
        "run": run.id,
        "model": run.model,
        "recipe": run.choice.recipe,
        "training_seed": run.seed,
        "method": "infill",
        "rights": dict(Hand.of(desk).rights),
    }


def _noted(desk: Desk[S], data: bytes, mask: Mask, seed: int) -> dict[str, object]:
    """What the record of a restored work says: hashes and settings, no names."""
    run = desk.trained
    return {
        "moxie": moxie.__version__,
        "art": desk.art.name,
        "input": hashlib.sha256(data).hexdigest(),
        "region": {"sha256": mask_digest(mask), "share": float(mask.mean())},
        "run": run.id,
        "model": run.model,
        "recipe": run.choice.recipe,
        "training_seed": run.seed,
        "seed": seed,
        "corpora": [recording.corpus_root([work.id for work in desk.works])],
    }


def record_beside(out: Path, source: Path) -> Path:
    """Where the record goes; raises BadInput for no file to write, or one that is given."""
    if not out.suffix or out.suffix == ".json" or out.is_dir():
        raise BadInput(
            "{path} is no file to write a work to: give a name with the ending of its format.",
            path=str(out),
        )
    record = out.with_suffix(".json")
    check_apart(source, out, record)
    return record


def check_apart(source: Path, *targets: Path) -> None:
    """Raise BadInput where one of the files to write is the one that was given."""
    if any(_same_file(target, source) for target in targets):
        raise BadInput(
            "{path} would be written over: choose another file to write to.", path=str(source)
        )


def _same_file(one: Path, other: Path) -> bool:
    both = one.exists() and other.exists()
    return one.resolve() == other.resolve() or (both and one.samefile(other))


def _reads_back(art: Art[S], written: bytes, content: S, name: str) -> bool:
    """Whether a file holds exactly what was made; a format that is only written cannot tell."""
    try:
        return art.write(art.read(written, name)) == art.write(content)
    except BadInput:
        return False
