"""Changes of a whole work that a person asks to have undone: always a file of its own.

What is mended stays exact outside its mask, so a yellowed varnish taken away cannot be in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from moxie.errors import BadInput
from moxie.restorer import Restorer
from moxie.studio import making
from moxie.studio.result import Restored


@dataclass(frozen=True, slots=True)
class Written:
    """A file in which something was undone: `amounts` as asked for, `strengths` as found."""

    path: Path
    sha256: str
    amounts: Mapping[str, float]
    strengths: Mapping[str, float]


def checked(restorer: Restorer[Any] | None, undo: Mapping[str, float]) -> Mapping[str, float]:
    """These changes, if they can be undone; raises BadInput that says which ones can."""
    known = {} if restorer is None else restorer.undoable()
    for name, amount in undo.items():
        if not known:
            raise BadInput("Nothing can be undone in a work of this art: leave out --undo.")
        if name not in known:
            raise BadInput(
                "What can be undone is {names}, not {name}.",
                names=", ".join(known),
                name=repr(name),
            )
        if not 0 < amount <= 1:
            raise BadInput(
                "How much of {name} is undone must be over 0 and at most 1, not {amount}.",
                name=name,
                amount=amount,
            )
    return undo


def beside(out: Path) -> Path:
    """Where it is written: beside the mended work, in the same format."""
    return out.with_name(f"{out.stem}.undone{out.suffix}")


def write(
    restorer: Restorer[Any], data: bytes, undo: Mapping[str, float], path: Path
) -> Written | None:
    """Undo these in the file `data` and write it; None where nothing is asked for."""
    if not undo:
        return None
    done = restorer.undo(data, undo, suffix=path.suffix)
    making.write(path, done.data)
    digest = hashlib.sha256(done.data).hexdigest()
    return Written(path, digest, dict(undo), dict(done.strengths))


def facts(undone: Written | None) -> dict[str, object]:
    """For the record of the restored work."""
    if undone is None:
        return {}
    amounts, found = undone.amounts, undone.strengths
    steps = [{"change": n, "amount": amounts[n], "strength": found[n]} for n in amounts]
    return {"undone": {"sha256": undone.sha256, "steps": steps}}


def joined(done: Restored, undone: Written | None) -> Restored:
    """The result with the file in which something was undone."""
    if undone is None:
        return done
    return replace(done, undone=undone.path, strengths=undone.strengths)
