"""What the modules in `static` say, found in their text, so that a page can bring it along."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from moxie.text import Catalogue

_SAID = re.compile(r"(?<!function )\bt\(\s*(\"(?:[^\"\\]|\\.)*\")?")
"""`t("...")`; the group is missing where the first argument is not a literal."""


def said(source: str) -> Iterator[str | None]:
    """Every template that a module says; None for one that is not a literal."""
    for found in _SAID.finditer(source):
        yield None if found[1] is None else json.loads(found[1])


@cache
def templates() -> tuple[str, ...]:
    """What all modules say, each once."""
    folder = resources.files("moxie.web") / "static"
    sources = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".js")), key=lambda file: file.name
    )
    found = (template for file in sources for template in said(file.read_text("utf-8")))
    return tuple(dict.fromkeys(template for template in found if template))


def words(catalogue: Catalogue) -> Mapping[str, str]:
    """What the modules say, translated; nothing for English, which is the key."""
    if catalogue.language == "en":
        return {}
    return {one: catalogue.sentences[one] for one in templates() if one in catalogue.sentences}
