"""A Merkle tree over an append-only list, with its proofs (RFC 9162, section 2.1; RFC 6962).

A leaf is any bytes. Its hash is SHA-256 of a zero byte and the leaf, an inner node's SHA-256 of
a one byte and its two children: no leaf can pass for an inner node. A proof is a list of
32-byte hashes, lowest first. Verifying never raises: what does not fit is False.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

LONGEST = 64
"""A proof has at most this many hashes: more would mean a tree of over 2**63 leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (32 bytes)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node of two children's hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves (not their hashes); of none, the hash of nothing."""
    return root_of([leaf_hash(leaf) for leaf in leaves])


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, where they are kept and need not be made again."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:  # an odd one out goes up as it is, as the RFC's split leaves it
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(*pair) for pair in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index` (from 0) is in the tree; IndexError where there is none."""
    return inclusion_of([leaf_hash(leaf) for leaf in leaves], index)


def inclusion_of(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """`inclusion` over leaf hashes."""
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    proof: list[bytes] = []
    level = list(hashes)
    while len(level) > 1:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(*pair) for pair in zip(level[::2], level[1::2], strict=False)] + odd
        index //= 2
    return proof


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree of the first `old` leaves is the beginning of this one.

    Empty where `old` is 0 or all of them; IndexError where there are not so many.
    """
    return consistency_of([leaf_hash(leaf) for leaf in leaves], old)


def consistency_of(hashes: Sequence[bytes], old: int) -> list[bytes]:
    """`consistency` over leaf hashes."""
    if not 0 <= old <= len(hashes):
        raise IndexError(old)
    if old in {0, len(hashes)}:
        return []
    return _subproof(hashes, old, whole=True)


def _subproof(hashes: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1; `whole`: the old tree's root is known to who verifies."""
    if old == len(hashes):
        return [] if whole else [root_of(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below the size
    if old <= split:
        return [*_subproof(hashes[:split], old, whole=whole), root_of(hashes[split:])]
    return [*_subproof(hashes[split:], old - split, whole=False), root_of(hashes[:split])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes
) -> bool:
    """Whether `leaf` is number `index` (from 0) of the tree of `size` leaves with root `top`."""
    return verify_inclusion_of(leaf_hash(leaf), index, size, proof, top)


def verify_inclusion_of(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes
) -> bool:
    """`verify_inclusion` by the leaf's hash (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _usable(proof):
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and hmac.compare_digest(found, top)


def verify_consistency(
    old: int, old_top: bytes, size: int, top: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a tree of `size` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size or not _usable(proof):
        return False
    if old in {0, size}:  # nothing to extend, or nothing added
        known = EMPTY if old == 0 else top
        return not proof and hmac.compare_digest(old_top, known)
    steps = [old_top, *proof] if old & (old - 1) == 0 else list(proof)  # a power of two is a node
    if not steps:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    same = hmac.compare_digest(before, old_top)
    return last == 0 and same and hmac.compare_digest(after, top)


def _usable(proof: Sequence[bytes]) -> bool:
    return len(proof) <= LONGEST and all(len(step) == 32 for step in proof)


def grow(peaks: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """The peaks of a tree with one more leaf hash: appending without the whole list at hand.

    Peaks are the roots of the full subtrees of a tree of `size` leaves, the largest first.
    """
    grown = [*peaks, leaf]
    while size & 1:
        right, left = grown.pop(), grown.pop()
        grown.append(node_hash(left, right))
        size >>= 1
    return grown


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root of the tree that has these peaks."""
    if not peaks:
        return EMPTY
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found
