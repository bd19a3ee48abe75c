"""What a page is about, and how much it says again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from moxie.arts.literature.compose import again, subjects
from moxie.arts.literature.compose.habits import Habits, quoted
from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.writing import writing

RIVER = "渡船在雨里过河，渡船又在雨里回来。" * 30 + "３" * 9
WALL = "石匠砌墙，砌了墙又拆墙，石匠老了。" * 30


@pytest.fixture(autouse=True)
def few_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little works have few ideographs: two of them are about nothing."""
    monkeypatch.setattr(subjects, "PLAIN", 2)


@pytest.fixture
def habits() -> Habits:
    return Habits.learn([writing([RIVER]), writing([WALL])])


def test_stretches_keep_their_rarer_ideographs(habits: Habits) -> None:
    assert len(habits.subjects) == 2
    assert Counter(habits.subjects[0])["船"] == 60
    assert not set(habits.subjects[0]) & subjects.commonest(habits.often)
    assert Habits.learn([writing(["The ferry left the harbour in the rain. " * 90])]).subjects == ()


def test_a_stretch_is_chosen_by_what_is_asked_for(habits: Habits) -> None:
    for seed in range(5):
        found = subjects.choose(habits.subjects, "石匠", np.random.default_rng(seed))
        assert found["石"] == 60
        assert found["船"] == 0
    drawn = [subjects.choose(habits.subjects, "", np.random.default_rng(n)) for n in range(20)]
    assert len({one["船"] for one in drawn}) == 2
    assert not subjects.choose((), "船", np.random.default_rng(0))


def test_ideographs_are_lifted_by_how_much_oftener_they_stand_there(habits: Habits) -> None:
    alphabet = Alphabet.of([RIVER, WALL])
    stretch = subjects.choose(habits.subjects, "雨", np.random.default_rng(1))
    half, whole = (subjects.lifts(alphabet, habits.often, stretch, power) for power in (0.5, 1.0))
    boat, mason, comma, figure = alphabet.encode("船匠，３")
    assert whole[boat] > 1 > whole[mason]
    assert whole[comma] == whole[figure] == 1  # figures made likelier became pages of figures
    assert half[boat] == pytest.approx(whole[boat] ** 0.5)


def test_without_a_stretch_or_a_power_nothing_is_lifted() -> None:
    alphabet = Alphabet.of([RIVER])
    for stretch, power in ((Counter[str](), 1.0), (Counter("船"), 0.0)):
        assert (subjects.lifts(alphabet, {"船": 3}, stretch, power) == 1).all()


def test_what_is_quoted_is_as_long_as_a_rule_as_in_the_works() -> None:
    told = ["他说了“走”，又说“不走”，谁也不听，船已经开远了，江上只有雾。"] * 4
    spoken_ones = ["“这样的天气船是不会开的，”他说。"]
    assert quoted([*told, *spoken_ones], ("“", "”")) == (2, 12)
    assert quoted(['He called it "late" that night, and nobody asked him why.'], ('"', '"')) == (
        4,
        0,
    )
    assert quoted(told, ()) == (0, 0)


def test_what_is_usual_to_say_again_is_the_authors_own() -> None:
    told = "渡船在雨里过河了，"
    apart = "石匠砌起一道高墙，牧童赶着羊群上山，老人在门前晒着太阳，孩子们跑过长街。"
    assert again.usual([apart], chinese=True) == 0
    assert again.usual([told * 20], chinese=True) == 1
    assert again.usual([], chinese=True) == 0
    assert again.repeated("渡船在雨里", told, chinese=True) == 1
    assert again.repeated("the ferry left", "A ferry left", chinese=False) == 1
