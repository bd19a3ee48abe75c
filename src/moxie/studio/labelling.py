"""What labels there are in files, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from moxie.errors import BadInput
from moxie.rights import labels
from moxie.rights.labels import Found
from moxie.studio import inputs
from moxie.text import Message, say


@dataclass(frozen=True, slots=True)
class Looked:
    """A file, and what was found in it; `found` is None, and `why` says why, where none could."""

    path: Path
    found: Found | None
    why: Message | None = None

    @property
    def well(self) -> bool:
        """Whether it could be read, and has no label or one that is as it should be."""
        return self.found is not None and self.found.status in ("none", "one")


def look(paths: Sequence[str | Path]) -> Iterator[Looked]:
    """What is in each file, in turn; a file that cannot be read does not stop the others."""
    for path in map(Path, paths):
        try:
            yield Looked(path, _found(path))
        except BadInput as error:
            yield Looked(path, None, error.message)


def _found(path: Path) -> Found:
    data = inputs.read_file(path)
    suffix = labels.kind(data) or path.suffix.lower()
    if suffix not in labels.SUFFIXES:
        nowhere = say("There is no place for a label in files of this kind.")
        return Found("none", problems=(nowhere,))
    return labels.read(data, suffix)
