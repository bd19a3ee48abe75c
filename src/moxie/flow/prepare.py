"""Prepare: works cleaned, near duplicates found, and split by work into train, validation, test.

Near duplicates are one group and stay on one side, or the held-out works would not be held out;
so do the parts of one larger work (`Art.family`), however different they are.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

import numpy as np

from moxie.art import Art, CopyIndex, OnStep
from moxie.errors import NoWorks
from moxie.text import Message, say
from moxie.work import Dataset, Flag, Part, Prepared, Work

S = TypeVar("S")

NEAR = 0.5
"""From here on two works are near duplicates: different real works stay below it by contract."""

SURE = 0.8
"""From here on there is no doubt; between the two it may be a series of works alike by intent."""

SERIES = 0.2
"""When more than this share of works is in doubt, it is a series, and the threshold rises."""

MOST_REPEATS = 20
"""How many near duplicates of one work are looked for."""

LARGE = 3
"""Groups of more near duplicates are learnt from: held out they would count one work many times.

So are families of more works than this that make up more than an eighth of all.
"""


def prepare(
    works: Sequence[Work], contents: Sequence[S], art: Art[S], *, seed: int, on_step: OnStep
) -> tuple[Dataset, Mapping[str, bytes]]:
    """Each work's place, and the blobs of the contents that cleaning changed, by sha256.

    `contents` belong to the works in order and may read from disk when asked. Steps are counted
    twice over the works: cleaning, then comparing. The same works and seed give the same split,
    in whatever order they come. Raises NoWorks when none can be learnt from.
    """
    cleaned = _clean(works, contents, art, on_step)
    usable = [i for i, one in enumerate(cleaned) if one.usable]
    if not usable:
        raise NoWorks("None of the {number} works can be learnt from.", number=len(works))
    blobs = {one.blob: one.data for one in cleaned if one.data is not None}
    index = art.copies(_Cleaned(contents, cleaned, art, range(len(works))))
    families = _families(works, art)
    again = _Cleaned(contents, cleaned, art, range(len(works)))
    pairs = _alike(index, again, families, on_step)
    threshold = _threshold(pairs)
    twins = _groups(works, pairs, [frozenset({i}) for i in range(len(works))], threshold)
    groups = _groups(works, pairs, families, threshold)
    parts = _split({works[i].id: groups[works[i].id] for i in usable}, twins, seed)
    places = tuple(
        _place(work, one, parts, groups[work.id]) for work, one in zip(works, cleaned, strict=True)
    )
    return Dataset(places, threshold, _typical(works, pairs, groups)), blobs


@dataclass(frozen=True, slots=True)
class _Clean:
    """A work after cleaning: its blob, and the bytes of it where they are new."""

    blob: str
    data: bytes | None
    flags: tuple[Flag, ...]
    usable: bool


def _clean(
    works: Sequence[Work], contents: Sequence[S], art: Art[S], on_step: OnStep
) -> list[_Clean]:
    found: list[_Clean] = []
    for i, work in enumerate(works):
        content = contents[i]
        cleaned = art.clean(content)
        data = None if cleaned.content is content else art.write(cleaned.content)
        blob = work.id if data is None else hashlib.sha256(data).hexdigest()
        if blob == work.id:
            data = None
        found.append(_Clean(blob, data, cleaned.flags, cleaned.usable))
        on_step(i + 1, 2 * len(works), 0.0)
    return found


class _Cleaned(Sequence[S]):
    """The cleaned contents, decoded when asked for; only changed ones are kept, and as bytes."""

    def __init__(
        self, contents: Sequence[S], cleaned: Sequence[_Clean], art: Art[S], chosen: Sequence[int]
    ) -> None:
        self._contents, self._cleaned, self._art = contents, cleaned, art
        self._chosen = chosen

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> S: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[S]: ...
    def __getitem__(self, index: int | slice) -> S | Sequence[S]:
        if isinstance(index, slice):
            return _Cleaned(self._contents, self._cleaned, self._art, self._chosen[index])
        place = self._chosen[index]
        data = self._cleaned[place].data
        if data is None:
            return self._contents[place]
        return self._art.read(data, self._cleaned[place].blob)


def _families(works: Sequence[Work], art: Art[S]) -> list[frozenset[int]]:
    """For each work the parts of its larger work, itself included."""
    names = [art.family(str(work.facts.get("file", work.title))) for work in works]
    members: dict[str, set[int]] = defaultdict(set)
    for i, name in enumerate(names):
        if name is not None:
            members[name].add(i)
    return [frozenset({i} if name is None else members[name]) for i, name in enumerate(names)]


Pairs = list[list[tuple[int, float]]]
"""For each work the works alike, nearest first, down to the first that is clearly different.

