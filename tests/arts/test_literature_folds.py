"""Which works gates are fitted on, and what works are known to have said."""

from __future__ import annotations

import numpy as np

from moxie.arts.literature.models import folds
from moxie.arts.literature.models.counts import Counts
from moxie.arts.literature.models.folds import Part, folded
from moxie.arts.literature.models.places import Places
from moxie.arts.literature.models.tables import count
from moxie.arts.literature.models.texts import DEPTH, Text, opened

NOTHING: tuple[list[Part], list[Part]] = ([], [])


def parts(*lengths: int) -> list[Part]:
    """Parts that tell themselves apart by their symbol."""
    return [Part([n] * length, 1.0) for n, length in enumerate(lengths)]


def test_every_work_is_left_out_once_with_all_its_parts() -> None:
    whole, works = parts(900, 800, 700, 600, 500), ["a", "b", "a", "c", "d"]
    found = folded(whole, works, NOTHING, 300)
    assert len(found) == folds.FOLDS
    told = [sorted({text[0] for text in fold.told}) for fold in found]
    assert sorted(n for some in told for n in some) == [0, 1, 2, 3, 4]
    for fold, some in zip(found, told, strict=True):
        assert {part.symbols[0] for part in fold.learnt} == {0, 1, 2, 3, 4} - {*some}
    together = next(some for some in told if 0 in some)
    assert 2 in together  # the other part of the same work


def test_of_one_work_the_end_is_looked_at() -> None:
    whole = parts(5000)
    otherwise = ([Part([0] * 4500, 1.0)], [Part([0] * 500, 1.0)])
    (only,) = folded(whole, ["a"], otherwise, 300)
    assert only.learnt is otherwise[0]
    assert [len(text) for text in only.told] == [500]
    assert not folded(whole, ["a"], ([], [Part([0] * 300, 1.0)]), 300)


def test_too_little_to_leave_out_is_left_alone() -> None:
    assert not folded(parts(500, 600, 700), ["a", "b", "c"], NOTHING, 300)
    assert folded(parts(800, 600, 700), ["a", "b", "c"], NOTHING, 300)


def test_of_many_works_some_are_looked_at_and_of_long_ones_the_beginnings() -> None:
    many = folded(parts(*[3000] * 500), [f"w{n}" for n in range(500)], NOTHING, 5000)
    room = folds.OVER * 12_000
    told = [len(text) for fold in many for text in fold.told]
    assert room <= sum(told) < room + 3000
    long = folded(parts(900_000, 900_000), ["a", "b"], NOTHING, 300)
    assert {len(text) for fold in long for text in fold.told} == {folds.OVER * 90_000 // 2}


def test_what_came_after_a_context_is_known() -> None:
    keys = np.array([5, 5, 5, 9, 9, 12], np.uint64)
    symbols = np.array([3, 1, 8, 8, 2, 0])
    table, _, _ = count(keys, symbols, np.ones(6, np.float32))
    places = table.find(np.array([5, 5, 5, 9, 9, 12, 12, 7], np.uint64))
    asked = np.array([1, 8, 2, 2, 3, 0, 1, 0])
    expected = [True, True, False, True, False, True, False, False]
    assert table.followed(places, asked).tolist() == expected


def test_what_works_know_from_longer_contexts_is_not_counted_again_in_shorter_ones() -> None:
    learnt, said = [0, 1, 2, 0, 1, 2, 0], [0, 1, 2, 1, 0, 1]
    counts = Counts.of([learnt], [1.0], np.zeros(4, np.int64))  # 3 ends a text
    past = opened(3, said)
    places = Places([(Text(past), DEPTH + 6)])
    ((text, _),) = places.where
    counts.opinions(places)
    # 0 begins the work as it began the text, and 1, 2 follow; then 1 and what follows it are new
    assert text.known.levels[DEPTH : DEPTH + 6].tolist() == [6, 6, 6, 0, 0, 1]
    raw, new, _ = places.alike(counts.orders)
    assert raw[0].symbols.tolist() == [0, 2]  # after a 1
    assert new[0].symbols.tolist() == [0]
    assert Places([(text, DEPTH + 6)]).strange() == []
