"""Feedback through the studio: questions, answers, taste, and what is kept about a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from made_beads import MADE
from moxie import Studio
from moxie.errors import BadInput, Missing, NoWorks
from moxie.studio import Asked, people
from moxie.text import Message
from moxie.work import Answered


@pytest.fixture
def studio(rated: Path) -> Iterator[Studio]:
    with Studio(rated) as opened:
        yield opened


def high(studio: Studio) -> Callable[[str], float]:
    """A taste: the more of the brightest bead the better."""

    def liking(creation: str) -> float:
        beads = studio._library.get(creation).split()[1:]
        return sum(bead in (b"8", b"9") for bead in beads) / len(beads)

    return liking


def answered(studio: Studio, asked: Asked, liking: Callable[[str], float], who: str) -> Answered:
    shown = [made.id for made in asked.shown]
    order = sorted(shown, key=lambda one: (liking(one), one), reverse=True)
    about = {"why": asked.why, "question": asked.number, "seed": asked.seed}
    return studio.answer(None, "order", shown, who=who, order=order, **about)


def go_on(studio: Studio, times: int, liking: Callable[[str], float], who: str = "me") -> list[str]:
    why = []
    for _ in range(times):
        asked = studio.ask(who=who)
        why.append(asked.why)
        answered(studio, asked, liking, who)
    return why


def test_asking_changes_nothing_and_each_answer_brings_another_question(studio: Studio) -> None:
    first = studio.ask()
    assert studio.ask() == first
    assert (first.number, first.why, len(first.shown)) == (0, "learn", 4)
    assert not any(made.flagged for made in first.shown)
    assert studio.ask(seed=3) != first
    kept = answered(studio, first, high(studio), "me")
    assert kept.shown == tuple(made.id for made in first.shown)
    assert (kept.why, kept.question, kept.who, kept.number) == ("learn", 0, "me", 1)
    second = studio.ask()
    assert second.number == 1
    assert second.shown != first.shown
    assert studio.undo() == kept
    assert studio.ask() == first
    assert studio.undo() is None


@pytest.mark.slow
def test_what_was_said_is_learnt_and_measured_on_what_was_not_learnt(studio: Studio) -> None:
    liking = high(studio)
    why = go_on(studio, 20, liking)
    assert why.count("test") == why.count("again") == 2
    known = studio.learnt_taste()
    mean, sure = known.likes()
    agreed = [
        (mean[i] - mean[j]) * (liking(a) - liking(b)) > 0
        for i, a in enumerate(known.ids)
        for j, b in enumerate(known.ids)
        if liking(a) != liking(b)
    ]
    assert sum(agreed) / len(agreed) > 0.8
    assert (sure > 0).all()
    assert known.tested is not None
    assert known.steady is not None
    assert 6 < known.tested.n <= 12
    assert known.tested.low < known.tested.bound < known.tested.value
    assert (known.steady.value, known.contradicted) == (1.0, 0)
    assert known.compared > 0


def test_what_is_said_of_test_questions_is_never_learnt(studio: Studio) -> None:
    shown = [made.id for made in studio.creations()[:4]]
    studio.answer(None, "order", shown, order=shown, why="test", question=0)
    studio.answer(None, "order", shown[::-1], order=shown, why="again", question=1)
    known = studio.learnt_taste()
    assert not known.likes()[0].any()
    assert known.tested is not None
    assert (known.tested.value, known.tested.n) == (0.5, 6)
    assert known.steady is not None
    assert known.steady.n == 6


def test_pairs_that_were_learnt_as_well_test_nothing(studio: Studio) -> None:
    a, b, c, d = [made.id for made in studio.creations() if not made.flagged][:4]
    about = {"order": [a, b, c, d], "why": "test", "question": 0}
    studio.answer(None, "order", [a, b, c, d], **about)
    studio.answer(None, "order", [c, a], order=[a, c])
    tested = studio.learnt_taste().tested
    assert tested is not None
    assert tested.n == 5


def test_two_people_answer_at_once(studio: Studio, rated: Path) -> None:
    failures: list[BaseException] = []

    def rate(who: str, better: int) -> None:
        try:
            with Studio(rated) as mine:
                liking = high(mine)
                go_on(mine, 8, lambda one: better * liking(one), who)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failures.append(error)

    threads = [Thread(target=rate, args=pair) for pair in (("ada", 1), ("bob", -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert studio.people() == {"ada": 8, "bob": 8}
    ada, bob = studio.learnt_taste(who="ada"), studio.learnt_taste(who="bob")
    assert [said.question for said in ada.answers] == list(range(8))
    assert (ada.likes()[0] * bob.likes()[0]).sum() < 0
    for made in studio.creations():
        assert studio.record(made.id).intact


def test_every_kind_of_answer_is_kept_and_those_that_judge_are_learnt(studio: Studio) -> None:
    a, b, c, d = [made.id for made in studio.creations() if not made.flagged][:4]
    studio.answer("beads", "like", [a], value=1)
    studio.answer("beads", "like", [b], value=0)
    studio.answer("beads", "stars", [a], value=5)
    studio.answer("beads", "stars", [b], value=1)
    studio.answer("beads", "pick", [a, b, c], order=[a])
    studio.answer("beads", "tags", [d], tags=[" stormy ", "calm", "stormy"], note=" the end ")
    studio.answer("beads", "note", [d], note="more of this")
    studio.answer("beads", "skip", [a, b, c, d], why="learn", question=0)
    said = studio.answers()
    kinds = ["like", "like", "stars", "stars", "pick", "tags", "note", "skip"]
    assert [one.kind for one in said] == kinds
    assert (said[5].tags, said[5].note) == (("stormy", "calm"), "the end")
    known = studio.learnt_taste()
    mean = dict(zip(known.ids, known.likes()[0], strict=True))
    assert mean[a] > mean[b]
    assert len(known.asked) == 1
    assert studio.ask().number == 1


def test_a_record_says_that_a_creation_was_rated_but_not_by_whom(studio: Studio) -> None:
    shown = [made.id for made in studio.creations()[:3]]
    studio.answer(None, "order", shown, order=shown[::-1], who="Ada L", note="lovely", tags=["sky"])
    found = studio.record(shown[0])
    [rated] = [event for event in found.checked.events if event.kind == "rated"]
    assert rated.details == {"by": "order", "rank": 3, "of": 3}
    assert found.intact
    assert not any(word in rated.text() for word in ("Ada L", "lovely", "sky"))


def test_people_are_kept_apart_exported_and_erased(studio: Studio, tmp_path: Path) -> None:
    liking = high(studio)
    go_on(studio, 6, liking, "ada")
    go_on(studio, 6, lambda one: -liking(one), "bob")
    assert studio.people() == {"ada": 6, "bob": 6}
    ada, bob = studio.learnt_taste(who="ada"), studio.learnt_taste(who="bob")
    assert (ada.likes()[0] * bob.likes()[0]).sum() < 0
    run = studio._library.runs("beads")[0]
    people.remember(studio._library, run, ["ada", "bob"])
    key = people.tuning_key("ada")
    studio._library.save("beads", key, people.Liked(("ada",), (6,)))  # as a tuning is kept
    path = studio.export_person("ada", tmp_path / "out" / "ada.json")
    facts = json.loads(path.read_text("utf-8"))
    assert {said["who"] for said in facts["answers"]} == {"ada"}
    assert len(facts["answers"]) == 6
    assert facts["answers"][0]["shown"]
    assert facts["models"] == [{"corpus": "beads", "run": run.id, "model": run.model}]
    assert facts["tunings"] == [{"corpus": "beads", "people": ["ada"], "answers": [6]}]
    before = studio.learnt_taste(who="bob").likes()[0]
    erased = studio.erase_person("ada")
    assert (erased.answers, erased.models) == (6, (run,))
    assert studio.people() == {"bob": 6}
    assert people.liked_by(studio._library, run) == people.Liked(("", "bob"), (6, 6))
    assert (studio.learnt_taste(who="bob").likes()[0] == before).all()
    assert studio.learnt_taste(who="ada").answers == ()
    assert studio._library.load("beads", key, people.Liked) is None
    with pytest.raises(Missing, match="Nothing is kept about ada"):
        studio.erase_person("ada")
    with pytest.raises(Missing, match="Nothing is kept about ada"):
        studio.export_person("ada", path)


def test_no_answer_one_answer_and_always_the_same_answer(studio: Studio) -> None:
    none = studio.learnt_taste()
    assert not none.likes()[0].any()
    assert (none.tested, none.steady, none.compared) == (None, None, 0)
    shown = [made.id for made in studio.ask().shown]
    studio.answer(None, "pick", shown, order=shown[:1])
    one = studio.learnt_taste()
    assert one.likes()[0][one.ids.index(shown[0])] > 0
    for _ in range(12):
        asked = studio.ask()
        everything = [made.id for made in asked.shown]
        about = {"why": asked.why, "question": asked.number}
        studio.answer(None, "order", everything, order=everything, **about)
    for made in studio.creations():
        studio.answer(None, "like", [made.id], value=1)
    assert studio.learnt_taste().likes()[1].min() > 0
    assert len(studio.ask().shown) == 4


def test_contradictions_are_counted_and_leave_doubt(studio: Studio) -> None:
    a, b, c = [made.id for made in studio.creations() if not made.flagged][:3]
    for number in range(10):
        for k, order in enumerate(([a, b], [b, a])):
            studio.answer(None, "order", [a, b], order=order, question=2 * number + k)
    studio.answer(None, "pick", [b, c], order=[b])
    known = studio.learnt_taste()
    assert (known.contradicted, known.compared) == (1, 1)
    mean, sure = known.likes()
    apart = mean[known.ids.index(a)] - mean[known.ids.index(b)]
    assert abs(apart) < sure.max()


def test_creations_that_are_gone_are_neither_asked_about_nor_counted(studio: Studio) -> None:
    asked = studio.ask()
    answered(studio, asked, high(studio), "me")
    gone = [made.id for made in studio.ask().shown][:3]
    for one in gone:
        studio._library.erase(one)
    after = studio.ask()
    assert not {made.id for made in after.shown} & set(gone)
    with pytest.raises(Missing, match="is no longer in the store"):
        studio.answer(None, "like", gone[:1], value=1)
    for made in studio.creations():
        if made.id != asked.shown[0].id:
            studio._library.erase(made.id)
    with pytest.raises(NoWorks, match="fewer than two creations of beads"):
        studio.ask()


def test_a_damaged_creation_is_left_out_and_said(studio: Studio, home: Path) -> None:
    told: list[str] = []

    class Told:
        def begin(self, stage: str) -> None: ...
        def step(self, done: int, total: int) -> None: ...
        def end(self, stage: str, seconds: float) -> None: ...
        def say(self, *messages: Message) -> None:
            told.append(" ".join(map(str, messages)))

    known = studio.learnt_taste().ids
    with studio._library._database.writing() as records:
        records.remove("looks", corpus="beads", subject=known[0])
    path = home / "blobs" / known[0][:2] / known[0][2:4] / known[0]
    path.write_bytes(b"beads 1 1\n")
    studio.create(n=MADE + 1, novelty=1.0)
    studio.progress = Told()
    assert known[0] not in studio.learnt_taste().ids
    assert studio.ask().shown
    assert len(told) == 1
    assert "cannot be read and is left out: A blob of the store is damaged" in told[0]


def test_with_no_creations_or_one_there_is_nothing_to_ask(
    beads: Path, toy: Path, home: Path
) -> None:
    with Studio(home) as studio:
        studio.collect(beads, corpus="beads", art="toy", rights="own")
        with pytest.raises(NoWorks, match="fewer than two creations of beads"):
            studio.ask()
        studio.prepare()
        studio.choose()
        studio.train()
        studio.create(n=1, novelty=1.0)
        with pytest.raises(NoWorks, match="fewer than two creations"):
            studio.learnt_taste()
        assert studio.answer(None, "like", [studio.creations()[0].id], value=1).value == 1


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("order", {"order": 2}, "names each creation that was shown once"),
        ("pick", {"order": 0}, "a pick one"),
        ("like", {"value": 1}, "of one creation"),
        ("applause", {}, "no answer of the kind applause"),
        ("tags", {}, "there are none here"),
        ("tags", {"tags": ["a\x1b[2J"]}, "none of them control characters"),
        ("note", {"note": "x" * 2001}, "a note of up to 2000"),
        ("order", {"order": 4, "who": "ada@example.org"}, "cannot be a person's pseudonym"),
        ("order", {"order": 4, "who": "  "}, "cannot be a person's pseudonym"),
        ("order", {"order": 4, "who": "a\nb"}, "cannot be a person's pseudonym"),
        ("order", {"order": 4, "why": "fun"}, "no answer of the kind"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    studio: Studio, kind: str, more: dict[str, object], sentence: str
) -> None:
    shown = [made.id for made in studio.creations()[:4]]
    given = {**more, "order": shown[: int(str(more.get("order", 0)))]}
    with pytest.raises(BadInput, match=sentence):
        studio.answer(None, kind, shown, **given)
    assert studio.answers() == []


def test_creations_there_are_not_and_of_other_corpora_are_refused(
    studio: Studio, beads: Path
) -> None:
    with pytest.raises(Missing, match="There is no creation"):
        studio.answer(None, "like", ["f" * 64], value=1)
    one = studio.creations()[0].id
    assert studio.answer(None, "like", [one[:12]], value=1).shown == (one,)
    studio.collect(beads, corpus="other", art="toy", rights="own")
    with pytest.raises(BadInput, match="is not of other but of beads"):
        studio.answer("other", "like", [one], value=1)


def test_a_question_is_laid_out_to_be_seen(studio: Studio, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = studio.ask()
    sheet = studio.show(asked, out=out)
    assert list(sheet.files) == ["A", "B", "C", "D"]
    for made, (letter, [path]) in zip(asked.shown, sheet.files.items(), strict=True):
        assert path == out / "rate" / f"{letter}.svg"
        assert path.read_bytes().count(b"<circle") == made.size[0]
    page = sheet.page.read_text("utf-8")
    assert page.count("<figure") == 4
    assert "Question 1" in page
    assert "http" not in page.replace("http-equiv", "")
