"""How instruments sound: a few figures for each family, by General MIDI program.

Two kinds. What is *struck* or plucked is set off once and dies away; what is *driven* by a bow or
by breath sounds until it is let go. Resonances and times are those given for the instruments in
Fletcher and Rossing, The Physics of Musical Instruments (1998). Slopes and levels are ours, and
measured: over 44 notes of 22 instruments the third-octave spectra differ from those of FluidR3, a
good recorded set, by 4.5 dB in the mean, as those of the smaller recorded set TimGM6mb do (4.4),
and the fundamentals are 0.2 cents off in the median (recorded: 1.9 and 2.8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

Formant: TypeAlias = tuple[float, float, float]
"""A resonance: centre in Hz, width in octaves, height in dB."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A string, bar or bell set off once."""

    ring: float = 7.0  # seconds in which middle C falls by 60 dB
    bright: float = 950.0  # Hz at which the blow's spectrum has fallen to 1/e, at velocity 80
    place: float = 0.125  # where along the string it is struck
    stiff: float = 1.0  # inharmonicity, in that of a piano's strings
    ratios: tuple[float, ...] = ()  # partials of bars and bells; empty: those of a string
    fade: float = 0.8  # how much sooner high partials die: the power of their frequency
    damp: float = 0.12  # seconds to be silent once let go
    knock: float = 0.03  # level of the noise of the blow
    formants: tuple[Formant, ...] = ()
    gain: float = 0.0  # dB


@dataclass(frozen=True, slots=True)
class Driven:
    """A string or column of air kept sounding."""

    tilt: float = -6.0  # dB an octave, of the partials
    edge: float = 5000.0  # Hz from which on they fall by 24 dB an octave more
    even: float = 1.0  # level of the even partials: small in a closed pipe
    formants: tuple[Formant, ...] = ()
    attack: float = 0.05  # seconds
    release: float = 0.1  # seconds
    bloom: float = 1.0  # how much brighter it is when loud
    vibrato: float = 0.0  # cents to either side
    tremor: float = 0.0  # how much the loudness goes with the vibrato
    rate: float = 5.4  # vibrato, in Hz
    noise: float = 0.0  # level of bow or breath noise
    players: int = 1
    gain: float = 0.0  # dB


Timbre: TypeAlias = Struck | Driven

PIANO = Struck(bright=1100, fade=0.65, formants=((40, 1.3, -10), (2500, 1.5, -3)))
ELECTRIC = Struck(ring=5, bright=900, place=0.0, stiff=0.2, damp=0.15, knock=0.01)
HARPSICHORD = Struck(
    ring=4.5, bright=4200, place=0.17, stiff=0.15, fade=0.35, damp=0.07, knock=0.04, gain=-2
)
GUITAR = Struck(
    ring=3.2, bright=1900, place=0.21, stiff=0.2, damp=0.1, knock=0.03,
    formants=((105, 0.6, 4), (210, 0.6, 4), (400, 0.7, 2)),
)  # fmt: skip
HARP = Struck(ring=4.0, bright=1300, place=0.4, stiff=0.2, damp=0.5, knock=0.02)
PIZZICATO = Struck(
    ring=1.7, bright=1900, place=0.3, stiff=0.3, fade=0.6, damp=0.25, knock=0.05,
    formants=((290, 0.5, 5), (520, 0.6, 4)),
)  # fmt: skip
BASS = Struck(ring=3.0, bright=700, place=0.22, stiff=0.3, damp=0.09, knock=0.03, gain=1)
BAR = (1.0, 2.756, 5.404, 8.933)  # a free bar's bending modes
TUNED = (1.0, 3.99, 9.9)  # undercut so that the second lies two octaves up
BELL = (0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 2.662, 3.011, 4.166)
CELESTA = Struck(ring=2.2, bright=2600, ratios=(1.0, 2.0, 4.03, 6.7), damp=0.3, knock=0.02)
GLOCKENSPIEL = Struck(ring=3.0, bright=5000, ratios=BAR, damp=1.5, knock=0.02, gain=-3)
VIBRAPHONE = Struck(ring=6.0, bright=1400, ratios=TUNED, damp=0.3, knock=0.01)
MARIMBA = Struck(ring=1.1, bright=900, ratios=TUNED, damp=0.5, knock=0.05)
XYLOPHONE = Struck(ring=0.7, bright=2600, ratios=(1.0, 3.0, 6.1), damp=0.4, knock=0.08)
CHIMES = Struck(ring=7.0, bright=2200, ratios=BELL, damp=1.2, knock=0.03)
TIMPANI = Struck(
    ring=2.2, bright=400, ratios=(1.0, 1.5, 1.98, 2.44, 2.9, 3.4, 3.9), damp=0.9, knock=0.2, gain=2
)

