"""Painting: the first art.

`Painting` is the adapter that the rest of Moxie knows; the work is done in the modules beside
it, which are imported when they are needed, so that `moxie --help` stays quick.
"""

from __future__ import annotations

import re
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
from moxie.restorer import Restorer
from moxie.text import Message, Scalar, say

if TYPE_CHECKING:
    from moxie.art import Floats, Mask
    from moxie.arts.painting.picture import Picture

SMALLEST, LARGEST = 64, 1024
"""The least and greatest side of a creation, in pixels."""

DEFAULT_SIZE = (256, 320)
"""Height and width of a creation when nobody says."""

LED = 512
"""The longer side of a creation that a person's picture leads, when nobody says."""

PREVIEW, SMALL = 480, 300
"""The longer side of a preview, in pixels, and of one for a wall of many."""


class Painting:
    """Pictures on paper, canvas or screen; contents are `Picture`s, measured in megapixels."""

    name = "painting"
    title = say("Painting")
    unit = "megapixels"
    handout = ()
    suffixes = frozenset(
        (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".gif")
    ) | {".bmp", ".heic", ".heif", ".avif"}  # the last four are refused with a way out

    def recipes(self) -> Sequence[Recipe[Picture]]:
        """What is in the `recipes` folder and the entry points `painting/*`."""
        from moxie.nn.plugins import recipes_in

        return recipes_in("moxie.arts.painting.recipes", "painting")

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        """The file itself: it is one picture."""
        return [(name, data)]

    def read(self, data: bytes, name: str) -> Picture:
        """See `codec.read`."""
        from moxie.arts.painting import codec

        return codec.read(data, name)

    def write(self, content: Picture, suffix: str = "") -> bytes:
        """See `codec.write`."""
        from moxie.arts.painting import codec

        return codec.write(content, suffix)

    def facts(self, data: bytes, content: Picture) -> Mapping[str, Scalar]:
        """See `codec.facts`."""
        from moxie.arts.painting import codec

        return codec.facts(data)

    def family(self, name: str) -> str | None:
        """None: a picture is whole."""
        return None

    def clean(self, content: Picture) -> Cleaned[Picture]:
        """See `clean.clean`."""
        from moxie.arts.painting import clean

        return clean.clean(content)

    def amount(self, content: Picture) -> float:
        """Megapixels of the working copy."""
        return int(content.shape[0]) * int(content.shape[1]) / 1e6

    def augment(self, content: Picture, *, seed: int) -> Picture:
        """See `variation.vary`."""
        from moxie.arts.painting import variation

        return variation.vary(content, seed=seed)

    def split(self, content: Picture) -> Sequence[Picture]:
        """See `variation.pieces`."""
        from moxie.arts.painting import variation

        return variation.pieces(content)

    def judges(self) -> Sequence[Judge[Picture]]:
        """See `judges`."""
        from moxie.arts.painting.judges import judges

        return judges()

    def traits(self) -> Sequence[Trait]:
        """See `traits.TRAITS`."""
        from moxie.arts.painting.traits import TRAITS

        return TRAITS

    def measure(self, content: Picture) -> Floats:
        """See `traits.measure`."""
        from moxie.arts.painting import traits

        return traits.measure(content)

    def copies(self, contents: Sequence[Picture]) -> CopyIndex[Picture]:
        """See `copies.PictureIndex`."""
        from moxie.arts.painting.copies import PictureIndex

        return PictureIndex(contents)

    def trace(self, content: Picture) -> bytes:
        """See `traces`."""
        from moxie.arts.painting import traces

        return traces.pack(traces.trace(content))

    def finder(self, traces: Sequence[bytes]) -> Finder[Picture]:
        """See `search.PictureArchive`."""
        from moxie.arts.painting.search import PictureArchive

        return PictureArchive(traces)

    def compare(self, suspect: Picture, original: Picture) -> Comparison:
        """See `comparing.compare`."""
        from moxie.arts.painting import comparing

        return comparing.compare(suspect, original)

    def size(self, text: str | None, like: Picture | None = None) -> tuple[int, ...]:
        """`512x384`, width first as people write it, to (height, width); `256` is a square.

        Without a text the proportions of `like`, as far as a picture can have them.
        """
        if text is None and like is not None:
            scale = LED / max(like.shape[:2])
            height, width = (max(SMALLEST, round(side * scale)) for side in like.shape[:2])
            return height, width
        if text is None:
            return DEFAULT_SIZE
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:[x×*]\s*(\d{1,6})\s*)?", text.lower())
        if not found:
            raise BadInput(
                "The size {text} is not understood: write width x height, for example 512x384.",
                text=repr(text),
            )
        width, height = int(found[1]), int(found[2] or found[1])
        if not all(SMALLEST <= side <= LARGEST for side in (width, height)):
            raise BadInput(
                "The size {width}x{height} cannot be painted: each side may have {least} to "
                "{most} pixels.",
                width=width,
                height=height,
                least=SMALLEST,
                most=LARGEST,
            )
        return height, width

    def region(self, text: str, data: bytes | None, content: Picture) -> Mask:
        """See `region.region`."""
        from moxie.arts.painting import region

        height, width = content.shape[:2]
        return region.region(text, data, (height, width))

    def dials(self) -> Mapping[str, Message]:
        """See `asking.DIALS`."""
        from moxie.arts.painting import asking

        return asking.DIALS

    def restorer(self, data: bytes, name: str) -> Restorer[Picture]:
        """See `restoration.restorer`."""
        from moxie.arts.painting.restoration.restorer import PictureRestorer

        return PictureRestorer(data, name)

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        """See `asking.options`."""
        from moxie.arts.painting import asking

        return asking.options(given)

    def blend(self, models: Sequence[tuple[StyleModel[Picture], float]]) -> StyleModel[Picture]:
        """See `blend.blend`."""
        from moxie.arts.painting.blend import blend

        return blend(models)

    def preview(self, content: Picture, *, small: bool = False) -> Preview:
        """A JPEG of at most `PREVIEW` pixels, or `SMALL` ones."""
        from moxie.arts.painting import codec
        from moxie.arts.painting.picture import fit

        return Preview("image/jpeg", codec.preview(fit(content, SMALL if small else PREVIEW)))

    def examples(self) -> Iterator[tuple[str, bytes]]:
        """See `examples.examples`."""
        from moxie.arts.painting.examples import examples

        return examples()


ART: Art[Picture] = Painting()
"""What `moxie.arts` finds."""
