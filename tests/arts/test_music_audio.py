"""A score as sound, measured: the right length, in tune, on time, loud enough and never clipped."""

from __future__ import annotations

import io

import numpy as np
import pytest

from moxie.arts.music.score import TICKS, Bar, Note, Part, Tempo, score
from moxie.arts.music.sound import audio, room
from moxie.arts.music.sound.synth import hertz
from moxie.errors import BadInput, Missing

RATE = 22_050
SLOW, QUICK = (Tempo(0, 60_000),), (Tempo(0, 100_000),)
QUARTET = tuple(Part(name, program) for name, program in zip("1234", (40, 40, 41, 42), strict=True))


def chorale(bars=4, parts=QUARTET, velocity=80, tempos=QUICK):
    """Quarter notes in as many parts, each part a fourth below the other."""
    notes = [
        Note(beat * TICKS, TICKS, 72 - 5 * part + (0, 2, 4, 5)[beat % 4], part, 0, velocity)
        for beat in range(4 * bars)
        for part in range(len(parts))
    ]
    return score(notes, [Bar(0, 4 * TICKS)], parts, tempos=tempos)


def alone(*pitches, program=0, tempos=SLOW, drums=False):
    """Quarter notes one after the other with a quarter's rest between them."""
    notes = [Note(2 * i * TICKS, TICKS, pitch, 0) for i, pitch in enumerate(pitches)]
    return score(notes, [Bar(0, 4 * TICKS)], [Part("", program, drums)], tempos=tempos)


def strongest(sound, rate):
    """The frequency with the most power, in Hz."""
    n = 8 * len(sound)
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), n))
    return np.fft.rfftfreq(n, 1 / rate)[power.argmax()]


def test_length_is_that_of_the_notes_and_a_ring():
    sound = audio.render(chorale(4), rate=RATE)
    assert sound.dtype == np.float32
    assert sound.shape == (int((16 * 0.6 + audio.RING) * RATE), 2)


