"""Works split by work with near duplicates on one side, the threshold, and what is left out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from moxie.art import Cleaned, CopyIndex, Likeness, OnStep
from moxie.arts.painting import Painting, codec
from moxie.arts.painting.picture import Picture
from moxie.errors import Cancelled, NoWorks
from moxie.flow.collect import Found, collect
from moxie.flow.prepare import prepare
from moxie.text import say
from moxie.work import Dataset, Rights, Work

ART = Painting()


def paint(number: int, height: int = 140, width: int = 180) -> Picture:
    rng = np.random.default_rng([3, number])
    coarse = rng.integers(30, 226, (5, 6, 3), dtype=np.uint8)
    canvas = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(60):
        center = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(3, 20)), int(rng.integers(3, 12)))
        color = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.ellipse(canvas, center, axes, float(rng.uniform(0, 180)), 0, 360, color, -1)
    return np.clip(canvas + rng.normal(0, 6, canvas.shape), 0, 255).astype(np.uint8)


def work(picture: Picture) -> Work:
    digest = hashlib.sha256(codec.write(picture)).hexdigest()
    return Work(digest, "painting", "", digest, Rights(), 0.02)


def quiet(step: int, total: int, loss: float) -> None:
    assert 1 <= step <= total


def run(
    pictures: Sequence[Picture], seed: int = 0, art: Painting = ART, on_step: OnStep = quiet
) -> tuple[Dataset, Mapping[str, bytes]]:
    return prepare([work(p) for p in pictures], pictures, art, seed=seed, on_step=on_step)


class Told(Painting):
    """A painting art whose likenesses are given by a table."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table

    def copies(self, contents: Sequence[Picture]) -> CopyIndex[Picture]:
        known = {content.tobytes(): i for i, content in enumerate(contents)}
        table = self.table

        class Index:
            def nearest(
                self, content: Picture, *, exclude: Collection[int] = ()
            ) -> Likeness | None:
                row = table[known[content.tobytes()]].copy()
                row[list(exclude)] = -1
                best = int(row.argmax())
                return Likeness(best, float(row[best]), say("told")) if row[best] >= 0 else None

        return Index()


def told(number: int, pairs: Mapping[tuple[int, int], float], floor: float = 0.2) -> Told:
    table = np.full((number, number), floor)
    for (i, j), similarity in pairs.items():
        table[i, j] = table[j, i] = similarity
    return Told(table)


@pytest.mark.parametrize(
    ("number", "train", "validation", "test"),
    [
        (1, 1, 0, 0),
        (2, 2, 0, 0),
        (3, 2, 0, 1),
        (4, 3, 0, 1),
        (5, 3, 1, 1),
        (9, 7, 1, 1),
        (10, 6, 2, 2),
        (24, 20, 2, 2),
        (40, 32, 4, 4),
    ],
)
def test_how_many_works_are_held_out(number: int, train: int, validation: int, test: int) -> None:
    pictures = [paint(i, 64, 80) for i in range(number)]
    dataset, _ = run(pictures, art=told(number, {}))
    sides = [len(dataset.part(part)) for part in ("train", "validation", "test", "left_out")]
    assert sides == [train, validation, test, 0]
    assert [place.work for place in dataset.places] == [work(p).id for p in pictures]


def test_the_split_depends_on_works_and_seed_alone() -> None:
    pictures = [paint(i, 64, 80) for i in range(30)]
    art = told(30, {})
    once, _ = run(pictures, art=art)
    backwards, _ = run(pictures[::-1], art=art)
    other, _ = run(pictures, seed=1, art=art)

    def sides(dataset: Dataset) -> dict[str, str]:
        return {place.work: place.part for place in dataset.places}

    assert sides(once) == sides(backwards)
    assert sides(once) != sides(other)