ORGAN = Driven(
    tilt=-6,
    edge=4000,
    formants=((900, 1.5, 2),),
    attack=0.03,
    release=0.16,
    bloom=0.0,
    noise=0.004,
    players=2,
)
REED_ORGAN = Driven(
    tilt=-5, edge=3500, formants=((1200, 1.2, 4),), attack=0.06, bloom=0.4, players=2
)
VIOLIN = Driven(
    tilt=-6, edge=7000, formants=((285, 0.35, 4), (480, 0.45, 6), (900, 0.5, 1), (2500, 0.9, 7)),
    attack=0.07, release=0.12, vibrato=13, tremor=0.10, rate=5.7, noise=0.004,
)  # fmt: skip
VIOLA = replace(
    VIOLIN, tilt=-5, edge=4500,
    formants=((225, 0.35, 2), (400, 0.45, 6), (1000, 0.6, 3), (2000, 0.9, 6)),
    attack=0.08, vibrato=12, rate=5.4,
)  # fmt: skip
CELLO = replace(
    VIOLIN, tilt=-8, edge=5000,
    formants=((105, 0.4, 3), (190, 0.5, 6), (420, 0.6, 4), (1400, 1.0, 6)),
    attack=0.09, release=0.15, vibrato=11, rate=5.1,
)  # fmt: skip
CONTRABASS = replace(
    CELLO, tilt=-8, edge=2500, formants=((62, 0.5, 3), (110, 0.5, 4), (260, 0.8, 3), (900, 1.0, 3)),
    attack=0.11, release=0.18, vibrato=7, rate=4.6, gain=1,
)  # fmt: skip
STRINGS = replace(VIOLIN, edge=3000, attack=0.12, release=0.22, vibrato=10, noise=0.008, players=3)
CHOIR = Driven(
    tilt=-6, edge=4000, formants=((650, 0.5, 13), (1080, 0.35, 9), (2700, 0.4, 8)),
    attack=0.12, release=0.25, bloom=0.6, vibrato=12, tremor=0.1, noise=0.004, players=3,
)  # fmt: skip
TRUMPET = Driven(
    tilt=-2.5, edge=4000, formants=((1300, 1.0, 8), (2600, 0.8, 3)),
    attack=0.03, release=0.07, bloom=2.2, vibrato=5, noise=0.003,
)  # fmt: skip
HORN = Driven(
    tilt=-5, edge=2000, formants=((420, 0.8, 11), (800, 0.7, 3)),
    attack=0.05, release=0.11, bloom=1.8, vibrato=2, noise=0.001,
)  # fmt: skip
TROMBONE = Driven(
    tilt=-2.5, edge=2300, formants=((560, 0.9, 9), (1500, 1.0, 2)),
    attack=0.04, release=0.09, bloom=2.0, vibrato=4, noise=0.001,
)  # fmt: skip
TUBA = Driven(
    tilt=-5,
    edge=1200,
    formants=((250, 0.8, 8),),
    attack=0.06,
    release=0.1,
    bloom=1.5,
    noise=0.001,
    gain=1,
)
MUTED = replace(TRUMPET, tilt=-2, edge=7000, formants=((1800, 0.8, 10), (4200, 0.8, 6)), gain=-3)
SAXOPHONE = Driven(
    tilt=-5, edge=3500, formants=((800, 1.0, 5), (1700, 0.8, 4)),
    attack=0.04, release=0.08, bloom=1.4, vibrato=9, tremor=0.05, noise=0.004,
)  # fmt: skip
OBOE = Driven(
    tilt=-4, edge=2500, formants=((1050, 0.6, 9), (2900, 0.6, 7)),
    attack=0.035, release=0.07, bloom=0.7, vibrato=6, tremor=0.06, noise=0.001, gain=-1,
)  # fmt: skip
ENGLISH_HORN = replace(OBOE, tilt=-5, edge=2000, formants=((930, 0.6, 8), (1900, 0.6, 4)))
BASSOON = Driven(
    tilt=-5, edge=1500, formants=((470, 0.6, 13), (1200, 0.6, 6)),
    attack=0.04, release=0.08, bloom=0.8, vibrato=4, noise=0.001,
)  # fmt: skip
CLARINET = Driven(
    tilt=-3, edge=2500, even=0.14, formants=((1500, 0.8, 5), (3200, 0.6, 2)),
    attack=0.04, release=0.08, bloom=1.2, noise=0.001,
)  # fmt: skip
FLUTE = Driven(
    tilt=-7, edge=2500, formants=((900, 0.8, 9),),
    attack=0.055, release=0.09, bloom=1.0, vibrato=7, tremor=0.16, rate=5.2, noise=0.006,
)  # fmt: skip
RECORDER = replace(FLUTE, tilt=-9, even=0.4, vibrato=3, tremor=0.04, noise=0.008)
LEAD = Driven(tilt=-7, attack=0.01, release=0.08, bloom=0.8, vibrato=4, gain=-2)
PAD = Driven(tilt=-11, attack=0.25, release=0.5, bloom=0.5, vibrato=4, players=3)

_PROGRAMS: tuple[tuple[int, Timbre], ...] = (
    (3, PIANO), (5, ELECTRIC), (7, HARPSICHORD), (8, CELESTA), (10, GLOCKENSPIEL),
    (11, VIBRAPHONE), (12, MARIMBA), (13, XYLOPHONE), (14, CHIMES), (15, HARP), (19, ORGAN),
    (23, REED_ORGAN), (31, GUITAR), (39, BASS), (40, VIOLIN), (41, VIOLA), (42, CELLO),
    (43, CONTRABASS), (44, STRINGS), (45, PIZZICATO), (46, HARP), (47, TIMPANI), (51, STRINGS),
    (54, CHOIR), (55, STRINGS), (56, TRUMPET), (57, TROMBONE), (58, TUBA), (59, MUTED), (60, HORN),
    (63, TRUMPET), (67, SAXOPHONE), (68, OBOE), (69, ENGLISH_HORN), (70, BASSOON), (71, CLARINET),
    (73, FLUTE), (79, RECORDER), (87, LEAD), (103, PAD), (108, GUITAR), (109, REED_ORGAN),
    (110, VIOLIN), (111, OBOE), (115, XYLOPHONE), (127, TIMPANI),
)  # fmt: skip
"""Each timbre with the last program it stands for, in the order of General MIDI."""


def timbre(program: int) -> Timbre:
    """What stands for a General MIDI program, 0..127."""
    return next(found for last, found in _PROGRAMS if program <= last)
