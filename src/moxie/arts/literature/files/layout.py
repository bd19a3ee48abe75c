"""From the lines of a plain text to its paragraphs and stanzas.

Page numbers and running heads go; lines that were broken at a margin are joined; lines of verse
are kept. Nothing is decided by one line: a margin shows in that the next word would not have
fitted in most lines, a running head in that it comes again at every page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from moxie.arts.literature.files.verses import is_verse, wide, width

FILLED = 0.6
"""A text is wrapped where this share of the lines that go on reach its margin."""

PAGE = "\f"
"""Where a page ends, in what PDF readers and some plain texts give."""

_SURE_PAGE = re.compile(
    r"\s*(?:第\s*\d{1,4}\s*页(?:\s*[,，/／]?\s*共\s*\d{1,4}\s*页)?|\[?page\s+\d{1,4}(?:\s+of\s+\d{1,4})?"
    r"\]?|\[pg\s+\d{1,4}\]|[-—–·]+\s*\d{1,4}\s*[-—–·]+)\s*",
    re.IGNORECASE,
)
_BARE_PAGE = re.compile(r"\s*\d{1,4}\s*")
_TERMINAL = re.compile(r"[。？！….?!][”’」』\"')）]*$")
_MARKED = re.compile(r"[，。、；：？！…—,.;:?!][”’」』\"')）]*$")
_INDENT = re.compile(r"^(?:\u3000+|\t| {2,8}(?=\S))")


@dataclass(frozen=True, slots=True)
class Laid:
    """Paragraphs and stanzas (`stanzas` are their places), and what was taken away or joined."""

    entries: tuple[str, ...]
    stanzas: frozenset[int] = frozenset()
    cut: Counter[str] = field(default_factory=Counter)


def lay(text: str, *, verse: bool = False) -> Laid:
    """Paragraphs and stanzas of a plain text; `cut` counts "page marks", "heads", "joined".

    With `verse` all its lines are known to be verse.
    """
    cut: Counter[str] = Counter()
    lines = _without_pages(text.split("\n"), cut)
    blocks = list(_blocks(lines))
    margin = None if verse else _margin(blocks)
    lines = [line for block in blocks for line in block]
    verse = verse or (margin is None and is_verse(lines))
    entries: list[str] = []
    stanzas: set[int] = set()
    for block in blocks:
        if verse or _kept(block, margin):
            stanzas.add(len(entries))
            entries.append("\n".join(line.strip() for line in block))
        elif margin is None:
            entries += [line.strip() for line in block]
        else:
            paragraphs = list(_joined(block, margin, text))
            cut["joined"] += len(block) - len(paragraphs)
            entries += paragraphs
    return Laid(tuple(entries), frozenset(stanzas), +cut)


def _without_pages(lines: Sequence[str], cut: Counter[str]) -> list[str]:
    """The lines without page marks and running heads; a page's end leaves no gap in a sentence."""
    marks = set(_page_marks(lines))
    ends = {place for place, line in enumerate(lines) if PAGE in line}
    heads = _running_heads(lines, marks | ends)
    cut["page marks"] += len(marks)
    cut["heads"] += len(heads)
    gone = marks | heads
    kept: list[str] = []
    after_page = False
    for place, line in enumerate(lines):
        if place in gone or (place in ends and not line.strip()):
            after_page = True
        elif line.strip():
            if after_page:
                _close_gap(kept)
            kept.append(line.replace(PAGE, "").rstrip())
            after_page = place in ends
        else:
            kept.append("")
    return kept


def _close_gap(kept: list[str]) -> None:
    """A sentence that goes on over the page is not parted by empty lines."""
    place = len(kept)
    while place and not kept[place - 1]:
        place -= 1
    if place and not _TERMINAL.search(kept[place - 1]):
        del kept[place:]


def _page_marks(lines: Sequence[str]) -> Iterator[int]:
    yield from (i for i, line in enumerate(lines) if _SURE_PAGE.fullmatch(line))
    bare = [i for i, line in enumerate(lines) if _BARE_PAGE.fullmatch(line)]
    fed = [i for i in _edges(lines) if i in set(bare)]
    if (
        fed
        and (len(fed) > 1 or int(lines[fed[0]]) == 1)
        and all(int(lines[a]) < int(lines[b]) for a, b in pairwise(fed))
    ):
        yield from fed
    elif _steady([int(lines[i]) for i in bare], bare) and _cut_through(lines, bare):
        yield from bare


def _edges(lines: Sequence[str]) -> Iterator[int]:
    """The last lines with text before form feeds and before the end, where there are any."""
    feeds = [place for place, line in enumerate(lines) if PAGE in line]
    for feed in (*feeds, len(lines)) if feeds else ():
        place = feed - 1
        while place >= 0 and not lines[place].strip() and PAGE not in lines[place]:
            place -= 1
        if place >= 0:
            yield place


