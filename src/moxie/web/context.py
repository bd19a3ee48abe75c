"""What every route may ask for: the studio, the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, TypeAlias

from fastapi import Depends, Path, Request

from moxie.studio import Studio
from moxie.text import Catalogue
from moxie.web.access import Access
from moxie.web.answers import language_of
from moxie.work import Corpus


@dataclass(frozen=True, slots=True)
class Web:
    """The parts of one server."""

    studio: Studio
    access: Access


def web_of(request: Request) -> Web:
    """The server that this request reached."""
    found = request.app.state.web
    assert isinstance(found, Web)
    return found


def catalogue_of(request: Request) -> Catalogue:
    """The sentences in the reader's language."""
    fallback = web_of(request).studio.settings.language
    return spoken(language_of(request.headers, fallback))


@cache
def spoken(language: str) -> Catalogue:
    """A catalogue, read once."""
    return Catalogue.load(language)


Here: TypeAlias = Annotated[Web, Depends(web_of)]
Words: TypeAlias = Annotated[Catalogue, Depends(catalogue_of)]


def corpus_of(here: Here, corpus: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> Corpus:
    """The corpus that the address names."""
    return here.studio.views.corpus(corpus)


Asked: TypeAlias = Annotated[Corpus, Depends(corpus_of)]
Sha: TypeAlias = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
