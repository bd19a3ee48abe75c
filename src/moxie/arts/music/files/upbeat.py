"""Pick-ups that a MIDI file does not tell of, found by ear.

LilyPond, among others, writes no pick-up into its MIDI files: a minuet in 3/4 that begins on the
third beat begins with a full bar there, and every bar line of the piece is one beat late. But
where bars begin can be heard: long notes and the bass fall on strong beats (Lerdahl and
Jackendoff 1983, metrical preference rules 5 and 6).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.files import metres
from moxie.arts.music.score import TICKS, Bar, Score
from moxie.arts.music.score import score as build

MARGIN, HALF_MARGIN = 1.12, 1.3
"""How many times better displaced bars must be heard than the given ones; half bars are alike, so
that a displacement by half a bar of four or six beats needs more."""

_STEP = TICKS // 4  # pick-ups are looked for in sixteenths
_LEAST = 8  # bars without which there is nothing to hear
_BASS = 2.0  # what the lowest note of a chord counts


def upbeat(score: Score) -> int:
    """How long the pick-up is that the bars leave out, in ticks; 0 if there is none or in doubt.

    Only for scores whose bars came from MIDI metres: where bars are known, they need no guess.
    Looks at the first metre. 0 too where a short bar anywhere shows that the bars were stated.
    """
    bars = _first_metre(score)
    if len(bars) < _LEAST or any(bar.length != bar.full for bar in bars) or bars[0].full % _STEP:
        return 0
    accents = _accents(bars[0])
    heard = _heard(score, bars)
    fits = np.array([np.roll(accents, place) @ heard for place in range(len(accents))])
    best = int(fits.argmax())
    alike = bars[0].beats in (4, 6, 12) and 2 * best == len(accents)
    if fits[best] <= fits[0] * (HALF_MARGIN if alike else MARGIN):
        return 0
    return best * _STEP


def with_upbeat(score: Score, ticks: int) -> Score:
    """The score with a pick-up of `ticks`, shorter than a bar, and its bar lines moved after it.

    The bar before the first change of metre is cut where it has to be.
    """
    if not 0 < ticks < score.bars[0].length:
        return score
    reach = max((note.onset + note.duration for note in score.notes), default=0)
    first, *others = metres.stated(score.bars, reach)
    bars = metres.bars([first, (ticks, first[1]), *others], reach, "The score")
    return build(
        score.notes, bars, score.parts, keys=score.keys, tempos=score.tempos, title=score.title
    )


def _first_metre(score: Score) -> list[Bar]:
    """The bars of the first metre, unless others follow it: their change shows where bars begin."""
    metre = score.bars[0][2:] if score.bars else ()
    bars = [bar for bar in score.bars if bar[2:] == metre]
    return bars if len(bars) == len(score.bars) else []


def _accents(bar: Bar) -> NDArray[np.float64]:
    """How strong each sixteenth of the bar is: downbeat 4, half of four beats 3, beat 2, unit 1."""
    unit = 4 * TICKS // bar.unit
    beat = unit * (3 if bar.unit >= 8 and bar.beats % 3 == 0 and bar.beats > 3 else 1)
    found = np.zeros(bar.full // _STEP)
    for place in range(len(found)):
        tick = place * _STEP
        strengths = (
            (4, tick == 0),
            (3, bar.beats in (4, 12) and 2 * tick == bar.full),
            (2, tick % beat == 0),
            (1, tick % unit == 0),
        )
        found[place] = next((strength for strength, here in strengths if here), 0)
    return found


def _heard(score: Score, bars: list[Bar]) -> NDArray[np.float64]:
    """The time of the notes that begin on each sixteenth of the bar, the bass counting more."""
    lowest: dict[int, int] = {}
    for note in score.notes:
        lowest[note.onset] = min(note.pitch, lowest.get(note.onset, note.pitch))
    full = bars[0].full
    found = np.zeros(full // _STEP)
    for note in score.notes:
        if not (score.parts[note.part].drums or note.onset % _STEP):
            weight = _BASS if note.pitch == lowest[note.onset] else 1.0
            found[note.onset % full // _STEP] += weight * min(note.duration, full)
    return found
