"""The whole loop as a person goes it: works in, a model, new works, an order, a restored work."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from driving import PHONE, VIEWS, WIDE, Visitor, serving

from pictures import paint

pytestmark = pytest.mark.slow  # a real browser

LONG = 240_000
"""Milliseconds for learning from pictures on a slow machine."""


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A dozen small pictures, one of them twice, and a file that is none."""
    folder = tmp_path / "painter"
    folder.mkdir()
    for number in range(12):
        cv2.imwrite(str(folder / f"work-{number:02}.png"), paint(number, 120, 160))
    shutil.copy(folder / "work-03.png", folder / "again.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    return folder


@pytest.fixture
def server(
    browser: object, toy: Path, another_home: Callable[[str], Path]
) -> Iterator[Callable[[str], str]]:
    """Starts a studio on an empty store of that name, the toy art installed."""
    opened = []

    def start(name: str) -> str:
        home = another_home(name)
        running = serving(home, str(toy), str(Path(__file__).parents[1]))
        opened.append(running)
        return running.__enter__()

    yield start
    for running in opened:
        running.__exit__(None, None, None)


def bring(visitor: Visitor, files: list[Path], art: str) -> None:
    """Upload files on the first page and collect them."""
    page = visitor.page
    page.locator("#drop [data-input=files]").set_input_files(files)
    page.wait_for_selector("#go:enabled")
    page.locator("#name").fill("Probe")
    page.locator("#art").select_option(art)
    page.locator("#rights").select_option("own")
    page.locator("#go").click()
    page.wait_for_url("**/works**")
    page.wait_for_selector("#wall figure")


def learn(visitor: Visitor) -> None:
    """Train for the shortest time there is to choose, and wait for it."""
    page = visitor.page
    visitor.to("model")
    page.locator("#budget").select_option("60")
    page.locator("#go").click()
    page.wait_for_selector("#see:visible", timeout=LONG)
    page.wait_for_selector("#evaluation .measure", timeout=LONG)


def see(visitor: Visitor, n: int) -> None:
    """Have new works made."""
    page = visitor.page
    page.locator("#see").click()
    page.wait_for_url("**/create")
    visitor.hung(n, LONG)
    visitor.gone("#job .job", LONG)


def order(visitor: Visitor) -> None:
    """Put four in an order by clicking; favourites come of it."""
    page = visitor.page
    visitor.to("compare")
    page.wait_for_selector("#four .view", timeout=LONG)
    for number in (1, 0, 3, 2):
        page.locator("#four .view").nth(number).click()
    first = page.locator("#four .view").nth(1).get_attribute("data-id")
    page.locator("#order").click()
    page.wait_for_selector(".favourites li", timeout=LONG)
    favourite = page.locator(".favourites a").first.get_attribute("href")
    assert favourite.endswith(first)


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_from_works_to_favourites_and_a_mended_work(server, visit, beads, width, language):
    visitor = visit(server("home"), width=width, language=language)
    visitor.enter()
    bring(visitor, sorted(beads.iterdir()), "toy")
    learn(visitor)
    see(visitor, 4)
    order(visitor)
    page = visitor.page
    visitor.to("restore")
    page.locator("#work-drop [data-input=files]").set_input_files(sorted(beads.iterdir())[0])
    page.wait_for_selector("#region-field:visible")
    page.locator("#region").fill("3-7")
    page.locator("#go").click()
    page.wait_for_selector("#slider img.top")
    assert page.locator("#files a").count() >= 2
    assert visitor.wrong == []


def test_three_clicks_lead_from_nothing_to_new_works(server, visit):
    visitor = visit(server("home"), width=PHONE)
    visitor.enter()
    page = visitor.page
    for button, place in (("[data-samples=toy]", "works"), ("#train", "model"), ("#see", "create")):
        page.locator(f"{button}:visible:enabled").click(timeout=LONG)
        page.wait_for_url(f"**/{place}*", timeout=LONG)
        visitor.settle()
    visitor.hung(4, LONG)
    assert visitor.wrong == []


@pytest.mark.parametrize(("width", "language"), [(PHONE, "zh"), (WIDE, "en")])
def test_a_painter_from_upload_to_a_restored_picture(server, visit, works, width, language):
    visitor = visit(server("home"), width=width, language=language)
    visitor.enter()
    bring(visitor, sorted(works.iterdir()), "painting")
    page = visitor.page
    page.wait_for_selector("#outcome li")
    assert "broken.png" in page.locator("#outcome").inner_text()
    assert page.locator("#wall figure").count() == 12
    learn(visitor)
    see(visitor, 4)
    order(visitor)
    anew(visitor)
    restore(visitor, works / "work-00.png")
    report(visitor)
    assert visitor.serious() == []
    assert visitor.wrong == []


def anew(visitor: Visitor) -> None:
    """One creation in full, its files, and a part of it made anew."""
    page = visitor.page
    visitor.to("made")
    page.wait_for_selector("#wall figure")
    before = page.locator("#wall figure").count()
    page.locator("#wall figure a").first.click()
    page.wait_for_selector("#nearest .near")
    page.locator("#go").click()
    page.wait_for_selector("#files a", timeout=LONG)
    page.locator("#again-part").click()
    page.wait_for_selector(".marks")
    page.locator("#n").fill("1")
    drag(visitor, (0.3, 0.3), (0.6, 0.6))
    page.locator("#go").click()
    visitor.hung(before + 1, LONG)


def restore(visitor: Visitor, picture: Path) -> None:
    """A file of one's own: what is damaged marked by hand, mended, seen before and after."""
    page = visitor.page
    visitor.to("restore")
    page.locator("#work-drop [data-input=files]").set_input_files(picture)
    page.wait_for_selector(".marks")
    page.locator("[data-tool=rectangle]").click()
    drag(visitor, (0.4, 0.4), (0.5, 0.6))
    page.locator("#undo-varnish").fill("0.7")
    page.locator("#go").click()
    page.wait_for_selector("#slider img.top", timeout=LONG)
    page.wait_for_selector("#undone-slider img.top")
    assert "%" in page.locator("#strengths").inner_text()
    assert page.locator("#files a", has_text=".undone.png").count() == 1
    page.locator("#slider input").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#slider input").input_value() == "49"


def report(visitor: Visitor) -> None:
    """The report, written and shown."""
    page = visitor.page
    visitor.to("report")
    page.locator("#go").click()
    page.wait_for_selector("#sheet:visible", timeout=LONG)
    shown = page.frame_locator("#sheet").locator("h1")
    assert shown.inner_text() == "Probe"


def drag(visitor: Visitor, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Paint on the mask from one place of the picture to another, in parts of it."""
    page = visitor.page
    canvas = page.locator(".marks")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()


def test_a_page_loaded_again_goes_on_showing_what_runs_and_what_is_paused(server, visit, works):
    visitor = visit(server("home"), width=WIDE)
    visitor.enter()
    bring(visitor, sorted(works.iterdir()), "painting")
    page = visitor.page
    visitor.to("model")
    page.locator("#budget").select_option("60")
    page.locator("#go").click()
    page.locator("#job .job progress:visible").wait_for()
    page.reload()
    visitor.settle()
    page.locator("#job .job").get_by_role("button", name="Pause").click()
    page.locator("#job .job").get_by_text("Paused.").wait_for(timeout=LONG)
    page.reload()
    visitor.settle()
    card = page.locator("#job .job")
    card.get_by_text("Paused.").wait_for()
    card.get_by_role("button", name="Go on").click()
    page.wait_for_selector("#see:visible", timeout=LONG)
    assert visitor.wrong == []
