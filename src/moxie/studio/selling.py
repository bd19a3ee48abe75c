"""Offers, agreements and their ledger, over the store: who may license what, and who gets what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from moxie.errors import BadInput, Missing, NotPermitted, StoreError
from moxie.rights import canon, ledger, licensing, projections
from moxie.rights.ledger import Contribution, Posting
from moxie.rights.licensing import License
from moxie.rights.odrl import Policy, Rule
from moxie.store import Library
from moxie.store.market import Change, Kept
from moxie.studio.registering import Registrar
from moxie.work import Creation, Rights, Work


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer says, apart from which work it is about. `price` is in minor units."""

    permissions: tuple[Rule, ...]
    prohibitions: tuple[Rule, ...] = ()
    exclusive: bool = False
    price: int = 0
    currency: str = "EUR"
    open_until: str = ""
    rule: str = "pro-rata"
    maker: tuple[int, int] = (1, 2)


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger: what each account owes or is owed, and sales whose sides do not match."""

    balances: dict[tuple[str, str], int]
    unbalanced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Who a person speaks to about licenses."""

    registrar: Registrar
    clock: Callable[[], str] = canon.now

    @property
    def library(self) -> Library:
        """The store."""
        return self.registrar.library

    def offer(self, what: str, terms: Terms) -> License:
        """Draft an offer of a creation or work, by its id or how that begins."""
        work = _find(self.library, what)
        now = self.clock()
        made = License(
            id=_new_id(),
            policy=Policy(work, terms.permissions, terms.prohibitions),
            exclusive=terms.exclusive,
            price=terms.price,
            currency=terms.currency,
            rule=terms.rule,
            maker=terms.maker,
            state="draft",
            history=(("draft", now),),
            open_until=terms.open_until,
        )
        self.library.market.change(work, lambda _kept: Change([_to_keep(made)]))
        return made

    def publish(self, name: str) -> License:
        """List an offer. Raises NotPermitted where a parent work or exclusive right forbids it."""
        return self._change(
            name,
            lambda given, others: (
                licensing.publish(given, others, self._parents(given), self.clock()),
            ),
        )

    def agree(self, name: str, buyer: str) -> License:
        """Take up a listed offer for `buyer`, whose name stays in the store. See `licensing`."""
        made = self._change(
            name,
            lambda given, others: licensing.agree(
                given, others, self._parents(given), id=_new_id(), buyer=buyer, now=self.clock()
            ),
        )
        self._enter(made)
        return made

    def start(self, name: str) -> License:
        """An agreement was paid: it comes into force, and its price is booked and split."""
        given = self.find(name)
        shares = self._shares(given)

        def decide(kept: list[Kept]) -> Change:
            [present] = [License.read(k.document) for k in kept if k.id == given.id]
            moved = licensing.move(present, "in force", self.clock())
            sides = ledger.post(moved.id, moved.id, moved.currency, moved.price, shares)
            rows = [(s.sale, s.line, s.account, s.currency, s.amount) for s in sides]
            return Change([_to_keep(moved)], rows)

        self.library.market.change(given.work, decide)
        started = self.find(given.id)
        self._enter(started)
        return started

    def end(self, name: str) -> License:
        """Withdraw an offer, or end an agreement."""
        ended = self._change(
            name, lambda given, _others: (licensing.move(given, "ended", self.clock()),)
        )
        if ended.offer:
            self._enter(ended)
        return ended

    def find(self, name: str) -> License:
        """A license by its id or how that begins. Raises Missing, BadInput, StoreError."""
        kept = self.library.market.starting(name) if name else []
        if not kept:
            raise Missing("There is no license {name} in the store.", name=repr(name))
        if len(kept) > 1:
            raise BadInput("More than one license begins with {name}: write more of it.", name=name)
        return _read(kept[0])

    def all(self, what: str | None = None) -> list[License]:
        """All licenses, or those of one work or creation."""
        work = None if what is None else _find(self.library, what)
        return [_read(kept) for kept in self.library.market.licenses(work)]

    def books(self) -> Books:
        """What the ledger says, and whether it is whole."""
        sides = [Posting(*row) for row in self.library.market.postings()]
        return Books(ledger.balances(sides), tuple(ledger.unbalanced(sides)))

    def _change(
        self, name: str, make: Callable[[License, Sequence[License]], tuple[License, ...]]
    ) -> License:
        """Decide over all licenses of the same work, and keep that unless another came first."""
        given = self.find(name)
        made: list[License] = []

        def decide(kept: list[Kept]) -> Change:
            there = [_read(one) for one in kept]
            [present] = [one for one in there if one.id == given.id]
            others = [one for one in there if one.id != given.id]
            made[:] = make(present, others)
            return Change([_to_keep(one) for one in made])

        self.library.market.change(given.work, decide)
        return made[0]

    def _enter(self, given: License) -> None:
        """Enter into the log that an agreement is in this state: a hash and a commitment."""
        text = given.text()
        subject = hashlib.sha256(text.encode()).hexdigest()
        self.registrar.register("license", subject, {"license": text})

    def _parents(self, given: License) -> list[Policy]:
        """The terms on which the work could be made out of others; default is that it may not."""
        creations = self.library.alike(given.work)
        if not creations:
            return [_ground(work.rights, work.id) for work in _works(self.library, [given.work])]
        now = self.clock()
        grounds = [
            _ground(rights, work)
            for creation in creations
            for rights, work in _rights_behind(self.library, creation).items()
        ]
        for start in {creation.record.get("start") for creation in creations}:
            grounds += self._start(start, now) if isinstance(start, str) else []
        return grounds

    def _start(self, start: str, now: str) -> list[Policy]:
        """The terms of what a creation began from: no one may have been sold it exclusively."""
        taken = [
            replace(rule, duties=frozenset())
            for one in self.library.market.licenses(start)
            for given in [_read(one)]
            if given.exclusive and given.stands(now)
            for rule in given.policy.permissions
            if rule.action == "derive"
        ]
        rest = [_ground(work.rights, work.id) for work in _works(self.library, [start])]
        own = Policy(start, (Rule("derive"),), tuple(taken))
        return [own, *rest]

    def _shares(self, given: License) -> dict[str, int]:
        """Who gets how much of the price, by the rule that the license states."""
        if not given.offer:
            raise BadInput("License {id} is {state}, no agreement.", id=given.id, state=given.state)
        creations = self.library.alike(given.work)
        names = {name for creation in creations for name in _corpora(creation)}
        works = {name: _owed(self.library.works(name)) for name in names}
        parts = ledger.RULES[given.rule](Contribution(works, Fraction(*given.maker)))
        return ledger.split(given.price, parts)


