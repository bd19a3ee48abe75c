"""Licenses from draft to end: which state may follow which, and which sale may not be made.

An *offer* is drafted, listed, and ends. Who takes it up gets an *agreement*, which comes into
force when it is paid and ends by its time or by hand. All is decided over the present licenses
of one work, by functions that change nothing: whoever keeps them makes sure that nobody else
changed them meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from moxie.errors import BadInput, NotPermitted
from moxie.rights import canon, odrl_json
from moxie.rights.ledger import LARGEST, RULES
from moxie.rights.odrl import Policy, Rule, Use, decide

NEXT: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"listed", "ended"}),
    "listed": frozenset({"ended"}),
    "agreed": frozenset({"in force", "ended"}),
    "in force": frozenset({"ended"}),
    "ended": frozenset(),
}
"""What each state may become. A listed offer makes agreements, which begin as agreed."""

STANDING = frozenset({"agreed", "in force"})
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class License:
    """An offer or, where it names one in `offer`, an agreement. Times as `canon.stamp` writes."""

    id: str
    policy: Policy
    exclusive: bool
    price: int  # minor units
    currency: str  # ISO 4217
    rule: str  # how the price is split: one of ledger.RULES
    maker: tuple[int, int]  # the part of the price that the maker keeps, as a fraction
    state: str
    history: tuple[tuple[str, str], ...]  # (state, since when)
    open_until: str = ""  # an offer lapses then
    offer: str = ""  # the offer that was taken up
    buyer: str = ""  # private: never in the log

    def __post_init__(self) -> None:
        if self.state not in NEXT or self.rule not in RULES:
            raise BadInput("This license is in no state, or split by no rule, that there is.")
        if not 0 <= self.price <= LARGEST or not (
            len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()
        ):
            raise BadInput("A price is a whole number of minor units and a currency such as EUR.")
        if not 0 <= self.maker[0] <= self.maker[1] or not self.maker[1]:
            raise BadInput("The maker's part must be from 0 to 1.")

    @property
    def work(self) -> str:
        """The sha256 of what is licensed."""
        return self.policy.target

    def stands(self, now: str) -> bool:
        """Whether it binds: agreed or in force, and some permission has not run out."""
        until = [rule.until for rule in self.policy.permissions]
        return self.state in STANDING and any(not end or now < end for end in until)

    def text(self) -> str:
        """As the store keeps it."""
        facts = {**asdict(self), "policy": odrl_json.write(self.policy), "work": self.work}
        return canon.text(facts)

    @classmethod
    def read(cls, text: str) -> License:
        """The inverse of `text`; raises BadInput for what is damaged."""
        try:
            facts: dict[str, Any] = canon.read(text)
            del facts["work"]
            facts["policy"] = odrl_json.parse(facts["policy"])
            facts["history"] = tuple((str(state), str(time)) for state, time in facts["history"])
            facts["maker"] = tuple(facts["maker"])
            return cls(**facts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput("A stored license is damaged.") from error


def move(given: License, state: str, now: str) -> License:
    """The license in its next state. Raises BadInput for a state that may not follow."""
    if state not in NEXT[given.state]:
        raise BadInput(
            "License {id} is {state}: it cannot become {wanted}.",
            id=given.id,
            state=given.state,
            wanted=state,
        )
    _after(given, now)
    return replace(given, state=state, history=(*given.history, (state, now)))


def publish(
    offer: License, others: Sequence[License], parents: Sequence[Policy], now: str
) -> License:
    """List a drafted offer. Raises NotPermitted where it could not be sold as things stand."""
    listed = move(offer, "listed", now)
    _sellable(listed, others, parents, now)
    return listed


def agree(
    offer: License,
    others: Sequence[License],
    parents: Sequence[Policy],
    *,
    id: str,  # noqa: A002  the field's name
    buyer: str,
    now: str,
) -> tuple[License, ...]:
    """Take up a listed offer: the agreement, and the offer where it thereby ends.

    `others` are the other licenses of the work, `parents` the terms on which it could be made out
    of other works. Raises BadInput for
    an offer that is not open, NotPermitted where an exclusive right or a parent work's license
    stands against it.
    """
    if offer.offer or offer.state != "listed":
        raise BadInput("License {id} is {state}, not on offer.", id=offer.id, state=offer.state)
    if not 0 < len(buyer.strip()) <= LONGEST_NAME:
        raise BadInput("Say who takes the license, in up to {n} characters.", n=LONGEST_NAME)
    _after(offer, now)
    _sellable(offer, others, parents, now)
    history = (("agreed", now),)
    made = replace(
        offer, id=id, state="agreed", history=history, offer=offer.id, buyer=buyer.strip()
    )
    return (made, move(offer, "ended", now)) if offer.exclusive else (made,)


def _sellable(
    offer: License, others: Sequence[License], parents: Sequence[Policy], now: str
) -> None:
    if offer.open_until and now >= offer.open_until:
        raise BadInput("The offer {id} lapsed at {time}.", id=offer.id, time=offer.open_until)
    if not any(not rule.until or now < rule.until for rule in offer.policy.permissions):
        raise BadInput("All that {id} permits has run out.", id=offer.id)
    for other in others:
        same = other.work == offer.work and other.stands(now)
        binding = same and (offer.exclusive or other.exclusive)
        if binding and offer.policy.meets(other.policy):
            raise NotPermitted(
                "{id} cannot be licensed so: {other} stands, and one of the two is exclusive.",
                id=offer.id,
                other=other.id,
            )
    for parent in parents:
        _by_parent(offer, parent, now)


def _by_parent(offer: License, parent: Policy, now: str) -> None:
    """Whether what a work was made from lets it be licensed so: all that is offered must derive."""
    for rule in offer.policy.permissions:
        asked: set[str | None] = {None} if rule.purposes is None else set(rule.purposes)
        if offer.price:
            asked.add("commercial")
        for purpose in asked:
            for time in (max(now, rule.since), _last_moment(rule.until)):
                found = decide(parent, Use("derive", time, purpose))
                if not found.allowed:
                    raise NotPermitted(
                        "{id} cannot be licensed so: a work it was made from does not allow it "
                        "({parent}, {purpose}).",
                        id=offer.id,
                        parent=parent.target[:8],
                        purpose=purpose or "any purpose",
                    )
                _passed_on(offer, rule, parent, found.duties)


def _passed_on(offer: License, rule: Rule, parent: Policy, duties: frozenset[str]) -> None:
    """Whether what a parent asks for is asked of who takes the license too."""
    missing = sorted(duties - rule.duties - {"compensate"})
    if "shareAlike" in duties and offer.exclusive:
        missing = ["shareAlike"]
    if missing:
        raise NotPermitted(
            "{id} cannot be licensed so: a work it was made from asks for {duty} ({parent}).",
            id=offer.id,
            duty=missing[0],
            parent=parent.target[:8],
        )


def _last_moment(until: str) -> str:
    """The last second before a rule ends."""
    if not until:
        return "9999-12-31T23:59:59Z"
    return canon.stamp(datetime.fromisoformat(until) - timedelta(seconds=1))


def _after(given: License, now: str) -> None:
    """Refuse to write history before its beginning."""
    if given.history and now < given.history[-1][1]:
        raise BadInput(
            "The clock says {now}, but license {id} changed at {time}: set the clock right.",
            now=now,
            id=given.id,
            time=given.history[-1][1],
        )


def illegal(licenses: Sequence[License], now: str) -> list[str]:
    """What may never be: a history that skips, or two that stand though one is exclusive."""
    wrong = []
    for one in licenses:
        states = [state for state, _ in one.history]
        first = "agreed" if one.offer else "draft"
        follows = all(b in NEXT[a] for a, b in pairwise(states))
        if states[:1] != [first] or states[-1] != one.state or not follows:
            wrong.append(f"history of {one.id}")
    standing = [one for one in licenses if one.stands(now)]
    for place, one in enumerate(standing):
        for other in standing[place + 1 :]:
            both = one.exclusive or other.exclusive
            if both and one.work == other.work and one.policy.meets(other.policy):
                wrong.append(f"{one.id} and {other.id}")
    return wrong
