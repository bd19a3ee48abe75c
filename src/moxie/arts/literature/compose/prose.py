"""From a brief to a piece of prose: a plan, then paragraph after paragraph."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief
from moxie.arts.literature.compose import plan, subjects
from moxie.arts.literature.compose.fluency import Fluency
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.compose.paragraphs import Paragraph, Scribe
from moxie.arts.literature.models.draw import STOPS, Manner
from moxie.arts.literature.models.language import Language, Reader
from moxie.arts.literature.writing import BREAK, PROSE, Writing
from moxie.text import Scalar

MOST_KEPT = 0.5
"""Of an opening that is longer than what is asked for, the share of the whole that is kept."""

ABOUT = (0.8, 0.4, 0.2)
"""Power of how much oftener ideographs are where the subject is from, at novelty 0, 0.5 and 1."""


def write(language: Language, habits: Habits, brief: Brief[Writing], seed: int) -> Writing:
    """The prose that a brief asks for. Raises BadInput for a plan that is not understood.

    An opening is kept as it is; a paragraph that it does not end is gone on with.
    """
    rng = np.random.default_rng(seed)
    (characters,) = brief.size
    told = brief.options
    opening = _opening(brief, characters)
    fluency = Fluency.of(language, habits.grams, habits.usual, brief.novelty)
    outline = _outline(habits, told, max(plan.SHORTEST, characters - len(opening)), rng)
    lifts = _lifts(language, habits, brief, opening + _themes(outline, told), seed)
    scribe = Scribe(language, habits, Manner.of(language, brief.novelty), fluency, lifts)
    reader, text = _read(language.reader(), language, opening), opening
    for beat in outline.beats:
        begun = _begun(text)
        if text and not begun:
            reader, text = _read(reader, language, BREAK), text + BREAK
        before = text.removesuffix(begun)
        whole = plan.Beat(beat.length + len(begun), beat.spoken and not begun, beat.theme)
        best = scribe.write(before, reader, whole, begun, rng)
        reader, text = _gone_on(reader, best, begun, language), before + best.text
    title = str(told.get("title", "") or (brief.start.title if brief.start else ""))
    return Writing.from_text(text, title, PROSE)


def _opening(brief: Brief[Writing], characters: int) -> str:
    """The words to go on from."""
    given = brief.start.text if brief.start is not None else str(brief.options.get("opening", ""))
    if len(given) >= characters:  # something new is to be made of it
        given = given[: max(1, int(MOST_KEPT * characters))]
    return given.strip()


def _outline(
    habits: Habits, told: Mapping[str, Scalar], length: int, rng: np.random.Generator
) -> plan.Outline:
    """The plan that is asked for, or one as the works go; about the theme, or else the title."""
    asked = str(told.get("plan", ""))
    outline = plan.parse(asked) if asked else plan.draw(habits, length, rng)
    theme = str(told.get("theme", "") or told.get("title", ""))
    return plan.about(outline, tuple(word for word in theme.split() if len(word) < 12))


def _themes(outline: plan.Outline, told: Mapping[str, Scalar]) -> str:
    """All words that are asked for."""
    named = [word for beat in outline.beats for word in beat.theme]
    return "".join([str(told.get("title", "")), *named])


def _lifts(
    language: Language, habits: Habits, brief: Brief[Writing], asked: str, seed: int
) -> NDArray[np.float32]:
    """How much likelier the subject of the whole makes each symbol, float32 [symbols]."""
    rng = np.random.default_rng([seed, len(habits.subjects)])
    stretch = subjects.choose(habits.subjects, asked, rng)
    power = float(np.interp(brief.novelty, (0, 0.5, 1), ABOUT))
    return subjects.lifts(language.alphabet, habits.often, stretch, power)


def _begun(text: str) -> str:
    """The last paragraph of a text where it has not come to an end."""
    last = text.rpartition(BREAK)[2]
    ended = last.rstrip("”’」』\"'")[-1:] in STOPS or not last
    return "" if ended else last


def _read(reader: Reader, language: Language, text: str) -> Reader:
    for symbol in language.alphabet.encode(text):
        reader.read(symbol)
    return reader


def _gone_on(reader: Reader, best: Paragraph, begun: str, language: Language) -> Reader:
    """A reader at the end of the paragraph: its own, unless the paragraph was cut."""
    if not best.cut:
        return best.reader
    return _read(reader, language, best.text[len(begun) :])
