"""What came from which works: models with the works they learnt from, and forgetting a work.

A run remembers the works it learnt from under its own id, because those of the corpus change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moxie.errors import BadInput, Missing
from moxie.store import Library
from moxie.work import Creation, Rights, Run, Work


@dataclass(frozen=True, slots=True)
class Learnt:
    """The works of a run: those learnt from, and those its recipe was chosen and checked by.

    Rights are kept as they stood then, by the id of the work: a work may be forgotten later.
    """

    works: tuple[str, ...]
    held_out: tuple[str, ...]
    titles: Mapping[str, str]
    rights: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A work that a model learnt from: on what ground, and whether it is still in the corpus."""

    work: str
    title: str
    rights: Rights
    held_out: bool = False  # only chosen and measured by, not learnt from
    forgotten: bool = False
    license_found: str | None = None
    overridden: str | None = None  # why a no was passed over


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model's page. `works` is None where an older Moxie did not remember them."""

    run: Run
    works: tuple[Source, ...] | None
    creations: int
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What came from a work: models that learnt from it (or may have), and their creations.

    A creation comes with the share that the work had in it, None where its model does not say.
    """

    work: Work
    models: tuple[Run, ...]
    creations: tuple[tuple[Creation, float | None], ...]
    erased: bool


def remember(library: Library, run: Run, works: Sequence[Work], places: Any) -> None:  # noqa: ANN401
    """Keep which works a run learns from; `places` are its dataset's."""
    by_id = {work.id: work for work in works}
    learnt = tuple(place.work for place in places if place.part == "train")
    held_out = tuple(place.work for place in places if place.part in ("validation", "test"))
    known = [by_id[name] for name in (*learnt, *held_out) if name in by_id]
    titles = {work.id: work.title for work in known}
    rights = {work.id: str(work.rights) for work in known}
    library.save(run.corpus, f"learnt-{run.id}", Learnt(learnt, held_out, titles, rights))


def models(library: Library, corpus: str, in_use: str | None = None) -> list[Model]:
    """The trained models of a corpus, newest first, each with its works.

    `in_use` is the id of the run that creations are made by now.
    """
    works = {work.id: work for work in library.works(corpus)}
    return [
        Model(
            run,
            _sources(library, run, works),
            len(library.creations(run.id)),
            run.id == in_use,
        )
        for run in library.runs(corpus)
        if run.model is not None
    ]


def forget(library: Library, corpus: str, name: str, *, erase: bool) -> Forgotten:
    """Take a work out of its corpus, and say what came from it; with `erase` its bytes too.

    `name` is its id or enough of its beginning. What is trained next leaves it out. Raises
    Missing, and BadInput where `name` fits several.
    """
    work = _pick(library.works(corpus), name, corpus)
    runs = tuple(run for run in library.runs(corpus) if run.model and _from(library, run, work.id))
    came = tuple(_creations(library, runs, work.id))
    library.remove_work(corpus, work.id)
    elsewhere = any(
        other.id == work.id for c in library.corpora() for other in library.works(c.name)
    )
    if erase and not elsewhere:
        library.erase(work.id)
    return Forgotten(work, runs, came, erase and not elsewhere)


def _sources(library: Library, run: Run, works: Mapping[str, Work]) -> tuple[Source, ...] | None:
    learnt = library.load(run.corpus, f"learnt-{run.id}", Learnt)
    if learnt is None:
        return None
    found: list[Source] = []
    for name in (*learnt.works, *learnt.held_out):
        work = works.get(name)
        facts = work.facts if work else {}
        found.append(
            Source(
                work=name,
                title=learnt.titles.get(name, ""),
                rights=work.rights if work else Rights.parse(learnt.rights[name]),
                held_out=name in learnt.held_out,
                forgotten=work is None,
                license_found=_text(facts.get("license_found")),
                overridden=_text(facts.get("rights_override")),
            )
        )
    return tuple(found)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _pick(works: Sequence[Work], name: str, corpus: str) -> Work:
    found = [work for work in works if name and work.id.startswith(name)]
    if not found:
        raise Missing("There is no work {work} in {corpus}.", work=name, corpus=corpus)
    if len(found) > 1:
        raise BadInput("More than one work begins with {work}: write more of it.", work=name)
    return found[0]


def _from(library: Library, run: Run, work: str) -> bool:
    """Whether a run learnt from a work, or may have: an older Moxie did not remember."""
    learnt = library.load(run.corpus, f"learnt-{run.id}", Learnt)
    return learnt is None or work in learnt.works or work in learnt.held_out


def _creations(
    library: Library, runs: Sequence[Run], work: str
) -> Iterator[tuple[Creation, float | None]]:
    """Creations of these runs, and those elsewhere that their models had a part in."""
    ids, hashes = {run.id for run in runs}, {run.model for run in runs}
    for corpus in library.corpora():
        for run in library.runs(corpus.name):
            for made in library.creations(run.id):
                blend = made.record.get("blend")
                blended = isinstance(blend, list | tuple) and any(
                    isinstance(part, dict) and part.get("model") in hashes for part in blend
                )
                if run.id in ids or blended:
                    yield made, _share(made, work)


def _share(made: Creation, work: str) -> float | None:
    """What part a work had in a creation; 0 where its model says of others only."""
    sources = made.record.get("sources")
    if not isinstance(sources, list | tuple) or not sources:
        return None
    return sum(float(share) for name, share in sources if name == work)
