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
        wish = {"upload": torn, "mask": sent("mask.png", png(mask))}
        asked = client.post("/api/restore", json=wish)
        assert asked.status_code == 202, asked.text
        where = f"/api/jobs/{asked.json()['id']}/events"
        with client.stream("GET", where) as events:  # it ends when the job is over
            events.read()
        found = client.get(where.removesuffix("/events")).json()
        assert found["state"] == "done", found["error"]
        names = [file["name"] for file in found["result"]["files"]]
        assert names[0] == "torn-restored.png"
        assert any(name.endswith(".mask.png") for name in names)
        data = client.get(f"/api/files/{found['result']['files'][0]['id']}").content
    whole = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(whole[mask == 0], picture[mask == 0])
    assert not np.array_equal(whole[mask > 0], picture[mask > 0])
