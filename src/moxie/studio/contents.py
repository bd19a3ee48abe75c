"""Works as a sequence that reads from the store when asked, so that memory stays small."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar, overload

from moxie.art import Art, Sample
from moxie.store import Library

S = TypeVar("S")
T = TypeVar("T")

KEEP = 8
"""How many decoded works stay in memory: neighbours are often asked for again."""


class Lazy(Sequence[T], Generic[T]):
    """A sequence whose items are made on demand; the last few are kept."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._kept: OrderedDict[int, T] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """One item, or a list of them."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        place = range(self._length)[index]  # also raises IndexError, which ends iteration
        if place not in self._kept:
            self._kept[place] = self._make(place)
            if len(self._kept) > KEEP:
                self._kept.popitem(last=False)
        self._kept.move_to_end(place)
        return self._kept[place]

    def _make(self, place: int) -> T:
        raise NotImplementedError


class Contents(Lazy[S]):
    """Works by the sha256 of their blobs, decoded by their art."""

    def __init__(self, library: Library, art: Art[S], blobs: Sequence[str]) -> None:
        super().__init__(len(blobs))
        self._library = library
        self._art = art
        self._blobs = tuple(blobs)

    def _make(self, place: int) -> S:
        blob = self._blobs[place]
        return self._art.read(self._library.get(blob), blob)


class Samples(Lazy[Sample[S]]):
    """Works to learn from: lazy contents with the works they belong to, and what each counts."""

    def __init__(
        self,
        works: Sequence[str],
        contents: Sequence[S],
        counts: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(len(works))
        self._works = tuple(works)
        self._contents = contents
        self._counts = counts or {}

    def _make(self, place: int) -> Sample[S]:
        work = self._works[place]
        return Sample(work, self._contents[place], self._counts.get(work, 1.0))