def test_a_work_added_later_moves_few_others() -> None:
    pictures = [paint(i, 64, 80) for i in range(31)]
    before, _ = run(pictures[:30], art=told(30, {}))
    after, _ = run(pictures, art=told(31, {}))
    moved = [a.part != b.part for a, b in zip(before.places, after.places, strict=False)]
    assert sum(moved) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_near_duplicates_stay_on_one_side(seed: int) -> None:
    pairs = {(0, 1): 0.9, (1, 2): 0.6, (5, 6): 0.55, (10, 12): 0.99, (10, 13): 0.95}
    dataset, _ = run([paint(i, 64, 80) for i in range(20)], seed=seed, art=told(20, pairs))
    group = [place.group for place in dataset.places]
    part = [place.part for place in dataset.places]
    assert len(set(group)) == 20 - 5
    for members in ((0, 1, 2), (5, 6), (10, 12, 13)):
        assert len({group[i] for i in members}) == 1
        assert len({part[i] for i in members}) == 1


def test_duplicates_among_few_works_leave_something_to_learn_from() -> None:
    dataset, _ = run([paint(i, 64, 80) for i in range(5)], art=told(5, {(0, 1): 0.9, (2, 3): 0.9}))
    assert dataset.part("train")
    alike, _ = run([paint(i, 64, 80) for i in range(4)], art=told(4, {}, floor=0.9))
    assert len(alike.part("train")) == 4


def test_the_threshold_is_a_half_for_works_that_differ() -> None:
    dataset, _ = run([paint(i, 64, 80) for i in range(12)], art=told(12, {(0, 1): 0.7}, floor=0.3))
    assert dataset.threshold == 0.5
    assert dataset.typical_similarity == pytest.approx(0.3)


def test_the_threshold_rises_for_a_series_of_one_motif() -> None:
    dataset, _ = run([paint(i, 64, 80) for i in range(12)], art=told(12, {}, floor=0.6))
    assert 0.6 < dataset.threshold < 0.65
    assert len({place.group for place in dataset.places}) == 12
    assert dataset.part("test")


def test_exact_copies_are_no_series() -> None:
    pairs = {(i, i + 1): 0.99 for i in range(0, 12, 2)}
    dataset, _ = run([paint(i, 64, 80) for i in range(12)], art=told(12, pairs))
    assert dataset.threshold == 0.5
    assert len({place.group for place in dataset.places}) == 6


class Families(Told):
    """A told art whose works are parts of larger ones: "2.1" is the first of the second."""

    def clean(self, content: Picture) -> Cleaned[Picture]:
        return Cleaned(content)

    def family(self, name: str) -> str | None:
        return name.partition(".")[0] if "." in name else None


