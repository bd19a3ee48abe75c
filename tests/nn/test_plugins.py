"""Recipes and arts of other packages are found, and a broken one names itself and harms nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from moxie import arts
from moxie.art import Supply
from moxie.errors import Missing
from moxie.nn.plugins import recipes_in
from moxie.settings import Machine
from toy import ART
from toy.plugin import install

SUPPLY = Supply(1, 1.0, Machine(), 60)

MINE = """
from dataclasses import replace
from toy.recipes.chain import RECIPE as CHAIN
RECIPE = replace(CHAIN, name="toy/mine", least_works=3)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def names() -> list[str]:
    return [recipe.name for recipe in ART.recipes()]


def test_recipes_are_found_by_looking_and_ordered() -> None:
    assert names() == ["toy/chain", "toy/descent"]
    assert [r.least_works for r in recipes_in("toy.recipes", "toy")] == [1, 8]


def test_a_recipe_comes_from_another_package(site: Path) -> None:
    (site / "mine_for_test.py").write_text(MINE, "utf-8")
    install(site, "[moxie.recipes]\ntoy/mine = mine_for_test:RECIPE\nother/x = gone:RECIPE\n")
    assert names() == ["toy/chain", "toy/mine", "toy/descent"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("gone_for_test:RECIPE", "ModuleNotFoundError"),
        ("json:RECIPE", "AttributeError"),
        ("json:dumps", "not a recipe of that name"),
        ("toy.recipes.chain:RECIPE", "not a recipe of that name"),
    ],
)
def test_a_broken_recipe_says_so_and_the_others_work(site: Path, target: str, reason: str) -> None:
    install(site, f"[moxie.recipes]\ntoy/broken = {target}\n", "bad-package")
    assert names() == ["toy/chain", "toy/descent", "toy/broken"]
    broken = ART.recipes()[-1]
    with pytest.raises(Missing, match=reason) as found:
        broken.plan(SUPPLY)
    assert "bad-package" in str(found.value)
    with pytest.raises(Missing, match="bad-package"):
        broken.build(Machine())
    assert str(broken.summary) == str(found.value)
    assert ART.recipes()[0].plan(SUPPLY) is not None


def test_a_plugin_cannot_take_a_name(site: Path) -> None:
    install(site, "[moxie.recipes]\ntoy/chain = toy.recipes.descent:RECIPE\n", "thief")
    assert names() == ["toy/chain", "toy/descent", "toy/chain (thief)"]
    assert ART.recipes()[0].least_works == 1
    with pytest.raises(Missing, match="already taken"):
        ART.recipes()[-1].plan(SUPPLY)


def test_arts_are_found_in_the_package_and_among_plugins(site: Path) -> None:
    assert "toy" not in arts.available()
    with pytest.raises(Missing, match="'toy' is not known; there is literature, music, painting"):
        arts.find("toy")
    install(site)
    assert list(arts.available()) == sorted(arts.available())
    assert {"painting", "toy"} <= set(arts.available())
    assert arts.find("toy") is ART
    assert arts.available()["toy"]() is ART


@pytest.mark.parametrize("target", ["gone_for_test:ART", "json:dumps"])
def test_a_broken_art_names_itself_and_the_others_work(site: Path, target: str) -> None:
    install(site)
    install(site, f"[moxie.arts]\nbroken = {target}\n", "bad-package")
    with pytest.raises(Missing, match="bad-package"):
        arts.find("broken")
    assert "broken" in arts.available()
    assert {"painting", "toy"} <= {art.name for art in arts.usable()}
    assert "broken" not in {art.name for art in arts.usable()}


def test_a_plugin_cannot_replace_a_built_in_art(site: Path) -> None:
    install(site, "[moxie.arts]\npainting = toy:ART\n", "thief")
    assert arts.find("painting").name == "painting"


def test_listing_arts_imports_nothing_heavy() -> None:
    code = (
        "import sys; from moxie import arts; arts.available(); arts.find('painting');"
        "print([m for m in ('torch', 'numpy', 'cv2', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"
