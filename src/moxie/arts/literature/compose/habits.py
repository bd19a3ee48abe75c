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
from itertools import zip_longest
from pathlib import Path
from typing import Self

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

SPOKEN = 0.4
"""A paragraph of which this share stands between marks of speech is dialogue."""

FILE = "prose.json"

UNSEEN = 0.5
"""As often a character that is not remembered is taken to be written."""

_TOLD = ("paths", "often", "marks", "chinese", "forms", "usual")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Habits:
    """`paths` are works of prose as their paragraphs: positive lengths told, negative ones spoken.

    `often` says how often each character of Chinese prose is written; `marks` are the two that
    enclose speech, empty where nobody speaks; `chinese` whether a character is a word, or half of
    one. `forms` counts the poems by the forms that they are in; `usual` are characters of prose,
    the commonest first; `grams` the runs of them.
    """

    paths: tuple[tuple[int, ...], ...] = ()
    often: dict[str, int] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    chinese: bool = True
    forms: dict[str, int] = field(default_factory=dict)
    usual: str = ""
    grams: Grams | None = None

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
        often = dict(_ordered(Counter(text))[:MOST_OFTEN]) if wide(text) else {}
        grams = Grams.learn([work.text for work in prose], chinese=wide(text)) if prose else None
        known = dict(sorted(forms.items()))
        usual = "".join(char for char, _ in _ordered(Counter(filter(str.isalnum, text)))[:USUAL])
        return cls(paths, often, marks, wide(text), known, usual, grams)

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
        return cls(
            tuple(tuple(int(n) for n in path) for path in told["paths"]),
            {str(char): int(n) for char, n in told.get("often", {}).items()},
            tuple(map(str, told["marks"])),
            bool(told["chinese"]),
            {str(name): int(n) for name, n in told["forms"].items()},
            str(told.get("usual", "")),
            Grams.load(folder) if told["paths"] else None,
        )

    @classmethod
    def joined(cls, several: Sequence[Self]) -> Self:
        """Those of several authors together; marks are those of the first that has some."""
        often: Counter[str] = Counter()
        forms: Counter[str] = Counter()
        for one in several:
            often.update(one.often)
            forms.update(one.forms)
        return cls(
            tuple(path for one in several for path in one.paths),
            dict(often),
            next((one.marks for one in several if one.marks), ()),
            all(one.chinese for one in several),
            dict(forms),
            _interleaved([one.usual for one in several]),
            _together([one.grams for one in several if one.grams is not None]),
        )

    def plain(self, text: str) -> float:
        """Nats that Chinese would cost if nothing counted but how often its characters come."""
        total = max(1, sum(self.often.values()))
        return sum(math.log(total / self.often.get(char, UNSEEN)) for char in text)


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


def words(text: str) -> list[str]:
    """The words of a text in letters, small."""
    return _WORD.findall(text.lower())


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
