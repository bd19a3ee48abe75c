"""The people who answered: what is kept about one of them, handed out or erased.

Answers are personal data. All of a person's can be exported and erased; models that were tuned
by them are named then, so that they can be made again without.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from moxie.errors import Missing
from moxie.rights import canon
from moxie.store import Library
from moxie.studio.desk import digest
from moxie.studio.making import write
from moxie.studio.questioning import pseudonym
from moxie.work import Run

FORMAT = "moxie-person/1"


@dataclass(frozen=True, slots=True)
class Liked:
    """Whose answers a run was tuned by, and how many of each. "" is who was erased since."""

    people: tuple[str, ...]
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of a person, and the models their answers had tuned before."""

    who: str
    answers: int
    models: tuple[Run, ...]


def remember(library: Library, run: Run, people: Sequence[str]) -> None:
    """Keep whose answers a run is tuned by, as `pedigree.remember` keeps the works."""
    given = library.answers.people(run.corpus)
    liked = Liked(tuple(people), tuple(given.get(who, 0) for who in people))
    library.save(run.corpus, f"liked-{run.id}", liked)


def liked_by(library: Library, run: Run) -> Liked | None:
    """Whose answers a run was tuned by; None where it was not tuned."""
    return library.load(run.corpus, f"liked-{run.id}", Liked)


def tuned_by(library: Library, who: str, corpus: str | None = None) -> list[Run]:
    """The runs that a person's answers tuned, newest first."""
    return [
        run
        for name in _corpora(library, corpus)
        for run in library.runs(name)
        if (liked := liked_by(library, run)) is not None and who in liked.people
    ]


def export(library: Library, who: str, out: Path) -> Path:
    """Write all that is kept about a person, of all corpora, as one JSON file.

    Raises Missing where there is nothing.
    """
    who = pseudonym(who)
    answers = library.answers.find(who=who)
    tuned = tuned_by(library, who)
    if not answers and not tuned:
        raise _nobody(who)
    facts = {
        "format": FORMAT,
        "who": who,
        "exported_at": canon.now(),
        "answers": [asdict(said) for said in answers],
        "models": [{"corpus": run.corpus, "run": run.id, "model": run.model} for run in tuned],
        "tunings": [
            {"corpus": name, **kept}
            for name in _corpora(library, None)
            if (kept := library.load(name, tuning_key(who), dict)) is not None
        ],
    }
    write(out, (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode())
    return out


def tuning_key(who: str) -> str:
    """Under this name the store keeps what became of a person's last tuning in a corpus."""
    return f"tuning-{digest(who)}"


def erase(library: Library, who: str, corpus: str | None) -> Erased:
    """Delete all that is kept about a person: answers, tags, notes, and their name on models.

    Raises Missing where there is nothing.
    """
    who = pseudonym(who)
    tuned = tuned_by(library, who, corpus)
    for run in tuned:
        liked = liked_by(library, run)
        assert liked is not None
        people = tuple("" if one == who else one for one in liked.people)
        library.save(run.corpus, f"liked-{run.id}", replace(liked, people=people))
    for name in _corpora(library, corpus):
        library.drop(name, tuning_key(who))
    number = library.answers.erase(who, corpus)  # last: it overwrites all that was deleted
    if not number and not tuned:
        raise _nobody(who)
    return Erased(who, number, tuple(tuned))


def _corpora(library: Library, corpus: str | None) -> list[str]:
    return [one.name for one in library.corpora()] if corpus is None else [corpus]


def _nobody(who: str) -> Missing:
    return Missing("Nothing is kept about {who}.", who=who)
