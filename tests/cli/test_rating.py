"""`moxie rate`: what people type is read, kept and answered, at a prompt and for scripts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from moxie.cli import answering, run
from moxie.cli.answering import Named, Typed
from moxie.errors import BadInput


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads(self.out.splitlines()[-1]))


@pytest.fixture
def moxie(
    rated: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Said]:
    monkeypatch.chdir(tmp_path)

    def call(*words: object, typed: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        code = run(["rate", *map(str, words), "--json"])
        return Said(code, *capsys.readouterr())

    return call


ALL = (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("bdac", Typed("order", ALL, (1, 3, 0, 2))),
        (" B > D > A > C\n", Typed("order", ALL, (1, 3, 0, 2))),
        ("b, d, a, c", Typed("order", ALL, (1, 3, 0, 2))),
        ("c", Typed("pick", ALL, (2,))),
        ("like b", Typed("like", (1,), value=1)),
        ("不喜欢 d", Typed("like", (3,), value=0)),
        ("喜欢a", Typed("like", (0,), value=1)),
        ("3 c", Typed("stars", (2,), value=3)),
        ("c: 5 stars", Typed("stars", (2,), value=5)),
        ("4星a", Typed("stars", (0,), value=4)),
        ("tag b: stormy,  Calm", Typed("tags", (1,), tags=("stormy", "Calm"))),
        ("标签 b：狂放、宁静", Typed("tags", (1,), tags=("狂放", "宁静"))),
        ("note The sky: lovely", Typed("note", ALL, note="The sky: lovely")),
        ("附言天空真好", Typed("note", ALL, note="天空真好")),
        ("skip", Typed("skip", ALL)),
        ("跳过", Typed("skip", ALL)),
        ("undo", "undo"),
        ("退出", "quit"),
        ("?", "help"),
    ],
)
def test_what_is_typed_is_read_in_both_languages(line: str, typed: object) -> None:
    assert answering.read(line, 4) == typed


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("bda", "write each of A, B, C, D once"),
        ("bdaa", "write each of"),
        ("bdace", "write each of"),
        ("e", "There is no E: the letters are A, B, C, D"),
        ("like e", "There is no E"),
        ("7 a", "1 to 5 stars, not 7"),
        ("tag e: x", "There is no E"),
        ("notes", "write each of"),
        ("1234", "write each of"),
        ("\x1b[A", "write each of"),
        ("b" * 4000, "write each of"),
    ],
)
def test_what_is_not_understood_is_said(line: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        answering.read(line, 4)


def test_answers_by_id_are_read() -> None:
    assert answering.ordered("a > b>c") == Named("order", ("a", "b", "c"), ("a", "b", "c"))
    assert answering.ordered("a>b=c") == Named("pick", ("a", "b", "c"), ("a",))
    assert answering.starred("4:a") == Named("stars", ("a",), value=4)
    assert answering.worded("a:stormy, calm", "tags").tags == ("stormy", " calm")
    assert answering.worded("a: so: it", "note").note == " so: it"
    for text in ("", "a", "a>", "a>>b", "a=b", "a=b>c", "a>b=c>d"):
        with pytest.raises(BadInput, match="ID>ID=ID=ID"):
            answering.ordered(text)
    for text in ("6:a", "a", "4:", "four:a", "4:a b"):
        with pytest.raises(BadInput, match="4:ID"):
            answering.starred(text)
    with pytest.raises(BadInput, match="ID:words"):
        answering.worded("a:", "tags")


@pytest.mark.slow
def test_a_session_asks_until_nobody_answers(moxie: Callable[..., Said], tmp_path: Path) -> None:
    lines = "help\nbdac\nlike b\n3 c\ntag a: stormy\nnote a fine one\nc\nskip\nundo\n\nabcd\n"
    said = moxie("beads", "--who", "ada", typed=lines)
    assert said.code == 0
    assert said.facts["given"] == 7
    assert said.facts["answers"] == 7
    assert (said.facts["left"], said.facts["refused"]) == (47, 0)
    assert said.err.count("which do you like best?") == 6
    assert "Question 3: which do you like best?" in said.err
    assert "Answers so far: 1. After about 49 more" in said.err
    assert "Kept. And in which order are they?" in said.err
    assert said.err.count("bdac        all in order") == 2
    assert "> " not in said.err
    assert (tmp_path / "moxie-out" / "rate" / "question.html").is_file()
    again = moxie("beads", "--who", "ada", typed="quit\nabcd\n")
    assert (again.facts["given"], again.facts["answers"]) == (0, 7)
    assert moxie("beads", "--who", "bob").facts["answers"] == 0


def test_a_script_that_is_not_understood_fails_in_the_end(moxie: Callable[..., Said]) -> None:
    said = moxie("beads", typed="nonsense\nabcd\n")
    assert said.code == BadInput.exit_code
    assert (said.facts["refused"], said.facts["given"]) == (1, 1)
    assert "That is not understood" in said.err


def test_the_session_is_in_chinese_too(moxie: Callable[..., Said]) -> None:
    said = moxie("beads", "--language", "zh", typed="喜欢 b\nabcd\n退出\n")
    assert said.code == 0
    assert "第 1 题：你最喜欢哪件？" in said.err
    assert "已有 1 次回答" in said.err
    assert "which do you" not in said.err


def test_scripts_ask_and_answer(moxie: Callable[..., Said]) -> None:
    asked = moxie("beads", "--ask").facts
    assert asked["question"] == 0
    assert all(Path(path).is_file() for shown in asked["shown"] for path in shown["files"])
    ids = [shown["creation"] for shown in asked["shown"]]
    said = moxie("beads", "--answer", ">".join(one[:12] for one in ids[::-1]))
    assert (said.code, said.facts["kind"], said.facts["question"]) == (0, "order", 0)
    assert said.facts["order"] == ids[::-1]
    assert said.facts["answers"] == 1
    pick = moxie("beads", "--answer", f"{ids[0]}>{ids[1]}={ids[2]}").facts
    assert (pick["kind"], pick["question"], pick["why"]) == ("pick", None, "free")
    assert moxie("beads", "--like", ids[0]).facts["value"] == 1
    assert moxie("beads", "--dislike", ids[1]).facts["value"] == 0
    assert moxie("beads", "--stars", f"4:{ids[0]}").facts["value"] == 4
    assert moxie("beads", "--tag", f"{ids[0]}:stormy,calm").facts["tags"] == ["stormy", "calm"]
    assert moxie("beads", "--note", f"{ids[0]}:a fine one").facts["note"] == "a fine one"
    undone = moxie("beads", "--undo").facts["undone"]
    assert undone["kind"] == "note"
    assert moxie("beads", "--ask").facts["question"] == 1


def test_a_person_takes_what_is_theirs_along(moxie: Callable[..., Said], tmp_path: Path) -> None:
    moxie("beads", "--who", "ada", typed="abcd\ndcba\n")
    said = moxie("--export", tmp_path / "ada.json", "--who", "ada")
    assert said.code == 0
    facts = json.loads((tmp_path / "ada.json").read_text("utf-8"))
    assert len(facts["answers"]) == 2
    done = moxie("--erase", "--who", "ada")
    assert (done.code, done.facts["answers"], done.facts["models"]) == (0, 2, [])
    assert moxie("--erase", "--who", "ada").code == 8


def test_contradictions_are_said(moxie: Callable[..., Said]) -> None:
    asked = moxie("beads", "--ask").facts
    a, b = (shown["creation"] for shown in asked["shown"][:2])
    for _ in range(3):
        moxie("beads", "--answer", f"{a}>{b}")
        moxie("beads", "--answer", f"{b}>{a}")
    said = moxie("beads")
    assert "Your answers contradict each other in 1 of 1 pairs" in said.err
    assert (said.facts["contradicted"], said.facts["compared"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--like", "ffff"], 8, "There is no creation ffff"),
        (["--like", "x", "--undo"], 2, "--like and --undo do not go together"),
        (["--answer", "a"], 2, "An answer is written"),
        (["--undo"], 2, "There is no answer of me to take back"),
        (["--who", "a@b.c", "--ask"], 2, "cannot be a person's pseudonym"),
        (["elsewhere"], 8, "There is no corpus 'elsewhere'"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    moxie: Callable[..., Said], words: list[str], code: int, sentence: str
) -> None:
    said = moxie(*words)
    assert said.code == code
    assert sentence in said.facts["error"]["message"]
    assert said.err.count("moxie:") == 1
