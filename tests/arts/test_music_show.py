"""What the report shows of a score: an engraving, a sound, a piano roll; and less without them."""

from __future__ import annotations

import io
import itertools
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from moxie.arts.music.page import engrave, show
from moxie.arts.music.page.roll import BARS, roll
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Tempo, score
from moxie.errors import Missing


def piece(bars=4, millibeats=90_000):
    """Two parts: quarters above, a whole note below that is held into the next bar's beginning."""
    upper = [Note(i * TICKS, TICKS, 67 + (i * 5) % 12, 0) for i in range(4 * bars)]
    lower = [Note(i * 4 * TICKS, 4 * TICKS, 48 + i % 5, 1) for i in range(bars)]
    return score(
        upper + lower,
        [Bar(0, 4 * TICKS)],
        [Part("Violin", 40), Part("Cello", 42)],
        keys=[Key(0, 1), Key(8 * TICKS, -1)],
        tempos=[Tempo(0, millibeats)],
        title="Étude & <Variations>",
    )


@pytest.fixture
def without(monkeypatch):
    """Pretend that a package is not installed."""

    def remove(module, function):
        def missing(*_args, **_more):
            raise Missing("Music needs the package {name}.", name=function)

        monkeypatch.setattr(module, function, missing)

    return remove


def test_a_score_is_seen_and_heard():
    soundfile = pytest.importorskip("soundfile")
    pytest.importorskip("verovio")
    preview = show.preview(piece())
    assert preview.media_type == "image/svg+xml"
    assert ET.fromstring(preview.data).tag.endswith("svg")
    assert preview.sound.media_type == "audio/mpeg"
    sound, rate = soundfile.read(io.BytesIO(preview.sound.data))
    assert sound.ndim == 1
    assert len(sound) / rate == pytest.approx(16 * 60 / 90 + 1.5, abs=0.1)
    assert np.std(sound) > 0.03
    assert np.abs(sound).max() <= 1
    assert preview.small.data == roll(piece())


def test_the_page_says_when_each_of_its_bars_sounds():
    pytest.importorskip("verovio")
    long = piece(bars=40)
    told = ET.fromstring(show.preview(long).data).get("data-follow")
    *bars, over = [[float(part) for part in bar.split()] for bar in told.split(";")]
    assert [at for at, *_ in bars] == pytest.approx(
        [4 * 60 / 90 * number for number in range(len(bars))], abs=0.01
    )
    assert over == [pytest.approx(4 * 60 / 90 * len(bars), abs=0.01)]
    assert 4 <= len(bars) <= show.BARS
    for _, x, y, width, height in bars:
        assert 0 <= x < x + width <= 1
        assert 0 <= y < y + height <= 1
    for (_, x, y, *_), (_, after, below, *_) in itertools.pairwise(bars):
        assert after > x or below > y  # onwards, or on the next line


def test_a_minute_at_most_is_heard_and_a_few_bars_are_seen(monkeypatch):
    soundfile = pytest.importorskip("soundfile")
    seen = []
    monkeypatch.setattr(engrave, "svg", lambda some, **_: seen.append(some) or [b"<svg/>"])
    long = piece(bars=40)
    preview = show.preview(long)
    assert preview.data == b"<svg/>"
    [engraved] = seen
    assert len(engraved.bars) == show.BARS < len(long.bars)
    sound, rate = soundfile.read(io.BytesIO(preview.sound.data))
    assert 55 < len(sound) / rate < show.SECONDS + 2
    assert len(preview.sound.data) < 350_000
    assert len(preview.small.data) < 12_000


def test_without_the_engraver_the_roll_stands_for_the_score(without):
    without(engrave, "svg")
    preview = show.preview(piece(2))
    assert b'width="840"' in preview.data
    assert preview.data.count(b"<path") == 2 + 2  # the rules, and two parts


def test_without_the_sound_library_it_is_silent(without):
    without(show, "need")
    preview = show.preview(piece(1))
    assert preview.sound is None
    assert preview.data


def test_an_opening_is_cut_at_its_end():
    cut = show.opening(piece(), 6 * TICKS)
    assert cut.length == 6 * TICKS
    assert [bar.length for bar in cut.bars] == [4 * TICKS, 2 * TICKS]
    assert max(note.onset + note.duration for note in cut.notes) == 6 * TICKS
    assert cut.keys == (Key(0, 1),)
    assert show.opening(piece(), piece().length) == piece()


def test_what_is_heard_ends_at_a_bar_line_where_there_is_one():
    quick, slow = piece(40, 120_000), piece(8, 3_000)
    assert show._heard(quick) == 30 * 4 * TICKS
    assert show._heard(piece(4)) == piece(4).length
    assert show._heard(slow) == pytest.approx(3 * TICKS, abs=1)  # the first bar is longer


def test_a_roll_draws_every_note_where_it_is():
    content = piece(2)
    drawing = ET.fromstring(roll(content, width=400, height=100))
    paths = [e for e in drawing.iter() if e.tag.endswith("path")]
    lines = [re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d")) for path in paths[2:]]
    assert sum(map(len, lines)) == len(content.notes)
    lower, upper = lines
    assert [float(x) for x, _, _ in upper] == pytest.approx([50 * i for i in range(8)], abs=0.1)
    heights = {note.pitch: float(y) for note, (_, y, _) in zip(_of(content, 0), upper, strict=True)}
    ordered = sorted(heights)
    assert [heights[p] for p in ordered] == sorted(heights.values(), reverse=True)
    assert all(float(width) == pytest.approx(199.2, abs=0.1) for _, _, width in lower)
    assert all(0 <= y <= 100 for y in heights.values())


def _of(content, part):
    return [note for note in content.notes if note.part == part]


def test_a_roll_of_nothing_and_of_much_is_a_picture():
    empty = score([], [Bar(0, 4 * TICKS)], [Part("")])
    assert ET.fromstring(roll(empty)).get("viewBox") == "0 0 480 160"
    many = ET.fromstring(roll(piece(4 * BARS)))
    assert len(ET.tostring(many)) < 10_000


def test_a_roll_holds_nobodys_words():
    assert b"tude" not in roll(piece())
    assert b"Violin" not in roll(piece())
