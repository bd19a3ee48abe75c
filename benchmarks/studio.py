"""How quickly the web studio answers over a store of thousands, and what it takes meanwhile.

    python benchmarks/studio.py [--works N] [--creations N] [--readers N] [--json]

A store with so many small pictures (10,000 works and 10,000 creations by default) is made in a
temporary folder, without training anything. The real server is started on it and asked over one
kept connection: `first_view_ms` is the gallery's page, its first 60 creations and the first 12
small previews, all for the first time; `gallery_p95_ms`, `works_p95_ms` and `flagged_p95_ms` are
pages of 60 at random places, `bare_p95_ms` an answer that reads nothing, to compare with on a busy
machine; `..._cpu_ms` is what one costs the server, however busy the machine is. Then `readers`
(50) ask at once, 20 times each, while a job trains on the sample works: `errors` counts answers
that were none, `crowd_p95_ms` is their time. `server_mb` and `aside_mb` are
resident megabytes (10**6) at the end of the process that serves and of the one that draws.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

from moxie.settings import Settings
from moxie.store import Library
from moxie.store.codec import Codec
from moxie.studio.desk import works_key
from moxie.studio.views import id_of
from moxie.text import Scalar, say
from moxie.work import Choice, Corpus, Creation, Dataset, Match, Plan, Prepared, Rights, Run, Work

NAME, RUN = "many", "cd" * 8
ASKED, EACH = 200, 20


class Client:
    """One kept connection."""

    def __init__(self, port: int, token: str) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"x-moxie-token": token}

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self._wire.request("GET", path, headers=self._headers)
        answer = self._wire.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, wish: dict[str, Any]) -> dict[str, Any]:
        """The object that comes back."""
        headers = {**self._headers, "content-type": "application/json"}
        self._wire.request("POST", path, json.dumps(wish), headers)
        found: dict[str, Any] = json.loads(self._wire.getresponse().read())
        return found


def picture(number: int) -> bytes:
    """A small picture, each number another one."""
    color = (number % 256, number // 256 % 256, number // 65536)
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(kept, "PNG")
    return kept.getvalue()


def fill(home: Path, works: int, creations: int) -> None:
    """The store: facts by plain SQL and blobs as plain files, which is quicker than one by one."""
    with Library.open(Settings(home)) as library:
        library.add_corpus(Corpus(NAME, "painting"))
        choice = Choice("painting/patches", Plan({}, 1.0, say("planned")), say("the only one"))
        library.add_run(Run(RUN, NAME, choice, 0, "done", "0" * 64))
        ids = [_blob(home, picture(number)) for number in range(works)]
        places = tuple(Prepared(one, one, "train", one) for one in ids)
        key = works_key("painting", ids)
        library.save(NAME, f"dataset-{key}", Dataset(places, 0.5, 0.2))
    codec = Codec()
    base = sqlite3.connect(home / "moxie.sqlite3")
    base.executemany(
        "INSERT INTO works (corpus, id, original, document) VALUES (?, ?, ?, ?)",
        ((NAME, one, one, codec.encode(_work(one, n))) for n, one in enumerate(ids)),
    )
    made = (_creation(home, number, ids) for number in range(creations))
    base.executemany(
        "INSERT INTO creations (id, run, fingerprint, document) VALUES (?, ?, ?, ?)",
        ((one.id, RUN, str(one.index), codec.encode(one)) for one in made),
    )
    base.commit()
    base.close()


def _blob(home: Path, data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    path = home / "blobs" / name[:2] / name[2:4] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


def _work(name: str, number: int) -> Work:
    facts: dict[str, Scalar] = {"width": 64, "height": 48, "format": "PNG", "file": f"{number}.png"}
    return Work(name, "painting", f"Work {number}", name, Rights("own"), 0.003, facts)


def _creation(home: Path, number: int, works: list[str]) -> Creation:
    return Creation(
        id=_blob(home, picture(1_000_000 + number)),
        run=RUN,
        seed=number // 100,
        index=number,
        novelty=number % 11 / 10,
        size=(64, 48),
        nearest=Match(works[number % len(works)], 0.2, say("alike in {n} places", n=3)),
        flagged=number % 50 == 0,
        fidelity=0.5,
        attempts=1,
        made_at="2026-11-28T12:00:00+00:00",
        record={"sources": [[works[(number + i) % len(works)], 0.05] for i in range(20)]},
    )


@contextmanager
def studio(home: Path) -> Iterator[tuple[int, str, psutil.Process]]:
    """The real server: its port, its token, its process."""
    command = [sys.executable, "-m", "moxie", "studio", "--no-browser", "--port", "0"]
    environ = {**os.environ, "MOXIE_HOME": str(home), "MOXIE_LANG": "en"}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        found = re.search(r":(\d+)/enter\?token=(\S+)", told)
        assert found, told
        try:
            yield int(found[1]), found[2], psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def p95(client: Client, path: Callable[[], str], n: int = ASKED) -> float:
    """The 95th percentile of so many answers, in milliseconds."""
    return sorted(timed(lambda: _read(client, path())) for _ in range(n))[int(0.95 * n)]


def _read(client: Client, path: str) -> bytes:
    return _well(client.get(path))


def _well(answer: tuple[int, bytes]) -> bytes:
    if answer[0] != 200:
        raise RuntimeError(answer)
    return answer[1]


def first_view(client: Client) -> None:
    """The gallery's page, its creations, its first pictures."""
    _well(client.get(f"/c/{id_of(NAME)}/made"))
    page = json.loads(_well(client.get(f"/api/corpora/{id_of(NAME)}/creations?limit=60")))
    for made in page["creations"][:12]:
        _well(client.get(f"/api/creations/{made['id']}/preview?form=small"))