def _cut_through(lines: Sequence[str], marks: Sequence[int]) -> bool:
    """Whether marks stand in the middle of sentences, as the ends of pages do."""
    before = (next((line for line in reversed(lines[:i]) if line.strip()), "") for i in marks)
    return sum(not _TERMINAL.search(line.rstrip()) for line in before) >= 0.3 * len(marks)


def _steady(numbers: Sequence[int], places: Sequence[int]) -> bool:
    """Numbers that rise by one at even distances are pages; those of chapters are not even."""
    if len(numbers) < 4:
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    gaps = [b - a for a, b in pairwise(places)]
    usual = median(gaps)
    even = sum(abs(gap - usual) <= max(2, 0.2 * usual) for gap in gaps)
    return steps.count(1) >= 0.9 * len(steps) and even >= 0.8 * len(gaps) and usual >= 8


def _running_heads(lines: Sequence[str], pages: set[int]) -> set[int]:
    """Short lines beside page marks that come again and again."""
    near: dict[str, set[int]] = {}
    for page in pages:
        for place in _beside(lines, page):
            if (head := _bare(lines[place])) and place not in pages:
                near.setdefault(head, set()).add(place)
    often = max(3, len(pages) // 5)
    heads = {head for head, places in near.items() if len(places) >= often}
    return {place for place, line in enumerate(lines) if heads and _bare(line) in heads}


def _bare(line: str) -> str:
    """The letters of a line that is short enough to be a head."""
    return re.sub(r"[\d\W]+", "", line) if len(line.strip()) <= 40 else ""


def _beside(lines: Sequence[str], page: int) -> Iterator[int]:
    """The nearest lines with text before and after a page mark, and itself where it has some."""
    if lines[page].replace(PAGE, "").strip():
        yield page
    for step in (-1, 1):
        place = page + step
        while 0 <= place < len(lines) and abs(place - page) <= 3:
            if lines[place].strip():
                yield place
                break
            place += step


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in (*lines, ""):
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []


def _margin(blocks: Sequence[Sequence[str]]) -> int | None:
    """The width at which the text is wrapped; None where it is not."""
    widths = sorted(width(line) for block in blocks for line in block)
    pairs = [pair for block in blocks for pair in _going_on(block)]
    if len(pairs) < 2:
        return None
    margin = widths[min(len(widths) - 1, int(0.95 * len(widths)))]
    if margin < 24:
        return None
    filled = sum(_fills(a, b, margin) for a, b in pairs)
    marked = sum(bool(_MARKED.search(a)) for a, _ in pairs)
    return margin if filled >= FILLED * len(pairs) and marked < 0.85 * len(pairs) else None


def _going_on(block: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines followed by one that does not begin a paragraph."""
    for a, b in pairwise(block):
        if not (_INDENT.match(b) and not _INDENT.match(a)) and not b.startswith("\u3000"):
            yield a, b


def _fills(line: str, following: str, margin: int) -> bool:
    """Whether the first word of the line that follows would not have fitted."""
    begin = following.strip()
    word = begin[:2] if wide(begin[:1]) else begin.split(" ", 1)[0]
    slack = 4 if wide(line) else 3  # no mark may begin a line; margins are not sharp
    return width(line) + width(word) + 1 + slack > margin


def _kept(block: Sequence[str], margin: int | None) -> bool:
    """Whether a block inside prose is verse."""
    if len(block) < 2 or not is_verse(block):
        return False
    if margin is None:
        return wide("".join(block)) or len(block) >= 4
    pairs = list(pairwise(block))
    return 2 * sum(_fills(a, b, margin) for a, b in pairs) < len(pairs)


def _joined(block: Sequence[str], margin: int, text: str) -> Iterator[str]:
    """The paragraphs of a wrapped block."""
    hanging = all(_INDENT.match(line) for line in block)  # a quotation set in
    paragraph = last = ""
    for line in block:
        plain = line.strip()
        begins = bool(_INDENT.match(line)) and not hanging
        short = paragraph and _ends_short(paragraph, last, margin)
        if paragraph and (begins or short):
            yield paragraph
            paragraph = plain
        else:
            paragraph = join(paragraph, plain, text)
        last = line
    yield paragraph


def _ends_short(paragraph: str, last: str, margin: int) -> bool:
    """Whether a paragraph ended with its last line: before the margin, and with a sentence."""
    return width(last) < 0.8 * margin and bool(_TERMINAL.search(paragraph))


def join(before: str, after: str, text: str = "") -> str:
    """Two lines as one; a word parted by a hyphen is made whole unless it is written with one."""
    if not before:
        return after
    parted = re.search(r"([^\W\d_]+)-$", before)
    following = re.match(r"[^\W\d_]+", after)
    if parted and following and following[0].islower():
        hyphened = f"{parted[1]}-{following[0]}"
        return before + after if hyphened in text else before[:-1] + after
    words = before[-1].isascii() and after[:1].isascii() and not after[:1].isdigit()
    closed = not words if wide(before[-40:] + after[:40]) else before.endswith("—")
    return before + after if closed else f"{before} {after}"
