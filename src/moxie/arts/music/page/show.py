"""What the report shows of a score: how it begins, engraved, and how it sounds."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from moxie.art import Preview
from moxie.arts.music.needs import need
from moxie.arts.music.page.roll import roll
from moxie.arts.music.score import Score, bar_at, score
from moxie.arts.music.sound.audio import encoded, render, seconds
from moxie.errors import Missing, MoxieError

BARS = 16
"""Bars that are engraved at most."""

HEIGHT = 0.8
"""Of the engraving, in its width: two lines of a quartet, four or five for a piano."""

SECONDS = 60.0
"""How much is to be heard."""

RATE = 24_000
"""Samples a second of what is heard, which goes to 11 kHz."""

_BARS = re.compile(rb'data-bars="([^"]*)"')

QUALITY = 0.3
"""Of the MP3: about 32 kbit/s, a quarter of a megabyte a minute."""


def preview(content: Score) -> Preview:
    """The first bars as SVG, with up to a minute as MP3 and, for small places, a piano roll.

    Without the engraver's package the roll stands for the score; without the sound library it is
    silent. A work never fails to be shown.
    """
    return Preview(
        "image/svg+xml",
        _engraved(content) or roll(content, width=840, height=260),
        sound=_sound(content),
        small=small(content),
    )


def small(content: Score) -> Preview:
    """A piano roll: neither engraved nor to be heard."""
    return Preview("image/svg+xml", roll(content))


def opening(content: Score, end: int) -> Score:
    """The score up to the tick `end`; notes that go on are cut there, and so is the last bar."""
    bars = [bar for bar in content.bars if bar.onset < end]
    if bars:
        bars[-1] = bars[-1]._replace(length=min(bars[-1].length, end - bars[-1].onset))
    return score(
        [
            note._replace(duration=min(note.duration, end - note.onset))
            for note in content.notes
            if note.onset < end
        ],
        bars,
        content.parts,
        keys=[key for key in content.keys if key.onset < end],
        tempos=[tempo for tempo in content.tempos if tempo.onset < end],
        title=content.title,
    )


def _engraved(content: Score) -> bytes | None:
    """How the score begins, in whole lines; None where it cannot be engraved here."""
    from moxie.arts.music.page import engrave

    bars = content.bars[:BARS]
    end = bars[-1].onset + bars[-1].length if bars else 0
    try:
        seen = replace(opening(content, end), title="")
        pages = engrave.svg(seen, height=HEIGHT, bars=True)
    except MoxieError:  # the package is not installed, or the score cannot be written down
        return None
    return _timed(pages[0], content) if pages else None


def _timed(page: bytes, content: Score) -> bytes:
    """The page with the second at which each bar sounds, so that sound and sight go together.

    data-follow="second x y width height;...", a bar each, in parts of the picture, and the second
    at which the last one is over.
    """
    found = _BARS.search(page)
    if found is None:
        return page
    boxes = [box for box in found[1].decode().split(";") if box][: len(content.bars)]
    clock, bars = seconds(content.tempos), content.bars[: len(boxes)]
    told = [f"{clock(bar.onset):.2f} {box}" for bar, box in zip(bars, boxes, strict=True)]
    over = [f"{clock(bar.onset + bar.length):.2f}" for bar in bars[-1:]]
    return _BARS.sub(f'data-follow="{";".join(told + over)}"'.encode(), page, count=1)


def _sound(content: Score) -> Preview | None:
    """The first `SECONDS` in one channel; None where sound cannot be written here."""
    try:
        need("soundfile")  # before the work of rendering
    except Missing:
        return None
    sound = render(opening(content, _heard(content)), rate=RATE).mean(axis=1)
    return Preview("audio/mpeg", encoded(sound, RATE, ".mp3", quality=QUALITY))


def _heard(content: Score) -> int:
    """The last bar line within `SECONDS`; the very tick where there is none; or the end."""
    clock = seconds(content.tempos)
    if clock(content.length) <= SECONDS:
        return content.length
    last = bisect_right(range(content.length), SECONDS, key=clock) - 1
    return content.bars[bar_at(content.bars, last)].onset or last
