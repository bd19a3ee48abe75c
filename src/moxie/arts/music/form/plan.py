"""A plan: for every bar whether it is new, varies or repeats an earlier one, and where phrases end.

A plan prints as its sections and their bars, "A8 A'8 B8 A8", which a person can edit and
`parse_plan` reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal, NamedTuple, TypeAlias, cast

from moxie.arts.music.theory.phrases import Close, usual_phrases
from moxie.errors import BadInput

Kind: TypeAlias = Literal["new", "vary", "repeat"]

SHORTEST, LONGEST = 4, 256
"""Bars that a plan may have."""

_CLOSES: Mapping[str, Close] = {".": "", "h": "half", "c": "close"}
_SIGNS = {close: sign for sign, close in _CLOSES.items()}
_SECTION = re.compile(r"([A-Z]'{0,3})(\d{0,3})")
_BETWEEN = re.compile(r"[\s,;|+、-]+")


class Step(NamedTuple):
    """One bar of a plan.

    It is new, or varies or repeats the earlier bar `like`, `shift` semitones higher. `section` is
    a label ("A", "A'") and `place` counts the bars of the section from 0. `close` says how the
    phrase ends that ends in this bar; "" where none does.
    """

    kind: Kind
    like: int | None
    section: str
    shift: int = 0
    place: int = 0
    close: Close = ""


class Section(NamedTuple):
    """A labelled span of bars."""

    label: str
    first: int
    bars: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What each bar of a piece is; `str` gives its sections, as in "A8 A'8 B8 A8"."""

    steps: tuple[Step, ...]

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return " ".join(f"{section.label}{section.bars}" for section in self.sections)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order."""
        firsts = [i for i, step in enumerate(self.steps) if step.place == 0]
        bounds = zip(firsts, [*firsts[1:], len(self.steps)], strict=True)
        return tuple(Section(self.steps[a].section, a, b - a) for a, b in bounds)

    @property
    def ends(self) -> tuple[int, ...]:
        """The bars in which a phrase ends."""
        return tuple(i for i, step in enumerate(self.steps) if step.close)

    def share(self, kind: Kind) -> float:
        """The share of bars of a kind."""
        return sum(step.kind == kind for step in self.steps) / max(1, len(self.steps))

    def to_json(self) -> dict[str, object]:
        """The plan as small plain data: bars of one kind and distance are counted together."""
        keys = [
            (step.kind, 0 if step.like is None else i - step.like, step.shift)
            for i, step in enumerate(self.steps)
        ]
        return {
            "sections": str(self),
            "bars": [[len(list(run)), *key] for key, run in groupby(keys)],
            "closes": "".join(_SIGNS[step.close] for step in self.steps),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Plan:
        """The inverse of `to_json`."""
        closes = str(data["closes"])
        steps: list[Step] = []
        for count, kind, back, shift in cast("list[tuple[int, Kind, int, int]]", data["bars"]):
            for i in range(len(steps), len(steps) + count):
                like = None if kind == "new" else i - back
                steps.append(Step(kind, like, "", shift, 0, _CLOSES[closes[i]]))
        return cls(labelled(steps, _placed(_read(str(data["sections"])))))


def labelled(steps: Sequence[Step], sections: Iterable[Section]) -> tuple[Step, ...]:
    """The steps with the labels and places of the sections, which must cover them."""
    return tuple(
        steps[first + place]._replace(section=label, place=place)
        for label, first, bars in sections
        for place in range(bars)
    )


def closed(plan: Plan) -> Plan:
    """The plan with a close in its last bar, which varies its model if that closes otherwise."""
    last = plan.steps[-1]._replace(close="close")
    if last.kind == "repeat" and last.like is not None and plan.steps[last.like].close != "close":
        last = last._replace(kind="vary")
    return Plan((*plan.steps[:-1], last))


def parse_plan(text: str, bars: int) -> Plan:
    """Read "A8 A'8 B8 A8": a label that comes again repeats its section, with a prime varies it.

    Numbers may be left out: the bars that remain are shared among those sections. Sections are cut
    into the usual phrases; of an eight-bar section the second begins like the first. Raises
    BadInput where the text is no plan or has not as many bars as asked for.
    """
    sections = _placed(_completed(text, bars))
    steps: list[Step] = []
    for number, section in enumerate(sections):
        follows = sections[number + 1].label if number + 1 < len(sections) else ""
        steps += _section(section, _model(sections[:number], section.label), steps, follows)
    return closed(Plan(labelled(steps, sections)))


def check_bars(bars: int) -> None:
    """Raises BadInput for a number of bars that no plan may have."""
    if not SHORTEST <= bars <= LONGEST:
        raise BadInput(
            "A planned piece has {least} to {most} bars, not {bars}.",
            least=SHORTEST,
            most=LONGEST,
            bars=bars,
        )


def _completed(text: str, bars: int) -> list[tuple[str, int]]:
    """The sections with their bars, those left out filled in."""
    check_bars(bars)
    read = _read(text)
    missing = sum(length == 0 for _, length in read)
    left = bars - sum(length for _, length in read)
    if left < missing or (left > 0 and not missing):
        raise BadInput(
            "The plan {plan} has {found} bars, but {bars} were asked for: make them agree, or "
            "leave numbers out.",
            plan=repr(text[:80]),
            found=bars - left,
            bars=bars,
        )
    lengths = iter(_shared(left, missing))
    return [(label, length or next(lengths)) for label, length in read]


def _shared(bars: int, sections: int) -> list[int]:
    """So many bars for so many sections: whole phrases of four where that is nearly even."""
    if not sections:
        return []
    whole = max(4, 4 * round(bars / sections / 4))
    last = bars - whole * (sections - 1)
    if abs(last - whole) < 4 and last > 0:
        return [whole] * (sections - 1) + [last]
    bounds = [bars * i // sections for i in range(sections + 1)]
    return [b - a for a, b in pairwise(bounds)]


def _read(text: str) -> list[tuple[str, int]]:
    """Labels and bars, 0 where they are left out."""
    plain = re.sub("[‘’′´`ʹ]", "'", text)
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", plain).upper())
    plain = re.sub("[‘’′´`ʹ]", "'", plain)
    found = _SECTION.findall(plain)
    if "".join(label + bars for label, bars in found) != plain or not _in_order(found, text):
        raise BadInput(
            "The plan {plan} cannot be read: write sections and their bars, for example "
            "A8 A'8 B8 A8.",
            plan=repr(text[:80]),
        )
    if any(bars and int(bars) == 0 for _, bars in found):
        raise BadInput("The plan {plan} has a section of no bars.", plan=repr(text[:80]))
    return [(label, int(bars or 0)) for label, bars in found]


def _in_order(found: Sequence[tuple[str, str]], text: str) -> bool:
    """Whether there are sections, and letters that are run together are no word.

    "aaba" is a plan and "like Mozart" is none: new letters come in the order of the alphabet.
    """
    letters = list(dict.fromkeys(label[0] for label, _ in found))
    ordered = letters == [chr(ord("A") + i) for i in range(len(letters))]
    return bool(found) and (ordered or re.search("[A-Za-z]{2}", text) is None)


def _placed(sections: Iterable[tuple[str, int]]) -> list[Section]:
    placed: list[Section] = []
    first = 0
    for label, bars in sections:
        placed.append(Section(label, first, bars))
        first += bars
    return placed


def _model(earlier: Sequence[Section], label: str) -> Section | None:
    """The section that one with this label repeats, or else varies: the first of its letter."""
    same = [section for section in earlier if section.label == label]
    letter = [section for section in earlier if section.label[0] == label[0]]
    return next(iter(same or letter), None)


def _section(
    section: Section, model: Section | None, before: Sequence[Step], follows: str
) -> list[Step]:
    """The steps of a section that repeats or varies its model, or is new."""
    steps: list[Step] = []
    leads_back = follows[:1] == "A" and section.label[0] != "A"
    closes = usual_closes(section.bars, last="half" if leads_back else "close")
    kind: Kind = "repeat" if model and model.label == section.label else "vary"
    for place, close in enumerate(closes):
        if model and place < model.bars:
            like = model.first + place
            old = before[like].close
            steps.append(Step(kind, like, "", close=old if kind == "repeat" else close))
        elif model is None and section.bars == 8 and place in (4, 5):
            steps.append(Step("vary", section.first + place - 4, "", close=close))
        else:
            steps.append(Step("new", None, "", close=close))
    return steps


def usual_closes(bars: int, *, last: Close = "close") -> list[Close]:
    """How the bars of a section close of which nothing is known: phrases half, the last `last`."""
    closes: list[Close] = [""] * bars
    for end in usual_phrases(bars):
        closes[end - 1] = "half"
    closes[-1] = last
    return closes
