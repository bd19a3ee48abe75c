"""Headings that are no titles of works: numbers of chapters, and the front matter of books."""

from __future__ import annotations

import re

_NUMERAL = r"(?:\d{1,4}|[ivxlc]{1,8}|[一二三四五六七八九十百零〇廿卅两]{1,6})"

CHAPTER = re.compile(
    rf"(?:第\s*{_NUMERAL}\s*[章回节卷部篇折幕场]|(?:chapter|part|book|canto|act|scene|letter)\s+\S+|"
    rf"{_NUMERAL}[\s.．、:：—-]*$|{_NUMERAL}(?:[.．、]\s?|[\s\u3000])\S|"
    r"(?:楔子|引子|尾声|序幕|prologue|epilogue)\b)",
    re.IGNORECASE,
)
"""Matches at the beginning of a chapter's heading."""

FRONT = re.compile(
    r"(?:目\s*录|目\s*次|版权.{0,4}|封面|扉页|内容简介|作者简介|contents|table of contents|"
    r"copyright.*|title page|cover|dedication|about the author|imprint)",
    re.IGNORECASE,
)
"""Matches the whole of a heading over what is not the author's text."""
