"""Judges of music hear style, not how a file was made; passages and variations keep it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from little_composer import chorales
from moxie.arts.music.pieces import PIECE, excerpt, pieces, vary
from moxie.arts.music.score import Score
from moxie.arts.music.style import judges
from moxie.arts.music.style.features import NAMES, describe
from moxie.arts.music.style.overlap import overlap
from moxie.arts.music.theory.keys import transpose


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    return chorales(6)


def test_statistics_are_named_finite_and_the_same_in_every_key(scores):
    for score in scores:
        found = describe(score)
        assert found.shape == (len(NAMES),)
        assert np.isfinite(found).all()
        moved = describe(transpose(score, 3))
        assert np.abs(found - moved).max() < 0.35
        assert np.abs(found - moved).mean() < 0.01


def test_loudness_and_names_are_not_heard(scores):
    score = scores[0]
    notes = tuple(n._replace(velocity=30, voice=1) for n in score.notes)
    parts = tuple(part._replace(name="x", program=5) for part in score.parts)
    assert np.array_equal(describe(score), describe(replace(score, notes=notes, parts=parts)))


def test_passages_are_of_one_length_and_begin_at_nothing(scores):
    score = scores[0]
    for passage in pieces(score):
        assert passage.bars[0].onset == 0
        assert len(passage.bars) in (PIECE, len(score.bars))
    part = excerpt(score, 1, 3)
    assert [n.pitch for n in part.notes] == [
        n.pitch for n in score.notes if score.bars[1].onset <= n.onset < score.bars[3].onset
    ]


def test_a_variation_is_the_same_music_elsewhere(scores):
    score = scores[0]
    varied = vary(score, seed=4)
    assert len(varied.notes) == len(score.notes)
    steps = {v.pitch - n.pitch for v, n in zip(varied.notes, score.notes, strict=True)}
    assert len(steps) == 1
    assert vary(score, seed=4) == varied


@pytest.mark.parametrize("judge", judges.judges(), ids=lambda judge: judge.name)
def test_a_judge_knows_other_composers_and_gives_rows_of_one_width(judge, scores):
    rows = judge.embed(scores)
    others = judge.others()
    assert rows.dtype == np.float32
    assert {"haydn", "bach"} <= set(others)
    assert "mozart" not in others
    assert all(group.shape[1] == rows.shape[1] for group in others.values())
    assert judge.embed([]).shape == (0, rows.shape[1])


def test_a_classifier_tells_two_manners_apart(scores):
    slow = [replace(s, notes=tuple(n for i, n in enumerate(s.notes) if i % 3 == 0)) for s in scores]
    works = {"full": scores[:4], "thin": slow[:4]}
    assert judges.classify(works, [scores[5], slow[5]]) == ["full", "thin"]
    with pytest.raises(ValueError, match="two composers"):
        judges.classify({"full": scores}, [])


def test_a_set_overlaps_itself_more_than_another(scores):
    other = [
        replace(s, notes=tuple(n._replace(pitch=60 + n.pitch % 3) for n in s.notes)) for s in scores
    ]
    own, foreign = overlap(scores[:3], scores[3:]), overlap(scores[:3], other[3:])
    assert set(own) == set(foreign)
    assert np.mean(list(own.values())) > np.mean(list(foreign.values()))
