"""What a person may like about a piece, in words that they would use.

Unlike the judges (see `features`) these hear tempo, loudness, register and mode too: a person may
well prefer a slow piece in minor, though it says nothing about who composed it.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Trait
from moxie.arts.music.score import TICKS, Score
from moxie.arts.music.sound.audio import seconds
from moxie.arts.music.style.features import NAMES, count
from moxie.arts.music.style.heard import Heard, hear
from moxie.arts.music.theory.keys import correlations
from moxie.text import say

Floats: TypeAlias = NDArray[np.float32]

TRAITS = (
    Trait("tempo", say("a quick tempo"), say("a slow tempo")),
    Trait("loudness", say("loud pieces"), say("soft pieces")),
    Trait("register", say("high notes"), say("low notes")),
    Trait("range", say("a wide range"), say("a narrow range")),
    Trait("density", say("many notes a beat"), say("few notes a beat")),
    Trait("length", say("melodies of long notes"), say("melodies of short notes")),
    Trait("evenness", say("an even rhythm"), say("an uneven rhythm")),
    Trait("syncopation", say("notes against the beat"), say("notes on the beat")),
    Trait("major", say("pieces in major"), say("pieces in minor")),
    Trait("chromatic", say("notes from outside the key"), say("notes of the key alone")),
    Trait("dissonance", say("dissonant harmony"), say("consonant harmony")),
    Trait("harmony", say("chords that change often"), say("chords that stay")),
    Trait("voices", say("many voices at once"), say("few voices at once")),
    Trait("together", say("voices that move together"), say("voices that move by themselves")),
    Trait("leaps", say("melodies that leap"), say("melodies that go by step")),
    Trait("phrases", say("unbroken lines"), say("short phrases between rests")),
    Trait("repetition", say("bars that come back"), say("bars that are always new")),
)

LEVEL = 16
"""From one dynamic level to the next (p to mp) in MIDI velocity; 80 is the usual."""


def measure(score: Score) -> Floats:
    """float32 [TRAITS]; zeros for a piece of which nothing is said or heard."""
    found = {"tempo": _tempo(score), "loudness": _loudness(score)}
    heard = hear(score)
    if heard is not None:
        found |= _notes(heard) | _statistics(heard)
    return np.array([found.get(trait.name, 0.0) for trait in TRAITS], np.float32)


def _tempo(score: Score) -> float:
    """How often twice as fast as usual, on average over the piece."""
    ticks = max(score.length, TICKS)
    return math.log2(seconds(())(ticks) / seconds(score.tempos)(ticks))


def _loudness(score: Score) -> float:
    """Dynamic levels above the usual velocity."""
    return float(np.mean([note.velocity - 80 for note in score.notes] or [0])) / LEVEL


def _notes(heard: Heard) -> dict[str, float]:
    weights = np.minimum(heard.length, 8.0)
    classes = np.bincount(heard.pitch % 12, weights, 12).astype(np.float64)
    modes = correlations(classes[None])[0].reshape(2, 12).max(axis=1)
    return {
        "register": (float(np.average(heard.pitch, weights=weights)) - 60) / 12,
        "length": float(np.log2(np.append(heard.upper.waits, heard.length[-1])).mean()),
        "major": 3 * float(modes[0] - modes[1]),
    }


def _statistics(heard: Heard) -> dict[str, float]:
    """From those of `features`; square roots where most pieces have little."""
    have = dict(zip(NAMES, count(heard).tolist(), strict=True))
    off = (have["rhythm_upper_syncopation"] + have["rhythm_lower_syncopation"]) / 2
    rough = have["harmony_dissonance_strong"] + have["harmony_dissonance_weak"]
    return {
        "range": math.log2(1 + have["pitch_range"] / 12),
        "density": have["rhythm_notes"],
        "evenness": -have["rhythm_upper_variability"],
        "syncopation": math.sqrt(off),
        "chromatic": math.sqrt(max(0.0, 1 - have["pitch_scale_consistency"])),
        "dissonance": math.sqrt(rough),
        "harmony": have["harmony_changes"],
        "voices": math.log2(have["texture_voices"]),
        "together": have["texture_together"],
        "leaps": math.log2(1 + have["pitch_upper_motion"]),
        "phrases": -math.sqrt(have["rhythm_upper_rests"]),
        "repetition": have["form_return"],
    }
