"""Checks of an art's recipes: learning, stopping, going on, making, mending."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from moxie.art import Brief, StyleModel, Supply
from moxie.checks.subject import SECONDS, SEED, Apprentice, Subject, require, same
from moxie.errors import BadInput, MoxieError
from moxie.settings import Machine


def check_recipes_are_listed(subject: Subject[Any]) -> None:
    """Recipes have names of their own and come by least works; the first takes one work."""
    recipes = subject.art.recipes()
    require(recipes, "there is no recipe")
    names = [recipe.name for recipe in recipes]
    require(len(set(names)) == len(names), f"two recipes have one name: {names}")
    for name in names:
        require(name.startswith(f"{subject.art.name}/"), f"{name} must start with the art's name")
    least = [recipe.least_works for recipe in recipes]
    require(least == sorted(least), f"recipes are not by least works: {least}")
    require(least[0] == 1, "the first recipe must learn from one work")
    one = recipes[0].plan(Supply(1, 1.0, Machine(), SECONDS))
    require(one is not None, "the first recipe has no plan for one work")


def check_plan_is_plain(apprentice: Apprentice[Any]) -> None:
    """A plan is plain data with an expected time, and says something for people."""
    plan = apprentice.plan(len(apprentice.samples))
    json.dumps(dict(plan.options), allow_nan=False)
    require(np.isfinite(plan.seconds) and plan.seconds >= 0, f"it plans {plan.seconds} s")
    require(str(plan.why).strip(), "the plan gives no reason")
    require(str(apprentice.recipe.summary).strip(), "the recipe has no summary")


def check_learns_from_the_least_works(apprentice: Apprentice[Any]) -> None:
    """It learns from as few works as it says, and what it then makes is a work."""
    apprentice.subject.art.write(apprentice.make(apprentice.beginner()))


def check_it_can_be_watched(apprentice: Apprentice[Any]) -> None:
    """Learning calls `on_step`, so that a person can see it, and stop it."""
    require(apprentice.model is not None, "fit gives no model")
    require(apprentice.steps > 0, "fit never calls on_step, so that nobody could stop it")


def check_nothing_learnt_nothing_made(apprentice: Apprentice[Any]) -> None:
    """Before it has learnt anything a model refuses with an error of Moxie's."""
    try:
        apprentice.make(apprentice.build())
    except MoxieError:
        return
    except Exception as error:
        raise AssertionError(f"an untrained model raises {type(error).__name__}") from error
    raise AssertionError("an untrained model makes something")


def check_what_is_made_is_a_work(apprentice: Apprentice[Any]) -> None:
    """A sample can be written, read back and cut into pieces."""
    art = apprentice.subject.art
    made = apprentice.made
    require(same(art.read(art.write(made), "made"), made), "a sample is not read back exactly")
    require(art.split(made), "a sample gives no piece for the judges")


def check_one_seed_makes_one_work(apprentice: Apprentice[Any]) -> None:
    """A seed decides all; another seed makes another work."""
    again = apprentice.make(apprentice.model)
    require(same(again, apprentice.made), "one seed makes two different works")
    others = [apprentice.make(apprentice.model, seed=SEED + n) for n in (1, 2)]
    require(not all(same(other, apprentice.made) for other in others), "three seeds make one work")


def check_the_dial_works_at_its_ends(apprentice: Apprentice[Any]) -> None:
    """Novelty 0 and 1 both make a work."""
    for novelty in (0.0, 1.0):
        apprentice.subject.art.write(apprentice.make(apprentice.model, novelty=novelty))


def check_sources_are_told(apprentice: Apprentice[Any]) -> None:
    """A draft names works it learnt from, with shares that sum to one; or names none."""
    _require_sources(apprentice, apprentice.model)


def _require_sources(apprentice: Apprentice[Any], model: StyleModel[Any]) -> None:
    """The same of any model that has learnt from the apprentice's samples."""
    sources = model.sample(Brief(apprentice.subject.size), seed=SEED).sources
    if sources:
        known = {sample.work for sample in apprentice.samples}
        strange = [work for work, _ in sources if work not in known]
        require(not strange, f"a draft names works it has not learnt from: {strange}")
        require(all(share >= 0 for _, share in sources), "a share is negative")
        total = sum(share for _, share in sources)
        require(abs(total - 1) < 1e-3, f"the shares of a draft sum to {total:.4g}, not 1")


