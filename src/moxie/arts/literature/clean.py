"""Making a text ready to learn from: what others added is cut, and told.

Editors' notes belong to the editors, often with rights of their own, and a model would imitate
them. What looks like a note is cut only where it stands as notes do: after the text, in a row,
or with the words that only editors write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from moxie.art import Cleaned
from moxie.arts.literature.writing import Writing
from moxie.text import say
from moxie.work import Flag

FEWEST, FEWEST_VERSE = 60, 16
"""Characters with which there is something to learn from: a few sentences, or a short poem."""

LOST = "\ufffd"
"""What stands for a character that could not be decoded."""

LACUNA = "□"
"""What stands for a character that is lost in the original."""

Entries: TypeAlias = tuple[str, ...]

_START = re.compile(r"\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG.*?\*{3}", re.I | re.DOTALL)
_END = re.compile(
    r"\*{3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG|^End of (?:the )?Project Gut", re.I
)
_CREDITS = re.compile(
    r"^(?:produced by|e-?text prepared by|transcribed by|transcriber'?s note|\[illustration)|"
    r"本(?:电子)?书由.{0,30}(?:制作|整理|提供|扫描|校对)|^(?:扫描|录入|校对|整理)[者：:]|"
    r"(?:更多|最新).{0,12}(?:请|敬请|欢迎)(?:访问|登录|关注)|https?://|www\.\w+\.",
    re.IGNORECASE,
)
_CREDITED = 8  # entries from either end in which such lines are looked for

_MARK = r"(?:[〔［\[【]\s*[0-9０-９]{1,3}\s*[〕］\]】]|[⑴-⒇①-⑳]|[¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3})"
_MARKS = re.compile(rf"(?<=\S)[ \t]?{_MARK}")
_NOTE = re.compile(rf"\s*(?:{_MARK}|[（(]\s*[0-9０-９]{{1,3}}\s*[）)]|\*\s)")
_NOTES_HEAD = re.compile(
    r"\s*[【\[〔（(]?\s*(?:注\s*[释解]|註\s*[釋解]|注|脚注|尾注|校注|editor'?s notes?|footnotes?|"
    r"endnotes?|notes?)\s*[】\]〕）)]?\s*[:：]?\s*",
    re.IGNORECASE,
)
_EDITORIAL = re.compile(
    r"(?:本篇|本文|本诗|此文|本书|本集).{0,8}(?:最初|原载|首载|初次|曾|原题|写于|收入|选自|据)"
    r"(?:.{0,4}(?:发表|载|刊|收|印|写)|.{0,30}(?:年|卷|期|号|《))"
)
_CONTENTS = re.compile(r"\s*(?:目\s*[录次錄]|(?:table of )?contents)\s*[:：.]?\s*", re.IGNORECASE)
_LISTED = re.compile(r".{1,60}?(?:[\s.…·．]{2,}|\s)[0-9ivxlc]{1,4}\s*|.{1,30}[^。！？…”.!?\"]")
_PAGE = re.compile(r"\s*(?:第\s*\d{1,4}\s*页|page \d{1,4}|[-—–]+\s*\d{1,4}\s*[-—–]+)\s*", re.I)
_SENTENCES = re.compile(r"[。！？!?…]+|\.(?=\s|$)")


def clean(writing: Writing) -> Cleaned[Writing]:
    """The text without what others added; `usable` is False where too little remains.

    What is already clean is given back as it is. Flags say what was cut and how much.
    """
    flags: list[Flag] = []
    entries = writing.paragraphs
    for cut, told in _CUTS:
        kept = cut(entries)
        gone = sum(map(len, entries)) - sum(map(len, kept))
        if gone and any(kept):
            flags.append(told(gone))
            entries = tuple(entry for entry in kept if entry)
    title = _MARKS.sub("", writing.title)
    content = replace(writing, paragraphs=entries, title=title)
    content = writing if content == writing else content
    short = _too_short(content)
    if short is not None:
        flags.insert(0, short)
    return Cleaned(content, (*flags, *_faults(content)), usable=short is None)


def _without_license(entries: Entries) -> Entries:
    """Between the marks that a well-known library sets; without its credits at either end."""
    first = next((i + 1 for i, entry in enumerate(entries) if _START.search(entry)), 0)
    last = next((i for i, entry in enumerate(entries) if i >= first and _END.search(entry)), None)
    kept = list(entries[first:last])
    near = {*range(_CREDITED), *range(len(kept) - _CREDITED, len(kept))}
    return tuple(
        e for i, e in enumerate(kept) if not (i in near and len(e) < 200 and _CREDITS.search(e))
    )


def _without_contents(entries: Entries) -> Entries:
    """Without a list of headings under the word for it."""
    for start, entry in enumerate(entries[: max(20, len(entries) // 10)]):
        if not _CONTENTS.fullmatch(entry.split("\n")[0]):
            continue
        end = start + 1
        while end < len(entries) and all(map(_LISTED.fullmatch, entries[end].split("\n"))):
            end += 1
        listed = sum(len(one.split("\n")) for one in entries[start:end])
        if listed >= 4 and end < len(entries):
            return entries[:start] + entries[end:]
    return entries


def _without_notes(entries: Entries) -> Entries:
    """Without the notes after the text, editors' words anywhere, and the marks that lead there."""
    kept = [entry for entry in entries[: _notes_begin(entries)] if not _is_editorial(entry)]
    return tuple(_MARKS.sub("", entry) for entry in kept) if _has_marks(kept) else tuple(kept)