def crowd(port: int, token: str, readers: int, total: int) -> tuple[int, float]:
    """Errors, and the 95th percentile in milliseconds, of many that ask at once."""

    def read(seed: int) -> list[float | None]:
        client, rng = Client(port, token), random.Random(seed)
        took: list[float | None] = []
        for _ in range(EACH):
            path = page("creations")(rng, total)
            try:
                took.append(timed(partial(_read, client, path)))
            except (OSError, RuntimeError, http.client.HTTPException):
                client = Client(port, token)
                took.append(None)
        return took

    with ThreadPoolExecutor(readers) as pool:
        found = [one for many in pool.map(read, range(readers)) for one in many]
    times = sorted(one for one in found if one is not None)
    return len(found) - len(times), times[int(0.95 * len(times))] if times else float("nan")


def page(what: str, more: str = "") -> Callable[[random.Random, int], str]:
    """An address of a page at a random place."""

    def address(rng: random.Random, total: int) -> str:
        offset = rng.randrange(max(1, total - 60))
        return f"/api/corpora/{id_of(NAME)}/{what}?limit=60&offset={offset}{more}"

    return address


def measure(home: Path, works: int, creations: int, readers: int) -> dict[str, float]:
    """All figures."""
    rng, found = random.Random(0), {}
    with studio(home) as (port, token, process):
        client = Client(port, token)
        time.sleep(5)  # a person opens a browser; the process that draws has begun meanwhile
        before = sum(process.cpu_times()[:2])
        found["first_view_ms"] = timed(lambda: first_view(client))
        found["first_view_cpu_ms"] = (sum(process.cpu_times()[:2]) - before) * 1000
        pages = {
            "bare": lambda: "/api/settings",
            "gallery": lambda: page("creations")(rng, creations),
            "works": lambda: page("works")(rng, works),
            "flagged": lambda: page("creations", "&flagged=true")(rng, creations // 50),
        }
        for name, path in pages.items():
            before = sum(process.cpu_times()[:2])
            found[f"{name}_p95_ms"] = p95(client, path)
            found[f"{name}_cpu_ms"] = (sum(process.cpu_times()[:2]) - before) / ASKED * 1000
        wish = {"samples": True, "art": "painting", "corpus": "samples"}
        _until(client, client.post("/api/collect", wish), "done")
        job = client.post("/api/learn", {"corpus": id_of("samples"), "budget": 300})
        _until(client, job, "running")
        errors, took = crowd(port, token, readers, creations)
        client = Client(port, token)  # the other has been silent for long
        state = json.loads(_well(client.get(f"/api/jobs/{job['id']}")))["state"]
        found |= {"errors": errors, "crowd_p95_ms": took, "job_ran": state == "running"}
        client.post(f"/api/jobs/{job['id']}/cancel", {})
        asides = [one.memory_info().rss for one in process.children(recursive=True)]
        found["server_mb"] = process.memory_info().rss / 1e6
        found["aside_mb"] = max(asides, default=0) / 1e6
    return found


def _until(client: Client, job: dict[str, Any], state: str) -> None:
    """Wait for a job to be in a state, ten minutes at most."""
    for _ in range(1200):
        found = json.loads(_well(client.get(f"/api/jobs/{job['id']}")))
        if found["state"] == state and (state == "done" or any(s["done"] for s in found["stages"])):
            return
        if found["state"] in {"done", "failed"}:
            break
        time.sleep(0.5)
    raise RuntimeError(found)


def main() -> None:
    """Measure, and say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--creations", type=int, default=10_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="moxie-studio-"))
    try:
        fill(home, asked.works, asked.creations)
        found = measure(home, asked.works, asked.creations, asked.readers)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if asked.json:
        print(json.dumps({"load": os.getloadavg()[0], **found}))
        return
    for name, value in found.items():
        print(f"{name:16} {value:10.1f}")


if __name__ == "__main__":
    main()