def parts_of(
    names: Sequence[str], pairs: Mapping[tuple[int, int], float], seed: int = 0
) -> Dataset:
    pictures = [np.full((8, 8, 3), i, np.uint8) for i in range(len(names))]
    art = Families(told(len(names), pairs).table)
    works = [
        replace(work(picture), facts={"file": name})
        for picture, name in zip(pictures, names, strict=True)
    ]
    return prepare(works, pictures, art, seed=seed, on_step=quiet)[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_of_one_work_stay_on_one_side(seed: int) -> None:
    names = [f"{i}.{j}" for i in range(6) for j in range(3)] + ["alone", "alone too"]
    dataset = parts_of(names, {}, seed)
    sides: dict[str, set[str]] = defaultdict(set)
    for name, place in zip(names, dataset.places, strict=True):
        sides[name.partition(".")[0]].add(place.part)
    assert all(len(side) == 1 for side in sides.values())
    assert len({place.group for place in dataset.places}) == 8
    assert dataset.part("train")
    assert dataset.part("test")
    assert dataset.part("validation")


def test_parts_of_one_work_are_no_near_duplicates() -> None:
    names = [f"{i}.{j}" for i in range(4) for j in range(3)]
    alike = {(3 * i + j, 3 * i + k): 0.7 for i in range(4) for j in range(3) for k in range(j)}
    dataset = parts_of(names, alike)
    assert dataset.threshold == 0.5  # not a series
    assert dataset.typical_similarity == pytest.approx(0.2)
    joined = parts_of(names, {(0, 3): 0.9})
    assert len({place.group for place in joined.places[:6]}) == 1
    assert len({place.group for place in joined.places}) == 3


def test_a_large_family_may_be_held_out_where_there_are_many_works() -> None:
    names = [f"{i}.{j}" for i in range(9) for j in range(4)] + ["alone"]
    assert {len(parts_of(names, {}, seed).part("test")) for seed in range(2)} <= {4, 5}
    few = ["1.1", "1.2", "1.3", "1.4", *"abcdef"]
    parts = {p.part for seed in range(3) for p in parts_of(few, {}, seed).places[:4]}
    assert parts == {"train"}


def test_bad_works_are_left_out_with_the_reason() -> None:
    pictures = [paint(0), np.full((200, 200, 3), 250, np.uint8), paint(2, 50, 80), paint(3)]
    dataset, _ = run(pictures)
    assert [place.part for place in dataset.places] == ["train", "left_out", "left_out", "train"]
    assert str(dataset.places[1].why) == "It is blank."
    assert str(dataset.places[2].why) == "It is small (50 px on its short side)."
    assert dataset.places[0].why is None


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(NoWorks, match="None of the 2 works"):
        run([np.full((90, 90, 3), 9, np.uint8), np.full((90, 90, 3), 99, np.uint8)])


def test_what_cleaning_changed_is_handed_back_as_a_blob() -> None:
    framed = np.full((200, 240, 3), 255, np.uint8)
    framed[20:180, 24:216] = paint(1, 160, 192)
    dataset, blobs = run([paint(0), framed])
    first, second = dataset.places
    assert first.blob == first.work
    assert set(blobs) == {second.blob} != {second.work}
    cut = codec.read(blobs[second.blob], "cut")
    assert hashlib.sha256(blobs[second.blob]).hexdigest() == second.blob
    assert abs(cut.shape[0] - 160) <= 4
    assert [flag.code for flag in second.flags] == ["framed"]


def test_real_copies_are_grouped() -> None:
    pictures = [paint(i) for i in range(6)]
    pictures.append(np.ascontiguousarray(pictures[2][10:130, 165:15:-1]))  # cut and mirrored
    dataset, _ = run(pictures)
    groups = [place.group for place in dataset.places]
    assert groups[6] == groups[2]
    assert len(set(groups)) == 6
    assert 0 < dataset.typical_similarity < 0.45


def test_a_person_can_stop_it() -> None:
    def stop(step: int, total: int, loss: float) -> None:
        if step == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run([paint(i, 64, 80) for i in range(4)], on_step=stop)


def test_contents_are_asked_for_one_at_a_time() -> None:
    asked: list[int] = []

    class Lazy(Sequence[Picture]):
        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> Picture:  # type: ignore[override]
            asked.append(index)
            return paint(index, 64, 80)

        def __iter__(self) -> Iterator[Picture]:
            raise AssertionError("all at once")

    works = [work(paint(i, 64, 80)) for i in range(6)]
    prepare(works, Lazy(), ART, seed=0, on_step=quiet)
    assert len(asked) == 3 * 6  # cleaned, indexed, compared


@pytest.mark.works
def test_five_real_works_from_their_folder(paintings: Callable[[str], Path]) -> None:
    paths = sorted(paintings("hokusai").glob("*.jpg"))[:5]
    found = [o for o in collect(paths, ART, rights=Rights(), known={}) if isinstance(o, Found)]
    pictures = [codec.read(o.data, "a") for o in found]
    dataset, blobs = prepare([o.work for o in found], pictures, ART, seed=0, on_step=quiet)
    assert [len(dataset.part(p)) for p in ("train", "validation", "test")] == [3, 1, 1]
    assert dataset.threshold == 0.5
    assert len(blobs) >= 2  # the sheets' margins
