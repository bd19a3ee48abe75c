"""Markdown: strangers' read by a parser of CommonMark, our own exactly as it was written.

Moxie's lossless form of a text is Markdown as well: a few lines of front matter, then paragraphs
with an empty line between them, the lines of a stanza parted by hard breaks, and a backslash
before every sign that Markdown would read as something else.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from moxie.arts.literature.files.layout import join
from moxie.arts.literature.files.manuscript import Manuscript
from moxie.arts.literature.files.plain import section
from moxie.arts.literature.files.verses import is_verse
from moxie.arts.literature.writing import BREAK, Writing
from moxie.errors import UnreadableWork

if TYPE_CHECKING:
    from markdown_it.token import Token

MAGIC = b"---\nmoxie: writing 1\n"
"""How a text of ours begins; the number is the version of the form."""

_OWN = re.compile(
    r"---\nmoxie: writing 1\ntitle: (\"[^\n]*\")\nform: (\"[^\n]*\")\n---\n", re.ASCII
)
_FRONT = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_SIGNS = re.compile(r"([\\`*_\[\]<>#&~|])")
_LEADING = re.compile(r"^(\d*)([-+=.):])", re.MULTILINE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def pack(writing: Writing) -> bytes:
    """The lossless form, UTF-8."""
    head = {"title": writing.title, "form": writing.form}
    told = "".join(f"{key}: {json.dumps(text, ensure_ascii=False)}\n" for key, text in head.items())
    body = BREAK.join(_escaped(entry).replace("\n", "\\\n") for entry in writing.paragraphs)
    return MAGIC + f"{told}---\n\n{body}\n".encode()


def unpack(data: bytes, name: str) -> Writing:
    """The text that `pack` wrote. Raises UnreadableWork."""
    text = data.decode("utf-8", "replace")
    found = _OWN.match(text)
    title, form = (_string(found[1]), _string(found[2])) if found else (None, None)
    if found is None or title is None or not form or not text[found.end() :].strip():
        raise UnreadableWork(
            "{name} is damaged: it begins as a text of Moxie's and is none.", name=name
        )
    entries = text[found.end() :].strip("\n").split(BREAK)
    body = BREAK.join(_ESCAPED.sub(r"\1", entry.replace("\\\n", "\n")) for entry in entries)
    return Writing.from_text(body, title, form)


def read_markdown(text: str) -> Manuscript:
    """A stranger's Markdown: headings part it; emphasis, links, pictures and HTML leave words."""
    from markdown_it import MarkdownIt

    front = _FRONT.match(text)
    title = _TITLE.search(front[1]) if front else None
    body = text[front.end() :] if front else text
    cut: Counter[str] = Counter()
    tokens = MarkdownIt("commonmark", {"html": True}).parse(body)
    sections = [
        section(under, cut, heading, level) for heading, level, under in _parted(tokens) if under
    ]
    return Manuscript(tuple(sections), title[1] if title else "", cut=+cut)


def _parted(tokens: Sequence[Token]) -> Iterator[tuple[str, int, str]]:
    """Each heading, its level, and the text under it, with an empty line between blocks."""
    heading, level, blocks = "", 0, list[str]()
    opened = 0  # level of the heading that is being read
    for token in tokens:
        if token.type == "heading_open":
            yield heading, level, BREAK.join(blocks)
            opened, blocks = int(token.tag[1]), []
        elif token.type == "inline" and opened:
            heading, level, opened = _words(token).replace("\n", " "), opened, 0
        elif token.type == "inline":
            blocks.append(_words(token))
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip("\n"))
    yield heading, level, BREAK.join(blocks)


def _words(token: Token) -> str:
    """The words of a paragraph; its lines are kept where they are verse or broken on purpose."""
    lines, hard = [""], 0
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            lines[-1] += child.content
        elif child.type in ("softbreak", "hardbreak"):
            hard += child.type == "hardbreak"
            lines.append("")
    if hard or is_verse(lines):
        return "\n".join(lines)
    words = ""
    for line in lines:
        words = join(words, line)
    return words


def _string(told: str) -> str | None:
    try:
        found = json.loads(told)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def _escaped(entry: str) -> str:
    return _LEADING.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", entry))
