"""Whether works are enough and copies help, on recipes whose behaviour is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest

from moxie.art import Recipe, Sample
from moxie.errors import Cancelled
from moxie.flow import augment as augmenting
from moxie.flow.augment import EFFORTS, augment, augmented
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan, Sufficiency
from toy import ART, Toy
from toy.recipes.chain import RECIPE as CHAIN

Law = Callable[[int, int], float]


class Planned:
    """A model whose held-out error is a law of (works, copies) it learnt from."""

    fits: ClassVar[list[tuple[int, int]]] = []

    def __init__(self, law: Law, noise: float) -> None:
        self.law, self.noise, self.error, self.seed = law, noise, 0.0, 0

    def fit(self, samples: Sequence[Sample[Any]], *, seed: int, on_step: Any, **_: Any) -> Planned:
        works = len({sample.work for sample in samples})
        copies = len(samples) // works - 1
        self.fits.append((works, copies))
        for i in range(len(samples)):
            on_step(i + 1, len(samples), 0.0)
        self.error, self.seed = self.law(works, copies), 1000 * works + copies + 7 * seed
        return self

    def losses(self, contents: Sequence[Any]) -> Any:
        rng = np.random.default_rng(self.seed)
        hard = np.linspace(0.5, 1.5, len(contents))
        noisy = 1 + self.noise * rng.standard_normal(len(contents))
        return (self.error * hard * noisy).astype(np.float32)


def measure(
    law: Law,
    works: int = 100,
    held_out: int = 20,
    *,
    seconds: float = 1e6,
    noise: float = 0.003,
    **kwargs: Any,
) -> tuple[Sufficiency, list[tuple[int, int]]]:
    Planned.fits = []
    recipe: Recipe[Any] = Recipe(
        "toy/planned", say("x"), 1, 1,
        lambda supply: Plan({}, float(supply.works), say("x")),
        lambda _: Planned(law, noise),  # type: ignore[arg-type, return-value]
    )  # fmt: skip
    given: dict[str, Any] = {"seed": 0, "on_step": lambda *_: None} | kwargs
    train = [Sample(f"w{i}", (1, 2, 3, i % 10)) for i in range(works)]
    validation = [(1, 2, 3)] * held_out
    found = augment(train, validation, ART, recipe, Machine(), seconds=seconds, **given)
    return found, Planned.fits


def flat(works: int, copies: int) -> float:
    return 1.0


def hungry(works: int, copies: int) -> float:
    return 0.5 + 4 / works**0.5


def thrifty(works: int, copies: int) -> float:
    """Copies help up to two."""
    return hungry(works, copies) * {0: 1.0, 1: 0.95, 2: 0.9, 4: 0.93}[copies]


def test_enough_works_and_useless_copies() -> None:
    found, fits = measure(flat)
    assert found.verdict == "enough"
    assert [p.works for p in found.curve] == [25, 50, 100]
    assert fits[:3] == [(25, 0), (50, 0), (100, 0)]
    assert found.augment == 0
    assert set(found.augment_losses) == {"0", "1", "2", "4"}
    assert "not clearly better" in str(found.augment_why)


def test_more_works_are_asked_for_where_they_would_help() -> None:
    found, _ = measure(hungry)
    assert found.verdict == "more"
    assert 5 <= found.more <= 100
    losses = [p.loss for p in found.curve]
    assert losses == sorted(losses, reverse=True)
    assert all(p.low <= p.loss <= p.high for p in found.curve)


def test_copies_are_used_as_far_as_they_help() -> None:
    found, _ = measure(thrifty)
    assert found.augment == 2
    assert found.augment_losses["2"] < found.augment_losses["4"] < found.augment_losses["0"]
    assert "2 augmented copies" in str(found.augment_why)


def test_harmful_copies_are_not_used() -> None:
    found, _ = measure(lambda works, copies: 1.0 + 0.1 * copies)
    assert found.augment == 0
    assert "+10" in str(found.augment_why)


def test_noise_does_not_call_for_copies() -> None:
    for seed in range(5):
        assert measure(flat, noise=0.2, seed=seed)[0].augment == 0


def test_a_gain_too_small_to_pay_is_not_taken() -> None:
    found, _ = measure(lambda works, copies: 1 - 0.005 * (copies > 0), noise=0.0)
    assert found.augment == 0


@pytest.mark.parametrize(
    ("seconds", "effort"), [(10_000, 0), (1_500, 1), (550, 2), (400, 3), (1, 4)]
)
def test_less_time_means_fewer_trials_and_always_a_curve(seconds: float, effort: int) -> None:
    found, fits = measure(flat, seconds=seconds)
    expected = EFFORTS[effort]
    assert fits.count((25, 0)) == expected.repeats + (bool(expected.tries) and expected.share < 1)
    assert {copies for _, copies in fits} == {0, *expected.tries}
    assert len(found.curve) == 3
    if not expected.tries:
        assert "no time" in str(found.augment_why)


def test_copies_that_win_on_a_part_must_win_on_all() -> None:
    found, fits = measure(thrifty, seconds=550)
    assert found.augment == 2
    assert fits[-1] == (100, 2)
    assert found.augment_losses.keys() == {"0", "2"}

    def only_on_few(works: int, copies: int) -> float:
        return thrifty(works, copies) if works < 50 else hungry(works, copies)

    found, fits = measure(only_on_few, seconds=550)
    assert fits[-1] == (100, 2)
    assert found.augment == 0


@pytest.mark.parametrize(
    ("pace", "seconds", "repeats", "copies"),
    [
        (1.0, 10_000, 3, 2),
        (6_000.0, 10_000, 1, 2),  # half the time is gone after one curve
        (20_000.0, 10_000, 1, 0),  # all of it
        (500.0, 550, 2, 2),  # one repetition planned, and one trial on a part of the works
        (540.0, 550, 2, 0),  # the second look at the clock comes too late to confirm
    ],
)
def test_the_clock_drops_whole_parts_only(
    monkeypatch: pytest.MonkeyPatch, pace: float, seconds: float, repeats: int, copies: int
) -> None:
    """`pace`: what the clock says at the first look; each later look adds five percent."""
    looks = (pace * (1 + 0.05 * look) for look in range(20))
    monkeypatch.setattr(augmenting._Bench, "spent", property(lambda _: next(looks)))
    found, fits = measure(thrifty, seconds=seconds)
    assert fits.count((25, 0)) == repeats
    assert found.augment == copies
    assert len(found.curve) == 3


@pytest.mark.parametrize(("works", "held_out"), [(1, 0), (2, 0), (2, 1), (50, 0)])
def test_what_cannot_be_measured_is_said(works: int, held_out: int) -> None:
    found, fits = measure(flat, works, held_out)
    assert fits == []
    assert (found.verdict, found.curve, found.augment) == ("few", (), 0)
    assert found.more >= 1
    assert str(works) in str(found.why)


@pytest.mark.parametrize(("works", "held_out"), [(3, 1), (4, 1), (7, 1)])
def test_few_works_still_give_a_curve(works: int, held_out: int) -> None:
    found, fits = measure(hungry, works, held_out)
    assert found.verdict == "few"
    assert [p.works for p in found.curve] == sorted({n for n, _ in fits})
    assert found.curve[-1].works == works
    assert found.augment == 0
    assert "cannot be measured" in str(found.augment_why)


def test_the_same_seed_gives_the_same_answer_and_subsets_are_nested() -> None:
    seen: list[set[str]] = []

    class Spy(Planned):
        def fit(self, samples: Sequence[Sample[Any]], **kwargs: Any) -> Planned:
            seen.append({sample.work for sample in samples})
            return super().fit(samples, **kwargs)

    recipe: Recipe[Any] = Recipe(
        "toy/spy", say("x"), 1, 1, lambda _: Plan({}, 0.0, say("x")), lambda _: Spy(hungry, 0.01)  # type: ignore
    )  # fmt: skip
    train = [Sample(f"w{i}", (1, 2, 3)) for i in range(40)]
    arguments: Any = (train, [(1, 2)] * 6, ART, recipe, Machine())
    one, two, other = (
        augment(*arguments, seed=seed, seconds=60, on_step=lambda *_: None) for seed in (0, 0, 1)
    )
    assert one == two
    assert one != other
    for quarter, half, all_of_them in (seen[:3], seen[3:6], seen[6:9]):
        assert quarter < half < all_of_them
    assert seen[0] != seen[3], "each repetition has subsets of its own"


def test_steps_count_up_to_the_end_and_can_stop_it() -> None:
    told: list[tuple[int, int]] = []
    measure(thrifty, on_step=lambda step, total, _: told.append((step, total)))
    steps = [step for step, _ in told]
    assert steps == sorted(steps)
    assert len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1]

    def stop(step: int, total: int, loss: float) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        measure(thrifty, on_step=stop)


def test_a_real_recipe_on_the_toy_art() -> None:
    rows = [ART.read(data, name) for name, data in ART.examples()]
    train = [Sample(f"w{i}", row) for i, row in enumerate(rows[:16])]

    def ask(works: int) -> Sufficiency:
        return augment(
            train[:works], rows[16:], ART, CHAIN, Machine(), seed=0, seconds=9, on_step=quiet
        )

    def quiet(*_: object) -> None:
        pass

    few, many = ask(5), ask(16)
    assert [p.works for p in many.curve] == [4, 8, 16]
    assert many.curve[0].loss > many.curve[1].loss > many.curve[2].loss
    assert (few.verdict, many.verdict) == ("more", "enough")


def test_augmented_copies_follow_their_work_lazily_and_repeatably() -> None:
    made: list[int] = []

    class Spy(Toy):
        def augment(self, content: Any, *, seed: int) -> Any:
            made.append(seed)
            return super().augment(content, seed=seed)

    train = [Sample(f"w{i}", tuple(range(i, i + 10)), weight=i / 2) for i in range(3)]
    one, two = (augmented(train, Spy(), copies, seed=4) for copies in (1, 2))
    assert len(two) == 9
    assert made == []
    assert [sample.work for sample in two] == ["w0"] * 3 + ["w1"] * 3 + ["w2"] * 3
    assert [sample.weight for sample in two[3:6]] == [0.5] * 3
    assert two[3] is train[1]
    assert two[4] == one[3] == two[4], "fewer copies are the first of more"
    assert len(set(made)) == 6
    assert augmented(train, Spy(), 2, seed=5)[1:3] != two[1:3]
    assert two[-1] == two[8]
    assert list(augmented(train, Spy(), 0, seed=4)) == train
    with pytest.raises(IndexError):
        _ = two[9]
