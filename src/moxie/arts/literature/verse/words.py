"""Where the words of a clause are: which neighbouring characters belong together.

Lines of verse are said in twos and end on three where they are odd (2+3, 2+2+3); the three are
2+1 or 1+2, as the author's other lines tell.
"""

from __future__ import annotations

from collections.abc import Mapping


def links(clause: str, met: Mapping[str, int] | None = None) -> tuple[bool, ...]:
    """For each pair of neighbours whether they are one word, bool [characters - 1].

    `met` says how often two characters stood side by side; without it the last three of an odd
    clause count as one word.
    """
    size = len(clause)
    joined = [i % 2 == 0 for i in range(size - 1)]
    if size % 2 and size >= 3:
        joined[-2:] = _last_three(clause[-3:], met)
    return tuple(joined)


def _last_three(three: str, met: Mapping[str, int] | None) -> list[bool]:
    if met is None:
        return [True, True]
    front, back = met.get(three[:2], 0), met.get(three[1:], 0)
    return [True, False] if front > back else [False, True]
