"""What tests of codings compare: coded pieces, and what trackers say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from moxie.arts.music.coding import Coded, Coding, Column, Events
from moxie.arts.music.coding.columns import home
from moxie.arts.music.coding.events import EventTracker
from moxie.arts.music.coding.events_fields import PITCH
from moxie.arts.music.coding.grid import FIRST, GridTracker
from moxie.arts.music.score import Score
from moxie.arts.music.theory.keys import estimate_key


def told(whole: Score) -> list[tuple[int, int, int, int]]:
    """(onset, part, pitch, duration) of every note, sorted."""
    return sorted((n.onset, n.part, n.pitch, n.duration) for n in whole.notes)


def move_of(whole: Score) -> int:
    key = estimate_key(whole)
    return home(key.tonic, minor=key.minor)


def columns_of(coding: Coding, coded: Coded) -> list[tuple[Sequence[Column], np.ndarray]]:
    fields = zip(coding.fields, coded.known, strict=True)
    return [(coding.trunk, coded.trunk), *((field.columns, values) for field, values in fields)]


def assert_inside(coding: Coding, coded: Coded) -> None:
    for columns, values in columns_of(coding, coded):
        assert values.dtype == np.int16
        assert values.shape == (len(coded.symbols), len(columns))
        sizes = np.array([column.size for column in columns])
        wrong = np.flatnonzero(((values < 0) | (values >= sizes)).any(axis=0))
        assert [columns[i].name for i in wrong] == []
    for f, field in enumerate(coding.fields):
        assert ((coded.symbols[:, f] >= -1) & (coded.symbols[:, f] < field.size)).all()


def assert_same(one: Coded, other: Coded) -> None:
    assert np.array_equal(one.symbols, other.symbols)
    assert np.array_equal(one.trunk, other.trunk)
    for a, b in zip(one.known, other.known, strict=True):
        assert np.array_equal(a, b)
    assert one.notes == other.notes


def streamed(
    tracker: EventTracker | GridTracker, symbols: Sequence[Sequence[int]], coding: Coding
) -> Coded:
    """What a tracker says when symbols are told one by one, as when composing."""
    trunk, known = [], [[] for _ in coding.fields]
    for unit in symbols:
        trunk.append(tracker.trunk())
        for f, symbol in enumerate(unit):
            columns = coding.fields[f].columns
            known[f].append(tracker.known(f) if symbol >= 0 else [0] * len(columns))
            if symbol >= 0:
                tracker.put(f, symbol)
    rows = np.array(symbols, np.int16)
    notes = (rows[:, PITCH] >= 0) if isinstance(coding, Events) else (rows >= FIRST)
    return Coded(
        np.array(trunk, np.int16),
        tuple(np.array(values, np.int16) for values in known),
        rows,
        int(notes.sum()),
    )
