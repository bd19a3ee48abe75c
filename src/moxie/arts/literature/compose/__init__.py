"""What is made of a brief: a poem in a form, prose by a plan, or free verse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from moxie.art import Brief
from moxie.arts.literature.compose import prose
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.models import draw
from moxie.arts.literature.models.language import Language
from moxie.arts.literature.verse import briefs
from moxie.arts.literature.verse.manner import Manner
from moxie.arts.literature.writing import PROSE, VERSE, Writing


def write(
    language: Language,
    habits: Habits,
    manners: Sequence[Manner],
    brief: Brief[Writing],
    seed: int,
) -> Writing:
    """The text that a brief asks for; in the author's usual form where it names none.

    Raises BadInput or TooLittleData for what these works do not give.
    """
    if brief.mask is not None and brief.start is not None:
        poem = briefs.fill(language, manners, brief.start, brief.mask, seed)
        return poem or draw.write(language, brief, seed)
    asked = replace(brief, options={**brief.options, "form": _form(habits, brief, seed)})
    if briefs.in_form(asked):
        return briefs.write(language, manners, asked, seed)
    if asked.options["form"] == PROSE and habits.paths:
        return prose.write(language, habits, asked, seed)
    title = str(brief.options.get("title", ""))
    found = draw.write(language, brief, seed)
    return replace(found, form=VERSE, title=title or found.title)


def _form(habits: Habits, brief: Brief[Writing], seed: int) -> str:
    """The form asked for, or that of what it begins from; of poets one that they wrote in."""
    if "form" in brief.options:
        return str(brief.options["form"])
    if brief.start is not None:
        return brief.start.form
    if habits.paths or not habits.forms:
        return PROSE if habits.paths else VERSE
    names = sorted(habits.forms)
    times = np.array([habits.forms[name] for name in names], np.float64)
    rng = np.random.default_rng([seed, len(names)])
    return names[int(rng.choice(len(names), p=times / times.sum()))]
