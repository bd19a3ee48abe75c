"""What copyright notices and license fields say in plain words.

Only two things count as a no, so that an ordinary notice does not refuse a work: words that speak
of training or mining and forbid it, and a license without derivatives, because whether a creation
is an adaptation of what it was learnt from is open. "All rights reserved" alone is not a no: it is
the law's default, and says nothing about a work its own artist brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from moxie.rights.signals.signal import Signal, quoted

MAX_TEXT, MAX_ALL = 20_000, 200_000
"""Characters of a notice that are read, and of all notices in one file."""

_AI = r"\b(?:AI|A\.I\.|artificial[ -]intelligence|machine[ -]learning|ML|LLMs?|generative)\b"
_TRAINING = (
    rf"(?:{_AI}[^.;\n]{{0,40}}\btrain(?:ing|s)?\b"
    rf"|\btrain(?:ing|s)?\b[^.;\n]{{0,40}}(?:{_AI}|\bmodels?\b)"
    r"|\bmachine[ -]learning\b|\b(?:text|data)(?:[ -]and[ -]data)?[ -]?mining\b|\bTDM\b)"
)
_NOT = (
    r"\b(?:no(?! (?:restriction|limit|objection))|not|never|without (?:permission|consent)"
    r"|prohibit(?:s|ed)?|forbid(?:s|den)?|disallow(?:s|ed)?|reserve[sd]?|excluded?"
    r"|opt(?:s|ed)?[ -]?out)\b"
)
_FORBIDDEN = re.compile(
    rf"{_NOT}[^.;\n]{{0,80}}?{_TRAINING}|{_TRAINING}[^.;\n]{{0,80}}?{_NOT}"
    r"|(?<![\w])#?no(?:image)?ai\b"
    r"|(?:禁止|不得|不可|严禁|拒绝|谢绝|请勿)[^。；\n]{0,24}(?:训练|机器学习|数据挖掘|喂给?\s*AI)",
    re.IGNORECASE,
)
_ND = re.compile(
    r"creativecommons\.org/licenses/by(?:-nc)?-nd\b|\bCC[ -]BY(?:-NC)?-ND\b"
    r"|\bno[ -]?derivatives?\b|\bno[ -]derivs\b|禁止演绎",
    re.IGNORECASE,
)
_CC = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/[\w./-]+|\bCC0-1\.0\b")


def judge(texts: Iterable[tuple[str, str]]) -> list[Signal]:
    """The signals in texts, each given as (where it stands, the text)."""
    found: list[Signal] = []
    room = MAX_ALL
    for where, whole in texts:
        text = whole[: min(MAX_TEXT, room)]
        room -= len(text)
        if match := _FORBIDDEN.search(text):
            found.append(Signal("notice", where, quoted(_sentence(text, match.start()))))
        elif match := _ND.search(text):
            found.append(Signal("license", where, quoted(_sentence(text, match.start()))))
        elif match := _CC.search(text):
            found.append(Signal("license", where, quoted(match[0]), forbids=False))
    return found


def _sentence(text: str, at: int) -> str:
    """The sentence that a place lies in."""
    ends = [found.end() for found in re.finditer(r"[.;!?。；！？](?=\s|$)|\n", text)]
    start = max((end for end in ends if end <= at), default=0)
    end = min((end for end in ends if end > at), default=len(text))
    return text[start:end].strip()
