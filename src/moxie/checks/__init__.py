"""The public conformance suite: what every art must do, ours or a plugin's.

In a plugin's tests, as with scikit-learn's `parametrize_with_checks`::

    @pytest.mark.parametrize("check", checks_for(ART), ids=str)
    def test_art(check):
        check()

or all at once: `check_art(ART)`. The works they use are the art's own `examples()`. A failure is
an AssertionError with one sentence that says what is wrong; it is raised under `python -O` too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from moxie.art import Art
from moxie.checks import contents, judging, making
from moxie.checks.subject import Apprentice, Masking, Subject

S = TypeVar("S")

__all__ = ["Check", "Masking", "check_art", "checks_for"]


@dataclass(frozen=True, slots=True)
class Check:
    """One named check; call it to run it."""

    name: str
    run: Callable[[], None]

    def __call__(self) -> None:
        """Run; raises AssertionError with what is wrong."""
        self.run()

    def __str__(self) -> str:
        return self.name


def checks_for(
    art: Art[S],
    *,
    works: int = 5,
    size: str | None = None,
    recipes: Sequence[str] | None = None,
    masking: Masking[S] | None = None,
    region: str | None = None,
) -> list[Check]:
    """Every check of an art, to be run in any order; what is learnt is shared between them.

    `works` examples are used (at least 3; a recipe that needs more gets augmented copies too).
    `size` is what creations are made at, as a person writes it: a small one saves time. `recipes`
    limits which recipes are checked. `masking` is needed where contents are not arrays or
    sequences. `region` names a part that every example has, as a person would write it.
    """
    subject = Subject(art, works, size, masking or Masking(), region)
    found = [
        Check(_name(check), partial(check, subject)) for check in (*contents.ALL, *judging.ALL)
    ]
    found.append(Check("recipes_are_listed", partial(making.check_recipes_are_listed, subject)))
    for recipe in art.recipes():
        if recipes is None or recipe.name in recipes:
            apprentice = Apprentice(subject, recipe)
            found += [
                Check(f"{recipe.name}: {_name(check)}", partial(check, apprentice))
                for check in making.ALL
            ]
    return found


def check_art(
    art: Art[S],
    *,
    works: int = 5,
    size: str | None = None,
    recipes: Sequence[str] | None = None,
    masking: Masking[S] | None = None,
    region: str | None = None,
) -> None:
    """Run every check; raises one AssertionError that lists all that is wrong."""
    problems: list[str] = []
    for check in checks_for(
        art, works=works, size=size, recipes=recipes, masking=masking, region=region
    ):
        try:
            check()
        except AssertionError as error:
            problems.append(f"{check}: {error}")
        except Exception as error:  # noqa: BLE001  a crash fails the check, and only that
            problems.append(f"{check}: {type(error).__name__}: {error}")
    if problems:
        raise AssertionError("\n".join(problems))


def _name(check: Callable[..., None]) -> str:
    return check.__name__.removeprefix("check_")
