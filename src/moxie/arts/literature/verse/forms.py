"""Forms of verse: how many lines of how many characters, with which tones, and where they rhyme.

Regulated verse (近体诗) is put together from its four kinds of line, see `REGULATED`; song lyrics
(词) are read from `data/cipai.json`. A line has one or more tonal alternatives over 平 (level),
仄 (oblique) and 中 (either); it keeps its form if it matches one. What poets allowed themselves but
what is not made unasked (拗 with and without 救) is *tolerated*.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from moxie.arts.literature.verse.rhymes import PING
from moxie.errors import BadInput


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or one clause of a lyric.

    `rhyme` is a letter, the same in lines that rhyme, or empty; `repeats` says that it is the
    line before, word for word; `pair` names tolerated tones of this line and the next together.
    """

    tones: tuple[str, ...]
    mark: str
    rhyme: str = ""
    tolerated: tuple[str, ...] = ()
    repeats: bool = False
    pair: tuple[tuple[str, str], ...] = ()

    @property
    def length(self) -> int:
        """How many characters, its mark not counted."""
        return len(self.tones[0])

    @property
    def rhyme_tone(self) -> str:
        """平 or 仄: the tone of the last place."""
        return self.tones[0][-1]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way a form may go. `starts` are the lines that begin a stanza."""

    name: str
    lines: tuple[Line, ...]
    starts: tuple[int, ...] = (0,)

    @property
    def length(self) -> int:
        """Characters of the whole poem."""
        return sum(line.length for line in self.lines)


@dataclass(frozen=True, slots=True)
class Form:
    """A form by its name. `book` is the rhyme book it is checked by unless another is asked for.

    `couplets` are pairs of lines in which the words should stand parallel (对仗).
    """

    name: str
    patterns: tuple[Pattern, ...]
    book: str
    couplets: tuple[tuple[int, int], ...] = ()

    @property
    def regulated(self) -> bool:
        """Whether it is regulated verse: rhymes are level and by 平水韵."""
        return self.name in REGULATED


# The four kinds of line (王力《诗词格律》): 甲 and 丙 end oblique, 乙 and 丁 level. 乙 is spared a
# lone level tone (孤平) by its third place, or saved by 仄平平仄平; 丁 never ends on three level
# tones.
_KINDS = {
    "甲": ("中仄平平仄",),
    "乙": ("平平中仄平", "仄平平仄平"),
    "丙": ("中平平仄仄", "平平仄平仄"),
    "丁": ("中仄仄平平",),
}
_TOLERATED = {"甲": ("中仄仄平仄",), "丙": ("中平仄仄仄",)}
_RESCUED = (
    "中仄中仄仄",
    "中平平仄平",
)  # 甲 with a wrong fourth place, mended by 乙 after it (对句救)
_PREFIX = {"甲": "中平", "乙": "中仄", "丙": "中仄", "丁": "中平"}
_ORDERS = (
    "甲乙丙丁",
    "丁乙丙丁",
    "丙丁甲乙",
    "乙丁甲乙",
)  # the third and fourth open with no rhyme / rhyme
REGULATED = {"五绝": (5, 4), "七绝": (7, 4), "五律": (5, 8), "七律": (7, 8)}
_LONG = {"五言绝句": "五绝", "七言绝句": "七绝", "五言律诗": "五律", "七言律诗": "七律"}


def _kind(kind: str, width: int, mark: str, rhymes: bool, next_kind: str) -> Line:
    front = _PREFIX[kind] if width == 7 else ""
    pair: tuple[tuple[str, str], ...] = ()
    if kind == "甲" and next_kind == "乙":
        pair = ((front + _RESCUED[0], (_PREFIX["乙"] if width == 7 else "") + _RESCUED[1]),)
    return Line(
        tuple(front + tones for tones in _KINDS[kind]),
        mark,
        "a" if rhymes else "",
        tuple(front + tones for tones in _TOLERATED.get(kind, ())),
        pair=pair,
    )


def _regulated(name: str) -> Form:
    width, count = REGULATED[name]
    patterns = []
    for order in _ORDERS:
        rest = "甲乙丙丁" if order[2] == "丙" else "丙丁甲乙"
        kinds = (order + rest)[:count]
        lines = tuple(
            _kind(
                kind,
                width,
                "。" if i % 2 else "，",
                kind in "乙丁",
                kinds[i + 1] if i + 1 < count else "",
            )
            for i, kind in enumerate(kinds)
        )
        opens = "平起" if lines[0].tones[0][1] == PING else "仄起"
        patterns.append(Pattern(opens + ("首句入韵" if lines[0].rhyme else "首句不入韵"), lines))
    couplets = ((2, 3), (4, 5)) if count == 8 else ()
    return Form(name, tuple(patterns), "平水韵", couplets)


def parse_pattern(name: str, text: str) -> Pattern:
    """A pattern as `data/cipai.json` writes it."""
    lines: list[Line] = []
    starts: list[int] = []
    for stanza in text.split("|"):
        starts.append(len(lines))
        for clause, rhyme, mark in re.findall(r"([平仄中]+|=)([a-z]?)([，。、])", stanza):
            if clause == "=":
                last = lines[-1]
                lines.append(Line(last.tones, mark, last.rhyme, repeats=True))
            else:
                lines.append(Line((clause,), mark, rhyme))
    return Pattern(name, tuple(lines), tuple(starts))


@lru_cache(maxsize=1)
def lyrics() -> dict[str, Form]:
    """Every 词牌 by its name; other names of the same lead to it too."""
    path = resources.files("moxie.arts.literature.verse").joinpath("data/cipai.json")
    forms: dict[str, Form] = {}
    for name, entry in json.loads(path.read_text("utf-8"))["forms"].items():
        texts = list(entry["patterns"])
        if entry.get("halves"):  # the same twice, rhyming throughout
            texts += [f"{text}|{text}" for text in texts]
        patterns = tuple(parse_pattern(f"{name}{i + 1}", text) for i, text in enumerate(texts))
        form = Form(name, patterns, "词林正韵")
        forms |= dict.fromkeys((name, *entry.get("also", ())), form)
    return forms


@lru_cache(maxsize=128)
def form(name: str) -> Form:
    """A form by one of its names; BadInput for a form that is not known."""
    name = _LONG.get(name.strip(), name.strip())
    if name in REGULATED:
        return _regulated(name)
    found = lyrics().get(name)
    if found is None:
        raise BadInput(
            "There is no form of verse “{name}” here; there are {forms}.",
            name=name[:40],
            forms="、".join(names()),
        )
    return found


def names() -> tuple[str, ...]:
    """Every form by its first name: regulated verse, then lyrics."""
    return (*REGULATED, *dict.fromkeys(found.name for found in lyrics().values()))
