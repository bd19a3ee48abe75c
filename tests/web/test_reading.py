"""Reading a store through the API: pages, filters, one creation, what is not there."""

from __future__ import annotations

import pytest
from browsing import browser, routes

from moxie.studio import Studio


@pytest.fixture
def client(store, home):
    with browser(home) as client:
        yield client


def test_the_corpora_and_how_far_they_have_come(client, store):
    [corpus] = client.get("/api/corpora").json()
    told = {"id": store.corpus, "name": "beads", "art": "toy", "works": 6, "creations": 8}
    assert told.items() <= corpus.items()
    assert client.get(f"/api/corpora/{store.corpus}").json() == corpus
    assert client.get(f"/api/corpora/{'0' * 16}").status_code == 404


def test_works_come_in_pages(client, store):
    where = f"/api/corpora/{store.corpus}/works"
    pages = [client.get(where, params={"offset": n, "limit": 4}).json() for n in (0, 4, 8)]
    assert [page["total"] for page in pages] == [6, 6, 6]
    assert [work["id"] for page in pages for work in page["works"]] == store.works
    assert client.get(where, params={"limit": 10_000}).status_code == 422
    assert client.get(where, params={"which": "odd"}).status_code == 422
    assert client.get(where, params={"which": "train"}).json()["total"] == 0  # not prepared yet


def test_works_tell_their_side_of_the_split_once_prepared(client, store, home):
    with Studio(home) as studio:
        studio.prepare("beads")
    where = f"/api/corpora/{store.corpus}/works"
    works = client.get(where).json()["works"]
    assert {work["part"] for work in works} <= {"train", "validation", "test", "left_out"}
    by_part = [client.get(where, params={"which": part}).json() for part in ("train", "test")]
    named = {work["id"] for page in by_part for work in page["works"]}
    assert named == {work["id"] for work in works if work["part"] in {"train", "test"}}
    model = client.get(f"/api/corpora/{store.corpus}/model").json()
    assert sum(model["parts"].values()) == 6


def test_creations_come_newest_first_and_filtered(client, store):
    where = f"/api/corpora/{store.corpus}/creations"
    found = client.get(where, params={"limit": 3}).json()
    assert [made["id"] for made in found["creations"]] == store.creations[::-1][:3]
    assert found["creations"][0]["nearest"]["title"] == "Row 1"

    def total(**asked):
        return client.get(where, params=asked).json()["total"]

    assert total() == 8
    assert total(flagged=True) == 2
    assert total(novelty_from=0.5) == 4
    assert total(novelty_to=0.3, flagged=False) == 2
    assert total(run=store.run) == 8
    assert total(run="other") == 0
    assert total(liked="me") == 0
    assert client.get(where, params={"nonsense": 1}).status_code == 422


def test_one_creation_with_its_record(client, store):
    found = client.get(f"/api/creations/{store.creations[0]}").json()
    assert found["creation"]["fidelity"] is None  # nan is no JSON
    assert found["record"]["odd"] is None
    assert found["creation"]["nearest"]["evidence"] == "3 beads in a row"
    assert found["corpus"]["id"] == store.corpus
    assert found["steps"] == []
    assert found["intact"] is None


def test_what_people_like_is_kept_filtered_and_taken_back(client, store):
    where = f"/api/corpora/{store.corpus}"
    first, other = store.creations[:2]
    liked = client.post(f"{where}/answer", json={"kind": "like", "shown": [first], "value": 1})
    assert liked.json()["shown"] == [first]
    order = {"kind": "order", "shown": [first, other], "order": [other, first]}
    assert client.post(f"{where}/answer", json=order).is_success
    page = client.get(f"{where}/creations", params={"liked": "me"}).json()
    assert {made["id"] for made in page["creations"]} == {first, other}
    assert client.get(f"{where}/creations", params={"liked": "you"}).json()["total"] == 0
    assert client.get(f"{where}/answers").json()["total"] == 2
    assert client.post(f"{where}/undo", json={}).json()["answer"]["kind"] == "order"
    client.post(f"{where}/undo", json={})
    assert client.post(f"{where}/undo", json={}).json() == {"answer": None}
    wrong = {"kind": "order", "shown": [first, other], "order": [first, first]}
    assert client.post(f"{where}/answer", json=wrong).status_code == 400


def test_a_creation_is_registered_once_and_noted(client, store):
    where = f"/api/creations/{store.creations[0]}"
    noted = client.post(f"{where}/note", json={"kind": "chosen"}).json()
    assert [step["kind"] for step in noted["steps"]] == ["chosen"]
    assert noted["intact"] is True
    entries = [client.post(f"{where}/register", json={}) for _ in range(2)]
    assert [entry.json()["new"] for entry in entries] == [True, False]
    assert client.post(f"{where}/note", json={"kind": "stolen"}).status_code == 422


def test_forgetting_a_work_says_what_came_from_it(client, store):
    where = f"/api/corpora/{store.corpus}/works/{store.works[0]}"
    found = client.post(f"{where}/forget", json={"erase": True}).json()
    assert found["title"] == "Row 0"
    assert found["creations"] == 8
    assert client.get(where).status_code == 404
    assert client.post(f"{where}/forget", json={}).status_code == 404


def test_what_is_not_there_is_said_everywhere(client):
    for method, path in routes(client):
        if method == "GET" and "0000" in path:
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["content-type"] in {
                "application/json",
                "text/html; charset=utf-8",
            }


@pytest.mark.slow
def test_reading_changes_nothing(client, store, home):
    """ComfyUI-Manager, fix 2818 (cross-site requests): a link can change nothing."""

    def state():
        kept = [p for p in home.rglob("*") if p.is_file() and "locks" not in p.parts]
        facts = {p.relative_to(home): p.read_bytes() for p in kept if "-shm" not in p.name}
        return {path: data for path, data in facts.items() if data or "-wal" not in path.name}

    client.get("/api/doctor")  # which makes sure once that the store can be written
    before = state()
    for method, path in routes(client):
        if method == "GET" and "events" not in path and "question" not in path:
            client.get(path)
    assert state() == before


def test_the_surroundings(client):
    arts = {art["name"]: art for art in client.get("/api/arts").json()}
    assert {"music", "painting", "toy"} <= arts.keys()
    assert arts["toy"]["suffixes"] == [".beads"]
    assert client.get("/api/settings").json()["languages"] == ["en", "zh"]
    assert {"python", "store"} <= {found["name"] for found in client.get("/api/doctor").json()}
