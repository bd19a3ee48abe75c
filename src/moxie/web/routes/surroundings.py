"""The arts there are, the machine, the language."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path, Response

from moxie import __version__
from moxie.studio import Studio
from moxie.text import LANGUAGES, Message
from moxie.web import facts, models
from moxie.web.answers import LANGUAGE
from moxie.web.context import Here, Words
from moxie.web.uploads import MAX_UPLOAD

ROUTER = APIRouter(tags=["surroundings"])

ArtName: TypeAlias = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]

YEAR = 365 * 24 * 3600


@ROUTER.get("/arts")
def arts(here: Here, words: Words) -> list[models.ArtFacts]:
    """Every art that can be used here."""
    return [facts.art(art, words) for art in here.studio.views.arts()]


@ROUTER.get("/arts/{art}/recipes")
async def recipes(here: Here, words: Words, art: ArtName) -> list[models.RecipeFacts]:
    """An art's recipes; they are looked up aside, for they bring all that trains along."""
    here.studio.views.find_art(art)
    return [
        models.RecipeFacts(name=name, summary=words.render(summary), least_works=least)
        for name, summary, least in await here.aside.do(_recipes, art)
    ]


@ROUTER.get("/settings")
def settings(words: Words) -> models.SettingsFacts:
    """What a page needs to know of its surroundings."""
    return models.SettingsFacts(
        version=__version__,
        language=words.language,
        languages=list(LANGUAGES),
        max_upload=MAX_UPLOAD,
    )


@ROUTER.post("/settings")
def set_language(wish: models.SettingsWish, response: Response) -> models.SettingsWish:
    """Choose the language of everything, from now on."""
    response.set_cookie(LANGUAGE, wish.language, max_age=YEAR, samesite="strict", path="/")
    return wish


@ROUTER.get("/doctor")
def doctor(here: Here, words: Words) -> list[models.FindingFacts]:
    """What is installed, what is missing, and the command that mends it."""
    return [
        models.FindingFacts(
            name=found.name,
            status=found.status,
            detail=words.render(found.detail),
            mend=found.mend or None,
        )
        for found in here.studio.doctor()
    ]


def _recipes(studio: Studio, art: str) -> list[tuple[str, Message, int]]:
    found = studio.views.find_art(art).recipes()
    return [(recipe.name, recipe.summary, recipe.least_works) for recipe in found]
