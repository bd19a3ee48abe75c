"""Music: scores from notation or MIDI, and new ones that can be read, played and heard.

`Music` is the adapter that the rest of Moxie knows; the work is done in the modules beside it,
which are imported when they are needed.
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
    from moxie.arts.music.score import Score


class Music:
    """Scores; contents are `Score`s, measured in bars."""

    name = "music"
    title = say("Music")
    unit = "bars"
    suffixes = frozenset((".mid", ".midi", ".musicxml", ".xml", ".mxl", ".krn", ".abc", ".score"))
    handout = (".musicxml", ".mid", ".mp3")

    def recipes(self) -> Sequence[Recipe[Score]]:
        """What is in the `recipes` folder and the entry points `music/*`."""
        from moxie.nn.plugins import recipes_in

        return recipes_in("moxie.arts.music.recipes", "music")

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        """See `codec.works`."""
        from moxie.arts.music.files import codec

        return codec.works(data, name)

    def read(self, data: bytes, name: str) -> Score:
        """See `codec.read`."""
        from moxie.arts.music.files import codec

        return codec.read(data, name)

    def write(self, content: Score, suffix: str = "") -> bytes:
        """See `codec.write`."""
        from moxie.arts.music.files import codec

        return codec.write(content, suffix)

    def facts(self, data: bytes, content: Score) -> Mapping[str, Scalar]:
        """See `codec.facts`."""
        from moxie.arts.music.files import codec

        return codec.facts(data, content)

    def clean(self, content: Score) -> Cleaned[Score]:
        """See `clean.clean`."""
        from moxie.arts.music import clean

        return clean.clean(content)

    def amount(self, content: Score) -> float:
        """How many bars."""
        return float(len(content.bars))

    def augment(self, content: Score, *, seed: int) -> Score:
        """See `pieces.vary`."""
        from moxie.arts.music import pieces

        return pieces.vary(content, seed=seed)

    def split(self, content: Score) -> Sequence[Score]:
        """See `pieces.pieces`."""
        from moxie.arts.music import pieces

        return pieces.pieces(content)

    def judges(self) -> Sequence[Judge[Score]]:
        """See `judges`."""
        from moxie.arts.music.style.judges import judges

        return judges()

    def traits(self) -> Sequence[Trait]:
        """See `style.traits.TRAITS`."""
        from moxie.arts.music.style.traits import TRAITS

        return TRAITS

    def measure(self, content: Score) -> Floats:
        """See `style.traits.measure`."""
        from moxie.arts.music.style import traits

        return traits.measure(content)

    def copies(self, contents: Sequence[Score]) -> CopyIndex[Score]:
        """See `copies.ScoreIndex`."""
        from moxie.arts.music.originality.copies import ScoreIndex

        return ScoreIndex(contents)

    def trace(self, content: Score) -> bytes:
        """The score itself: it is small."""
        return self.write(content)

    def finder(self, traces: Sequence[bytes]) -> Finder[Score]:
        """See `finder.ScoreArchive`."""
        from moxie.arts.music.originality.finder import ScoreArchive

        return ScoreArchive(traces)

    def compare(self, suspect: Score, original: Score) -> Comparison:
        """See `finder.compare`."""
        from moxie.arts.music.originality import finder

        return finder.compare(suspect, original)

    def family(self, name: str) -> str | None:
        """See `family.family`."""
        from moxie.arts.music.family import family

        return family(name)

    def size(self, text: str | None, like: Score | None = None) -> tuple[int, ...]:
        """See `asking.size`."""
        from moxie.arts.music import asking

        return asking.size(text)

    def region(self, text: str, data: bytes | None, content: Score) -> Mask:
        """See `asking.region`."""
        from moxie.arts.music import asking

        return asking.region(text, data, content)

    def dials(self) -> Mapping[str, Message]:
        """See `asking.HINTS`."""
        from moxie.arts.music import asking

        return asking.HINTS

    def restorer(self, data: bytes, name: str) -> None:
        """None: what is missing in a score is named by a person, and filled by a model."""

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        """See `asking.options`."""
        from moxie.arts.music import asking

        return asking.options(given)

    def blend(self, models: Sequence[tuple[StyleModel[Score], float]]) -> StyleModel[Score]:
        """See `models.blend.blend`."""
        from moxie.arts.music.models.blend import blend

        return blend(models)

    def preview(self, content: Score, *, small: bool = False) -> Preview:
        """See `show.preview`."""
        from moxie.arts.music.page import show

        return show.small(content) if small else show.preview(content)

    def examples(self) -> Iterator[tuple[str, bytes]]:
        """See `examples.examples`."""
        from moxie.arts.music.examples import examples

        return examples()


ART: Art[Score] = Music()
"""What `moxie.arts` finds."""
