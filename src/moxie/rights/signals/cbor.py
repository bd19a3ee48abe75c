"""Just enough CBOR (RFC 8949) to read an assertion: bounded in depth, items and bytes."""

from __future__ import annotations

import struct

MAX_DEPTH, MAX_ITEMS = 16, 10_000

_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


def loads(data: bytes) -> object:
    """The first item; raises ValueError for anything that is no CBOR, or too much of it."""
    return _Reader(data).item(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.items = data, 0, 0

    def take(self, length: int) -> bytes:
        """The next bytes."""
        part = self.data[self.at : self.at + length]
        if len(part) < length:
            raise ValueError("cut off")
        self.at += length
        return part

    def item(self, depth: int) -> object:
        """The next item."""
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ValueError("too deep or too much")
        head = self.take(1)[0]
        kind, info = head >> 5, head & 31
        if kind == 7:
            return self.simple(info)
        if info == 31:
            return self.endless(kind, depth)
        size = self.number(info)
        if kind in (0, 1):
            return size if kind == 0 else -1 - size
        if kind in (2, 3):
            return self.string(kind, size)
        if kind == 6:  # a tag says how to take what follows; here it does not matter
            return self.item(depth + 1)
        if size > MAX_ITEMS:
            raise ValueError("too much")
        return self.several(kind, size, depth)

    def number(self, info: int) -> int:
        """A length or a number."""
        if info < 24:
            return info
        if info > 27:
            raise ValueError("reserved")
        return int.from_bytes(self.take(1 << (info - 24)), "big")

    def string(self, kind: int, size: int) -> object:
        """Bytes or text."""
        part = self.take(size)
        return part if kind == 2 else part.decode("utf-8", "replace")

    def simple(self, info: int) -> object:
        """True, false, nothing, a float."""
        if info in _FLOATS:
            return struct.unpack(_FLOATS[info], self.take(1 << (info - 24)))[0]
        return _SIMPLE.get(self.number(info))

    def several(self, kind: int, size: int, depth: int) -> object:
        """An array or a map of that many."""
        if kind == 4:
            return [self.item(depth + 1) for _ in range(size)]
        return {str(self.item(depth + 1)): self.item(depth + 1) for _ in range(size)}

    def endless(self, kind: int, depth: int) -> object:
        """A string, an array or a map that goes on until a break."""
        parts: list[object] = []
        while self.data[self.at : self.at + 1] != b"\xff":
            parts.append(self.item(depth + 1))
        self.at += 1
        if kind == 4:
            return parts
        if kind == 5:
            return {str(k): v for k, v in zip(parts[::2], parts[1::2], strict=False)}
        raise ValueError("strings in pieces are not read")
