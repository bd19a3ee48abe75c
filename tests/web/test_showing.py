"""Files and previews: only known kinds, never in our origin with a script, always as they are."""

from __future__ import annotations

import hashlib
import os

import cv2
import numpy as np
import pytest
from browsing import browser
from waiting import result_of

from moxie.art import Preview
from moxie.errors import StoreError, TooMuch, UnreadableWork
from moxie.settings import Settings
from moxie.studio.views import Shown
from moxie.web import aside as asides
from moxie.web import previews
from moxie.web.aside import Aside
from moxie.work import Rights, Work

SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def client(store, home):
    """A browser whose server draws in its own process, which is quicker to start."""
    with browser(home) as client:
        web = client.app.state.web

        async def do(what, *args):
            return what(web.studio, *args)

        web.aside.do = do
        yield client


def preview_of(store, kind="creations"):
    if kind == "creations":
        return f"/api/creations/{store.creations[0]}/preview"
    return f"/api/corpora/{store.corpus}/works/{store.works[0]}/preview"


@pytest.mark.parametrize("kind", ["creations", "works"])
def test_drawings_are_shown_in_a_sandbox(client, store, kind):
    """ComfyUI CVE-2026-56670: an SVG that is opened by itself has no origin and runs nothing."""
    answer = client.get(preview_of(store, kind))
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.startswith("<svg")


def test_a_browser_that_has_it_is_not_sent_it_again(client, store, monkeypatch):
    large = client.get(preview_of(store))
    first = client.get(preview_of(store), params={"form": "small"})
    monkeypatch.setattr(previews, "draw", None)  # nothing is drawn twice
    again = client.get(preview_of(store), params={"form": "small"})
    assert again.content == first.content
    known = {"if-none-match": first.headers["etag"]}
    assert client.get(preview_of(store), params={"form": "small"}, headers=known).status_code == 304
    assert client.get(preview_of(store), headers=known).content == large.content


def test_a_wall_has_nothing_drawn_but_what_it_shows(client, store, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("moxie.studio.views.Views.shown", None)  # the whole is never drawn
        small = client.get(preview_of(store), params={"form": "small"})
    assert small.text.startswith("<svg")
    assert client.get(preview_of(store)).text.startswith("<svg")


def test_a_picture_is_given_in_all_its_stored_pixels(client, store):
    """A mask has the size of what is stored, which may be less than the work was given with."""
    data = cv2.imencode(".png", np.full((30, 50, 3), 90, np.uint8))[1].tobytes()
    name = hashlib.sha256(data).hexdigest()
    facts = {"original_size": "500x300", "downscaled": True}
    work = Work(name, "toy", "A picture", "0" * 64, Rights("own"), 1.0, facts)
    client.app.state.web.studio.views.library.add_work("beads", work, data)
    answer = client.get(f"/api/corpora/{store.corpus}/works/{name}/whole")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.content == data
    row = client.get(f"/api/corpora/{store.corpus}/works/{store.works[0]}/whole")
    assert (row.status_code, row.content) == (204, b"")
    assert client.get(f"/api/corpora/{store.corpus}/works/{'0' * 64}/whole").status_code == 404


def test_a_form_that_there_is_not(client, store):
    silent = client.get(preview_of(store), params={"form": "sound"})
    assert (silent.status_code, silent.content) == (204, b"")  # no error in a browser's console
    assert client.get(preview_of(store), params={"form": "../large"}).status_code == 422


@pytest.mark.parametrize("kind", ["text/html; charset=x", "text/javascript", "image/svg", "x\r\ny"])
def test_an_art_cannot_bring_other_kinds(client, store, monkeypatch, kind):
    """ComfyUI CVE-2026-56672: the kinds are listed here, nobody brings one along."""
    odd = Preview(kind, SCRIPT)
    shown = Shown(odd, odd, None)
    monkeypatch.setattr("moxie.studio.views.Views.shown", lambda *_: shown)
    answer = client.get(preview_of(store))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_only_works_and_creations_are_shown(client, store):
    """No other blob of the store has an address, though it has a hash."""
    blob = client.app.state.web.studio._library.put(b"a key, perhaps")
    for where in (f"/api/creations/{blob}", f"/api/corpora/{store.corpus}/works/{blob}"):
        assert client.get(f"{where}/preview").status_code == 404


def test_what_was_drawn_is_bounded(client, store, monkeypatch):
    monkeypatch.setattr(previews, "MOST", 3000)
    for creation in store.creations:
        assert client.get(f"/api/creations/{creation}/preview").is_success
    folder = client.app.state.web.previews._folder
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 3000 + 3000
    assert client.get(preview_of(store)).is_success  # drawn again


@pytest.mark.parametrize(
    "name", ["a.svg", "page.html", "x.js", "x.css", "x.xml", "作品.png", 'a"b.md']
)
def test_files_are_taken_away_and_never_shown_by_themselves(client, name):
    kept = client.app.state.web.files.put(SCRIPT, name)
    answer = client.get(f"/api/files/{kept.id}")
    assert answer.content == SCRIPT
    assert answer.headers["content-type"] == "application/octet-stream"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "\n" not in disposition
    assert disposition.isascii()


@pytest.mark.parametrize("name", ["a.svg", "page.html", "a.png"])
def test_files_that_are_looked_at_are_sandboxed(client, name):
    kept = client.app.state.web.files.put(SCRIPT, name)
    answer = client.get(f"/api/files/{kept.id}/view")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_of_other_kinds_cannot_be_looked_at(client):
    for name in ("x.js", "x.xml", "x.zip", "x"):
        kept = client.app.state.web.files.put(SCRIPT, name)
        answer = client.get(f"/api/files/{kept.id}/view")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")


def test_sound_can_be_read_in_parts(client):
    kept = client.app.state.web.files.put(b"0123456789", "a.mp3")
    answer = client.get(f"/api/files/{kept.id}/view", headers={"range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")


def crash(_studio):
    os._exit(1)


def hang(_studio):
    import time

    time.sleep(600)


def fails(_studio):
    raise RuntimeError("a codec's own words")


def refuses(_studio):
    raise UnreadableWork("{name} is broken.", name="x")


def works(_studio):
    return os.getpid()


@pytest.mark.slow
def test_what_draws_may_die_hang_or_fail(toy, home, monkeypatch):

    async def all_of_it():
        aside = Aside(Settings(home))
        try:
            assert await aside.do(works) != os.getpid()
            with pytest.raises(UnreadableWork):
                await aside.do(refuses)
            with pytest.raises(StoreError, match="RuntimeError"):
                await aside.do(fails)
            with pytest.raises(StoreError):
                await aside.do(crash)
            assert await aside.do(works)
            monkeypatch.setattr(asides, "PATIENCE", 0.2)
            with pytest.raises(StoreError):
                await aside.do(hang)
            monkeypatch.setattr(asides, "MOST_WAITING", 0)
            with pytest.raises(TooMuch):
                await aside.do(works)
        finally:
            aside.close()

    result_of(all_of_it())
