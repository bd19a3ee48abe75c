"""What the tests stand on: a filled store, one browser for all, and visitors at two widths."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsers import find
from driving import WIDE, Visitor, serving
from filled import Filled, fill
from shelves import hung


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    """A filled store of the toy art, made once."""
    home = tmp_path_factory.mktemp("template") / "home"
    return home, fill(home)


@pytest.fixture
def store(toy: object, home: Path, template: tuple[Path, Filled]) -> Filled:
    """What is in this test's own copy of it."""
    made, filled = template
    shutil.copytree(made, home, dirs_exist_ok=True)
    return filled


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium without a window; skips where none can be had."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = find()
    if path is None:
        pytest.skip("no Chromium here: `make browser` installs one")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]  # there is none: it would be imitated
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@dataclass(frozen=True)
class Shelves:
    """A studio that serves one corpus of each art that is shown in a way of its own."""

    address: str
    corpora: Mapping[str, Filled]

    def path(self, art: str, place: str = "") -> str:
        """The page of the first creation of an art, or a place of its corpus."""
        found = self.corpora[art]
        return f"/c/{found.corpus}/{place or f'made/{found.creations[0]}'}"


@pytest.fixture(scope="session")
def shelves(
    browser: object, measured: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelves]:
    """Served by a process of its own; no test adds to the works and creations in it."""
    home = tmp_path_factory.mktemp("shelves") / "home"
    home.mkdir()
    shutil.copy(measured, home / "machine.json")
    filled = hung(home)
    with serving(home) as address:
        yield Shelves(address, filled)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visitor]]:
    """Opens the studio at an address, at a width, in a language."""
    contexts = []

    def open_at(address: str, *, width: int = WIDE, language: str = "en") -> Visitor:
        locale = {"en": "en-GB", "zh": "zh-CN"}[language]
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
        contexts.append(context)
        return Visitor(context.new_page(), address)

    yield open_at
    for context in contexts:
        context.close()
