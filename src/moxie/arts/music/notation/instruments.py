"""General MIDI programs by the names that scores give to instruments."""

from __future__ import annotations

import re
from collections.abc import Mapping

KEYBOARDS = frozenset({*range(8), *range(16, 24), 46})
"""What is played from two staves: pianos, organs, the harp."""

_HANDS = ("right hand", "left hand", "pedal")
"""What the staves of a keyboard are called, from the top."""

# The first that is found counts: longer names stand before those they contain.
_NAMES: tuple[tuple[str, int], ...] = (
    ("double ?bass|contrabass|contrebasse|contrabbasso|kontrabass|violone|低音提琴", 43),
    ("violoncell|cello|大提琴|^vlc|^vc\\b", 42),
    ("viol[ae]\\b|viola|bratsche|中提琴|^vla", 41),
    ("violin|violon|fiddle|geige|小提琴|^vln|^vl\\b", 40),
    ("string|streicher|archi", 48),
    ("piccolo|短笛", 72),
    ("recorder|blockfl|竖笛", 74),
    ("flute|flaut[oi]|flöte|traverso|长笛", 73),
    ("english horn|cor anglais|corno inglese|englischhorn|英国管", 69),
    ("obo[ei]|hautbois|双簧管", 68),
    ("clarinet|klarinette|单簧管", 71),
    ("bassoon|fagott|basson|巴松|大管", 70),
    ("sax", 65),
    ("trombone|posaune|长号", 57),
    ("trumpet|tromb[ae]|trompete|clarin[oi]|小号", 56),
    ("tuba|大号", 58),
    ("horn|corn[oi]|圆号", 60),
    ("timpani|pauken|timbales|定音鼓", 47),
    ("harpsichord|cembalo|clavecin|continuo|羽管键琴", 6),
    ("clavichord", 7),
    ("organ|orgel|管风琴", 19),
    ("harp|arpa|harfe|竖琴", 46),
    ("bass guitar|electric bass|e-bass|贝斯", 33),
    ("lute|laute|theorbo|guitar|gitarre|chitarra|吉他", 24),
    ("celesta", 8),
    ("glockenspiel", 9),
    ("xylophone", 13),
    ("soprano|alto|tenor|basso|bass|cantus|altus|bassus|quintus|choir|voice|人声", 52),
    ("piano|klavier|clavier|pianoforte|钢琴", 0),
)


HUMDRUM: Mapping[str, tuple[str, int]] = {
    "piano": ("Piano", 0), "fortp": ("Fortepiano", 0), "cemba": ("Harpsichord", 6),
    "clavi": ("Clavichord", 7), "organ": ("Organ", 19), "vioin": ("Violin", 40),
    "violn": ("Violin", 40), "viola": ("Viola", 41), "cello": ("Violoncello", 42),
    "cbass": ("Double bass", 43), "arpa": ("Harp", 46), "timpa": ("Timpani", 47),
    "picco": ("Piccolo", 72), "flt": ("Flute", 73), "flt2": ("Flute", 73), "oboe": ("Oboe", 68),
    "cangl": ("English horn", 69), "clars": ("Clarinet", 71), "fagot": ("Bassoon", 70),
    "cor": ("Horn", 60), "tromp": ("Trumpet", 56), "tromb": ("Trombone", 57),
    "tuba": ("Tuba", 58), "liuto": ("Lute", 24), "guitr": ("Guitar", 24),
    "canto": ("Cantus", 52), "vox": ("Voice", 52), "soprn": ("Soprano", 52), "alto": ("Alto", 52),
    "calto": ("Alto", 52),
    "tenor": ("Tenor", 52), "bass": ("Bass", 52), "baset": ("Basset horn", 71),
}  # fmt: skip
"""Names and programs by the instrument codes of Humdrum files."""


def program_of(name: str) -> int | None:
    """The program of an instrument called so in English, Italian, German, French or Chinese."""
    words = name.lower()
    return next((program for pattern, program in _NAMES if re.search(pattern, words)), None)


def staff_names(name: str, program: int, staves: int) -> list[str]:
    """What the parts are called that a part's staves become: "Piano, left hand"."""
    if staves == 1:
        return [name]
    if program in KEYBOARDS and staves <= len(_HANDS):
        return [f"{name}, {hand}" if name else hand for hand in _HANDS[:staves]]
    return [f"{name} {number}".strip() for number in range(1, staves + 1)]


def family(name: str, program: int) -> str:
    """What is bracketed together in a score: the instrument of a hand, else a family's name."""
    instrument = re.sub(rf"(^|, )({'|'.join(_HANDS)})$", "", name)
    if instrument != name and program in KEYBOARDS:
        return f"brace {instrument}"
    names = ((40, 49, "strings"), (56, 64, "brass"), (64, 80, "woodwinds"), (52, 55, "voices"))
    return next((kind for first, last, kind in names if first <= program < last), "")
