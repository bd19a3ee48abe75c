"""The report: one self-contained page, pictures first.

It needs no network, no script and no other file; a strict content security policy says so to the
browser. Titles and file names are other people's words: everything is escaped.
"""

from __future__ import annotations

from collections import Counter

from moxie.flow.report.comparison import BeforeAfter, before_after
from moxie.flow.report.drawing import Curve, Scale, aspect, bars, modest
from moxie.flow.report.frontier import Frontier
from moxie.flow.report.likings import Leaning, Likings, Shift, likings
from moxie.flow.report.page import Exhibit, Page, Shown
from moxie.flow.report.question import Choices, question
from moxie.flow.report.rendering import rendered
from moxie.text import Catalogue
from moxie.work import Flag, Measure, Rights

__all__ = [
    "BeforeAfter",
    "Choices",
    "Exhibit",
    "Leaning",
    "Likings",
    "Page",
    "Shift",
    "Shown",
    "before_after",
    "likings",
    "question",
    "report",
]


def report(page: Page, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    shapes = {aspect(shown.preview) for shown in page.creations}
    shapes |= {aspect(modest(exhibit.preview)) for exhibit in page.held_out}
    return rendered(
        "report.html",
        catalogue,
        shapes,
        page=page,
        undeclared=page.rights.get(Rights(), 0),
        declared=[(r, n) for r, n in page.rights.items() if r.basis != "undeclared"],
        measures=_measures(page),
        opinions=_opinions(page),
        curve=Curve.of(page.sufficiency.curve) if page.sufficiency else None,
        frontier=Frontier.of(page.calibration),
        race=bars(page.run.choice.race),
        flags=_by_message(page.flags, catalogue),
        seconds=sum(page.seconds.values()),
    )


def _measures(page: Page) -> dict[str, Scale | None]:
    """The three measures by name; None where one could not be measured."""
    found = page.evaluation
    if found is None:
        return {}
    return {
        "fidelity": Scale.of(found.fidelity),
        "diversity": Scale.of(found.diversity),
        "originality": Scale.of(found.originality),
    }


def _opinions(page: Page) -> list[tuple[str, Measure]]:
    """What other judges than the first say of fidelity, where they could say it."""
    if page.evaluation is None:
        return []
    found = page.evaluation.second_opinions.items()
    return [(name, measure) for name, measure in found if Scale.of(measure)]


def _by_message(
    flags: tuple[tuple[str, Flag], ...], catalogue: Catalogue
) -> list[tuple[str, list[str]]]:
    """Works' titles gathered under what there is to know about them, the commonest first."""
    said = [(catalogue.render(flag.message), title) for title, flag in flags]
    counts = Counter(sentence for sentence, _ in said).most_common()
    return [(sentence, [title for s, title in said if s == sentence]) for sentence, _ in counts]
