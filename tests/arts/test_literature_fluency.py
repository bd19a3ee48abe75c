"""What makes a character likelier by the run it ends: bands keep their chances, passages end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest

from moxie.arts.literature.compose import fluency as fluent
from moxie.arts.literature.compose.fluency import BANDS, FOLLOWED, Fluency, banded
from moxie.arts.literature.compose.grams import Grams
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.models.language import Alphabet, Language
from moxie.arts.literature.writing import PROSE, Writing

TEXT = "山上有一座小小的茶馆，老人每天清早就把门打开，烧水，等着过路的人来坐下喝一碗热茶再走。"
OTHER = "夜里下了雨，河水涨到桥下，孩子们站在岸边数漂过去的木头，谁也不肯先回家去吃饭。"


class Plain:
    """As much of a language as is looked at."""

    fluent = False

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet


def made(novelty: float, usual: str | None = None) -> Fluency:
    habits = Habits.learn([Writing.from_text(TEXT, "", PROSE), Writing.from_text(OTHER, "", PROSE)])
    alphabet = Alphabet("".join(sorted(set(TEXT + OTHER))))
    language = cast(Language, cast(Any, Plain(alphabet)))
    return Fluency.of(language, habits.grams, habits.usual if usual is None else usual, novelty)


def even(fluency: Fluency) -> np.ndarray:
    shares = np.zeros(fluency.alphabet.size, np.float32)
    shares[: len(fluency.alphabet.characters)] = 1 / len(fluency.alphabet.characters)
    return shares


@pytest.mark.parametrize("before", ["山上有一", "河水涨到", "老人"])
@pytest.mark.parametrize("novelty", [0.5, 1.0])
def test_every_band_with_something_fluent_keeps_its_chance(
    before: str, novelty: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fluent, "MOST_GAIN", 1e9)
    fluency = made(novelty)
    shares = even(fluency)
    factors = fluency.factors(before, shares)
    bands = [
        np.bincount(fluency.bands, some, len(BANDS) + 2) for some in (shares, shares * factors)
    ]
    held = np.unique(fluency.bands[factors > fluency.never[0] * 1.01])
    assert len(held) > 0
    np.testing.assert_allclose(bands[1][held], bands[0][held], rtol=0.03)


def test_a_date_is_not_gone_on_with_as_a_table_of_figures() -> None:
    text = "民国1925年至1926年，1927年又是1928年。"
    habits = Habits.learn([Writing.from_text(text, "", PROSE)])
    alphabet = Alphabet("".join(sorted(set(text))))
    language = cast(Language, cast(Any, Plain(alphabet)))
    fluency = Fluency.of(language, habits.grams, habits.usual, 0.5)
    figure = alphabet.encode("1")[0]
    once, table = (
        fluency.factors(before, even(fluency))[figure] for before in ("民国", "1925，1926，")
    )
    assert table < 1e-3 * once


def test_what_is_not_fluent_takes_nothing_over() -> None:
    fluency = made(0.5)
    factors = fluency.factors("木茶门", even(fluency))
    characters = fluency.alphabet.characters
    follow = {char for text in (TEXT, OTHER) for last, char in pairwise(text) if last == "门"}
    others = [i for i, char in enumerate(characters) if char not in follow]
    assert len(others) < len(characters)
    np.testing.assert_allclose(factors[others], fluency.never[0], rtol=1e-5)


def test_what_is_fluent_is_not_made_likelier_without_end() -> None:
    fluency = made(0.5)
    assert fluency.factors("山上有一", even(fluency)).max() <= fluent.MOST_GAIN


def test_within_a_band_what_was_written_is_likelier() -> None:
    fluency = made(0.5)
    factors = fluency.factors("每天清", even(fluency))
    places = {c: i for i, c in enumerate(fluency.alphabet.characters)}
    same = [i for c, i in places.items() if fluency.bands[i] == fluency.bands[places["早"]]]
    assert factors[places["早"]] > 5 * np.median(factors[same])


@pytest.mark.parametrize(("novelty", "likelier"), [(0.0, True), (0.1, True), (0.5, False)])
def test_a_passage_is_followed_near_to_imitation_only(novelty: float, likelier: bool) -> None:
    fluency = made(novelty)
    shares = even(fluency)
    at = fluency.alphabet.characters.index(TEXT[8])
    within = fluency.factors(TEXT[:8], shares)[at]
    elsewhere = fluency.factors(OTHER[:4] + TEXT[4:8], shares)[at]
    assert (within > elsewhere) == likelier


def test_no_passage_is_followed_for_long() -> None:
    fluency = made(0.0)
    shares = even(fluency)
    length = Grams.learn([TEXT], chinese=True).lengths[2]
    ahead = [
        fluency.factors(TEXT[:end], shares)[fluency.alphabet.characters.index(TEXT[end])]
        for end in range(length, len(TEXT) - 1)
    ]
    assert len(ahead) > FOLLOWED + 4
    assert max(ahead[FOLLOWED + 1 :]) < 0.01 * min(ahead[: FOLLOWED - 1])


def test_marks_are_a_band_and_letters_go_by_rank() -> None:
    alphabet = Alphabet("，甲乙丙")
    bands = banded(alphabet, "丙乙")
    assert bands[0] == len(BANDS) + 1
    assert bands[2] == bands[3] == 0
    assert bands[1] == len(BANDS), "never met: the rarest letters"
    assert (bands[len(alphabet.characters) :] == len(BANDS) + 1).all()


@pytest.mark.parametrize(("letters", "mark"), [("QSab", "Q"), ("ＱＳａｂ", "Ｑ")])
def test_among_ideographs_no_words_are_spelled_at_random(letters: str, mark: str) -> None:
    language = cast(Language, cast(Any, Plain(Alphabet("".join(sorted({*TEXT, *letters}))))))
    grams = Grams.learn([TEXT, letters], chinese=True)
    fluency = Fluency.of(language, grams, TEXT, 0.5)
    shares = even(fluency)
    at = [fluency.alphabet.characters.index(letter) for letter in letters]
    assert fluency.factors("老人，", shares)[at].min() > 1e-3
    assert fluency.factors(f"老人{mark}", shares)[at].max() < 1e-5


def test_an_older_model_without_ranks_still_writes() -> None:
    fluency = made(0.5, usual="")
    factors = fluency.factors("每天清", even(fluency))
    assert np.isfinite(factors).all()
    assert (factors >= 0).all()
    assert factors.max() > 0


def test_of_several_authors_the_commonest_characters_come_by_turns() -> None:
    one, other = Habits(usual="甲乙"), Habits(usual="乙丙丁")
    assert Habits.joined([one, other]).usual == "甲乙丙丁"
