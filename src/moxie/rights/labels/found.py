"""What is found in a file, and whether it is as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from moxie.rights.labels.label import AI, AIGC, HUMAN, LICENSE, MINING, SEVEN, SOURCE, Mark
from moxie.text import Message, say

Status: TypeAlias = Literal["none", "one", "duplicate", "contradiction", "malformed"]
"""No label; one, and consistent; several; fields that speak against each other; unreadable."""

MAX_TEXT = 1 << 16
"""An AIGC label has a few hundred characters; one of 64 kB is none."""

_PRINTABLE = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True)
class Found:
    """The labels in a file: the AIGC labels, IPTC source type, data mining code and licence.

    `source` and `mining` are the last parts of their addresses, None where there is none;
    `where` says in which carriers something was found; `problems` says what is not as it should
    be, and `status` the worst of it.
    """

    status: Status
    aigc: tuple[Mapping[str, str], ...] = ()
    source: str | None = None
    mining: str | None = None
    license: str | None = None
    where: tuple[str, ...] = ()
    problems: tuple[Message, ...] = ()

    @property
    def by_ai(self) -> bool:
        """Whether the file says that AI made it, wholly or in part."""
        return bool(self.aigc) or self.source in AI


def judge(marks: Sequence[Mark]) -> Found:
    """What the fields found in a file say together."""
    texts = [mark.value for mark in marks if mark.name == AIGC]
    read = [parse(text) for text in texts]
    labels = tuple(label for label, _ in read if label is not None)
    sources = _values(marks, SOURCE)
    malformed = [why for _, why in read if why is not None]
    doubled = _doubled(len(texts))
    against = _contradictions(labels, sources)
    status: Status = "one" if marks else "none"
    for worse, problems in (
        ("contradiction", against),
        ("duplicate", doubled),
        ("malformed", malformed),
    ):
        status = worse if problems else status  # type: ignore[assignment]
    if status == "one" and not (texts or sources):
        status = "none"
    return Found(
        status=status,
        aigc=labels,
        source=sources[0] if sources else None,
        mining=next(iter(_values(marks, MINING)), None),
        license=next((mark.value for mark in marks if mark.name == LICENSE), None),
        where=tuple(dict.fromkeys(mark.where for mark in marks)),
        problems=(*malformed, *doubled, *against, *_lacking(labels, sources)),
    )


def parse(text: str) -> tuple[dict[str, str] | None, Message | None]:
    """The seven fields of an AIGC label, or None; and what is wrong with it, if anything."""
    try:
        found = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        return None, say("The AIGC label is no JSON.")
    if isinstance(found, dict) and set(found) == {AIGC}:
        found = found[AIGC]
    if not isinstance(found, dict):  # a string is JSON that was encoded twice
        return None, say("The AIGC label is no JSON object.")
    label = {name: value for name, value in found.items() if isinstance(value, str)}
    return label, _wrong(found, label)


def _wrong(found: Mapping[str, object], label: Mapping[str, str]) -> Message | None:
    missing = [name for name in SEVEN if name not in label]
    if missing:
        return say("The AIGC label lacks {fields}, as text.", fields=", ".join(missing))
    if set(found) - set(SEVEN):
        return say("The AIGC label has fields that the standard does not know.")
    if label["Label"] not in ("1", "2", "3"):
        return say("The AIGC label's Label is none of 1, 2 and 3.")
    if not all(_PRINTABLE.fullmatch(value) for value in label.values()):
        return say("The AIGC label holds spaces, or characters that are not printable ASCII.")
    return None


def _values(marks: Sequence[Mark], name: str) -> list[str]:
    """The different values of a field, as the last parts of their addresses."""
    values = [mark.value.strip().rstrip("/").rpartition("/")[2] for mark in marks]
    return list(
        dict.fromkeys(
            value for mark, value in zip(marks, values, strict=True) if mark.name == name and value
        )
    )


def _doubled(labels: int) -> list[Message]:
    if labels < 2:
        return []
    return [say("There are {n} AIGC labels; a file may have only one.", n=labels)]


def _contradictions(labels: Sequence[Mapping[str, str]], sources: Sequence[str]) -> list[Message]:
    if len(sources) > 1:
        return [say("It names different source types: {sources}.", sources=", ".join(sources))]
    if labels and sources and sources[0] in HUMAN:
        return [
            say(
                "The AIGC label says AI, the source type {source} says that it was made without.",
                source=sources[0],
            )
        ]
    return []


def _lacking(labels: Sequence[Mapping[str, str]], sources: Sequence[str]) -> list[Message]:
    if labels and not sources:
        return [say("There is an AIGC label but no IPTC source type.")]
    if not labels and sources and sources[0] in AI:
        return [say("The source type says AI, but there is no AIGC label.")]
    return []
