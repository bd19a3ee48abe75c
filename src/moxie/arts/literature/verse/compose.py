"""New poems in a form: after an author's manner, and as a person asks for them.

Each couplet takes over the *build* of a real one, character by character what kind of word stands
there, but none of its content words; so its grammar holds and its two lines answer each other.
The best of several poems is handed out, by what its characters weigh together (see `gains`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from moxie.arts.literature.models.language import Language
from moxie.arts.literature.verse import rhyming
from moxie.arts.literature.verse.beam import Setter
from moxie.arts.literature.verse.check import SMALL, Report, check
from moxie.arts.literature.verse.feasible import Board
from moxie.arts.literature.verse.forms import Form, Line, Pattern
from moxie.arts.literature.verse.gains import Gains, Hypothesis, Weights
from moxie.arts.literature.verse.manner import Exemplar, Manner
from moxie.arts.literature.verse.wishes import FREE, Frame, Wish, frames
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput

WIDTH = 40  # hypotheses kept from character to character
KEPT = 4  # hypotheses that go on from couplet to couplet
EXEMPLARS = 12  # that each is tried with
TRIES = 4  # how often a line that came to nothing is begun again
THEMES = 6  # times a word must be met to be spoken of unasked
NEAR = 8.0  # how strongly exemplars near to the theme are preferred
SEEN = 6.0  # how strongly exemplars are preferred that show things, not reason
PLACED = (
    3.0  # how much likelier an exemplar is that opened, or ended, its poem as the new line does
)
USUAL = {5: (0.4, 0.15, 0.3, 0.15), 7: (0.2, 0.3, 0.2, 0.3)}  # the patterns of regulated verse


@dataclass(frozen=True, slots=True)
class Poem:
    """A finished poem: its lines without marks, its pattern, what a check found, its weight."""

    lines: tuple[str, ...]
    form: Form
    pattern: Pattern
    report: Report
    score: float

    def writing(self, title: str = "") -> Writing:
        """With its marks: a line for each sentence, a paragraph for each stanza."""
        text = ""
        for i, (words, line) in enumerate(zip(self.lines, self.pattern.lines, strict=True)):
            if i and i in self.pattern.starts:
                text += "\n"
            text += words + line.mark + ("\n" if line.mark == "。" else "")
        return Writing.from_text(text, title, self.form.name)


def compose(
    language: Language,
    manner: Manner,
    wish: Wish,
    *,
    seed: int,
    novelty: float = 0.5,
    candidates: int = 4,
) -> Poem:
    """The best of some poems as wished for. BadInput where the wish cannot be kept."""
    weights = replace(Weights(), heat=0.25 + 0.6 * novelty, language=0.65 - 0.3 * novelty)
    possible = frames(wish)
    poems = []
    for number in range(candidates):
        rng = np.random.default_rng([seed, number])
        poems.append(_one(language, manner, _pattern(possible, rng), weights, rng))
    return max(poems, key=lambda poem: (poem.report.right_tone, poem.score))


def _pattern(possible: Sequence[Frame], rng: np.random.Generator) -> Frame:
    """One of the patterns a wish can have, the usual ones oftener."""
    first = possible[0]
    if not first.form.regulated:
        return possible[int(rng.integers(len(possible)))]
    usual = USUAL[first.pattern.lines[0].length]
    weights = np.array([usual[first.form.patterns.index(frame.pattern)] for frame in possible])
    return possible[int(rng.choice(len(possible), p=weights / weights.sum()))]


def _one(
    language: Language, manner: Manner, frame: Frame, weights: Weights, rng: np.random.Generator
) -> Poem:
    rhymes = rhyming.choose(frame, manner, rng)
    board = Board.lay(manner, frame.book, rhymes, frame.given)
    theme = frame.wish.theme or _theme(manner, rng)
    gains = Gains(language, manner, board, weights, theme)
    best = _set(Setter(language, board, gains, rng), frame)
    report = check(best.lines, frame.form.name, frame.book.name)
    score = best.score / frame.pattern.length
    return Poem(best.lines, frame.form, frame.pattern, report, score)


def _theme(manner: Manner, rng: np.random.Generator) -> str:
    """A word that the author likes."""
    liked = sorted(
        word
        for word, times in manner.beside.items()
        if times >= THEMES and word[0] != word[1] and not SMALL & set(word)
    )
    return liked[int(rng.integers(len(liked)))] if liked else ""


def _set(setter: Setter, frame: Frame) -> Hypothesis:
    found = [setter.start(frame.given)]
    lines, at = frame.pattern.lines, 0
    while at < len(lines):
        size = _unit(lines, frame.fixed, at)
        if lines[at].repeats:
            found = [setter.take(h, lines[at], h.lines[-1]) for h in found]
        elif FREE not in frame.fixed[at]:
            found = [setter.take(h, lines[at], frame.fixed[at]) for h in found]
        else:
            found = _some(setter, frame, found, at, size)
        at += size
    return found[0]


def _unit(lines: Sequence[Line], fixed: Sequence[str], at: int) -> int:
    """2 where a couplet begins that is to be set as one, else 1."""
    if at + 1 == len(lines) or lines[at].repeats or lines[at + 1].repeats:
        return 1
    free = FREE in fixed[at] and FREE in fixed[at + 1]
    ends = lines[at].mark != "。" and lines[at + 1].mark == "。"
    return 2 if free and ends and lines[at].length == lines[at + 1].length else 1


def _some(
    setter: Setter, frame: Frame, found: list[Hypothesis], at: int, size: int
) -> list[Hypothesis]:
    """Set a line or a couplet; the best few are left, the best first."""
    for attempt in range(TRIES):
        trial = [
            replace(h, exemplars=(*h.exemplars, exemplar), model=exemplar.first)
            for h in found[:KEPT]
            for exemplar in _exemplars(setter, frame, h, at, size)
        ] or [replace(h, model="") for h in found[:KEPT]]
        for i in range(at, at + size):
            if i > at:
                trial = [replace(h, model=h.exemplars[-1].second if h.model else "") for h in trial]
            trial = setter.line(
                trial,
                frame.pattern.lines[i],
                frame.fixed[i],
                WIDTH,
                loose=attempt == TRIES - 1,
            )
        if trial:
            return sorted(trial, key=lambda h: -h.score)
    raise BadInput(
        "Line {number} of {form} cannot be made of these works as it is asked for: choose "
        "another rhyme, or give less.",
        number=at + 1,
        form=frame.form.name,
    )


def _exemplars(
    setter: Setter, frame: Frame, h: Hypothesis, at: int, size: int
) -> Sequence[Exemplar]:
    """Real couplets or clauses of the right lengths, drawn: near the theme, from the same place."""
    lines, manner = frame.pattern.lines, setter.gains.manner
    key = tuple(line.length for line in lines[at : at + size])
    pool = manner.exemplars.get(key, ())
    if not pool:
        return ()
    near = manner.subjects[key] @ setter.gains.aim(h)
    opens, closes = at == 0, at + size == len(lines)
    placed = np.array([(e.opens == opens) + (e.closes == closes) for e in pool])
    weights = np.exp(NEAR * near - SEEN * manner.smallness[key]) * PLACED**placed
    drawn = setter.rng.choice(
        len(pool), min(EXEMPLARS, len(pool)), replace=False, p=weights / weights.sum()
    )
    fresh = (pool[int(k)] for k in drawn)
    return [exemplar for exemplar in fresh if exemplar not in h.exemplars]
