"""The tree and its proofs: published roots, the RFC's own definition, and what must be refused."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moxie.rights import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [  # the test vectors that implementations of certificate transparency share
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def by_definition(items: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, as it is written there."""
    if not items:
        return hashlib.sha256(b"").digest()
    if len(items) == 1:
        return hashlib.sha256(b"\x00" + items[0]).digest()
    split = 1
    while split * 2 < len(items):
        split *= 2
    left, right = by_definition(items[:split]), by_definition(items[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("n", range(9))
def test_roots_are_the_published_ones(n: int) -> None:
    assert merkle.root(LEAVES[:n]).hex() == ROOTS[n]


@given(leaves)
@settings(deadline=None)
def test_the_root_is_as_the_rfc_defines_it(items: list[bytes]) -> None:
    assert merkle.root(items) == by_definition(items)


def test_every_leaf_of_every_small_tree_is_proved_and_nothing_else_is() -> None:
    items = [bytes([n]) for n in range(33)]
    for size in range(1, len(items) + 1):
        top = merkle.root(items[:size])
        for index in range(size):
            proof = merkle.inclusion(items[:size], index)
            assert merkle.verify_inclusion(items[index], index, size, proof, top)
            assert not merkle.verify_inclusion(b"other", index, size, proof, top)
            assert not merkle.verify_inclusion(items[index], index + 1, size, proof, top)
            assert not merkle.verify_inclusion(items[index], -1, size, proof, top)
            assert not merkle.verify_inclusion(items[index], index, size, [*proof, top], top)
            if proof:
                assert not merkle.verify_inclusion(items[index], index, size, proof[:-1], top)


def test_every_beginning_of_every_small_tree_is_proved_and_no_other_history_is() -> None:
    items = [bytes([n]) for n in range(20)]
    for size in range(1, len(items) + 1):
        top = merkle.root(items[:size])
        for old in range(size + 1):
            old_top, proof = merkle.root(items[:old]), merkle.consistency(items[:size], old)
            assert merkle.verify_consistency(old, old_top, size, top, proof)
            assert not merkle.verify_consistency(old, b"\x01" * 32, size, top, proof)
            assert not merkle.verify_consistency(old, old_top, size, top, [*proof, top])
            if 0 < old < size:
                rewritten = [b"x", *items[1:size]]
                new_top, new_proof = merkle.root(rewritten), merkle.consistency(rewritten, old)
                assert not merkle.verify_consistency(old, old_top, size, new_top, new_proof)
                assert not merkle.verify_consistency(old, old_top, size, top, proof[:-1])


@given(leaves, st.data())
@settings(deadline=None)
def test_a_flipped_bit_anywhere_in_a_proof_is_found(
    items: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    proof, top = merkle.inclusion(items, index), merkle.root(items)
    assert merkle.verify_inclusion(items[index], index, len(items), proof, top)
    if proof:
        step, byte = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 31))
        changed = bytearray(proof[step])
        changed[byte] ^= 1 << data.draw(st.integers(0, 7))
        proof[step] = bytes(changed)
        assert not merkle.verify_inclusion(items[index], index, len(items), proof, top)


@given(
    st.integers(-1, 99),
    st.integers(-1, 99),
    st.lists(st.binary(max_size=33), max_size=70),
    st.binary(max_size=33),
)
@settings(deadline=None)
def test_nonsense_is_refused_without_an_error(
    old: int, size: int, proof: list[bytes], top: bytes
) -> None:
    assert not merkle.verify_inclusion(b"leaf", old, size, proof, top)
    if 0 < old < size:
        assert not merkle.verify_consistency(old, top, size, b"\x00" * 32, proof)


def test_there_is_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion([b"a"], 1)
    with pytest.raises(IndexError):
        merkle.consistency([b"a"], 2)
