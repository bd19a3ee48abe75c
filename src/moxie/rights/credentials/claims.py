"""What Content Credentials say of a work: how it came about, from what, on what terms.

In C2PA's words (specification 2.4): actions with the digital source type that the label has,
ingredients (the corpus learnt from, the work that was edited), and assertions about training and
mining (CAWG training and data mining 1.1). Nothing personal is said: no name, no place, no time
zone, no prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from moxie.rights import canon, merkle

Relation: TypeAlias = Literal["inputTo", "parentOf", "componentOf"]
"""What was learnt or begun from; what was edited; what is a part of it."""

Permission: TypeAlias = Literal["allowed", "notAllowed", "constrained"]

SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MINING = ("ai_generative_training", "ai_inference", "ai_training", "data_mining")
"""The uses that CAWG's assertion speaks of."""

CORPUS, WORK = "org.moxie.corpus", "org.moxie.work"
"""Assertions of our own: what was learnt from, and which work this is."""

MANY = 20
"""At most so many single works as ingredients; a whole corpus is one ingredient."""


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A file that had a part in it. `data` is hashed, and carries its own credentials on."""

    name: str  # within these credentials: "corpus-1"
    title: str
    relation: Relation
    media: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed. `source` is the last part of an IPTC digital source type."""

    source: str
    work: str = ""  # the id of the creation, or nothing
    parents: tuple[Ingredient, ...] = ()
    corpus: bytes = b""  # a corpus manifest, see `corpus_manifest`
    license: str = ""  # an SPDX id
    mining: Permission | None = None
    constraint: str = ""  # the terms, where `mining` is constrained
    changed: float | None = None  # the share that is new, from 0 to 1, where one was edited
    also: Mapping[str, object] = field(default_factory=dict)  # further facts about the work

    def ingredients(self) -> tuple[Ingredient, ...]:
        """The corpus and the parents."""
        if not self.corpus:
            return self.parents
        corpus = Ingredient("corpus-1", "corpus", "inputTo", "application/json", self.corpus)
        return (corpus, *self.parents)

    def definition(self, version: str) -> dict[str, object]:
        """The manifest as c2pa-python takes it."""
        parents = [hashlib.sha256(one.data).hexdigest() for one in self.parents]
        work = {"id": self.work, "license": self.license, "parents": parents, **self.also}
        assertions: list[dict[str, object]] = [
            {"label": "c2pa.actions.v2", "data": {"actions": self._actions(version)}},
            {"label": WORK, "data": {name: value for name, value in work.items() if value}},
        ]
        if self.corpus:
            facts = {"sha256": hashlib.sha256(self.corpus).hexdigest(), **json.loads(self.corpus)}
            assertions.append({"label": CORPUS, "data": facts})
        if self.mining is not None:
            assertions.append({"label": "cawg.training-mining", "data": self._mining()})
        return {
            "claim_generator_info": [{"name": "Moxie", "version": version}],
            "assertions": assertions,
        }

    def _actions(self, version: str) -> list[dict[str, object]]:
        """Opened and edited where a work was edited, created otherwise."""
        agent = {"softwareAgent": {"name": "Moxie", "version": version}}
        source = {"digitalSourceType": SOURCES + self.source}
        edited = [one.name for one in self.parents if one.relation == "parentOf"]
        others = [one.name for one in self.ingredients() if one.name not in edited]
        used: dict[str, object] = {"ingredientIds": others} if others else {}
        if not edited:
            return [_with({"action": "c2pa.created", **agent, **source}, used)]
        if self.changed is not None:
            used["org.moxie.changed"] = self.changed
        opened: dict[str, object] = {
            "action": "c2pa.opened",
            "parameters": {"ingredientIds": edited},
        }
        return [opened, _with({"action": "c2pa.edited", **agent, **source}, used)]

    def _mining(self) -> dict[str, object]:
        entry: dict[str, object] = {"use": self.mining}
        if self.mining == "constrained":
            entry["constraint_info"] = self.constraint
        return {"entries": {f"cawg.{use}": entry for use in MINING}}


def corpus_manifest(works: Sequence[str], licenses: Sequence[str]) -> bytes:
    """What was learnt from, without naming it: root and number of works, and their licences.

    `works` are the hashes of their files (sha256, hexadecimal), in any order; the root is that of
    a Merkle tree (RFC 9162) over the sorted hashes, so that a single work can be proven to be, or
    not to be, among them without showing the others.
    """
    leaves = [bytes.fromhex(work) for work in sorted(works)]
    facts = {
        "count": len(works),
        "licenses": sorted(set(licenses)),
        "root": merkle.root(leaves).hex(),
    }
    return canon.text(facts).encode()


def _with(action: dict[str, object], parameters: Mapping[str, object]) -> dict[str, object]:
    return {**action, "parameters": dict(parameters)} if parameters else action


@dataclass(frozen=True, slots=True)
class Told:
    """What credentials that were read say; strings as they stand there."""

    sources: tuple[str, ...] = ()  # the last parts of digital source types
    actions: tuple[str, ...] = ()
    ingredients: tuple[tuple[str, str], ...] = ()  # relation and title
    work: Mapping[str, object] = field(default_factory=dict)
    corpus: Mapping[str, object] = field(default_factory=dict)
    mining: Mapping[str, str] = field(default_factory=dict)


def told(manifest: Mapping[str, Any]) -> Told:
    """What the active manifest of a reader says. Never raises for odd shapes: they are left out."""
    data = {
        str(one.get("label")): one["data"]
        for one in _dicts(manifest.get("assertions"))
        if isinstance(one.get("data"), dict)
    }
    actions = [
        action
        for label, content in data.items()
        if label.startswith("c2pa.actions")
        for action in _dicts(content.get("actions"))
    ]
    sources = [str(one["digitalSourceType"]) for one in actions if "digitalSourceType" in one]
    entries = data.get("cawg.training-mining", {}).get("entries")
    uses = entries.items() if isinstance(entries, dict) else ()
    return Told(
        sources=tuple(dict.fromkeys(source.rpartition("/")[2] for source in sources)),
        actions=tuple(str(one.get("action")) for one in actions),
        ingredients=tuple(
            (str(one.get("relationship")), str(one.get("title")))
            for one in _dicts(manifest.get("ingredients"))
        ),
        work=data.get(WORK, {}),
        corpus=data.get(CORPUS, {}),
        mining={str(use): str(one.get("use")) for use, one in uses if isinstance(one, dict)},
    )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
