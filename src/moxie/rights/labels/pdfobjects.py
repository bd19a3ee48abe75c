"""The few objects of a PDF that labels need (ISO 32000-1, 7.3): dictionaries, names, strings.

Read by their places, so that an update can keep the rest of a dictionary as it is written.
"""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

from moxie.rights.labels.label import BrokenCarrierError

MAX_DEPTH, MAX_KEYS, MAX_STRING = 32, 4096, 1 << 20
MAX_STREAMS, MAX_PACKED, MAX_UNPACKED = 64, 4 << 20, 64 << 20
"""How many object streams are looked into, the bytes of one, and what all may unpack to."""

_SPACE = re.compile(rb"(?:[\0\t\n\f\r ]|%[^\r\n]*)*")
_REFERENCE = re.compile(rb"(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![A-Za-z])")
_WORD = re.compile(rb"[^\0\t\n\f\r ()<>\[\]{}/%]+")
_STREAM = re.compile(rb"/Type[\0\t\n\f\r ]*/ObjStm")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Reference(NamedTuple):
    """`12 0 R`."""

    number: int
    generation: int


class Entry(NamedTuple):
    """A dictionary's value, and where key and value stand."""

    value: object
    start: int
    end: int


Dictionary = dict[str, Entry]


def parse(data: bytes, at: int, depth: int = 0) -> tuple[object, int]:
    """The object at a place, and where it ends: Dictionary, bytes, Reference, str for a name.

    Numbers, words and arrays come as None: nobody asks for them.
    """
    if depth > MAX_DEPTH:
        raise BrokenCarrierError
    at = skip(data, at)
    if data[at : at + 2] == b"<<":
        return dictionary(data, at, depth)
    first = data[at : at + 1]
    if first == b"(":
        return _literal(data, at)
    if first == b"<":
        end = data.index(b">", at)
        digits = b"".join(data[at + 1 : end].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), end + 1
    if first == b"[":
        return _array(data, at, depth)
    return _worded(data, at)


def _worded(data: bytes, at: int) -> tuple[object, int]:
    """A name, a reference, or a word that means nothing here."""
    if data[at : at + 1] == b"/":
        word = _WORD.match(data, at + 1)
        return "/" + (word[0] if word else b"").decode("latin-1"), word.end() if word else at + 1
    if found := _REFERENCE.match(data, at):
        return Reference(int(found[1]), int(found[2])), found.end()
    if (word := _WORD.match(data, at)) is None:
        raise BrokenCarrierError
    return None, word.end()


def dictionary(data: bytes, at: int, depth: int = 0) -> tuple[Dictionary, int]:
    """The dictionary at a place (`<<`), and where it ends."""
    at = skip(data, at)
    if data[at : at + 2] != b"<<":
        raise BrokenCarrierError
    found: Dictionary = {}
    at = skip(data, at + 2)
    while data[at : at + 2] != b">>":
        start = at
        key, at = parse(data, at, depth + 1)
        if not isinstance(key, str) or len(found) > MAX_KEYS:
            raise BrokenCarrierError
        value, at = parse(data, at, depth + 1)
        found[key] = Entry(value, start, at)
        at = skip(data, at)
    return found, at + 2


def skip(data: bytes, at: int) -> int:
    """Past white space and comments."""
    found = _SPACE.match(data, at)
    return found.end() if found else at


def find(data: bytes, wanted: Reference) -> tuple[bytes, int]:
    """The bytes an object stands in, and where: the last of its number, or in a stream of objects.

    Later versions of an object stand behind earlier ones, as updates are appended.
    """
    pattern = rb"(?<!\d)%d[\0\t\n\f\r ]+%d[\0\t\n\f\r ]+obj(?![A-Za-z])" % wanted
    places = [found.end() for found in re.finditer(pattern, data)]
    if places:
        return data, places[-1]
    for body, places_in in _streams(data):
        if wanted.number in places_in:
            return body, places_in[wanted.number]
    raise BrokenCarrierError


def _streams(data: bytes) -> list[tuple[bytes, dict[int, int]]]:
    """The streams of objects, the last first: their bytes and where each object stands."""
    found: list[tuple[bytes, dict[int, int]]] = []
    room = MAX_UNPACKED
    for mark in list(_STREAM.finditer(data))[-MAX_STREAMS:]:
        start = data.find(b"stream", mark.end(), mark.end() + 4096)
        if start < 0:
            continue
        start += 8 if data[start + 6 : start + 8] == b"\r\n" else 7
        unpacker = zlib.decompressobj()
        try:
            body = unpacker.decompress(data[start : start + MAX_PACKED], room)
        except zlib.error:
            continue
        room -= len(body)
        found.append((body, _listed(body)))
        if room <= 0:
            break
    return found[::-1]


def _listed(body: bytes) -> dict[int, int]:
    """Where objects stand, by the pairs of numbers at the head of their stream."""
    head = re.match(rb"[\d\s]*", body[: 1 << 16])
    numbers = [int(word) for word in (head[0] if head else b"").split() if len(word) < 11]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    # /First, where the objects begin, is where the numbers end: dictionaries do not begin with one
    first = len(head[0]) if head else 0
    return {number: first + offset for number, offset in pairs}


def _array(data: bytes, at: int, depth: int) -> tuple[None, int]:
    at = skip(data, at + 1)
    while data[at : at + 1] != b"]":
        _, at = parse(data, at, depth + 1)
        at = skip(data, at)
    return None, at + 1


def _literal(data: bytes, at: int) -> tuple[bytes, int]:
    """A string in parentheses, which nest, with its escapes undone."""
    text = bytearray()
    depth, at = 1, at + 1
    while True:
        byte = data[at : at + 1]
        if not byte or len(text) > MAX_STRING:
            raise BrokenCarrierError
        at += 1
        if byte == b"\\":
            octal = re.compile(rb"[0-7]{1,3}").match(data, at)
            if octal:
                text.append(int(octal[0], 8) & 0xFF)
                at = octal.end()
            else:
                byte = data[at : at + 1]
                text += b"" if byte in b"\r\n" else _ESCAPES.get(byte, byte)
                at += 1
            continue
        depth += (byte == b"(") - (byte == b")")
        if not depth:
            return bytes(text), at
        text += byte
