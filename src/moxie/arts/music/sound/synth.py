"""Our own synthesiser: a note as samples, from nothing but arithmetic.

It needs no other file and no package but NumPy, and the same note is the same samples on every
run. What is struck is a sum of dying partials, computed as one product of two matrices; what is
driven runs through a table of one period, twice: dull and bright, mixed as the tone opens.

Recorded instruments are not used: symusic 0.6.0 cannot hand its samples to Python, 0.5.9 plays
most presets out of tune, and the soundfont at hand is no nearer to a good one (see `timbres`).
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Part
from moxie.arts.music.sound.drums import drum
from moxie.arts.music.sound.timbres import Driven, Formant, Struck, timbre

Wave = NDArray[np.float32]
"""Mono samples [n]; a note at velocity 127 has a loudness of about -12 dB."""

Figures = NDArray[np.float64]

PERIOD = 4096
"""Samples in a table of one period."""

TOP = 14_000.0
"""No partial is above this, in Hz."""

LONGEST_BREATH = 30.0
"""Seconds that a bow or breath lasts; what is written longer ends early."""

BLOCK = 256
"""Samples in a column of the partials' matrix product."""


class Synth:
    """An orchestra at `rate` samples a second."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._hiss = _soft(np.random.default_rng(1).standard_normal(1 << 17), rate, 6000.0)
        self._thump = _soft(np.random.default_rng(2).standard_normal(1 << 14), rate, 350.0)

    def tone(self, part: Part, pitch: int, seconds: float, velocity: int) -> Wave:
        """A note held for `seconds` and then let go; it begins and ends in silence."""
        if part.drums:
            return drum(pitch, self.rate) * loudness(velocity)
        kind = timbre(part.program)
        if isinstance(kind, Struck):
            wave = self._struck(kind, pitch, seconds, velocity)
        else:
            wave = self._driven(kind, pitch, seconds, velocity)
        wave *= np.float32(loudness(velocity) * 10 ** (kind.gain / 20))
        return wave

    def _struck(self, kind: Struck, pitch: int, seconds: float, velocity: int) -> Wave:
        ring = kind.ring * 2.0 ** ((60 - pitch) / (36.0 if pitch < 60 else 20.0))
        samples = int(self.rate * min(seconds + kind.damp, 1.3 * ring))
        frequencies, levels = _blow(kind, pitch, velocity, self.rate)
        falls = 6.9 / ring * (0.55 + 0.45 * frequencies / frequencies[0]) ** kind.fade
        if not kind.ratios and pitch < 96:  # two strings, not quite in tune: beats, a late glow
            apart = 2.0 ** (0.35 / 1200)
            frequencies = np.concatenate((frequencies * apart, frequencies / apart))
            falls = np.concatenate((1.4 * falls, 0.6 * falls))
            levels = np.concatenate((0.65 * levels, 0.35 * levels))
        wave = partials(frequencies, levels, falls, samples, self.rate)
        knock = self._thump[: min(samples, self._thump.size)]
        wave[: knock.size] += np.float32(kind.knock) * knock * _fall(knock.size, 0.02, self.rate)
        return _shaped(wave, 0.0015, samples / self.rate - seconds, self.rate)

    def _driven(self, kind: Driven, pitch: int, seconds: float, velocity: int) -> Wave:
        samples = int(self.rate * (min(seconds, LONGEST_BREATH) + kind.release))
        time = np.arange(samples, dtype=np.float32) / np.float32(self.rate)
        dull, bright = (_period(kind, pitch, velocity, self.rate, x) for x in (0.0, 1.0))
        attack = min(kind.attack, 0.4 * seconds)
        opening = 0.45 + 0.55 * np.exp(-((time - 1.5 * attack) ** 2) / (0.5 + attack))
        rng = np.random.default_rng(zlib.crc32(f"{kind}{pitch}".encode()))
        noise = np.arange(samples) + rng.integers(0, self._hiss.size)
        wave: Wave = np.float32(kind.noise) * np.take(self._hiss, noise, mode="wrap")
        for player in range(kind.players):
            sway = _sway(kind, time, rng)
            apart = 0.025 * (player - (kind.players - 1) / 2)  # semitones
            phase = _phase(pitch + apart, sway * kind.vibrato, self.rate) + 0.3 * rng.random()
            voice = _looked_up(dull, phase)
            voice += opening * _looked_up(bright - dull, phase)
            wave += voice * (1 + np.float32(kind.tremor) * sway) / np.float32(kind.players**0.5)
        return _shaped(wave, attack, kind.release, self.rate)


def loudness(velocity: int) -> float:
    """The gain of a velocity, as General MIDI recommends: 40 log10(velocity / 127) dB."""
    return (velocity / 127) ** 2


def hertz(pitch: float) -> float:
    """The frequency of a MIDI pitch: A4 is 69 and 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def partials(
    frequencies: Figures,
    levels: Figures,
    falls: Figures,
    samples: int,
    rate: int,
) -> Wave:
    """Sum over k of level_k exp(-fall_k t) sin(2 pi f_k t), float32 [samples].

    With t = (block * BLOCK + place) / rate every partial is a factor by block times a factor by
    place, so that the sum over partials is a product of two matrices.
    """
    turn = (2j * np.pi * frequencies - falls) / rate
    across = -1j * levels * np.exp(np.outer(np.arange(0, samples, BLOCK), turn))
    within = np.exp(np.outer(turn, np.arange(BLOCK)))
    left: Wave = np.concatenate((across.real, -across.imag), axis=1, dtype=np.float32)
    right: Wave = np.concatenate((within.real, within.imag), dtype=np.float32)
    wave: Wave = (left @ right).reshape(-1)[:samples]
    return wave


