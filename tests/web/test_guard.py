"""The gate: what no page of another site, no guessed address and no stranger gets through."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from browsing import OURS, PORT, TOKEN, client_of, entered, routes, server

from moxie import web
from moxie.errors import BadInput
from moxie.web.access import Access, granted, is_loopback

JSON = {"content-type": "application/json"}
BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """One server for all tests here: none of them gets anything changed."""
    with server(tmp_path_factory.mktemp("guarded")) as client:
        yield client


@pytest.fixture
def known(opened):
    return entered(opened.app)


@pytest.fixture
def stranger(opened):
    return client_of(opened.app)


def changing(client):
    found = [(method, path) for method, path in routes(client) if method not in {"GET", "HEAD"}]
    assert found
    return found


def kind(method):
    return BYTES if method == "PUT" else JSON


def test_changes_are_by_post_and_put_alone(known):
    assert {method for method, _ in routes(known)} <= {"GET", "HEAD", "POST", "PUT"}
    assert known.delete("/api/settings").status_code == 405
    assert known.options("/api/settings").status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},  # a sandboxed frame, a data: or file: page
        {"origin": f"https://127.0.0.1:{PORT}"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"origin": f"http://127.0.0.1:{PORT}.evil.test"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another port of this machine
        {"host": "evil.test"},
        {"host": f"evil.test:{PORT}"},
        {"host": f"127.0.0.1.evil.test:{PORT}"},
        {"host": "127.0.0.1"},
        {"host": f"127.0.0.1:{PORT}@evil.test"},
        {"host": ""},
        {"x-moxie-token": "wrong" * 10},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "text/plain"},
        {"content-type": ""},
    ],
    ids=str,
)
def test_no_route_is_changed_by_another_page(known, headers):
    """ComfyUI CVE-2024-10481, CVE-2026-56674; ComfyUI-Manager CVE-2025-67303."""
    for method, path in changing(known):
        answer = known.request(method, path, content=b"{}", headers={**kind(method), **headers})
        assert answer.status_code in {401, 403, 415, 421}, (method, path)
        assert answer.json()["error"]["message"]


def test_no_route_is_changed_without_an_origin(known):
    del known.headers["origin"]
    for method, path in changing(known):
        answer = known.request(method, path, content=b"{}", headers=kind(method))
        assert answer.status_code == 403, (method, path)


def test_no_route_is_open_to_a_stranger(stranger):
    for method, path in routes(stranger):
        if path != "/enter":
            answer = stranger.request(method, path, content=b"{}", headers={**kind(method), **OURS})
            assert answer.status_code == 401, (method, path)


def test_a_program_that_knows_the_token_is_let_in(stranger):
    answer = stranger.get("/api/corpora", headers={"x-moxie-token": TOKEN})
    assert answer.json() == []
    told = {"x-moxie-token": TOKEN, **JSON}
    assert stranger.post("/api/settings", content='{"language":"zh"}', headers=told).is_success
    evil = {**told, "origin": "http://evil.test"}
    assert stranger.post("/api/settings", content='{"language":"zh"}', headers=evil).is_error


def test_the_door_lets_in_who_knows_the_token_and_leads_nowhere_else(stranger):
    """Gradio CVE-2024-4940: no redirect is made of what was asked."""
    assert stranger.get("/enter", params={"token": "x" * 40}).status_code == 401
    asked = {"token": TOKEN, "next": "//evil.test", "url": "https://evil.test"}
    answer = stranger.get("/enter", params=asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert stranger.get("/").status_code == 200


def test_another_site_may_not_even_read(known):
    for site in ("cross-site", "same-site"):
        answer = known.get("/api/corpora", headers={"sec-fetch-site": site})
        assert answer.status_code == 403
    followed = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    link = {"sec-fetch-site": "cross-site", **followed}
    assert known.get("/", headers=link).status_code == 200
    frame = {**link, "sec-fetch-dest": "iframe"}
    assert known.get("/", headers=frame).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/static/..\\app.py",
        "/static/%00",
        "/static//etc/passwd",
        "/static/studio.css%0d%0aX: y",
        "/api/corpora/..",
        "/api/corpora?x=%00",
        "/api/corpora?x=%0d%0aSet-Cookie",
        "/static/../../../../etc/passwd",
        "/api/corpora?x=" + "a" * 5000,
    ],
)
def test_odd_addresses_are_refused(known, path):
    """ComfyUI CVE-2026-56671 and -56673, Gradio's /file= before 3.32."""
    answer = known.get(path)
    assert answer.status_code in {400, 404, 414}
    assert "root:" not in answer.text


def test_no_address_is_ever_fetched():
    """Gradio CVE-2026-28416: there is no import from an address, so there is nothing to forge."""
    fetching = {"urllib.request", "http.client", "requests", "httpx", "httpx2", "aiohttp", "ftplib"}
    for path in Path(web.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not fetching & set(names), path


def test_every_answer_bears_the_headers(known, stranger):
    answers = [known.get("/"), known.get("/api/nothing"), known.get("/static/studio.css")]
    for answer in [*answers, stranger.get("/"), known.get("/%00"), known.post("/api/settings")]:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_page_of_trouble_shows_no_trace_and_escapes(known, monkeypatch):
    def fails(self):
        raise RuntimeError("secret <script>")

    monkeypatch.setattr("moxie.studio.views.Views.corpora", fails)
    for accept in ("text/html", "application/json"):
        answer = known.get("/", headers={"accept": accept})
        assert answer.status_code == 500
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text


def test_errors_are_said_in_the_readers_language(known):
    asked = known.get("/api/nothing", headers={"accept-language": "fr, zh-CN;q=0.9"})
    assert asked.json()["error"]["message"] == "该地址没有内容。"
    known.post("/api/settings", json={"language": "en"})
    again = known.get("/api/nothing", headers={"accept-language": "zh"})
    assert again.json()["error"]["message"] == "There is nothing at that address."


def test_a_body_of_json_is_capped(known):
    told = {**JSON, "content-length": str(1 << 30)}
    assert known.post("/api/settings", content=b"{}", headers=told).status_code == 413
    answer = known.post("/api/settings", content=iter([b"{}"]), headers=JSON)
    assert answer.status_code == 413  # of unknown length


@pytest.mark.parametrize("token", ["", "short", "x" * 23, "a b" * 10, "naïve-token-" * 3])
def test_nothing_is_served_under_a_token_that_can_be_guessed(token):
    for host in ("127.0.0.1", "0.0.0.0"):
        with pytest.raises(BadInput):
            Access(PORT, token, host)


def test_the_token_outlives_the_server_and_is_the_owners_alone(home):
    first = granted(home, "127.0.0.1", 1)
    again = granted(home, "127.0.0.1", 2)
    assert first.token == again.token
    assert len(first.token) == 43
    assert (home / "web" / "token").stat().st_mode & 0o077 == 0
    (home / "web" / "token").write_text("weak")
    assert len(granted(home, "127.0.0.1", 1).token) == 43


def test_the_names_it_answers_to():
    local = Access(80, TOKEN)
    assert local.answers_to("localhost")
    assert local.answers_to("[::1]:80")
    assert not local.answers_to("localhost:81")
    assert is_loopback("::1")
    assert is_loopback("127.9.9.9")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")
