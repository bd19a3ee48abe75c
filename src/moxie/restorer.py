"""What an art gives to mend a damaged work in full, beside what its style models fill.

A style model knows works as they are learnt from: shrunk, brought to one colour space, quantised.
A restorer holds one work as its file has it, so that what is not damaged can stay as it is. An
art whose works are small and whole in its content needs none: `Art.restorer` answers None there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from moxie.text import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Mask: TypeAlias = NDArray[np.bool_]

S_contra = TypeVar("S_contra", contravariant=True)

OnPart: TypeAlias = Callable[[int, int], None]
"""Called as (part, parts) before each; it raises `Cancelled` to stop."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Where a work looks damaged: `mask` True there, `confidence` float32 0..1 of its shape.

    `kinds` are the shares of the work by kind of damage, in the words of conservators.
    """

    mask: Mask
    confidence: Floats
    kinds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mended:
    """A work mended: the file, and how sure each part of the mask is (0..1; 1 outside it).

    `regions` say where it was mended how, in facts for a record; `sources` are the works that
    parts were taken from, (Work.id, share), the rest being from the work itself. `before` and
    `after` are for a browser to show, of the kind that `media_type` says.
    """

    data: bytes
    confidence: Floats
    regions: Sequence[Mapping[str, object]] = ()
    sources: tuple[tuple[str, float], ...] = ()
    media_type: str = ""
    before: bytes = b""
    after: bytes = b""


@dataclass(frozen=True, slots=True)
class Undone:
    """A work with changes of the whole undone: the file, and how strong each was (0..1)."""

    data: bytes
    strengths: Mapping[str, float]


class Restorer(Protocol[S_contra]):
    """One damaged work opened for mending, just as its file holds it: in full, nothing converted.

    What is not masked must come out as it went in, to the last bit of every value.
    """

    def suggest(self, *, careful: bool) -> Suggested:
        """Where it looks damaged; an empty mask where it does not.

        If `careful`, nothing is marked in a work that seems unharmed as a whole: nobody will look
        over what is marked. If not, a person will, and knows that something is damaged.
        """
        ...

    def region(self, text: str, data: bytes | None) -> Mask:
        """As `Art.region`, of the full work. Raises BadInput for what cannot be mended from."""
        ...

    def mend(
        self, mask: Mask, others: Mapping[str, S_contra], *, suffix: str, seed: int, on_part: OnPart
    ) -> Mended:
        """Mend what is masked, from the work itself and from `others` by the artist, by Work.id."""
        ...

    def undoable(self) -> Mapping[str, Message]:
        """What has changed works of this kind as a whole, by name, with its title; often none.

        A yellowed varnish is one. Nobody can be sure of it: it is only undone when asked for, and
        handed out apart from the mended work.
        """
        ...

    def undo(self, data: bytes, asked: Mapping[str, float], *, suffix: str) -> Undone:
        """The work in `data` (this one, perhaps mended) with these undone so far, 0..1.

        Raises BadInput where a change cannot be told in such a work.
        """
        ...

    def drawn(self, plane: Floats) -> bytes:
        """A plane of a mask's shape (0..1) as a file that people can look at, and paint on."""
        ...

    def kept(self, data: bytes, mask: Mask) -> bool:
        """Whether a file holds this work exactly, outside the mask."""
        ...
