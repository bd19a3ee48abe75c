"""MIDI files in and out: what survives, what is mended, what is refused in one sentence."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moxie.arts.music.files import limits, smf
from moxie.arts.music.files.midi import read_midi, write_midi
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score
from moxie.errors import UnreadableWork

MOZART = Path(__file__).resolve().parents[2] / "../shared/data/music/mozart"
END = b"\0\xff\x2f\0"
QUARTER = TICKS


def midi(*tracks: bytes, kind: int = 1, division: int = 96, announced: int | None = None) -> bytes:
    """A file written by hand, each track's events as bytes."""
    count = len(tracks) if announced is None else announced
    chunks = [b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks]
    return b"MThd" + struct.pack(">IHHH", 6, kind, count, division) + b"".join(chunks)


def note(pitch: int, length: int, channel: int = 0, wait: int = 0) -> bytes:
    """A note on after `wait` ticks and its end; both below 128."""
    return bytes((wait, 0x90 | channel, pitch, 80, length, 0x80 | channel, pitch, 0))


def meta(kind: int, data: bytes, wait: int = 0) -> bytes:
    return bytes((wait, 0xFF, kind, len(data))) + data


def bars(count: int, beats: int = 4, unit: int = 4, since: int = 0) -> list[Bar]:
    full = 4 * TICKS * beats // unit
    return [Bar(since + n * full, full, beats, unit) for n in range(count)]


def generated(seed: int, *, voices: int = 1) -> Score:
    """A pick-up, three metres, tuplets, notes over bar lines, three parts, tempos and keys."""
    rng = np.random.default_rng(seed)
    laid = [Bar(0, QUARTER, 3, 4), *bars(3, 3, 4, QUARTER)]
    laid += bars(4, 6, 8, laid[-1].onset + laid[-1].length)
    laid += bars(3, 4, 4, laid[-1].onset + laid[-1].length)
    end = laid[-1].onset + laid[-1].length
    notes = []
    for part in range(3):
        for voice in range(voices):
            place = int(rng.integers(0, 3)) * QUARTER // 2
            while place < end:
                step = QUARTER // int(rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 16]))
                length = min(step * int(rng.integers(1, 6)), end - place)
                pitch = 50 + 12 * (2 - part) + 6 * voice + int(rng.integers(0, 5))
                loud = int(rng.integers(1, 128))
                notes.append(Note(place, length, pitch, part, voice, loud))
                place += length
    notes.append(Note(end - QUARTER, QUARTER, 90, 0))
    return score(
        notes,
        laid,
        [Part("Violin", 40), Part("Viola", 41), Part("Violoncello", 42)],
        keys=[Key(0, -3, minor=True), Key(laid[4].onset, 2), Key(laid[8].onset, 5, minor=True)],
        tempos=[Tempo(0, 92_500), Tempo(5 * QUARTER, 61_234), Tempo(laid[7].onset, 240_001)],
        title="Trio in C minor",
    )


def plain(laid: Sequence[Bar], length: int = QUARTER) -> Score:
    """A note at the beginning of each bar, over these bars."""
    return score([Note(bar.onset, length, 60, 0) for bar in laid], laid, [Part("Flute", 73)])


def back(content: Score) -> Score:
    return read_midi(write_midi(content), "again.mid")


@pytest.mark.parametrize("seed", range(6))
def test_a_generated_score_comes_back_the_same(seed: int) -> None:
    content = generated(seed)
    assert back(content) == content
    assert write_midi(back(content)) == write_midi(content)


def test_voices_become_one_and_nothing_else_is_lost() -> None:
    content = generated(1, voices=2)
    merged = score(
        [n._replace(voice=0) for n in content.notes],
        content.bars,
        content.parts,
        keys=content.keys,
        tempos=content.tempos,
        title=content.title,
    )
    assert {n.voice for n in content.notes} == {0, 1}
    assert back(content) == merged


