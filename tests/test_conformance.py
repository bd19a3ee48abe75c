"""The suite that says whether an art keeps the protocol notices one that does not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moxie.art import Brief, Cleaned, CopyIndex, Draft, Judge, Likeness, Preview, Recipe, Trait
from moxie.checks import Check, Masking, check_art, checks_for
from moxie.errors import Cancelled
from moxie.text import Message, say
from moxie.work import Plan
from toy import ART, Row, Runs, Steps, Toy
from toy.recipes.chain import RECIPE, Chain


@pytest.mark.parametrize("check", checks_for(ART, region="3-7"), ids=str)
def test_the_toy_art_conforms(check: Check) -> None:
    check()


def test_check_names_are_distinct_and_shown() -> None:
    names = [str(check) for check in checks_for(ART)]
    assert len(set(names)) == len(names) > 30
    assert {"lossless_form_is_exact", "toy/descent: stopping_changes_nothing"} <= set(names)


class BadModel(Chain):
    """A chain with one thing wrong; `wrong` names it."""

    wrong = ""
    calls = 0

    def fit(self, samples: Any, *, plan: Any, seed: int, checkpoint: Any, on_step: Any) -> Any:
        class Amnesiac:
            def load(self) -> Any:
                state = checkpoint.load()
                return state and {**state, "counts": 1 + 0 * state["counts"]}

            save = staticmethod(checkpoint.save)

        def deaf(step: int, total: int, loss: float) -> None:
            with contextlib.suppress(Cancelled):
                on_step(step, total, loss)

        hears = {"never asks": lambda *_: None, "goes on after a stop": deaf}
        return super().fit(
            samples,
            plan=plan,
            seed=seed,
            checkpoint=Amnesiac() if self.wrong == "forgets on stopping" else checkpoint,
            on_step=hears.get(self.wrong, on_step),
        )

    def losses(self, contents: Sequence[Row]) -> Any:
        losses = super().losses(contents)
        if self.wrong == "infinite loss":
            losses[0] = np.inf
        return losses[:-1] if self.wrong == "too few losses" else losses

    def sample(self, brief: Brief[Row], *, seed: int) -> Draft[Row]:
        type(self).calls += 1
        if self.wrong == "makes from nothing" and self.table is None:
            return Draft((1,) * 32)
        if self.wrong == "redoes all":
            brief = replace(brief, mask=None, start=None)
        draft = super().sample(
            brief, seed={"wavers": self.calls, "has one idea": 0}.get(self.wrong, seed)
        )
        if self.wrong == "strange sources":
            return Draft(draft.content, (("nobody", 1.0),))
        if self.wrong == "half a share":
            return Draft(draft.content, tuple((w, s / 2) for w, s in draft.sources))
        return draft

    def infill(self, content: Row, mask: Any, *, seed: int) -> Row:
        if self.wrong == "paints over":
            return tuple((b + 1) % 10 for b in super().infill(content, mask, seed=seed))
        return super().infill(content, mask, seed=seed)

    def save(self, folder: Path) -> None:
        super().save(folder)
        if self.wrong == "pickles":
            (folder / "model.pt").write_bytes(b"")
        if self.wrong == "saves in part":
            (folder / "works.json").write_text("{}", "utf-8")
            from safetensors.numpy import save_file

            save_file({"table": np.full((10, 10), 0.1)}, folder / "table.safetensors")


def bad_recipe(wrong: str) -> Recipe[Row]:
    model = type("Bad", (BadModel,), {"wrong": wrong})
    plan: Callable[..., Plan | None] = RECIPE.plan
    least = 1
    if wrong == "no plan":
        plan = lambda supply: None  # noqa: E731
    if wrong == "infinite plan":
        plan = lambda supply: Plan({}, float("inf"), say("x"))  # noqa: E731
    if wrong == "wants two works":
        least = 2
    name = "other/chain" if wrong == "another art's name" else "toy/chain"
    return Recipe(name, say("x"), least, 1, plan, model)


RECIPE_FAULTS = {
    "never asks": "never calls on_step",
    "goes on after a stop": "although on_step raised Cancelled",
    "forgets on stopping": "resumed, it is another model",
    "infinite loss": "infinite or undefined",
    "too few losses": "not float32",
    "makes from nothing": "an untrained model makes something",
    "wavers": "one seed makes two",
    "has one idea": "three seeds make one work",
    "strange sources": "has not learnt from",
    "half a share": "sum to 0.5",
    "paints over": "infill changes what is known",
    "redoes all": "changes what is outside it",
    "pickles": "safetensors and JSON",
    "saves in part": "after save and load",
    "no plan": "no plan for",
    "infinite plan": "it plans inf",
    "wants two works": "the first recipe must learn from one work",
    "another art's name": "must start with the art's name",
}


@pytest.mark.parametrize("wrong", RECIPE_FAULTS)
def test_a_bad_recipe_is_noticed(wrong: str) -> None:
    class BadToy(Toy):
        def recipes(self) -> Sequence[Recipe[Row]]:
            return [bad_recipe(wrong)]

    with pytest.raises(AssertionError, match=RECIPE_FAULTS[wrong]):
        check_art(BadToy(), works=3)


class BadJudge(Steps):
    """Steps, with one thing wrong."""

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong
        self.calls = 0

    def embed(self, pieces: Sequence[Row]) -> Any:
        rows = super().embed(pieces)
        self.calls += 1
        if self.wrong == "judge wavers":
            rows = rows + np.float32(self.calls / 100)
        if self.wrong == "judge of groups":
            rows = rows - rows.mean(axis=0) if len(rows) > 1 else rows
        return rows[:-1] if self.wrong == "judge skips" and len(rows) > 1 else rows


class BadRuns(Runs):
    """Runs, with one thing wrong."""

    wrong = ""

    def nearest(self, content: Row, *, exclude: Any = ()) -> Likeness | None:
        if self.wrong == "exclude ignored":
            exclude = ()
        found = super().nearest(content, exclude=exclude)
        if self.wrong == "everything is a copy" and found:
            return Likeness(found.index, 1.0, found.evidence)
        return found


class BadArt(Toy):
    """A toy with one thing wrong."""

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong
        self.judge = BadJudge(wrong)
        self.measured = 0
        self.name = "Toy Art" if wrong == "name" else "toy"
        self.handout = {"no suffix": ("beads",), "nothing written": (".none",)}.get(wrong, ())
        self.suffixes = frozenset({"BEADS", ".beads"} if wrong == "suffix" else {".beads"})

    def recipes(self) -> Sequence[Recipe[Row]]:
        return [RECIPE]

    def works(self, data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
        if self.wrong == "another file":
            return [(name, data.replace(b"1", b"2"))]
        return [] if self.wrong == "no works" else super().works(data, name)

    def read(self, data: bytes, name: str) -> Row:
        if self.wrong == "crash on garbage":
            return tuple(map(int, data.split()[1:] if data else [b"x"]))
        if self.wrong == "reads anything" and not data.startswith(b"beads"):
            return (1,) * 32
        row = super().read(data, name)
        return row[:-1] if self.wrong == "lossy" else row

    def write(self, content: Row, suffix: str = "") -> bytes:
        if suffix == ".none" and self.wrong == "nothing written":
            return b""
        return super().write(content, "" if self.wrong == "any suffix" else suffix)

    def size(self, text: str | None, like: Row | None = None) -> tuple[int, ...]:
        return (32,) if self.wrong == "any size" else super().size(text, like)

    def clean(self, content: Row) -> Cleaned[Row]:
        return Cleaned(content, usable=self.wrong != "nothing usable")

    def amount(self, content: Row) -> float:
        return 0.0 if self.wrong == "no amount" else super().amount(content)

    def family(self, name: str) -> str | None:
        if self.wrong == "one family":
            return "everything"
        return "" if self.wrong == "a family without a name" else super().family(name)

    def facts(self, data: bytes, content: Row) -> Mapping[str, Any]:
        return {"row": content} if self.wrong == "facts" else super().facts(data, content)

    def augment(self, content: Row, *, seed: int) -> Row:
        if self.wrong == "same variation":
            return content
        if self.wrong == "wild variation":
            return tuple((3 * i) % 10 for i in range(len(content)))
        return super().augment(content, seed=seed)

    def split(self, content: Row) -> Sequence[Row]:
        return [] if self.wrong == "no pieces" else super().split(content)

    def judges(self) -> Sequence[Judge[Row]]:
        return [] if self.wrong == "no judges" else [self.judge]

    def traits(self) -> Sequence[Trait]:
        first, *rest = super().traits()
        if self.wrong == "traits of one name":
            return [first, replace(rest[0], name=first.name), *rest[1:]]
        if self.wrong == "traits in the same words":
            return [first, replace(rest[0], more=first.less), *rest[1:]]
        return rest if self.wrong == "more numbers than traits" else [first, *rest]

    def measure(self, content: Row) -> Any:
        found = super().measure(content)
        self.measured += 1
        if self.wrong == "undefined trait":
            found[0] = np.nan
        if self.wrong == "idle trait":
            found[1] = 1
        return found + np.float32(self.measured if self.wrong == "traits waver" else 0)

    def copies(self, contents: Sequence[Row]) -> CopyIndex[Row]:
        index = BadRuns(contents)
        index.wrong = self.wrong
        return index

    def region(self, text: str, data: bytes | None, content: Row) -> Any:
        if self.wrong == "any region" and text:
            return np.arange(len(content)) < 3
        mask = super().region(text, data, content)
        return ~(mask & False) if self.wrong == "whole region" else mask

    def dials(self) -> Mapping[str, Message]:
        return {"first": say(" ")} if self.wrong == "a dial without a hint" else super().dials()

    def options(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        if self.wrong == "a dial by itself":
            return {"first": 1}
        return {} if self.wrong == "any dial" else super().options(given)

    def blend(self, models: Any) -> Any:
        blended = super().blend(models)
        if self.wrong == "blend of strangers":
            blended.works = {"nobody": 1.0}
        return blended

    def preview(self, content: Row, *, small: bool = False) -> Preview:
        if self.wrong == "preview":
            return Preview("picture", b"x")
        frames = 24 if self.wrong == "wall" else 1
        return replace(super().preview(content, small=small), frames=frames)

    def examples(self) -> Iterator[tuple[str, bytes]]:
        for i, example in enumerate(super().examples()):
            if self.wrong != "few examples" or i < 2:
                yield example


ART_FAULTS = {
    "name": "lower-case letters",
    "suffix": "is not like '.png'",
    "no works": "there is no work in",
    "another file": "but not the file as it is",
    "crash on garbage": "not UnreadableWork",
    "reads anything": "is read as if it were a work",
    "lossy": r"read\(write\(content\)\) is not the content",
    "any suffix": "an unknown suffix is written",
    "any size": "should raise BadInput",
    "any region": "the region 'no part at all' is read",
    "whole region": "leaves nothing known",
    "any dial": "an unknown dial is set",
    "a dial without a hint": "the dial 'first' has no name or no hint",
    "a dial by itself": "is set although no dial was",
    "no suffix": "'beads' is not a suffix",
    "nothing written": "nothing is written as .none",
    "nothing usable": "is not usable after cleaning",
    "no amount": "the amount of a work is 0",
    "facts": "facts are text, numbers or truths",
    "one family": "all examples are said to be one work",
    "a family without a name": "is said to be of the work ''",
    "same variation": "augment does nothing",
    "wild variation": "away from their works",
    "no pieces": "split gives no piece",
    "no judges": "there is no judge",
    "judge wavers": "wavers",
    "judge of groups": "differently in company",
    "judge skips": "5 rows for 6",
    "traits of one name": "traits need names of their own",
    "traits in the same words": "said in the same words",
    "more numbers than traits": "2 traits are measured as float32",
    "undefined trait": "a trait is infinite",
    "idle trait": "the same for every content: variety",
    "traits waver": "traits waver",
    "exclude ignored": "an excluded work is found",
    "everything is a copy": "as near to work",
    "preview": "is not a media type",
    "wall": "the small preview turns, or sounds",
    "few examples": "at least three examples",
}


@pytest.mark.parametrize("wrong", ART_FAULTS)
def test_a_bad_art_is_noticed(wrong: str) -> None:
    with pytest.raises(AssertionError, match=ART_FAULTS[wrong]):
        check_art(BadArt(wrong), works=4, recipes=[], region="3-7")


def test_a_blend_of_strangers_is_noticed() -> None:
    with pytest.raises(AssertionError, match="blending: a draft names works"):
        check_art(BadArt("blend of strangers"), works=4)


def test_what_is_good_passes_and_a_crash_is_one_of_the_faults() -> None:
    check_art(BadArt("nothing"), works=4)

    class Crash(BadArt):
        def split(self, content: Row) -> Sequence[Row]:
            raise ZeroDivisionError("by nobody")

    with pytest.raises(AssertionError, match="pieces: ZeroDivisionError: by nobody"):
        check_art(Crash("nothing"), works=4, recipes=[])


def test_contents_of_another_kind_need_to_say_how_they_are_masked() -> None:
    masking: Masking[object] = Masking()
    with pytest.raises(AssertionError, match="Masking"):
        masking.mask(object())
    picture = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    mask = masking.mask(picture)
    assert mask.tolist() == [[False] * 3, [False, True, False], [False] * 3]
    assert np.array_equal(masking.known(picture, mask), picture[~mask])  # type: ignore[arg-type]
