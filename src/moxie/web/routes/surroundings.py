"""The arts there are, the machine, the language."""

from __future__ import annotations

from fastapi import APIRouter, Response

from moxie import __version__
from moxie.text import LANGUAGES
from moxie.web import facts, models
from moxie.web.answers import LANGUAGE
from moxie.web.context import Here, Words
from moxie.web.uploads import MAX_UPLOAD

ROUTER = APIRouter(tags=["surroundings"])

YEAR = 365 * 24 * 3600


@ROUTER.get("/arts")
def arts(here: Here, words: Words) -> list[models.ArtFacts]:
    """Every art that can be used here."""
    return [facts.art(art, words) for art in here.studio.views.arts()]


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
