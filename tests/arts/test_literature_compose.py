"""Prose by a plan: what a person can read and change, habits kept, and what a text may not do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from moxie.art import Brief, Sample, Supply
from moxie.arts.literature import asking
from moxie.arts.literature.compose import again, paragraphs, plan
from moxie.arts.literature.compose.grams import Grams
from moxie.arts.literature.compose.habits import FILE, Habits
from moxie.arts.literature.examples import sheets
from moxie.arts.literature.files import codec
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.recipes.counts import RECIPE
from moxie.arts.literature.writing import Writing, writing
from moxie.errors import BadInput
from moxie.nn.checkpoint import MemoryCheckpoint
from moxie.settings import Machine

WORKS = [codec.read(data, name) for name, data in sheets("prose.txt")][2:10]
POEMS = [codec.read(data, name) for name, data in sheets("poems.txt")]
PLAN = "told 60, spoken 30, told 50: 渡口"


@pytest.fixture(autouse=True)
def two_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to choose from, and half the time."""
    monkeypatch.setattr(paragraphs, "CANDIDATES", 2)


@pytest.fixture(scope="module")
def model() -> TextModel:
    samples = [Sample(str(i), work) for i, work in enumerate(WORKS)]
    drawn = RECIPE.plan(Supply(len(WORKS), 4000.0, Machine(), 60))
    assert drawn is not None
    return TextModel(Machine()).fit(
        samples, plan=drawn, seed=0, checkpoint=MemoryCheckpoint(), on_step=lambda *_: None
    )


def made(model: TextModel, size: int = 120, seed: int = 3, **options: str) -> Writing:
    brief: Brief[Writing] = Brief((size,), 0.4, options=asking.options(options))
    return model.sample(brief, seed=seed).content


def test_a_plan_is_read_and_written_in_one_form() -> None:
    found = plan.parse("叙述120字；spoken 40，90: 渡口 雨")
    assert str(found) == "told 120, spoken 40, told 90: 渡口 雨"
    assert plan.parse(str(found)) == found
    assert found.length == 250
    assert asking.options({"计划": "told 60"}) == {"plan": "told 60"}


@pytest.mark.parametrize("text", ["", "sung 40", "told", "told 3", "told 120, nonsense here"])
def test_what_is_no_plan_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadInput, match="write paragraphs such as told 120"):
        plan.parse(text)


def test_plans_are_as_long_as_asked_for_and_built_as_the_works_are() -> None:
    habits = Habits.learn(WORKS)
    plans = [plan.draw(habits, 400, np.random.default_rng(seed)) for seed in range(40)]
    assert all(300 <= drawn.length <= 400 for drawn in plans)
    beats = [beat for drawn in plans for beat in drawn.beats]
    speaking = sum(beat.spoken for beat in beats) / len(beats)
    signed = [length for path in habits.paths for length in path]
    assert abs(speaking - sum(n < 0 for n in signed) / len(signed)) < 0.2
    assert len({len(drawn.beats) for drawn in plans}) > 2


def test_words_go_to_the_paragraphs_in_turn() -> None:
    found = plan.about(plan.parse("told 50, told 50: own, told 50"), ("a", "b"))
    assert [beat.theme for beat in found.beats] == [("a",), ("own",), ("a",)]


def test_habits_are_kept_in_a_folder(tmp_path: Path) -> None:
    habits = Habits.learn([*WORKS, *POEMS])
    habits.save(tmp_path)
    loaded = Habits.load(tmp_path)
    assert loaded.paths == habits.paths
    assert loaded.often == habits.often
    assert loaded.forms == {"七绝": 5, "五绝": 5}
    assert loaded.marks == ("“", "”")
    assert loaded.grams is not None
    assert habits.grams is not None
    assert all(
        np.array_equal(a, b) for a, b in zip(loaded.grams.runs, habits.grams.runs, strict=True)
    )
    english = Habits.learn([writing(['"No," he said. The ferry was late.'] * 2)])
    assert (english.marks, english.chinese) == (('"', '"'), False)


def test_habits_kept_before_characters_were_counted_are_read(tmp_path: Path) -> None:
    habits = Habits.learn(WORKS)
    habits.save(tmp_path)
    told = json.loads((tmp_path / FILE).read_text("utf-8"))
    del told["often"]
    (tmp_path / FILE).write_text(json.dumps({**told, "spread": {"渡口": 3}, "works": 8}), "utf-8")
    loaded = Habits.load(tmp_path)
    assert (loaded.paths, loaded.often) == (habits.paths, {})
    assert loaded.plain("的") == loaded.plain("鹅") > 0


def test_runs_of_the_works_are_known_and_others_are_not() -> None:
    grams = Grams.learn(["他们下去以后，到哪里去了？"], chinese=True)
    codes = np.array([ord("以"), ord("里"), ord("船")], np.uint64)
    assert grams.known("他们下去", codes)[:2].tolist() == [[True, False, False]] * 2
    whole = grams.known("他们下去以后，到", np.array([ord("哪")], np.uint64))
    assert whole.all()


