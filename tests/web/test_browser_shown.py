"""What turns, what stands upright and what sounds, in a real browser: by keys, by hand, by ear."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from driving import FOREIGN, PHONE, VIEWS, Visitor
from shelves import POEM

from pictures import paint

pytestmark = pytest.mark.slow  # a real browser


@pytest.fixture
def at(shelves, visit):
    """A visitor who looks at the creation of an art."""

    def look(art: str, width: int, language: str):
        visitor = visit(shelves.address, width=width, language=language)
        visitor.enter(shelves.path(art))
        return visitor

    return look


def nothing_amiss(visitor: Visitor, language: str) -> None:
    """A page that fits, keeps nobody out, complains of nothing and speaks one language."""
    assert visitor.serious() == []
    assert visitor.sideways() <= 0
    assert visitor.wrong == []
    if language == "zh":
        said = [one for one in visitor.page.evaluate(FOREIGN) if "beads in a row" not in one]
        assert said == []


def seen(element) -> np.ndarray:
    """What is painted of an element."""
    return cv2.imdecode(np.frombuffer(element.screenshot(), np.uint8), cv2.IMREAD_COLOR)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean difference of two pictures of one size, 0..255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_a_sculpture_is_turned_by_keys_and_by_hand(at, width, language):
    from playwright.sync_api import expect

    visitor = at("sculpture", width, language)
    table, page = visitor.page.locator(".turn"), visitor.page
    expect(table).to_have_css("background-image", re.compile("preview"))
    front = seen(table)
    assert front.std() > 10  # something is painted
    for key, degrees in (("ArrowRight", "15"), ("PageUp", "105"), ("ArrowLeft", "90")):
        table.press(key)
        expect(table).to_have_attribute("aria-valuenow", degrees)
    assert apart(seen(table), front) > 3
    table.press("Home")
    expect(table).to_have_attribute("aria-valuenow", "0")
    expect(table).to_have_css("background-position", "0% 0px")
    assert apart(seen(table), front) < 1
    box = table.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(table).to_have_attribute("aria-valuenow", "270")  # half the width is a quarter turn
    assert apart(seen(table), front) > 3
    page.mouse.move(box["x"], box["y"])
    expect(table).to_have_attribute("aria-valuenow", "270")  # and it stays when let go
    nothing_amiss(visitor, language)


PLACES_OF_CHARACTERS = """element => [...element.textContent].map((_, at) => {
  const range = document.createRange();
  range.setStart(element.firstChild, at);
  range.setEnd(element.firstChild, at + 1);
  const { x, y } = range.getBoundingClientRect();
  return [x, y];
})"""


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_a_poem_stands_upright_and_lies_down(at, width, language):
    from playwright.sync_api import expect

    visitor = at("literature", width, language)
    block, turn = (
        visitor.page.locator("#plate .passage"),
        visitor.page.locator("[aria-pressed].little"),
    )
    expect(block).to_have_css("writing-mode", "vertical-rl")
    text = block.text_content()
    assert POEM in text
    places = visitor.page.evaluate(PLACES_OF_CHARACTERS, block.element_handle())
    first, second = text.index("空山新"), text.index("明月松")
    for start in (first, second):  # each column downwards
        (x, top), (below, lower) = places[start], places[start + 1]
        assert x == pytest.approx(below, abs=1)
        assert lower > top
    assert places[second][0] < places[first][0]  # and columns from right to left
    turn.click()
    expect(turn).to_have_attribute("aria-pressed", "false")
    expect(block).to_have_css("writing-mode", "horizontal-tb")
    places = visitor.page.evaluate(PLACES_OF_CHARACTERS, block.element_handle())
    assert places[second][1] > places[first][1]
    turn.click()
    expect(block).to_have_css("writing-mode", "vertical-rl")
    nothing_amiss(visitor, language)


def third_bar(page) -> list[float]:
    """Where the drawing says that its third bar is: x, y, width and height, in parts of it."""
    drawing = page.request.get(page.locator("#plate img").evaluate("image => image.src")).text()
    bars = re.search(r'data-follow="([^"]*)"', drawing)[1].split(";")
    return [float(part) for part in bars[2].split()[1:]]


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_a_score_is_heard_and_followed_bar_by_bar(at, width, language):
    from playwright.sync_api import expect

    visitor = at("music", width, language)
    page = visitor.page
    audio, mark = page.locator("#plate audio"), page.locator("#plate .playing")
    audio.focus()
    page.keyboard.press("Space")  # the browser's own button
    expect(mark).to_be_visible()
    first = mark.bounding_box()
    audio.evaluate("sound => { sound.pause(); sound.currentTime = 2 * sound.duration / 4 + 0.2; }")
    expect(mark).not_to_have_attribute("style", "")
    page.wait_for_timeout(300)
    third = mark.bounding_box()
    assert (third["y"], third["x"]) > (first["y"], first["x"])
    sheet, (x, y, wide, high) = page.locator("#plate img").bounding_box(), third_bar(page)
    assert third["x"] == pytest.approx(sheet["x"] + x * sheet["width"], abs=2)  # just on the bar
    assert third["y"] == pytest.approx(sheet["y"] + y * sheet["height"], abs=2)
    assert third["width"] == pytest.approx(wide * sheet["width"], abs=2)
    assert third["height"] == pytest.approx(high * sheet["height"], abs=2)
    nothing_amiss(visitor, language)


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_what_the_art_can_undo_has_a_slider_and_is_asked_for(
    shelves, visit, tmp_path, width, language
):
    visitor = visit(shelves.address, width=width, language=language)
    visitor.enter("/restore")
    page = visitor.page
    cv2.imwrite(str(tmp_path / "画.png"), paint(3, 96, 120))
    page.locator("#work-drop [data-input=files]").set_input_files(tmp_path / "画.png")
    page.locator("#undo-varnish").fill("0.7")
    told = page.locator("output[for=undo-varnish]")
    assert told.inner_text() == "70%"
    nothing_amiss(visitor, language)
    with page.expect_request("**/api/restore") as asked:
        page.locator("#go").click()
    assert asked.value.post_data_json["undo"] == {"varnish": 0.7}
    job = page.locator("#job .job")
    job.locator("button:visible", has_text=re.compile("Cancel|取消")).click()
    visitor.gone("#job .job")


def test_who_comes_back_sees_what_failed_and_why_until_they_put_it_away(shelves, visit):
    visitor = visit(shelves.address, width=PHONE)
    visitor.enter("/new")
    page = visitor.page
    card = page.locator("#tray .job", has_text="There is no corpus Scales in the store.")
    card.wait_for()  # wherever one is
    assert visitor.serious() == []
    visitor.go(shelves.path("music", "report"))
    card = page.locator("#job .job", has_text="There is no corpus Scales in the store.")
    card.get_by_role("button", name="Try again").wait_for()  # in its own place beside its button
    assert not page.locator("#tray .job").count()
    with page.expect_response("**/dismiss") as answer:
        card.get_by_role("button", name="Put away").click()
    assert answer.value.ok
    visitor.gone("#job .job")
    page.reload()
    visitor.settle()
    page.wait_for_selector("#go:enabled")
    visitor.gone(".job")
    assert visitor.wrong == []
