"""How an author builds prose: lengths of paragraphs, who speaks where, marks of speech, how
often what is said.

Learnt from the works once, small, and kept beside the language as `prose.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Self

import numpy as np

from moxie.arts.literature.compose import again, subjects
from moxie.arts.literature.compose.grams import Grams
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.writing import BREAK, Writing

QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ("«", "»"), ('"', '"'))
"""Marks between which people speak, the first that the works use counts."""

MOST_PATHS = 400
"""Works whose run of paragraphs is remembered."""

MOST_OFTEN = 8000
"""Characters of Chinese whose number is remembered: the commonest."""

USUAL = 800
"""Characters that are remembered by how often they are written."""

LONGER = 75
"""Per cent of what is quoted that is shorter than what counts as long."""

SPOKEN = 0.4
"""A paragraph of which this share stands between marks of speech is dialogue."""

FILE = "prose.json"

UNSEEN = 0.5
"""As often a character that is not remembered is taken to be written."""

_TOLD = ("paths", "often", "marks", "chinese", "forms", "usual", "subjects", "again", "quoted")


@dataclass(frozen=True)
class Habits:
    """`paths` are works of prose as their paragraphs: positive lengths told, negative ones spoken.

    `often` says how often each character of Chinese prose is written; `marks` are the two that
    enclose speech, empty where nobody speaks; `chinese` whether a character is a word, or half of
    one. `forms` counts the poems by the forms that they are in; `usual` are characters of prose,
    the commonest first; `grams` the runs of them. `subjects` are what stretches of Chinese works
    are about, see `subjects.learn`; `again` is how much of a clause is said again as a rule;
    `quoted` how many characters stand between marks of speech as a rule, in paragraphs told and
    spoken.
    """

    paths: tuple[tuple[int, ...], ...] = ()
    often: dict[str, int] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    chinese: bool = True
    forms: dict[str, int] = field(default_factory=dict)
    usual: str = ""
    grams: Grams | None = None
    subjects: tuple[str, ...] = ()
    again: float = 0.0
    quoted: tuple[int, int] = (0, 0)

    @classmethod
    def learn(cls, works: Sequence[Writing]) -> Self:
        """The habits of the prose among works, and how many poems of which form there are."""
        prose = [work for work in works if not work.verse]
        forms = Counter(name for work in works if work.verse and (name := form_of(work)))
        text = BREAK.join(work.text for work in prose)
        marks: tuple[str, ...] = next((pair for pair in QUOTES if text.count(pair[0]) > 1), ())
        paths = tuple(
            tuple(_length(paragraph, marks) for paragraph in work.paragraphs)
            for work in prose[:MOST_PATHS]
        )
        chinese, texts = wide(text), [work.text for work in prose]
        often = dict(_ordered(Counter(text))[:MOST_OFTEN]) if chinese else {}
        grams = Grams.learn(texts, chinese=chinese) if prose else None
        known = dict(sorted(forms.items()))
        usual = "".join(char for char, _ in _ordered(Counter(filter(str.isalnum, text)))[:USUAL])
        return cls(
            paths,
            often,
            marks,
            chinese,
            known,
            usual,
            grams,
            subjects.learn(texts, often) if chinese else (),
            again.usual(texts, chinese=chinese),
            quoted([paragraph for work in prose for paragraph in work.paragraphs], marks),
        )

    def save(self, folder: Path) -> None:
        """Write them into a model's folder."""
        told = {name: getattr(self, name) for name in _TOLD}
        (folder / FILE).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        if self.grams is not None:
            self.grams.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote."""
        told = json.loads((folder / FILE).read_text("utf-8"))
        quotes = told.get("quoted", (0, 0))
        return cls(
            tuple(tuple(int(n) for n in path) for path in told["paths"]),
            {str(char): int(n) for char, n in told.get("often", {}).items()},
            tuple(map(str, told["marks"])),
            bool(told["chinese"]),
            {str(name): int(n) for name, n in told["forms"].items()},
            str(told.get("usual", "")),
            Grams.load(folder) if told["paths"] else None,
            tuple(map(str, told.get("subjects", ()))),
            float(told.get("again", 0.0)),
            (int(quotes[0]), int(quotes[1])),
        )

    @classmethod
    def joined(cls, several: Sequence[Self]) -> Self:
        """Those of several authors together; marks are those of the first that has some."""
        often: Counter[str] = Counter()
        forms: Counter[str] = Counter()
        for one in several:
            often.update(one.often)
            forms.update(one.forms)
        chinese = all(one.chinese for one in several)
        alike = [one for one in several if one.chinese == chinese]
        return cls(
            tuple(path for one in several for path in one.paths),
            dict(often),
            next((one.marks for one in several if one.marks), ()),
            chinese,
            dict(forms),
            _interleaved([one.usual for one in several]),
            _together([one.grams for one in several if one.grams is not None]),
            tuple(subject for one in alike for subject in one.subjects),
            max(one.again for one in alike),
            (max(one.quoted[0] for one in alike), max(one.quoted[1] for one in alike)),
        )

    def plain(self, text: str) -> float:
        """Nats that Chinese would cost if nothing counted but how often its characters come."""
        return sum(math.log(max(1, self.total) / self.often.get(c, UNSEEN)) for c in text)

    @cached_property
    def total(self) -> int:
        """How many characters `often` counts."""
        return sum(self.often.values())


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """The commonest first, equally common ones in order."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _interleaved(several: Sequence[str]) -> str:
    """Each one's first, each one's second and so on, none twice."""
    turns = (char for turn in zip_longest(*several, fillvalue="") for char in turn)
    return "".join(dict.fromkeys(turns))


