"""What a person types in answer to a question, read: orders, picks, likes, stars, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from moxie.errors import BadInput
from moxie.taste.answers import STARS
from moxie.work import Said

Command: TypeAlias = Literal["undo", "quit", "help"]

COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("undo", "u", "撤销"), "undo"),
    **dict.fromkeys(("quit", "q", "exit", "退出"), "quit"),
    **dict.fromkeys(("help", "h", "?", "？", "帮助"), "help"),
}
"""What can be said besides an answer, in either language at any time."""

SKIP = ("skip", "s", "跳过")
LIKES = {"like": 1, "喜欢": 1, "dislike": 0, "不喜欢": 0}

_LIKE = re.compile(r"(like|dislike|喜欢|不喜欢)\s*([a-z])")
_STARS = re.compile(r"([1-9]) *(?:stars?|星)? *([a-z])|([a-z]) *[:：]? *([1-9]) *(?:stars?|星)?")
_TAG = re.compile(r"(?:tag|标签) *([a-z]) *[:：]? *(.+)", re.IGNORECASE | re.DOTALL)
_NOTE = re.compile(r"(?:note(?=[\s:：])|附言)\s*[:：]?\s*(.+)", re.IGNORECASE | re.DOTALL)
_BETWEEN = re.compile(r"[\s,，>＞]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer about what is shown: `about` and `order` are places in it."""

    kind: Said
    about: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    value: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""


def read(line: str, shown: int) -> Typed | Command:
    """Read a line about `shown` creations under the letters from A on.

    Raises BadInput, with what could be written.
    """
    text = line.strip()
    plain = text.lower()
    if plain in COMMANDS:
        return COMMANDS[plain]
    if plain in SKIP:
        return Typed("skip", tuple(range(shown)))
    return _worded(text, shown) or _judged(plain, shown) or _ordered(plain, shown)


def _worded(text: str, shown: int) -> Typed | None:
    if found := _TAG.fullmatch(text):
        tags = tuple(tag.strip() for tag in re.split("[,，、]", found[2]) if tag.strip())
        return Typed("tags", (_place(found[1], shown),), tags=tags)
    if found := _NOTE.fullmatch(text):
        return Typed("note", tuple(range(shown)), note=found[1])
    return None


def _judged(plain: str, shown: int) -> Typed | None:
    if found := _LIKE.fullmatch(plain):
        return Typed("like", (_place(found[2], shown),), value=LIKES[found[1]])
    if found := _STARS.fullmatch(plain):
        return _stars(int(found[1] or found[4]), found[2] or found[3], shown)
    return None


def _stars(number: int, letter: str, shown: int) -> Typed:
    if number > STARS:
        raise BadInput("A creation has 1 to {most} stars, not {n}.", most=STARS, n=number)
    return Typed("stars", (_place(letter, shown),), value=number)


def _ordered(plain: str, shown: int) -> Typed:
    """An order of all, or the best alone."""
    letters = _BETWEEN.sub("", plain)
    if not re.fullmatch("[a-z]+", letters) or len(letters) > shown:
        raise _misread(shown)
    order = tuple(_place(letter, shown) for letter in letters)
    if len(set(order)) != len(order) or len(order) not in (1, shown):
        raise _misread(shown)
    return Typed("pick" if len(order) == 1 else "order", tuple(range(shown)), order)


def _place(letter: str, shown: int) -> int:
    place = ord(letter.lower()) - ord("a")
    if not 0 <= place < shown:
        raise BadInput(
            "There is no {letter}: the letters are {letters}.",
            letter=letter.upper(),
            letters=letters_of(shown),
        )
    return place


def _misread(shown: int) -> BadInput:
    return BadInput(
        "That is not understood: write each of {letters} once, the best first, or the best alone; "
        "`help` says what else.",
        letters=letters_of(shown),
    )


def letters_of(shown: int) -> str:
    """The letters of what is shown: "A, B, C, D"."""
    return ", ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:shown])


@dataclass(frozen=True, slots=True)
class Named:
    """An answer about creations named by their ids."""

    kind: Said
    shown: tuple[str, ...]
    order: tuple[str, ...] = ()
    value: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""


def ordered(text: str) -> Named:
    """Read "ID>ID>ID" as an order, "ID>ID=ID" as a pick of the first. Raises BadInput."""
    ids = [part.strip() for part in re.split("[>=]", text)]
    marks = re.findall("[>=]", text)
    picked = marks[:1] == [">"] and set(marks[1:]) == {"="}
    if len(ids) < 2 or not all(ids) or ("=" in marks and not picked):
        raise BadInput(
            "An answer is written ID>ID>ID>ID from the best, or ID>ID=ID=ID for the best alone, "
            "not {text}.",
            text=text,
        )
    return Named("pick", tuple(ids), tuple(ids[:1])) if picked else _order(ids)


def _order(ids: Sequence[str]) -> Named:
    return Named("order", tuple(ids), tuple(ids))


def starred(text: str) -> Named:
    """Read "4:ID". Raises BadInput."""
    found = re.fullmatch(r" *([1-5]) *: *(\S+) *", text)
    if found is None:
        raise BadInput("Stars are written as 4:ID, from 1 to 5, not {text}.", text=text)
    return Named("stars", (found[2],), value=int(found[1]))


def worded(text: str, kind: Literal["tags", "note"]) -> Named:
    """Read "ID:stormy,calm" or "ID:words". Raises BadInput."""
    one, colon, words = text.partition(":")
    if not (one.strip() and colon and words.strip()):
        raise BadInput("Words about a creation are written as ID:words, not {text}.", text=text)
    if kind == "note":
        return Named("note", (one.strip(),), note=words)
    return Named("tags", (one.strip(),), tags=tuple(tag for tag in words.split(",") if tag.strip()))