def check_saving_keeps_everything(apprentice: Apprentice[Any]) -> None:
    """A saved model makes the same work when loaded; only safetensors and JSON are written."""
    loaded, names = apprentice.saved_and_loaded()
    strange = [name for name in names if not name.endswith((".safetensors", ".json"))]
    require(names and not strange, f"a model is safetensors and JSON, not {strange or 'nothing'}")
    require(
        same(apprentice.make(loaded), apprentice.made),
        "after save and load one seed makes another work",
    )


def check_stopping_changes_nothing(apprentice: Apprentice[Any]) -> None:
    """Stopped at the first, the middle or the last step and resumed, it is the same model."""
    expected = apprentice.made
    require(apprentice.steps > 0, "fit never calls on_step, so that nobody could stop it")
    for call in sorted({1, (apprentice.steps + 1) // 2, apprentice.steps}):
        model, stopped = apprentice.stopped_and_resumed(call)
        require(stopped, "fit goes on although on_step raised Cancelled")
        require(
            same(apprentice.make(model), expected),
            f"stopped at step {call} of {apprentice.steps} and resumed, it is another model",
        )


def check_infill_keeps_what_is_known(apprentice: Apprentice[Any]) -> None:
    """Infilling leaves every known part exactly as it was; one seed fills in one way."""
    masking = apprentice.subject.masking
    content = apprentice.subject.contents[-1]
    mask = apprentice.subject.mask(content)
    known = apprentice.subject.art.write(content)
    filled = apprentice.model.infill(content, mask.copy(), seed=SEED)
    require(apprentice.subject.art.write(content) == known, "infill changes what it is given")
    kept = same(masking.known(filled, mask), masking.known(content, mask))
    require(kept, "infill changes what is known")
    again = apprentice.model.infill(content, mask.copy(), seed=SEED)
    require(same(again, filled), "one seed fills in two ways")


def check_a_region_alone_is_made_anew(apprentice: Apprentice[Any]) -> None:
    """A work that begins from another changes inside the mask alone."""
    subject = apprentice.subject
    start = subject.contents[-1]
    mask = subject.mask(start)
    size = tuple(map(int, mask.shape[-len(subject.size) :]))
    made = apprentice.model.sample(Brief(size, start=start, mask=mask.copy()), seed=SEED).content
    kept = same(subject.masking.known(made, mask), subject.masking.known(start, mask))
    require(kept, "a sample with a mask changes what is outside it")


def check_blending(apprentice: Apprentice[Any]) -> None:
    """Two models blended make a work from the works of either; or are refused with a reason."""
    models = [(apprentice.model, 0.75), (apprentice.beginner(), 0.25)]
    try:
        blended = apprentice.subject.art.blend(models)
    except BadInput as error:
        require(str(error).strip(), "models are not blended, without a reason")
        return
    made = apprentice.make(blended)
    apprentice.subject.art.write(made)
    require(same(apprentice.make(blended), made), "blended, one seed makes two different works")
    _require_sources(apprentice, blended)


def check_losses_are_numbers(apprentice: Apprentice[Any]) -> None:
    """There is one finite held-out error for each content, the same every time."""
    contents = apprentice.subject.contents
    losses = apprentice.model.losses(contents)
    good = losses.shape == (len(contents),) and losses.dtype == np.float32
    require(good, f"losses are {losses.dtype} {losses.shape}, not float32 [{len(contents)}]")
    require(np.isfinite(losses).all(), "a loss is infinite or undefined")
    require(np.array_equal(apprentice.model.losses(contents), losses), "losses waver")


ALL = (
    check_plan_is_plain,
    check_learns_from_the_least_works,
    check_it_can_be_watched,
    check_nothing_learnt_nothing_made,
    check_what_is_made_is_a_work,
    check_one_seed_makes_one_work,
    check_the_dial_works_at_its_ends,
    check_sources_are_told,
    check_saving_keeps_everything,
    check_stopping_changes_nothing,
    check_infill_keeps_what_is_known,
    check_a_region_alone_is_made_anew,
    check_blending,
    check_losses_are_numbers,
)
