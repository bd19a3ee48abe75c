"""Bad days in a real browser: too large, no room, no model, twice, back. Said, and nothing lost."""

from __future__ import annotations

import json

import pytest
from driving import PHONE, WIDE

pytestmark = pytest.mark.slow  # a real browser


@pytest.fixture
def visitor(shelves, visit):
    """Somebody in English, at a wide window, about to come in."""
    return visit(shelves.address, width=WIDE)


def sent(page, path: str) -> list[object]:
    """What is asked of an address from now on."""
    asked: list[object] = []
    page.on("request", lambda one: asked.append(one) if path in one.url else None)
    return asked


@pytest.fixture
def huge(tmp_path):
    """Five gigabytes that take no room."""
    path = tmp_path / "huge.glb"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    return path


def test_five_gigabytes_are_refused_before_any_of_them_is_sent(visitor, shelves, huge):
    page = visitor.page
    asked = sent(page, "/api/uploads")
    visitor.enter(shelves.path("sculpture", "works"))
    page.wait_for_selector("#wall figure")
    page.locator("#drop [data-input=files]").set_input_files(huge)
    page.locator("#files .failed", has_text="a file may have").wait_for()
    assert page.locator("#go").is_disabled()
    visitor.go(shelves.path("sculpture", "restore"))
    page.locator("#work-drop [data-input=files]").set_input_files(huge)
    page.locator("#told", has_text="It has 5.4 GB; a file may have 2.1 GB.").wait_for()
    assert asked == []
    assert visitor.wrong == []


def test_a_full_disk_is_said_and_the_file_is_sent_again(visitor, shelves, tmp_path):
    page = visitor.page
    visitor.enter(shelves.path("sculpture", "works"))
    page.wait_for_selector("#wall figure")
    full = {"error": {"kind": "CannotWrite", "message": "The disk is full.", "place": None}}
    page.route(
        "**/api/uploads?*",
        lambda route: route.fulfill(
            status=507, body=json.dumps(full), content_type="application/json"
        ),
    )
    (tmp_path / "one.glb").write_bytes(b"glTF")
    page.locator("#drop [data-input=files]").set_input_files(tmp_path / "one.glb")
    page.locator("#files .failed", has_text="The disk is full.").wait_for()
    page.unroute("**/api/uploads?*")
    page.get_by_role("button", name="Send again").click()
    page.locator("#files li", has_text="sent").wait_for()


def test_a_file_of_no_art_is_said_where_it_is_chosen(visitor, tmp_path):
    page = visitor.page
    visitor.enter("/restore")
    (tmp_path / "notes.xyz").write_bytes(b"what is this")
    page.locator("#work-drop [data-input=files]").set_input_files(tmp_path / "notes.xyz")
    page.locator("#told", has_text="notes.xyz is not a PNG").wait_for()
    assert not page.locator("#edit").is_visible()


def test_two_clicks_train_once(visitor, shelves):
    page = visitor.page
    visitor.enter(shelves.path("music", "model"))
    page.wait_for_selector("#go:enabled")
    asked = sent(page, "/api/learn")
    page.locator("#go").dblclick(delay=5)
    card = page.locator("#job .job")
    card.get_by_role("button", name="Cancel").click()
    visitor.gone("#job .job")
    assert len(asked) == 1
    assert visitor.wrong == []


def test_what_failed_says_where_to_click_and_is_there_after_going_back(shelves, visit):
    visitor = visit(shelves.address, width=PHONE, language="zh")
    page = visitor.page
    visitor.enter(shelves.path("literature", "report"))
    page.locator("#go").click()
    told = page.locator("#trouble", has_text="请先训练一个")
    told.locator("a").click()  # the way to where that is done
    page.wait_for_url("**/model")
    page.locator("#tray .fault", has_text="请先训练一个").wait_for()
    page.go_back()
    page.reload()
    card = page.locator("#job .job", has_text="请先训练一个")
    card.get_by_role("button", name="收起").click()
    visitor.gone("#job .job")
    assert visitor.wrong == []
