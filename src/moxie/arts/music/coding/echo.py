"""What came after the same few events earlier in this piece: motifs return.

The match model of text compressors (Mahoney 2005, "Adaptive weighing of context models for
lossless data compression"), over musical events, so that a motif is known in any key.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence


class Echo:
    """Finds what followed the last occurrence of the last few events."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = tuple(lengths)
        self._events: list[Hashable] = []
        self._followed: dict[tuple[Hashable, ...], int] = {}
        self._found: tuple[int, int] = (0, 0)

    def predict(self) -> tuple[int, int]:
        """What followed, and how sure that is: 0 (nothing known), 1 (short match), 2 (long)."""
        return self._found

    def put(self, event: Hashable, value: int) -> None:
        """An event happened; `value` is what one would want to have predicted."""
        events, keep = self._events, max(self._lengths)
        for length in self._lengths:
            if len(events) >= length:
                self._followed[tuple(events[-length:])] = value
        events.append(event)
        del events[:-keep]
        self._found = (0, 0)
        for place, length in enumerate(self._lengths):
            if len(events) >= length:
                value_then = self._followed.get(tuple(events[-length:]))
                if value_then is not None:
                    self._found = (value_then, len(self._lengths) - place)
                    break
