"""Mending a damaged work as its file holds it: found or named damage, and nothing but that.

For arts that open works for mending (`Art.restorer`); in the others a model fills a region, see
`leading.restore`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

import moxie
from moxie.art import Art, Preview
from moxie.errors import BadInput
from moxie.flow.export import as_json
from moxie.flow.report import BeforeAfter, before_after
from moxie.restorer import Mended, Restorer, Suggested
from moxie.rights.labels import COMPOSITE, LOCAL, Label
from moxie.studio import inputs, publishing, recording, undoing
from moxie.studio.blending import Hand
from moxie.studio.desk import LOOSE, Desk
from moxie.studio.leading import NEARLY, check_apart, parent, record_beside
from moxie.studio.making import check_writable, mask_digest, write
from moxie.studio.result import Restored, Suggestion
from moxie.text import Catalogue, Message, say

if TYPE_CHECKING:
    from moxie.art import Mask

S = TypeVar("S")

LENDING = 40
"""The most works of a corpus that are learnt from and taken from."""

CLEAN = say(
    "No damage was found that is sure enough to mend unasked, so nothing was changed. Name it with "
    "--mask or --region, or see with --suggest what is likely."
)
CONVERTED = say("No damage was found; only the format is another.")


@dataclass(frozen=True, slots=True)
class Patient(Generic[S]):
    """A damaged work: its file and what opened it."""

    source: Path
    data: bytes
    restorer: Restorer[S]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: the damage in words or a mask's path, empty to look for it; changes
    of the whole to undo apart, by name and amount (0..1).
    """

    region: str
    seed: int
    undo: Mapping[str, float]


def opened(art: Art[S], source: Path) -> Patient[S] | None:
    """The work opened for mending; None where its art has only models for that. BadInput."""
    data = inputs.read_file(source)
    restorer = art.restorer(data, source.name)
    return None if restorer is None else Patient(source, data, restorer)


def suggest(patient: Patient[S], out: Path) -> Suggestion:
    """Write where the work looks damaged as a mask to edit, and how sure that is, beside `out`."""
    record_beside(out, patient.source)
    check_writable(out.parent)
    found = patient.restorer.suggest(careful=False)
    mask, sure = _beside(out, "mask"), _beside(out, "confidence")
    check_apart(patient.source, mask, sure)
    write(mask, patient.restorer.drawn(found.mask.astype(np.float32)))
    write(sure, patient.restorer.drawn(found.confidence))
    return Suggestion(mask, sure, float(found.mask.mean()), found.kinds)


def restore(
    desk: Desk[S], patient: Patient[S], out: Path, wish: Wish, catalogue: Catalogue
) -> Restored:
    """Mend what is damaged, write it and all that says so; see `Studio.restore`."""
    record = record_beside(out, patient.source)
    painted, sure, shown = (
        _beside(out, "mask"),
        _beside(out, "confidence"),
        out.with_suffix(".html"),
    )
    whole = undoing.beside(out)
    check_apart(patient.source, painted, sure, shown, *([whole] if wish.undo else []))
    check_writable(out.parent)
    with desk.clock.stage("restore"):
        found, mask = _damage(patient.restorer, wish.region)
        if not mask.any():
            return _untouched(desk, patient, out, mask, wish.undo)
        mended = patient.restorer.mend(
            mask,
            _others(desk, patient),
            suffix=out.suffix,
            seed=wish.seed,
            on_part=desk.clock.on_step,
        )
        made = hashlib.sha256(mended.data).hexdigest()
        told = _told(desk, patient, mask, mended)
        told |= {"asked": _asked(wish.region), "seed": wish.seed}
        recording.note(desk.library, made, "restored", {**told, "regions": _summed(mended)})
        label = Label(COMPOSITE, desk.producer or LOCAL, made)  # a person's work, filled by us
        share = float(mask.mean())
        parents = (parent(patient.source, patient.data),)
        release = publishing.Release(out, mended.data, label, parents=parents, changed=share)
        released = publishing.press(desk).publish(release)
        exact = _kept(patient.restorer, out, mask)
        undone = undoing.write(patient.restorer, mended.data, wish.undo, whole)
        told = {**told, "output": {**released.facts, "exact": exact}, "corpus": desk.corpus.name}
        told |= undoing.facts(undone)
        write(record, as_json({"restored": True, **told, "made_at": _now()}))
        _write_beside(patient.restorer, (painted, sure), mask, found, mended)
        notes = () if exact else (NEARLY,)
        page = _page(desk, patient, mended, mask, found, notes)
        write(shown, before_after(page, catalogue).encode())
    kinds = {} if found is None else found.kinds
    done = Restored(out, record, share, exact, notes, painted, sure, shown, kinds)
    return undoing.joined(done, undone)


def _damage(restorer: Restorer[S], region: str) -> tuple[Suggested | None, Mask]:
    """What is damaged: as named by a person, else as found."""
    if region:
        path = inputs.file_at(region)
        return None, restorer.region(region, None if path is None else inputs.read_file(path))
    found = restorer.suggest(careful=True)
    return found, found.mask


