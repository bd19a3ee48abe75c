"""The information fields of ABC: keys, metres, lengths, tempos, voices (ABC 2.1, section 3)."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from moxie.arts.music.notation.metre import metre_of

_SHARPS = "FCGDAEB"
_MODES = {
    "": 0, "maj": 0, "ion": 0, "m": 3, "min": 3, "aeo": 3, "mix": 1, "dor": 2, "phr": 4,
    "lyd": -1, "loc": 5,
}  # fmt: skip
"""By how many flats more a mode's signature differs from the major key's on its tonic."""

ALTERS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
"""What the accidentals stand for, in semitones."""


class KeyField(NamedTuple):
    """A key: `fifths` is None where it has no signature to speak of; alterations by letter."""

    fifths: int | None
    minor: bool
    alters: dict[str, int]


def key(text: str) -> KeyField | None:
    """`Gmix`, `F#m`, `Bb`, `none`, `D ^g`; None where only a clef is given."""
    found = re.match(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)", text)
    plain = re.sub(r"\w+=\S+", "", text).split()
    if text.strip()[:2] in ("HP", "Hp"):
        return KeyField(2, False, {"F": 1, "C": 1, "G": 0})  # Highland pipes
    if plain and plain[0].lower() == "none":
        return KeyField(None, False, _named_alterations(text))
    if not found:
        return None
    word = found[3]
    mode = "m" if word == "m" else word.lower()[:3]
    if mode not in _MODES:  # a clef's name, for one
        mode = ""
    fifths = _SHARPS.index(found[1]) - 1 + {"#": 7, "b": -7}.get(found[2], 0) - _MODES[mode]
    if not -7 <= fifths <= 7:
        fifths -= 12 if fifths > 0 else -12
    alters = {letter: (fifths - n + 6) // 7 for n, letter in enumerate(_SHARPS)}
    return KeyField(fifths, _MODES[mode] == 3, alters | _named_alterations(text))


def _named_alterations(text: str) -> dict[str, int]:
    found = re.findall(r"(?<=\s)(\^\^|\^|__|_|=)([A-Ga-g])(?=\s|$)", text)
    return {letter.upper(): ALTERS[sign] for sign, letter in found}


def metre(text: str) -> tuple[int, int] | None:
    """`6/8`, `C`, `C|`, `(2+3)/8`; None for none, or one that is unknown."""
    plain = re.sub(r"[()\s]", "", text)
    if plain in ("C", "C|"):
        return (4, 4) if plain == "C" else (2, 2)
    found = re.fullmatch(r"([\d+]{1,12})/(\d{1,4})", plain)
    return metre_of([found[1]], [found[2]]) if found else None


def length(text: str) -> Fraction | None:
    """The unit note length `1/8`, of a whole note; None where it is none."""
    found = re.fullmatch(r"\s*(\d{1,3})(?:/(\d{1,4}))?\s*", text)
    if not found or not int(found[1]) or not int(found[2] or 1):
        return None
    return Fraction(int(found[1]), int(found[2] or 1))


def factor(text: str) -> Fraction:
    """A note's length in unit lengths: `3`, `3/2`, `/` for a half, `//` for a quarter."""
    number, *under = text.split("/")
    value = Fraction(int(number or 1))
    for digits in under:
        value /= int(digits or 2) or 1
    return value


def tempo(text: str) -> Fraction | None:
    """Quarter notes a minute: `1/4=120`, `"Allegro" 3/8=60`, `120`; None for words alone."""
    plain = re.sub(r'"[^"]*"', "", text)
    found = re.search(r"((?:\d{1,3}/\d{1,3}\s*)*)=?\s*(\d{1,4}(?:\.\d{1,3})?)\s*$", plain)
    if not found:
        return None
    beats = [length(beat) for beat in found[1].split()]
    beat = sum((beat for beat in beats if beat), Fraction(0)) or Fraction(1, 4)
    return Fraction(found[2]) * beat * 4


class VoiceField(NamedTuple):
    """A voice: what it is called in the file and to people, and how it sounds."""

    identity: str
    name: str
    transposition: int  # semitones
    drums: bool


def voice(text: str) -> VoiceField:
    """`1 name="Violin I" clef=treble-8`."""
    identity, _, rest = text.strip().partition(" ")
    given = {k: a or b for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|(\S+))', rest)}
    return VoiceField(
        identity,
        given.get("name", given.get("nm", "")),
        transposition(rest),
        "perc" in given.get("clef", ""),
    )


def transposition(text: str) -> int:
    """What clefs with an eight, `octave=` and `transpose=` shift, in semitones."""
    shift = sum(12 if sign == "+" else -12 for sign in re.findall(r"([+-])8(?:va)?\b", text))
    octaves = re.search(r"\boctave=(-?\d)\b", text)
    semitones = re.search(r"\btranspose=(-?\d{1,2})\b", text)
    return shift + 12 * int(octaves[1] if octaves else 0) + int(semitones[1] if semitones else 0)
