"""As much of CBOR (RFC 8949) as signatures of Content Credentials need, read strictly.

Definite lengths only, nothing left over, depth and sizes bounded by what was given.
"""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "int | bytes | str | list[Value] | dict[Value, Value] | Tagged | bool | None"

DEEPEST = 16


class Tagged(tuple["int", "Value"]):
    """A tag and what it is about."""

    __slots__ = ()


def read(data: bytes) -> Value:
    """The one item that `data` is; raises ValueError for anything else."""
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise ValueError("bytes after the item")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > DEEPEST:
        raise ValueError("too deep")
    major, argument, at = _head(data, at)
    if major in (0, 1):
        return (argument if major == 0 else -1 - argument), at
    if major in (2, 3):
        if at + argument > len(data):
            raise ValueError("cut off")
        content = data[at : at + argument]
        return (content if major == 2 else content.decode()), at + argument
    if major in (4, 5):
        return _several(data, at, depth, argument, pairs=major == 5)
    if major == 6:
        inner, at = _item(data, at, depth + 1)
        return Tagged((argument, inner)), at
    simple: dict[int, Value] = {20: False, 21: True, 22: None}
    if argument not in simple:
        raise ValueError("another simple value")
    return simple[argument], at


def _several(
    data: bytes, at: int, depth: int, count: int, *, pairs: bool
) -> tuple[list[Value] | dict[Value, Value], int]:
    if count > len(data) - at:
        raise ValueError("cut off")
    items: list[Value] = []
    for _ in range(count * (2 if pairs else 1)):
        item, at = _item(data, at, depth + 1)
        items.append(item)
    if not pairs:
        return items, at
    keys = items[::2]
    if not all(isinstance(key, int | str) for key in keys) or len(set(map(repr, keys))) < count:
        raise ValueError("a key that is none, or twice")
    return dict(zip(keys, items[1::2], strict=True)), at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument, and where the content begins; the argument as short as it can be."""
    if at >= len(data):
        raise ValueError("cut off")
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if short < 24:
        return major, short, at
    if short > 27 or major == 7:
        raise ValueError("a length that is not definite, or a number that is not whole")
    size = 1 << (short - 24)
    argument = int.from_bytes(data[at : at + size], "big")
    least = (0, 24, 1 << 8, 1 << 16, 1 << 32)[short - 23]
    if at + size > len(data) or argument < least:
        raise ValueError("cut off, or longer than it need be")
    return major, argument, at + size
