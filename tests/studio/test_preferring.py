"""What a person prefers, through the studio: in words, in two languages, and as one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moxie import Studio
from moxie.errors import BadInput, Missing, NoWorks
from moxie.settings import Settings
from moxie.studio import preferring, wording
from moxie.studio.preferring import Preference, moved, wanted
from moxie.studio.tuning import Tuning
from moxie.taste.explain import Effect
from moxie.text import Catalogue, say
from toy import TRAITS

EN, ZH = Catalogue.load("en"), Catalogue.load("zh")


@pytest.fixture
def studio(rated: Path) -> Iterator[Studio]:
    with Studio(rated) as opened:
        yield opened


def height(studio: Studio) -> Callable[[str], float]:
    """A taste: the higher the colors the better."""

    def liking(creation: str) -> float:
        return float(np.mean([int(bead) for bead in studio._library.get(creation).split()[1:]]))

    return liking


def answers(studio: Studio, number: int, liking: Callable[[str], float], who: str = "me") -> None:
    ids = sorted({made.id for made in studio.creations()})
    rng = np.random.default_rng(5)
    for _ in range(number):
        shown = [str(one) for one in rng.choice(ids, 4, replace=False)]
        order = sorted(shown, key=lambda one: (liking(one), one), reverse=True)
        studio.answer(None, "order", shown, who=who, order=order)


def effect(found: Preference, name: str) -> Effect:
    names = [trait.name for trait in found.traits]
    return next(one for one in found.effects if names[one.trait] == name)


def test_a_preference_is_found_and_said_in_both_languages(studio: Studio) -> None:
    liking = height(studio)
    answers(studio, 40, liking)
    found = studio.taste()
    assert found.answers == 40
    assert effect(found, "height").kind == "more"
    english, chinese = wording.prefers(found, EN), wording.prefers(found, ZH)
    assert re.fullmatch(r"Strongly prefers high colors to low colors \(9\d % sure\)\.", english[0])
    assert len(chinese) == len(english)
    likings = [liking(one) for one in (*found.liked, *found.disliked)]
    assert min(likings[:4]) > max(likings[4:])
    assert wording.changed(found, EN) == []


def test_one_answer_says_that_nothing_is_sure(studio: Studio) -> None:
    answers(studio, 1, height(studio))
    found = studio.taste()
    assert {one.kind for one in found.effects} == {"unknown"}
    said = wording.prefers(found, EN)
    assert said[0] == "Nothing can be said for sure yet: more answers are needed."
    assert said[1].startswith("What is not known yet: ")
    assert wording.reliable(found, EN)[0] == "These are few answers (1): it may all change."


def test_no_answer_is_said(studio: Studio) -> None:
    with pytest.raises(Missing, match="someone has not said yet what they like of beads"):
        studio.taste(who="someone")
    one = studio.creations()[0].id
    studio.answer(None, "note", [one], note="nothing to compare")
    with pytest.raises(Missing, match="me has not said yet"):
        studio.taste()
    with pytest.raises(BadInput):
        studio.taste(who="two\nlines")


def test_with_nothing_made_there_is_nothing_to_like(beads: Path) -> None:
    with Studio() as studio:
        studio.collect(beads, corpus="beads", art="toy", rights="own")
        with pytest.raises(NoWorks, match="fewer than two creations"):
            studio.taste()


@pytest.mark.slow
def test_tests_and_repetitions_say_how_sure_it_is(studio: Studio) -> None:
    liking = height(studio)
    for _ in range(21):
        asked = studio.ask()
        shown = [made.id for made in asked.shown]
        order = sorted(shown, key=lambda one: (liking(one), one), reverse=True)
        about = {"why": asked.why, "question": asked.number}
        studio.answer(None, "order", shown, order=order, **about)
    said = " ".join(wording.reliable(studio.taste(), EN))
    assert re.search(r"Of pairs kept aside, \d+ % are predicted rightly", said)
    assert "me agrees with the first answer on 100 % of pairs" in said
    shown = [made.id for made in studio.creations()[:2]]
    studio.answer(None, "order", shown, order=shown)
    studio.answer(None, "order", shown, order=shown[::-1])
    assert "were answered both ways" in " ".join(wording.reliable(studio.taste(), EN))


def test_the_page_is_whole_and_shows_what_was_said(studio: Studio, tmp_path: Path) -> None:
    answers(studio, 30, height(studio), "<b>ana</b>")
    out = tmp_path / "new" / "taste.html"
    found = studio.taste(who="<b>ana</b>", out=out)
    page = out.read_text("utf-8")
    assert "&lt;b&gt;ana&lt;/b&gt;" in page
    assert "<b>ana" not in page
    for sentence in wording.prefers(found, EN):
        assert sentence in page
    assert page.count("<figure") == 2 * preferring.HUNG
    assert page.count('role="img"') == len(found.effects)
    assert "http" not in re.sub(r"http-equiv|http://www.w3.org/\S+", "", page)
    assert "script" not in page


def test_the_page_in_chinese_has_no_english_sentence(rated: Path, tmp_path: Path) -> None:
    with Studio(settings=Settings.read(home=rated, language="zh")) as studio:
        answers(studio, 12, height(studio))
        studio.taste(out=tmp_path / "taste.html")
    page = (tmp_path / "taste.html").read_text("utf-8")
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    text = re.sub(r"high|low|many|few|sudden|gentle|colors?|changes|of", "", text)  # the toy's own
    assert not re.findall(r"[a-z]{3,} [a-z]{3,}", text)


def an_effect(trait: int, kind: str, **more: object) -> Effect:
    plain = {"slope": 0.3, "low": 0.1, "high": 0.5, "sure": 0.99, "along": 0.3, "along_sure": 0.99}
    bent = {"curve": -0.4, "curve_sure": 0.98, "best": 0.0, "partners": ()}
    return Effect(trait=trait, kind=kind, **{**plain, **bent, **more})  # type: ignore[arg-type]


@pytest.fixture
def plain(studio: Studio) -> Preference:
    answers(studio, 3, height(studio))
    return studio.taste()


STRONGLY = "Strongly prefers low colors to high colors (99 % sure)."
MIDDLE = "Likes best what lies between few colors and many colors (98 % sure)."
ENDS = "Likes few colors or many colors, and what lies between less (98 % sure)."
LITTLE = "What makes little difference: sudden changes of color or gentle changes of color."


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (an_effect(0, "more"), "Prefers high colors to low colors (99 % sure)."),
        (an_effect(0, "less", slope=-0.7), STRONGLY),
        (
            an_effect(1, "more", slope=0.2),
            "Slightly prefers many colors to few colors (99 % sure).",
        ),
        (an_effect(1, "middle"), MIDDLE),
        (an_effect(1, "ends"), ENDS),
        (an_effect(2, "indifferent"), LITTLE),
    ],
)
def test_each_kind_has_its_sentence(plain: Preference, one: Effect, said: str) -> None:
    found = replace(plain, effects=(one,))
    assert said in wording.prefers(found, EN)
    assert all(re.search(r"[\u4e00-\u9fff]", line) for line in wording.prefers(found, ZH))
    assert wording.meaning(one, EN)


def test_what_goes_together_is_said_once(plain: Preference) -> None:
    pair = (
        an_effect(0, "shared", partners=(2,)),
        an_effect(2, "shared", along=-0.3, partners=(0,)),
    )
    said = wording.prefers(replace(plain, effects=pair), EN)
    assert len(said) == 1
    assert said[0].endswith("cannot tell which: high colors; gentle changes of color.")


def test_what_a_tuned_model_changed_is_measured_and_said(plain: Preference) -> None:
    rng = np.random.default_rng(3)
    before = rng.normal(size=(16, len(TRAITS)))
    after = before[::-1] + np.array([2.0, 0.0, -2.0])
    shifts = moved(before, after)
    assert {one.trait for one in shifts[:2]} == {0, 2}
    assert all(one.low < one.by < one.high for one in shifts)
    likes = [an_effect(0, "more"), an_effect(2, "more")]
    assert {one.trait: wanted(likes, one) for one in shifts} == {0: True, 2: False, 1: None}
    tuned = Tuning("me", "a", "b", 40, 0.7, 0.6, "promoted", say("It is in use."))
    said = wording.changed(replace(plain, tuned=tuned, moved=tuple(shifts)), EN)
    assert said[0] == "It is in use."
    ends = {"high colors", "gentle changes of color"}
    assert set(re.sub(r".*: |\.$", "", said[1]).split("; ")) == ends
    still = wording.changed(replace(plain, tuned=tuned, moved=tuple(moved(before, before))), EN)
    assert still[1] == "No trait of its creations differs surely from those of the model before."
    assert moved(before[:1], after) == []
    assert len(moved(np.ones((4, 2)), after[:, :2])) == 0