def _blow(kind: Struck, pitch: int, velocity: int, rate: int) -> tuple[Figures, Figures]:
    """Frequencies and levels of what a blow sets off, the fundamental first."""
    low = hertz(pitch)
    if kind.ratios:
        frequencies = low * np.array(kind.ratios)
    else:
        k: Figures = np.arange(1.0, 61)
        stretch = kind.stiff * _stiffness(pitch)
        frequencies = low * k * np.sqrt((1 + stretch * k**2) / (1 + stretch))
    frequencies = frequencies[frequencies < max(1.01 * low, min(TOP, 0.45 * rate))]
    edge = kind.bright * (velocity / 80) ** 0.8 * (low / 262) ** (0.3 if low > 262 else 0.05)
    levels = np.exp(-frequencies / edge) / (frequencies / low) ** 0.5
    if kind.place and not kind.ratios:
        levels *= 0.15 + np.abs(np.sin(np.pi * kind.place * np.arange(1, levels.size + 1)))
    levels *= _resonance(kind.formants, frequencies)
    return frequencies, levels * 0.25 / _heard(frequencies, levels)


def _stiffness(pitch: int) -> float:
    """A piano string's inharmonicity B, after Rigaud, David and Daudet (2013)."""
    return float(np.exp(-0.0847 * pitch - 5.82) + np.exp(0.0926 * pitch - 13.64))


