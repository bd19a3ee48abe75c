"""From a brief to a poem, and from a poem with gaps to a whole one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief
from moxie.arts.literature.models.language import Language
from moxie.arts.literature.verse.check import characters, check, clauses
from moxie.arts.literature.verse.compose import compose
from moxie.arts.literature.verse.forms import REGULATED, form, names
from moxie.arts.literature.verse.manner import Manner
from moxie.arts.literature.verse.wishes import FREE, Wish
from moxie.arts.literature.writing import VERSE, Writing
from moxie.errors import BadInput, TooLittleData

KEEPS = 0.9
"""A poem whose known characters keep this share of a form's tones is filled by that form."""


def learnt(works: Sequence[Writing]) -> Manner | None:
    """The manner of the verse among works; None where there is too little of it."""
    try:
        return Manner.learn(work.text for work in works if work.verse)
    except TooLittleData:
        return None


def in_form(brief: Brief[Writing]) -> bool:
    """Whether a poem in a form that is known here is asked for."""
    return str(brief.options.get("form", "")) in names()


def write(
    language: Language, manners: Sequence[Manner], brief: Brief[Writing], seed: int
) -> Writing:
    """The poem that a brief asks for. TooLittleData where the works have no verse.

    The lines of `brief.start` are kept, as many as leave a line to be made.
    """
    if not manners:
        raise TooLittleData(
            "A poem in a form needs verse to learn from, and these works have hardly any."
        )
    wish = Wish.of(brief.options)
    if brief.start is not None:
        lines = clauses(brief.start.text)
        most = min(len(pattern.lines) for pattern in form(wish.form).patterns)
        wish = replace(wish, given=tuple(lines if len(lines) < most else lines[:1]))
    poem = compose(language, Manner.joined(manners), wish, seed=seed, novelty=brief.novelty)
    title = str(brief.options.get("title", "") or (brief.start.title if brief.start else ""))
    return poem.writing(title or poem.form.name)


def fill(
    language: Language,
    manners: Sequence[Manner],
    content: Writing,
    mask: NDArray[np.bool_],
    seed: int,
) -> Writing | None:
    """A poem with the characters that are masked made anew by its form.

    None where it is in no form that is known here, does not keep it, or has no room left.
    """
    pairs = list(zip(content.text, mask, strict=True))  # marks and line ends stay
    known = "".join(FREE if gone and characters(c) else c for c, gone in pairs)
    name = _form_of(content, known)
    if not manners or not name:
        return None
    lines = clauses(known)
    wish = Wish(name, given=tuple(lines))
    try:
        poem = compose(language, Manner.joined(manners), wish, seed=seed)
    except BadInput:
        return None
    made = iter("".join(poem.lines))
    told = [(next(made) if characters(c) else c, c, gone) for c, gone in pairs]
    return content.with_text("".join(new if gone else c for new, c, gone in told))


def _form_of(content: Writing, known: str) -> str:
    """The form of a poem, by its name or its lines; empty where it is none, or not kept."""
    lengths = [len(clause) for clause in clauses(known)]
    sizes = [n for n, (width, count) in REGULATED.items() if lengths == [width] * count]
    name = content.form if content.form in names() else "".join(sizes[:1])
    if not name or not content.verse or (content.form == VERSE and not sizes):
        return ""
    if lengths not in [[line.length for line in p.lines] for p in form(name).patterns]:
        return ""
    report = check(clauses(known), name)
    gaps = known.count(FREE)
    wrong = sum(len(line.wrong) for line in report.lines) - gaps
    return name if wrong <= (1 - KEEPS) * (sum(lengths) - gaps) else ""
