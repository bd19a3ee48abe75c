"""The pages a person sees, rendered from the templates in `pages`; modules in `static` fill them.

A page brings the frame, its forms and words, and the facts it stands on; works, jobs and figures
come from the API, so that a page shows at once and a reload shows the truth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse

from moxie.errors import Missing
from moxie.studio.views import Overview
from moxie.text import LANGUAGES, Catalogue, Message, say
from moxie.web import facts
from moxie.web.context import Asked, Here, Sha, Web, Words
from moxie.web.wording import words

ROUTER = APIRouter(include_in_schema=False)

BUDGETS = (60, 240, 600, 1800, 3600)
"""Seconds of learning to choose from."""

USUAL = 240

TAGS = {"en": "en", "zh": "zh-Hans"}
NAMES = {"en": "English", "zh": "中文"}
"""Languages by their own name, whoever reads."""


@dataclass(frozen=True, slots=True)
class View:
    """What a page is about. `corpora` are those one can go to."""

    place: str
    corpora: Sequence[Overview] = ()
    corpus: Overview | None = None
    given: Mapping[str, object] | None = None


@ROUTER.get("/")
def home(here: Here, catalogue: Words) -> HTMLResponse:
    """The corpora there are; on a first visit, how to begin."""
    return _page("home.html", catalogue, here, View("home", here.studio.views.corpora()))


@ROUTER.get("/new")
def new(here: Here, catalogue: Words) -> HTMLResponse:
    """Where a further corpus begins."""
    return _page("home.html", catalogue, here, View("new", here.studio.views.corpora()))


@ROUTER.get("/restore")
def restore(here: Here, catalogue: Words) -> HTMLResponse:
    """Restoring a work that belongs to no corpus."""
    return _page("restore.html", catalogue, here, View("restore", here.studio.views.corpora()))


@ROUTER.get("/c/{corpus}/made/{creation}")
def one(here: Here, catalogue: Words, asked: Asked, creation: Sha) -> HTMLResponse:
    """All about one work that was made; Missing where there is none."""
    here.studio.views.creation(creation)
    view = _about(here, asked.name, "made", creation=creation)
    return _page("one.html", catalogue, here, view)


@ROUTER.get("/c/{corpus}/{place}")
def place(here: Here, catalogue: Words, asked: Asked, place: str) -> HTMLResponse:
    """One place of a corpus; Missing where there is no such place."""
    if place not in PLACES:
        raise Missing("There is nothing at that address.")
    return _page(f"{place}.html", catalogue, here, _about(here, asked.name, place))


def trouble(status: int, why: Message, catalogue: Catalogue) -> HTMLResponse:
    """The page that says what is wrong, and where to go from there."""
    page = _template("trouble.html", catalogue)
    html = page.render(_frame(catalogue, View("trouble")), status=status, why=catalogue.render(why))
    return HTMLResponse(html, status)


def _about(here: Web, name: str, place: str, **given: object) -> View:
    corpora = here.studio.views.corpora()
    corpus = next(found for found in corpora if found.corpus.name == name)
    return View(place, corpora, corpus, given)


def _page(name: str, catalogue: Catalogue, here: Web, view: View) -> HTMLResponse:
    given: dict[str, object] = dict(view.given or {})
    seed = 0
    if view.corpus is not None:
        seed = _next_seed(here, view.corpus)
        found = here.studio.views.sorted(view.corpus.corpus)
        given |= {
            "corpus": {"id": view.corpus.id, "name": view.corpus.corpus.name},
            "art": view.corpus.corpus.art,
            "threshold": found.dataset.threshold if found else None,
        }
    kinds = {art.name: art for art in here.studio.views.arts()}
    if view.corpus is not None and view.corpus.corpus.art in kinds:
        said = catalogue  # the names of units are written where the arts are
        given["unit"] = said(kinds[view.corpus.corpus.art].unit)
    given |= {"budget": USUAL, "seed": seed}
    html = _template(name, catalogue).render(
        _frame(catalogue, view, given),
        arts={name: catalogue.render(art.title) for name, art in kinds.items()},
        budgets=[(seconds, _time(seconds, catalogue)) for seconds in BUDGETS],
        budget=USUAL,
        seed=seed,
    )
    return HTMLResponse(html)


def _next_seed(here: Web, corpus: Overview) -> int:
    """One after the newest creation's, so that what is made next is new."""
    _, newest = here.studio.views.creations(corpus.corpus, 0, 1)
    return newest[0].seed + 1 if newest else 0


def _frame(
    catalogue: Catalogue, view: View, given: Mapping[str, object] | None = None
) -> dict[str, object]:
    """What every page has around it."""
    other = next(code for code in LANGUAGES if code != catalogue.language)
    page = {"language": catalogue.language, "words": words(catalogue), **(given or {})}
    return {
        "language": TAGS[catalogue.language],
        "other": {"code": other, "tag": TAGS[other], "name": NAMES[other]},
        "places": {name: catalogue.render(title) for name, title in PLACES.items()},
        "place": view.place,
        "corpora": [facts.corpus(found) for found in view.corpora],
        "corpus": facts.corpus(view.corpus) if view.corpus else None,
        "facts": _data(page),
    }


PLACES: Mapping[str, Message] = {
    "works": say("Works"),
    "model": say("Model"),
    "create": say("Create"),
    "compare": say("Compare"),
    "made": say("Works made"),
    "restore": say("Restore"),
    "report": say("Report"),
}


def _time(seconds: int, catalogue: Catalogue) -> str:
    minutes = seconds // 60
    if minutes == 1:
        return catalogue("about a minute")
    return catalogue("about {n} minutes", n=minutes)


def _data(given: Mapping[str, object]) -> Markup:
    """JSON for a data block: no character in it can end the block."""
    text = json.dumps(given, ensure_ascii=False, allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704  JSON without a character that HTML reads


def _template(name: str, catalogue: Catalogue) -> Template:
    return _environment(catalogue.language).get_template(name)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("moxie.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=Catalogue.load(language), href=_href)
    return environment


def _href(corpus: str, place: str) -> str:
    return f"/c/{corpus}/{place}"
