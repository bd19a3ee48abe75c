"""The next question to a person, and what they answered."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, get_args

import numpy as np

from moxie.errors import BadInput, Missing
from moxie.rights import canon
from moxie.store import Library
from moxie.studio import recording, tasting
from moxie.studio.candidates import too_few
from moxie.studio.desk import Desk
from moxie.studio.tasting import Tasted
from moxie.taste.answers import Answer
from moxie.taste.asking import Question, question
from moxie.work import Answered, Creation, Said, Why

S = TypeVar("S")

LONGEST_WHO, LONGEST_TAG, MOST_TAGS, LONGEST_NOTE = 40, 40, 12, 2000
"""Characters of a pseudonym, of a tag and of a note, and tags of one answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: which creations to show, in this order, and why these.

    `number` counts the person's questions from 0; with `seed` it stands for this one.
    """

    number: int
    why: Why
    shown: tuple[Creation, ...]
    seed: int = 0


def ask(desk: Desk[S], who: str, seed: int) -> Asked:
    """The next question. Asking changes nothing: who has said the same is asked the same."""
    known = tasting.taste(desk, pseudonym(who))
    ids = known.ids
    while True:
        found = _question(known, ids, seed)
        shown = [ids[place] for place in found.shown]
        there = [one for one in shown if desk.library.has(one)]
        if len(there) == len(shown):
            break
        ids = tuple(one for one in ids if one not in shown or one in there)
    creations = tuple(_of(desk, one) for one in shown)
    return Asked(len(known.asked), found.why, creations, seed)


def _of(desk: Desk[S], creation: str) -> Creation:
    """The creation as this corpus has it: the same bytes may be made in another."""
    runs = {run.id for run in desk.library.runs(desk.corpus.name)}
    return next(made for made in desk.library.alike(creation) if made.run in runs)


def _question(known: Tasted, ids: Sequence[str], seed: int) -> Question:
    """The next question about these creations: places among them."""
    if len(ids) < 2:
        raise too_few(known.corpus)
    place = {one: i for i, one in enumerate(ids)}
    rows = [i for i, one in enumerate(known.ids) if one in place]
    before = [
        tuple(place[one] for one in said.shown if one in place)
        for said in known.asked
        if said.kind != "skip"
    ]
    rng = np.random.default_rng([seed, len(known.asked)])
    asked = [shown for shown in before if len(shown) > 1]
    return question(known.taste, known.points[rows], asked, rng)


def pseudonym(who: str) -> str:
    """The pseudonym without spaces around it. Raises BadInput for none, or for an address."""
    name = who.strip()
    if not 0 < len(name) <= LONGEST_WHO or _broken(name) or "@" in name:
        raise BadInput(
            "{name} cannot be a person's pseudonym: use 1 to {n} characters, none of them a "
            "control character or @.",
            name=repr(who[:LONGEST_WHO]),
            n=LONGEST_WHO,
        )
    return name


def answer(library: Library, said: Answered) -> Answered:
    """Keep an answer, and note in the records of its creations that they were rated.

    Where it answers a question that was just answered, what was said first stands. Raises
    BadInput for an answer that makes no sense, Missing for creations there are not.
    """
    kept, new = library.answers.append(_checked(library, said))
    if new:
        for subject, details in _ratings(kept):
            recording.note(library, subject, "rated", details)
    return kept


def _checked(library: Library, said: Answered) -> Answered:
    """The answer with whole ids, in one form."""
    if said.kind not in get_args(Said) or said.why not in get_args(Why):
        raise BadInput(
            "There is no answer of the kind {kind}: it is one of {kinds}.",
            kind=str(said.kind),
            kinds=", ".join(get_args(Said)),
        )
    named = dict.fromkeys((*said.shown, *said.order))
    known = {one: _creation(library, said.corpus, one) for one in named}
    shown = tuple(known[one] for one in said.shown)
    order = tuple(known[one] for one in said.order)
    tags, note = tuple(dict.fromkeys(tag.strip() for tag in said.tags)), said.note.strip()
    _check_words(tags, note)
    if said.kind in ("order", "pick", "like", "stars"):
        Answer(said.kind, shown, order, said.value)
    elif not shown or (said.kind == "tags" and not tags) or (said.kind == "note" and not note):
        raise BadInput("Tags and notes are words about a creation: there are none here.")
    asked = said.kind in ("order", "pick", "skip") and said.question is not None
    return replace(
        said,
        who=pseudonym(said.who),
        at=canon.now(),
        shown=shown,
        order=order,
        tags=tags,
        note=note,
        why=said.why if asked else "free",
        question=said.question if asked else None,
    )


def _creation(library: Library, corpus: str, name: str) -> str:
    """The whole id of a creation of this corpus that is still there."""
    alike = library.alike(name) or library.alike(library.creation(name).id)
    owners = {library.run(made.run).corpus for made in alike}
    if corpus not in owners:
        raise BadInput(
            "The creation {creation} is not of {corpus} but of {other}.",
            creation=name,
            corpus=corpus,
            other=", ".join(sorted(owners)),
        )
    if not library.has(alike[0].id):
        raise Missing("The creation {creation} is no longer in the store.", creation=name)
    return alike[0].id


def _check_words(tags: Sequence[str], note: str) -> None:
    sound = len(tags) <= MOST_TAGS and len(note) <= LONGEST_NOTE and not _broken(note, "\n\t")
    if not sound or any(not 0 < len(tag) <= LONGEST_TAG or _broken(tag) for tag in tags):
        raise BadInput(
            "An answer has up to {tags} tags of up to {letters} characters and a note of up to "
            "{note}, none of them control characters.",
            tags=MOST_TAGS,
            letters=LONGEST_TAG,
            note=LONGEST_NOTE,
        )


def _broken(text: str, but: str = "") -> bool:
    """Whether there are control or broken characters in it."""
    return any(unicodedata.category(char) in {"Cc", "Cs"} and char not in but for char in text)


def _ratings(said: Answered) -> Iterator[tuple[str, dict[str, object]]]:
    """What the records of the creations say: nothing about who, and no words of theirs."""
    if said.kind in ("like", "stars"):
        yield said.shown[0], {"by": said.kind, "value": said.value}
    for rank, one in enumerate(said.order, 1):
        yield one, {"by": said.kind, "rank": rank, "of": len(said.shown)}
