"""The studio as a person starts it: a real server, spoken to by raw sockets as attackers do."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from moxie.studio import Studio

START = [sys.executable, "-m", "moxie", "studio", "--no-browser", "--port"]


def start(home: Path, port: int = 0) -> subprocess.Popen[str]:
    environ = {**os.environ, "MOXIE_HOME": str(home), "MOXIE_LANG": "en"}
    command = [*START, str(port)]
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, encoding="utf-8")


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """Its port and token, its home, and the process."""
    home = tmp_path_factory.mktemp("served")
    registered = tmp_path_factory.mktemp("elsewhere") / "sketch.txt"
    registered.write_text("a work")
    with Studio(home) as made:
        made.registry.register(registered)  # which makes keys
    with start(home) as process:
        told = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/enter\?token=([\w-]{43})$", told.strip())
        assert found, told
        yield int(found[1]), found[2], home, process
        process.kill()


def say(studio, request: bytes, headers: str = "", *, known: bool = True) -> bytes:
    """The answer to a request line, byte for byte."""
    port, token, *_ = studio
    cookie = f"Cookie: moxie-{port}={token}\r\n" if known else ""
    host = "" if "Host:" in headers else f"Host: 127.0.0.1:{port}\r\n"
    head = f" HTTP/1.1\r\n{host}{cookie}{headers}Connection: close\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(request + head)
        answer = b""
        while more := wire.recv(65536):
            answer += more
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_it_serves_who_knows_the_token(studio):
    assert status(say(studio, b"GET /")) == 200
    assert status(say(studio, b"GET /", known=False)) == 401


@pytest.mark.parametrize(
    "path",
    [
        b"/./../../etc/passwd",
        b"/../../../../../../etc/passwd",
        b"/static/../app.py",
        b"/static/./../app.py",
        b"/static/%2e%2e/app.py",
        b"/static/%2E%2E%2Fapp.py",
        b"/static/..%5c..%5capp.py",
        b"/static/..\\..\\app.py",
        b"/static/%252e%252e/app.py",
        b"/static/\xc0\xae\xc0\xae/app.py",
        b"/static/studio.css%00.png",
        b"//etc/passwd",
        b"/static//etc/passwd",
        b"/api/files/../../token",
        b"/api/files/..%2f..%2ftoken",
        b"/api/uploads/%2e%2e/token",
        b"http://evil.test/",
        b"file:///etc/passwd",
    ],
)
def test_no_path_leads_out(studio, path):
    """InvokeAI GHSA-vv9c-xxg7-wmv7, PR 133: clients tidy up paths, attackers do not."""
    answer = say(studio, b"GET " + path)
    assert status(answer) in {400, 404}
    assert b"root:" not in answer
    assert b"create(" not in answer
    assert studio[1].encode() not in answer


@pytest.mark.parametrize("name", ["token", "jobs.sqlite3", "moxie.sqlite3", "keys", "log.txt"])
def test_no_secret_of_the_store_has_an_address(studio, name):
    *_, home, _ = studio
    kept = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    assert any(path.startswith("keys/") for path in kept)
    for path in (name, f"web/{name}", f"static/{name}", f"api/files/{name}", *kept):
        assert status(say(studio, f"GET /{path}".encode())) in {400, 404, 422}


@pytest.mark.parametrize(
    "headers",
    [
        "Host: evil.test\r\n",
        "Host: 127.0.0.1\r\nHost: evil.test\r\n",
        "Host: localhost.evil.test\r\n",
        "Host: 169.254.169.254\r\n",
    ],
)
def test_a_rebound_name_is_refused(studio, headers):
    """DNS rebinding: the address is ours, the name is not."""
    assert status(say(studio, b"GET /api/corpora", headers)) in {400, 421}


def test_what_is_no_http_is_refused(studio):
    for head in (b"GET", b"\x16\x03\x01", b"GET / HTTP/9.9\r\nX", b"POST /api/collect"):
        answer = say(studio, head, "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")
        assert answer == b"" or status(answer) >= 400


def test_odd_headers_reach_no_log_line(studio):
    """Log injection: what was asked is not written down with its line breaks."""
    *_, process = studio
    say(studio, b"GET /api/nothing", "User-Agent: a\r\n")
    answer = say(studio, b"GET /x%0d%0aERROR:%20forged")
    assert status(answer) == 400
    assert process.poll() is None


@pytest.mark.slow
def test_a_second_studio_on_one_store_is_refused(studio):
    *_, home, _ = studio
    with start(home) as second:
        told = second.stderr.read()
        assert second.wait(30) == 6
    assert "Another process is at work on the studio" in told
    assert "Traceback" not in told


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(studio, tmp_path):
    with start(tmp_path / "other", studio[0]) as second:
        told = second.stderr.read()
        assert second.wait(30) == 2
    assert f"port {studio[0]}" in told


def test_a_signal_closes_it_cleanly(studio):
    """Last of all: a page that listens for events does not hold it up."""
    port, token, _, process = studio
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        head = f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: moxie-{port}={token}"
        wire.sendall(f"{head}\r\n\r\n".encode())
        assert b"200" in wire.recv(4096)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "Traceback" not in process.stderr.read()
