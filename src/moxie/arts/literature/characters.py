"""Characters and words: what counts as one, whether in traditional or in simplified writing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"

_UNIT = re.compile(rf"[{_HAN}]|(?:(?![{_HAN}_])\w)+(?:['’](?:(?![{_HAN}_])\w)+)*")

_VARIANTS = dict(
    zip(
        "疎踈劒劔彊迳鴈鷰峯淼著甦粧牀韮讐讎祇恠慙窓牎窻蹤烟皷舘喫煖囬皃靣眎欵暎咲竝汎吿",
        "疏疏剑剑强径雁燕峰渺着苏妆床韭仇仇只怪惭窗窗窗踪烟鼓馆吃暖回貌面视款映笑并泛告",
        strict=True,
    )
)
"""Variants that OpenCC's standard leaves alone, as old texts have them."""

# fmt: off
ENGLISH = frozenset((
    "the", "of", "and", "to", "a", "in", "that", "it", "is", "was", "i", "he", "for", "with",
    "his", "as", "you", "not", "be", "had", "at", "but", "on", "by", "her", "she", "this", "my",
    "have", "which", "they", "from", "or", "all", "so", "him", "we", "me", "no", "were", "there",
    "when", "what", "if", "an", "are", "their",
))
# fmt: on
"""Words that make about a third of any English text."""

FEW_ENGLISH = 0.15
"""A text with a smaller share of them is in another language."""


class Unit(NamedTuple):
    """A Han character or a word, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a text in order: what is compared, counted and looked for.

    `words` are simplified and without case. `starts` and `ends` are their places in the text.
    """

    words: tuple[str, ...]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.words)


def units(text: str) -> Units:
    """The Han characters, and the words of alphabets, of a text; punctuation is left out."""
    plain = folded(text)
    found = [(m.group(), m.start(), m.end()) for m in _UNIT.finditer(plain)]
    places = np.array([one[1:] for one in found], np.int64).reshape(-1, 2)
    return Units(tuple(one[0] for one in found), places[:, 0], places[:, 1])


def folded(text: str) -> str:
    """Without case, full width, or traditional and variant forms; of the same length."""
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """What each character is folded to, where it is not itself."""
    from opencc import OpenCC

    forms = [chr(code) for code in range(0x21, 0x30000) if chr(code).isprintable()]
    plain = [unicodedata.normalize("NFKC", form).casefold() for form in forms]
    # only one character for one, so that places in the text stay what they are
    plain = [after if len(after) == 1 else form for form, after in zip(forms, plain, strict=True)]
    simple = OpenCC("t2s").convert("\n".join(plain)).split("\n")
    found = {form: _VARIANTS.get(after, after) for form, after in zip(forms, simple, strict=True)}
    found["’"] = "'"
    return {ord(form): after for form, after in found.items() if form != after}
