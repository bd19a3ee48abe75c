"""License terms: a small strict subset of ODRL 2.2 (W3C Recommendation of 2018).

The vocabulary is closed: what is not listed here is refused, never passed over. What is not
permitted is denied, and a prohibition wins over any permission. Where a use does not say for what
purpose or where it is, a permission that is limited in that does not cover it, and a prohibition
that is limited in that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from moxie.errors import BadInput
from moxie.rights import canon
from moxie.text import Message, say

ACTIONS = ("aiTrain", "derive", "display", "distribute", "play", "print", "reproduce")
"""What may be done. All are ODRL's own words but `aiTrain`, for which ODRL has none."""

PURPOSES = ("commercial", "education", "personal", "research")
DUTIES = ("attribute", "compensate", "shareAlike")
WORLD = "WORLD"
_COUNTRY = re.compile(r"[A-Z]{2}")

Duty: TypeAlias = Literal["attribute", "compensate", "shareAlike"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing permitted or prohibited, within limits; None and "" are no limit.

    `territories` are ISO 3166 codes of two letters. `count` is how many copies. `since` is the
    first moment it holds, `until` the first it no longer does, as `canon.stamp` writes them.
    """

    action: str
    purposes: frozenset[str] | None = None
    territories: frozenset[str] | None = None
    count: int | None = None
    since: str = ""
    until: str = ""
    duties: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _closed([self.action], ACTIONS)
        _closed(self.purposes or (), PURPOSES)
        _closed(self.duties, DUTIES)
        odd = [place for place in self.territories or () if not _COUNTRY.fullmatch(place)]
        if odd:
            raise BadInput("{place} is no country: write two capitals, as in CN.", place=odd[0])
        empty = self.purposes == frozenset() or self.territories == frozenset()
        if empty or (self.count is not None and not 0 < self.count < 1 << 31):
            raise BadInput("A limit of nothing permits nothing: leave the rule out.")
        if any(time and not canon.is_time(time) for time in (self.since, self.until)):
            raise BadInput("A time in a license is written as 2027-01-31T00:00:00Z.")
        if self.since and self.until and self.since >= self.until:
            raise BadInput("The license would end before it begins.")

    def within(self, other: Rule) -> bool:
        """Whether both rules speak of some same use."""
        return (
            self.action == other.action
            and _meet(self.purposes, other.purposes)
            and _meet(self.territories, other.territories)
            and not (self.until and other.since and self.until <= other.since)
            and not (other.until and self.since and other.until <= self.since)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done with one work (its sha256), and what may not."""

    target: str
    permissions: tuple[Rule, ...]
    prohibitions: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        if not canon.is_hash(self.target):
            raise BadInput("A license is for a work by its sha256, not {text}.", text=self.target)
        if not self.permissions and not self.prohibitions:
            raise BadInput("A license that says nothing permits nothing.")

    def meets(self, other: Policy) -> bool:
        """Whether both permit some same use."""
        return any(one.within(two) for one in self.permissions for two in other.permissions)


@dataclass(frozen=True, slots=True)
class Use:
    """What someone wants to do. None where it is not said. `done` is how often it was before."""

    action: str
    time: str
    purpose: str | None = None
    territory: str | None = None
    done: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a use is allowed, why, and what it obliges to."""

    allowed: bool
    why: Message
    duties: frozenset[str] = frozenset()


def decide(policy: Policy, use: Use) -> Decision:
    """Whether a policy allows a use: denied unless permitted, and prohibition wins."""
    _closed([use.action], ACTIONS)
    _closed([use.purpose] if use.purpose else (), PURPOSES)
    if any(_forbids(rule, use) for rule in policy.prohibitions):
        return Decision(False, say("The license forbids it: {action}.", action=use.action))
    fit = [rule for rule in policy.permissions if _permits(rule, use)]
    if not fit:
        return Decision(False, say("The license does not permit it: {action}.", action=use.action))
    best = min(fit, key=lambda rule: len(rule.duties))
    return Decision(True, say("The license permits it: {action}.", action=use.action), best.duties)


def _permits(rule: Rule, use: Use) -> bool:
    return (
        rule.action == use.action
        and (rule.purposes is None or use.purpose in rule.purposes)
        and (rule.territories is None or use.territory in rule.territories)
        and (rule.count is None or use.done < rule.count)
        and (not rule.since or use.time >= rule.since)
        and (not rule.until or use.time < rule.until)
    )


def _forbids(rule: Rule, use: Use) -> bool:
    return (
        rule.action == use.action
        and (rule.purposes is None or use.purpose is None or use.purpose in rule.purposes)
        and (rule.territories is None or use.territory is None or use.territory in rule.territories)
        and (not rule.since or use.time >= rule.since)
        and (not rule.until or use.time < rule.until)
    )


def _closed(words: Iterable[str], known: tuple[str, ...]) -> None:
    for word in words:
        if word not in known:
            raise BadInput(
                "{word} is not in the vocabulary of licenses: there is {names}.",
                word=repr(word),
                names=", ".join(known),
            )


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or bool(one & other)
