"""`taste`: what a person prefers, in words and as bars."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.studio import Studio, wording
from moxie.studio.preferring import Moved, Preference, wanted
from moxie.studio.result import number
from moxie.studio.tasting import Estimate
from moxie.taste.explain import Effect
from moxie.text import Catalogue, Message, say

WIDTH = 31
"""Characters of a bar; its ends stand for all of the liking."""


def taste(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Say it, and write the page where a file is named."""
    found = studio.taste(params["corpus"], who=params["who"], out=params["out"])
    t = Catalogue.load(studio.settings.language)
    lines = [
        *wording.prefers(found, t),
        *wording.reliable(found, t),
        *wording.changed(found, t),
        *_plot(found, t),
    ]
    told = [say("{line}", line=line) for line in lines]
    page = params["out"]
    seen: list[Message] = [] if page is None else [say("Look at {report}", report=str(page))]
    return Outcome(facts(found, None if page is None else str(page)), [*told, *seen])


def facts(found: Preference, page: str | None) -> dict[str, object]:
    """All of it for programs, traits by their names."""
    names = [trait.name for trait in found.traits]
    return {
        "who": found.known.who,
        "corpus": found.known.corpus,
        "answers": found.answers,
        "foretold": _estimate(found.known.tested),
        "steady": _estimate(found.known.steady),
        "compared": found.known.compared,
        "contradicted": found.known.contradicted,
        "traits": [_effect(found, effect, names) for effect in found.effects],
        "liked": list(found.liked),
        "disliked": list(found.disliked),
        "tuned": None if found.tuned is None else found.tuned.run,
        "moved": [_moved(found, one, names) for one in found.moved],
        "page": page,
    }


def _estimate(of: Estimate | None) -> dict[str, object] | None:
    if of is None:
        return None
    return {"value": number(of.value), "low": number(of.low), "high": number(of.high), "n": of.n}


def _effect(found: Preference, effect: Effect, names: list[str]) -> dict[str, object]:
    trait = found.traits[effect.trait]
    return {
        "trait": trait.name,
        "more": str(trait.more),
        "less": str(trait.less),
        "kind": effect.kind,
        "slope": number(effect.slope),
        "low": number(effect.low),
        "high": number(effect.high),
        "sure": number(effect.sure),
        "along": number(effect.along),
        "curve": number(effect.curve),
        "best": number(effect.best),
        "partners": [names[k] for k in effect.partners],
    }


def _moved(found: Preference, one: Moved, names: list[str]) -> dict[str, object]:
    return {
        "trait": names[one.trait],
        "by": number(one.by),
        "low": number(one.low),
        "high": number(one.high),
        "wanted": wanted(found.effects, one),
    }


def _plot(found: Preference, t: Catalogue) -> Iterable[str]:
    """One bar for each trait, between what is less and what is more of it."""
    from rich.cells import cell_len, set_cell_size

    ends = [wording.ends(found, one.trait, 1.0, t) for one in found.effects]
    left = max((cell_len(less) for _, less in ends), default=0)
    right = max((cell_len(more) for more, _ in ends), default=0)
    if ends:
        yield t("How far the liking moves with each trait (the bar is the 95 % interval):")
    for effect, (more, less) in zip(found.effects, ends, strict=True):
        before = " " * (left - cell_len(less)) + less
        yield f"  {before} {bar(effect)} {set_cell_size(more, right)}  " + wording.meaning(
            effect, t
        )


def bar(effect: Effect) -> str:
    """The effect as a line of characters: its interval, and a dot that is filled where sure."""

    def place(figure: float) -> int:
        return round((min(max(figure, -1.0), 1.0) + 1) / 2 * (WIDTH - 1))

    cells = ["·"] * WIDTH
    cells[WIDTH // 2] = "│"
    for at in range(place(effect.low), place(effect.high) + 1):
        cells[at] = "━"
    sure = effect.kind in ("more", "less", "middle", "ends")
    cells[place(effect.slope)] = "●" if sure else "○"
    return "".join(cells)
