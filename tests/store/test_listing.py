"""Pages of works and creations: what is counted, filtered and read, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from moxie.errors import Missing
from moxie.store import Library
from moxie.store.listing import MOST, Wanted
from moxie.work import Corpus, Creation, Run, Work


def check_listing(
    library: Library,
    make_work: Callable[..., Work],
    make_creation: Callable[..., Creation],
    run: Run,
) -> None:
    """Also asked of PostgreSQL, which spells looking into documents otherwise."""
    library.add_corpus(Corpus("other", "painting"))
    works = [make_work(b"%d" % n, title="nul \x00") for n in range(5)]
    for n, work in enumerate(works):
        library.add_work("vincent", work, b"%d" % n)
    library.add_work("other", works[0], b"0")
    library.add_run(run)
    made = []
    for n in range(6):
        creation = replace(make_creation(b"m%d" % n, n), flagged=n % 3 == 0, novelty=n / 5)
        library.add_creation(creation, b"m%d" % n)
        made.append(creation)
    listing = library.listing
    ids = [work.id for work in works]
    assert listing.works_by_corpus(["vincent", "other", "none"]) == {"vincent": 5, "other": 1}
    assert listing.creations_by_run([run.id, "none"]) == {run.id: 6}
    assert sorted(listing.work_ids("vincent")) == sorted(ids)
    assert listing.work_ids("none") == []
    total, page = listing.works("vincent", 1, 2)
    assert (total, [work.id for work in page]) == (5, ids[1:3])
    assert listing.works("vincent", 9, 2) == (5, [])
    both = listing.works_of(["vincent", "other"], [ids[0], ids[4], "none"])
    assert both.keys() == {ids[0], ids[4]}
    assert listing.work("vincent", ids[2]).id == ids[2]
    with pytest.raises(Missing):
        listing.work("other", ids[2])

    def found(offset: int = 0, limit: int = 9, **asked: object) -> tuple[int, list[int]]:
        wanted = Wanted([run.id], **asked)  # type: ignore[arg-type]
        count, some = listing.creations(wanted, offset, limit)
        return count, [one.index for one in some]

    assert found() == (6, [5, 4, 3, 2, 1, 0])
    assert found(1, 2) == (6, [4, 3])
    assert found(flagged=True) == (2, [3, 0])
    assert found(1, 1, flagged=False) == (4, [4])
    assert found(novelty=(0.2, 0.6)) == (3, [3, 2, 1])
    assert found(novelty=(0.2, 0.6), flagged=True) == (1, [3])
    assert found(ids=[made[2].id, "none"]) == (1, [2])
    assert found(ids=[]) == (0, [])
    assert listing.creations(Wanted([]), 0, 9) == (0, [])


def test_pages_hold_what_was_asked_for(library, make_work, make_creation, run):
    check_listing(library, make_work, make_creation, run)


def test_a_page_is_bounded(library, make_creation, run):
    library.add_run(run)
    library.add_creation(make_creation(b"1"), b"1")
    total, some = library.listing.creations(Wanted([run.id]), 0, 10**9)
    assert (total, len(some)) == (1, 1)
    assert library.listing.creations(Wanted([run.id]), -5, -5) == (1, [])
    assert MOST <= 1000
