"""What a person asks of a composer: lengths, bars, keys, metres, tempos, players, plans."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.music import asking
from moxie.arts.music.files.codec import key_name
from moxie.arts.music.files.general_midi import NAMES, programs
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, score
from moxie.errors import BadInput


def piece(bars: int = 20, parts: int = 3):
    notes = [
        Note(4 * TICKS * bar, TICKS, 60 + part, part)
        for bar in range(bars)
        for part in range(parts)
    ]
    return score(
        notes,
        [Bar(4 * TICKS * bar, 4 * TICKS) for bar in range(bars)],
        [Part(f"voice {part}") for part in range(parts)],
    )


@pytest.mark.parametrize(
    ("text", "bars"),
    [(None, 32), ("32", 32), ("16 bars", 16), ("256", 256), ("４", 4), ("24小节", 24), (" 8 ", 8)],
)
def test_lengths_are_bars(text, bars):
    assert asking.size(text) == (bars,)


@pytest.mark.parametrize("text", ["", "long", "3", "257", "-8", "0", "16x16", "8.5", "9" * 40])
def test_other_lengths_are_refused(text):
    with pytest.raises(BadInput):
        asking.size(text)


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("bars:9-12", [8, 9, 10, 11]),
        ("bars:9-12,17", [8, 9, 10, 11, 16]),
        ("bar:1", [0]),
        ("Bars: 2 – 3", [1, 2]),
        ("20", [19]),
        ("小节：2，4", [1, 3]),
        ("第3-4小节", [2, 3]),
    ],
)
def test_bars_are_counted_from_one_and_the_last_is_meant_too(text, bars):
    mask = asking.region(text, None, piece())
    assert (mask.shape, mask.dtype) == ((20,), bool)
    assert np.flatnonzero(mask).tolist() == bars


def test_bars_of_some_parts_alone():
    mask = asking.region("bars:9-12@2", None, piece())
    assert mask.shape == (3, 20)
    assert [np.flatnonzero(row).tolist() for row in mask] == [[], [8, 9, 10, 11], []]
    harmony = asking.region("bars:1-20@2-3", None, piece())
    assert harmony.any(axis=1).tolist() == [False, True, True]
    assert harmony[1:].all()


@pytest.mark.parametrize(
    "text",
    [
        *("", "all", "bars:", "bars:0", "bars:21", "bars:12-9", "bars:9-", "bars:1@4", "bars:1@0"),
        *("bars:1-20", "bars:1-20@1-3", "bars:-3", "mask.png", "bars:" + "1," * 500, "9" * 40),
    ],
)
def test_other_regions_are_refused_in_one_sentence(text):
    with pytest.raises(BadInput) as refused:
        asking.region(text, None, piece())
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_file_is_no_region_of_a_piece():
    with pytest.raises(BadInput, match="bars:9-12"):
        asking.region("bars:9-12", b"white", piece())


KEYS = {
    "D minor": ("D minor", -1),
    "Eb major": ("E-flat major", -3),
    "F# minor": ("F-sharp minor", 3),
    "f sharp MINOR": ("F-sharp minor", 3),
    "B♭": ("B-flat major", -2),
    "b flat minor": ("B-flat minor", -5),
    "b-flat minor": ("B-flat minor", -5),
    "B": ("B major", 5),
    "b minor": ("B minor", 2),
    "Bm": ("B minor", 2),
    "C": ("C major", 0),
    "A min": ("A minor", 0),
    "C# major": ("C-sharp major", 7),
    "Cb major": ("C-flat major", -7),
    "G# major": ("A-flat major", -4),
    "Db minor": ("C-sharp minor", 4),
    "D小调": ("D minor", -1),
    "降E大调": ("E-flat major", -3),
    "升 f 小调": ("F-sharp minor", 3),
    "bB大调": ("B-flat major", -2),
    "Ｇ大调": ("G major", 1),
    "G调": ("G major", 1),
}


@pytest.mark.parametrize("text", KEYS)
def test_keys_have_one_name(text):
    name, fifths = KEYS[text]
    assert asking.options({"key": text}) == {"key": name}
    assert asking.key(text) == Key(0, fifths, name.endswith("minor"))


@pytest.mark.parametrize("fifths", range(-7, 8))
@pytest.mark.parametrize("minor", [False, True])
def test_every_key_reads_back_from_its_name(fifths, minor):
    assert asking.key(key_name(Key(0, fifths, minor))) == Key(0, fifths, minor)


@pytest.mark.parametrize(
    "text", ["", "H major", "d", "D dorian", "D##", "12", "升降E大调", "minor"]
)
def test_other_keys_are_refused(text):
    with pytest.raises(BadInput, match="is not understood"):
        asking.key(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("4/4", "4/4"), (" 6 / 8 ", "6/8"), ("3/4拍", "3/4"), ("24/16", "24/16"), ("2/2", "2/2")],
)
def test_metres(text, found):
    assert asking.options({"metre": text}) == asking.options({"meter": text}) == {"metre": found}


@pytest.mark.parametrize(
    "text",
    ["", "4", "0/4", "4/0", "3/5", "4/64", "25/8", "16/4", "1/8", "waltz", "-3/4", "999/999"],
)
def test_metres_that_nobody_could_count_are_refused(text):
    with pytest.raises(BadInput, match="The metre"):
        asking.metre(text)


@pytest.mark.parametrize(
    ("text", "found"), [("120", 120), ("20", 20), ("400", 400), ("66.5", 66.5), ("♩ = 96 bpm", 96)]
)
def test_tempos(text, found):
    assert asking.options({"tempo": text}) == {"tempo": found}


@pytest.mark.parametrize("text", ["", "19", "401", "nan", "inf", "-120", "1e3", "fast", "0"])
def test_other_tempos_are_refused(text):
    with pytest.raises(BadInput, match="The tempo"):
        asking.tempo(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("violin,violin,viola,cello", "40,40,41,42"),
        ("String Quartet", "40,40,41,42"),
        ("弦乐四重奏", "40,40,41,42"),
        ("小提琴、钢琴", "40,0"),
        ("Piano", "0"),
        ("French Horn, Tuba", "60,58"),
        ("Acoustic Guitar (nylon)", "24"),
        ("honky tonk piano", "3"),
        ("tenor sax; organ", "66,19"),
    ],
)
def test_instruments_are_programs(text, found):
    assert asking.options({"instruments": text}) == {"instruments": found}


@pytest.mark.parametrize("text", ["", "violin,,cello", "kazoo", "violin," * 17, "7"])
def test_other_instruments_are_refused(text):
    with pytest.raises(BadInput, match="instrument"):
        asking.instruments(text)


def test_general_midi_is_whole():
    assert len(NAMES) == len(set(NAMES)) == 128
    assert all(programs(name) == (number,) for number, name in enumerate(NAMES))
    known = {"celesta": 8, "church organ": 19, "violin": 40, "choir aahs": 52, "flute": 73}
    known |= {"lead 1 (square)": 80, "fx 1 (rain)": 96, "sitar": 104, "gunshot": 127}
    assert {name: NAMES.index(name) for name in known} == known


@pytest.mark.parametrize(
    ("text", "found"),
    [("A8 B8 A8", "A8 B8 A8"), ("a8 a'8  b16", "A8 A'8 B16"), ("A B A", "A B A"), ("A8 B", "A8 B")],
)
def test_plans(text, found):
    assert asking.options({"plan": text}) == {"plan": found}


@pytest.mark.parametrize("text", ["", "8", "A0 B8", "sonata form!", "A300", "A2", "甲乙甲"])
def test_other_plans_are_refused(text):
    with pytest.raises(BadInput, match=r"plan|bars"):
        asking.plan(text)


def test_an_unknown_dial_names_those_there_are():
    with pytest.raises(BadInput, match="key, metre, tempo, instruments, plan"):
        asking.options({"mood": "sad"})
    assert asking.options({}) == {}
