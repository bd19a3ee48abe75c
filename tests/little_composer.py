"""A little composer for the tests of music: pieces in a key and a metre, with cadences.

Nothing of it is great music, but it has habits that a model can learn: chords of a key that follow
each other in phrases of four bars, a melody that steps, a bass on the roots, a close on the tonic.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score

EIGHTH = TICKS // 2
QUARTET = (Part("Violin 1", 40), Part("Violin 2", 40), Part("Viola", 41), Part("Violoncello", 42))
DUO = (Part("Violin", 40), Part("Piano", 0))

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
OPENINGS = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 1, 4, 4), (0, 3, 0, 4))
CLOSES = ((0, 3, 4, 0), (5, 1, 4, 0), (3, 1, 4, 0))


def bars_of(number: int, beats: int, unit: int, pickup: int = 0) -> list[Bar]:
    """Whole bars after a pick-up of so many ticks, if any."""
    full = 4 * TICKS * beats // unit
    first = [Bar(0, pickup, beats, unit)] if pickup else []
    return first + [Bar(pickup + i * full, full, beats, unit) for i in range(number)]


def degree(place: int, key: Key) -> int:
    """Semitones above the tonic of a place in the scale, which may lie octaves away."""
    return (MINOR if key.minor else MAJOR)[place % 7] + 12 * (place // 7)


def rhythm(rng: np.random.Generator, eighths: int) -> list[int]:
    """Lengths in eighths that fill so many."""
    found: list[int] = []
    while eighths:
        length = min(int(rng.choice((1, 2, 2, 3, 4), p=(0.25, 0.3, 0.2, 0.05, 0.2))), eighths)
        found.append(length)
        eighths -= length
    return found


def chords(rng: np.random.Generator, bars: int) -> list[int]:
    """The degree of the root in each bar."""
    found: list[int] = []
    while len(found) < bars:
        closing = len(found) % 8 >= 4 or bars - len(found) <= 4
        choices = CLOSES if closing else OPENINGS
        found += choices[int(rng.integers(len(choices)))]
    return [*found[: bars - 1], 0]


def chorale(
    seed: int,
    *,
    bars: int = 8,
    voices: int = 4,
    metre: tuple[int, int] = (4, 4),
    fifths: int = 0,
    minor: bool = False,
    pickup: int = 0,
) -> Score:
    """A melody over slower voices, one note at a time each, on the grid of sixteenths."""
    rng = np.random.default_rng(seed)
    key, row = Key(0, fifths, minor), bars_of(bars, *metre, pickup)
    tonic = key.tonic - 12 * (key.tonic > 6)
    notes: list[Note] = []
    place = 7 * 5 + int(rng.integers(5))  # of the melody, in the scale
    for bar, root in zip(row, [0] * bool(pickup) + chords(rng, bars), strict=True):
        last = bar == row[-1]
        at, eighths = bar.onset, bar.length // EIGHTH
        for length in [eighths] if last else rhythm(rng, eighths):
            place = 35 if last else place + int(rng.choice((-2, -1, 1, 2), p=(0.1, 0.4, 0.4, 0.1)))
            place = min(max(place, 33), 41)
            pitch = tonic + 12 + degree(place, key)
            notes.append(Note(at, length * EIGHTH, pitch, 0, velocity=72))
            at += length * EIGHTH
        for voice in range(1, voices):
            low = voice == voices - 1
            tone = root if low else root + (2, 4, 0, 2)[voice % 4]
            octave = 21 if low else 28
            pitch = tonic + 12 + degree(octave + tone % 7, key)
            halves = 1 if last or eighths % 2 or rng.random() < 0.5 else 2
            for half in range(halves):
                length = eighths // halves * EIGHTH
                notes.append(Note(bar.onset + half * length, length, pitch, voice, velocity=72))
    parts = QUARTET[:voices] if voices > 1 else (Part("Flute", 73),)
    return score(notes, row, parts, keys=[key], tempos=[Tempo(0, 96_000)], title=f"Chorale {seed}")


def sonata(
    seed: int,
    *,
    bars: int = 8,
    metre: tuple[int, int] = (4, 4),
    fifths: int = 0,
    minor: bool = False,
    pickup: int = 0,
) -> Score:
    """A melody with triplets and rests over chords of a piano: what no grid of voices holds."""
    melody = chorale(
        seed, bars=bars, voices=1, metre=metre, fifths=fifths, minor=minor, pickup=pickup
    )
    rng = np.random.default_rng([seed, 1])
    key, notes = melody.keys[0], []
    for note in melody.notes:
        kind = rng.random()
        if note.duration == 2 * EIGHTH and kind < 0.3:
            third = 2 * EIGHTH // 3
            steps = (0, 2, 0) if kind < 0.15 else (0, -1, 0)
            notes += [
                note._replace(onset=note.onset + i * third, duration=third, pitch=note.pitch + step)
                for i, step in enumerate(steps)
            ]
        elif kind < 0.95 or note.onset == 0:
            notes.append(note)
    tonic = key.tonic - 12 * (key.tonic > 6)
    whole = [bar for bar in melody.bars if bar.length == bar.full]
    for bar, root in zip(whole, chords(rng, bars), strict=True):
        beats = 1 if bar == whole[-1] or bar.length % 4 else 2
        for beat in range(beats):
            for tone in (0, 2, 4):
                pitch = tonic + 12 + degree(21 + (root + tone) % 7 + 7 * (tone > 2), key)
                length = bar.length // beats
                notes.append(Note(bar.onset + beat * length, length, pitch, 1, velocity=64))
    return score(notes, melody.bars, DUO, keys=[key], tempos=melody.tempos, title=f"Sonata {seed}")


def crowd(parts: int) -> Score:
    """Two bars in which many parts move together."""
    notes = [Note(i * TICKS, TICKS, 90 - 2 * p, p) for i in range(8) for p in range(parts)]
    return score(notes, [], [Part(f"Part {p}", 48) for p in range(parts)])


def chorales(number: int, **limits: int) -> list[Score]:
    """Several, in a few keys."""
    return [
        chorale(seed, fifths=(seed % 5) - 2, minor=seed % 3 == 2, **limits)  # type: ignore[arg-type]
        for seed in range(number)
    ]


def sonatas(number: int, **limits: int) -> list[Score]:
    """Several, in a few keys."""
    return [
        sonata(seed, fifths=(seed % 5) - 2, minor=seed % 3 == 2, **limits)  # type: ignore[arg-type]
        for seed in range(number)
    ]


def shuffled(whole: Score, seed: int) -> Score:
    """The same notes at each other's places: what nobody would write."""
    rng = np.random.default_rng(seed)
    pitches: Sequence[int] = rng.permutation([note.pitch for note in whole.notes]).tolist()
    notes = [note._replace(pitch=p) for note, p in zip(whole.notes, pitches, strict=True)]
    return score(notes, whole.bars, whole.parts, keys=whole.keys, tempos=whole.tempos)