def _period(kind: Driven, pitch: int, velocity: int, rate: int, opened: float) -> Wave:
    """One period of a driven tone, [PERIOD + 1]: the last sample is the first again."""
    low = hertz(pitch)
    k: Figures = np.arange(1.0, max(1, int(min(TOP, 0.45 * rate) / low)) + 1)[: PERIOD // 8]
    steeper = kind.bloom * (1.5 * (1 - opened) + 3.0 * (1 - velocity / 100))
    levels = 10.0 ** ((kind.tilt - steeper) * np.log2(k) / 20) * _resonance(kind.formants, low * k)
    levels[1::2] *= kind.even
    levels *= _unevenness(low * k) / (1 + (low * k / kind.edge) ** 4)
    levels *= 0.25 / _heard(low * k, levels)
    spectrum = np.zeros(PERIOD // 2 + 1, np.complex128)
    phases = 2 * np.pi * np.random.default_rng(7).random(PERIOD // 8)[: k.size]
    spectrum[1 : k.size + 1] = levels * np.exp(1j * phases) * PERIOD / 2
    wave = np.fft.irfft(spectrum)
    return np.append(wave, wave[0]).astype(np.float32)


def _resonance(formants: tuple[Formant, ...], frequencies: Figures) -> Figures:
    """The gain of the formants at some frequencies."""
    decibels = np.zeros(frequencies.shape)
    for centre, width, height in formants:
        decibels += height * np.exp(-((np.log2(frequencies / centre) / width) ** 2))
    return np.asarray(10.0 ** (decibels / 20))


def _unevenness(frequencies: Figures) -> Figures:
    """The small hills and dales of a wooden body or a bore, within 3 dB, always the same."""
    place = np.log2(frequencies / 100)
    hills: Figures = np.sin(17.3 * place) + np.sin(29.9 * place + 1.0) + np.sin(43.7 * place + 2.0)
    return np.asarray(10.0 ** (hills / 20))


def _heard(frequencies: Figures, levels: Figures) -> float:
    """How loud a sum of partials is: its power, with a little of its A-weighted one (IEC 61672)."""
    f2 = frequencies**2
    weight = 1.2589 * 12194.0**2 * f2**2
    weight /= (f2 + 20.6**2) * (f2 + 12194.0**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2))
    power = float(np.sum(levels**2))
    return float((power**3 * np.sum((weight * levels) ** 2)) ** 0.125)


def _sway(kind: Driven, time: Wave, rng: np.random.Generator) -> Wave:
    """The vibrato, -1..1: it sets in after a while, and no two swings are quite the same."""
    onset = np.clip((time - 0.12) / 0.35, 0.0, 1.0)
    rate = kind.rate * (1 + 0.06 * rng.standard_normal())
    wander = 0.8 * np.sin(2 * np.pi * (0.7 + 0.4 * rng.random()) * time + 6.28 * rng.random())
    swing = np.sin(2 * np.pi * rate * time + wander + 6.28 * rng.random())
    return np.asarray(onset * swing, np.float32)


def _phase(pitch: float, cents: Wave, rate: int) -> Figures:
    """Periods gone by at each sample, for a pitch that sways by some cents."""
    step = hertz(pitch) / rate * (1 + cents * np.float32(np.log(2) / 1200))
    return np.cumsum(step, dtype=np.float64)


def _looked_up(table: Wave, phase: Figures) -> Wave:
    place = (phase - np.floor(phase)) * PERIOD
    index = place.astype(np.int32)
    part = (place - index).astype(np.float32)
    here = table[index]
    return np.asarray(here + part * (table[index + 1] - here))


def _shaped(wave: Wave, attack: float, release: float, rate: int) -> Wave:
    """Faded in and out along half a cosine, at least 1.5 ms, so that nothing clicks."""
    rise = min(wave.size, max(int(attack * rate), int(0.0015 * rate), 1))
    sink = min(wave.size, max(int(release * rate), int(0.0015 * rate), 1))
    wave[:rise] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)).astype(np.float32)
    wave[-sink:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, sink + 1) / sink)).astype(np.float32)
    return wave


def _fall(samples: int, seconds: float, rate: int) -> Wave:
    return np.exp(-np.arange(samples) / (seconds * rate)).astype(np.float32)


def _soft(noise: Figures, rate: int, edge: float) -> Wave:
    """Noise with nothing below 40 Hz and little above `edge`, of power 1; its ends meet."""
    frequencies = np.fft.rfftfreq(noise.size, 1 / rate)
    gain = (frequencies > 40) / (1 + (frequencies / edge) ** 2)
    quiet = np.fft.irfft(np.fft.rfft(noise) * gain, noise.size)
    return np.asarray(quiet / quiet.std(), np.float32)
