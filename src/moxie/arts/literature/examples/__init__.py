"""Sample works that ship with Moxie: prose and verse written for it, under its own license.

A narrator mends clocks beside a ferry and tells, in Chinese, what he sees; his `poems` keep the
tones and rhymes of their forms, `english` has sketches of an English town by one voice, for trying
out another alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

PROSE, POEMS, ENGLISH = "prose.txt", "poems.txt", "english.txt"


def examples() -> Iterator[tuple[str, bytes]]:
    """(file name, UTF-8) of each piece of prose, named by its title.

    The poems are a set of their own: among prose they would be measured against prose.
    """
    yield from sheets(PROSE)


def poems() -> Iterator[tuple[str, bytes]]:
    """(file name, UTF-8) of each poem."""
    yield from sheets(POEMS)


def english() -> Iterator[tuple[str, bytes]]:
    """(file name, UTF-8) of each English sketch."""
    yield from sheets(ENGLISH)


def sheets(file: str) -> Iterator[tuple[str, bytes]]:
    """The works in one file of this folder: each begins with a line "# title"."""
    text = resources.files(__name__).joinpath(file).read_text("utf-8")
    for title, body in re.findall(r"^# (.+)\n((?:(?!# ).*\n?)*)", text, re.MULTILINE):
        yield f"{title}.txt", f"{title}\n\n{body.strip()}\n".encode()
