"""A score at a glance: time to the right, pitch upwards, a color for each part.

Drawn by our own code, so that there is always something to see: it is the thumbnail, and the
picture where no engraver is installed.
"""

from __future__ import annotations

from collections import defaultdict

from moxie.arts.music.score import Note, Score

COLORS = ("#9c3a22", "#2e5e6b", "#b07d1e", "#56497d", "#5f7434", "#8a4a66", "#3f6fa0", "#7a5a3c")
"""Of the parts from the top; after the last the first again."""

PAPER, RULE = "#ffffff", "#e4ddd1"

BARS = 16
"""Bars that are drawn; more would be too fine to see."""

MARGIN = 2
"""Semitones left free above and below."""


def roll(score: Score, *, width: int = 480, height: int = 160) -> bytes:
    """An SVG of `width` by `height` pixels with the first `BARS` bars."""
    bars = score.bars[:BARS]
    end = bars[-1].onset + bars[-1].length if bars else 1
    notes = [note for note in score.notes if note.onset < end]
    pitches = [note.pitch for note in notes] or [60]
    low, high = min(pitches) - MARGIN, max(pitches) + MARGIN
    step, speed = height / (high - low + 1), width / end

    def line(note: Note) -> str:
        left = note.onset * speed
        held = (min(note.onset + note.duration, end) - note.onset) * speed
        # a hair's breadth between a note and its repetition
        return f"M{left:.1f} {(high - note.pitch + 0.5) * step:.1f}h{max(held - 0.8, 1.0):.1f}"

    parts: defaultdict[int, list[str]] = defaultdict(list)
    for note in notes:
        parts[note.part].append(line(note))
    walls = "".join(f"M{bar.onset * speed:.1f} 0v{height}" for bar in bars[1:])
    octaves = "".join(
        f"M0 {(high - c + 1) * step:.1f}h{width}" for c in range(low, high + 1) if c % 12 == 0
    )
    drawn = "".join(
        f'<path stroke="{COLORS[part % len(COLORS)]}" d="{"".join(lines)}"/>'
        for part, lines in sorted(parts.items(), reverse=True)  # the upper parts in front
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<path stroke="{RULE}" d="{octaves}"/><path stroke="{RULE}" d="{walls}"/>'
        f'<g fill="none" stroke-width="{max(0.8 * step, 2.4):.2f}">{drawn}</g></svg>'
    ).encode()
