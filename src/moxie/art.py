"""What an art is to the rest of Moxie: the one protocol.

`S` is the content of one work in the art's own form: a picture, a score, a text, a mesh. Only
the art looks inside; everything else passes it on. An art never touches the file system, except
that a style model saves to and loads from a folder it is given: reading and writing are from and
to bytes, so that caps, atomic writes and safety are in one place. `checks.check_art` proves an
implementation. See docs/decisions/0001-the-protocol.md for why it has this shape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeAlias, TypeVar

from moxie.restorer import Restorer
from moxie.settings import Machine
from moxie.text import Message, Scalar
from moxie.work import Flag, Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Mask: TypeAlias = NDArray[np.bool_]

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)  # where contents only go in

OnStep: TypeAlias = Callable[[int, int, float], None]
"""Called as (step, total steps, loss); it raises `Cancelled` to stop."""


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[S]):
    """A work made ready to learn from, and what a person should know about it.

    `usable` is False when it should not be learnt from (flags say why).
    """

    content: S
    flags: tuple[Flag, ...] = ()
    usable: bool = True


@dataclass(frozen=True, slots=True)
class Sample(Generic[S]):
    """One work to learn from. `weight` is how much it counts (a person's liking); 1 is neutral."""

    work: str  # Work.id
    content: S
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Brief(Generic[S]):
    """What a person asks for.

    `novelty` runs from 0 (imitation: as near to the works as the originality gate allows) to 1
    (innovation: as far as still in the artist's hand). `start` is a picture, theme or opening to
    begin from; `mask` (True = make anew) limits the change to a part of `start`: all else stays
    exactly as it is where `start` has the size asked for. `options` are as `Art.options` gives
    them; a recipe follows those it can.
    """

    size: tuple[int, ...]
    novelty: float = 0.5
    start: S | None = None
    mask: Mask | None = None
    options: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft(Generic[S]):
    """What a style model made, and the works it drew on: (Work.id, share), shares summing to 1."""

    content: S
    sources: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a browser can show. A picture may bring its sound, and a smaller picture."""

    media_type: str  # "image/jpeg", "image/svg+xml", "audio/mpeg", "text/html"
    data: bytes
    sound: Preview | None = None  # to be heard beside it
    small: Preview | None = None  # what stands for it where there is little room
    frames: int = 1  # views of equal width side by side in it, of a thing turned once around


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a content is to one of the indexed ones, 0..1 on the art's copy scale."""

    index: int
    similarity: float
    evidence: Message


class CopyIndex(Protocol[S_contra]):
    """Finds what something might have been copied from."""

    def nearest(self, content: S_contra, *, exclude: Collection[int] = ()) -> Likeness | None:
        """The likeliest source among the indexed contents; None when all are excluded."""


class Finder(Protocol[S_contra]):
    """Searches many works, by what was kept of each, for the sources of something."""

    def search(self, content: S_contra) -> Sequence[Likeness]:
        """Every source at 0.5 or more, or else the likeliest; the likeliest first.

        A small part of either is enough, unlike in `nearest`.
        """


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two contents have in common, for people who have to judge it.

    `shown` has both side by side with what they share marked; `facts` are the figures. `method`
    says how it was found, `errors` how often that is wrong, `limits` what it cannot tell.
    """

    similarity: float
    evidence: Message
    shown: Preview
    facts: Mapping[str, Scalar]
    method: Message
    errors: Message
    limits: Message


class Checkpoint(Protocol):
    """Where a training run keeps its state; `moxie.nn.checkpoint` has the one in use."""

    def load(self) -> Mapping[str, object] | None:
        """The tensors and scalars last saved, or None at the start."""

    def save(self, state: Mapping[str, object]) -> None:
        """Replace the saved state atomically. Values are torch tensors or JSON scalars."""


class StyleModel(Protocol[S]):
    """One artist's style, learnt."""

    def fit(
        self,
        samples: Sequence[Sample[S]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Learn from the samples; go on from the checkpoint if it holds a state.

        Indexing `samples` may read from disk. Must end in the same model, stopped or not.
        """

    def losses(self, contents: Sequence[S]) -> Floats:
        """Held-out error of each content, float32 [n]; lower is better, scale is the recipe's."""

    def sample(self, brief: Brief[S], *, seed: int) -> Draft[S]:
        """One new content. The same model, brief and seed give the same content."""

    def infill(self, content: S, mask: Mask, *, seed: int) -> S:
        """Fill what is missing (mask True) and leave every known part exactly as it was."""

    def save(self, folder: Path) -> None:
        """Write the model as safetensors and JSON into an empty folder."""

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is to train with: works, their amount in the art's unit, machine and seconds."""

    works: int
    amount: float
    machine: Machine
    seconds: float


MADE = "distance of what is made"
"""The scale of recipes that race by what they make, see `flow.contest`."""


@dataclass(frozen=True, slots=True)
class Recipe(Generic[S]):
    """How to build and train one style model, and the least data that justifies it.

    A recipe is one file in its art's `recipes` folder (or an entry point of the group
    `moxie.recipes`) with a module-level `RECIPE`. `plan` answers None when the supply does not
    suit. `rank` orders recipes that all suit: the highest is taken, unless a race decides.
    `scale` is the unit of its `losses`, in English ("nats per note"): only recipes of one art
    whose losses mean the same share a scale, and only those may race each other. Recipes whose
    losses have nothing in common may be compared by what they make: their scale is `MADE`.
    """

    name: str  # "painting/patches"
    summary: Message
    least_works: int
    rank: int
    plan: Callable[[Supply], Plan | None]
    build: Callable[[Machine], StyleModel[S]]
    scale: str | None = None


class Judge(Protocol[S_contra]):
    """A measure of style: pieces to vectors, with other artists' vectors to compare against."""

    @property
    def name(self) -> str:
        """Short and stable; it is written into reports."""

    def embed(self, pieces: Sequence[S_contra]) -> Floats:
        """float32 [n, d], one row a piece."""

    def others(self) -> Mapping[str, Floats]:
        """Vectors of other artists' pieces that ship with the package, by group; may be empty."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing about a content that a person can see or hear, and name.

    `more` and `less` name, as nouns, what a content with a greater and with a smaller value has
    ("warmer colors", "cooler colors"): they stand in sentences and beside bars.
    """

    name: str  # lower case, stable: it is stored
    more: Message
    less: Message


class Art(Protocol[S]):
    """An adapter for one art. Implement it in one folder; `checks.check_art` proves it."""

    @property
    def name(self) -> str:
        """The folder, the CLI word and the URL segment."""

    @property
    def title(self) -> Message:
        """What people call it: "Painting"."""

    @property
    def suffixes(self) -> frozenset[str]:
        """Lower-case file name endings it may be able to read: {".png", ".jpg"}."""

    @property
    def handout(self) -> tuple[str, ...]:
        """Suffixes that creations are handed out in beside the lossless form; often ()."""

    @property
    def unit(self) -> str:
        """What `amount` counts, in English plural: "megapixels"."""

    def recipes(self) -> Sequence[Recipe[S]]:
        """By `least_works` ascending; the first works from one work on and is quick to fit."""

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        """(name, data) of every work in a file, each for `read`; most files are one work.

        Raises UnreadableWork.
        """

    def read(self, data: bytes, name: str) -> S:
        """Decode a work, normalised (orientation, colour space, no private data), sizes capped.

        Raises UnreadableWork with the reason.
        """

    def write(self, content: S, suffix: str = "") -> bytes:
        """Encode; without a suffix in the art's lossless form, which `read` gives back exactly.

        Raises BadInput for a suffix the art cannot write.
        """

    def facts(self, data: bytes, content: S) -> Mapping[str, Scalar]:
        """What to remember of the original file: its size, format, year; nothing personal."""

    def family(self, name: str) -> str | None:
        """The larger work that a file is a part of, by its name and folders; None: it is whole.

        In doubt None: what is in one family is never on both sides of the split.
        """

    def clean(self, content: S) -> Cleaned[S]:
        """Remove what is not the work (frames, margins, editors' notes) and flag its quality."""

    def amount(self, content: S) -> float:
        """How much there is to learn from, in `unit`."""

    def augment(self, content: S, *, seed: int) -> S:
        """A variation that keeps the style."""

    def split(self, content: S) -> Sequence[S]:
        """The content in pieces of the size the judges look at, at least one."""

    def judges(self) -> Sequence[Judge[S]]:
        """The first decides and is independent of what the recipes optimise; more may follow."""

    def traits(self) -> Sequence[Trait]:
        """What a person may like or dislike about a content, some ten to twenty, in one order."""

    def measure(self, content: S) -> Floats:
        """Its traits, float32 [traits], finite for any content.

        On scales on which equal steps look or sound about equal (logarithms of amounts).
        """

    def copies(self, contents: Sequence[S]) -> CopyIndex[S]:
        """An index for finding near-copies; different real works should stay under 0.5 in it."""

    def trace(self, content: S) -> bytes:
        """What is kept of a content to find copies of it later: small, for `finder`."""

    def finder(self, traces: Sequence[bytes]) -> Finder[S]:
        """Searches the contents that these traces are of; they may be read from disk when asked.

        Raises BadInput for what `trace` did not make.
        """

    def compare(self, suspect: S, original: S) -> Comparison:
        """What a suspected copy and a work have in common, drawn side by side."""

    def size(self, text: str | None, like: S | None = None) -> tuple[int, ...]:
        """Read a size as a person writes it ("512x384"); None is the default. Raises BadInput.

        `like` is what a person begins from: without a text an art may take its proportions.
        """

    def region(self, text: str, data: bytes | None, content: S) -> Mask:
        """The part of a content that a person names; True there. Its last axes are the size.

        `text` is as they wrote it ("bars:9-12"); where it was the path of a file, `data` is what
        that holds (a mask). Raises BadInput for what lies outside, or leaves nothing known.
        """

    def dials(self) -> Mapping[str, Message]:
        """The dials that a person can set, by name, each with what to write; often none."""

    def restorer(self, data: bytes, name: str) -> Restorer[S] | None:
        """Opens a damaged work for mending in full; None where models' `infill` is all there is.

        Raises UnreadableWork, and BadInput for what cannot be mended apart from the rest.
        """

    def options(self, given: Mapping[str, str]) -> Mapping[str, Scalar]:
        """Check the dials a person sets, for `Brief.options`; BadInput names those there are."""

    def blend(self, models: Sequence[tuple[StyleModel[S], float]]) -> StyleModel[S]:
        """One model that makes works between several trained ones. Weights sum to 1.

        `fit` is not asked of it. Raises BadInput where these models cannot be blended.
        """

    def preview(self, content: S, *, small: bool = False) -> Preview:
        """What a browser can show, small enough for a report.

        If `small`, what stands for it on a wall of many is enough: one picture or a few words, as
        in `Preview.small`, drawn without drawing the rest.
        """

    def examples(self) -> Iterator[tuple[str, bytes]]:
        """Built-in sample works made by our own code: (file name, data)."""
