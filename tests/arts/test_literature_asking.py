"""Lengths, passages, forms and families, as a person names them; pieces, and what is shown."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.literature import Literature
from moxie.arts.literature.asking import options, region, size
from moxie.arts.literature.clean import clean
from moxie.arts.literature.examples import english, examples, poems, sheets
from moxie.arts.literature.family import family
from moxie.arts.literature.files import codec
from moxie.arts.literature.page.show import preview
from moxie.arts.literature.pieces import pieces, sentences, vary
from moxie.arts.literature.verse.check import check, clauses
from moxie.arts.literature.writing import Writing, writing
from moxie.errors import BadInput

POEM = writing(["夜雨敲檐急，\n寒灯照壁深。", "残钟三两点，\n各说旧时心。"], "听雨", "五绝")
PROSE = [codec.read(data, name) for name, data in sheets("prose.txt")]


def part(text: str, content: Writing = POEM) -> str:
    mask = region(text, None, content)
    assert mask.shape == (len(content.text),)
    assert mask.dtype == np.bool_
    return "".join(char for char, hidden in zip(content.text, mask, strict=True) if hidden)


@pytest.mark.parametrize("text", ["400", "400 characters", "４００字", " 400 chars "])
def test_a_length_in_any_words(text: str) -> None:
    assert size(text) == (400,)
    assert size(None) == (400,)


@pytest.mark.parametrize("text", ["19", "20001", "12 pages", "-400"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        size(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("line:3", "残钟三两点，"),
        ("lines:2-3", "寒灯照壁深。残钟三两点，"),
        ("第2行", "寒灯照壁深。"),
        ("paragraph:2", "残钟三两点，\n各说旧时心。"),
        ("第1段", "夜雨敲檐急，\n寒灯照壁深。"),
        ("characters:1-2", "夜雨"),
        ("“三两点”", "三两点"),
        ('"旧时"', "旧时"),
    ],
)
def test_a_passage_in_a_person_s_words(text: str, words: str) -> None:
    assert part(text) == words


def test_what_is_missing_is_a_region_of_its_own() -> None:
    torn = writing(["夜雨敲□急，寒灯□□深。"])
    assert part("□", torn) == part("lacunae", torn) == "□□□"
    with pytest.raises(BadInput, match="no □"):
        region("□", None, POEM)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("line:5", "has 4 lines, 2 paragraphs and 28 characters"),
        ("characters:1-28", "nothing known would be left"),
        ("“雨雪”", "stands 0 times"),
        ("“，”", "stands 2 times"),
        ("the middle", "write line:3"),
    ],
)
def test_what_is_no_passage_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        region(text, None, POEM)


def test_dials_in_both_languages() -> None:
    given = {
        "体裁": "七言绝句",
        "题目": " 夜  雨 ",
        "Theme": "江、灯",
        "藏头": "江上明月",
        "韵": "东",
    }
    assert options(given) == {
        "form": "七绝",
        "title": "夜 雨",
        "theme": "江 灯",
        "acrostic": "江上明月",
        "rhyme": "东",
    }
    assert options({"form": "散文"}) == {"form": "prose"}
    assert set(Literature().dials()) >= set(options(given))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("mood", "sad", "no dial 'mood'"),
        ("form", "八绝", "no form of verse"),
        ("theme", "", "1 to 12 words"),
        ("title", "长" * 61, "1 to 60 characters"),
        ("plan", "sung 3", "write paragraphs such as"),
    ],
)
def test_what_a_dial_cannot_be_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        options({name: text})


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("红楼梦/第一回.txt", "红楼梦"),
        ("红楼梦 第一百二十回 甄士隐详说太虚情.txt", "红楼梦"),
        ("Emma/Chapter 12.md", "emma"),
        ("emma_ch03.txt", "emma"),
        ("第三章.txt", "chapters"),
        ("桥（上）.txt", "桥"),
        ("热风/随感录三十八.txt", None),
        ("poems.txt/水龙吟 (2).md", None),
        ("并非闲话（二）.txt", None),
        ("departed.txt", None),
        ("The Chapter House.txt", None),
    ],
)
def test_chapters_belong_to_their_book(name: str, work: str | None) -> None:
    assert family(name) == work


def test_pieces_are_passages_and_variations_are_stretches() -> None:
    long = writing([p for one in PROSE[:6] for p in one.paragraphs])
    parts = pieces(long)
    assert 4 <= len(parts) <= 12
    assert all(150 <= len(part.text) <= 520 for part in parts)
    assert all(p in long.text for part in parts for p in part.paragraphs)
    assert pieces(POEM) == [POEM]
    varied = vary(PROSE[0], seed=1)
    assert 0.4 * len(PROSE[0].text) < len(varied.text) < len(PROSE[0].text)
    assert all(p in PROSE[0].text for p in varied.paragraphs)
    said = "他说：“几点了？”我说不知道。Nobody did. He left."
    assert "".join(sentences(said)) == said
    assert len(sentences(said)) == 4


def test_what_is_shown_is_words_and_never_markup() -> None:
    shown = preview(writing(["<b>" + "雨" * 300 + "。"], "听雨"))
    assert shown.media_type == "text/plain"
    assert shown.data.decode().startswith("听雨\n\n<b>雨")
    assert shown.small is not None
    assert len(shown.small.data.decode()) < 130


def test_the_samples_are_many_and_their_poems_keep_their_forms() -> None:
    assert len(list(examples())) == len(PROSE) >= 24
    assert all(280 <= len(one.text) <= 800 for one in PROSE)
    assert all(clean(codec.read(data, name)).usable for name, data in english())
    assert len(list(english())) >= 8
    for name, data in poems():
        lines = clauses(codec.read(data, name).text)
        report = check(lines, {5: "五绝", 7: "七绝"}[len(lines[0])])
        assert report.right, name
