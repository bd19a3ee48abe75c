"""Notes that overlap, dealt into voices that can be written: chords and rests, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from moxie.arts.music.score import Note


class Chord(NamedTuple):
    """Notes of one voice that begin and end together, from the top; times in ticks."""

    onset: int
    duration: int
    notes: tuple[Note, ...]

    @property
    def end(self) -> int:
        """Where it has ceased."""
        return self.onset + self.duration


def deal(notes: Iterable[Note]) -> list[list[Chord]]:
    """The notes of one part in voices in which nothing overlaps, voice 0 first.

    A note stays in its own voice where that is free, and otherwise goes to the first that is;
    with notes that begin together, the longer and the higher is dealt first.
    """
    voices: list[list[Chord]] = []
    for wanted, chord in _chords(notes):
        while len(voices) <= wanted:
            voices.append([])
        order = [wanted, *(n for n in range(len(voices)) if n != wanted)]
        place = next((n for n in order if _free(voices[n], chord)), len(voices))
        if place == len(voices):
            voices.append([])
        voices[place].append(chord)
    return voices


def _chords(notes: Iterable[Note]) -> list[tuple[int, Chord]]:
    """(the voice wanted, chord) in the order of dealing."""
    together: dict[tuple[int, int, int], list[Note]] = {}
    for note in notes:
        together.setdefault((note.onset, note.voice, note.duration), []).append(note)
    found = []
    for (onset, voice, duration), chord in together.items():
        chord.sort(key=lambda note: -note.pitch)
        found.append((voice, Chord(onset, duration, tuple(chord))))
    return sorted(found, key=_precedence)


def _precedence(dealt: tuple[int, Chord]) -> tuple[int, int, int]:
    voice, chord = dealt
    return chord.onset, voice, -chord.notes[0].pitch


def _free(voice: list[Chord], chord: Chord) -> bool:
    return not voice or voice[-1].end <= chord.onset
