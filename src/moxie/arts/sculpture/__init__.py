"""Sculpture: meshes in and out, fields of distances between.

`Sculpture` is the adapter that the rest of Moxie knows; the work is done in the modules beside
it, which are imported when they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from moxie.art import (
    Art,
    Cleaned,
    Comparison,
    CopyIndex,
    Finder,
    Judge,
    Preview,
    Recipe,
    StyleModel,
    Trait,
)
from moxie.errors import BadInput
from moxie.text import Message, Scalar, say

if TYPE_CHECKING:
    from moxie.art import Floats, Mask
    from moxie.arts.sculpture.form import Form


class Sculpture:
    """Bodies in the round; contents are `Form`s, measured in vertices."""

    name = "sculpture"
    title = say("Sculpture")
    unit = "vertices"
    suffixes = frozenset((".glb", ".gltf", ".ply", ".obj", ".stl", ".off"))
    handout = (".stl",)

    def recipes(self) -> Sequence[Recipe[Form]]:
        """What is in the `recipes` folder and the entry points `sculpture/*`."""
        from moxie.nn.plugins import recipes_in

        return recipes_in("moxie.arts.sculpture.recipes", "sculpture")

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        """The file itself: it is one sculpture."""
        return [(name, data)]

    def read(self, data: bytes, name: str) -> Form:
        """See `codec.read`."""
        from moxie.arts.sculpture import codec

        return codec.read(data, name)

    def write(self, content: Form, suffix: str = "") -> bytes:
        """See `codec.write`."""
        from moxie.arts.sculpture import codec

        return codec.write(content, suffix)

    def facts(self, data: bytes, content: Form) -> Mapping[str, Scalar]:
        """See `codec.facts`."""
        from moxie.arts.sculpture import codec

        return codec.facts(data, content)

    def family(self, name: str) -> str | None:
        """None: a sculpture is whole."""
        return None

    def clean(self, content: Form) -> Cleaned[Form]:
        """See `clean.clean`."""
        from moxie.arts.sculpture import clean

        return clean.clean(content)

    def amount(self, content: Form) -> float:
        """How many vertices."""
        return float(len(content.vertices))

    def augment(self, content: Form, *, seed: int) -> Form:
        """See `variation.vary`."""
        from moxie.arts.sculpture import variation

        return variation.vary(content, seed=seed)

    def split(self, content: Form) -> Sequence[Form]:
        """See `judges.pieces`."""
        from moxie.arts.sculpture import judges

        return judges.pieces(content)

    def judges(self) -> Sequence[Judge[Form]]:
        """See `judges`."""
        from moxie.arts.sculpture.judges import judges

        return judges()

    def traits(self) -> Sequence[Trait]:
        """See `traits.TRAITS`."""
        from moxie.arts.sculpture.traits import TRAITS

        return TRAITS

    def measure(self, content: Form) -> Floats:
        """See `traits.measure`."""
        from moxie.arts.sculpture import traits

        return traits.measure(content)

    def copies(self, contents: Sequence[Form]) -> CopyIndex[Form]:
        """See `copies.FormIndex`."""
        from moxie.arts.sculpture.copies import FormIndex

        return FormIndex.of(contents)

    def trace(self, content: Form) -> bytes:
        """Points over its surface."""
        from moxie.arts.sculpture import copies
        from moxie.arts.sculpture.align import points_of

        return copies.pack(points_of(content))

    def finder(self, traces: Sequence[bytes]) -> Finder[Form]:
        """See `copies.FormIndex`."""
        from moxie.arts.sculpture import copies

        return copies.FormIndex([copies.unpack(trace) for trace in traces])

    def compare(self, suspect: Form, original: Form) -> Comparison:
        """See `comparing.compare`."""
        from moxie.arts.sculpture import comparing

        return comparing.compare(suspect, original)

    def size(self, text: str | None, like: Form | None = None) -> tuple[int, ...]:
        """See `asking.size`."""
        from moxie.arts.sculpture import asking

        return asking.size(text)

    def region(self, text: str, data: bytes | None, content: Form) -> Mask:
        """See `region.region`."""
        from moxie.arts.sculpture import region

        return region.region(text, data, content)

    def dials(self) -> Mapping[str, Message]:
        """None: size and novelty are all there is to set."""
        return {}

    def restorer(self, data: bytes, name: str) -> None:
        """None: what is missing in a sculpture is named by a person, and filled by a model."""

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        """None: see `dials`."""
        if given:
            raise BadInput(
                "A sculpture has no dial {names}: size and novelty are all there is to set.",
                names=", ".join(given),
            )
        return {}

    def blend(self, models: Sequence[tuple[StyleModel[Form], float]]) -> StyleModel[Form]:
        """See `blend.blend`."""
        from moxie.arts.sculpture.blend import blend

        return blend(models)

    def preview(self, content: Form, *, small: bool = False) -> Preview:
        """See `show.preview`."""
        from moxie.arts.sculpture import show

        return show.small(content) if small else show.preview(content)

    def examples(self) -> Iterator[tuple[str, bytes]]:
        """See `examples.examples`."""
        from moxie.arts.sculpture.examples import examples

        return examples()


ART: Art[Form] = Sculpture()
"""What `moxie.arts` finds."""
