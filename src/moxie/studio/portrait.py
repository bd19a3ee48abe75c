"""A person's taste as one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import moxie
from moxie.flow.report import Exhibit, Leaning, Likings, Shift, likings
from moxie.studio import wording
from moxie.studio.desk import Desk
from moxie.studio.making import write
from moxie.studio.preferring import Moved, Preference, wanted
from moxie.taste.explain import Effect
from moxie.text import Catalogue

S = TypeVar("S")


def portray(desk: Desk[S], found: Preference, out: Path, catalogue: Catalogue) -> None:
    """Write the page into the file `out`."""
    page = Likings(
        who=found.known.who,
        corpus=desk.corpus.name,
        answers=found.answers,
        prefers=tuple(wording.prefers(found, catalogue)),
        reliable=tuple(wording.reliable(found, catalogue)),
        leanings=tuple(_leaning(found, effect, catalogue) for effect in found.effects),
        liked=_hung(desk, found.liked, catalogue),
        disliked=_hung(desk, found.disliked, catalogue),
        changed=tuple(wording.changed(found, catalogue)),
        shifts=tuple(_shift(found, one, catalogue) for one in found.moved),
        version=moxie.__version__,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write(out, likings(page, catalogue).encode())


def _leaning(found: Preference, effect: Effect, catalogue: Catalogue) -> Leaning:
    more, less = wording.ends(found, effect.trait, 1.0, catalogue)
    told = effect.kind in ("more", "less", "middle", "ends")
    figures = effect.slope, effect.low, effect.high
    return Leaning(less, more, *figures, wording.meaning(effect, catalogue), told)


def _shift(found: Preference, one: Moved, catalogue: Catalogue) -> Shift:
    more, less = wording.ends(found, one.trait, 1.0, catalogue)
    return Shift(less, more, one.by, one.low, one.high, wanted(found.effects, one))


def _hung(desk: Desk[S], ids: Sequence[str], catalogue: Catalogue) -> tuple[Exhibit, ...]:
    shown = []
    for one in ids:
        content = desk.art.read(desk.library.get(one), one)
        title = catalogue("Creation {number}", number=one[:8])
        shown.append(Exhibit(title, desk.art.preview(content)))
    return tuple(shown)
