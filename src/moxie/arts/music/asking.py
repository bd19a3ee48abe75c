"""What a person asks for in words: how many bars, which of them anew, in what key, for whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.files.codec import key_name
from moxie.arts.music.score import Key, Score
from moxie.errors import BadInput
from moxie.text import Message, Scalar, say

FEWEST_BARS, MOST_BARS = 4, 256
"""Bars that a piece may be asked to have."""

USUAL_BARS = 32

SLOWEST, FASTEST = 20, 400
"""Quarter notes a minute."""

MOST_BEATS, UNITS, LONGEST_BAR = 24, (1, 2, 4, 8, 16, 32), 12
"""The figures a metre may have, and how many quarter notes a bar, which has one at least."""

MOST_PLAYERS = 16
"""As many as MIDI has channels."""

LEADS = ("continue", "vary", "harmonise")
"""A theme goes on, is varied bar by bar, or gets the other parts."""

_LIST = r"\d{1,5}(?:-\d{1,5})?(?:,\d{1,5}(?:-\d{1,5})?)*"
_REGION = re.compile(rf"(?:bars?:?|小节:?|第)?({_LIST})(?:小节)?(?:@({_LIST}))?", re.IGNORECASE)

_LETTERS = "FCGDAEB"  # each a fifth above the one before
_SIGNS = {"#": 1, "♯": 1, "sharp": 1, "升": 1, "b": -1, "♭": -1, "flat": -1, "降": -1}
_ENGLISH = re.compile(
    r"([A-Ga-g])(?:[ -]?(#|♯|b|♭|(?i:sharp|flat)))?[ -]?((?i:major|maj|minor|min)|m|)"
)
_CHINESE = re.compile(r"(升|降|#|♯|b|♭)?([A-Ga-g])(#|♯|b|♭)?(大调|小调|调)")


def size(text: str | None) -> tuple[int]:
    """`32` or `32 bars` to (32,); None is `USUAL_BARS`. Raises BadInput."""
    if text is None:
        return (USUAL_BARS,)
    found = re.fullmatch(r"(\d{1,6})(?:bars?|小节)?", _tight(text).lower())
    if not found:
        raise BadInput(
            "The length {text} is not understood: write how many bars, for example 32.",
            text=_shown(text),
        )
    if not FEWEST_BARS <= int(found[1]) <= MOST_BARS:
        raise BadInput(
            "A piece of {bars} bars cannot be composed: it may have {least} to {most}.",
            bars=int(found[1]),
            least=FEWEST_BARS,
            most=MOST_BARS,
        )
    return (int(found[1]),)


def region(text: str, data: bytes | None, score: Score) -> NDArray[np.bool_]:
    """`bars:9-12,17` to bool [bars]; `bars:9-12@2`, of part 2 alone, to bool [parts, bars].

    Bars and parts are counted from 1, as they stand in the score: a pick-up is bar 1. Raises
    BadInput.
    """
    found = _REGION.fullmatch(_tight(text).replace("–", "-"))
    if not found or data is not None:
        raise BadInput(
            "The region {text} is not understood: write bars:9-12 or bars:9-12,17, and "
            "bars:9-12@2 for part 2 alone.",
            text=_shown(text),
        )
    bars = _numbers(found[1], len(score.bars), text, score)
    mask = np.zeros(len(score.bars), np.bool_)
    mask[bars] = True
    if found[2] is not None:
        parts = _numbers(found[2], len(score.parts), text, score)
        chosen = np.zeros((len(score.parts), 1), np.bool_)
        chosen[parts] = True
        mask = chosen & mask
    if mask.all():
        raise BadInput(
            "The region {text} is the whole piece: nothing known would be left.", text=_shown(text)
        )
    return mask


def options(given: Mapping[str, str]) -> Mapping[str, Scalar]:
    """The dials set, each in its one form, for `Brief.options`; raises BadInput.

    `key` "E-flat major" (`key` reads it back); `metre` "3/4"; `tempo` in quarter notes a minute;
    `instruments` General MIDI programs, "40,40,41,42"; `plan` "A8 B8 A8"; `lead` one of `LEADS`.
    """
    named = {
        {"meter": "metre"}.get(name.lower(), name.lower()): text for name, text in given.items()
    }
    for name in named:
        if name not in _DIALS:
            raise BadInput(
                "There is no dial {name} in music; there is {names}.",
                name=_shown(name),
                names=", ".join(_DIALS),
            )
    return {name: _DIALS[name](text) for name, text in named.items()}


def key(text: str) -> Key:
    """A key by its English or Chinese name: D minor, Eb major, F# minor, D小调, 降E大调.

    A key of more than seven sharps or flats is taken as the one that sounds the same. Raises
    BadInput.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if english := _ENGLISH.fullmatch(plain):
        letter, sign, mode = english.groups()
        if mode or letter.isupper():  # a small letter by itself may mean either
            return _key(letter, sign, minor=mode.lower() in ("minor", "min", "m"))
    if chinese := _CHINESE.fullmatch(_tight(plain)):
        before, letter, after, mode = chinese.groups()
        if not (before and after):
            return _key(letter, before or after, minor=mode == "小调")
    return _no_key(text)


