"""Asking for jobs through the API: what is refused, what is told while they run, what comes."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import little_worker
import pytest
from browsing import browser
from filled import row

BYTES = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}

WRONG = [
    ("learn", {}, 422),
    ("learn", {"corpus": "0" * 16}, 404),
    ("learn", {"corpus": "../x"}, 422),
    ("learn", {"corpus": "CORPUS", "budget": 0}, 422),
    ("learn", {"corpus": "CORPUS", "budget": 1e9}, 422),
    ("learn", {"corpus": "CORPUS", "buget": 60}, 422),
    ("create", {"corpus": "CORPUS", "n": 0}, 422),
    ("create", {"corpus": "CORPUS", "n": 10**6}, 422),
    ("create", {"corpus": "CORPUS", "novelty": 2}, 422),
    ("create", {"corpus": "CORPUS", "seed": -1}, 422),
    ("create", {"corpus": "CORPUS", "size": "a\nb"}, 422),
    ("create", {"corpus": "CORPUS", "blend": {"0" * 16: 1.0}}, 404),
    ("create", {"corpus": "CORPUS", "upload": "../../etc/passwd"}, 422),
    ("create", {"corpus": "CORPUS", "upload": "0" * 32}, 404),
    ("restore", {"corpus": "CORPUS", "mask": "0" * 32}, 404),
    ("restore", {"work": "0" * 64}, 400),
    ("restore", {"mask": "0" * 32}, 404),
    ("suggest", {"upload": "0" * 32}, 404),
    ("suggest", {"corpus": "CORPUS", "work": "0" * 64}, 404),
    ("collect", {"uploads": ["0" * 32]}, 404),
    ("collect", {"corpus": "a\x00b", "samples": True}, 422),
    ("collect", {"rights": "mine", "samples": True}, 400),
    ("collect", {}, 400),
    ("collect", {"art": "dance", "samples": True}, 404),
    ("export", {"corpus": "CORPUS", "creations": []}, 422),
    ("export", {"corpus": "CORPUS", "creations": ["0" * 64]}, 404),
    ("export", {"corpus": "CORPUS", "creations": ["0" * 64], "suffix": "../x"}, 422),
    ("create", {"corpus": "CORPUS", "liked_by": "me", "of": 1}, 422),
    ("tune", {"corpus": "CORPUS", "who": ""}, 422),
    ("tune", {"corpus": "0" * 16}, 404),
]
"""Wishes that cannot be meant: kind, wish, status."""


@pytest.fixture
def client(store, home):
    """A browser whose server gives jobs to the little worker."""
    with browser(home) as client:
        client.app.state.web.foreman.command = (sys.executable, str(Path(little_worker.__file__)))
        yield client


def do(client, *words):
    """A job that the little worker does, past the routes, whose wishes it does not know."""
    foreman = client.app.state.web.foreman
    return foreman.add("learn", {"do": list(words)}, ["beads"]).id


def over(client, job):
    for _ in range(1500):
        found = client.get(f"/api/jobs/{job}").json()
        if found["state"] not in {"queued", "running", "pausing"}:
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def events(client, where, headers=None):
    """The events of a stream until it ends: (id, job)."""
    told, found = {}, []
    with client.stream("GET", where, headers=headers or {}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            key, _, value = line.partition(": ")
            told[key] = value
            if not line and "data" in told:
                assert told["event"] == "job"
                found.append((int(told["id"]), json.loads(told["data"])))
                told = {}
    return found


def test_a_job_is_told_as_it_changes_until_it_is_over(client):
    steps = [{"step": [n, 4], "loss": 1.0} for n in range(5)]
    job = do(client, {"begin": "train"}, *steps, {"end": ["train", 0.1]}, {"result": {}})
    found = events(client, f"/api/jobs/{job}/events")
    assert found[-1][1]["state"] == "done"
    ids = [number for number, _ in found]
    assert ids == sorted(set(ids))
    again = events(client, f"/api/jobs/{job}/events", {"last-event-id": str(ids[-1] - 1)})
    assert [job["state"] for _, job in again] == ["done"]
    titles = [stage["title"] for stage in found[-1][1]["stages"]]
    assert titles == ["Training"]


def test_stages_to_come_are_named_while_it_runs(client):
    job = do(client, {"begin": "prepare"}, {"end": ["prepare", 0.1]}, {"begin": "augment"}, "wait")
    for _ in range(500):
        found = client.get(f"/api/jobs/{job}").json()
        if sum(stage["seconds"] is not None for stage in found["stages"]) == 2:
            break
        time.sleep(0.02)
    names = [(stage["name"], stage["over"]) for stage in found["stages"]]
    assert names[:2] == [("prepare", True), ("augment", False)]
    assert [name for name, _ in names[2:]] == [
        "choose",
        "train",
        "balance",
        "calibrate",
        "evaluate",
    ]
    assert client.post(f"/api/jobs/{job}/pause", json={}).json()["state"] == "pausing"
    assert over(client, job)["state"] == "paused"
    assert client.post(f"/api/jobs/{job}/cancel", json={}).json()["state"] == "cancelled"


def test_a_failure_is_said_in_the_readers_language(client):
    message = {"template": "There are no works in {corpus} yet.", "params": {"corpus": "x"}}
    job = do(client, {"fault": {"kind": "NoWorks", "message": message}})
    english = over(client, job)["error"]
    chinese = client.get(f"/api/jobs/{job}", headers={"accept-language": "zh"}).json()["error"]
    said = "There are no works in x yet."
    assert english == {"kind": "NoWorks", "message": said, "place": None}
    assert chinese["message"] != english["message"]
    assert client.get("/api/jobs").json()["jobs"][0]["id"] == job


def test_what_cannot_be_done_is_said_at_once(client, store):
    for kind, wish, status in WRONG:
        text = json.dumps(wish).replace("CORPUS", store.corpus)
        answer = client.post(f"/api/{kind}", content=text, headers=JSON)
        assert answer.status_code == status, (kind, wish, answer.text)
        assert answer.json()["error"]["message"].endswith(".")
    assert client.get("/api/jobs").json()["jobs"] == []


def test_versions_are_told_and_only_one_that_is_there_is_put_in_use(client, store):
    where = f"/api/corpora/{store.corpus}"
    assert client.get(f"{where}/tuning", params={"who": "anna"}).json() == {"tuning": None}
    assert client.get(f"{where}/model").json()["runs"][0]["parent"] is None
    for run, status in (("../x", 422), ("ff" * 8, 404), (None, 404)):
        answer = client.post(f"{where}/version", json={"run": run})
        assert answer.status_code == status, answer.text


def test_what_is_no_wish_is_refused(client):
    for text in ("", "{", "[]", "null", "1e999", '{"corpus": NaN}', "\x00", "{}" * 9):
        answer = client.post("/api/learn", content=text, headers=JSON)
        assert answer.status_code == 422, text


def test_the_queue_is_bounded_and_says_so(client, store, monkeypatch):
    monkeypatch.setattr("moxie.web.jobs.book.MOST_WAITING", 2)
    job = do(client, "hang")
    wishes = [{"corpus": store.corpus, "seed": seed} for seed in range(3)]
    found = [client.post("/api/learn", json=wish).status_code for wish in wishes]
    assert found == [202, 202, 429]
    waiting = client.get("/api/jobs").json()["jobs"]
    assert [one["ahead"] for one in waiting if one["state"] == "queued"] == [1, 0]
    client.post(f"/api/jobs/{job}/cancel", json={})


@pytest.mark.slow
def test_from_uploads_to_a_restored_work(toy, home):
    """The whole loop with real processes, as the pages walk it."""
    with browser(home) as client:

        def asked(kind, **wish):
            answer = client.post(f"/api/{kind}", json=wish)
            assert answer.status_code == 202, answer.text
            return over(client, answer.json()["id"])

        def sent(name, data):
            answer = client.put("/api/uploads", params={"name": name}, content=data, headers=BYTES)
            return answer.json()["id"]

        good = [sent(f"rows/{n}.beads", row(n)) for n in range(1, 13)]
        collected = asked("collect", corpus="mine", uploads=[*good, sent("bad.beads", b"no")])
        assert collected["state"] == "done", collected
        result = collected["result"]
        assert (result["works"], result["refusals"]) == (12, 1)
        assert result["refused"][0]["name"] == "bad.beads"
        corpus = result["corpus"]
        learnt = asked("learn", corpus=corpus, budget=5)
        assert [stage["over"] for stage in learnt["stages"]] == [True] * len(learnt["stages"])
        made = asked("create", corpus=corpus, n=4)["result"]["creations"]
        varied = asked("create", corpus=corpus, n=1, seed=3, creation=made[0], region="3-7")
        assert varied["state"] == "done", varied
        question = client.get(f"/api/corpora/{corpus}/question").json()
        shown = [one["id"] for one in question["shown"]]
        said = {"kind": "order", "shown": shown, "order": shown[::-1], "why": question["why"]}
        assert client.post(f"/api/corpora/{corpus}/answer", json=said).is_success
        assert client.get(f"/api/corpora/{corpus}/taste").json()["answers"] == 1
        for number in range(30):  # first one order, then the other: a taste that foretells nothing
            question = client.get(f"/api/corpora/{corpus}/question").json()
            about = {"question": question["number"], "why": question["why"], "seed": 0}
            shown = [one["id"] for one in question["shown"]]
            order = sorted(shown, reverse=number % 2 == 0)
            said = {"kind": "order", "shown": shown, "order": order, **about}
            assert client.post(f"/api/corpora/{corpus}/answer", json=said).is_success
        tuned = asked("tune", corpus=corpus)
        assert tuned["state"] == "done", tuned["error"]
        assert len(tuned["result"]["notes"]) == 1  # why nothing was tuned; that is not kept
        assert client.get(f"/api/corpora/{corpus}/tuning").json() == {"tuning": None}
        for_me = asked("create", corpus=corpus, n=1, seed=9, liked_by="me", of=2)
        assert for_me["state"] == "done", for_me
        torn = sent("torn.beads", row(5))
        whole = asked("restore", corpus=corpus, upload=torn, region="3-7")["result"]
        assert client.get(f"/api/files/{whole['files'][0]['id']}").text.startswith("beads ")
        assert client.get(f"/api/files/{whole['after']['id']}/view").text.startswith("<svg")
        handed = asked("export", corpus=corpus, creations=made)["result"]["files"]
        assert [file["name"] for file in handed] == ["creations.zip"]
        page = asked("report", corpus=corpus)["result"]["files"][0]
        shown = client.get(f"/api/files/{page['id']}/view")
        assert shown.headers["content-security-policy"].startswith("sandbox")
        passwd = asked("restore", corpus=corpus, upload=torn, region="/etc/passwd")
        assert passwd["error"]["kind"] == "BadInput"
    assert not list((home / "web" / "scratch").glob("*"))
