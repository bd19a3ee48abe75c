"""Which chord a beat makes so far, and which the one before made, as columns.

A viewpoint derived from all voices (Conklin 2002, "Representation and discovery of vertical
patterns in music"): without it a model hears the outermost pitches, and has to guess what the
rest of the beat was about.
"""

from __future__ import annotations

from collections.abc import Iterable

from moxie.arts.music.coding.columns import Column
from moxie.arts.music.theory.harmony import QUALITIES, chord_of

COLUMNS = (
    Column("root", 13, "class"),
    Column("quality", len(QUALITIES) + 1),
    Column("root_before", 13, "class"),
    Column("quality_before", len(QUALITIES) + 1),
)
"""The chord of this beat so far, and of the one before."""


class Harmonies:
    """Follows the beats of a piece; pitches are told as pitch columns hold them, 1 for FLOOR."""

    def __init__(self) -> None:
        self._beat = (0, 0)
        self._heard = 0  # classes of pitch columns, a bit each
        self._bass = 0  # 0: none
        self._before = self._now = (0, 0)

    def enter(self, beat: tuple[int, int], sounding: Iterable[int]) -> None:
        """Time reaches a beat (its bar, its place there), into which `sounding` are held."""
        if beat == self._beat:
            return
        self._beat = beat
        if self._heard:
            self._before = self._now
        self._heard = self._bass = 0
        self._now = (0, 0)
        for pitch in sounding:
            self.put(pitch)

    def put(self, pitch: int) -> None:
        """A note sounds."""
        heard = self._heard | 1 << pitch % 12
        bass = min(self._bass, pitch) if self._bass else pitch
        if heard != self._heard or bass != self._bass:
            above = (heard << 12 | heard) >> bass % 12 & 0xFFF
            root, quality = chord_of(above)
            self._now = ((bass - 1 + root) % 12 + 1, quality + 1)
        self._heard, self._bass = heard, bass

    def columns(self) -> tuple[int, int, int, int]:
        """The values of `COLUMNS`; 0 where nothing was heard."""
        return (*self._now, *self._before)
