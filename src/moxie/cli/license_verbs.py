"""What `moxie license` does: offers, agreements and the ledger, and how it says them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput, StoreError
from moxie.flow.export import as_json
from moxie.rights import canon, odrl_json, projections
from moxie.rights.licensing import License
from moxie.rights.odrl import WORLD, Rule
from moxie.studio import Studio
from moxie.studio.making import write
from moxie.studio.selling import Terms
from moxie.text import Message, say

Perform: TypeAlias = Callable[[Studio, dict[str, Any]], Outcome]

PLACES = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3}
PLACES |= {"TND": 3, "VND": 0, "XAF": 0, "XOF": 0}
"""Decimal places of currencies that have not two (ISO 4217)."""


def license_(studio: Studio, params: dict[str, Any]) -> Outcome:
    """`moxie license ACTION [WHAT]`."""
    action = params["action"]
    if action not in _ACTIONS:
        raise BadInput(
            "Say what to do about a license: moxie license {names}.", names="|".join(_ACTIONS)
        )
    if params["what"] is None and action not in {"show", "ledger"}:
        raise BadInput("Say which: moxie license {action} ID.", action=action)
    return _ACTIONS[action](studio, params)


def _offer(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _one(studio.market.offer(params["what"], _terms(params)))


def _list(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _one(studio.market.publish(params["what"]))


def _agree(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _one(studio.market.agree(params["what"], params["buyer"] or ""))


def _start(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _one(studio.market.start(params["what"]))


def _end(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _one(studio.market.end(params["what"]))


def _show(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.market.all(params["what"])
    sentences = [_told(given) for given in found]
    none = say("There are no licenses yet: moxie license offer CREATION.")
    return Outcome({"licenses": [_facts(given) for given in found]}, sentences or [none])


def _terms_out(studio: Studio, params: dict[str, Any]) -> Outcome:
    """The terms in our ODRL and in the words of others."""
    given = studio.market.find(params["what"])
    kind = "Agreement" if given.offer else "Offer"
    shown = _shown(given.price, given.currency) if given.price else ""
    url = f"urn:sha256:{given.work}"
    rsl = projections.rsl(given.policy, url=url, price=shown, currency=given.currency)
    facts: dict[str, object] = {
        "odrl": odrl_json.write(given.policy, kind, f"urn:moxie:license:{given.id}"),
        "spdx": projections.spdx(given.policy),
        "plus": projections.plus(given.policy),
        "cawg": projections.cawg(given.policy),
        "rsl": rsl.decode(),
    }
    out: Path | None = params["out"]
    if out is None:
        return Outcome(facts, [_told(given)])
    write(out, as_json(facts))
    return Outcome(facts, [_told(given), say("The terms are in {path}", path=str(out))])


def _ledger(studio: Studio, _params: dict[str, Any]) -> Outcome:
    books = studio.market.books()
    facts = {
        "balances": [
            {"account": account, "currency": currency, "amount": amount}
            for (account, currency), amount in sorted(books.balances.items())
        ],
        "unbalanced": list(books.unbalanced),
    }
    sentences = [
        say("{account}: {amount} {currency}", account=a, amount=_shown(-n, c), currency=c)
        for (a, c), n in sorted(books.balances.items())
    ]
    sentences += [
        say("The two sides of sale {sale} differ: the ledger was changed from outside.", sale=sale)
        for sale in books.unbalanced
    ]
    if not books.unbalanced:
        sentences.append(say("Every sale's two sides match."))
    return Outcome(facts, sentences, StoreError.exit_code if books.unbalanced else 0)


_ACTIONS: dict[str, Perform] = {
    "offer": _offer,
    "list": _list,
    "agree": _agree,
    "start": _start,
    "end": _end,
    "show": _show,
    "terms": _terms_out,
    "ledger": _ledger,
}


def _one(given: License) -> Outcome:
    return Outcome(_facts(given), [_told(given)])


def _facts(given: License) -> dict[str, object]:
    return {
        "id": given.id,
        "work": given.work,
        "state": given.state,
        "offer": given.offer or None,
        "exclusive": given.exclusive,
        "price": given.price,
        "currency": given.currency,
        "history": [list(step) for step in given.history],
        "odrl": odrl_json.write(given.policy, "Agreement" if given.offer else "Offer"),
    }


def _told(given: License) -> Message:
    return say(
        "License {id} of {work}: {state}, {price} {currency}",
        id=given.id,
        work=given.work[:8],
        state=given.state,
        price=_shown(given.price, given.currency),
        currency=given.currency,
    )


def _terms(params: dict[str, Any]) -> Terms:
    price, currency = _price(params["price"] or "0 EUR")
    limits = {
        "purposes": _words(params["purposes"]),
        "territories": _territories(params["territories"]),
        "count": params["count"],
        "until": _time(params["until"]),
    }
    duties = _words(params["duties"]) or frozenset()
    allowed = _words(params["allow"]) or frozenset()
    return Terms(
        permissions=tuple(Rule(action, duties=duties, **limits) for action in sorted(allowed)),
        prohibitions=tuple(Rule(action) for action in sorted(_words(params["forbid"]) or ())),
        exclusive=params["exclusive"],
        price=price,
        currency=currency,
        open_until=_time(params["open_until"]),
    )


def _words(text: str | None) -> frozenset[str] | None:
    words = frozenset(word.strip() for word in (text or "").split(",") if word.strip())
    return words or None


def _territories(text: str | None) -> frozenset[str] | None:
    words = _words(text)
    return None if words is None or WORLD in words else words


def _time(text: str | None) -> str:
    """A day or a moment, as the rest of the code has it."""
    if not text:
        return ""
    time = f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    if not canon.is_time(time):
        raise BadInput(
            "A time is written 2027-01-31 or 2027-01-31T00:00:00Z, not {text}.", text=text
        )
    return time


def _price(text: str) -> tuple[int, str]:
    """An amount and a currency in minor units; no more decimals than the currency has."""
    found = re.fullmatch(r"(\d{1,14})(?:\.(\d{1,3}))? ([A-Z]{3})", text.strip())
    places = PLACES.get(found[3], 2) if found else 0
    if found is None or len(found[2] or "") > places:
        raise BadInput("A price is written as 20.00 EUR, not {text}.", text=repr(text))
    whole = int(found[1] + (found[2] or "").ljust(places, "0"))
    return whole, found[3]


def _shown(amount: int, currency: str) -> str:
    places = PLACES.get(currency, 2)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"
