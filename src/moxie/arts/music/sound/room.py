"""The room the parts sound in: where they sit, what the walls answer, how loud it all is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

Stereo = NDArray[np.float32]
"""Samples as [2, n], left first."""

LOUDNESS = -20.0
"""The root mean square of what is not silent, in dB below full scale."""

CEILING = 0.89
"""No sample is beyond this: 1 dB is left for what a lossy codec adds."""

KNEE = 0.6
"""From here on peaks are rounded off."""

PIECE = 1 << 19
"""Samples that are worked on at a time."""

REVERBERATION = 1.1
"""Seconds in which the room falls by 60 dB: a chamber, not a church."""


def places(parts: int) -> list[tuple[float, float]]:
    """Left and right gain of each part, of equal power: from the top at the left to the right."""
    if parts == 1:
        return [(2**-0.5, 2**-0.5)]
    width = 0.28 if parts == 2 else 0.5  # two parts are mostly the hands of one player
    angles = [np.pi / 4 * (1 + width * (2 * i / (parts - 1) - 1)) for i in range(parts)]
    return [(float(np.cos(a)), float(np.sin(a))) for a in angles]


def reverberate(dry: Stereo, rate: int, *, wet: float = 0.2) -> Stereo:
    """Add the room's answer, at the level `wet`, to the sound it is given, and return that."""
    answers, sent = np.float32(wet) * _answer(rate), dry.mean(axis=0)
    for piece in _pieces(sent.size):
        for channel, answer in zip(dry, answers, strict=True):
            heard = oaconvolve(sent[piece], answer)
            after = channel[piece.start : piece.start + heard.size]
            after += heard[: after.size]
    return dry


def levelled(sound: Stereo, rate: int) -> Stereo:
    """Bring the sound to `LOUDNESS`, its peaks rounded off below `CEILING`, and return it."""
    peak = max(float(sound.max(initial=0.0)), -float(sound.min(initial=0.0)))
    if peak == 0.0:
        return sound  # silence stays silent
    # three times the ceiling is the most that rounding takes without being heard
    gain = min(10 ** (LOUDNESS / 20) / _loudness(sound, rate), 3 * CEILING / peak)
    for piece in _pieces(sound.shape[1]):
        some = sound[:, piece]
        some *= np.float32(gain)
        high = np.abs(some) > KNEE
        beyond = (np.abs(some[high]) - KNEE) / (CEILING - KNEE)
        some[high] = np.sign(some[high]) * (KNEE + (CEILING - KNEE) * np.tanh(beyond))
    return sound


def _pieces(samples: int) -> list[slice]:
    """Slices that bound the memory of what is computed on them."""
    return [slice(start, min(samples, start + PIECE)) for start in range(0, samples, PIECE)]


def _loudness(sound: Stereo, rate: int) -> float:
    """Root mean square over the blocks of 0.4 s within 20 dB of the loudest."""
    size = min(sound.shape[1], int(0.4 * rate))
    blocks = sound[:, : sound.shape[1] // size * size].reshape(2, -1, size)
    power = np.einsum("cbn,cbn->b", blocks, blocks) / (2 * size)
    return float(np.sqrt(power[power >= power.max() / 100].mean()))


def _answer(rate: int) -> Stereo:
    """The room's impulse response, [2, n], of energy 1: a few walls, then a falling haze.

    High notes die sooner, as in air and curtains, and there is none below 120 Hz, so that basses
    stay clear. Seeded: it is the same room every time.
    """
    rng = np.random.default_rng(11)
    samples = int(REVERBERATION * rate)
    time = np.arange(samples) / rate
    haze = rng.standard_normal((2, samples)) * 10 ** (-3 * time / REVERBERATION)
    haze *= np.clip((time - 0.012) / 0.04, 0.0, 1.0)
    for channel in haze:
        for delay in np.sort(rng.uniform(0.009, 0.06, 7)):
            channel[int(delay * rate)] += rng.choice((-1, 1)) * 6.0 * np.exp(-delay / 0.05)
    dull = _filtered(haze, rate, 1800.0)
    mix = np.exp(-time / 0.25)
    answer = mix * _filtered(haze, rate, 6500.0) + (1 - mix) * dull
    answer /= np.sqrt(np.square(answer).sum(axis=1, keepdims=True))
    return answer.astype(np.float32)


def _filtered(sound: NDArray[np.float64], rate: int, edge: float) -> NDArray[np.float64]:
    f = np.fft.rfftfreq(sound.shape[1], 1 / rate)
    gain = (f / 120) ** 2 / (1 + (f / 120) ** 2) / (1 + (f / edge) ** 2)
    return np.fft.irfft(np.fft.rfft(sound, axis=1) * gain, sound.shape[1], axis=1)
