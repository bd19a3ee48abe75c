"""A question laid out as files: a preview of each creation, and one page of them all."""

from __future__ import annotations

import mimetypes
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from moxie.art import Preview
from moxie.flow.report import Choices, question
from moxie.studio.desk import Desk
from moxie.studio.making import write
from moxie.studio.questioning import Asked
from moxie.text import Catalogue

S = TypeVar("S")

LETTERS = string.ascii_uppercase
FOLDER, PAGE = "rate", "question.html"
"""Files are called after letters: they are written into a folder that is only for them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a question is to be seen: the page, and by letter the files of each creation."""

    page: Path
    files: dict[str, tuple[Path, ...]]


def lay_out(desk: Desk[S], asked: Asked, out: Path, catalogue: Catalogue) -> Sheet:
    """Write the previews and the page, in place of those of the question before."""
    folder = out / FOLDER
    shown: dict[str, Preview] = {}
    files: dict[str, tuple[Path, ...]] = {}
    for letter, made in zip(LETTERS, asked.shown, strict=False):
        preview = desk.art.preview(desk.art.read(desk.library.get(made.id), made.id))
        shown[letter] = preview
        files[letter] = tuple(_written(folder, letter, preview))
    page = question(Choices(desk.corpus.name, asked.number + 1, shown), catalogue)
    write(folder / PAGE, page.encode())
    return Sheet(folder / PAGE, files)


def _written(folder: Path, letter: str, preview: Preview) -> Iterator[Path]:
    """The files of a preview: what is seen, and what is heard."""
    suffix = mimetypes.guess_extension(preview.media_type) or ".bin"
    path = folder / f"{letter}{suffix}"
    write(path, preview.data)
    yield path
    if preview.sound is not None:
        yield from _written(folder, letter, preview.sound)
