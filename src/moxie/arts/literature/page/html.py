"""A text as a page of HTML: prose as books set it, old Chinese verse upright.

Everything of the text is escaped; the page brings its style and asks for nothing.
"""

from __future__ import annotations

import unicodedata

from moxie.arts.literature.files.packing import plain
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.writing import Writing

STYLE = (
    "body{margin:0 auto;padding:1.6em 1.4em;max-width:36em;color:#1d1b18;background:#fbf9f4;"
    'font:1.06em/1.85 Georgia,"Songti SC","Noto Serif CJK SC","Source Han Serif SC",SimSun,serif}'
    "h1{font-size:1.35em;font-weight:600;line-height:1.4;margin:0 0 1.1em;text-align:center}"
    "p{margin:0;text-indent:2em;text-align:justify;overflow-wrap:anywhere}"
    ":lang(en) p,:lang(und) p{text-indent:1.4em;hyphens:auto}"
    "h1+p:lang(en),p.first:lang(en){text-indent:0}"
    "p.stanza{margin:0 0 1.1em;text-indent:0;text-align:left;line-height:2}"
    ".verse{width:fit-content;max-width:100%;margin:0 auto}"
    "mark{background:#f3dfa2;color:inherit}"
    ".upright{writing-mode:vertical-rl;text-orientation:upright;margin:0 auto;width:fit-content;"
    "max-width:100%;max-height:28em;overflow:auto;letter-spacing:.12em}"
    ".upright h1{margin:0 0 0 1em;text-align:start;font-size:1.2em}"
    ".upright p.stanza{margin:0 0 0 1em;line-height:2}"
)
"""What every page of a text is set with; it stands in the page."""

UPRIGHT = 60
"""Lines of old verse up to which it is set upright."""

_LONGEST = 24  # characters in a column


def document(writing: Writing, *, upright: bool | None = None) -> bytes:
    """A whole page, UTF-8. `upright` sets columns from the right; None does where it is usual."""
    title = plain(writing.title)
    return (
        f'<!DOCTYPE html>\n<html lang="{language(writing)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body(writing, upright=upright)}\n</body></html>\n"
    ).encode()


def body(writing: Writing, *, upright: bool | None = None) -> str:
    """The title and the text as HTML that is XML as well."""
    columns = classical(writing) if upright is None else upright
    head = f"<h1>{plain(writing.title)}</h1>\n" if writing.title else ""
    text = "\n".join(_entry(entry, verse=writing.verse) for entry in writing.paragraphs)
    if columns:
        return f'<div class="upright">\n{head}{text}\n</div>'
    return f'{head}<div class="{"verse" if writing.verse else "prose"}">\n{text}\n</div>'


def classical(writing: Writing) -> bool:
    """Whether it is Chinese verse in short lines that all end in a mark, as the old forms have."""
    lines = writing.lines
    if not writing.verse or not wide(writing.text) or len(lines) > UPRIGHT:
        return False
    marked = sum(unicodedata.category(line[-1]).startswith("P") for line in lines)
    return max(map(len, lines)) <= _LONGEST and marked >= 0.8 * len(lines)


def language(writing: Writing) -> str:
    """The language as far as its letters tell: Chinese, English, or undetermined."""
    text = writing.text
    if wide(text):
        kana = sum("\u3040" <= char <= "\u30ff" for char in text)
        return "ja" if 10 * kana > len(text) else "zh"
    letters = [char for char in text if char.isalpha()]
    latin = sum(char.isascii() for char in letters)
    return "en" if letters and latin > 0.97 * len(letters) else "und"


def _entry(entry: str, *, verse: bool) -> str:
    if verse or "\n" in entry:
        lines = "<br/>\n".join(plain(line) for line in entry.split("\n"))
        return f'<p class="stanza">{lines}</p>'
    return f"<p>{plain(entry)}</p>"
