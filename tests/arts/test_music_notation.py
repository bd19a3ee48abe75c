"""MusicXML out, and what comes back of it: everything."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from moxie.arts.music.examples import QUARTETS, examples
from moxie.arts.music.notation import read_notation, write_musicxml, write_mxl
from moxie.arts.music.notation.spelling import Name, spell
from moxie.arts.music.notation.values import TYPES, Piece, symbols
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score

QUARTER = TICKS
METRES = ((4, 4), (3, 4), (2, 4), (6, 8), (2, 2), (5, 8), (7, 8), (9, 8), (12, 16), (3, 8), (5, 4))
NAMES = ("Violin I", "Viola", "Piano, right hand", "Piano, left hand", "小提琴 <&>", "")


def bars(rng: random.Random, grid: int) -> list[Bar]:
    """A pick-up or none, several metres, a bar cut short here and there."""
    found, place, metre = [], 0, (4, 4)
    for number in range(rng.randrange(1, 8)):
        metre = rng.choice(METRES) if rng.random() < 0.3 else metre
        full = 4 * TICKS * metre[0] // metre[1]
        cut = rng.random() < (0.1 if number else 0.5)
        length = max(grid, rng.randrange(full) // grid * grid) if cut else full
        found.append(Bar(place, length, *metre))
        place += length
    return found


def generated(seed: int, grid: int) -> Score:
    """Chords, overlaps, long notes, drums, many parts, keys and tempos anywhere; on a grid."""
    rng = random.Random(seed)
    laid = bars(rng, grid)
    end = laid[-1].onset + laid[-1].length
    parts = [Part(rng.choice(NAMES), rng.randrange(128)) for _ in range(rng.choice([1, 2, 4, 17]))]
    parts.append(Part("Drums", 0, drums=True))
    notes = [Note(0, grid, 60, 0)]
    for _ in range(rng.randrange(60)):
        onset = rng.randrange(end) // grid * grid
        length = min(end - onset, grid * rng.choice([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 100]))
        for _ in range(rng.choice([1, 1, 3])):
            place = (rng.randrange(36, 100), rng.randrange(len(parts)), rng.choice([0, 0, 1, 2]))
            notes.append(Note(onset, length, *place, rng.choice([80, rng.randrange(1, 128)])))
    times = sorted({0, *(rng.randrange(end) // grid * grid for _ in range(2))})
    return score(
        notes,
        laid,
        parts,
        keys=[Key(at, rng.randrange(-7, 8), rng.random() < 0.5) for at in times],
        tempos=[Tempo(at, rng.randrange(20_000, 400_000)) for at in times],
        title=rng.choice(["", "Trio <A & B>", "四重奏"]),
    )


def heard(content: Score) -> Score:
    """All but the voices, which are dealt anew where they overlap."""
    return score(
        [note._replace(voice=0) for note in content.notes],
        content.bars,
        content.parts,
        keys=content.keys,
        tempos=content.tempos,
        title=content.title,
    )


def simple(notes: list[Note], *more: Bar, parts: int = 1, **rest: object) -> Score:
    named = [Part(f"Part {n}") for n in range(parts)]
    return score(notes, more or [Bar(0, 4 * QUARTER)], named, **rest)


def measures(content: Score, part: int = 0) -> list[ET.Element]:
    return list(ET.fromstring(write_musicxml(content)).findall("part")[part])


@pytest.mark.parametrize("grid", [QUARTER // 24, QUARTER // 32])
@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_is_read_exactly(seed, grid):
    content = generated(seed, grid)
    assert heard(read_notation(write_musicxml(content), "musicxml")) == heard(content)


@pytest.mark.parametrize("seed", [6, 8])
def test_any_time_at_all_can_be_written(seed):
    content = generated(seed, 1)
    assert heard(read_notation(write_musicxml(content), "musicxml")) == heard(content)


def test_voices_that_do_not_overlap_are_kept():
    notes = [Note(0, 4 * QUARTER, 72, 0, 0), Note(0, QUARTER, 60, 0, 1), Note(QUARTER, 1, 62, 0, 1)]
    content = simple(notes)
    assert read_notation(write_musicxml(content), "musicxml") == content


def test_the_same_score_gives_the_same_bytes():
    content = generated(1, QUARTER // 24)
    assert write_musicxml(content) == write_musicxml(content)
    assert write_mxl(content) == write_mxl(content)


def test_packed_is_the_same():
    content = generated(2, QUARTER // 24)
    data = write_mxl(content)
    assert heard(read_notation(data, "mxl")) == heard(content)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["META-INF/container.xml", "score.musicxml"]
        assert archive.read("score.musicxml") == write_musicxml(content)


@pytest.mark.parametrize("seed", range(6))
def test_every_voice_fills_its_bar(seed):
    content = generated(seed, QUARTER // 24)
    root = ET.fromstring(write_musicxml(content))
    for part in root.findall("part"):
        divisions = int(part.findtext("measure/attributes/divisions"))
        for measure, bar in zip(part, content.bars, strict=True):
            filled = Counter()
            for note in measure.findall("note"):
                if note.find("chord") is None:
                    filled[note.findtext("voice")] += int(note.findtext("duration"))
            assert {Fraction(n, divisions) for n in filled.values()} == {
                Fraction(bar.length, QUARTER)
            }
            assert "1" in filled


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("grid", [105, 315, 420, 2520, QUARTER // 5, QUARTER // 7, QUARTER // 9])
def test_values_add_up_and_mean_what_they_last(metre, grid):
    rng = random.Random(grid)
    full = 4 * TICKS * metre[0] // metre[1]
    for _ in range(8):
        length = rng.choice([full, max(grid, rng.randrange(full) // grid * grid)])
        cuts = sorted({rng.randrange(length + 1) // grid * grid for _ in range(7)})
        pieces = [Piece(a, b, n) for n, (a, b) in enumerate(pairwise(cuts))]
        kept = tuple(piece for piece in pieces if rng.random() < 0.7)
        place, inside = 0, False
        for symbol in symbols(kept, Bar(0, length, *metre), first=rng.random() < 0.5):
            value = Fraction(2 ** TYPES.index(symbol.type), 256) * (2 - Fraction(1, 2**symbol.dots))
            assert symbol.duration == TICKS * value * symbol.normal / symbol.actual
            assert symbol.onset == place
            assert symbol.opens == (not inside) if symbol.actual > 1 else not inside
            inside = symbol.actual > 1 and not symbol.closes
            place += symbol.duration
        assert place == length
        assert not inside


def written(bar: Bar, *pieces: tuple[float, float], first: bool = False) -> str:
    """Values in short: "4" a quarter, "8." dotted, "r" before rests, "3:" before triplets."""
    short = {"16th": "16", "eighth": "8", "quarter": "4", "half": "2", "whole": "1"}
    laid = tuple(
        Piece(round(a * QUARTER), round(b * QUARTER), n) for n, (a, b) in enumerate(pieces)
    )
    return " ".join(
        f"{'r' if s.chord is None else ''}{f'{s.actual}:' if s.actual > 1 else ''}"
        f"{short[s.type]}{'.' * s.dots}"
        for s in symbols(laid, bar, first=first)
    )


@pytest.mark.parametrize(
    ("metre", "pieces", "expected"),
    [
        ((4, 4), [(0, 4)], "1"),
        ((4, 4), [(1, 3)], "r4 2 r4"),
        ((4, 4), [(0.5, 1.5), (1.5, 3.5)], "r8 4 8 4. r8"),
        ((3, 4), [(0, 1.5), (1.5, 3)], "4. 4."),
        ((6, 8), [(0.5, 2.5)], "r8 4 4 r8"),
        ((6, 8), [(0, 0.5)], "8 r8 r8 r4."),
        ((9, 8), [(0, 3)], "2. r4."),
        ((2, 4), [(0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)], "3:8 3:8 3:8 r4"),
        ((4, 4), [(0, 2 / 3), (2 / 3, 4 / 3), (4 / 3, 2)], "3:4 3:4 3:4 r2"),
        ((4, 4), [(0, 0.5), (0.5, 2 / 3), (2 / 3, 5 / 6), (5 / 6, 1)], "8 3:16 3:16 3:16 r4 r2"),
        ((3, 4), [(n / 5, (n + 1) / 5) for n in range(5)], "5:16 5:16 5:16 5:16 5:16 r4 r4"),
    ],
)
def test_values_are_those_a_musician_writes(metre, pieces, expected):
    full = 4 * TICKS * metre[0] // metre[1]
    assert written(Bar(0, full, *metre), *pieces) == expected


def test_a_pickup_counts_from_its_end():
    assert written(Bar(0, 3 * QUARTER // 2, 3, 4), (0, 1.5), first=True) == "4."
    assert written(Bar(0, QUARTER // 3, 4, 4), (0, 1 / 3), first=True) == "3:8"
    content = simple([Note(0, QUARTER, 60, 0)], Bar(0, QUARTER), Bar(QUARTER, 4 * QUARTER))
    first, second = measures(content)
    assert (first.get("number"), first.get("implicit")) == ("0", "yes")
    assert (second.get("number"), second.get("implicit")) == ("1", None)


def test_pitches_are_named_by_the_key():
    assert spell(61, -3) == Name("C", 1, 4)
    assert spell(61, -8) == Name("D", -1, 4)
    assert spell(59, -9) == Name("C", -1, 4)
    notes = [Note(n * QUARTER, QUARTER, pitch, 0) for n, pitch in enumerate((69, 68, 69, 68))]
    alters = {}
    for fifths in (0, -4):
        found = measures(simple(notes, keys=[Key(0, fifths, minor=not fifths)]))[0]
        alters[fifths] = [note.findtext("pitch/step") for note in found.iter("note")]
    assert alters == {0: ["A", "G", "A", "G"], -4: ["A", "A", "A", "A"]}


def test_an_accidental_is_printed_once_a_bar_and_not_on_ties():
    pitches = (66, 66, 65, 66)
    notes = [Note(n * QUARTER, QUARTER, pitch, 0) for n, pitch in enumerate(pitches)]
    notes += [Note(4 * QUARTER, 6 * QUARTER, 66, 0), Note(10 * QUARTER, QUARTER, 66, 0)]
    content = simple(notes, Bar(0, 4 * QUARTER))
    printed = [[n.findtext("accidental") for n in m.iter("note")] for m in measures(content)]
    assert printed == [["sharp", None, "natural", "sharp"], ["sharp"], [None, "sharp", None]]


def test_beams_follow_the_beats():
    notes = [Note(n * QUARTER // 2, QUARTER // 2, 60 + n, 0) for n in range(6)]
    content = simple(notes, Bar(0, 3 * QUARTER, 6, 8))
    beams = [note.findtext("beam") for note in measures(content)[0].iter("note")]
    assert beams == ["begin", "continue", "end"] * 2


def test_hands_are_braced_and_a_family_bracketed():
    parts = [
        Part("Violin", 40),
        Part("Viola", 41),
        Part("Piano, right hand"),
        Part("Piano, left hand"),
    ]
    content = score([Note(0, QUARTER, 60, 0)], [Bar(0, 4 * QUARTER)], parts)
    root = ET.fromstring(write_musicxml(content))
    assert [group.text for group in root.iter("group-symbol")] == ["bracket", "brace"]


def test_clefs_suit_the_parts():
    parts = [Part("Violin", 40), Part("Viola", 41), Part("Violoncello", 42), Part("Drums", 0, True)]
    notes = [Note(0, QUARTER, pitch, n) for n, pitch in enumerate((76, 62, 43, 38))]
    content = score(notes, [Bar(0, 4 * QUARTER)], parts)
    signs = [measures(content, n)[0].findtext("attributes/clef/sign") for n in range(4)]
    assert signs == ["G", "C", "F", "percussion"]


def test_nothing_personal_and_no_date_is_written():
    text = write_musicxml(generated(3, QUARTER // 24)).decode()
    assert "<software>Moxie</software>" in text
    assert not any(word in text for word in ("encoding-date", "creator", "rights", "source"))


def test_what_xml_cannot_hold_is_left_out():
    content = score([Note(0, QUARTER, 60, 0)], [Bar(0, 4 * QUARTER)], [Part("a\0b\ud800")])
    assert read_notation(write_musicxml(content), "musicxml").parts == (Part("ab"),)


def test_the_sample_is_mozart_and_survives():
    if find_spec("music21") is None:
        pytest.skip("music21, which brings the sample works, is not installed")
    files = dict(examples())
    assert len(files) == sum(QUARTETS.values()) == len(set(files.values()))
    for name, count in (("k156-4.mxl", 48), ("k80-3.mxl", 104), ("k458-2.mxl", 122)):
        content = read_notation(files[name], "mxl", name)
        assert len(content.bars) == count  # with the repeats
        assert len(content.parts) == 4
        assert read_notation(write_musicxml(content), "musicxml") == content
