"""A manifest store taken apart (JUMBF, ISO 19566-5; C2PA specification 2.4, section 11).

A C2PA validator checks claims, assertions and content. It passes over what means nothing to it:
the names and lengths of the boxes around them, and the zeros that pad a signature. Here these are
looked at too, so that in what this studio signs no byte can be changed without notice. Two box
lengths of 4 bytes, 5 names and a kilobyte of padding are what would be left open otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moxie.rights.credentials import cbor

TAIL = bytes.fromhex("00110010800000aa00389b71")
"""How the type of each of C2PA's boxes ends."""

NAMES = {
    b"c2pa": ("c2pa",),
    b"c2as": ("c2pa.assertions",),
    b"c2cl": ("c2pa.claim", "c2pa.claim.v2"),
    b"c2cs": ("c2pa.signature",),
    b"c2vc": ("c2pa.credentials",),
    b"c2db": ("c2pa.databoxes",),
}
"""What boxes of each type are called; manifests and assertions have names of their own."""

PLAIN, SALTED = 0x03, 0x13
"""The flags of a box that can be asked for by its name, and of one with a salt beside it."""

PADDING = ("pad", "pad2")
UNSIGNED = frozenset((*PADDING, "sigTst", "sigTst2", "rVals"))
"""What may stand in a signature without being signed: padding, time stamps, revocation data."""

CHAIN = 33
"""The header x5chain (RFC 9360)."""

DEEPEST = 16


class BrokenStoreError(ValueError):
    """The wrapping of Content Credentials is not as whoever signed them wrote it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a name, inside how many others, and what it holds."""

    kind: bytes  # the first four bytes of its type
    name: str
    depth: int
    content: bytes


def signers(store: bytes) -> list[bytes]:
    """The certificate (DER) that each manifest's signature names, the active one last.

    Raises BrokenStoreError where the wrapping is not in its one form.
    """
    try:
        found = [box for box in _boxes(store, 0) if box.kind == b"c2cs"]
        return [_leaf(_content(box)) for box in found]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BrokenStoreError(str(error)) from error


def _boxes(data: bytes, depth: int) -> Iterator[Box]:
    """All named boxes, the outer ones first; every byte must belong to one."""
    if depth > DEEPEST:
        raise BrokenStoreError("too deep")
    for kind, content in _plain(data):
        if kind != b"jumb":
            continue
        box, inner = _described(content, depth)
        yield box
        yield from _boxes(inner, depth + 1)


def _plain(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of boxes that follow each other without a gap."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8 or at + size > len(data):
            raise BrokenStoreError("a box that is longer or shorter than it says")
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _described(content: bytes, depth: int) -> tuple[Box, bytes]:
    """A superbox by its description, and what follows that."""
    size = int.from_bytes(content[:4], "big")
    said = content[8:size]
    kind, tail, flags = said[:4], said[4:16], said[16]
    name, end, salt = said[17:].partition(b"\x00")
    if content[4:8] != b"jumd" or not end or size > len(content):
        raise BrokenStoreError("a box without a description")
    if flags != (SALTED if salt else PLAIN):
        raise BrokenStoreError("a box with other flags")
    box = Box(kind, name.decode(), depth, content[size:])
    if depth == 0 and kind != b"c2pa":
        raise BrokenStoreError("no manifest store")
    if kind in NAMES and (tail != TAIL or box.name not in NAMES[kind]):
        raise BrokenStoreError("a box with another name")
    return box, content[size:]


def _content(box: Box) -> bytes:
    [(kind, content)] = _plain(box.content)
    if kind != b"cbor":
        raise BrokenStoreError("a signature that is no CBOR")
    return content


def _leaf(signature: bytes) -> bytes:
    """The signing certificate of a COSE_Sign1 (RFC 9052, section 4.2), padded with zeros only."""
    found: Any = cbor.read(signature)
    tag, (protected, unsigned, payload, _value) = found
    signed: Any = cbor.read(protected)
    if tag != 18 or payload is not None or not set(unsigned) <= UNSIGNED:
        raise BrokenStoreError("another kind of signature")
    if any(any(unsigned.get(name, b"")) for name in PADDING):
        raise BrokenStoreError("padding that is not zeros")
    chain = signed[CHAIN]
    leaf = chain[0] if isinstance(chain, list) else chain
    if not isinstance(leaf, bytes):
        raise BrokenStoreError("no certificate")
    return leaf
