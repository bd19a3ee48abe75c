"""Nouns come back equal, and their JSON is strictly valid."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from moxie.errors import StoreError
from moxie.store.codec import Codec
from moxie.text import say
from moxie.work import (
    Choice,
    Creation,
    CurvePoint,
    Dataset,
    Evaluation,
    Flag,
    Lap,
    Measure,
    Plan,
    Prepared,
    Refusal,
    Rights,
    Run,
    Sufficiency,
    Work,
)

FLAGS = (Flag("small", say("only {w} pixels wide", w=90)), Flag("blurred", say("模糊")))
MEASURE = Measure(0.8, 0.7, 0.9, 0.0, 1.0)
NOUNS = [
    Rights("license", "CC-BY-4.0"),
    Refusal("a/b.png", say("it is {n} %", n=1.5)),
    Work("a", "painting", "Ôté\x00\udc80", "b", Rights(), 0.3, {"n": 1, "x": 1.0, "y": True}),
    Dataset(
        (Prepared("a", "b", "train", "g", FLAGS), Prepared("c", "d", "test", "h", (), say("w"))),
        threshold=0.5,
        typical_similarity=0.1,
    ),
    Choice(
        "painting/a", Plan({"steps": 3}, 2.0, say("p")), say("w"), (("painting/b", say("o")),),
        (Lap("painting/a", 1, 2.0, 0.5, 0.4, 0.6, 0.45, promoted=True),), "nats", (say("n"),),
    ),
    Sufficiency("more", 20, (CurvePoint(9, 0.5, 0.4, 0.6),), 2, {"2": 0.4}, say("a"), say("b")),
    Evaluation(
        MEASURE, MEASURE, MEASURE, 0.5, "vgg", 16, 0, {"style": MEASURE}, {"swd": 0.1}, (say("n"),)
    ),
]  # fmt: skip


def strictly(text: str) -> object:
    def refuse(constant: str) -> object:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_nouns_come_back_equal(noun: object) -> None:
    text = Codec().encode(noun)
    strictly(text)
    assert text.isascii()
    back = Codec().decode(text, type(noun))
    assert back == noun
    assert repr(back) == repr(noun)  # 1, 1.0 and True are equal, but not the same


def test_runs_and_creations_come_back_equal(
    run: Run, make_creation: Callable[..., Creation]
) -> None:
    for noun in (run, make_creation(b"x")):
        assert repr(Codec().decode(Codec().encode(noun), type(noun))) == repr(noun)


def test_what_is_not_finite_is_kept_in_valid_json() -> None:
    measure = Measure(math.nan, -math.inf, math.inf, 0.0, 1.0)
    text = Codec().encode(measure)
    strictly(text)
    back = Codec().decode(text, Measure)
    assert math.isnan(back.value)
    assert (back.low, back.high, back.floor, back.ceiling) == (-math.inf, math.inf, 0.0, 1.0)


@dataclass(frozen=True)
class Odd:
    maybe: float | None
    facts: Mapping[str, object]


def test_none_is_not_nan() -> None:
    codec = Codec()
    nan = codec.decode(codec.encode(Odd(math.nan, {"inner": [math.nan, None]})), Odd)
    assert nan.maybe is not None
    assert math.isnan(nan.maybe)
    inner = nan.facts["inner"]
    assert isinstance(inner, list)
    assert math.isnan(inner[0])
    assert inner[1] is None
    assert codec.decode(codec.encode(Odd(None, {})), Odd) == Odd(None, {})


def test_facts_that_look_like_an_escape_are_kept() -> None:
    odd = Odd(1.0, {"$float": "nan", "$$": {"$float": 1}, "a": {"$float": "nan", "b": 2}})
    assert Codec().decode(Codec().encode(odd), Odd) == odd


def test_tuples_inside_free_facts_become_lists() -> None:
    assert Codec().decode(Codec().encode(Odd(1.0, {"a": (1, 2)})), Odd).facts == {"a": [1, 2]}


def test_numpy_scalars_are_plain_numbers() -> None:
    measure = Measure(np.float32(0.5), np.float64(0.25), np.float32("nan"), 0, np.int64(1))  # type: ignore[arg-type]
    back = Codec().decode(Codec().encode(measure), Measure)
    assert (back.value, back.low, back.floor, back.ceiling) == (0.5, 0.25, 0.0, 1.0)
    assert math.isnan(back.high)
    flag = Odd(None, {"flag": np.bool_(True)})
    assert Codec().encode(flag) == '{"maybe":null,"facts":{"flag":true}}'


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "{}", '{"basis":"stolen"}', '{"license":"MIT","basis":1}'],
)
def test_what_does_not_fit_is_said(text: str) -> None:
    kind = Measure if text == "{}" else Rights
    with pytest.raises(StoreError, match=f"A stored {kind.__name__} cannot be read"):
        Codec().decode(text, kind)


def test_a_later_field_with_a_usual_value_needs_no_migration() -> None:
    assert Codec().decode('{"basis":"own"}', Rights) == Rights("own")
    assert Codec().decode('{"basis":"own","later":[1]}', Rights) == Rights("own")


def test_a_choice_from_before_there_were_races_can_be_read() -> None:
    plan = '{"options":{},"seconds":1.0,"why":{"template":"p","params":{}}}'
    text = f'{{"recipe":"a/b","plan":{plan},"why":{{"template":"w","params":{{}}}},"others":[]}}'
    choice = Codec().decode(text, Choice)
    assert choice == Choice("a/b", Plan({}, 1.0, say("p")), say("w"))
    assert (choice.race, choice.scale, choice.notes) == ((), None, ())


def test_what_is_not_a_fact_is_refused() -> None:
    with pytest.raises(TypeError):
        Codec().encode(Odd(None, {"a": object()}))
