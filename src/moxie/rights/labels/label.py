"""What a label says, as named fields: the same few in every format, each in its own carrier.

The fields are China's AIGC label (GB 45438-2025, annex E: a JSON object of seven strings of
printable ASCII, exactly one a file), IPTC's digital source type, PLUS' data mining code and the
licence. A label follows how a file came about: a person's work never gets an AIGC label.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from moxie.errors import BadInput

AIGC, SOURCE, MINING, LICENSE = "AIGC", "DigitalSourceType", "DataMining", "License"
NAMES = (AIGC, SOURCE, MINING, LICENSE)
"""The fields, in the order they are written."""

SEVEN = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
"""The fields of the AIGC label; all are strings."""

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PLUS = "http://ns.useplus.org/ldf/vocab/"
CC = "https://creativecommons.org/"

MADE, COMPOSITE = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
AI = frozenset((MADE, COMPOSITE))
"""The source types of what a trained model made, wholly or in part."""

HUMAN = frozenset(
    (
        *("digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print"),
        *("minorHumanEdits", "humanEdits", "digitalArt", "digitalCreation", "screenCapture"),
        *("softwareImage", "composite", "compositeCapture", "virtualRecording"),
    )
)
"""The source types of what no trained model had a hand in."""

OTHER = frozenset(
    ("algorithmicMedia", "algorithmicallyEnhanced", "dataDrivenMedia", "compositeSynthetic")
)

MINES = frozenset(
    "DMI-" + code
    for code in (
        *("UNSPECIFIED", "ALLOWED", "PROHIBITED", "PROHIBITED-AIMLTRAINING"),
        *("PROHIBITED-GENAIMLTRAINING", "PROHIBITED-EXCEPTSEARCHENGINEINDEXING"),
        *("PROHIBITED-SEECONSTRAINT", "PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"),
        "PROHIBITED-SEELINKEDRIGHTSEXPR",
    )
)
"""The codes of PLUS' vocabulary "Data Mining", as IPTC's Photo Metadata Standard 2023.1 lists."""

LOCAL = "MOXIE-LOCAL"
"""The producer where nobody said another: a studio on someone's own machine, and no person."""

_PRINTABLE = re.compile(r"[\x21-\x7e]*")
_CC = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)")
_LONGEST = 512


class BrokenCarrierError(ValueError):
    """A file is not of the format it is said to be, or is damaged."""


class Mark(NamedTuple):
    """One field found in a file. `where` names the carrier: "XMP", "tEXt", "TXXX"."""

    name: str
    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Label:
    """What is to be written into a file. `source` is the last part of an IPTC source type.

    `producer` and `produce_id` go into the AIGC label, where there is one; `mining` is a code of
    `MINES`; `license` an SPDX id or an address.
    """

    source: str
    producer: str = LOCAL
    produce_id: str = ""
    mining: str = "DMI-UNSPECIFIED"
    license: str | None = None

    def __post_init__(self) -> None:
        if self.source not in AI | HUMAN | OTHER:
            raise BadInput("{source} is no source type of IPTC's list.", source=repr(self.source))
        if self.mining not in MINES:
            raise BadInput("{code} is no data mining code of PLUS' list.", code=repr(self.mining))
        for text in (self.producer, self.produce_id, self.license or ""):
            if not _PRINTABLE.fullmatch(text) or len(text) > _LONGEST:
                raise BadInput(
                    "A label may hold up to {limit} printable ASCII characters and no spaces, "
                    "unlike {text}.",
                    limit=_LONGEST,
                    text=repr(text[:80]),
                )

    @property
    def by_ai(self) -> bool:
        """Whether a trained model made it, wholly or in part."""
        return self.source in AI

    def fields(self) -> dict[str, str]:
        """The fields as text without spaces, by name; an AIGC label only for what AI made."""
        seven = dict.fromkeys(SEVEN, "") | {
            "Label": "1",
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
        }
        written = {SOURCE: IPTC + self.source, MINING: PLUS + self.mining}
        if self.by_ai:
            written[AIGC] = json.dumps(seven, separators=(",", ":"))
        if self.license:
            written[LICENSE] = license_address(self.license)
        return {name: written[name] for name in NAMES if name in written}


def license_address(license_id: str) -> str:
    """An SPDX id as the address of its text; an address stays itself."""
    if ":" in license_id:
        return license_id
    if license_id == "CC0-1.0":
        return f"{CC}publicdomain/zero/1.0/"
    if found := _CC.fullmatch(license_id):
        return f"{CC}licenses/{found[1].lower()}/{found[2]}/"
    return f"https://spdx.org/licenses/{license_id}.html"


def words(fields: Mapping[str, str]) -> str:
    """What a label says to people, in both languages, without its machine-readable part."""
    source = fields.get(SOURCE, "").rpartition("/")[2]
    if source == COMPOSITE:
        return "部分人工智能生成 partly AI-generated"
    if AIGC in fields or source in AI:
        return "人工智能生成 AI-generated"
    return "程序生成 algorithmic" if source in OTHER else "人类创作 human-made"
