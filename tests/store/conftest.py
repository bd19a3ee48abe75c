"""A store, and works to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moxie.settings import Settings
from moxie.store import Library
from moxie.text import say
from moxie.work import Choice, Corpus, Creation, Match, Plan, Rights, Run, Work


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """An open store with one corpus, `vincent`."""
    with Library.open(Settings(home)) as opened:
        opened.add_corpus(Corpus("vincent", "painting"))
        yield opened


@pytest.fixture
def make_work() -> Callable[..., Work]:
    def make(data: bytes, rights: str = "undeclared", title: str = "Irises") -> Work:
        original = digest(b"as given: " + data)
        return Work(digest(data), "painting", title, original, Rights.parse(rights), 0.25)

    return make


@pytest.fixture
def run() -> Run:
    plan = Plan({"levels": 5, "half": True, "name": "x", "rate": 0.5}, 12.0, say("quick"))
    others = (("painting/other", say("too slow")),)
    choice = Choice("painting/patches", plan, say("{n} works suit", n=36), others)
    return Run("run-1", "vincent", choice, seed=3, state="training")


@pytest.fixture
def make_creation() -> Callable[..., Creation]:
    def make(data: bytes, index: int = 0, made_at: str = "2026-01-01T00:00:00+00:00") -> Creation:
        return Creation(
            id=digest(data),
            run="run-1",
            seed=1,
            index=index,
            novelty=0.5,
            size=(512, 384),
            nearest=Match("w" * 64, 0.3, say("{n} matching points", n=4)),
            flagged=False,
            fidelity=None,
            attempts=1,
            made_at=made_at,
            record={"sources": [["w", 0.5]], "model": None},
        )

    return make
