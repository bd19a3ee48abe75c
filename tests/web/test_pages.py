"""What the pages are made of: every word translated, nothing inline, nobody's words run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browsing import browser

import moxie
from catalogue import placeholders, sentences, spoken
from moxie import arts
from moxie.errors import Missing
from moxie.studio import Studio
from moxie.studio.views import id_of
from moxie.text import Catalogue, Message
from moxie.web import wording
from moxie.web.places import PLACES
from moxie.web.ways import TERMINAL, WAYS, Clicked

WEB = Path(moxie.__file__).parent / "web"
PAGES = sorted((WEB / "pages").glob("*.html"))
MODULES = sorted((WEB / "static").glob("*.js"))
STYLES = sorted((WEB / "static").glob("*.css"))
OWN = {"Moxie", "· Moxie", "模写", "P", "S", "U", "Enter", "Backspace"}
"""What needs no translation: our name, and what stands on keys."""

SENTENCE = re.compile(r"(?<!\bt\()[\"'`]([A-Z][a-z]+(?: [a-z]+){1,}[^\"'`]*)[\"'`]")
LONGEST = 400


def without_jinja(page: str) -> str:
    return re.sub(r"\{[{%#].*?[}%#]\}", "", page, flags=re.DOTALL)


class Texts(HTMLParser):
    """The text of a page and what its attributes say to people."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {"alt", "aria-label", "placeholder", "title"}
        self.found += [(value or "").strip() for name, value in attrs if name in told]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_word_of_a_page_is_said_through_the_catalogue(page):
    texts = Texts()
    texts.feed(without_jinja(page.read_text("utf-8")))
    plain = {text for text in texts.found if re.search(r"[^\W\d_]{2,}", text)}
    assert plain - OWN - {"CC-BY-4.0"} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_nothing_runs_or_is_styled_inside_a_page(page):
    source = page.read_text("utf-8")
    assert not re.search(r"\son\w+\s*=|\sstyle\s*=|javascript:|<style", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or "application/json" in script


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_says_all_it_says_in_both_languages(module):
    source = module.read_text("utf-8")
    code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", source, flags=re.DOTALL)
    assert SENTENCE.findall(code) == []
    templates = list(wording.said(source))
    assert None not in templates
    assert {t for t in templates if re.search(r"[^\W\d_]", t or "")} <= set(sentences("zh"))


@pytest.mark.parametrize("file", [*MODULES, *STYLES], ids=lambda file: file.name)
def test_modules_and_styles_are_small_and_ask_nothing_from_outside(file):
    source = file.read_text("utf-8")
    assert len(source.splitlines()) <= LONGEST
    addresses = set(re.findall(r"https?://[^\s\"')]+", source))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|\beval\(", source)


@pytest.mark.parametrize("art", arts.available())
def test_no_art_is_named_so_that_another_appears_by_itself(art):
    for file in [*WEB.rglob("*.py"), *PAGES, *MODULES, *STYLES]:
        assert not re.search(rf"\b{art}\b", file.read_text("utf-8"), re.IGNORECASE), file.name


def test_an_art_that_comes_from_elsewhere_is_offered_under_its_title(toy, home):
    client = browser(home)
    with client:
        page = client.get("/").text
    assert re.search(r'data-samples="toy">Rows of beads</button>', page)
    assert '<option value="toy">Rows of beads</option>' in page


COMMAND = re.compile(r"`moxie [a-z{]|(?<![\w-])--[a-z]|\bmoxie (?:run|rate|tune|create|prepare)\b")
"""What is typed: a verb of Moxie's, or an option of one."""

INSTALLING = re.compile(r"`pip [^`]*`")
"""What no page can do."""

OF_TERMINALS = ("cli/", "rights/templates/", "arts/literature/pretrained/terms.py")
"""Where what is written never reaches a page: the command line, documents handed out, and terms
that are accepted there."""


@pytest.mark.slow
def test_no_page_tells_a_person_what_to_type_where_there_is_something_to_click():
    said = {
        sentence
        for sentence, places in spoken().items()
        if COMMAND.search(INSTALLING.sub("", sentence))
        and not all(at.startswith(OF_TERMINALS) for at in places)
    }
    assert said - set(WAYS) - TERMINAL == set()
    assert (set(WAYS) | TERMINAL) - said == set()  # what is no longer said needs no other wording


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_pages_say_instead_names_no_command_and_only_places_there_are(language):
    for sentence, way in WAYS.items():
        filled = dict.fromkeys(placeholders(sentence), 1.0)
        told = Clicked.of(Catalogue.load(language)).render(Message(sentence, filled))
        assert not COMMAND.search(told), told
        assert way.place is None or way.place in PLACES
        assert told != Catalogue.load(language).render(Message(sentence, filled))


@pytest.mark.slow
def test_an_error_says_where_to_click_and_a_terminal_what_to_type(toy, beads, home):
    with Studio() as studio:
        studio.collect(beads, corpus="row", art="toy")
        with pytest.raises(Missing, match="`moxie train row`"):
            studio.create("row")
    client = browser(home)
    with client:
        answer = client.get(f"/api/corpora/{id_of('row')}/question")
    assert answer.status_code == 400
    assert answer.json()["error"]["place"] == "create"
    assert answer.json()["error"]["message"].endswith("to compare: make some first.")


def test_sentences_are_found_in_modules():
    source = 'h("p", {}, t("one {n}", { n: 1 }), t(\n  "two"), start(3), t(x)); function t(a) {}'
    assert list(wording.said(source)) == ["one {n}", "two", None]


def test_a_page_brings_the_words_of_its_modules_and_no_more():
    words = wording.words(Catalogue.load("zh"))
    assert words["Brush"] == sentences("zh")["Brush"]
    assert set(words) <= set(wording.templates())
    assert wording.words(Catalogue.load("en")) == {}


def test_nobodys_words_end_a_block_or_become_a_page(toy, beads, home):
    name = "</script><script>alert(1)</script>&<b>"
    with Studio() as studio:
        studio.collect(beads, corpus=name, art="toy")
    client = browser(home)
    with client:
        page = client.get(f"/c/{id_of(name)}/works").text
    assert "<script>alert" not in page
    assert "<b>" not in page
    block = re.search(r'<script type="application/json" id="page">(.*?)</script>', page, re.DOTALL)
    assert json.loads(block[1])["corpus"]["name"] == name


def test_every_place_names_its_language_and_its_place(toy, beads, home):
    with Studio() as studio:
        studio.collect(beads, corpus="row", art="toy")
    client = browser(home)
    with client:
        client.cookies.set("moxie-language", "zh")
        for place in ("works", "model", "create", "compare", "made", "restore", "report"):
            page = client.get(f"/c/{id_of('row')}/{place}").text
            assert '<html lang="zh-Hans">' in page
            assert page.count('aria-current="page"') == 1
            assert "{{" not in page
        assert client.get(f"/c/{id_of('row')}/attic").status_code == 404
