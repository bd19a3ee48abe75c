"""License terms as ODRL's JSON-LD: written in one form, read strictly, nothing passed over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moxie.errors import BadInput
from moxie.rights.odrl import Policy, Rule

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
PROFILE = "urn:moxie:odrl:1"
"""The closed vocabulary of `odrl`, as ODRL asks a subset to be named."""

LARGEST = 100_000
MOST_RULES = 64
KINDS = ("Agreement", "Offer", "Set")


def write(policy: Policy, kind: str = "Set", uid: str = "") -> dict[str, object]:
    """A policy as JSON-LD; `kind` is one of KINDS."""
    facts: dict[str, object] = {
        "@context": CONTEXT,
        "@type": kind,
        "uid": uid or f"urn:sha256:{policy.target}",
        "profile": PROFILE,
        "target": f"urn:sha256:{policy.target}",
        "permission": [_rule(rule) for rule in policy.permissions],
    }
    if policy.prohibitions:
        facts["prohibition"] = [_rule(rule) for rule in policy.prohibitions]
    return facts


def _rule(rule: Rule) -> dict[str, object]:
    limits: list[dict[str, object]] = []
    if rule.purposes is not None:
        limits.append(_limit("purpose", "isAnyOf", sorted(rule.purposes)))
    if rule.territories is not None:
        limits.append(_limit("spatial", "isAnyOf", sorted(rule.territories)))
    if rule.count is not None:
        limits.append(_limit("count", "lteq", rule.count))
    if rule.since:
        limits.append(_limit("dateTime", "gteq", rule.since))
    if rule.until:
        limits.append(_limit("dateTime", "lt", rule.until))
    facts: dict[str, object] = {"action": rule.action}
    if limits:
        facts["constraint"] = limits
    if rule.duties:
        facts["duty"] = [{"action": duty} for duty in sorted(rule.duties)]
    return facts


def _limit(left: str, operator: str, right: object) -> dict[str, object]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def read(text: str | bytes) -> Policy:
    """JSON-LD as a policy. Raises BadInput for anything that `write` would not have written."""
    try:
        if len(text) > LARGEST:
            raise BadInput("These license terms are too large.")
        facts = json.loads(text)
        return parse(facts)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput("These are no license terms in ODRL that can be read.") from error


def parse(facts: Mapping[str, Any]) -> Policy:
    """What `write` gave, as a policy; raises BadInput, ValueError, TypeError, KeyError."""
    policy = Policy(
        str(facts["target"]).removeprefix("urn:sha256:"),
        _rules(facts["permission"]),
        _rules(facts.get("prohibition", [])),
    )
    if facts["@type"] not in KINDS or write(policy, facts["@type"], facts["uid"]) != dict(facts):
        raise BadInput("These license terms say something that is not in our part of ODRL.")
    return policy


def _rules(rules: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    if len(rules) > MOST_RULES:
        raise ValueError("too many rules")
    return tuple(_parsed(rule) for rule in rules)


def _parsed(rule: Mapping[str, Any]) -> Rule:
    limits = {
        (c["leftOperand"], c["operator"]): c["rightOperand"] for c in rule.get("constraint", [])
    }
    purposes, places = limits.get(("purpose", "isAnyOf")), limits.get(("spatial", "isAnyOf"))
    return Rule(
        action=rule["action"],
        purposes=None if purposes is None else frozenset(purposes),
        territories=None if places is None else frozenset(places),
        count=limits.get(("count", "lteq")),
        since=limits.get(("dateTime", "gteq"), ""),
        until=limits.get(("dateTime", "lt"), ""),
        duties=frozenset(duty["action"] for duty in rule.get("duty", [])),
    )
