"""Checks of how an art measures: augmentation, judges, traits and the search for copies."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moxie.checks.subject import Subject, require, same


def check_augmentation_keeps_the_style(subject: Subject[Any]) -> None:
    """A variation is nearer to its work than other works are; one seed makes one variation."""
    art, contents = subject.art, subject.contents
    varied = [art.augment(content, seed=3) for content in contents]
    require(same(art.augment(contents[0], seed=3), varied[0]), "one seed gives two variations")
    require(
        any(not same(a, b) for a, b in zip(varied, contents, strict=True)), "augment does nothing"
    )
    before, after = (np.stack([_center(subject, c) for c in group]) for group in (contents, varied))
    own = float(np.linalg.norm(after - before, axis=1).mean())
    apart = np.linalg.norm(before[:, None] - before[None], axis=2)
    other = float(apart[~np.eye(len(before), dtype=bool)].mean())
    require(
        own < other,
        f"variations are {own:.3g} away from their works, other works only {other:.3g}",
    )


def check_judges(subject: Subject[Any]) -> None:
    """Judges give one finite float32 row for each piece, the same every time."""
    judges = subject.art.judges()
    require(judges, "there is no judge")
    names = [judge.name for judge in judges]
    require(
        all(names) and len(set(names)) == len(names), f"judges need names of their own: {names}"
    )
    pieces = [piece for content in subject.contents for piece in subject.art.split(content)][:6]
    for judge in judges:
        rows = judge.embed(pieces)
        _require_floats(rows, f"the judge {judge.name}")
        require(
            len(rows) == len(pieces),
            f"the judge {judge.name} gives {len(rows)} rows for {len(pieces)}",
        )
        require(np.array_equal(judge.embed(pieces), rows), f"the judge {judge.name} wavers")
        alone = judge.embed(pieces[:1])[0]
        near = np.allclose(alone, rows[0], rtol=1e-2, atol=1e-3 * float(np.abs(rows).max()))
        require(near, f"the judge {judge.name} sees a piece differently in company")
        for group, others in judge.others().items():
            _require_floats(others, f"the group {group!r} of the judge {judge.name}")
            require(others.shape[1] == rows.shape[1], f"the group {group!r} is of another width")


def check_traits(subject: Subject[Any]) -> None:
    """Traits have names of their own and words both ways; measured, they are numbers that move."""
    traits = subject.art.traits()
    require(traits, "there is no trait")
    names = [trait.name for trait in traits]
    good = all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    require(good and len(set(names)) == len(names), f"traits need names of their own: {names}")
    words = [str(way).strip() for trait in traits for way in (trait.more, trait.less)]
    require(all(words) and len(set(words)) == len(words), "two traits are said in the same words")
    pieces = [piece for content in subject.contents for piece in subject.art.split(content)]
    seen = [*subject.contents, *pieces]
    rows = [subject.art.measure(content) for content in seen]
    for row in rows:
        flat = row.dtype == np.float32 and row.shape == (len(traits),)
        require(flat, f"{len(traits)} traits are measured as {row.dtype} {list(row.shape)}")
        require(np.isfinite(row).all(), "a trait is infinite or undefined")
    require(np.array_equal(subject.art.measure(seen[0]), rows[0]), "traits waver")
    still = np.ptp(np.stack(rows), axis=0) == 0
    idle = [name for name, stands in zip(names, still, strict=True) if stands]
    require(not idle, f"these traits are the same for every content: {', '.join(idle)}")


def check_copies_are_found(subject: Subject[Any]) -> None:
    """A work is found among the works; none of the others looks as much like it."""
    index = subject.art.copies(subject.contents)
    for i, content in enumerate(subject.contents):
        found = index.nearest(content)
        if found is None:
            raise AssertionError("nothing is near a work that is in the index")
        require(found.index == i, f"the nearest to work {i} is said to be work {found.index}")
        require(
            0.95 <= found.similarity <= 1,
            f"an exact copy has the similarity {found.similarity:.3g}",
        )
        require(str(found.evidence).strip(), "no evidence is given for a copy")
        other = index.nearest(content, exclude=[i])
        if other is None:
            raise AssertionError("nothing is near once the work itself is excluded")
        require(other.index != i, "an excluded work is found all the same")
        require(
            0 <= other.similarity < found.similarity,
            f"work {other.index} is as near to work {i} as an exact copy: {other.similarity:.3g}",
        )
        require(index.nearest(content, exclude=[i]) == other, "the search for copies wavers")


def check_copies_can_all_be_excluded(subject: Subject[Any]) -> None:
    """With every work excluded there is no nearest one."""
    index = subject.art.copies(subject.contents)
    everything = range(len(subject.contents))
    found = index.nearest(subject.contents[0], exclude=everything)
    require(found is None, "every work was excluded and still one is found")


def check_traces_lead_back(subject: Subject[Any]) -> None:
    """What is kept of works is enough to find each of them again, the likeliest first."""
    traces = [subject.art.trace(content) for content in subject.contents]
    require(all(isinstance(trace, bytes) for trace in traces), "a trace is not bytes")
    finder = subject.art.finder(traces)
    for i, content in enumerate(subject.contents):
        found = list(finder.search(content))
        if not found:
            raise AssertionError("nothing is found of a work whose trace is kept")
        require(found[0].index == i, f"work {i} is said to come from work {found[0].index}")
        require(found[0].similarity >= 0.95, f"work {i} is not sure to come from itself")
        order = [-one.similarity for one in found]
        require(order == sorted(order), "the likeliest source does not come first")
        require(len({one.index for one in found}) == len(found), "a source is told twice")
    require(not list(subject.art.finder([]).search(subject.contents[0])), "a source out of nothing")


def check_comparing(subject: Subject[Any]) -> None:
    """A work compared with itself is the same, and it is shown and said how that was found."""
    one, other = subject.contents[:2]
    same, different = subject.art.compare(one, one), subject.art.compare(one, other)
    require(0.95 <= same.similarity <= 1, f"the same is alike to {same.similarity:.3g} only")
    require(0 <= different.similarity < same.similarity, "another work is as much alike")
    for found in (same, different):
        require(len(found.shown.data) > 0 and "/" in found.shown.media_type, "nothing is shown")
        said = (found.evidence, found.method, found.errors, found.limits)
        require(all(str(words).strip() for words in said), "a comparison does not say how")


def _center(subject: Subject[Any], content: object) -> NDArray[np.float32]:
    """Mean embedding of a content's pieces, by the first judge."""
    pieces, judges = subject.art.split(content), subject.art.judges()
    require(len(pieces) and len(judges), "there is no piece of a work, or no judge")
    rows = judges[0].embed(pieces)
    return np.asarray(rows.mean(axis=0), np.float32)


def _require_floats(rows: NDArray[np.float32], whose: str) -> None:
    require(rows.ndim == 2 and rows.dtype == np.float32, f"{whose}: rows are not float32 [n, d]")
    require(np.isfinite(rows).all(), f"{whose}: there are infinite or undefined numbers")


ALL = (
    check_augmentation_keeps_the_style,
    check_judges,
    check_traits,
    check_copies_are_found,
    check_copies_can_all_be_excluded,
    check_traces_lead_back,
    check_comparing,
)