def _owed(works: Sequence[Work]) -> int:
    """How many works somebody is owed for: nobody is for what is in the public domain."""
    return sum(work.rights.basis != "public-domain" for work in works)


def _ground(rights: Rights, work: str) -> Policy:
    """What the ground on which a work is used allows to be made of it and sold."""
    if rights.basis in {"own", "public-domain"}:
        return Policy(work, (Rule("derive"),))
    known = projections.of_spdx(rights.license or "", work) if rights.basis == "license" else None
    return known or Policy(work, (), (Rule("derive"),))


def _rights_behind(library: Library, creation: Creation) -> dict[Rights, str]:
    """The grounds on which the works behind a creation are used, each with one such work."""
    found: dict[Rights, str] = {}
    for name in _corpora(creation):
        for work in library.works(name):
            found.setdefault(work.rights, work.id)
    return found


def _corpora(creation: Creation) -> list[str]:
    """The corpora that a creation was learnt from."""
    blend = creation.record.get("blend")
    if isinstance(blend, list):
        return [str(part["corpus"]) for part in blend]
    return [str(creation.record["corpus"])]


def _works(library: Library, ids: Sequence[str]) -> list[Work]:
    wanted = set(ids)
    return [w for c in library.corpora() for w in library.works(c.name) if w.id in wanted]


def _find(library: Library, what: str) -> str:
    """The sha256 of the creation or work that a person names."""
    try:
        return library.creation(what).id
    except Missing:
        works = {
            work.id
            for corpus in library.corpora()
            for work in library.works(corpus.name)
            if what and work.id.startswith(what)
        }
    if len(works) != 1:
        raise Missing("There is no one creation or work {what} in the store.", what=repr(what))
    return works.pop()


def _read(kept: Kept) -> License:
    try:
        given = License.read(kept.document)
    except (BadInput, NotPermitted) as error:
        raise _damaged(kept) from error
    if (given.id, given.state, given.work) != (kept.id, kept.state, kept.work):
        raise _damaged(kept)
    return given


def _damaged(kept: Kept) -> StoreError:
    return StoreError("License {id} is damaged in the store: restore it from a backup.", id=kept.id)


def _to_keep(given: License) -> Kept:
    return Kept(given.id, given.work, given.state, given.text())


def _new_id() -> str:
    return secrets.token_hex(8)