def metre(text: str) -> str:
    """A metre as two figures; raises BadInput for one that nobody could count."""
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})拍?", _tight(text))
    beats, unit = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (0 < beats <= MOST_BEATS and unit in UNITS and unit <= 4 * beats <= LONGEST_BAR * unit):
        raise BadInput(
            "The metre {text} cannot be used: write one such as 4/4, 3/4 or 6/8.",
            text=_shown(text),
        )
    return f"{beats}/{unit}"


def tempo(text: str) -> float:
    """Quarter notes a minute; raises BadInput."""
    found = re.fullmatch(r"(?:♩=)?(\d{1,4}(?:\.\d{1,3})?)(?:bpm)?", _tight(text).lower())
    value = float(found[1]) if found else 0.0
    if not SLOWEST <= value <= FASTEST:
        raise BadInput(
            "The tempo {text} cannot be used: write {slowest} to {fastest} quarter notes a minute.",
            text=_shown(text),
            slowest=SLOWEST,
            fastest=FASTEST,
        )
    return int(value) if value.is_integer() else value


def instruments(text: str) -> str:
    """General MIDI programs, one for each player named, joined by commas; raises BadInput."""
    from moxie.arts.music.files.general_midi import programs
    from moxie.arts.music.notation.instruments import program_of

    found: list[int] = []
    for name in re.split(r"[,，、;；]", text):
        known = programs(name) or tuple(p for p in (program_of(name.strip()),) if p is not None)
        if not known:
            raise BadInput(
                "The instrument {name} is not known: use a General MIDI name such as violin, "
                "cello, flute, french horn or piano.",
                name=_shown(name.strip()),
            )
        found += known
    if len(found) > MOST_PLAYERS:
        raise BadInput(
            "{n} instruments are too many: a piece may have {most}.",
            n=len(found),
            most=MOST_PLAYERS,
        )
    return ",".join(map(str, found))


def plan(text: str) -> str:
    """A plan of sections in its one form; whether it fits the length is seen when both are known.

    Raises BadInput for what is no plan.
    """
    from moxie.arts.music.form.plan import LONGEST, parse_plan

    bars = [int(number) for number in re.findall(r"\d{1,4}", text)]
    whole = 0 < len(bars) == len(re.findall(r"[A-Za-z]", text))
    found = parse_plan(text, sum(bars) if whole else LONGEST)
    return str(found) if whole else " ".join(text.upper().split())


def lead(text: str) -> str:
    """What becomes of a theme to begin from; raises BadInput."""
    found = text.strip().lower()
    if found not in LEADS:
        raise BadInput(
            "The lead {text} is not known: write {names}.",
            text=_shown(text),
            names=", ".join(LEADS),
        )
    return found


_DIALS: Mapping[str, Callable[[str], Scalar]] = {
    "key": lambda text: key_name(key(text)),
    "metre": metre,
    "tempo": tempo,
    "instruments": instruments,
    "plan": plan,
    "lead": lead,
}


HINTS: Mapping[str, Message] = {
    "key": say("Key, for example D minor"),
    "metre": say("Metre, for example 3/4"),
    "tempo": say("Tempo, in quarter notes a minute"),
    "instruments": say("Instruments, by name, the highest first"),
    "plan": say("Plan of sections and their bars, for example A8 B8 A8"),
    "lead": say("What becomes of a theme: continue, vary or harmonise"),
}
"""What to write for each dial."""


def _numbers(words: str, count: int, text: str, score: Score) -> list[int]:
    """The places in a list like "9-12,17", from 0; raises BadInput for one not below `count`."""
    found: list[int] = []
    for word in words.split(","):
        first, _, last = word.partition("-")
        start, end = int(first), int(last or first)
        if not 1 <= start <= end <= count:
            raise BadInput(
                "The region {text} does not lie inside the piece: it has {bars} bars and {parts} "
                "parts, counted from 1.",
                text=_shown(text),
                bars=len(score.bars),
                parts=len(score.parts),
            )
        found += range(start - 1, end)
    return found


def _key(letter: str, sign: str | None, *, minor: bool) -> Key:
    fifths = (
        _LETTERS.index(letter.upper())
        - 1
        + 7 * _SIGNS.get((sign or "").lower(), 0)
        - (3 if minor else 0)
    )
    if abs(fifths) > 7:
        fifths -= 12 if fifths > 0 else -12
    return Key(0, fifths, minor)


def _no_key(text: str) -> Key:
    raise BadInput(
        "The key {text} is not understood: write it like D minor, Eb major or F# minor.",
        text=_shown(text),
    )


def _tight(text: str) -> str:
    """Without any space, full-width signs made plain."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _shown(text: str) -> str:
    """What was written, quoted, and not too much of it."""
    return repr(text[:60])