@pytest.mark.parametrize(
    "laid",
    [
        bars(4),
        [Bar(0, QUARTER), *bars(3, since=QUARTER)],  # a pick-up, as 1/4
        [Bar(0, QUARTER // 3), *bars(3, since=QUARTER // 3)],  # one that no metre can say
        [*bars(2), Bar(8 * QUARTER, QUARTER), *bars(2, since=9 * QUARTER)],  # cut by a repeat
        [*bars(2, 3), Bar(6 * QUARTER, 2 * QUARTER, 3), Bar(8 * QUARTER, QUARTER, 3)],
        [*bars(2, 3), *bars(1, 2, 4, 6 * QUARTER), *bars(2, 3, 4, 8 * QUARTER)],  # a true 2/4
        [*bars(2), *bars(3, 12, 8, 8 * QUARTER), *bars(1, 7, 16, 26 * QUARTER)],
        [Bar(0, 3 * QUARTER)],  # nothing but a short bar
        [Bar(0, QUARTER, 3, 4), *bars(2, 2, 2, QUARTER)],
    ],
)
def test_irregular_bars_survive(laid: list[Bar]) -> None:
    assert back(plain(laid, QUARTER // 3)).bars == tuple(laid)


def test_empty_bars_at_the_end_survive() -> None:
    content = score([Note(0, QUARTER, 60, 0)], bars(5, 3, 8), [Part("Oboe", 68)])
    assert back(content) == content


def test_a_bar_longer_than_its_metre_gets_the_metre_that_it_lasts() -> None:
    laid = [*bars(1), Bar(4 * QUARTER, 5 * QUARTER), *bars(1, since=9 * QUARTER)]
    found = back(plain(laid))
    assert [b.length for b in found.bars] == [b.length for b in laid]
    assert found.bars[1] == Bar(4 * QUARTER, 5 * QUARTER, 5, 4)


def test_the_first_single_bar_of_a_shorter_metre_is_a_pickup() -> None:
    data = midi(
        meta(0x58, b"\1\2\x18\x08") + meta(0x58, b"\3\2\x18\x08", 96) + END,
        note(67, 96) + note(60, 96) + END,
    )
    assert read_midi(data).bars == (Bar(0, QUARTER, 3, 4), Bar(QUARTER, 3 * QUARTER, 3, 4))


def test_many_parts_drums_and_programs_survive() -> None:
    parts = [Part(f"Player {chr(65 + n)}", n % 40) for n in range(20)]
    parts.insert(3, Part("Kit", 8, drums=True))
    notes = [Note(n * QUARTER, 2 * QUARTER, 60, n) for n in range(21)]
    content = score(notes, bars(6), parts)
    assert back(content) == content


def test_parts_without_notes_disappear() -> None:
    content = score([Note(0, QUARTER, 60, 1)], bars(1), [Part("Tacet", 1), Part("Flute", 73)])
    assert back(content).parts == (Part("Flute", 73),)
    assert back(content).notes[0].part == 0


def test_one_key_sounds_once() -> None:
    held = [Note(0, 4 * QUARTER, 60, 0, 0), Note(QUARTER, QUARTER, 60, 0, 1)]
    found = back(score(held, bars(1), [Part("Piano")])).notes
    assert [(n.onset, n.duration) for n in found] == [(0, QUARTER), (QUARTER, QUARTER)]


def test_mido_reads_what_is_written_and_the_other_way_round() -> None:
    mido = pytest.importorskip("mido")
    content = generated(2)
    file = mido.MidiFile(file=io.BytesIO(write_midi(content)))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, TICKS, 4)
    struck = [m for track in file.tracks for m in track if m.type == "note_on"]
    assert len(struck) == len(content.notes)
    assert file.length == pytest.approx(limits.seconds(content), rel=1e-3)
    out = io.BytesIO()
    file.save(file=out)
    assert read_midi(out.getvalue()) == content


def test_coarse_times_get_the_division_every_program_knows() -> None:
    data = write_midi(plain(bars(2)))
    assert int.from_bytes(data[12:14], "big") == 480


def test_type_0_has_a_part_for_each_channel() -> None:
    track = (
        meta(3, b"Duet in G")
        + bytes((0, 0xC1, 42, 0, 0xC0, 73))
        + note(48, 96, channel=1)
        + note(72, 96)
        + note(38, 48, channel=9)
        + END
    )
    found = read_midi(midi(track, kind=0))
    assert found.title == "Duet in G"
    assert found.parts == (Part("", 73), Part("", 42), Part("", 0, drums=True))
    assert [n.part for n in found.notes] == [1, 0, 2]


def test_one_instrument_from_the_bass_up_is_turned() -> None:
    left, right = meta(3, b"left") + note(40, 96) + END, meta(3, b"right") + note(76, 96) + END
    assert [p.name for p in read_midi(midi(END, left, right)).parts] == ["right", "left"]
    other = bytes((0, 0xC1, 40)) + note(76, 96, channel=1) + END
    assert [p.name for p in read_midi(midi(END, left, other)).parts] == ["left", ""]


def test_ticks_are_exact_where_they_can_be() -> None:
    found = read_midi(midi(note(60, 32) + note(62, 13) + END))
    assert [(n.onset, n.duration) for n in found.notes] == [(0, 3360), (3360, 1365)]


def test_notes_that_never_end_last_to_the_bar_line() -> None:
    endless = bytes((96, 0x90, 60, 80))
    later = note(64, 96) + note(65, 100, wait=120)  # the track goes on in the second bar
    found = read_midi(midi(endless + later + END)).notes
    assert next(n for n in found if n.pitch == 60) == Note(QUARTER, 3 * QUARTER, 60, 0)


def test_a_note_without_an_end_stops_with_its_track() -> None:
    found = read_midi(midi(bytes((0, 0x90, 60, 80)) + note(64, 96) + END)).notes
    assert next(n for n in found if n.pitch == 60).duration == QUARTER


def test_a_note_struck_again_ends_there() -> None:
    twice = bytes((0, 0x90, 60, 80, 48, 0x90, 60, 81, 48, 0x80, 60, 0, 48, 0x80, 60, 0)) + END
    found = read_midi(midi(twice)).notes
    assert [(n.onset, n.duration) for n in found] == [(0, QUARTER // 2), (QUARTER // 2, QUARTER)]
    # the end of the first after the beginning of the second, and only one end for both
    late = bytes((0, 0x90, 60, 80, 48, 0x90, 60, 81, 0, 0x80, 60, 0, 48, 0x80, 60, 0)) + END
    assert [n.duration for n in read_midi(midi(late)).notes] == [QUARTER // 2, QUARTER // 2]
    one = bytes((0, 0x90, 60, 80, 48, 0x90, 60, 81, 48, 0x80, 60, 0)) + END
    assert [n.duration for n in read_midi(midi(one)).notes] == [QUARTER // 2, QUARTER // 2]


def test_notes_of_no_length_go_but_drum_strokes_stay() -> None:
    data = midi(note(60, 0) + note(62, 96) + note(36, 0, channel=9) + note(0, 96) + END)
    found = read_midi(data)
    assert [(n.pitch, n.duration) for n in found.notes] == [(62, QUARTER), (36, QUARTER // 8)]


def test_odd_metres_keys_and_tempos_are_passed_over() -> None:
    odd = (
        meta(0x58, b"\0\2\x18\x08")
        + meta(0x58, b"\xff\xff\x18\x08")
        + meta(0x58, b"")
        + meta(0x59, b"\x0a\0")
        + meta(0x59, b"\xf8\1")
        + meta(0x59, b"\0\7")
        + meta(0x51, b"\0\0\0")
        + meta(0x51, b"\1")
        + meta(0x54, b"")
        + meta(0x00, b"\1")
    )
    found = read_midi(midi(odd + note(60, 96) + END))
    assert (found.bars, found.keys, found.tempos) == (tuple(bars(1)), (), ())


def test_the_key_is_the_one_that_most_parts_sound_in() -> None:
    tracks = [meta(0x59, bytes((fifths & 0xFF, 0))) + note(60, 96) + END for fifths in (0, -1, -1)]
    assert read_midi(midi(END, *tracks)).keys == (Key(0, -1),)
    conductor = meta(0x59, b"\2\0") + END
    assert read_midi(midi(conductor, *tracks)).keys == (Key(0, 2),)


def test_tempos_begin_at_the_beginning() -> None:
    track = note(60, 96) + meta(0x51, b"\x0f\x42\x40") + note(62, 96) + END
    assert read_midi(midi(track)).tempos == (Tempo(0, 120_000), Tempo(QUARTER, 60_000))


def test_time_before_unknown_events_counts() -> None:
    strange = meta(0x10, b"?", 96) + b"\x60\xf0\2\1\xf7" + b"\0\xf7\1\xff" + b"\x60\xb0\7\x64"
    assert read_midi(midi(strange + note(60, 96) + END)).notes[0].onset == 3 * QUARTER


def test_running_status_and_a_missing_end_are_read() -> None:
    found = read_midi(midi(bytes((0, 0x90, 60, 80, 96, 60, 0, 0, 62, 80, 96, 62, 0))))
    assert [n.pitch for n in found.notes] == [60, 62]


def test_nothing_personal_is_kept() -> None:
    person = "Copyright 1997 by J. Smith, smith@example.org"
    head = meta(3, person.encode()) + meta(1, b"for Ann") + meta(2, person.encode()) + END
    track = meta(3, b"Sequenced by J.S.") + meta(4, b"Flute") + meta(5, b"la") + note(60, 96) + END
    found = read_midi(midi(head, track))
    assert (found.title, found.parts[0].name) == ("", "Flute")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (b"violinI:", "violinI"),
        (b"up:one", "up"),
        (b":vla", "vla"),
        (b"\\new:", ""),
        (b"Track 3", ""),
        (b"  Oboe\0 1 ", "Oboe 1"),
        ("Fl\xf6te".encode("latin-1"), "Flöte"),
        ("Flöte".encode(), "Flöte"),
        (b"x" * 120, ""),
    ],
)
def test_part_names_are_cleaned(given: bytes, name: str) -> None:
    assert read_midi(midi(END, meta(3, given) + note(60, 96) + END)).parts[0].name == name


def hours() -> bytes:
    return write_midi(
        replace(plain(bars(1000)), tempos=(Tempo(0, 60_000),))  # 4,000 seconds
    )


def far() -> bytes:
    return midi(bytes((0, 0x90, 60, 80)) + b"\xff\xff\xff\x7f\x80\x3c\0" + END)


BAD: list[tuple[Callable[[], bytes], str]] = [
    (lambda: midi(note(60, 96) + END, division=0), "0 ticks in a quarter note"),
    (lambda: midi(note(60, 96) + END, division=0xE728), "SMPTE"),
    (lambda: midi(note(60, 96) + END, kind=2), "type 2"),
    (lambda: midi(note(60, 96) + END, announced=65_535), "65535 tracks"),
    (lambda: midi(note(60, 96) + END, announced=3), "damaged or cut off"),
    (lambda: midi(*[note(60, 9) + END] * 257), "257 tracks"),
    (lambda: midi(*[note(60, 9) + END] * 129), "129 parts"),
    (lambda: midi(b"\0\xc0\1" + b"\0\1" * smf.MAX_EVENTS), "400000 MIDI events"),
    (lambda: midi(b"\x81" * 400_000), "damaged or cut off"),
    (lambda: midi(END) + bytes(limits.MAX_BYTES), "MB"),
    (lambda: b"", "is empty"),
    (lambda: bytes(64), "is empty"),
    (lambda: midi(END), "no notes"),
    (midi, "no notes"),
    (lambda: midi(note(38, 96, channel=9) + END), "only drums"),
    (lambda: midi(note(3, 96) + END), "no notes"),
    (hours, "lasts 67 minutes; at most 60"),
    (far, "quarter notes long; at most 20000"),
    (lambda: midi(meta(0x58, b"\1\7\x18\x08") + b"\0\x90\x3c\x50\x83\xff\x7f\x80\x3c\0"), "bars"),
    (lambda: midi(b"\0\xf4\1" + END), "damaged or cut off"),
    (lambda: midi(b"\0\x3c\x50" + END), "damaged or cut off"),
    (lambda: midi(b"\0\x90\x3c\xff" + END), "damaged or cut off"),
    (lambda: b"MThd\0\0\0\2\0\1\0\1\0\x60", "damaged or cut off"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "reason"), BAD)
def test_bad_files_are_refused_in_one_sentence(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(UnreadableWork, match=reason) as refused:
        read_midi(make(), "odd.mid")
    said = str(refused.value)
    assert said.startswith("odd.mid ")
    assert said.endswith(".")


def test_cut_files_are_refused() -> None:
    data = write_midi(generated(3))
    for length in range(0, len(data) - 5, 50):
        with pytest.raises(UnreadableWork):
            read_midi(data[:length])


def test_damaged_files_are_read_or_refused(rng: np.random.Generator) -> None:
    data = write_midi(generated(4))
    for _ in range(200):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            broken[place] ^= 1 << int(rng.integers(0, 8))
        try:
            found = read_midi(bytes(broken))
        except UnreadableWork:
            continue
        assert all(n.duration > 0 for n in found.notes)
        assert found.bars[-1].onset + found.bars[-1].length >= max(
            n.onset + n.duration for n in found.notes
        )


@pytest.mark.slow
@pytest.mark.works
def test_all_of_mozart_is_read() -> None:
    if not MOZART.is_dir():
        pytest.skip("the shared works of Mozart are not beside this checkout")
    with (MOZART / "index.csv").open(newline="", encoding="utf-8") as file:
        listed = {row["file"]: row for row in csv.DictReader(file)}
    assert listed
    for name, row in listed.items():
        found = read_midi((MOZART / name).read_bytes(), name)
        assert len(found.notes) == pytest.approx(int(row["notes"]), rel=0.005), name
        assert limits.seconds(found) == pytest.approx(float(row["seconds"]), rel=0.05, abs=5), name
