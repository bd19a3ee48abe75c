"""Evaluation between controls, on an art whose contents are their own vectors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from moxie.art import Art, Likeness
from moxie.errors import Missing
from moxie.flow.evaluate import evaluate, strangers
from moxie.flow.statistics import Grouped
from moxie.text import say
from moxie.work import Evaluation

Rows = NDArray[np.float32]
D = 6


@dataclass
class Looks:
    """A judge that sees the rows as they are."""

    bank: Mapping[str, Rows] = field(default_factory=dict)
    name: str = "looks"
    independent: bool = True
    looked_at: int = 0

    def embed(self, pieces: Sequence[Rows]) -> Rows:
        self.looked_at += len(pieces)
        return np.stack(pieces) if len(pieces) else np.zeros((0, D), np.float32)

    def others(self) -> Mapping[str, Rows]:
        return self.bank


class Absent(Looks):
    def embed(self, pieces: Sequence[Rows]) -> Rows:
        raise Missing("Nothing to look with.")


@dataclass
class Vectors:
    """Contents are float32 [pieces, D]."""

    the_judges: Sequence[Looks]

    def judges(self) -> Sequence[Looks]:
        return self.the_judges

    def split(self, content: Rows) -> Sequence[Rows]:
        return list(content)


class Similar:
    """An index that takes a content's last number as its similarity."""

    def nearest(self, content: Rows, *, exclude: Collection[int] = ()) -> Likeness | None:
        return Likeness(0, float(content[0, -1]), say("by decree"))


def works(seed: int, n: int, mean: float = 0.0, pieces: int = 2) -> list[Rows]:
    rng = np.random.default_rng([7, seed])
    centers = rng.normal(mean, 1, (n, 1, D))
    return list((centers + rng.normal(0, 0.2, (n, pieces, D))).astype(np.float32))


def bank(seed: int, mean: float, n: int = 40) -> Rows:
    return np.concatenate([w[:1] for w in works(seed, n, mean)])


def run(
    made: Sequence[Rows],
    train: Sequence[Rows],
    held: Sequence[Rows],
    *judges: Looks,
    others: Mapping[str, Rows] | None = None,
) -> Evaluation:
    art = cast("Art[Any]", Vectors(judges))
    return evaluate(made, train, held, others, art, Similar(), threshold=0.5, typical=0.1, seed=3)


def near_and_far() -> Looks:
    return Looks({"near": bank(1, 1.5), "far": bank(2, 4.0)})


def said(evaluation: Evaluation) -> str:
    return " ".join(str(note) for note in evaluation.notes)


def test_creations_stand_between_others_and_the_artist() -> None:
    train, held = works(10, 40), works(11, 12)
    own = run(works(12, 16), train, held, near_and_far())
    other = run(works(13, 16, 1.5), train, held, near_and_far())
    assert own.fidelity.value == pytest.approx(1, abs=0.15)
    assert other.fidelity.value == pytest.approx(0, abs=0.5)
    assert own.fidelity.low < 1 < own.fidelity.high
    assert (own.fidelity.floor, own.fidelity.ceiling) == (0, 1)
    assert own.diversity.value == pytest.approx(1, abs=0.25)
    assert 0 < own.diversity.floor < 0.5
    assert (own.judge, own.samples) == ("looks", 16)


def test_the_nearest_group_of_others_is_the_floor() -> None:
    train, held = works(10, 40), works(11, 12)
    made = works(13, 16, 1.5)
    strict = run(made, train, held, near_and_far()).fidelity.value
    easy = run(made, train, held, Looks({"far": bank(2, 4.0)})).fidelity.value
    added = run(
        made, train, held, Looks({"far": bank(2, 4.0)}), others={"mine": bank(1, 1.5)}
    ).fidelity.value
    assert easy > strict + 0.3
    assert added == pytest.approx(strict, abs=0.2)


def test_a_group_that_is_the_artist_is_no_floor() -> None:
    train, held = works(10, 40), works(11, 12)
    alike = {"himself": bank(20, 0.0), **near_and_far().bank}
    found = run(works(12, 16), train, held, Looks(alike))
    assert "himself" in said(found)
    assert "near" not in [note.params.get("group") for note in found.notes]
    assert found.fidelity.value == pytest.approx(1, abs=0.15)


def test_a_group_with_the_same_works_is_no_floor_though_it_holds_others_too() -> None:
    train, held = works(10, 40), works(11, 12)
    shared = np.concatenate([np.stack([w[0] for w in train[:20]]), bank(21, 3.0)])
    found = run(works(12, 16), train, held, Looks({"mixed": shared, "near": bank(1, 1.5)}))
    assert [n.params["group"] for n in found.notes if "group" in n.params] == ["mixed"]


