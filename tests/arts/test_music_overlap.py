"""Two sets of pieces, compared by their statistics and by one who has learnt to tell them."""

from __future__ import annotations

import numpy as np
import pytest

from little_composer import chorales, shuffled, sonatas
from moxie.arts.music.style.features import FAMILIES
from moxie.arts.music.style.overlap import overlap, told_apart


def test_overlaps_are_shares_by_family() -> None:
    own, other = chorales(16), sonatas(8)
    same, apart = overlap(own[:8], own[8:]), overlap(own[:8], other)
    assert list(same) == list(dict.fromkeys(FAMILIES))
    assert all(-1e-9 <= area <= 1 + 1e-6 for found in (same, apart) for area in found.values())
    assert np.mean(list(same.values())) > 0.6
    assert np.mean(list(apart.values())) < np.mean(list(same.values())) - 0.1
    assert overlap(own[:8], own[8:]) == same


def test_too_few_pieces_have_no_overlap() -> None:
    few = chorales(2)
    assert all(np.isnan(area) for area in overlap(few[:1], few).values())
    assert all(np.isnan(area) for area in overlap(few, []).values())
    assert np.isnan(told_apart(few, few, seed=0))


def test_shuffled_pieces_are_told_from_sound_ones_and_sound_ones_are_not() -> None:
    own = chorales(24)
    damaged = [shuffled(one, seed) for seed, one in enumerate(own[12:])]
    assert told_apart(own[:12], damaged, seed=0) > 0.9
    assert told_apart(own[:12], own[12:], seed=0) == pytest.approx(0.5, abs=0.25)
