"""Text taken word for word is found however it is set; texts that only share phrases are none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moxie.errors import BadInput
from moxie.rights import quoting
from moxie.rights.quoting import Bookshelf, compare, letters

POEM = "春风送来了温柔，河水带走了忧愁。山间的明月照着故乡的老屋，谁在灯下缝补旧时的衣裳？"
_TONES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "io", "u")]
WORDS = [one + other for one in _TONES for other in _TONES]


def prose(seed: int, words: int = 300) -> str:
    rng = random.Random(seed)
    made = [rng.choice(WORDS) for _ in range(words)]
    return " ".join(word + ("." if rng.random() < 0.1 else "") for word in made)


def test_the_same_poem_is_the_same_however_it_is_set():
    set_anew = POEM.replace("，", ",\n").replace("。", "  ") + "\n\n"
    [(number, found)] = Bookshelf([prose(1), POEM]).search(set_anew)
    assert number == 1
    assert found.coverage == (1.0, 1.0, 1.0)
    assert found.letters == len(letters(POEM).text)
    assert found.similarity == pytest.approx(1.0)


def test_full_width_letters_and_case_hide_nothing():
    text = prose(2)
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in text).upper()
    [(_, found)] = Bookshelf([text]).search(wide)
    assert found.coverage[2] == 1.0


def test_a_quotation_is_found_and_its_place_named():
    source, own = prose(3), prose(4)
    taken = source[400:560]
    suspect = own[:500] + taken + own[500:]
    (number, found), *rest = Bookshelf([prose(5), source]).search(suspect)
    assert number == 1
    assert found.similarity >= 0.5
    longest = found.spans[0]
    assert abs(longest.start - 500) <= 6
    assert abs(longest.there_start - 400) <= 6
    assert suspect[longest.start : longest.end] == source[longest.there_start : longest.there_end]
    assert all(other.similarity < 0.5 for _, other in rest)


def test_different_texts_of_one_vocabulary_are_no_copies():
    shelf = Bookshelf([prose(seed) for seed in range(10, 40)])
    for seed in range(50, 60):
        assert all(found.similarity < 0.5 for _, found in shelf.search(prose(seed)))


def test_words_changed_here_and_there_do_not_hide_a_text():
    source = prose(6)
    words = source.split()
    for place in range(0, len(words), 9):
        words[place] = "zzq"
    [(_, found)] = Bookshelf([source]).search(" ".join(words))
    assert 0.5 < found.coverage[1] < 1
    assert found.similarity >= 0.5


def test_a_few_words_are_a_copy_only_as_a_whole():
    assert Bookshelf(["床前明月光"]).search("床前明月光")[0][1].similarity == 1.0
    found = compare(letters("床前明月光亮"), letters("床前明月光"))
    assert found.similarity == 0.0


@pytest.mark.slow
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(one, other):
    found = compare(letters(one), letters(other))
    assert 0 <= found.similarity <= 1
    assert found.coverage[0] >= found.coverage[1] >= found.coverage[2] >= 0
    assert all(0 <= s.start < s.end <= len(one) for s in found.spans)
    assert all(0 <= s.there_start < s.there_end <= len(other) for s in found.spans)


def test_nothing_is_like_nothing():
    assert Bookshelf([""]).search("") == []
    assert compare(letters(""), letters("")).similarity == 0.0


def test_a_text_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(quoting, "MOST", 10)
    with pytest.raises(BadInput, match="10 characters"):
        letters("a" * 11)
