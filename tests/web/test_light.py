"""The server stays light: what is heavy is imported elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

READ = """
import sys
from pathlib import Path
from browsing import browser, routes
from filled import fill

home = Path(sys.argv[1])
store = fill(home)
with browser(home) as client:
    for method, path in routes(client):
        if method == "GET" and not path.endswith(("events", "preview", "question", "taste")):
            path = path.replace("0" * 16, store.corpus, 1) if "corpora/" in path else path
            path = path.replace("creations/" + "0" * 64, "creations/" + store.creations[0])
            client.get(path)
    assert client.get(f"/api/corpora/{store.corpus}/creations").is_success
    assert client.get(f"/api/creations/{store.creations[0]}").is_success
heavy = {"torch", "onnxruntime", "verovio", "soundfile"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.slow
def test_no_request_brings_in_what_trains_or_draws(toy, tmp_path):
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(tmp_path / "home")],
        cwd=__file__.rpartition("/")[0],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
