"""The shape of the code, checked: layers, README's tree, small files, nothing that runs data."""

from __future__ import annotations

import ast
import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "moxie"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
RUNS_DATA = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve"}


def short(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@functools.cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((short(path), ast.parse(path.read_text("utf-8"))) for path in MODULES)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def readme_tree(name: str) -> dict[str, str]:
    """The files of README's last code block: path below src/moxie -> comment."""
    block = (ROOT / name).read_text("utf-8").rstrip().rpartition("\n```text\n")[2]
    lines = [line for line in block.removesuffix("```").splitlines() if line.strip()]
    assert lines[0].startswith("src/moxie/")
    found: dict[str, str] = {}
    folders: list[str] = []
    for line in lines[1:]:
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        entry, _, comment = line.strip().partition(" ")
        folders = folders[:depth]
        if entry.endswith("/"):
            folders.append(entry)
        else:
            found["".join(folders) + entry] = comment.strip()
    return found


def test_the_layers_hold() -> None:
    lint = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert lint, "import-linter is not installed beside this Python"
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in trees() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_tree_in_the_readme_is_the_architecture(readme: str) -> None:
    tree = readme_tree(readme)
    assert sorted(path for path in tree if path.endswith(".py")) == sorted(map(short, MODULES))
    assert [path for path, comment in tree.items() if not comment] == []
    missing = [path for path in tree if not (PACKAGE / path).exists()]
    assert missing == []


def test_files_are_short() -> None:
    files = [p for folder in ("src", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")]
    lengths = {
        p.relative_to(ROOT).as_posix(): len(p.read_text("utf-8").splitlines()) for p in files
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_nothing_runs_what_it_reads() -> None:
    wrong = []
    for name, tree in trees():
        wrong += [(name, module) for module in imports(tree) if module in RUNS_DATA]
        for called, node in calls(tree):
            text = ast.unparse(node)
            if called in {"eval", "exec", "yaml.load"} or "allow_pickle=True" in text:
                wrong.append((name, text))
            if called == "torch.load" and (name != "nn/vgg.py" or "weights_only=True" not in text):
                wrong.append((name, text))  # nn/vgg.py reads one file whose hash is pinned
    assert wrong == []


def test_nothing_needs_posix_without_a_guard() -> None:
    for name, tree in trees():
        guarded = {
            module
            for node in ast.walk(tree)
            if isinstance(node, ast.Try)
            and any("ImportError" in ast.unparse(h.type) for h in node.handlers if h.type)
            for statement in node.body
            for module in imports(statement)
        }
        assert set(imports(tree)) & POSIX_ONLY <= guarded, name
        assert not {called for called, _ in calls(tree)} & {"os.fork", "os.getuid", "os.mkfifo"}


def test_no_module_keeps_state() -> None:
    stateful = [
        (name, ast.unparse(node))
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    ]
    assert stateful == []


def test_no_path_of_one_machine_is_written_down() -> None:
    pattern = re.compile(r"(?<![\w.~$])/(?:" + "|".join(("root", "work", "opt")) + r")/\w")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".json", ".html", ""} and path.is_file():
            text = path.read_text("utf-8", errors="replace")
            found += [(name, match.group()) for match in pattern.finditer(text)]
    assert found == []
