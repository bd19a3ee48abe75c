"""TDMRep (W3C Community Group report of 2024-05-10): text and data mining rights reserved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from moxie.rights.signals import places
from moxie.rights.signals.signal import Signal, quoted

MAX_FILE, MAX_RULES = 1 << 18, 1000
SPACES = ("http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#")
"""The namespaces that its properties are given in: PDF's XMP has the first, EPUB the second."""

_META = re.compile(rb"<meta\s[^>]{0,400}>", re.IGNORECASE)
_RESERVED = re.compile(rb"name\s*=\s*[\"']?tdm-reservation[\"'\s]", re.IGNORECASE)
_ONE = re.compile(rb"content\s*=\s*[\"']?\s*1\b", re.IGNORECASE)


def of_file(data: bytes, path: str, where: str = "tdmrep.json") -> list[Signal]:
    """What a tdmrep.json says of a path that is relative to it; nothing where it is broken."""
    try:
        rules = json.loads(data[:MAX_FILE])
    except (ValueError, RecursionError):
        return []
    listed = rules if isinstance(rules, list) else [rules]
    known = [rule for rule in listed[:MAX_RULES] if isinstance(rule, dict)]
    placed = [(str(rule.get("location", "/")), rule) for rule in known if _given(rule)]
    deciding = places.deciding(placed, path)
    reserving = [rule for rule in deciding if reserved(rule["tdm-reservation"])]
    return [Signal("TDMRep", where, _told(rule)) for rule in reserving[:1]]


def of_html(data: bytes) -> list[Signal]:
    """What the head of a page says."""
    head = data[: 1 << 16]
    for found in _META.finditer(head):
        if _RESERVED.search(found[0]) and _ONE.search(found[0]):
            return [Signal("TDMRep", "meta", quoted(found[0].decode("utf-8", "replace")))]
    return []


def reserved(value: object) -> bool:
    """Whether a value of tdm-reservation means that rights are reserved."""
    return str(value).strip() in ("1", "True", "true")


def _given(rule: Mapping[str, object]) -> bool:
    return "tdm-reservation" in rule


def _told(rule: Mapping[str, object]) -> str:
    policy = rule.get("tdm-policy")
    told = f"tdm-reservation: 1 for {rule.get('location', '/')}"
    return quoted(f"{told}, policy {policy}" if policy else told)
