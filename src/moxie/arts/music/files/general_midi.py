"""The sounds of General MIDI (level 1) by the names of the standard, and usual ensembles."""

from __future__ import annotations

import re

_FAMILIES = (
    # Pianos and bells
    "acoustic grand piano|bright acoustic piano|electric grand piano|honky-tonk piano",
    "electric piano 1|electric piano 2|harpsichord|clavinet",
    "celesta|glockenspiel|music box|vibraphone|marimba|xylophone|tubular bells|dulcimer",
    # Organs and guitars
    "drawbar organ|percussive organ|rock organ|church organ|reed organ|accordion|harmonica",
    "tango accordion|acoustic guitar (nylon)|acoustic guitar (steel)|electric guitar (jazz)",
    "electric guitar (clean)|electric guitar (muted)|overdriven guitar|distortion guitar",
    "guitar harmonics",
    # Basses and strings
    "acoustic bass|electric bass (finger)|electric bass (pick)|fretless bass|slap bass 1",
    "slap bass 2|synth bass 1|synth bass 2|violin|viola|cello|contrabass|tremolo strings",
    "pizzicato strings|orchestral harp|timpani",
    # Ensembles and brass
    "string ensemble 1|string ensemble 2|synth strings 1|synth strings 2|choir aahs|voice oohs",
    "synth voice|orchestra hit|trumpet|trombone|tuba|muted trumpet|french horn|brass section",
    "synth brass 1|synth brass 2",
    # Reeds and pipes
    "soprano sax|alto sax|tenor sax|baritone sax|oboe|english horn|bassoon|clarinet",
    "piccolo|flute|recorder|pan flute|blown bottle|shakuhachi|whistle|ocarina",
    # Synthesisers
    "lead 1 (square)|lead 2 (sawtooth)|lead 3 (calliope)|lead 4 (chiff)|lead 5 (charang)",
    "lead 6 (voice)|lead 7 (fifths)|lead 8 (bass + lead)",
    "pad 1 (new age)|pad 2 (warm)|pad 3 (polysynth)|pad 4 (choir)|pad 5 (bowed)",
    "pad 6 (metallic)|pad 7 (halo)|pad 8 (sweep)",
    "fx 1 (rain)|fx 2 (soundtrack)|fx 3 (crystal)|fx 4 (atmosphere)|fx 5 (brightness)",
    "fx 6 (goblins)|fx 7 (echoes)|fx 8 (sci-fi)",
    # Of the world, struck, and noises
    "sitar|banjo|shamisen|koto|kalimba|bagpipe|fiddle|shanai",
    "tinkle bell|agogo|steel drums|woodblock|taiko drum|melodic tom|synth drum|reverse cymbal",
    "guitar fret noise|breath noise|seashore|bird tweet|telephone ring|helicopter|applause",
    "gunshot",
)

NAMES: tuple[str, ...] = tuple(name for row in _FAMILIES for name in row.split("|"))
"""The name of each program, 0..127, in lower case."""

_ENSEMBLES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("string quartet|弦乐四重奏", (40, 40, 41, 42)),
    ("string quintet|弦乐五重奏", (40, 40, 41, 41, 42)),
    ("string trio|弦乐三重奏", (40, 41, 42)),
    ("piano trio|钢琴三重奏", (40, 42, 0)),
    ("piano quartet|钢琴四重奏", (40, 41, 42, 0)),
    ("wind quintet|木管五重奏", (73, 68, 71, 60, 70)),
    ("satb|混声合唱", (52, 52, 52, 52)),
)


def programs(name: str) -> tuple[int, ...]:
    """The programs of a sound or an ensemble that is called exactly so; () where there is none."""
    plain = _plain(name)
    for names, found in _ENSEMBLES:
        if plain in names.split("|"):
            return found
    known = [_plain(standard) for standard in NAMES]
    return (known.index(plain),) if plain in known else ()


def _plain(name: str) -> str:
    """Words in lower case, without brackets and hyphens."""
    return " ".join(re.sub(r"[-_()+]", " ", name.lower()).split())
