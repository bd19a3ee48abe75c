"""A picture that belongs to no corpus: looked at, mended where its mask says, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from browsing import browser

from pictures import paint

BYTES = {"content-type": "application/octet-stream"}


def png(picture):
    return cv2.imencode(".png", picture)[1].tobytes()


def over(client, asked):
    """A job when it is over."""
    assert asked.status_code == 202, asked.text
    where = f"/api/jobs/{asked.json()['id']}/events"
    with client.stream("GET", where) as events:  # it ends when the job is over
        events.read()
    return client.get(where.removesuffix("/events")).json()


@pytest.mark.slow
def test_what_can_be_undone_is_said_by_the_art(home):
    with browser(home) as client:
        sent = client.put(
            "/api/uploads",
            params={"name": "brown.png"},
            content=png(paint(3, 48, 60)),
            headers=BYTES,
        )
        where = f"/api/uploads/{sent.json()['id']}"
        found = client.get(f"{where}/undoable", headers={"accept-language": "zh"}).json()
        assert {one["name"] for one in found} == {"varnish", "fading"}
        assert found[0]["title"] == "发黄的光油"
        wish = {"upload": sent.json()["id"], "undo": {"varnish": 1.5}}
        assert client.post("/api/restore", json=wish).status_code == 422
        words = client.put("/api/uploads", params={"name": "a.txt"}, content=b"x", headers=BYTES)
        where = f"/api/uploads/{words.json()['id']}"
        assert client.get(f"{where}/undoable").json() == []
        assert client.get(f"{where}/preview").text == "x"  # as its ending speaks, without a corpus


@pytest.mark.slow
def test_a_picture_is_mended_without_a_corpus(home):
    picture = paint(3, 96, 120)
    mask = np.zeros((96, 120), np.uint8)
    mask[40:52, 50:66] = 255
    with browser(home) as client:

        def sent(name, data):
            answer = client.put("/api/uploads", params={"name": name}, content=data, headers=BYTES)
            return answer.json()["id"]

        torn = sent("torn.png", png(picture))
        assert client.get(f"/api/uploads/{torn}/preview").headers["content-type"] == "image/jpeg"
        wish = {"upload": torn, "mask": sent("mask.png", png(mask)), "undo": {"varnish": 0.7}}
        found = over(client, client.post("/api/restore", json=wish))
        assert found["state"] == "done", found["error"]
        names = [file["name"] for file in found["result"]["files"]]
        assert names[0] == "torn-restored.png"
        told = [found["result"][what] for what in ("mask", "confidence", "page")]
        assert [one["name"].partition(".")[2] for one in told] == [
            "mask.png",
            "confidence.png",
            "html",
        ]
        assert all(one in found["result"]["files"] for one in told)
        assert names[2] == "torn-restored.undone.png"
        assert 0 <= found["result"]["strengths"]["varnish"] <= 1
        assert found["result"]["undone"]["media_type"] == "image/jpeg"
        data = client.get(f"/api/files/{found['result']['files'][0]['id']}").content
    whole = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(whole[mask == 0], picture[mask == 0])
    assert not np.array_equal(whole[mask > 0], picture[mask > 0])


@pytest.mark.slow
def test_a_work_that_was_shrunk_is_marked_as_it_is_stored(home, tmp_path):
    """Its facts tell the size it was given with; a mask of that size would not fit."""
    cv2.imwrite(
        str(tmp_path / "Evening. By the lake.png"), cv2.resize(paint(3, 96, 120), (2300, 1840))
    )
    with browser(home) as client:
        data = (tmp_path / "Evening. By the lake.png").read_bytes()
        sent = client.put(
            "/api/uploads", params={"name": "Evening. By the lake.png"}, content=data, headers=BYTES
        )
        wish = {
            "corpus": "lake",
            "uploads": [sent.json()["id"]],
            "art": "painting",
            "rights": "own",
        }
        corpus = over(client, client.post("/api/collect", json=wish))["result"]["corpus"]
        where = f"/api/corpora/{corpus}/works"
        [work] = client.get(where).json()["works"]
        assert work["facts"]["downscaled"]
        stored = client.get(f"{where}/{work['id']}/whole").content
        height, width = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR).shape[:2]
        assert max(height, width) < 2300
        mask = np.zeros((height, width), np.uint8)
        mask[400:420, 500:530] = 255
        painted = client.put(
            "/api/uploads", params={"name": "mask.png"}, content=png(mask), headers=BYTES
        )
        wish = {"corpus": corpus, "work": work["id"], "mask": painted.json()["id"]}
        found = over(client, client.post("/api/restore", json=wish))
    assert found["state"] == "done", found["error"]
    assert found["result"]["files"][0]["name"] == "Evening By the lake-restored.png"
