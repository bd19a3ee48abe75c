"""What is said of a taste is so: simulated people whose preferences are known."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.taste.answers import Choice
from moxie.taste.explain import FEWEST, LITTLE, Effect, explain

TRAITS = 8


def made(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Traits of creations, the first two alike, and features in which they are mixed with more."""
    rng = np.random.default_rng([seed, 1])
    traits = rng.normal(size=(number, TRAITS))
    traits[:, 1] = 0.9 * traits[:, 0] + 0.4 * traits[:, 1]
    more = np.concatenate([traits, rng.normal(size=(number, 5))], axis=1)
    return traits, np.tanh(0.3 * more @ rng.normal(size=(TRAITS + 5, 30)))


def answers(liking: np.ndarray, number: int, seed: int) -> list[Choice]:
    """Fours in order, by someone who is consistent on about eight pairs in ten."""
    rng = np.random.default_rng([seed, 2])
    value = 2 * liking / max(float(liking.std()), 1e-9)
    said = []
    for _ in range(number):
        four = rng.choice(len(value), 4, replace=False)
        order = four[np.argsort(-(value[four] + rng.gumbel(size=4)))].tolist()
        said += [Choice(tuple(order[i:])) for i in range(3)]
    return said


def by_trait(effects: list[Effect]) -> dict[int, Effect]:
    return {effect.trait: effect for effect in effects}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_preferred_is_said_and_nothing_else(seed: int) -> None:
    traits, features = made(100, seed)
    said = answers(traits[:, 3] - 0.7 * traits[:, 5], 50, seed)
    effects = explain(said, features, traits)
    found = by_trait(effects)
    assert len(found) == TRAITS
    assert (found[3].kind, found[5].kind) == ("more", "less")
    assert {effect.trait for effect in effects[:2]} == {3, 5}, "what is sure comes first"
    assert {found[k].kind for k in (0, 1, 2, 4, 6, 7)} <= {"indifferent", "unknown"}
    true = np.array([1.0, -0.7]) / np.std(traits[:, 3] - 0.7 * traits[:, 5])
    for effect, slope in zip((found[3], found[5]), true, strict=True):
        assert effect.low <= slope <= effect.high
        assert effect.sure > 0.99


@pytest.mark.parametrize("seed", range(3))
def test_the_best_in_between_is_said(seed: int) -> None:
    traits, features = made(120, seed)
    said = answers(-((traits[:, 2] - 0.4) ** 2) + 0.7 * traits[:, 6], 60, seed)
    found = by_trait(explain(said, features, traits))
    assert found[2].kind == "middle"
    assert found[2].curve < 0
    assert found[2].best == pytest.approx(0.4, abs=0.35)
    assert found[6].kind == "more"
    ends = by_trait(explain(answers(traits[:, 2] ** 2, 60, seed), features, traits))
    assert ends[2].kind == "ends"


def test_of_two_that_go_together_it_is_not_guessed_which() -> None:
    kinds = []
    for seed in range(4):
        traits, features = made(60, seed)
        traits[:, 1] = traits[:, 0] + 0.02 * traits[:, 1]
        found = by_trait(explain(answers(traits[:, 0], 30, seed), features, traits))
        assert found[0].partners == (1,)
        assert found[0].along > 0.5
        kinds += [found[0].kind, found[1].kind]
    assert set(kinds) == {"shared"}


def test_what_is_shared_is_shared_with_another() -> None:
    for seed in range(4):
        traits, features = made(50, seed)
        traits[:, 4] = traits[:, 2] + 0.3 * traits[:, 4]
        liking = traits[:, 2] - 0.6 * traits[:, 0] ** 2
        found = by_trait(explain(answers(liking, 25, seed), features, traits))
        shared = {k for k, effect in found.items() if effect.kind == "shared"}
        assert all(shared & set(found[k].partners) for k in shared)


def test_what_goes_with_a_liked_trait_is_not_said_to_be_liked() -> None:
    wrong = 0
    for seed in range(4):
        traits, features = made(100, seed)
        found = by_trait(explain(answers(traits[:, 0], 60, seed), features, traits))
        wrong += found[1].kind in ("more", "less", "middle", "ends")
        assert found[0].kind in ("more", "shared")
        assert found[1].along > 0.4, "though it is found beside what is liked"
    assert wrong == 0


def test_answers_without_a_taste_say_nothing() -> None:
    for seed in range(3):
        traits, features = made(80, seed)
        effects = explain(answers(np.zeros(80), 40, seed), features, traits)
        assert {effect.kind for effect in effects} == {"unknown"}
    assert {effect.kind for effect in explain([], features, traits)} == {"unknown"}


def test_a_liking_for_what_has_no_name_is_not_put_down_to_a_trait() -> None:
    traits, _ = made(100, 5)
    rng = np.random.default_rng(6)
    hidden = rng.normal(size=(100, 3))
    features = np.concatenate([traits @ rng.normal(size=(TRAITS, 20)), hidden], axis=1)
    effects = explain(answers(hidden[:, 0], 50, 5), features, traits)
    assert {effect.kind for effect in effects} <= {"unknown", "indifferent"}
    assert max(abs(effect.slope) for effect in effects) < 2 * LITTLE


def test_more_answers_are_surer() -> None:
    traits, features = made(100, 7)
    widths = []
    for number in (5, 20, 80):
        found = by_trait(explain(answers(traits[:, 4], number, 7), features, traits))
        widths.append(found[4].high - found[4].low)
    assert widths == sorted(widths, reverse=True)


def test_few_creations_and_idle_traits_are_left_out() -> None:
    traits, features = made(40, 8)
    said = answers(traits[:, 2], 20, 8)
    traits[:, 4] = 1.0
    found = explain(said, features, traits)
    assert {effect.trait for effect in found} == set(range(TRAITS)) - {4}
    assert found == explain(said, features, traits), "one seed, one explanation"
    assert explain([], features[: FEWEST - 1], traits[: FEWEST - 1]) == []
    assert explain([], features, np.ones((40, 3))) == []
    alike = explain([Choice((0, 1))], np.ones((40, 3)), traits)
    assert len(alike) == TRAITS - 1
