"""Drums and cymbals, by General MIDI key: a falling tone, noise, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Drum:
    """What one key of the drum map is made of."""

    seconds: float  # in which it falls by 60 dB
    tone: float = 0.0  # level of the tone
    low: float = 100.0  # Hz of the tone when it has settled
    fall: float = 0.5  # octaves it falls at the blow
    noise: float = 0.0  # level of the noise
    band: tuple[float, float] = (200.0, 8000.0)  # Hz of the noise


KICK = Drum(0.45, 1.0, 48, 1.4, 0.05, (60, 3000))
SNARE = Drum(0.28, 0.45, 185, 0.4, 0.5, (900, 9000))
STICK = Drum(0.07, 0.2, 420, 0.1, 0.35, (1200, 7000))
CLAP = Drum(0.22, noise=0.6, band=(800, 4500))
HAT = Drum(0.09, noise=0.3, band=(6500, 14000))
OPEN_HAT = Drum(0.5, noise=0.3, band=(6000, 14000))
CRASH = Drum(1.9, noise=0.35, band=(2500, 13000))
RIDE = Drum(1.1, 0.05, 3100, 0.0, 0.2, (3500, 13000))
TOM = Drum(0.5, 0.8, 120, 0.6, 0.08, (200, 3000))
CLICK = Drum(0.08, 0.5, 1250, 0.0, 0.1, (1500, 8000))
SHAKE = Drum(0.11, noise=0.3, band=(4500, 13000))
BELL = Drum(0.5, 0.4, 800, 0.0, 0.05, (2000, 9000))
HAND = Drum(0.25, 0.6, 240, 0.3, 0.12, (400, 4000))

_KEYS: dict[int, Drum] = {
    35: KICK, 36: KICK, 37: STICK, 38: SNARE, 39: CLAP, 40: SNARE, 41: TOM, 42: HAT, 43: TOM,
    44: HAT, 45: TOM, 46: OPEN_HAT, 47: TOM, 48: TOM, 49: CRASH, 50: TOM, 51: RIDE, 52: CRASH,
    53: RIDE, 54: SHAKE, 55: CRASH, 56: BELL, 57: CRASH, 59: RIDE, 69: SHAKE, 70: SHAKE,
    75: CLICK, 76: CLICK, 77: CLICK, 80: BELL, 81: BELL,
}  # fmt: skip
_TOMS = {41: 82.0, 43: 98.0, 45: 117.0, 47: 139.0, 48: 165.0, 50: 196.0}


def drum(key: int, rate: int) -> NDArray[np.float32]:
    """The drum at a key of the General MIDI map, mono [samples]; unmapped keys are hand drums."""
    kind = _KEYS.get(key, HAND)
    samples = int(rate * kind.seconds)
    time = np.arange(samples) / rate
    wave = np.zeros(samples)
    if kind.tone:
        settled = _TOMS.get(key, kind.low)
        pitch = settled * 2.0 ** (kind.fall * np.exp(-time / 0.035))
        wave += kind.tone * np.sin(2 * np.pi * np.cumsum(pitch) / rate)
    if kind.noise:
        wave += kind.noise * _band(key, samples, kind.band, rate)
    wave *= 10.0 ** (-3 * time / kind.seconds)
    rise, sink = max(1, rate // 2000), max(1, samples // 5)
    wave[:rise] *= np.linspace(0, 1, rise, endpoint=False)
    wave[-sink:] *= np.linspace(1, 0, sink)
    return (0.5 * wave).astype(np.float32)


def _band(seed: int, samples: int, band: tuple[float, float], rate: int) -> NDArray[np.float64]:
    """Noise of power 1 inside a band, with slopes of two poles."""
    noise = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    f = np.fft.rfftfreq(samples, 1 / rate) + 1.0
    slopes = (1 + (band[0] / f) ** 2) * (1 + (f / band[1]) ** 2)
    quiet: NDArray[np.float64] = np.fft.irfft(noise / slopes, samples)
    return np.asarray(quiet / quiet.std())
