"""Poems are made in their forms, as they are asked for, and nothing of the author's is copied."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from little_language import LittleLanguage
from moxie.art import Brief
from moxie.arts.literature.asking import options
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.examples import POEMS, sheets
from moxie.arts.literature.models.blend import blend
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.verse import briefs, rhyming
from moxie.arts.literature.verse.check import check, clauses
from moxie.arts.literature.verse.compose import Poem, compose
from moxie.arts.literature.verse.feasible import reachable
from moxie.arts.literature.verse.manner import Manner
from moxie.arts.literature.verse.wishes import Wish, frames
from moxie.arts.literature.verse.words import links
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput, TooLittleData
from moxie.settings import Machine

TEXTS = [data.decode().split("\n\n", 1)[1] for _, data in sheets(POEMS)]


@pytest.fixture(scope="module")
def language() -> LittleLanguage:
    return LittleLanguage(TEXTS)


@pytest.fixture(scope="module")
def manner() -> Manner:
    return Manner.learn(TEXTS)


def make(language: LittleLanguage, manner: Manner, wish: Wish, seed: int = 1) -> Poem:
    return compose(language, manner, wish, seed=seed, candidates=1)


@pytest.mark.parametrize("form", ["五绝", "七绝", "五律", "七律", "浣溪沙", "菩萨蛮", "如梦令"])
def test_a_poem_keeps_its_form_and_copies_no_line(
    language: LittleLanguage, manner: Manner, form: str
) -> None:
    poem = make(language, manner, Wish(form))
    assert check([poem.writing().text], form).strict
    assert poem.report.repeated == ""
    assert not set(poem.lines) & {line for line in manner.lines if len(line) > 3}
    for line in poem.lines:
        run = 5 if len(line) > 5 else 4
        assert not any(line[i : i + run] in manner.spans for i in range(len(line) - run + 1))


def test_the_same_seed_makes_the_same_poem(language: LittleLanguage, manner: Manner) -> None:
    first = make(language, manner, Wish("五绝"))
    assert make(language, manner, Wish("五绝")).lines == first.lines
    assert make(language, manner, Wish("五绝"), seed=2).lines != first.lines


def test_a_saved_manner_makes_the_same_poem(
    language: LittleLanguage, manner: Manner, tmp_path: Path
) -> None:
    assert Manner.found(tmp_path) == ()
    manner.save(tmp_path)
    (loaded,) = Manner.found(tmp_path)
    first = make(language, manner, Wish("五绝")).lines
    assert make(language, loaded, Wish("五绝")).lines == first


def test_the_rhyme_that_is_asked_for_is_taken(language: LittleLanguage, manner: Manner) -> None:
    assert make(language, manner, Wish("七绝", rhyme="阳")).report.rhymes == (("a", "阳"),)
    assert make(language, manner, Wish("七绝", rhyme="流")).report.rhymes == (("a", "尤"),)
    modern = make(language, manner, Wish("五绝", book="中华新韵", rhyme="唐"))
    assert check(modern.lines, "五绝", "中华新韵").strict


def test_an_acrostic_begins_the_lines(language: LittleLanguage, manner: Manner) -> None:
    poem = make(language, manner, Wish("七绝", acrostic="春江花夜"))
    assert "".join(line[0] for line in poem.lines) == "春江花夜"
    assert poem.report.strict


def test_a_first_line_is_kept_and_rhymed_on(language: LittleLanguage, manner: Manner) -> None:
    poem = make(language, manner, Wish("七绝", given=("孤舟照水听江流",)))
    assert poem.lines[0] == "孤舟照水听江流"
    assert poem.report.rhymes == (("a", "尤"),)
    assert poem.report.right


def test_a_lacuna_is_filled_and_all_else_stays(language: LittleLanguage, manner: Manner) -> None:
    given = ("江村日落数归舟", "岸柳□□照水流", "惟有渔翁人未散", "一篙撑月过滩□")
    poem = make(language, manner, Wish("七绝", given=given))
    for line, known in zip(poem.lines, given, strict=True):
        assert all(k in ("□", c) for c, k in zip(line, known, strict=True))
    assert poem.report.right


def test_from_a_line_written_anew_the_rest_follows(
    language: LittleLanguage, manner: Manner
) -> None:
    first = make(language, manner, Wish("七绝"))
    wish = Wish("七绝").going_on(first.lines, 2, "不知何处钟声起")
    second = make(language, manner, wish)
    assert second.lines[:2] == first.lines[:2]
    assert second.lines[2] == "不知何处钟声起"


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish("七绝", rhyme="咸"), "cannot be kept"),
        (Wish("七绝", rhyme="A"), "no rhyme"),
        (Wish("七绝", acrostic="春夏秋"), "An acrostic of 七绝 needs 4 "),
        (Wish("七绝", acrostic="spring"), "An acrostic of 七绝 needs 4 "),
        (Wish("七绝", given=("江村日落",)), "Line 1 of 七绝 has 7 characters"),
        (Wish("五绝", given=("江村日落归",) * 5), "五绝 has 4 lines, and 5 were given"),
        (Wish("五绝", given=("江村日落归",), acrostic="春夏秋冬"), "cannot begin with “春”"),
        (Wish("满江绿"), "no form of verse"),
        (Wish("七绝", book="唐韵"), "no rhyme book"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    language: LittleLanguage, manner: Manner, wish: Wish, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        make(language, manner, wish)


def test_the_pattern_is_the_one_that_a_given_line_fits() -> None:
    for frame in frames(Wish("五绝", given=("夜雨敲檐急",))):
        assert frame.pattern.name == "仄起首句不入韵"
    # the end of a given first line settles the rhyme
    (frame,) = frames(Wish("七绝", given=("江村日落数归舟",)))
    chosen = rhyming.choose(frame, Manner.learn(TEXTS), np.random.default_rng(0))
    assert chosen == {"a": "尤"}


def test_what_is_reachable_is_what_can_be_completed() -> None:
    rng = np.random.default_rng(3)
    size, places = 6, 4
    words = sparse.csr_matrix((rng.random((size, size)) < 0.3).astype(np.float32))
    masks = rng.random((1, places, size)) < 0.6
    joined = (True, False, True)
    found = reachable(masks, joined, words)
    every = [
        line
        for line in itertools.product(range(size), repeat=places)
        if all(masks[0, i, c] for i, c in enumerate(line))
        and all(words[a, b] or not j for a, b, j in zip(line, line[1:], joined, strict=False))
    ]
    # each that may begin a line: from there on a place may hold what some whole line has there
    for i in range(places):
        ends = {line[i:] for line in every}
        wanted = {c for c in range(size) if masks[0, i, c] and any(e[0] == c for e in ends)}
        assert wanted <= set(np.flatnonzero(found[0, i]))
    assert {line[0] for line in every} == set(np.flatnonzero(found[0, 0]))


def test_a_line_falls_into_words() -> None:
    assert links("山外夕阳红") == (True, False, True, True)
    assert links("山外夕阳红", {"夕阳": 3}) == (True, False, True, False)
    assert links("山外照红楼", {"红楼": 3}) == (True, False, False, True)


def test_hardly_any_verse_is_too_little() -> None:
    with pytest.raises(TooLittleData, match="at least 40 lines"):
        Manner.learn(TEXTS[:2])
    assert briefs.learnt([Writing.from_text("江村日落数归舟。")]) is None
    with pytest.raises(TooLittleData, match="hardly any"):
        briefs.write(LittleLanguage(TEXTS), (), Brief((28,), options={"form": "七绝"}), 0)


def test_a_brief_becomes_a_poem(language: LittleLanguage, manner: Manner) -> None:
    brief: Brief[Writing] = Brief((28,), options={"form": "五绝", "title": "夜", "theme": "灯"})
    assert briefs.in_form(brief)
    assert not briefs.in_form(replace(brief, options={"form": "prose"}))
    poem = briefs.write(language, [manner], brief, 1)
    assert (poem.title, poem.form, len(poem.lines)) == ("夜", "五绝", 2)
    assert check(poem.lines, "五绝").strict


def test_a_poem_with_gaps_is_filled_by_its_form(language: LittleLanguage, manner: Manner) -> None:
    whole = Writing.from_text("夜雨敲檐急，寒灯照壁深。\n残钟三两点，各说旧时心。", form="verse")
    text = np.array(list(whole.text))
    mask = np.isin(text, list("寒灯心，"))
    filled = briefs.fill(language, [manner], whole, mask, 0)
    assert filled is not None
    assert len(filled.text) == len(whole.text)
    new = np.array(list(filled.text))
    assert (new[~mask] == text[~mask]).all()
    assert new[5] == "，"  # a mark is the form's, not the poet's
    assert check(clauses(filled.text), "五绝").right
    prose = replace(whole, form="prose")
    assert briefs.fill(language, [manner], prose, mask, 0) is None


def test_two_manners_are_joined(manner: Manner) -> None:
    other = Manner.learn([text.replace("江", "湖") for text in TEXTS])
    both = Manner.joined([manner, other])
    assert len(both.lines) == 2 * len(manner.lines)
    assert {"江", "湖"} <= set(both.alphabet)
    assert Manner.joined([manner]) is manner


def test_a_style_model_writes_and_fills_in_forms_saves_and_is_blended(
    language: LittleLanguage, manner: Manner
) -> None:
    model = TextModel(Machine(device="cpu", threads=1)).like(language, [manner], Habits())
    brief: Brief[Writing] = Brief((28,), options={"form": "五绝"})
    poem = model.sample(brief, seed=1).content
    assert poem.form == "五绝"
    assert check(poem.lines, "五绝").strict
    assert model.sample(brief, seed=1).content == poem
    mask = np.arange(len(poem.text)) < 2
    filled = model.infill(poem, mask, seed=3)
    assert check(filled.lines, "五绝").strict
    assert filled.text[2:] == poem.text[2:]
    again = replace(brief, start=poem, mask=mask)
    edited = model.sample(again, seed=4).content
    assert check(edited.lines, "五绝").strict
    assert edited.text[2:] == poem.text[2:]
    both = blend([(model, 0.5), (model.like(language, [manner], Habits()), 0.5)])
    assert len(both.manners) == 2


def test_the_book_of_rhymes_is_a_dial() -> None:
    assert options({"韵书": "中华新韵", "form": "七绝"}) == {"book": "中华新韵", "form": "七绝"}
    with pytest.raises(BadInput, match="no rhyme book"):
        options({"book": "广韵"})
