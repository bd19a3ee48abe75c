"""Which key a piece is in, and the same piece in another key.

A key is found as Krumhansl and Schmuckler did (Krumhansl 1990, chapter 4): the time that each
pitch class sounds is correlated with a profile of each of the 24 keys. The profiles are those
that Temperley (2007, chapter 6) counted in the Kostka-Payne corpus.

Signatures are evidence, not proof: files say C where nobody said anything, give a transposing
instrument's signature for the piece, or a minor key's for its relative major.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import HIGHEST, LOWEST, Key, Score, bar_at

_MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)

SIGNATURE, MODE, ENDING = 0.1, 0.05, 0.1
"""What it is worth, in correlation, that the signature, its mode, the last bass note agree."""

CHANGE = 0.6
"""What a change of key costs along the bars, in correlation."""

AROUND = 1
"""Bars on each side that are heard along with a bar."""


def estimate_key(score: Score) -> Key:
    """The key of the whole piece, from its beginning on; the signature's where it is plausible.

    Drums do not count. A piece without pitches is in C major, or as its signature says.
    """
    given = score.keys[0] if score.keys else None
    weights = durations(score).sum(axis=0)
    if not weights.any():
        return Key(0, given.fifths, given.minor) if given else Key(0, 0)
    evidence = correlations(weights[None])[0] + _said(given)
    for minor in (0, 1):
        evidence[12 * minor + _last_bass(score)] += ENDING
    return _key(int(evidence.argmax()), 0, given)


def estimate_keys_by_bar(score: Score) -> tuple[Key, ...]:
    """The key that each bar is heard in, modulations followed; `onset` is that of the bar.

    The likeliest path through the bars (Viterbi), so that a passing chord is no modulation.
    """
    weights = durations(score)
    padded = np.pad(weights, ((AROUND, AROUND), (0, 0)))
    heard = sum(
        (padded[i : i + len(weights)] for i in range(2 * AROUND + 1)), np.zeros_like(weights)
    )
    evidence = correlations(heard)
    home = estimate_key(score)
    evidence[0, 12 * home.minor + home.tonic] += SIGNATURE
    states = _path(evidence, CHANGE)
    return tuple(
        _key(state, bar.onset, home) for state, bar in zip(states, score.bars, strict=True)
    )


def transpose(score: Score, semitones: int) -> Score:
    """The piece so much higher (or lower), its keys with it; drums stay as they are.

    A note that would leave `LOWEST`..`HIGHEST` comes an octave or more back.
    """
    drums = {i for i, part in enumerate(score.parts) if part.drums}
    notes = [
        note if note.part in drums else note._replace(pitch=_inside(note.pitch + semitones))
        for note in score.notes
    ]
    kept = {(note.onset, note.part, note.pitch): note for note in reversed(notes)}
    ordered = sorted(kept.values(), key=lambda n: (n.onset, n.part, -n.pitch))
    keys = tuple(
        key._replace(fifths=transposed_fifths(key.fifths, semitones)) for key in score.keys
    )
    return replace(score, notes=tuple(ordered), keys=keys)


def transposed_fifths(fifths: int, semitones: int) -> int:
    """The signature so many semitones higher, -6..6; of six sharps or flats the kind it has."""
    if semitones == 0:
        return fifths
    moved = (fifths + 7 * semitones + 6) % 12 - 6  # -6..5
    return 6 if moved == -6 and fifths > 0 else moved


def durations(score: Score) -> NDArray[np.float64]:
    """How long each pitch class sounds in each bar, float64 [bars, 12], in ticks; no drums.

    A note counts in the bar in which it begins.
    """
    weights = np.zeros((len(score.bars), 12))
    drums = np.array([part.drums for part in score.parts], np.bool_)
    if not score.notes:
        return weights
    table = np.array([note[:4] for note in score.notes], np.int64)
    table = table[~drums[table[:, 3]]]
    starts = np.array([bar.onset for bar in score.bars], np.int64)
    bars = np.maximum(np.searchsorted(starts, table[:, 0], side="right") - 1, 0)
    np.add.at(weights, (bars, table[:, 2] % 12), table[:, 1])
    return weights


def correlations(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson correlation of weights [n, 12] with each key [n, 24]: C major.., C minor...

    0 where nothing sounds, or everything equally long.
    """
    centred = weights - weights.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-9)
    return np.asarray(unit @ _profiles().T, np.float64)


def _profiles() -> NDArray[np.float64]:
    """Unit vectors of the 24 keys, float64 [24, 12]."""
    rows = np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float64)


def _said(given: Key | None) -> NDArray[np.float64]:
    """What a signature is worth for each of the 24 keys."""
    worth = np.zeros(24)
    if given is not None:
        for minor in (False, True):
            tonic = Key(0, given.fifths, minor).tonic
            worth[12 * minor + tonic] = SIGNATURE + MODE * (minor == given.minor)
    return worth


def _last_bass(score: Score) -> int:
    """Pitch class of the lowest of the notes that sound at the end."""
    pitched = [note for note in score.notes if not score.parts[note.part].drums]
    latest = max(note.onset for note in pitched)
    bar = score.bars[bar_at(score.bars, latest)]
    ending = [n for n in pitched if n.onset >= bar.onset or n.onset + n.duration > latest]
    end = max(note.onset + note.duration for note in ending)
    return min(note.pitch for note in ending if note.onset + note.duration == end) % 12


def _key(state: int, onset: int, given: Key | None) -> Key:
    """The key of a row of `correlations`, spelt with the fewest accidentals, like its neighbour."""
    minor, tonic = state >= 12, state % 12
    fifths = (7 * tonic + (9 if minor else 0) + 6) % 12 - 6
    if fifths == -6 and given is not None and given.fifths > 0:
        fifths = 6
    if given is not None and (fifths - given.fifths) % 12 == 0:
        fifths = given.fifths  # C sharp stays C sharp
    return Key(onset, fifths, minor)


def _path(evidence: NDArray[np.float64], cost: float) -> list[int]:
    """The best state of each row of evidence [n, states] when every change costs."""
    total = evidence[0]
    came = np.zeros(evidence.shape, np.int64)
    for i in range(1, len(evidence)):
        best = int(total.argmax())
        stay = total >= total[best] - cost
        came[i] = np.where(stay, np.arange(len(total)), best)
        total = np.where(stay, total, total[best] - cost) + evidence[i]
    states = [int(total.argmax())]
    for i in range(len(evidence) - 1, 0, -1):
        states.append(int(came[i, states[-1]]))
    return states[::-1]


def _inside(pitch: int) -> int:
    while pitch > HIGHEST:
        pitch -= 12
    while pitch < LOWEST:
        pitch += 12
    return pitch