Parts of one larger work are not compared: they are grouped anyway, may share themes, and how
alike they are says nothing about different works.
"""


def _alike(
    index: CopyIndex[S],
    contents: Sequence[S],
    families: Sequence[frozenset[int]],
    on_step: OnStep,
) -> Pairs:
    pairs: Pairs = []
    number = len(contents)
    for i in range(number):
        near: list[tuple[int, float]] = []
        content = contents[i]
        while len(near) < MOST_REPEATS:
            found = index.nearest(content, exclude=families[i].union(j for j, _ in near))
            if found is None:
                break
            near.append((found.index, found.similarity))
            if found.similarity < NEAR:
                break
        pairs.append(near)
        on_step(number + i + 1, 2 * number, 0.0)
    return pairs


def _threshold(pairs: Pairs) -> float:
    """From which similarity something is a near-copy.

    `NEAR`, unless so many works are in doubt that different works must be this alike (a series
    of one motif): then just above what 99.5 % of those in doubt reach.
    """
    doubtful = [near[0][1] for near in pairs if near and NEAR <= near[0][1] < SURE]
    if len(doubtful) <= max(2.0, SERIES * len(pairs)):
        return NEAR
    return min(SURE, float(np.quantile(doubtful, 0.995)) + 0.01)


def _groups(
    works: Sequence[Work], pairs: Pairs, families: Sequence[frozenset[int]], threshold: float
) -> dict[str, str]:
    """Work id to group: the least id among the works that near duplicates or a family connect."""
    group = list(range(len(works)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, near in enumerate(pairs):
        for j in (*families[i], *(j for j, similarity in near if similarity >= threshold)):
            one, other = sorted((root(i), root(j)), key=lambda k: works[k].id)
            group[other] = one
    return {work.id: works[root(i)].id for i, work in enumerate(works)}


def _typical(works: Sequence[Work], pairs: Pairs, groups: Mapping[str, str]) -> float:
    """Median similarity of a work to its nearest different work; 0 when there is only one."""
    nearest: list[float] = []
    for work, near in zip(works, pairs, strict=True):
        others = [s for j, s in near if groups[works[j].id] != groups[work.id]]
        nearest.extend(others[:1])
    return float(np.median(nearest)) if nearest else 0.0


def _split(groups: Mapping[str, str], twins: Mapping[str, str], seed: int) -> dict[str, Part]:
    """Work id to its side: whole groups, in an order drawn from the seed, until a side is full.

    `twins` groups by near duplicates alone.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for work in sorted(groups):
        members[groups[work]].append(work)
    large = {
        name
        for name, some in members.items()
        if max(Counter(twins[work] for work in some).values()) > LARGE
        or len(some) > max(LARGE, len(groups) // 8)
    }
    # drawn by hash, so that the works added later do not move the others
    shuffled = sorted(members, key=lambda name: (name in large, _drawn(seed, name)))
    parts: dict[str, Part] = dict.fromkeys(groups, "train")
    places = iter(shuffled)
    for part, wanted in _wanted(len(groups), len(members)):
        taken = 0
        while taken < wanted:
            for work in members[next(places)]:
                parts[work] = part
                taken += 1
    return parts


def _drawn(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()


def _wanted(works: int, groups: int) -> tuple[tuple[Part, int], ...]:
    """How many works to hold out. Always fewer groups than there are, so that one is learnt from.

    From ten works on a tenth each, two at least; five to nine: one each; three or four: one test
    work, which serves as validation as well; fewer, or all alike: none.
    """
    if works >= 10 and groups >= 5:
        share = max(2, round(works / 10))
        share = min(share, (groups - 1) // 2)
        return ("test", share), ("validation", share)
    if works >= 5 and groups >= 3:
        return ("test", 1), ("validation", 1)
    if works >= 3 and groups >= 2:
        return (("test", 1),)
    return ()


def _place(work: Work, one: _Clean, parts: Mapping[str, Part], group: str) -> Prepared:
    part = parts.get(work.id, "left_out")
    why: Message | None = None
    if part == "left_out":  # the art's first flag is its reason
        why = one.flags[0].message if one.flags else say("It cannot be learnt from.")
    return Prepared(work.id, one.blob, part, group, one.flags, why)
