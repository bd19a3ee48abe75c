"""Licenses over the store: two buyers at once, parents' terms, the ledger, the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from moxie import Studio
from moxie.cli import run
from moxie.errors import BadInput, Missing, MoxieError, NotPermitted, StoreError
from moxie.rights import licensing, odrl_json
from moxie.rights.odrl import Rule
from moxie.store.market import Change
from moxie.studio import registering
from moxie.studio.selling import Market, Terms
from moxie.work import Creation

PRINT = (Rule("print"),)


def learnt(beads: Path, rights: str = "own", corpus: str = "vincent") -> Creation:
    with Studio() as studio:
        studio.collect(beads, corpus=corpus, art="toy", rights=rights)
        studio.prepare(corpus)
        studio.choose(corpus)
        studio.train(corpus)
        [made] = studio.create(corpus, n=1)
    return made


@pytest.fixture
def made(toy: Path, beads: Path) -> Creation:
    return learnt(beads)


@pytest.fixture
def market(made: Creation) -> Iterator[Market]:
    with Studio() as studio:
        yield studio.market


def cli(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_two_buyers_at_once_do_not_both_get_an_exclusive_right(
    market: Market, made: Creation
) -> None:
    offers = [market.offer(made.id, Terms(PRINT, exclusive=n % 2 == 0)) for n in range(6)]
    for offer in offers:
        market.publish(offer.id)
    results: list[object] = []
    start = Barrier(len(offers))

    def buy(name: str) -> None:
        with Studio() as studio:
            start.wait()
            try:
                results.append(studio.market.agree(name, "buyer"))
            except MoxieError as error:
                results.append(error)

    threads = [Thread(target=buy, args=(offer.id,)) for offer in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unforeseen = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(error, (NotPermitted, BadInput)) for error in unforeseen), unforeseen
    assert len(results) == len(offers)
    standing = [one for one in market.all() if one.offer]
    assert standing
    assert sum(one.exclusive for one in standing) in {0, 1}
    assert licensing.illegal(market.all(), market.clock()) == []


def test_a_decision_over_what_has_changed_meanwhile_is_made_again(
    market: Market, made: Creation
) -> None:
    """The compare-and-set itself, with another change slipped in between."""
    rows = market.library.market
    offer = market.offer(made.id, Terms(PRINT))
    seen: list[int] = []

    class Slipping:
        def __init__(self, records: Any) -> None:
            self._records = records

        def __getattr__(self, name: str) -> Any:
            return getattr(self._records, name)

        def change(self, table: str, values: Any, **equal: Any) -> int:
            if table == "shelves" and len(seen) == 1:
                self._records.change(table, {"version": 77}, work=equal["work"])
                seen.append(-1)
            return int(self._records.change(table, values, **equal))

    plain = rows._database.writing

    @contextmanager
    def writing() -> Iterator[Any]:
        with plain() as records:
            yield Slipping(records)

    rows._database.writing = writing  # type: ignore[method-assign]

    def decide(kept: list[Any]) -> Any:
        seen.append(len(kept))
        return Change([])

    rows.change(offer.work, decide)
    assert [n for n in seen if n >= 0] == [1, 1]


def test_a_sale_is_booked_once_and_split_by_the_rule(
    market: Market, made: Creation, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = market.offer(made.id, Terms(PRINT, price=1001, currency="EUR"))
    market.publish(offer.id)
    agreed = market.agree(offer.id, "The Gallery")
    assert market.books().balances == {}
    market.start(agreed.id)
    with pytest.raises(BadInput, match="cannot become in force"):
        market.start(agreed.id)
    books = market.books()
    assert books.unbalanced == ()
    assert books.balances == {
        (f"buyer:{agreed.id}", "EUR"): 1001,
        ("artist:vincent", "EUR"): -501,
        ("maker", "EUR"): -500,
    }
    public = str(market.library.registry.entries())
    assert "Gallery" not in public
    kinds = [json.loads(row["entry"])["kind"] for row in market.library.registry.entries()]
    assert kinds == ["license", "license"]
    assert cli(capsys, "license", "ledger")[0] == 0
    assert market.end(agreed.id).state == "ended"
    assert market.registrar.audit().faults == ()


def test_nobody_is_owed_for_what_is_in_the_public_domain(toy: Path, beads: Path) -> None:
    made = learnt(beads, "public-domain")
    with Studio() as studio:
        offer = studio.market.publish(studio.market.offer(made.id, Terms(PRINT, price=7)).id)
        agreed = studio.market.start(studio.market.agree(offer.id, "B").id)
        found = studio.market.books().balances
    assert found == {(f"buyer:{agreed.id}", "EUR"): 7, ("maker", "EUR"): -7}


def test_a_ledger_changed_from_outside_is_noticed(
    market: Market, made: Creation, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = market.offer(made.id, Terms(PRINT, price=10))
    market.publish(offer.id)
    agreed = market.start(market.agree(offer.id, "B").id)
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        connection.execute("UPDATE postings SET amount = amount - 1 WHERE account = 'maker'")
    assert market.books().unbalanced == (agreed.id,)
    assert cli(capsys, "license", "ledger")[0] == 6
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        connection.execute("UPDATE licenses SET state = 'listed' WHERE state = 'in force'")
    with pytest.raises(StoreError, match="is damaged in the store"):
        market.all()
    with pytest.raises(StoreError, match="is damaged in the store"):
        market.agree(agreed.id, "C")


@pytest.mark.parametrize(
    ("rights", "paid", "free"),
    [
        ("own", True, True),
        ("public-domain", True, True),
        ("license:CC0-1.0", True, True),
        ("license:CC-BY-NC-4.0", False, True),
        ("license:CC-BY-SA-4.0", False, False),
        ("license:Unknown-1.0", False, False),
        ("undeclared", False, False),
    ],
)
def test_what_the_works_were_used_for_binds_what_is_made_of_them(
    toy: Path, beads: Path, rights: str, paid: bool, free: bool
) -> None:
    made = learnt(beads, rights)
    rule = Rule("print", frozenset({"personal"}), duties=frozenset({"attribute"}))
    with Studio() as studio:
        for price, fits in ((100, paid), (0, free)):
            offer = studio.market.offer(made.id, Terms((rule,), price=price))
            if fits:
                assert studio.market.publish(offer.id).state == "listed"
            else:
                with pytest.raises(NotPermitted, match="a work it was made from"):
                    studio.market.publish(offer.id)
                assert studio.market.find(offer.id).state == "draft"


def test_what_was_begun_from_a_work_sold_exclusively_cannot_be_sold(
    market: Market, made: Creation, tmp_path: Path
) -> None:
    start = tmp_path / "start.beads"
    start.write_bytes(market.library.get(made.id))
    with Studio() as studio:
        [child] = studio.create("vincent", n=1, seed=5, start=start, region="3-9")
        assert child.record["start"] == made.id != child.id
    before = market.offer(child.id, Terms(PRINT))
    assert market.publish(before.id).state == "listed"
    parent = market.offer(made.id, Terms((Rule("derive"),), exclusive=True))
    market.publish(parent.id)
    sold = market.agree(parent.id, "B")
    with pytest.raises(NotPermitted, match="a work it was made from"):
        market.agree(before.id, "C")
    market.end(sold.id)
    assert market.agree(before.id, "C").state == "agreed"


def test_an_offer_lapses_by_the_clock_and_a_clock_turned_back_is_said(
    market: Market, made: Creation
) -> None:
    time = ["2026-06-01T00:00:00Z"]
    timed = Market(market.registrar, lambda: time[0])
    offer = timed.offer(made.id, Terms(PRINT, open_until="2026-06-02T00:00:00Z"))
    timed.publish(offer.id)
    time[0] = "2026-05-01T00:00:00Z"
    with pytest.raises(BadInput, match="set the clock right"):
        timed.agree(offer.id, "B")
    time[0] = "2026-06-02T00:00:00Z"
    with pytest.raises(BadInput, match="lapsed"):
        timed.agree(offer.id, "B")


def test_the_command_line_from_draft_to_terms(
    made: Creation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--allow", "print,display", "--for", "commercial", "--in", "CN,FR", "--count", "100")
    more = ("--price", "20.50 EUR", "--until", "2099-01-31", "--duty", "attribute", "--exclusive")
    code, offer = cli(capsys, "license", "offer", made.id[:12], *words, *more)
    assert (code, offer["state"], offer["price"]) == (0, "draft", 2050)
    assert cli(capsys, "license", "agree", offer["id"], "--buyer", "B")[0] == 2
    assert cli(capsys, "license", "list", offer["id"][:6])[1]["state"] == "listed"
    code, agreed = cli(capsys, "license", "agree", offer["id"], "--buyer", "B")
    assert (code, agreed["state"], agreed["offer"]) == (0, "agreed", offer["id"])
    assert cli(capsys, "license", "start", agreed["id"])[1]["state"] == "in force"
    states = [one["state"] for one in cli(capsys, "license", "show")[1]["licenses"]]
    assert states == ["ended", "in force"]
    out = tmp_path / "terms.json"
    code, terms = cli(capsys, "license", "terms", agreed["id"], "--out", out)
    assert code == 0
    policy = odrl_json.read(json.dumps(json.loads(out.read_text())["odrl"]))
    assert [rule.action for rule in policy.permissions] == ["display", "print"]
    assert (policy.permissions[0].count, policy.permissions[0].until[:4]) == (100, "2099")
    assert (terms["spdx"], terms["plus"]) == (None, "DMI-PROHIBITED-AIMLTRAINING")
    assert 'currency="EUR">20.50<' in terms["rsl"]
    assert cli(capsys, "license", "end", agreed["id"])[1]["state"] == "ended"
    assert cli(capsys, "license", "end", agreed["id"])[0] == 2


WRONG: tuple[tuple[str, ...], ...] = (
    ("offer", "{id}"),
    ("offer", "{id}", "--allow", "steal"),
    ("offer", "{id}", "--allow", "print", "--price", "20.005 EUR"),
    ("offer", "{id}", "--allow", "print", "--price", "1.5 JPY"),
    ("offer", "{id}", "--allow", "print", "--price", "-1 EUR"),
    ("offer", "{id}", "--allow", "print", "--price", "1e9 EUR"),
    ("offer", "{id}", "--allow", "print", "--price", "20"),
    ("offer", "{id}", "--allow", "print", "--until", "tomorrow"),
    ("offer", "{id}", "--allow", "print", "--in", "China"),
    ("offer", "{id}", "--allow", "print", "--for", "fun"),
    ("offer",),
    ("give", "{id}"),
    (),
)


def test_what_cannot_be_offered_is_said(made: Creation, capsys: pytest.CaptureFixture[str]) -> None:
    for words in WRONG:
        code, said = cli(capsys, "license", *(word.format(id=made.id) for word in words))
        assert (code, said["error"]["kind"]) == (2, "BadInput"), words


def test_what_is_not_there_is_said(market: Market, made: Creation) -> None:
    for missing in ("f" * 16, "zz"):
        with pytest.raises(Missing):
            market.find(missing)
        with pytest.raises(Missing):
            market.offer(missing, Terms(PRINT))
    offer = market.offer(made.id, Terms(PRINT))
    with pytest.raises(BadInput, match="no agreement"):
        market.start(offer.id)
    assert registering.head_of(market.library, "not a hash") == ""
