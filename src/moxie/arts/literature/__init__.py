"""Literature: prose and verse in any language, and new texts in an author's hand.

`Literature` is the adapter that the rest of Moxie knows; the work is done in the modules beside
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
from moxie.text import Message, Scalar, say

if TYPE_CHECKING:
    from moxie.art import Floats, Mask
    from moxie.arts.literature.writing import Writing


class Literature:
    """Texts; contents are `Writing`s, measured in characters."""

    name = "literature"
    title = say("Literature")
    unit = "characters"
    suffixes = frozenset((".txt", ".text", ".md", ".markdown", ".docx", ".epub", ".pdf"))
    handout = (".txt", ".docx", ".html")

    def recipes(self) -> Sequence[Recipe[Writing]]:
        """What is in the `recipes` folder and the entry points `literature/*`."""
        from moxie.nn.plugins import recipes_in

        return recipes_in("moxie.arts.literature.recipes", "literature")

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        """See `works.works`."""
        from moxie.arts.literature.files import works

        return works.works(data, name)

    def read(self, data: bytes, name: str) -> Writing:
        """See `codec.read`."""
        from moxie.arts.literature.files import codec

        return codec.read(data, name)

    def write(self, content: Writing, suffix: str = "") -> bytes:
        """See `codec.write`."""
        from moxie.arts.literature.files import codec

        return codec.write(content, suffix)

    def facts(self, data: bytes, content: Writing) -> Mapping[str, Scalar]:
        """See `codec.facts`."""
        from moxie.arts.literature.files import codec

        return codec.facts(data, content)

    def family(self, name: str) -> str | None:
        """See `family.family`."""
        from moxie.arts.literature.family import family

        return family(name)

    def clean(self, content: Writing) -> Cleaned[Writing]:
        """See `clean.clean`."""
        from moxie.arts.literature import clean

        return clean.clean(content)

    def amount(self, content: Writing) -> float:
        """How many characters, spaces not counted."""
        return float(sum(not char.isspace() for char in content.text))

    def augment(self, content: Writing, *, seed: int) -> Writing:
        """See `pieces.vary`."""
        from moxie.arts.literature import pieces

        return pieces.vary(content, seed=seed)

    def split(self, content: Writing) -> Sequence[Writing]:
        """See `pieces.pieces`."""
        from moxie.arts.literature import pieces

        return pieces.pieces(content)

    def judges(self) -> Sequence[Judge[Writing]]:
        """See `style.judges`."""
        from moxie.arts.literature.style.judges import judges

        return judges()

    def traits(self) -> Sequence[Trait]:
        """See `style.traits.TRAITS`."""
        from moxie.arts.literature.style.traits import TRAITS

        return TRAITS

    def measure(self, content: Writing) -> Floats:
        """See `style.traits.measure`."""
        from moxie.arts.literature.style import traits

        return traits.measure(content)

    def copies(self, contents: Sequence[Writing]) -> CopyIndex[Writing]:
        """See `originality.copies.TextIndex`."""
        from moxie.arts.literature.originality.copies import TextIndex

        return TextIndex(contents)

    def trace(self, content: Writing) -> bytes:
        """See `originality.finder.trace`."""
        from moxie.arts.literature.originality import finder

        return finder.trace(content)

    def finder(self, traces: Sequence[bytes]) -> Finder[Writing]:
        """See `originality.finder.TextArchive`."""
        from moxie.arts.literature.originality.finder import TextArchive

        return TextArchive(traces)

    def compare(self, suspect: Writing, original: Writing) -> Comparison:
        """See `originality.comparing.compare`."""
        from moxie.arts.literature.originality import comparing

        return comparing.compare(suspect, original)

    def size(self, text: str | None, like: Writing | None = None) -> tuple[int, ...]:
        """See `asking.size`."""
        from moxie.arts.literature import asking

        return asking.size(text)

    def region(self, text: str, data: bytes | None, content: Writing) -> Mask:
        """See `asking.region`."""
        from moxie.arts.literature import asking

        return asking.region(text, data, content)

    def dials(self) -> Mapping[str, Message]:
        """See `asking.HINTS`."""
        from moxie.arts.literature import asking

        return asking.HINTS

    def restorer(self, data: bytes, name: str) -> None:
        """None: what is missing in a text is named by a person, and filled by a model."""

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        """See `asking.options`."""
        from moxie.arts.literature import asking

        return asking.options(given)

    def blend(self, models: Sequence[tuple[StyleModel[Writing], float]]) -> StyleModel[Writing]:
        """See `models.blend.blend`."""
        from moxie.arts.literature.models.blend import blend

        return blend(models)

    def preview(self, content: Writing, *, small: bool = False) -> Preview:
        """See `page.show.preview`."""
        from moxie.arts.literature.page import show

        return show.small(content) if small else show.preview(content)

    def examples(self) -> Iterator[tuple[str, bytes]]:
        """See `examples.examples`."""
        from moxie.arts.literature.examples import examples

        return examples()


ART: Art[Writing] = Literature()
"""What `moxie.arts` finds."""
