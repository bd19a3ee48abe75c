"""The registry, records, licenses and ledger: what tampering is found, what sales are refused.

Sales are tried at random until 100,000 are made, over 4,000 works (a quarter exclusive, some
lapsed, some over parents that forbid it), each decided by the same code as `moxie license`. After
every sale the work's licenses are held against what may never be, and at the end the ledger is
added up in whole units. Logs are rewritten, cut and reordered at random; bytes of receipts are
flipped. Nothing here is timed against a network.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from moxie.errors import MoxieError
from moxie.rights import checkpoint, ledger, licensing, log, merkle, receipt, record
from moxie.rights.ledger import Contribution
from moxie.rights.licensing import License
from moxie.rights.log import Entry, Row
from moxie.rights.odrl import PURPOSES, Policy, Rule
from moxie.rights.projections import of_spdx
from moxie.rights.signing import Ed25519
from tables import Rows

SALES, WORKS, ENTRIES, TRIALS, FLIPS = 100_000, 4_000, 400, 1_000, 10_000
PARENT = "f" * 64
PARENTS = ("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-SA-4.0")
COUNTRIES = ("CN", "DE", "FR", "US")


def measure(
    rows: Rows, _works: Path, seed: int, *, sales: int = SALES, trials: int = TRIALS
) -> None:
    """Add the rows of this part; `_works` are not needed, as hashes stand for them."""
    _sales(rows, random.Random(seed), sales)
    _tampering(rows, random.Random(seed), trials)
    _flips(rows, random.Random(seed), trials * 10)
    _speed(rows)


def _sales(rows: Rows, chance: random.Random, wanted: int) -> None:
    market: defaultdict[str, dict[str, License]] = defaultdict(dict)
    postings: list[ledger.Posting] = []
    refused: defaultdict[str, int] = defaultdict(int)
    illegal = inexact = sold = number = 0
    began = time.perf_counter()
    while sold < wanted:
        number += 1
        now = _time(number)
        work = hashlib.sha256(b"%d" % chance.randrange(WORKS)).hexdigest()
        here = market[work]
        for name in [name for name, one in here.items() if one.state == "ended"]:
            del here[name]
        if chance.random() < 0.3 and (standing := [o for o in here.values() if o.offer]):
            ended = licensing.move(chance.choice(standing), "ended", now)
            here[ended.id] = ended
        parents = [] if chance.random() < 0.8 else [_parent(chance)]
        try:
            offer = _offer(chance, here, work, parents, number)
            others = [one for one in here.values() if one.id != offer.id]
            changed = licensing.agree(offer, others, parents, id=f"a{number}", buyer="b", now=now)
            started = licensing.move(changed[0], "in force", now)
        except MoxieError as error:
            refused[type(error).__name__] += 1
            continue
        here.update({one.id: one for one in (*changed, started)})
        illegal += len(licensing.illegal(list(here.values()), now))
        illegal += sum(_forbidden(started, parent, now) for parent in parents)
        shares = ledger.split(started.price, _parts(chance))
        inexact += sum(shares.values()) != started.price
        postings += ledger.post(started.id, "b", started.currency, started.price, shares)
        sold += 1
    seconds = time.perf_counter() - began
    off = sum(map(abs, _totals(postings).values())) + len(ledger.unbalanced(postings))
    for metric, value, unit in (
        ("sales_tried", number, ""),
        ("sales_made", sold, "target 100,000"),
        ("sales_refused", sum(refused.values()), ""),
        ("illegal_states", illegal, "target 0"),
        ("ledger_minor_units_off", off + inexact, "target 0"),
        ("sale_ms", seconds / number * 1000, "ms"),
    ):
        rows.add("moxie", metric, value, value, value, unit)


def _offer(
    chance: random.Random,
    here: dict[str, License],
    work: str,
    parents: list[Policy],
    number: int,
) -> License:
    """An offer of the work: one there is, or a new one listed now. Raises MoxieError."""
    listed = [one for one in here.values() if not one.offer and one.state == "listed"]
    if listed and chance.random() < 0.5:
        return chance.choice(listed)
    now = _time(number)
    purposes = frozenset(chance.sample(PURPOSES, 2)) if chance.random() < 0.5 else None
    places = frozenset(chance.sample(COUNTRIES, 2)) if chance.random() < 0.5 else None
    until = chance.choice(["", "2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z"])
    duties = frozenset({"attribute"}) if chance.random() < 0.5 else frozenset[str]()
    rule = Rule(chance.choice(["print", "display"]), purposes, places, None, "", until, duties)
    draft = License(
        id=f"o{number}",
        policy=Policy(work, (rule,)),
        exclusive=chance.random() < 0.25,
        price=chance.choice([0, 1, 99, 1000, 10**9 + 7]),
        currency=chance.choice(["EUR", "CNY"]),
        rule="pro-rata",
        maker=(1, 2),
        state="draft",
        history=(("draft", now),),
        open_until=chance.choice(["", "2026-03-01T00:00:00Z"]),
    )
    others = list(here.values())
    published = licensing.publish(draft, others, parents, now)
    here[published.id] = published
    return published


def _parent(chance: random.Random) -> Policy:
    return _terms_of(chance.choice(PARENTS))


def _terms_of(kind: str) -> Policy:
    """The terms of a parent under this license."""
    policy = of_spdx(kind, PARENT)
    assert policy is not None
    return policy


def _forbidden(sold: License, parent: Policy, now: str) -> bool:
    """Whether this sale should not have been, told without the code that decides."""
    [rule] = sold.policy.permissions
    terms = {_terms_of(kind): kind for kind in PARENTS}[parent]
    commercial = sold.price > 0 or rule.purposes is None or "commercial" in rule.purposes
    return (
        "ND" in terms
        or ("NC" in terms and commercial)
        or ("BY" in terms and "attribute" not in rule.duties)
        or "SA" in terms  # no offer here passes it on
        or bool(sold.open_until and now >= sold.open_until)
    )


def _parts(chance: random.Random) -> dict[str, Fraction]:
    works = {f"artist {n}": chance.randrange(400) for n in range(chance.randrange(6))}
    maker = Fraction(chance.randrange(1, 10), 10)
    return dict(ledger.RULES["pro-rata"](Contribution(works, maker)))


def _totals(postings: list[ledger.Posting]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.currency] += posting.amount
    return dict(sums)


def _time(number: int) -> str:
    """A minute for each sale, from 2026 on."""
    days, minutes = divmod(number, 1440)
    month, day = divmod(days, 28)
    return f"2026-{month + 1:02d}-{day + 1:02d}T{minutes // 60:02d}:{minutes % 60:02d}:00Z"


def _history(key: Ed25519, n: int) -> tuple[list[Entry], list[tuple[int, str]]]:
    made, notes, peaks = [], [], list[bytes]()
    for place in range(n):
        subject = hashlib.sha256(b"%d" % place).hexdigest()
        entry = Entry(place, "creation", subject, subject, "", _time(place))
        peaks = merkle.grow(peaks, place, entry.leaf)
        top = merkle.root_of_peaks(peaks)
        made.append(entry)
        notes.append((place + 1, checkpoint.sign("moxie-studio/b", place + 1, top, [key])))
    return made, notes


def _tampering(rows: Rows, chance: random.Random, trials: int) -> None:
    """Rewrite, drop, reorder or insert at random, consistently with the format, without the key."""
    key = Ed25519.generate("b")
    entries, notes = _history(key, 60)
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for _ in range(trials):
        kind = chance.choice(["rewritten", "dropped", "reordered", "inserted", "cut"])
        touched = list(entries)
        at = chance.randrange(len(touched) - 1)
        if kind == "rewritten":
            touched[at] = replace(touched[at], subject="e" * 64)
        elif kind == "dropped":
            del touched[at]
        elif kind == "reordered":
            touched[at], touched[at + 1] = touched[at + 1], touched[at]
        elif kind == "inserted":
            touched.insert(at, replace(touched[at], subject="e" * 64))
        else:
            del touched[at + 1 :]
        if chance.random() < 0.5:  # the places made to fit again
            touched = [replace(entry, seq=place) for place, entry in enumerate(touched)]
        read = [Row(n, entry.leaf.hex(), entry.text()) for n, entry in enumerate(touched)]
        found[kind].append(bool(log.audit(read, notes, [key.public]).faults))
    for kind, results in sorted(found.items()):
        share = sum(results) / len(results)
        rows.add("moxie", f"log_{kind}_found", share, share, share, f"of {len(results)}")
    honest = [Row(n, entry.leaf.hex(), entry.text()) for n, entry in enumerate(entries)]
    false = len(log.audit(honest, notes, [key.public]).faults)
    rows.add("moxie", "log_false_alarms", false, false, false, "target 0")


def _flips(rows: Rows, chance: random.Random, flips: int) -> None:
    """Flip one bit of a receipt, or of a record's steps: is what is then read still accepted?"""
    key = Ed25519.generate("b")
    entries, notes = _history(key, ENTRIES)
    leaves = [entry.leaf for entry in entries]
    paper = receipt.Receipt(
        entries[7], tuple(merkle.inclusion_of(leaves, 7)), notes[-1][1], key.public
    )
    data = paper.to_bytes()
    accepted = 0
    for _ in range(flips):
        accepted += _accepted(_flipped(data, chance), entries[7].subject, key.public)
    rows.add("moxie", "receipt_flips_accepted", accepted, accepted, accepted, f"of {flips}")
    chain = [record.follow("a" * 64, None, "created", {"seed": 1}, _time(0))]
    for place in range(1, 8):
        chain.append(record.follow("a" * 64, chain[-1], "chosen", {"n": place}, _time(place)))
    lines = [event.text() for event in chain]
    heads = [(0, chain[-1].hash)]
    missed = 0
    for _ in range(flips):
        at = chance.randrange(len(lines))
        changed = _flipped(lines[at].encode(), chance).decode("utf-8", "replace")
        touched = [*lines[:at], changed, *lines[at + 1 :]]
        missed += not record.check("a" * 64, touched, heads).faults
    rows.add("moxie", "record_flips_missed", missed, missed, missed, f"of {flips}")


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _accepted(data: bytes, subject: str, public: bytes) -> bool:
    """Whether a receipt is taken for this studio's and for this file."""
    try:
        return receipt.check(receipt.Receipt.read(data), subject, [public]).trusted
    except MoxieError:
        return False


def _speed(rows: Rows) -> None:
    key = Ed25519.generate("b")
    began = time.perf_counter()
    entries, notes = _history(key, 2_000)
    spent = (time.perf_counter() - began) / len(entries) * 1000
    rows.add("moxie", "log_append_ms", spent, spent, spent, "ms, without the disk")
    read = [Row(n, entry.leaf.hex(), entry.text()) for n, entry in enumerate(entries)]
    began = time.perf_counter()
    log.audit(read, notes, [key.public])
    spent = time.perf_counter() - began
    rows.add("moxie", "log_audit_s", spent, spent, spent, "s for 2,000 entries")
    works = [hashlib.sha256(b"%d" % n).digest() for n in range(300)]
    began = time.perf_counter()
    merkle.root(works)
    spent = (time.perf_counter() - began) * 1000
    rows.add("moxie", "corpus_root_ms", spent, spent, spent, "ms for 300 works")


def main() -> None:
    """The command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--quick", action="store_true")
    made.add_argument("--json", action="store_true")
    given = made.parse_args()
    rows = Rows()
    counts = {"sales": 2_000, "trials": 50} if given.quick else {}
    measure(rows, Path(), given.seed, **counts)
    rows.show(WORKS, given.json)


if __name__ == "__main__":
    main()
