"""Parts of works are found among works, and what was kept of a picture is read back as it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from test_painting_copies import paint

from moxie.arts.painting import comparing, search, traces
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput


@pytest.fixture(scope="module")
def works() -> list[Picture]:
    return [paint(i, 300, 400) for i in range(6)]


@pytest.fixture(scope="module")
def kept(works: list[Picture]) -> list[bytes]:
    return [traces.pack(traces.trace(work)) for work in works]


def mirror(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def sources(kept: list[bytes], suspect: Picture) -> set[int]:
    found = search.PictureArchive(kept).search(suspect)
    return {one.index for one in found if one.similarity >= 0.5}


def test_a_small_part_is_found(works: list[Picture], kept: list[bytes]) -> None:
    part = np.ascontiguousarray(works[3][90:210, 150:310])
    assert sources(kept, part) == {3}
    assert sources(kept, mirror(part)) == {3}


def test_two_works_in_one_picture_are_both_found(works: list[Picture], kept: list[bytes]) -> None:
    suspect = works[1].copy()
    suspect[8:158, 8:208] = cv2.resize(works[4], (200, 150), interpolation=cv2.INTER_AREA)
    assert sources(kept, suspect) == {1, 4}


def test_other_pictures_come_from_none(kept: list[bytes]) -> None:
    for number in range(20, 24):
        assert sources(kept, paint(number, 300, 400)) == set()


def test_an_empty_picture_has_no_source(kept: list[bytes]) -> None:
    gray = np.full((200, 300, 3), 128, np.uint8)
    assert sources(kept, gray) == set()
    assert search.PictureArchive([]).search(gray) == []
    blank = traces.pack(traces.trace(gray))
    assert sources([blank], paint(1)) == set()


def test_a_trace_is_read_back_as_it_was(works: list[Picture]) -> None:
    made = traces.trace(works[0])
    again = traces.unpack(traces.pack(made))
    assert np.array_equal(again.signatures, made.signatures)
    assert np.array_equal(again.cells, made.cells)
    points, before = again.keypoints, made.keypoints
    assert np.array_equal(points.details.signs, before.details.signs)
    assert np.abs(points.details.places - before.details.places).max() <= 1 / 128 + 1e-6
    assert np.abs(again.layout - made.layout).max() <= np.abs(made.layout).max() / 200


@pytest.mark.parametrize("damage", [b"", b"MXP1", b"JUNK" + bytes(100)])
def test_what_is_no_trace_is_refused(kept: list[bytes], damage: bytes) -> None:
    for data in (damage, kept[0][:-1], kept[0] + b"\0"):
        with pytest.raises(BadInput):
            traces.unpack(data)


def test_mirrored_keypoints_are_those_of_the_mirrored_picture(works: list[Picture]) -> None:
    asked = traces.keypoints(works[2], 400, 300)
    mirrored, seen = asked.mirrored(), traces.keypoints(mirror(works[2]), 400, 300)
    places = {tuple(np.rint(place)): i for i, place in enumerate(seen.details.places)}
    pairs = [(i, places.get(tuple(np.rint(p)))) for i, p in enumerate(mirrored.details.places)]
    same = [(i, j) for i, j in pairs if j is not None]
    assert len(same) > 60
    turns = np.array(
        [(int(mirrored.turns[i]) - int(seen.turns[j]) + 128) % 256 - 128 for i, j in same]
    )
    assert np.median(np.abs(turns)) <= 2


def test_a_comparison_says_what_was_done(works: list[Picture]) -> None:
    suspect = mirror(np.ascontiguousarray(works[0][60:260, 80:360]))
    found = comparing.compare(suspect, works[0])
    facts = found.facts
    assert found.similarity > 0.8
    assert facts["mirrored"] is True
    assert abs(float(facts["turned_degrees"])) < 2
    assert float(facts["scaled_by"]) == pytest.approx(1, abs=0.02)
    share = 200 * 280 / (300 * 400)
    assert float(facts["share_of_original_in_suspect"]) == pytest.approx(share, abs=0.03)
    assert float(facts["share_of_suspect_from_original"]) > 0.97
    assert float(facts["lightness_correlation"]) > 0.95
    shown = cv2.imdecode(np.frombuffer(found.shown.data, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape[1] > 600


def test_a_comparison_of_strangers_claims_nothing(works: list[Picture]) -> None:
    found = comparing.compare(works[0], works[5])
    assert found.similarity < 0.5
    assert "share_of_original_in_suspect" not in found.facts