def test_it_is_heard_and_never_clipped():
    for velocity in (10, 127):
        sound = audio.render(chorale(velocity=velocity), rate=RATE)
        assert np.abs(sound).max() <= room.CEILING
        body = sound[: 16 * 6 * RATE // 10]
        assert 20 * np.log10(np.sqrt(np.mean(body**2))) == pytest.approx(room.LOUDNESS, abs=1.5)
        assert np.abs(sound.mean(axis=0)).max() < 1e-4


def test_silence_stays_silent():
    empty = score([], [Bar(0, 4 * TICKS)], [Part("")])
    sound = audio.render(empty, rate=RATE)
    assert len(sound) == int(audio.RING * RATE)
    assert not sound.any()


def test_it_ends_softly():
    sound = audio.render(alone(60), rate=RATE)
    assert not sound[-1].any()
    assert np.abs(sound[-RATE // 10 :]).max() < 0.02 * np.abs(sound).max()


@pytest.mark.parametrize("program", [40, 73])
def test_notes_are_in_tune_and_in_their_place(program):
    pitches = (62, 69, 76, 81)
    sound = audio.render(alone(*pitches, program=program), rate=RATE).mean(axis=1)
    for i, pitch in enumerate(pitches):
        heard = sound[int((2 * i + 0.2) * RATE) : int((2 * i + 0.9) * RATE)]
        rest = sound[int((2 * i + 1.6) * RATE) : int((2 * i + 1.95) * RATE)]
        harmonic = strongest(heard, RATE) / hertz(pitch)
        assert abs(1200 * np.log2(harmonic / max(1, round(harmonic)))) < 12
        assert np.std(rest) < 0.1 * np.std(heard)


def test_the_tempo_map_is_kept():
    tempos = (Tempo(0, 60_000), Tempo(4 * TICKS, 120_000), Tempo(8 * TICKS, 30_000))
    clock = audio.seconds(tempos)
    assert [clock(beat * TICKS) for beat in (0, 4, 6, 8, 9)] == pytest.approx([0, 4, 5, 6, 8])
    assert len(audio.render(chorale(3, tempos=tempos), rate=RATE)) == int((14 + 1.5) * RATE)


def test_a_score_without_a_tempo_is_played_at_the_usual_one():
    assert audio.seconds(())(100 * TICKS) == pytest.approx(60)
    assert audio.seconds((Tempo(4 * TICKS, 200_000),))(8 * TICKS) == pytest.approx(2.4 + 1.2)


def test_parts_sit_from_left_to_right():
    first, last = (
        audio.render(score([Note(0, 4 * TICKS, 60, part)], [Bar(0, 4 * TICKS)], QUARTET), rate=RATE)
        for part in (0, 3)
    )
    assert np.std(first[:, 0]) > 1.3 * np.std(first[:, 1])
    assert np.std(last[:, 1]) > 1.3 * np.std(last[:, 0])
    assert all(left**2 + right**2 == pytest.approx(1) for left, right in room.places(5))


def test_a_louder_note_is_louder():
    notes = [Note(0, TICKS, 60, 0, 0, 40), Note(2 * TICKS, TICKS, 60, 0, 0, 110)]
    piece = score(notes, [Bar(0, 4 * TICKS)], [Part("", 40)], tempos=[Tempo(0, 60_000)])
    sound = audio.render(piece, rate=RATE).mean(axis=1)
    soft, loud = sound[:RATE], sound[2 * RATE : 3 * RATE]
    assert 20 * np.log10(np.std(loud) / np.std(soft)) > 10


def test_the_room_answers_after_the_note():
    dry = np.zeros((2, RATE), np.float32)
    dry[:, 0] = 1.0
    wet = room.reverberate(dry.copy(), RATE, wet=0.2)
    assert wet[:, : RATE // 200] == pytest.approx(dry[:, : RATE // 200], abs=1e-5)
    later = wet[:, RATE // 50 :]
    assert 0.1 < np.sqrt(np.square(later).sum(axis=1)).mean() < 0.25
    assert np.std(later[:, : RATE // 5]) > 5 * np.std(later[:, -RATE // 5 :])


def test_long_sounds_are_worked_on_in_pieces_without_a_seam(monkeypatch, rng):
    sound = rng.standard_normal((2, 20_000)).astype(np.float32)
    at_once = room.levelled(room.reverberate(sound.copy(), 8000), 8000)
    monkeypatch.setattr(room, "PIECE", 3000)
    in_pieces = room.levelled(room.reverberate(sound.copy(), 8000), 8000)
    assert in_pieces == pytest.approx(at_once, abs=1e-5)


def test_the_same_score_is_the_same_sound():
    assert np.array_equal(*(audio.render(chorale(2), rate=RATE) for _ in range(2)))


def test_a_drum_part_beats():
    sound = audio.render(alone(36, 38, drums=True), rate=RATE).mean(axis=1)
    assert np.std(sound[: RATE // 4]) > 10 * np.std(sound[RATE : 3 * RATE // 2])


@pytest.mark.parametrize(
    ("suffix", "form", "coding"),
    [
        (".wav", "WAV", "PCM_16"),
        (".flac", "FLAC", "PCM_16"),
        (".ogg", "OGG", "VORBIS"),
        (".MP3", "MP3", "MPEG_LAYER_III"),
    ],
)
def test_every_format_is_read_back_as_it_was_played(suffix, form, coding):
    soundfile = pytest.importorskip("soundfile")
    piece = chorale(1)
    data = audio.write_audio(piece, suffix)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.format, file.subtype) == (form, coding)
        assert (file.samplerate, file.channels) == (audio.RATE, 2)
        again = file.read(dtype="float32")
    played = audio.render(piece)
    assert abs(len(again) - len(played)) <= 2 * 1152  # an MP3 frame of padding
    assert np.abs(again).max() <= 1.0
    lossless = suffix in (".wav", ".flac")
    apart = again[: len(played)] - played[: len(again)]
    assert np.std(apart) < (1e-4 if lossless else 0.2 * np.std(played))


def test_minutes_of_vorbis_are_written_in_pieces():
    """Libsndfile overflows its stack on a few million samples written at once."""
    pytest.importorskip("soundfile")
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 3_000_000).astype(np.float32)
    assert audio.encoded(noise, 44_100, ".ogg", quality=0.0)[:4] == b"OggS"


def test_a_small_file_is_small():
    pytest.importorskip("soundfile")
    sound = audio.render(chorale(8), rate=24_000).mean(axis=1)
    data = audio.encoded(sound, 24_000, ".mp3", quality=0.3)
    assert 2_000 < len(data) / (len(sound) / 24_000) < 6_000  # bytes a second


def test_another_suffix_is_refused():
    with pytest.raises(BadInput, match=r"\.aiff: choose \.wav"):
        audio.write_audio(chorale(1), ".aiff")


def test_hours_are_refused_before_anything_is_rendered():
    endless = score([Note(0, 40_000 * TICKS, 60, 0)], [Bar(0, 40_000 * TICKS)], [Part("")])
    with pytest.raises(BadInput, match="lasts 400 minutes; at most 15"):
        audio.render(endless)


def test_one_endless_note_takes_little_memory():
    held = score([Note(0, 800 * TICKS, 60, 0)], [Bar(0, 800 * TICKS)], [Part("", 19)])
    assert len(audio.render(held, rate=2000)) == int((480 + 1.5) * 2000)


def test_without_the_sound_library_it_is_said_how_to_get_it(monkeypatch):
    def missing(name):
        raise Missing("Music needs the package {name}.", name=name)

    monkeypatch.setattr(audio, "need", missing)
    with pytest.raises(Missing, match="soundfile"):
        audio.write_audio(chorale(1), ".wav")
