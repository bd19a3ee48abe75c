"""Who gets what of a sale: whole minor units, shares that sum exactly, two sides to every entry.

Amounts are integers in the currency's minor unit (cents, fen). Nothing is ever rounded away:
what is left over by rounding down goes, unit by unit, to the largest remainders (Hamilton's
method), and to the first by name where they are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from moxie.errors import BadInput

MAKER = "maker"
"""The account of whoever made the creation with the studio."""

LARGEST = 10**15
"""Minor units of one sale."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a split may go by: how many works each artist is owed for, what the maker keeps."""

    works: Mapping[str, int]
    maker: Fraction = Fraction(1, 2)


SplitRule: TypeAlias = Callable[[Contribution], Mapping[str, Fraction]]
"""Gives each account its part; the parts are only compared with each other."""


def pro_rata(given: Contribution) -> dict[str, Fraction]:
    """The maker keeps a stated part; the rest goes by how many works each artist gave."""
    total = sum(given.works.values())
    if not total:
        return {MAKER: Fraction(1)}
    rest = 1 - given.maker
    parts = {f"artist:{name}": rest * n / total for name, n in given.works.items() if n}
    return {MAKER: given.maker, **parts}


RULES: Mapping[str, SplitRule] = {"pro-rata": pro_rata}
"""The rules by the name that a license states. One by influence is to join them."""


def split(amount: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """An amount in minor units in exact shares; a negative one (a refund) is the mirror image.

    Raises BadInput for parts that are negative or all nothing, and for too large an amount.
    """
    if abs(amount) > LARGEST:
        raise BadInput("An amount of {amount} is more than can be booked.", amount=amount)
    if not parts or min(parts.values()) < 0 or not sum(parts.values()):
        raise BadInput("The parts of a split must be over 0.")
    if amount < 0:
        return {name: -share for name, share in split(-amount, parts).items()}
    total = sum(parts.values())
    exact = {name: amount * part / total for name, part in parts.items()}
    shares = {name: int(share) for name, share in exact.items()}
    left = amount - sum(shares.values())
    order = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in order[:left]:
        shares[name] += 1
    return shares


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: `amount` is owed by the account, or to it where it is negative."""

    sale: str
    line: int
    account: str
    currency: str
    amount: int


def post(
    sale: str, buyer: str, currency: str, amount: int, shares: Mapping[str, int]
) -> list[Posting]:
    """A sale as double entry: the buyer's side and everyone's share. The amounts sum to zero."""
    if sum(shares.values()) != amount:
        raise BadInput("The shares of {sale} do not sum to its price.", sale=sale)
    sides = [
        (f"buyer:{buyer}", amount),
        *((name, -share) for name, share in sorted(shares.items())),
    ]
    return [
        Posting(sale, line, account, currency, side)
        for line, (account, side) in enumerate(sides)
        if side
    ]


def balances(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """What each account owes (over 0) or is owed (under 0), by (account, currency)."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        found[posting.account, posting.currency] += posting.amount
    return dict(found)


def unbalanced(postings: Iterable[Posting]) -> list[str]:
    """The sales whose two sides differ: a ledger that was changed from outside."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        sums[posting.sale, posting.currency] += posting.amount
    return sorted({sale for (sale, _), amount in sums.items() if amount})
