"""A score laid out for writing: voices, bars, note values, names and accidentals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

from moxie.arts.music.notation.beams import beams
from moxie.arts.music.notation.spelling import Name, flattest_by_bar, printed, signature, spell
from moxie.arts.music.notation.values import Piece, Symbol, symbols
from moxie.arts.music.notation.voices import Chord, deal
from moxie.arts.music.score import Bar, Key, Note, Score, bar_at


class Head(NamedTuple):
    """One written note of a chord."""

    note: Note
    name: Name
    accidental: bool = False  # whether one is printed


class Event(NamedTuple):
    """A written chord, or a rest without heads."""

    symbol: Symbol
    heads: tuple[Head, ...]
    tied_from: bool
    tied_to: bool
    beams: tuple[str, ...]


Voices: TypeAlias = list[tuple[int, list[Event]]]
"""What a part has in one bar: (voice, its events), for the voices that are written there."""


class _Cut(NamedTuple):
    """A chord's piece in one bar, and whether it goes on before and after."""

    piece: Piece
    chord: Chord
    before: bool
    after: bool


def lay_out(score: Score) -> Iterator[list[Voices]]:
    """The bars of each part.

    The first voice is always there; in a bar in which it is silent it has one rest of type "".
    """
    flattest = flattest_by_bar(score)
    own: list[list[Note]] = [[] for _ in score.parts]
    for note in score.notes:
        own[note.part].append(note)
    for part, notes in zip(score.parts, own, strict=True):
        cuts = [_by_bar(voice, score.bars) for voice in deal(notes)] or [{}]
        yield [
            _accidentals(voices, signature(score, score.bars[index].onset), drums=part.drums)
            for index, voices in enumerate(_voices(cuts, score.bars, flattest))
        ]


def _voices(
    cuts: Sequence[dict[int, list[_Cut]]], bars: Sequence[Bar], flattest: Sequence[int]
) -> Iterator[Voices]:
    """Bar by bar the voices that sound in it, and the first."""
    for index, bar in enumerate(bars):
        yield [
            (voice, _events(cut.get(index, ()), bar, flattest[index], first=not index))
            for voice, cut in enumerate(cuts)
            if index in cut or not voice
        ]


def _by_bar(voice: Sequence[Chord], bars: Sequence[Bar]) -> dict[int, list[_Cut]]:
    """A voice's chords cut at the bar lines, by bar."""
    found: dict[int, list[_Cut]] = {}
    for chord in voice:
        for index in range(bar_at(bars, chord.onset), len(bars)):
            bar = bars[index]
            if bar.onset >= chord.end:
                break
            start, end = chord.onset - bar.onset, chord.end - bar.onset
            here = found.setdefault(index, [])
            piece = Piece(max(start, 0), min(end, bar.length), len(here))
            here.append(_Cut(piece, chord, start < 0, end > bar.length))
    return found


def _events(cuts: Sequence[_Cut], bar: Bar, flattest: int, *, first: bool) -> list[Event]:
    """One voice of one bar."""
    if not cuts:
        return [Event(Symbol(0, bar.length, None, ""), (), False, False, ())]
    written = symbols(tuple(cut.piece for cut in cuts), bar._replace(onset=0), first=first)
    joined = beams(written, bar)
    found = []
    for number, run in groupby(range(len(written)), key=lambda n: written[n].chord):
        places = list(run)
        if number is None:
            found += [Event(written[place], (), False, False, joined[place]) for place in places]
            continue
        cut = cuts[number]
        heads = tuple(Head(note, spell(note.pitch, flattest)) for note in cut.chord.notes)
        for place in places:
            tied_from = cut.before or place > places[0]
            tied_to = cut.after or place < places[-1]
            found.append(Event(written[place], heads, tied_from, tied_to, joined[place]))
    return found


def _accidentals(voices: Voices, key: Key, *, drums: bool) -> Voices:
    """The same with accidentals where the bar needs them, over all voices of the staff."""
    if drums:
        return voices
    places = sorted(
        (event.symbol.onset, voice, number, head)
        for voice, (_, events) in enumerate(voices)
        for number, event in enumerate(events)
        for head in range(len(event.heads))
    )
    names = []
    for _, voice, number, head in places:
        event = voices[voice][1][number]
        names.append((event.heads[head].name, event.tied_from))
    for (_, voice, number, head), needed in zip(places, printed(names, key.fifths), strict=True):
        if needed:
            events = voices[voice][1]
            heads = list(events[number].heads)
            heads[head] = heads[head]._replace(accidental=True)
            events[number] = events[number]._replace(heads=tuple(heads))
    return voices
