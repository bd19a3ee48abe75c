"""Shares sum exactly, and every sale has two sides."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moxie.errors import BadInput
from moxie.rights import ledger
from moxie.rights.ledger import MAKER, Contribution

parts = st.dictionaries(st.text("abcdef", min_size=1), st.fractions(0, 10), min_size=1).filter(
    lambda found: sum(found.values()) > 0
)


@given(st.integers(-(10**15), 10**15), parts)
def test_shares_sum_exactly_and_none_is_off_by_a_whole_unit(
    amount: int, given_parts: dict[str, Fraction]
) -> None:
    shares = ledger.split(amount, given_parts)
    total = sum(given_parts.values())
    assert sum(shares.values()) == amount
    for name, part in given_parts.items():
        assert abs(shares[name] - amount * part / total) < 1
        assert part or not shares[name]


@given(st.integers(0, 10**9), st.dictionaries(st.text("abc", min_size=1), st.integers(0, 99)))
def test_the_split_is_pro_rata_and_booked_twice(amount: int, works: dict[str, int]) -> None:
    shares = ledger.split(amount, ledger.pro_rata(Contribution(works)))
    assert shares[MAKER] >= amount // 2 - 1
    sides = ledger.post("s", "b", "EUR", amount, shares)
    assert sum(side.amount for side in sides) == 0
    assert ledger.unbalanced(sides) == []
    if amount:
        assert ledger.balances(sides)["buyer:b", "EUR"] == amount
        assert ledger.unbalanced(sides[1:]) == ["s"]


def test_what_cannot_be_split_is_said() -> None:
    for wrong in ({}, {"a": Fraction(0)}, {"a": Fraction(-1), "b": Fraction(2)}):
        with pytest.raises(BadInput, match="parts of a split"):
            ledger.split(1, wrong)
    with pytest.raises(BadInput, match="more than can be booked"):
        ledger.split(10**16, {"a": Fraction(1)})
    with pytest.raises(BadInput, match="do not sum"):
        ledger.post("s", "b", "EUR", 3, {"a": 2})
    assert ledger.split(10, {"a": Fraction(1), "b": Fraction(1), "c": Fraction(1)}) == {
        "a": 4,
        "b": 3,
        "c": 3,
    }
