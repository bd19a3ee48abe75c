"""What instruments and voices can play, in sounding pitch.

Ranges are those that orchestration books give as safe for a good player (after Adler, "The Study
of Orchestration", and the vocal ranges of choral writing), a little wide rather than narrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from moxie.arts.music.notation.instruments import program_of
from moxie.arts.music.score import HIGHEST, LOWEST, Part

Range = tuple[int, int]
"""The lowest and the highest MIDI pitch."""

PIANO: Range = (21, 108)

_VOICES: tuple[tuple[str, Range], ...] = (
    ("mezzo|次女高音", (55, 81)),
    ("sopran|cantus|discant|superius|女高音", (58, 84)),
    ("contralto|alto|altus|^alt$|女低音", (52, 77)),
    ("tenor|男高音", (47, 72)),
    ("bariton|男中音", (43, 69)),
    ("bass|男低音", (38, 66)),
)
_ANY_VOICE: Range = (38, 84)
_SINGERS = range(52, 55)

_PROGRAMS: Mapping[int, Range] = {
    6: (29, 89),  # harpsichord
    7: (29, 89),  # clavichord
    19: (24, 96),  # church organ
    24: (40, 88),  # guitar
    25: (40, 93),  # steel guitar; scores give it to the mandolin
    32: (28, 67), 33: (28, 67),  # basses
    40: (55, 103),  # violin
    41: (48, 91),  # viola
    42: (36, 84),  # violoncello
    43: (24, 67),  # double bass
    46: (23, 103),  # harp
    47: (36, 60),  # timpani
    48: (28, 103),  # strings
    56: (52, 86),  # trumpet
    57: (40, 77),  # trombone
    58: (26, 65),  # tuba
    60: (34, 79),  # horn
    64: (56, 88), 65: (49, 81), 66: (44, 76), 67: (36, 69),  # saxophones
    68: (58, 93),  # oboe
    69: (52, 81),  # English horn
    70: (34, 77),  # bassoon
    71: (50, 96),  # clarinet
    72: (74, 108),  # piccolo
    73: (59, 98),  # flute
    74: (53, 98),  # recorder
}  # fmt: skip


def range_of(part: Part) -> Range:
    """The lowest and highest pitch that the part's instrument or voice can sound.

    A name that says what plays ("Viola", "Tenor") counts more than the program, which files often
    have wrong; keyboards and what is not known have the piano's range. Drums may have any pitch.
    """
    if part.drums:
        return LOWEST, HIGHEST
    named = program_of(part.name)
    if part.program in _SINGERS or (named in _SINGERS and part.program in range(8)):
        voices = (heard for word, heard in _VOICES if re.search(word, part.name.lower()))
        return next(voices, _ANY_VOICE)
    if named is None or named in _SINGERS:  # "basso" may be sung or bowed: the program knows
        named = part.program
    return _PROGRAMS.get(named, PIANO)
