"""Whether works may be learnt from: the gate that collecting goes through.

What a work, the files beside it, or its declared license say is read; any no refuses it, unless
a person gives a reason, which is kept with the work.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from moxie.errors import BadInput
from moxie.flow import sources as finding
from moxie.flow.collect import Ruling
from moxie.rights import signals
from moxie.rights.signals import Beside, Signal
from moxie.text import Message, Scalar, say
from moxie.work import Rights

LONGEST = 500
"""Characters of a reason."""

SIGNAL, OVERRIDE, LICENSE = "rights_signal", "rights_override", "license_found"
"""The facts of a work that this module writes: a no, why it was passed over, a license found."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Asked of each work: what is said of learning from it. `reason` passes over a no."""

    beside: Mapping[int, Beside]
    rights: Rights
    reason: str | None = None

    @classmethod
    def of(cls, sources: Sequence[Path], rights: Rights, reason: str | None) -> Gate:
        """The gate for these sources; raises BadInput for a reason that says nothing."""
        checked = None if reason is None else _checked(reason)
        return cls({n: _notices(source) for n, source in enumerate(sources)}, rights, checked)

    def __call__(self, entry: finding.Entry) -> Ruling:
        """Let a work in or refuse it."""
        assert isinstance(entry.data, bytes)
        said = signals.inside(entry.data, entry.name)
        if entry.source in self.beside:
            said += self.beside[entry.source].of(entry.name)
        if declared := signals.license_forbids(self.rights.license):
            said.append(declared)
        facts: dict[str, Scalar] = {}
        if permits := next((s for s in said if s.scheme == "license" and not s.forbids), None):
            facts[LICENSE] = permits.quote
        forbids = next((signal for signal in said if signal.forbids), None)
        if forbids is None:
            return Ruling(facts=facts)
        if self.reason is None:
            return Ruling(_refusal(forbids))
        told = f"{forbids.scheme}, {forbids.where}: {forbids.quote}"
        return Ruling(facts={**facts, SIGNAL: told, OVERRIDE: self.reason})


def _notices(source: Path) -> Beside:
    beside = Beside()
    for entry in finding.beside(source, Beside.wanted):
        if isinstance(entry.data, bytes):
            beside.add(entry.name, entry.data)
    return beside


def _refusal(signal: Signal) -> Message:
    return say(
        "It may not be learnt from: {scheme} in {where} says “{quote}”. If you may all the same, "
        "collect it with --override-rights and the reason, which is kept with the work.",
        scheme=signal.scheme,
        where=signal.where,
        quote=signal.quote,
    )


def _checked(reason: str) -> str:
    text = " ".join(reason.split())
    controls = any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text)
    if not text or len(text) > LONGEST or controls:
        raise BadInput(
            "Say in up to {limit} characters why these works may be learnt from although they "
            "say no.",
            limit=LONGEST,
        )
    return text
