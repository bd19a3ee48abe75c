"""Gather what the report shows, and write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, get_args

import moxie
from moxie.errors import Missing
from moxie.flow import report as reporting
from moxie.flow.report import Exhibit, Page, Shown
from moxie.studio import calibrating, learning
from moxie.studio.desk import Desk
from moxie.studio.making import write
from moxie.studio.scoring import held_out
from moxie.taste import steering
from moxie.text import Catalogue, Message, say
from moxie.work import Creation, Part, Prepared, Refusal, Sufficiency

S = TypeVar("S")

SHOWN = 8
"""How many held-out works hang beside the creations."""


def report(
    desk: Desk[S],
    out: Path,
    catalogue: Catalogue,
    *,
    creations: Sequence[Creation] | None = None,
    refused: tuple[Refusal, ...] = (),
    seconds: Mapping[str, float] | None = None,
) -> Path:
    """Write `report.html` into `out`; without `creations` it shows all of the run's."""
    with desk.clock.stage("report"):
        shown = desk.library.creations(desk.trained.id) if creations is None else creations
        page = _page(desk, shown, refused, dict(seconds or {}))
        path = out / "report.html"
        write(path, reporting.report(page, catalogue).encode())
    return path


def _page(
    desk: Desk[S],
    creations: Sequence[Creation],
    refused: tuple[Refusal, ...],
    seconds: Mapping[str, float],
) -> Page:
    places = {place.work: place for place in desk.dataset.places}
    titles = {work.id: work.title for work in desk.works}
    first = creations[0] if creations else None
    return Page(
        corpus=desk.corpus,
        run=desk.trained,
        creations=tuple(_made(desk, made, places, titles) for made in creations),
        held_out=tuple(_exhibit(desk, p, titles) for p in held_out(desk)[:SHOWN]),
        works={part: len(desk.part(part)) for part in get_args(Part)},
        rights=Counter(work.rights for work in desk.works),
        amount=sum(work.amount for work in desk.works),
        unit=desk.art.unit,
        version=moxie.__version__,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        sufficiency=_sufficiency(desk),
        evaluation=desk.library.evaluation(desk.trained.id),
        calibration=calibrating.stored(desk, desk.trained),
        counted=_counted(desk, titles),
        refusals=refused,
        left_out=tuple((titles[p.work], p.why) for p in desk.part("left_out") if p.why),
        flags=tuple((titles[p.work], flag) for p in desk.dataset.places for flag in p.flags),
        seconds=seconds,
        settings={"seed": first.seed, "novelty": first.novelty} if first else {},
    )


def _sufficiency(desk: Desk[S]) -> Sufficiency | None:
    try:
        return desk.sufficiency
    except Missing:
        return None


def _counted(desk: Desk[S], titles: Mapping[str, str]) -> Message | None:
    """How unevenly the works count in a model that was balanced."""
    if not desk.trained.balanced:
        return None
    ids = [place.work for place in desk.part("train")]
    counts = learning.counted(desk, desk.trained, ids)
    return say(
        "Some works count more than others, so that what is made is more like all of them: most "
        "of all {title}, {most:.1f} times what it would among equals. It is as if {percent:.0f} % "
        "of the works counted evenly.",
        title=titles[ids[int(counts.argmax())]],
        most=float(counts.max() / counts.mean()),
        percent=100 * steering.effective(counts) / len(counts),
    )


def _made(
    desk: Desk[S], creation: Creation, places: Mapping[str, Prepared], titles: Mapping[str, str]
) -> Shown:
    nearest = places.get(creation.nearest.work)
    content = desk.art.read(desk.library.get(creation.id), creation.id)
    exhibit = _exhibit(desk, nearest, titles) if nearest else None
    return Shown(creation, desk.art.preview(content), exhibit)


def _exhibit(desk: Desk[S], place: Prepared, titles: Mapping[str, str]) -> Exhibit:
    return Exhibit(titles[place.work], desk.art.preview(desk.contents([place])[0]))