@pytest.mark.slow
def test_prose_follows_its_plan(model: TextModel) -> None:
    found = made(model, plan=PLAN, title="渡口的夜")
    assert (found.title, found.form) == ("渡口的夜", "prose")
    assert len(found.paragraphs) == 3
    for paragraph, length in zip(found.paragraphs, (60, 30, 50), strict=True):
        assert 0.4 * length <= len(paragraph) <= 2 * length + 20
    assert found.paragraphs[1].startswith("“")
    assert not found.paragraphs[0].startswith("“")
    assert found == made(model, plan=PLAN, title="渡口的夜")
    assert found != made(model, plan=PLAN, title="渡口的夜", seed=4)


@pytest.mark.slow
def test_speech_is_closed_sentences_end_and_nothing_goes_round(model: TextModel) -> None:
    for seed in range(2):
        found = made(model, 160, seed)
        assert 80 <= len(found.text) <= 300
        for paragraph in found.paragraphs:
            marks = re.findall("[“”]", paragraph)
            assert all(mark == "“”"[i % 2] for i, mark in enumerate(marks))
            assert paragraph.count("《") == paragraph.count("》")
        runs = [found.text[i : i + 12] for i in range(len(found.text) - 12)]
        assert len(set(runs)) == len(runs)


def test_a_theme_is_spoken_of(model: TextModel) -> None:
    plain = sum(made(model, 80, seed).text.count("鹅") for seed in range(2))
    asked = sum(made(model, 80, seed, theme="鹅").text.count("鹅") for seed in range(2))
    assert asked > plain


def test_an_opening_is_kept_and_gone_on_with(model: TextModel) -> None:
    opening = "那一年的冬天，江上"
    assert made(model, opening=opening).text.startswith(opening)
    start = writing(["那一年的冬天，江上起了雾。", "船没有开，"], "雾")
    brief = Brief((120,), 0.4, start=start)
    found = model.sample(brief, seed=1).content
    assert found.text.startswith(start.text)
    assert found.title == "雾"
    assert found.paragraphs[1].startswith("船没有开，")


def test_poets_are_asked_for_poems_in_their_forms() -> None:
    assert Habits.learn(POEMS).paths == ()
    assert len(Habits.joined([Habits.learn(POEMS), Habits.learn(WORKS)]).paths) == len(WORKS)


@pytest.mark.parametrize(
    ("chinese", "text", "next_one"),
    [
        (True, "他慢慢走进茶馆，又慢慢走进茶", "馆"),  # a run of six that was said
        (False, "that was all that he said and tha", None),  # a word may be said again
        (False, "on the road to the sea they went on the road to the s", "e"),
    ],
)
def test_what_was_said_wears_out_by_the_length_of_words(
    chinese: bool, text: str, next_one: str | None
) -> None:
    assert list(again.worn(text, chinese=chinese)) == ([next_one] if next_one else [])


def test_a_word_said_often_is_spent_the_more_the_oftener_and_common_ones_never() -> None:
    assert again.spent("红衣红衣" + "红", "") == {}
    once, often = (again.spent("红衣" * times + "红", "") for times in (3, 5))
    assert set(once) == set(often) == {"衣"}
    assert often["衣"] < once["衣"] < 1
    assert again.spent("红衣" * 5 + "红", "衣") == {}
    assert set(again.spent("红，" * 7 + "他", "他")) == {"红"}
    assert again.spent("red" * 9, "") == again.spent("", "") == {}


def test_what_stands_open_is_known_and_what_closes_nothing_is_barred(model: TextModel) -> None:
    one = paragraphs.Paragraph(model.language.reader(), list("他读《野草（一"))
    assert one.open() == ("《（", 2)
    other = one.copy()
    other.said += list("）》")
    assert (other.open()[0], one.text) == ("", "他读《野草（一")


def test_common_characters_cost_little_and_rare_ones_much() -> None:
    habits = Habits.learn(WORKS)
    assert habits.plain("的") < habits.plain("鹅") < habits.plain("龘")
    assert Habits.learn([writing(["The ferry was late."])]).often == {}


@pytest.mark.parametrize(
    ("clause", "near", "chinese", "share"),
    [
        ("船没有开，", "江上起了雾。", True, 0.0),
        ("船没有开，", "船没有来。", True, 2 / 3),
        ("紧紧紧紧", "", True, 1 + 5 * 2 / 4),
        ("and then the ferry left,", "and then a ferry came.", False, 2 / 3),
    ],
)
def test_what_is_said_again_is_counted(clause: str, near: str, chinese: bool, share: float) -> None:
    assert again.repeated(clause, near, chinese=chinese) == pytest.approx(share)


def test_of_several_clauses_the_one_that_fits_goes_on(
    model: TextModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nats(candidates: int) -> float:
        monkeypatch.setattr(paragraphs, "CANDIDATES", candidates)
        texts = [made(model, 90, seed).text for seed in range(4)]
        plain = sum(model.habits.plain(text) for text in texts)
        cost = sum(float(model.language.nats(text).sum()) for text in texts)
        return (cost - paragraphs.PLAIN * plain) / sum(map(len, texts))

    assert nats(6) < nats(1)
