"""What a person sends: counted as it comes, called what it may be called, gone when lost."""

from __future__ import annotations

import errno
import os

import pytest
from browsing import browser
from starlette.requests import ClientDisconnect
from waiting import result_of

from moxie.errors import BadInput, CannotWrite, Missing, TooLarge, TooMuch
from moxie.web import uploads as sending
from moxie.web.uploads import Uploads, labelled

BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture
def client(home):
    with browser(home) as client:
        yield client


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "uploads")


async def chunks(*parts):
    for part in parts:
        if isinstance(part, Exception):
            raise part
        yield part


def receive(uploads, *parts, name="a.png", announced=None):
    return result_of(uploads.receive(name, chunks(*parts), announced))


def left(home):
    folder = home / "web" / "uploads"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []


def test_a_file_is_kept_under_an_id(client, home):
    answer = client.put("/api/uploads", params={"name": "op 1/写生.png"}, content=b"x" * 9)
    assert answer.status_code == 415  # not said to be bytes
    told = client.put(
        "/api/uploads", params={"name": "op 1/写生.png"}, content=b"x" * 9, headers=BYTES
    ).json()
    assert (told["name"], told["bytes"]) == ("op 1/写生.png", 9)
    kept, path = client.app.state.web.uploads.get(told["id"])
    assert path.read_bytes() == b"x" * 9
    assert "写生" not in str(path)
    assert path.stat().st_mode & 0o077 == 0
    assert client.post(f"/api/uploads/{kept.id}/drop", json={}).is_success
    assert left(home) == []
    assert client.post(f"/api/uploads/{kept.id}/drop", json={}).status_code == 404


def test_five_gigabytes_are_refused_before_they_come(client, home):
    told = {**BYTES, "content-length": str(5 << 30)}
    answer = client.put("/api/uploads?name=a.zip", content=b"x", headers=told)
    assert answer.status_code == 413
    assert "2 GB" in answer.json()["error"]["message"]
    assert left(home) == []


def test_a_body_of_unknown_length_is_counted_as_it_comes(client, home, monkeypatch):
    monkeypatch.setattr(sending, "MAX_UPLOAD", 1000)
    body = iter([b"x" * 400] * 5)
    answer = client.put("/api/uploads?name=a.zip", content=body, headers=BYTES)
    assert answer.status_code == 413
    assert left(home) == []


def test_a_lost_connection_leaves_nothing(uploads):
    with pytest.raises(ClientDisconnect):
        receive(uploads, b"half", ClientDisconnect())
    assert uploads.size == 0
    assert list(uploads._folder.iterdir()) == []
    assert receive(uploads, b"whole").bytes == 5  # its place is free again


def test_a_full_disk_is_said_and_leaves_nothing(uploads, monkeypatch):
    real = os.fdopen

    class Full:
        def __init__(self, file):
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def write(self, _data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sending.os, "fdopen", lambda *a: Full(real(*a)))
    with pytest.raises(CannotWrite, match="disk is full"):
        receive(uploads, b"data")
    monkeypatch.undo()
    assert uploads.size == 0


def test_too_many_at_once_and_too_much_in_all_are_refused(uploads, monkeypatch):
    monkeypatch.setattr(sending, "MOST_AT_ONCE", 0)
    with pytest.raises(TooMuch):
        receive(uploads, b"x")
    monkeypatch.setattr(sending, "MOST_AT_ONCE", 8)
    monkeypatch.setattr(sending, "MAX_TOTAL", 10)
    receive(uploads, b"x" * 8)
    with pytest.raises(TooMuch):
        receive(uploads, b"x" * 8, announced=8)
    monkeypatch.setattr(sending, "MAX_TOTAL", 1000)
    monkeypatch.setattr(sending, "MAX_UPLOAD", 5)
    with pytest.raises(TooLarge):
        receive(uploads, b"x" * 6)


def test_what_nobody_used_is_cleared_away(uploads):
    kept = receive(uploads, b"x")
    uploads.sweep(3600)
    uploads.get(kept.id)
    uploads.sweep(-1)
    with pytest.raises(Missing):
        uploads.get(kept.id)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/", "//", "a/../b", "../a", "a/..", "/etc/passwd", "\\\\host\\share"),
        *("..\\a", "a\\..\\b", "C:\\a", "C:a", "a\0b", "a\nb", "a\r\nX: y", "\x1b[2J", "\u202egnp"),
        *(".hidden", "a/.hidden/b", "x" * 300, "/".join("abcdefghi"), "\ud800"),
    ],
)
def test_names_that_could_lead_somewhere_are_refused(name):
    """ComfyUI CVE-2026-56671; Gradio CVE-2026-28414 (both kinds of paths, on every system);
    ComfyUI-Manager CVE-2026-22777 (line breaks)."""
    with pytest.raises(BadInput):
        labelled(name)


def test_names_that_people_use_are_kept():
    assert labelled("Sonate n°1 (été).mid") == "Sonate n°1 (été).mid"
    assert labelled("op18\\no1.mxl") == "op18/no1.mxl"
    assert labelled("作品/一.png") == "作品/一.png"


@pytest.mark.parametrize("name", ["0" * 31, "0" * 33, "../../token", "0" * 31 + "/", "G" * 32, ""])
def test_only_our_own_ids_are_looked_up(uploads, name):
    with pytest.raises(Missing):
        uploads.get(name)


def test_a_link_is_no_upload(uploads, tmp_path):
    """ComfyUI issue 12285: what counts is where a path leads, not how it reads."""
    kept = receive(uploads, b"x")
    _, path = uploads.get(kept.id)
    secret = tmp_path / "secret"
    secret.write_text("key")
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(Missing):
        uploads.get(kept.id)
