"""What others may build on: the names, the verbs, and examples that are true as written."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import moxie
from moxie.cli.commands import VERBS, build
from moxie.errors import MoxieError
from moxie.text import LANGUAGES, Catalogue

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "docs" / "cli.md"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.M)


def commands() -> click.Group:
    return build(Catalogue("en", {}), lambda _name, _params: None, "0")


def shell_lines() -> list[str]:
    lines = [line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()]
    return [line.partition("#")[0].strip() for line in lines]


def error_classes(kind: type[MoxieError] = MoxieError) -> list[type[MoxieError]]:
    return [kind, *(below for sub in kind.__subclasses__() for below in error_classes(sub))]


def test_the_package_exports_exactly_these() -> None:
    assert moxie.__all__ == ["Result", "Studio", "__version__"]
    assert all(hasattr(moxie, name) for name in moxie.__all__)
    with pytest.raises(AttributeError):
        _ = moxie.Atelier  # type: ignore[attr-defined]


def test_the_studio_exports_exactly_what_it_lists() -> None:
    from moxie import studio

    public = {
        name
        for name, value in vars(studio).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }
    assert public == set(studio.__all__)


def test_the_studio_has_the_verbs_of_the_command_line() -> None:
    methods = {name for name, _ in inspect.getmembers(moxie.Studio, inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    feedback = {"ask", "answer", "undo", "answers", "people", "learnt_taste", "look"}
    feedback |= {"show", "export_person", "erase_person", "tuned", "use_version"}
    desks = {"keys": "keys", "license": "market", "prove": "registry", "register": "registry"}
    assert all(isinstance(getattr(moxie.Studio, desk), property) for desk in desks.values())
    verbs = {verb.name.replace("-", "_") for verb in VERBS} - {
        "studio",
        "rate",
    }  # asked by a page or a prompt
    assert public | set(desks) == verbs | {
        "close",
        "corpora",
        "creations",
        "learn",
        "suggest",
        *feedback,
    }


def test_each_method_of_the_studio_only_delegates() -> None:
    for name, method in inspect.getmembers(moxie.Studio, inspect.isfunction):
        body = inspect.getsource(method).rpartition('"""')[2].strip().splitlines()
        assert len(body) <= 15, name


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_are_typed_as_written(page: Path, tmp_path: Path) -> None:
    examples = blocks(page, "python")
    if page.name != "cli.md":
        assert examples
    for number, example in enumerate(examples):
        (tmp_path / f"example_{number}.py").write_text(example, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not examples or done.returncode == 0, done.stdout


def test_commands_shown_in_the_pages_exist() -> None:
    shown = [shlex.split(line)[1:] for line in shell_lines() if line.startswith("moxie ")]
    assert len(shown) > 10
    for words in shown:
        if words[0].startswith("--"):
            continue
        command = commands().commands[words[0]]
        command.make_context(words[0], [word for word in words[1:] if word != "--help"])


def test_make_targets_shown_in_the_pages_exist() -> None:
    shown = {line.split()[1] for line in shell_lines() if line.startswith("make ")}
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {"run", "test"} <= shown <= targets


def test_every_verb_option_and_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for name, command in commands().commands.items():
        assert f"moxie {name}" in page
        for param in command.params:
            if isinstance(param, click.Option):
                flag = next(name for name in param.opts if name.startswith("-"))
                assert f"`{flag}" in page, (name, param.opts)
    for error in error_classes():
        assert f"| {error.exit_code} |" in page, error


def test_help_is_in_both_languages() -> None:
    assert LANGUAGES == ("en", "zh")
    english, chinese = (_help(language) for language in LANGUAGES)
    assert english.splitlines()[0].startswith("Usage: moxie")
    assert english != chinese
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def _help(language: str) -> str:
    group = build(Catalogue.load(language), lambda _name, _params: None, "0")
    return group.get_help(click.Context(group, info_name="moxie"))
