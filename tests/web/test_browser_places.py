"""Every place of the studio in a real browser: at two widths, in both languages, for everyone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving import FOREIGN, VIEWS, serving

from catalogue import of_python
from moxie.studio import Studio
from moxie.studio.views import id_of

pytestmark = pytest.mark.slow  # a real browser

PLACES = ("works", "model", "create", "compare", "made", "restore", "report")


TOY = Path(__file__).parents[1] / "toy"


def toys_own(said: str) -> bool:
    """Whether a sentence is one that the toy art says: its author never translated it."""
    sentences = [
        s for file in TOY.rglob("*.py") for _, s in of_python(file.read_text("utf-8")) if s
    ]
    return any(
        re.search(".+".join(map(re.escape, re.split(r"\{[^}]*\}", sentence))), said)
        for sentence in sentences
    )


@dataclass(frozen=True)
class Open:
    """A studio that serves a trained corpus."""

    address: str
    corpus: str
    creation: str

    def paths(self) -> list[str]:
        """Every page there is."""
        of_corpus = [f"/c/{self.corpus}/{place}" for place in PLACES]
        return ["/", "/new", "/restore", *of_corpus, f"/c/{self.corpus}/made/{self.creation}"]


@pytest.fixture(scope="module")
def studio(
    browser: object, measured: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Open]:
    """The toy art, learnt and with six creations, served by a process of its own."""
    from toy.plugin import install

    folder = tmp_path_factory.mktemp("places")
    home, plugins, works = folder / "home", folder / "plugins", folder / "beads"
    home.mkdir()
    works.mkdir()
    shutil.copy(measured, home / "machine.json")
    install(plugins)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(plugins))
        from toy import ART

        for name, data in ART.examples():
            (works / name).write_bytes(data)
        (works / "torn.beads").write_bytes(b"nothing to read")
        with Studio(home) as made:
            result = made.run(works, art="toy", n=6, budget=5, rights="own", out=folder / "out")
            [creation, *_] = made.creations(result.corpus)
            made.train(result.corpus, seed=1)
            made.use_version(result.corpus, creation.run)
        with serving(home, str(plugins), str(Path(__file__).parents[1])) as address:
            yield Open(address, id_of(result.corpus), creation.id)


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_every_place_is_for_everyone(studio, visit, width, language):
    visitor = visit(studio.address, width=width, language=language)
    visitor.enter()
    for path in studio.paths():
        visitor.go(path)
        assert visitor.page.evaluate("document.documentElement.lang").startswith(language), path
        assert visitor.serious() == [], path
        assert visitor.sideways() <= 0, path
        if language == "zh":
            assert [said for said in visitor.page.evaluate(FOREIGN) if not toys_own(said)] == [], (
                path
            )
    assert visitor.wrong == []


def test_the_language_is_switched_at_once_and_remembered(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/works")
    assert visitor.page.title().startswith("Works")
    visitor.speaks("zh")
    assert visitor.page.title().startswith("作品")
    visitor.go(f"/c/{studio.corpus}/model")
    assert visitor.page.locator("h1").inner_text() == "模型"
    visitor.speaks("en")
    assert visitor.page.locator("h1").inner_text() == "Model"


def test_light_and_dark_are_remembered(studio, visit):
    visitor = visit(studio.address)
    visitor.enter()
    paper = "getComputedStyle(document.body).backgroundColor"
    before = visitor.page.evaluate(paper)
    visitor.page.locator("#theme").click()
    after = visitor.page.evaluate(paper)
    assert after != before
    visitor.go("/")
    assert visitor.page.evaluate(paper) == after


def test_an_order_is_given_by_keys_alone_and_taken_back(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/compare")
    page = visitor.page
    page.wait_for_selector("#four .view")
    page.locator("main").focus()
    for key in ("3", "1", "Backspace", "1", "2"):
        page.keyboard.press(key)
    places = page.locator("#four .place").all_inner_texts()
    assert places == ["2", "3", "1", "4"]  # the last place fills itself
    with page.expect_response(lambda answer: answer.url.endswith("/answer")) as sent:
        page.keyboard.press("Enter")
    said = sent.value.request.post_data_json
    assert sent.value.ok
    assert said["kind"] == "order"
    assert said["order"] == [said["shown"][i] for i in (2, 0, 1, 3)]
    page.wait_for_selector("#taste .favourites")
    with page.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        page.keyboard.press("u")
    assert undone.value.json()["answer"]["order"] == said["order"]
    assert visitor.wrong == []


def test_learning_from_too_few_answers_says_so_and_keeps_what_was_begun(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/compare")
    page = visitor.page
    page.locator("#four .view").nth(2).click()
    page.locator("#tune").click()
    page.locator("#tuned", has_text="with 30 the model can be tuned").wait_for()
    visitor.gone("#job .job")
    assert page.locator("#four .place").all_inner_texts() == ["", "", "1", ""]
    assert visitor.wrong == []


def test_another_version_is_put_in_use_and_the_first_again(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/model")
    page = visitor.page
    page.wait_for_selector("#evaluation .measure")
    for measured in ("#evaluation .soft", "#evaluation .measure"):
        other = page.locator("#runs tr", has=page.locator("button"))
        name = other.locator("code").inner_text()
        other.get_by_role("button", name="Use it").click()
        page.locator("#runs .won", has_text=name).wait_for()
        page.wait_for_selector(measured)
        assert visitor.serious() == []
    visitor.go(f"/c/{studio.corpus}/create")
    page.locator("#dial-told", has_text="originality goes from about").wait_for()
    assert visitor.wrong == []


def test_back_returns_to_what_was_filtered(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/made")
    page = visitor.page
    page.locator("#novelty").select_option("0.67-1")
    page.wait_for_selector("#wall .empty")
    page.go_back()
    page.wait_for_selector("#wall figure")
    assert page.locator("#novelty").input_value() == ""
    page.locator("#wall figure a").first.click()
    page.wait_for_selector("#nearest .near")
    page.go_back()
    page.wait_for_selector("#wall figure")


def test_two_clicks_begin_one_job(studio, visit):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/create")
    page = visitor.page
    page.wait_for_selector("#go:enabled")
    page.locator("#n").fill("2")
    asked = []
    page.on("request", lambda one: asked.append(one) if one.url.endswith("/api/create") else None)
    before = page.locator("#wall figure").count()
    page.locator("#go").dblclick(delay=5)
    visitor.hung(before + 2)
    seeds = {request.post_data_json["seed"] for request in asked}
    assert len(asked) == len(seeds)
    assert visitor.wrong == []


def test_what_is_not_there_is_said_plainly(studio, visit):
    visitor = visit(studio.address)
    visitor.enter()
    for path in ("/nowhere", f"/c/{'0' * 16}/works", f"/c/{studio.corpus}/made/{'0' * 64}"):
        answer = visitor.page.goto(visitor.address.partition("/enter")[0] + path)
        assert answer.status == 404
        assert visitor.page.locator("main h1").inner_text()
        assert visitor.page.get_by_role("link", name="To the beginning").is_visible()
        assert "Traceback" not in visitor.page.content()


def test_a_lost_connection_is_said_and_the_file_is_sent_again(studio, visit, tmp_path):
    visitor = visit(studio.address)
    visitor.enter(f"/c/{studio.corpus}/works")
    page = visitor.page
    page.wait_for_selector("#wall figure")
    page.route("**/api/uploads*", lambda route: route.abort("connectionreset"))
    file = tmp_path / "row.beads"
    file.write_bytes(b"123456789123456789123456789")
    page.locator("#drop [data-input=files]").set_input_files(file)
    page.wait_for_selector("#files .failed")
    assert "connection was lost" in page.locator("#files .failed").inner_text()
    assert page.locator("#go").is_disabled()
    page.unroute("**/api/uploads*")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_selector("#go:enabled")
    assert "sent" in page.locator("#files li").inner_text()
