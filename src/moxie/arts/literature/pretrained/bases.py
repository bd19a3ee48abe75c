"""The pretrained models that a person has taken in, each in a folder of its own on this machine.

They are no part of the store: a model that Moxie trained keeps what it learnt, and names its base
by hash. `moxie base` takes one in; the latest one named there is in use.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from moxie.errors import BadInput, Missing
from moxie.settings import default_home
from moxie.text import Scalar

FACTS, IN_USE = "base.json", "in-use"

UNKNOWN = "unknown"
"""The license of a base that does not say, and of which nobody did."""


@dataclass(frozen=True, slots=True)
class Base:
    """`sha256` is of the weights as they were given. `license` is an SPDX id, a name, or unknown.

    `terms` is the version of the terms that were accepted on the day `accepted`, where a license
    asks for that; both are empty otherwise. `layers` counts the parameters outside the tables of
    tokens, whose rows have `width`.
    """

    name: str
    sha256: str
    license: str
    layers: int
    width: int
    terms: str = ""
    accepted: str = ""

    @property
    def folder(self) -> Path:
        """Where it lies: config.json, tokenizer.json and safetensors."""
        return home() / self.sha256[:16]

    @property
    def facts(self) -> Mapping[str, Scalar]:
        """What plans, models and creations say of it."""
        return {
            "base": self.name,
            "base_sha256": self.sha256,
            "base_license": self.license,
            "base_terms": self.terms,
            "base_terms_accepted": self.accepted,
        }

    @property
    def text(self) -> str:
        """What is kept beside it, and beside what is learnt with it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def home(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of all bases: MOXIE_BASES, or beside the store where that lies by default."""
    named = (os.environ if environ is None else environ).get("MOXIE_BASES")
    return Path(named).expanduser() if named else default_home() / "bases"


def read(path: Path) -> Base:
    """A base by its facts; raises BadInput."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        return Base(
            str(facts["name"]),
            str(facts["sha256"]),
            str(facts["license"]),
            int(facts["layers"]),
            int(facts["width"]),
            str(facts["terms"]),
            str(facts["accepted"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "{path} does not tell of a base: take it in again with moxie base.", path=str(path)
        ) from error


def known() -> list[Base]:
    """All that were taken in, by name."""
    found = [read(path) for path in sorted(home().glob(f"*/{FACTS}"))]
    return sorted(found, key=lambda base: (base.name, base.sha256))


def use(base: Base) -> None:
    """Learn with it from now on."""
    (home() / IN_USE).write_text(base.sha256, "utf-8")


def in_use() -> Base:
    """The base to learn with; raises Missing where none was taken in."""
    path = home() / IN_USE
    try:
        return find(path.read_text("utf-8").strip())
    except OSError as error:
        raise Missing(
            "There is no pretrained model to learn with yet: take one in with moxie base FOLDER, "
            "or with moxie base gemma."
        ) from error


def find(sha256: str, name: str = "") -> Base:
    """The base of a hash; raises Missing where it is not on this machine."""
    path = home() / sha256[:16] / FACTS
    base = read(path) if path.is_file() else None
    if base is None or base.sha256 != sha256:
        raise Missing(
            "The pretrained model {name} ({sha256}) is not on this machine: take it in with "
            "moxie base.",
            name=name or "?",
            sha256=sha256[:16],
        )
    return base