def _notes_begin(entries: Entries) -> int:
    """Where the notes at the end begin: a heading with notes under it, or a row of them."""
    start = len(entries)
    while start > 1 and (_NOTE.match(entries[start - 1]) or _is_editorial(entries[start - 1])):
        start -= 1
    if start > 1 and _NOTES_HEAD.fullmatch(entries[start - 1]):
        return start - 1
    for place in range(len(entries) - 1, max(0, len(entries) // 3), -1):
        if _NOTES_HEAD.fullmatch(entries[place]):
            under = entries[place + 1 :]
            noted = sum(bool(_NOTE.match(entry) or _is_editorial(entry)) for entry in under)
            if under and 2 * noted >= len(under):
                return place
    row = len(entries) - start
    marked = _has_marks(entries[:start]) or any(_is_editorial(entry) for entry in entries[start:])
    return start if row >= 2 or (row == 1 and marked) else len(entries)


def _is_editorial(entry: str) -> bool:
    return len(entry) < 400 and bool(_EDITORIAL.match(_NOTE.sub("", entry, count=1).strip()))


def _has_marks(entries: Sequence[str]) -> bool:
    """Marks of notes, and not a list that is numbered in the same way."""
    marks = sum(len(_MARKS.findall(entry)) for entry in entries)
    listed = sum(bool(_NOTE.match(entry)) for entry in entries)
    return marks > 0 and listed <= marks


def _without_pages(entries: Entries) -> Entries:
    return tuple(entry for entry in entries if not _PAGE.fullmatch(entry))


_CUTS: Sequence[tuple[Callable[[Entries], Entries], Callable[[int], Flag]]] = (
    (
        _without_license,
        lambda gone: Flag(
            "license text",
            say(
                "A license or credits of a digital library were cut: {characters} characters.",
                characters=gone,
            ),
        ),
    ),
    (
        _without_contents,
        lambda gone: Flag(
            "contents",
            say("A table of contents was cut: {characters} characters.", characters=gone),
        ),
    ),
    (
        _without_notes,
        lambda gone: Flag(
            "notes",
            say(
                "Editors' notes and their marks were cut: {characters} characters.", characters=gone
            ),
        ),
    ),
    (
        _without_pages,
        lambda gone: Flag(
            "page marks", say("Page marks were cut: {characters} characters.", characters=gone)
        ),
    ),
)


def _too_short(writing: Writing) -> Flag | None:
    """Whether there is next to nothing to learn from."""
    text = writing.text
    sentences = len([one for one in _SENTENCES.split(text) if one.strip()])
    enough = len(text) >= (FEWEST_VERSE if writing.verse else FEWEST)
    if enough and (writing.verse or sentences > 1):
        return None
    message = say(
        "It is too short to learn from: {characters} characters in {sentences} sentences.",
        characters=len(text),
        sentences=sentences,
    )
    return Flag("short", message)


def _faults(writing: Writing) -> list[Flag]:
    """What else a person should know."""
    flags: list[Flag] = []
    text = writing.text
    if lost := text.count(LOST):
        message = say("{number} of its characters could not be decoded.", number=lost)
        flags.append(Flag("damaged", message))
    if missing := text.count(LACUNA):
        message = say("{number} of its characters are missing (□).", number=missing)
        flags.append(Flag("lacunae", message))
    again = len(writing.paragraphs) - len(set(writing.paragraphs))
    if again > max(4, 0.3 * len(writing.paragraphs)) and not writing.verse:
        message = say("{number} of its paragraphs are repetitions.", number=again)
        flags.append(Flag("repetitive", message))
    return flags
