"""Our synthesiser, measured: in tune, without clicks, even in loudness, brighter when loud."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.music.score import Part
from moxie.arts.music.sound.drums import drum
from moxie.arts.music.sound.synth import Synth, hertz, loudness, partials
from moxie.arts.music.sound.timbres import Driven, timbre

RATE = 22_050
SYNTH = Synth(RATE)
PROGRAMS = (0, 4, 6, 8, 11, 12, 13, 19, 21, 24, 33, 40, 41, 42, 43, 45, 46, 48, 52, 56, 57, 58, 60)
WINDS = (59, 65, 68, 69, 70, 71, 73, 74, 80, 89, 105, 127)


def spectrum(wave):
    """Frequencies and power, finely enough to see a cent."""
    n = 4 * wave.size
    return np.fft.rfftfreq(n, 1 / RATE), np.abs(np.fft.rfft(wave * np.hanning(wave.size), n)) ** 2


def cents_off(wave, pitch):
    """Where the power near the fundamental lies, from where it should."""
    frequencies, power = spectrum(wave)
    near = np.abs(1200 * np.log2(np.maximum(frequencies, 1) / hertz(pitch))) < 60
    assert power[near].sum() > 1e-4 * power.sum(), "there is hardly a fundamental"
    centre = (frequencies[near] * power[near]).sum() / power[near].sum()
    return 1200 * np.log2(centre / hertz(pitch))


def brightness(wave):
    frequencies, power = spectrum(wave)
    return (frequencies * power).sum() / power.sum()


@pytest.mark.parametrize("program", PROGRAMS + WINDS)
def test_every_instrument_is_in_tune_over_five_octaves(program):
    for pitch in range(36, 97, 12):
        wave = SYNTH.tone(Part("", program), pitch, 1.0, 80)
        assert abs(cents_off(wave[:RATE], pitch)) < 5


@pytest.mark.parametrize("program", range(0, 128, 3))
def test_a_tone_begins_and_ends_in_silence_and_keeps_its_place(program):
    for pitch in (40, 60, 79):
        wave = SYNTH.tone(Part("", program), pitch, 0.5, 100)
        assert wave.dtype == np.float32
        assert np.isfinite(wave).all()
        assert 0.3 * RATE < wave.size < 2.5 * RATE
        assert np.abs(wave).max() < 1.0
        assert abs(wave.mean()) < 2e-3 * np.abs(wave).max()
        jumps = np.abs(np.diff(wave))
        ends = max(abs(wave[0]), abs(wave[-1]), jumps[-RATE // 500 :].max())
        assert ends < 0.3 * jumps.max()


@pytest.mark.parametrize("program", [40, 60, 71, 73])
def test_what_is_driven_swells_without_a_click(program):
    wave = SYNTH.tone(Part("", program), 67, 0.5, 100)
    jumps = np.abs(np.diff(wave))
    assert jumps[: RATE // 200].max() < 0.3 * jumps.max()


def test_instruments_and_registers_are_about_equally_loud():
    levels = []
    for program in PROGRAMS:
        for pitch in (48, 60, 72):
            wave = SYNTH.tone(Part("", program), pitch, 0.4, 90)[: int(0.3 * RATE)]
            levels.append(20 * np.log10(np.sqrt(np.mean(wave**2))))
    assert np.ptp(levels) < 16
    assert np.std(levels) < 4


@pytest.mark.parametrize("program", [0, 6, 40, 56, 73])
def test_loud_is_louder_and_brighter(program):
    soft, loud = (SYNTH.tone(Part("", program), 60, 0.5, velocity) for velocity in (40, 120))
    rise = 20 * np.log10(np.std(loud) / np.std(soft))
    assert rise == pytest.approx(20 * np.log10(loudness(120) / loudness(40)), abs=5)
    assert brightness(loud) > 1.05 * brightness(soft)


def test_what_is_struck_dies_away_and_what_is_driven_does_not():
    for program in (0, 24, 40, 68):
        wave = SYNTH.tone(Part("", program), 60, 2.0, 90)
        early, late = (np.std(wave[int(t * RATE) : int((t + 0.3) * RATE)]) for t in (0.3, 1.5))
        falls = 20 * np.log10(early / late)
        assert abs(falls) < 3 if isinstance(timbre(program), Driven) else falls > 6


def test_a_note_stops_when_it_is_let_go():
    for program in (0, 40, 73):
        wave = SYNTH.tone(Part("", program), 60, 0.25, 90)
        assert wave.size < 0.6 * RATE


def test_the_same_note_is_the_same_samples():
    for program in (0, 40, 48):
        tones = [Synth(RATE).tone(Part("", program), 64, 0.3, 70) for _ in range(2)]
        assert np.array_equal(*tones)


def test_very_short_and_very_high_notes_still_sound():
    for program in (0, 40, 73):
        for pitch, seconds in ((119, 0.3), (12, 0.3), (60, 0.005)):
            wave = SYNTH.tone(Part("", program), pitch, seconds, 80)
            assert wave.size
            assert np.isfinite(wave).all()
            assert np.abs(wave).max() > 1e-4


def test_partials_are_the_sum_they_are_said_to_be(rng):
    frequencies, levels, falls = rng.uniform(100, 3000, 5), rng.random(5), rng.uniform(1, 9, 5)
    time = np.arange(1000)[:, None] / RATE
    slowly = (levels * np.exp(-falls * time) * np.sin(2 * np.pi * frequencies * time)).sum(axis=1)
    assert partials(frequencies, levels, falls, 1000, RATE) == pytest.approx(slowly, abs=1e-5)


def test_every_key_of_the_drum_kit_sounds_and_kick_is_lower_than_hat():
    for key in range(128):
        wave = SYNTH.tone(Part("", 0, drums=True), key, 0.1, 100)
        assert 0.01 < np.abs(wave).max() < 1
        assert abs(wave[0]) + abs(wave[-1]) < 1e-3
    assert brightness(drum(36, RATE)) < 400
    assert brightness(drum(42, RATE)) > 5000