def test_collapse_shows_as_low_diversity_and_copies_as_low_originality() -> None:
    train, held = works(10, 40), works(11, 12)
    one = np.repeat(train[:1], 16, axis=0)
    stuck = list((one + np.random.default_rng(0).normal(0, 0.05, one.shape)).astype(np.float32))
    for i, content in enumerate(stuck):
        content[:, -1] = 0.9 if i < 4 else 0.1
    found = run(stuck, train, held, near_and_far())
    assert found.diversity.high < 0.4
    assert found.near_copies == 4
    assert found.originality.value == pytest.approx(1 - (4 * 0.9 + 12 * 0.1) / 16, abs=1e-6)
    assert found.originality.low < found.originality.value < found.originality.high
    assert (found.originality.floor, found.originality.ceiling) == (0.5, 0.9)


def test_other_judges_give_second_opinions_or_are_excused() -> None:
    related = Looks(near_and_far().bank, name="related", independent=False)
    found = run(
        works(12, 16), works(10, 40), works(11, 12), near_and_far(), related, Absent(name="absent")
    )
    assert set(found.second_opinions) == {"related"}
    assert found.second_opinions["related"].value == pytest.approx(1, abs=0.25)
    notes = {note.params.get("judge"): str(note) for note in found.notes}
    assert "not independent" in notes["related"]
    assert "not installed" in notes["absent"]
    assert "related_distance" in found.details


def test_other_judges_look_at_fewer_works() -> None:
    second = Looks(near_and_far().bank, name="second")
    run(works(12, 30), works(10, 60), works(11, 30), near_and_far(), second)
    assert second.looked_at == 3 * 24 * 2


def test_without_held_out_works_fidelity_is_unknown_and_said_to_be() -> None:
    found = run(works(12, 8), works(10, 2), [], near_and_far())
    assert np.isnan([found.fidelity.value, found.fidelity.low, found.fidelity.high]).all()
    assert "too few works" in said(found)
    assert np.isfinite(found.diversity.value)


def test_without_other_artists_there_is_no_scale() -> None:
    found = run(works(12, 8), works(10, 20), works(11, 8), Looks())
    assert np.isnan(found.fidelity.value)
    assert "no works of other artists" in said(found)


def test_few_held_out_works_are_mentioned() -> None:
    found = run(works(12, 8), works(10, 20), works(11, 2), Looks({"far": bank(2, 4.0)}))
    assert np.isfinite(found.fidelity.value)
    assert "Only 2 works" in said(found)


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize("learnt", [1, 2, 5])
@pytest.mark.parametrize("held", [0, 1, 2])
def test_tiny_sets_never_break(made: int, learnt: int, held: int) -> None:
    judge = Looks({"empty": np.zeros((0, D), np.float32), **near_and_far().bank})
    found = run(works(12, made), works(10, learnt, pieces=1), works(11, held), judge)
    assert found.samples == made
    assert np.isfinite(list(found.details.values())).all()
    if held == 0 or made < 2:
        assert np.isnan(found.fidelity.value)
        assert found.notes


def test_the_same_question_has_the_same_answer() -> None:
    sets = works(12, 8), works(10, 130), works(11, 9)
    assert run(*sets, near_and_far()) == run(*sets, near_and_far())


def test_only_the_nearest_groups_count_and_none_of_another_medium() -> None:
    train, held = works(10, 40), works(11, 12)
    many = {f"far{i}": bank(30 + i, 2.0 + i / 4) for i in range(9)}
    alien = bank(2, 50.0)
    found = run(works(12, 16), train, held, Looks({**near_and_far().bank, **many, "alien": alien}))
    told = {name for name in found.details if name.startswith("looks_distance_")}
    assert "looks_distance_near" in told
    assert not {"looks_distance_alien", "looks_distance_far8"} & told
    assert len(told - {"looks_distance_own"}) == 8
    alone = run(works(12, 16), train, held, Looks({"alien": alien}))
    assert "no works of other artists" in said(alone)
    assert np.isnan(alone.fidelity.value)


def test_a_group_much_nearer_than_any_other_is_the_artist() -> None:
    train, held = works(10, 40), works(11, 12)
    groups = {"pupil": bank(20, 0.45), "near": bank(1, 1.6), "far": bank(2, 1.9)}
    found = run(works(12, 16), train, held, Looks(groups))
    assert [note.params.get("group") for note in found.notes][:1] == ["pupil"]


def test_a_feature_that_all_have_puts_nobody_far_away_by_rounding() -> None:
    rng = np.random.default_rng(0)
    works = np.repeat(np.arange(60), 14)[:827]
    rows = np.column_stack([rng.normal(size=(len(works), 4)), np.full(len(works), 100.0)])
    others = {
        name: np.column_stack([rng.normal(i + 1, 1, (24, 4)), np.full(24, 100.0)])
        for i, name in enumerate(("near", "far", "farther"))
    }
    whole = Grouped(rows, works)
    assert (whole.shares() @ whole.vectors).var(axis=0)[4] > 0, "means of works are rounded"
    found, _ = strangers(whole, others)
    assert found
