"""Pretrained models as bases: taken in once on a machine, for every store there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from moxie.errors import BadInput, Missing

if TYPE_CHECKING:
    from moxie.arts.literature.pretrained.bases import Base

GEMMA = "gemma"
"""The one base that has a name of its own: an extra of the package brings it."""


def base(source: str | None, *, name: str, license_: str, accepted: str) -> list[Base]:
    """Take in a folder, a GGUF file, or `gemma`; all bases, the one to learn with first.

    Raises NotPermitted, saying the terms, where they have to be accepted first; BadInput and
    TooLarge for what cannot be read, Missing without the packages of the extra.
    """
    from moxie.arts.literature.pretrained import bases, gemma, intake

    if source is not None:
        path = Path(source).expanduser()
        if source == GEMMA and not path.exists():
            gemma.take(accepted)
        elif not path.exists():
            raise BadInput("There is no {path}.", path=source)
        else:
            intake.take(path, name=name, license_=license_, accepted=accepted)
    try:
        used = [bases.in_use()]
    except Missing:
        used = []
    return [*used, *(one for one in bases.known() if one not in used)]