def _others(desk: Desk[S], patient: Patient[S]) -> dict[str, S]:
    """The works of the corpus that lend a hand, cleaned, without the damaged one itself."""
    if desk.corpus.name == LOOSE:
        return {}
    own = hashlib.sha256(patient.data).hexdigest()
    found: dict[str, S] = {}
    for work in [work for work in desk.works if work.id != own][:LENDING]:
        cleaned = desk.art.clean(desk.art.read(desk.library.get(work.id), work.id))
        if cleaned.usable:
            found[work.id] = cleaned.content
    return found


def _untouched(
    desk: Desk[S], patient: Patient[S], out: Path, nothing: Mask, undo: Mapping[str, float]
) -> Restored:
    """Hand out a work without damage as it came, to the last bit; converted only if asked to."""
    same = out.suffix.lower() == patient.source.suffix.lower()
    data = patient.data
    if not same:
        data = patient.restorer.mend(
            nothing, {}, suffix=out.suffix, seed=0, on_part=desk.clock.on_step
        ).data
    write(out, data)
    sha256 = hashlib.sha256(data).hexdigest()
    facts: dict[str, object] = {
        "restored": False,
        "input": {"sha256": hashlib.sha256(patient.data).hexdigest()},
        "output": {"sha256": sha256, "exact": same},
        "made_at": _now(),
    }
    record = out.with_suffix(".json")
    undone = undoing.write(patient.restorer, data, undo, undoing.beside(out))
    write(record, as_json(facts | undoing.facts(undone)))
    done = Restored(out, record, 0.0, same, (CLEAN if same else CONVERTED,))
    return undoing.joined(done, undone)


def _told(desk: Desk[S], patient: Patient[S], mask: Mask, mended: Mended) -> dict[str, object]:
    """What was changed and how, in facts that can be checked; nothing personal."""
    works = [] if desk.corpus.name == LOOSE else [work.id for work in desk.works]
    told: dict[str, object] = {
        "moxie": moxie.__version__,
        "art": desk.art.name,
        "input": {"sha256": hashlib.sha256(patient.data).hexdigest()},
        "region": {"sha256": mask_digest(mask), "share": float(mask.mean())},
        "method": "mend",
        "regions": [dict(region) for region in mended.regions],
        "sources": [list(source) for source in mended.sources],
    }
    if works:
        told["corpora"] = [recording.corpus_root(works)]
        told["rights"] = dict(Hand.of(desk).rights)
    return told


def _summed(mended: Mended) -> list[dict[str, object]]:
    """Pixels by kind of hole and method: a record's step has little room."""
    sums: Counter[tuple[str, str]] = Counter()
    for region in mended.regions:
        shares = region.get("method")
        for name, share in (shares if isinstance(shares, Mapping) else {}).items():
            sums[str(region["kind"]), str(name)] += round(float(share) * int(str(region["pixels"])))
    return [{"kind": k, "method": m, "pixels": n} for (k, m), n in sorted(sums.items())]


def _asked(region: str) -> str:
    """How the damage was named; folders' names are private."""
    file = inputs.file_at(region) if region else None
    return "found" if not region else region if file is None else file.name


def _kept(restorer: Restorer[S], out: Path, mask: Mask) -> bool:
    """Whether the file handed out, read again, has everything outside the mask as it was."""
    try:
        return restorer.kept(out.read_bytes(), mask)
    except (BadInput, OSError):
        return False


def _write_beside(
    restorer: Restorer[S],
    paths: Sequence[Path],
    mask: Mask,
    found: Suggested | None,
    mended: Mended,
) -> None:
    """The mask, and how sure each pixel is: that it was damaged, and that it is right now."""
    sure = (
        mended.confidence
        if found is None
        else np.where(mask, mended.confidence * found.confidence, mended.confidence)
    )
    write(paths[0], restorer.drawn(mask.astype(np.float32)))
    write(paths[1], restorer.drawn(np.asarray(sure, np.float32)))


def _page(
    desk: Desk[S],
    patient: Patient[S],
    mended: Mended,
    mask: Mask,
    found: Suggested | None,
    notes: Sequence[Message],
) -> BeforeAfter:
    marked = desk.art.preview(desk.art.read(patient.restorer.drawn(mask.astype(np.float32)), "m"))
    return BeforeAfter(
        title=patient.source.stem,
        before=Preview(mended.media_type, mended.before),
        after=Preview(mended.media_type, mended.after),
        mask=marked,
        share=float(mask.mean()),
        sure=float(mended.confidence[mask].mean()),
        kinds={} if found is None else found.kinds,
        methods=[
            (str(e["kind"]), str(e["method"]), int(str(e["pixels"]))) for e in _summed(mended)
        ],
        works=len(mended.sources),
        version=moxie.__version__,
        made_at=_now(),
        notes=tuple(notes),
    )


def _beside(out: Path, name: str) -> Path:
    return out.with_name(f"{out.stem}.{name}.png")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