def _together(several: Sequence[Grams]) -> Grams | None:
    """Runs of several authors, of those that count them in one way."""
    alike = [one for one in several if one.lengths == several[0].lengths]
    return Grams.joined(alike) if alike else None


def form_of(work: Writing) -> str:
    """The form of a poem by its name, its lines, or the tune that its title begins with."""
    from moxie.arts.literature.verse import forms
    from moxie.arts.literature.verse.check import clauses

    if work.form in forms.names():
        return work.form
    lengths = [len(clause) for clause in clauses(work.text)]
    for name, (width, count) in forms.REGULATED.items():
        if lengths == [width] * count:
            return name
    tune = forms.lyrics().get(re.split(r"[\s·（(]", work.title, maxsplit=1)[0])
    return tune.name if tune else ""


def quoted(paragraphs: Sequence[str], marks: Sequence[str]) -> tuple[int, int]:
    """Characters between two marks of speech that a quarter of the times are passed, in paragraphs
    that are told, where terms are quoted, and in spoken ones; 0 where there are none.
    """
    if len(marks) != 2:
        return 0, 0
    lengths: tuple[list[int], list[int]] = ([], [])
    between = re.compile(f"{re.escape(marks[0])}([^{re.escape(''.join(marks))}]*)")
    for paragraph in paragraphs:
        talk = spoken(paragraph, marks) >= SPOKEN * len(paragraph)
        found = between.findall(paragraph)
        if marks[0] == marks[1]:  # every other stretch is not between them
            found = found[::2]
        lengths[talk].extend(map(len, found))
    told, said = (int(np.percentile(some, LONGER)) if some else 0 for some in lengths)
    return told, said


def spoken(paragraph: str, marks: Sequence[str]) -> int:
    """Characters between marks of speech; an open end counts to the paragraph's."""
    if len(marks) != 2:
        return 0
    opening, closing = marks
    count, start = 0, paragraph.find(opening)
    while start >= 0:
        end = paragraph.find(closing, start + 1)
        end = len(paragraph) if end < 0 else end
        count += end - start
        start = paragraph.find(opening, end + 1)
    return count


def _length(paragraph: str, marks: Sequence[str]) -> int:
    talk = spoken(paragraph, marks) >= SPOKEN * len(paragraph)
    return -len(paragraph) if talk else len(paragraph)
