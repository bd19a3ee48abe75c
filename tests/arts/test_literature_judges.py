"""The judges of texts tell authors from others and from word salad; traits are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from opencc import OpenCC

from moxie.arts.literature import ART
from moxie.arts.literature.style.attribution import classify
from moxie.arts.literature.style.judges import FAR, KINDS, NgramJudge, StyleJudge, kind
from moxie.arts.literature.style.profile import NAMES, profile
from moxie.arts.literature.style.traits import TRAITS, measure
from moxie.arts.literature.writing import Writing

ENGLISH = (
    "It was the hour of the evening when the men came home from the river, and I was at the door "
    "with my mother. “Where have you been?” she asked; but they would not say. The wind was in the "
    "trees, and there was rain on it, and all the while he stood there with his hat in his hand."
)
FRENCH = "Le soir tombait sur la ville, et les passants se hâtaient vers leurs maisons closes. " * 3
VERSE = "白日依山尽，\n黄河入海流。\n欲穷千里目，\n更上一层楼。"


@pytest.fixture(scope="module")
def prose() -> list[Writing]:
    read = [ART.read(data, name) for name, data in ART.examples()]
    return [one for one in read if not one.verse][:12]


def shuffled(work: Writing, seed: int) -> Writing:
    """The same characters and the same punctuation, the characters in another order."""
    rng = np.random.default_rng(seed)
    places = [i for i, char in enumerate(work.text) if char.isalpha()]
    chars = list(work.text)
    for place, source in zip(places, rng.permutation(places), strict=True):
        chars[place] = work.text[source]
    return work.with_text("".join(chars))


def test_the_language_and_the_shape_tell_what_is_compared(prose: list[Writing]) -> None:
    assert kind(prose[0]) == "chinese"
    assert kind(Writing((VERSE,), form="五绝")) == kind(Writing((VERSE,))) == "chinese_verse"
    assert kind(Writing((ENGLISH,))) == "english"
    assert kind(Writing((FRENCH,))) == "other"
    assert kind(Writing(())) in KINDS


@pytest.mark.parametrize("judge", [StyleJudge(), NgramJudge()])
def test_a_script_is_not_a_style(judge: StyleJudge | NgramJudge, prose: list[Writing]) -> None:
    other = [one.with_text(OpenCC("s2t").convert(one.text)) for one in prose[:3]]
    assert np.allclose(judge.embed(prose[:3]), judge.embed(other), atol=0.05)


def test_word_salad_is_farther_from_the_works_than_they_are_from_each_other(
    prose: list[Writing],
) -> None:
    judge = StyleJudge()
    rows = judge.embed(prose)
    salad = judge.embed([shuffled(one, seed) for seed, one in enumerate(prose)])
    middle, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 0.2)
    own = (((rows - middle) / spread) ** 2).mean(axis=1)
    other = (((salad - middle) / spread) ** 2).mean(axis=1)
    assert np.median(other) > 2 * np.median(own)


def test_the_bank_has_authors_of_every_kind_but_one() -> None:
    for judge in (StyleJudge(), NgramJudge()):
        groups = judge.others()
        flags = {int(rows[0, -len(KINDS) :].argmax()) for rows in groups.values()}
        assert {KINDS[flag] for flag in flags} == {"chinese", "chinese_verse", "english"}
        assert len(groups) > 60
        for rows in groups.values():
            assert np.isfinite(rows).all()
            assert np.abs(rows[:, : -len(KINDS)]).max() <= FAR + 0.01


def test_figures_are_finite_for_anything() -> None:
    odd = ("", "a", "。。。", "呵", "😀😀", "12 34", "“", "\n", "x" * 5000, "的" * 3000)
    for text in odd:
        content = Writing.from_text(text)
        found = profile(content)
        assert tuple(found) == NAMES
        assert np.isfinite(list(found.values())).all()
        assert np.isfinite(measure(content)).all()
        for judge in (StyleJudge(), NgramJudge()):
            assert np.isfinite(judge.embed([content])).all()


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("dialogue", "“你来了？”他问。“来了。”我说。", "他来得很早，天还没有亮透。"),
        (
            "classical",
            "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？",
            "我的朋友们都走了，剩下我一个。",
        ),
        (
            "sentences",
            "那人慢慢地从桥的那一头一步一步走过来并且一路都在看水。",
            "他来。我走。天黑了。",
        ),
        ("lively", "怎么？——走了！……", "他走了。天黑了。"),
        ("nature", "山风吹月，松林落雪，江水流云。", "他们在屋里谈论价钱。"),
        ("first_person", "我说我不去，我要我的书。", "他说不去，要那本书。"),
        ("repetition", "来来来，来来来，来来来来来。", "春眠不觉晓，处处闻啼鸟。"),
        ("negation", "I do not know, and never did, nor will.", "I know, and did, and will."),
        (
            "regular",
            "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
            "他走了，走到那条谁也没有去过的河边，坐下。",
        ),
    ],
)
def test_a_trait_is_what_it_says(name: str, more: str, less: str) -> None:
    place = [trait.name for trait in TRAITS].index(name)
    assert measure(Writing((more,)))[place] > measure(Writing((less,)))[place]


def test_authors_with_habits_of_their_own_are_told_apart() -> None:
    habits = {
        "first": ("我", "了", "，", "但是", "的"),
        "second": ("其", "矣", "。", "然则", "之"),
        "third": ("他们", "呢", "；", "因为", "着"),
    }

    def text(name: str, seed: int) -> Writing:
        rng = np.random.default_rng([9, seed])
        found = ""
        for _ in range(60):
            habit = habits[name][int(rng.integers(5))] if rng.random() < 0.4 else ""
            found += "".join(chr(0x5000 + int(c)) for c in rng.integers(0, 900, 4)) + habit + "，"
        return Writing((found + "。",))

    works = {name: [text(name, seed) for seed in range(12)] for name in habits}
    asked = [(name, text(name, 100 + seed)) for name in habits for seed in range(6)]
    told = classify(works, [one for _, one in asked])
    assert np.mean([name == answer for (name, _), answer in zip(asked, told, strict=True)]) > 0.9
    assert classify(works, []) == []
    with pytest.raises(ValueError, match="two authors"):
        classify({"first": works["first"]}, [])
