"""The pages a person sees, rendered from the templates in `pages`."""

from __future__ import annotations

from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from moxie.text import Catalogue, Message
from moxie.web.context import Here, Words

ROUTER = APIRouter(include_in_schema=False)


@ROUTER.get("/")
def works(here: Here, words: Words) -> HTMLResponse:
    """The place of the works."""
    return page("works.html", words, corpora=[one.corpus for one in here.studio.views.corpora()])


def trouble(status: int, why: Message, catalogue: Catalogue) -> HTMLResponse:
    """The page that says what is wrong, and where to go from there."""
    return page("trouble.html", catalogue, status=status, why=catalogue.render(why))


def page(name: str, catalogue: Catalogue, *, status: int = 200, **facts: object) -> HTMLResponse:
    """One page in one language."""
    environment = Environment(
        loader=PackageLoader("moxie.web", "pages"), autoescape=True, undefined=StrictUndefined
    )
    environment.globals.update(
        t=catalogue, language={"zh": "zh-Hans"}.get(catalogue.language, "en")
    )
    return HTMLResponse(environment.get_template(name).render(status=status, **facts), status)
