"""Pages of HTML, read for their words: headings, paragraphs, lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NamedTuple

_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "blockquote", "li", "ul", "ol", "dl", "dt", "dd"),
        *("center", "address", "main", "tr", "hr", "body", "pre"),
    )
)
_SILENT = frozenset(
    (
        *("head", "script", "style", "nav", "svg", "math", "rt", "rp", "figure", "table"),
        *("audio", "video", "form", "button"),
    )
)
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_EMPTY = frozenset(("br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "source"))
_NOTES = frozenset(
    (
        *("footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"),
        *("noteref", "toc"),
    )
)
_MARK = re.compile(r"[\[〔［(（【]?\s*(?:\d{1,3}|[①-⑳⑴-⒇*†‡])\s*[\]〕］)）】]?")


class Part(NamedTuple):
    """A heading, its level (0: none), and the lines under it."""

    heading: str
    level: int
    text: str


def read_page(page: str, cut: Counter[str]) -> Sequence[Part]:
    """The parts of a page; `cut` counts its "notes". Any page can be read."""
    reader = _Reader(cut)
    reader.feed(page)
    reader.close()
    return reader.parts()


class _Reader(HTMLParser):
    """Gathers lines: a paragraph is one, or several where it is broken on purpose."""

    def __init__(self, cut: Counter[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._cut = cut
        self._found: list[Part] = []
        self._heading, self._level = "", 0
        self._lines: list[str] = []
        self._words = ""
        self._silent: list[str] = []  # open elements from the one that is passed over on
        self._opened = ""  # the heading that is being read
        self._raised = 0  # where a superscript began in `_words`, from 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        if self._silent or tag in _SILENT or self._is_note(attrs):
            if tag not in _EMPTY:
                self._silent.append(tag)
        elif tag == "br":
            self._words += "\n"
        elif tag in _HEADINGS:
            self._end_paragraph()
            self._opened = tag
        elif tag == "sup":
            self._raised = len(self._words) + 1
        elif tag in _BLOCKS:
            self._end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        """An element closes; one that was never opened is nothing."""
        if self._silent:
            if tag in self._silent:
                while self._silent and self._silent.pop() != tag:
                    pass
        elif tag == self._opened:
            self._begin_part(int(tag[1]))
        elif tag == "sup" and self._raised:
            start, self._raised = self._raised - 1, 0
            if _MARK.fullmatch(self._words[start:]):
                self._words = self._words[:start]
                self._cut["notes"] += 1
        elif tag in _BLOCKS:
            self._end_paragraph()
            if tag != "p" and self._lines and self._lines[-1]:
                self._lines.append("")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self._words += re.sub(r"[ \t\r\n\f]+", " ", data)

    def parts(self) -> list[Part]:
        """All that was read."""
        self._end_paragraph()
        self._end_part()
        return self._found

    def _is_note(self, attrs: list[tuple[str, str | None]]) -> bool:
        said = {
            word
            for key, value in attrs
            if key in ("epub:type", "role") and value
            for word in value.replace("doc-", "").split()
        }
        note = bool(said & _NOTES)
        self._cut["notes"] += note and "toc" not in said
        return note

    def _end_paragraph(self) -> None:
        lines = [line.strip(" ") for line in self._words.split("\n")]
        words = "\n".join(lines).strip("\n")
        if "\n" in words:
            self._lines += ["", words, ""]
        elif words.strip():
            self._lines.append(words)
        self._words, self._raised = "", 0

    def _begin_part(self, level: int) -> None:
        heading = " ".join(self._words.split())
        self._words, self._opened = "", ""
        if heading:
            self._end_part()
            self._heading, self._level = heading, level

    def _end_part(self) -> None:
        text = "\n".join(self._lines)
        if self._heading or text.strip():
            self._found.append(Part(self._heading, self._level, text))
        self._lines = []
