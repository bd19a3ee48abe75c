"""License terms in the words of others: CC and SPDX, PLUS, CAWG, RSL. One source, many readers.

A projection says no more than the terms do: what cannot be said exactly in the other vocabulary
is said more strictly, or not at all.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from moxie.rights.odrl import Policy, Rule

CC = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-([1-4]\.\d)")
"""SPDX ids of Creative Commons licenses."""

ALL = ("derive", "display", "distribute", "play", "print", "reproduce")
"""What Creative Commons licenses speak of; of training models they say nothing of their own."""

NOT_COMMERCIAL = frozenset({"education", "personal", "research"})
RSL = "https://rslstandard.org/rsl"


def of_spdx(license_id: str, target: str) -> Policy | None:
    """The terms that an SPDX id stands for; None for one whose terms are not known here."""
    if license_id == "CC0-1.0":
        return Policy(target, tuple(Rule(action) for action in ALL))
    found = CC.fullmatch(license_id)
    if found is None:
        return None
    marks = set(found[1].split("-"))
    purposes = NOT_COMMERCIAL if "NC" in marks else None
    duties = frozenset({"attribute"})
    rules = [Rule(action, purposes, duties=duties) for action in ALL if action != "derive"]
    if "ND" not in marks:
        passing = duties | ({"shareAlike"} if "SA" in marks else frozenset())
        rules.append(Rule("derive", purposes, duties=passing))
    return Policy(target, tuple(rules))


def spdx(policy: Policy) -> str | None:
    """The SPDX id of the Creative Commons license these terms are; None where they are none."""
    ids = ["CC0-1.0", *(f"CC-{m}-4.0" for m in ("BY", "BY-SA", "BY-NC", "BY-NC-SA"))]
    for license_id in (*ids, "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0"):
        known = of_spdx(license_id, policy.target)
        if known and set(known.permissions) == set(policy.permissions) and not policy.prohibitions:
            return license_id
    return None


def training(policy: Policy) -> str:
    """Whether models may be trained on the work, in CAWG's words; unsaid is not allowed."""
    allowed = [rule for rule in policy.permissions if rule.action == "aiTrain"]
    forbidden = [rule for rule in policy.prohibitions if rule.action == "aiTrain"]
    if not allowed or any(_unlimited(rule) for rule in forbidden):
        return "notAllowed"
    free = any(_unlimited(rule) and not rule.duties for rule in allowed)
    return "allowed" if free and not forbidden else "constrained"


def plus(policy: Policy) -> str:
    """The code of PLUS' vocabulary "Data Mining" (IPTC Photo Metadata 2023.1)."""
    codes = {
        "allowed": "DMI-ALLOWED",
        "constrained": "DMI-PROHIBITED-SEECONSTRAINT",
        "notAllowed": "DMI-PROHIBITED-AIMLTRAINING",
    }
    return codes[training(policy)]


def cawg(policy: Policy) -> dict[str, object]:
    """The data of a CAWG training and data mining assertion (1.1), on training alone."""
    entry: dict[str, str] = {"use": training(policy)}
    if entry["use"] == "constrained":
        entry["constraint_info"] = f"urn:sha256:{policy.target}"
    return {"entries": {"cawg.ai_training": entry, "cawg.ai_generative_training": dict(entry)}}


def rsl(policy: Policy, *, url: str, price: str = "", currency: str = "") -> bytes:
    """An RSL 1.0 document about the work at `url`; `price` as a decimal number."""
    document = ET.Element("rsl", xmlns=RSL)
    content = ET.SubElement(document, "content", url=url)
    terms = ET.SubElement(content, "license")
    may = training(policy) == "allowed"
    ET.SubElement(terms, "permits" if may else "prohibits", type="usage").text = "ai-train"
    kind = "purchase" if price else "attribution" if _attributed(policy) else "free"
    payment = ET.SubElement(terms, "payment", type=kind)
    if price:
        ET.SubElement(payment, "amount", currency=currency).text = price
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def _unlimited(rule: Rule) -> bool:
    limits = (rule.purposes, rule.territories, rule.count)
    return limits == (None, None, None) and not (rule.since or rule.until)


def _attributed(policy: Policy) -> bool:
    return any("attribute" in rule.duties for rule in policy.permissions)
