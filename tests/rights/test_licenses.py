"""License terms, states and shares: what may not be said, sold or rounded away is not."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from moxie.errors import BadInput, MoxieError, NotPermitted
from moxie.rights import licensing, odrl_json, projections
from moxie.rights.labels.label import MINES
from moxie.rights.licensing import License
from moxie.rights.odrl import ACTIONS, DUTIES, PURPOSES, Policy, Rule, Use, decide

WORK, PARENT = "a" * 64, "b" * 64
NOW = "2026-06-01T00:00:00Z"
LATER = "2026-07-01T00:00:00Z"
FREE = [Policy(PARENT, (Rule("derive"),))]

times = st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-06-15T00:00:00Z"])
ends = st.sampled_from(["", "2026-06-10T00:00:00Z", "2027-01-01T00:00:00Z"])
places = st.none() | st.frozensets(st.sampled_from(["CN", "FR", "US"]), min_size=1)
aims = st.none() | st.frozensets(st.sampled_from(PURPOSES), min_size=1)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    since, until = draw(times), draw(ends)
    return Rule(
        draw(st.sampled_from(ACTIONS)),
        draw(aims),
        draw(places),
        draw(st.none() | st.integers(1, 9)),
        since,
        until if until > since else "",
        draw(st.frozensets(st.sampled_from(DUTIES))),
    )


policies = st.builds(
    lambda may, not_: Policy(WORK, tuple(may), tuple(not_)),
    st.lists(rules(), min_size=1, max_size=4),
    st.lists(rules(), max_size=2),
)
uses = st.builds(
    Use,
    st.sampled_from(ACTIONS),
    st.just(NOW),
    st.none() | st.sampled_from(PURPOSES),
    st.none() | st.sampled_from(["CN", "FR", "DE"]),
    st.integers(0, 10),
)


@given(policies)
def test_terms_survive_json(policy: Policy) -> None:
    text = json.dumps(odrl_json.write(policy, "Offer", "urn:x"))
    assert odrl_json.read(text) == policy


@given(policies, uses)
def test_what_is_not_permitted_is_denied_and_prohibition_wins(policy: Policy, use: Use) -> None:
    allowed = decide(policy, use).allowed
    if allowed:
        assert any(rule.action == use.action for rule in policy.permissions)
    banned = replace(policy, prohibitions=(*policy.prohibitions, Rule(use.action)))
    assert not decide(banned, use).allowed
    without = tuple(rule for rule in policy.permissions if rule.action != use.action)
    if without:
        assert not decide(replace(policy, permissions=without), use).allowed


def test_limits_hold() -> None:
    policy = Policy(
        WORK,
        (
            Rule(
                "print",
                frozenset({"personal"}),
                frozenset({"CN"}),
                3,
                "2026-01-01T00:00:00Z",
                LATER,
            ),
        ),
    )
    fit = Use("print", NOW, "personal", "CN", 2)
    assert decide(policy, fit).allowed
    for wrong in (
        replace(fit, purpose="commercial"),
        replace(fit, purpose=None),
        replace(fit, territory="FR"),
        replace(fit, territory=None),
        replace(fit, done=3),
        replace(fit, time=LATER),
        replace(fit, time="2025-12-31T23:59:59Z"),
        replace(fit, action="display"),
    ):
        assert not decide(policy, wrong).allowed, wrong
    limited = Policy(WORK, (Rule("print"),), (Rule("print", frozenset({"commercial"})),))
    assert decide(limited, Use("print", NOW, "personal")).allowed
    assert not decide(limited, Use("print", NOW)).allowed  # who does not say is not trusted


@pytest.mark.parametrize(
    "change",
    [
        {"permission": [{"action": "steal"}]},
        {"permission": [{"action": "print", "refinement": []}]},
        {"permission": [{"action": "print", "duty": [{"action": "pray"}]}]},
        {"obligation": []},
        {"@type": "Ticket"},
        {"target": "urn:sha256:zz"},
        {"permission": []},
        {"permission": [{"action": "print"}] * 65},
        {"permission": [{"action": "print", "constraint": [{"leftOperand": "event"}]}]},
        {
            "permission": [
                {
                    "action": "print",
                    "constraint": [
                        {"leftOperand": "purpose", "operator": "isNoneOf", "rightOperand": ["x"]}
                    ],
                }
            ]
        },
    ],
)
def test_the_vocabulary_is_closed(change: dict[str, object]) -> None:
    facts = odrl_json.write(Policy(WORK, (Rule("print"),))) | change
    with pytest.raises(BadInput):
        odrl_json.read(json.dumps(facts))


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 5000, "null", "1" * 200_000])
def test_nonsense_is_no_terms(text: str) -> None:
    with pytest.raises(BadInput):
        odrl_json.read(text)


IDS = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0"]


@pytest.mark.parametrize("spdx", [*IDS, "CC-BY-NC-ND-4.0"])
def test_creative_commons_to_terms_and_back(spdx: str) -> None:
    policy = projections.of_spdx(spdx, WORK)
    assert policy is not None
    assert projections.spdx(policy) == spdx
    commercial = decide(policy, Use("print", NOW, "commercial")).allowed
    assert commercial == ("NC" not in spdx)
    assert decide(policy, Use("derive", NOW, "personal")).allowed == ("ND" not in spdx)
    assert projections.training(policy) == "notAllowed"
    assert projections.spdx(replace(policy, prohibitions=(Rule("print"),))) is None


def test_unknown_licenses_have_no_terms() -> None:
    assert projections.of_spdx("MIT", WORK) is None
    assert projections.spdx(Policy(WORK, (Rule("print"),))) is None


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Policy(WORK, (Rule("aiTrain"),)), "allowed"),
        (Policy(WORK, (Rule("print"),)), "notAllowed"),
        (Policy(WORK, (Rule("aiTrain", frozenset({"research"})),)), "constrained"),
        (Policy(WORK, (Rule("aiTrain", duties=frozenset({"compensate"})),)), "constrained"),
        (Policy(WORK, (Rule("aiTrain"),), (Rule("aiTrain"),)), "notAllowed"),
    ],
)
def test_the_same_is_said_in_every_vocabulary(policy: Policy, said: str) -> None:
    entries = projections.cawg(policy)["entries"]
    assert isinstance(entries, dict)
    assert {entry["use"] for entry in entries.values()} == {said}
    assert projections.plus(policy) in MINES
    assert (projections.plus(policy) == "DMI-ALLOWED") == (said == "allowed")
    document = ET.fromstring(projections.rsl(policy, url="/w", price="20.00", currency="EUR"))
    space = {"r": "https://rslstandard.org/rsl"}
    permits = document.find("r:content/r:license/r:permits", space)
    prohibits = document.find("r:content/r:license/r:prohibits", space)
    assert (permits is not None) == (said == "allowed") == (prohibits is None)
    amount = document.find("r:content/r:license/r:payment/r:amount", space)
    assert amount is not None
    assert (amount.text, amount.get("currency")) == ("20.00", "EUR")


# States


def draft(name: str = "o", *rules: Rule, exclusive: bool = False, price: int = 1000) -> License:
    policy = Policy(WORK, rules or (Rule("print"),))
    history = (("draft", NOW),)
    return License(name, policy, exclusive, price, "EUR", "pro-rata", (1, 2), "draft", history)


def listed(name: str = "o", *rules: Rule, exclusive: bool = False, price: int = 1000) -> License:
    return licensing.publish(draft(name, *rules, exclusive=exclusive, price=price), [], FREE, NOW)


def take(offer: License, others: list[License], name: str = "x", now: str = NOW) -> License:
    return licensing.agree(offer, others, FREE, id=name, buyer="B", now=now)[0]


def test_a_license_survives_the_store() -> None:
    made = take(listed(), [])
    assert License.read(made.text()) == made
    for broken in ("", "{}", made.text()[:-1], made.text().replace("agreed", "stolen")):
        with pytest.raises(BadInput):
            License.read(broken)


def test_every_other_step_than_the_drawn_ones_is_refused() -> None:
    for state, following in licensing.NEXT.items():
        given = replace(draft(), state=state)
        for wanted in licensing.NEXT:
            if wanted not in following:
                with pytest.raises(BadInput, match="cannot become"):
                    licensing.move(given, wanted, NOW)


def test_an_exclusive_right_is_sold_once() -> None:
    one, two = listed("o", exclusive=True), listed("p")
    first, ended = licensing.agree(one, [two], FREE, id="x", buyer="B", now=NOW)
    assert (first.state, ended.state) == ("agreed", "ended")
    with pytest.raises(BadInput, match="not on offer"):
        take(ended, [two, first], "y")
    with pytest.raises(NotPermitted, match="one of the two is exclusive"):
        take(two, [ended, first], "y")
    with pytest.raises(NotPermitted, match="one of the two is exclusive"):
        licensing.publish(draft("q"), [first], FREE, NOW)
    elsewhere = listed("r", Rule("print", territories=frozenset({"FR"})))
    in_china = replace(first, policy=Policy(WORK, (Rule("print", None, frozenset({"CN"})),)))
    assert take(elsewhere, [in_china], "z").state == "agreed"
    assert take(two, [licensing.move(first, "ended", NOW)], "w").state == "agreed"


def test_an_exclusive_right_cannot_be_sold_over_a_simple_one() -> None:
    simple = take(listed(), [])
    with pytest.raises(NotPermitted):
        licensing.publish(draft("e", exclusive=True), [simple], FREE, NOW)


def test_offers_lapse_and_rights_run_out() -> None:
    offer = replace(listed(), open_until=LATER)
    assert take(offer, []).state == "agreed"
    with pytest.raises(BadInput, match="lapsed"):
        take(offer, [], now=LATER)
    brief = listed("b", Rule("print", until=LATER), exclusive=True)
    bound = take(brief, [])
    with pytest.raises(BadInput, match="run out"):
        take(brief, [], now=LATER)
    assert take(listed("c"), [bound], now=LATER).state == "agreed"
    with pytest.raises(BadInput, match="set the clock right"):
        take(offer, [], now="2026-05-01T00:00:00Z")
    for nobody in ("", " ", "x" * 201):
        with pytest.raises(BadInput, match="who takes"):
            licensing.agree(offer, [], FREE, id="x", buyer=nobody, now=NOW)


@pytest.mark.parametrize(
    ("spdx", "fits"),
    [
        ("CC0-1.0", [True, True, True]),
        ("CC-BY-4.0", [False, True, True]),
        ("CC-BY-SA-4.0", [False, False, False]),
        ("CC-BY-NC-4.0", [False, False, True]),
        ("CC-BY-ND-4.0", [False, False, False]),
    ],
)
def test_a_parents_license_binds_its_children(spdx: str, fits: list[bool]) -> None:
    parent = projections.of_spdx(spdx, PARENT)
    assert parent is not None
    naming = frozenset({"attribute"})
    offers = [
        draft("paid"),
        draft("naming", Rule("print", duties=naming)),
        draft("private", Rule("print", frozenset({"personal"}), duties=naming), price=0),
    ]
    found = []
    for offer in offers:
        try:
            licensing.publish(offer, [], [parent], NOW)
            found.append(True)
        except NotPermitted:
            found.append(False)
    assert found == fits


def test_a_child_ends_no_later_than_its_parent() -> None:
    parent = Policy(PARENT, (Rule("derive", until=LATER),))
    short = draft("s", Rule("print", until=LATER))
    assert licensing.publish(short, [], [parent], NOW).state == "listed"
    for rule_ in (Rule("print"), Rule("print", until="2026-07-01T00:00:01Z")):
        with pytest.raises(NotPermitted):
            licensing.publish(draft("l", rule_), [], [parent], NOW)


class Selling(RuleBasedStateMachine):
    """Anyone tries anything, in any order; nothing that may not be ever is."""

    def __init__(self) -> None:
        super().__init__()
        self.all: dict[str, License] = {}
        self.now = 0

    def time(self) -> str:
        return f"2026-06-{1 + self.now // 24:02d}T{self.now % 24:02d}:00:00Z"

    def do(self, make: object) -> None:
        try:
            made = make()  # type: ignore[operator]
        except MoxieError:
            return
        for one in made if isinstance(made, tuple) else (made,):
            self.all[one.id] = one

    @rule(policy=policies, exclusive=st.booleans(), price=st.integers(0, 3))
    def offers(self, policy: Policy, exclusive: bool, price: int) -> None:
        name = f"o{len(self.all)}"
        made = replace(draft(name, exclusive=exclusive, price=price), policy=policy)
        self.all[name] = replace(made, history=(("draft", self.time()),))

    @precondition(lambda self: self.all)
    @rule(data=st.data(), verb=st.sampled_from(["publish", "agree", *licensing.NEXT]))
    def tries(self, data: st.DataObject, verb: str) -> None:
        given = self.all[data.draw(st.sampled_from(sorted(self.all)))]
        others = [one for one in self.all.values() if one.id != given.id]
        name, now = f"a{len(self.all)}", self.time()
        if verb == "publish":
            self.do(lambda: licensing.publish(given, others, FREE, now))
        elif verb == "agree":
            self.do(lambda: licensing.agree(given, others, FREE, id=name, buyer="B", now=now))
        elif verb in {"in force", "ended"}:
            self.do(lambda: licensing.move(given, verb, now))

    @rule(hours=st.integers(0, 100))
    def waits(self, hours: int) -> None:
        self.now = min(self.now + hours, 24 * 29)

    @invariant()
    def nothing_illegal(self) -> None:
        assert licensing.illegal(list(self.all.values()), self.time()) == []


Selling.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestSelling = Selling.TestCase


def test_the_watchman_sees() -> None:
    """`illegal`, which the machine above relies on, does find what is illegal."""
    one = take(listed("o", exclusive=True), [])
    two = replace(one, id="y")
    assert licensing.illegal([one, two], NOW) == ["x and y"]
    assert licensing.illegal([replace(one, history=(("draft", NOW),))], NOW) == ["history of x"]
