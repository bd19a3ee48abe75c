"""The report: one self-contained page, pictures first.

It needs no network, no script and no other file; a strict content security policy says so to the
browser. Titles and file names are other people's words: everything is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moxie.flow.report.drawing import Curve, Scale, aspect, bars, modest, thumbnail
from moxie.flow.report.page import Exhibit, Page, Shown
from moxie.text import Catalogue
from moxie.work import Flag, Measure, Rights

__all__ = ["Exhibit", "Page", "Shown", "report"]

MANY = 8
"""A list longer than this is folded away."""


def report(page: Page, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    environment = Environment(
        loader=PackageLoader("moxie.flow.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=catalogue, say=catalogue.render, many=MANY)
    environment.filters.update(
        uri=_uri,
        aspect=aspect,
        modest=modest,
        thumbnail=thumbnail,
        share=_share,
        figure="{:.4g}".format,
        time=_time(catalogue),
        words=catalogue,
    )
    style = _style(page)
    return environment.get_template("report.html").render(
        page=page,
        language={"zh": "zh-Hans"}.get(catalogue.language, catalogue.language),
        style=Markup(style),  # noqa: S704  our own file and figures, nobody's text
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        undeclared=page.rights.get(Rights(), 0),
        declared=[(r, n) for r, n in page.rights.items() if r.basis != "undeclared"],
        measures=_measures(page),
        opinions=_opinions(page),
        curve=Curve.of(page.sufficiency.curve) if page.sufficiency else None,
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


def _style(page: Page) -> str:
    """The style sheet, with one class for every picture shape on the page."""
    sheet = resources.files("moxie.flow.report").joinpath("templates/report.css").read_text("utf-8")
    shapes = {aspect(shown.preview) for shown in page.creations}
    shapes |= {aspect(modest(exhibit.preview)) for exhibit in page.held_out}
    rules = [f".a{shape}{{--a:{shape / 100:.2f}}}" for shape in sorted(shapes)]
    return sheet + "\n".join(rules)


def _uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _share(value: float) -> str:
    """A figure between controls, as precise as it is: two places."""
    return f"{value:.2f}".replace("-0.00", "0.00")


def _time(catalogue: Catalogue) -> Callable[[float], str]:
    def words(seconds: float) -> str:
        if seconds < 90:
            return catalogue(
                "{seconds} s", seconds=f"{seconds:.1f}" if seconds < 10 else round(seconds)
            )
        minutes, rest = divmod(round(seconds), 60)
        return catalogue("{minutes} min {seconds} s", minutes=minutes, seconds=rest)

    return words
