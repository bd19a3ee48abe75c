"""Pretrained models as bases: taken in once on a machine, for every store there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moxie.errors import BadInput, Missing

if TYPE_CHECKING:
    from moxie.arts.literature.pretrained.bases import Base

GEMMA = "gemma"
"""The one base that has a name of its own: an extra of the package brings it."""


def take(source: str, *, name: str = "", license_: str = "", accepted: str = "") -> Base:
    """Take in a folder, a GGUF file, or `gemma`, and learn with it from now on.

    Raises NotPermitted, saying the terms, where they have to be accepted first; BadInput and
    TooLarge for what cannot be read, Missing without the packages of the extra.
    """
    from moxie.arts.literature.pretrained import gemma, intake

    path = Path(source).expanduser()
    if source == GEMMA and not path.exists():
        return gemma.take(accepted)
    if not path.exists():
        raise BadInput("There is no {path}.", path=source)
    return intake.take(path, name=name, license_=license_, accepted=accepted)


def known() -> Sequence[Base]:
    """All that were taken in."""
    from moxie.arts.literature.pretrained import bases

    return bases.known()


def in_use() -> Base | None:
    """The one to learn with, if there is one."""
    from moxie.arts.literature.pretrained import bases

    try:
        return bases.in_use()
    except Missing:
        return None
