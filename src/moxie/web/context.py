"""What every route may ask for: the parts of the server, the reader's language, a corpus."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import Annotated, Self, TypeAlias

from fastapi import Depends, Path, Request

from moxie.settings import Settings
from moxie.studio import Studio
from moxie.text import Catalogue
from moxie.web.access import Access
from moxie.web.answers import language_of, spoken
from moxie.web.aside import Aside
from moxie.web.files import Files
from moxie.web.jobs.book import Book
from moxie.web.jobs.crew import Limits
from moxie.web.jobs.foreman import Foreman
from moxie.web.previews import Previews
from moxie.web.uploads import DAY, Uploads
from moxie.work import Corpus


@dataclass(frozen=True, slots=True)
class Web:
    """The parts of one server; all it keeps is in the folder `web` of the store's home."""

    studio: Studio
    access: Access
    foreman: Foreman
    aside: Aside
    uploads: Uploads
    files: Files
    previews: Previews
    closing: Event = field(default_factory=Event)  # set when nothing more should wait for it

    @classmethod
    def open(cls, settings: Settings, access: Access, limits: Limits | None = None) -> Self:
        """Open the store and everything beside it; raises what opening a store raises."""
        studio = Studio(settings=settings)
        folder = settings.home / "web"
        aside = Aside(settings)
        return cls(
            studio=studio,
            access=access,
            foreman=Foreman(Book(folder), settings, limits),
            aside=aside,
            uploads=Uploads(folder / "uploads"),
            files=Files(folder / "files"),
            previews=Previews(folder / "previews", aside),
        )

    def start(self) -> None:
        """Clear away what nobody fetched, and take up the jobs."""
        self.uploads.sweep(DAY)
        self.files.sweep()
        self.foreman.start()

    def close(self) -> None:
        """Let jobs stop where they can be taken up again, and let go of the store."""
        self.foreman.stop()
        self.aside.close()
        self.studio.close()


def web_of(request: Request) -> Web:
    """The server that this request reached."""
    found = request.app.state.web
    assert isinstance(found, Web)
    return found


def catalogue_of(request: Request) -> Catalogue:
    """The sentences in the reader's language."""
    fallback = web_of(request).studio.settings.language
    return spoken(language_of(request.headers, fallback))


Here: TypeAlias = Annotated[Web, Depends(web_of)]
Words: TypeAlias = Annotated[Catalogue, Depends(catalogue_of)]


def corpus_of(here: Here, corpus: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> Corpus:
    """The corpus that the address names."""
    return here.studio.views.corpus(corpus)


Asked: TypeAlias = Annotated[Corpus, Depends(corpus_of)]
Sha: TypeAlias = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
