"""Every sentence the source says to people, found without running it.

`python tests/catalogue.py` prints what the Chinese catalogue lacks, and what it no longer needs.
"""

from __future__ import annotations

import ast
import inspect
import json
import string
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from moxie import errors

SOURCE = Path(__file__).resolve().parents[1] / "src/moxie"
LOCALE = SOURCE / "locale"

SAYING = frozenset({"say", "Message", "t", "catalogue"}) | {
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.MoxieError)
}
"""Names of what takes a template as its first argument."""

INNER = frozenset({"text.py", "errors.py"})
"""Where templates are passed on rather than written."""


def of_python(source: str) -> Iterator[tuple[int, str | None]]:
    """(line, template) of every saying call; None where the template is not a literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in SAYING and node.args:
            yield from _templates(node)
        elif isinstance(node, ast.Call) and _name(node.func) == "Recipe":
            for keyword in node.keywords:  # Recipe.scale is said as it is
                yield from _literal(keyword.value) if keyword.arg == "scale" else ()
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "unit":
            yield from _literal(node.value)  # Art.unit is said as it is
        elif isinstance(node, ast.FunctionDef) and node.name == "unit":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _literal(inner.value)


def _templates(call: ast.Call) -> Iterator[tuple[int, str | None]]:
    for choice in _choices(call.args[0]):
        if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
            yield choice.lineno, choice.value
        elif not _passes_on(choice):
            yield choice.lineno, None


def _passes_on(argument: ast.expr) -> bool:
    """Whether it was said elsewhere: a message as it is, or its template raised as an error."""
    return isinstance(argument, ast.Call) or (
        isinstance(argument, ast.Attribute) and argument.attr == "template"
    )


def _literal(value: ast.expr) -> Iterator[tuple[int, str | None]]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.lineno, value.value


def _name(func: ast.AST) -> str | None:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else None


def _choices(argument: ast.expr) -> Iterator[ast.expr]:
    if isinstance(argument, ast.IfExp):
        yield from _choices(argument.body)
        yield from _choices(argument.orelse)
    else:
        yield argument


def of_template(source: str) -> Iterator[tuple[int, str | None]]:
    """(line, template) of every `t("...")` in a page; None where it is not a literal."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
            first = call.args[0]
            literal = isinstance(first, nodes.Const) and isinstance(first.value, str)
            yield call.lineno, first.value if literal else None


def of_module(source: str) -> Iterator[tuple[int, str | None]]:
    """(line, template) of every `t("...")` in a module for the browser."""
    from moxie.web.wording import said

    for number, line in enumerate(source.splitlines(), 1):
        yield from ((number, template) for template in said(line))


def spoken() -> dict[str, list[str]]:
    """Every sentence, and where it is said ("flow/collect.py:12"); "" gathers non-literals."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).as_posix() not in INNER:
            _gather(found, path, of_python(path.read_text("utf-8")))
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        _gather(found, path, of_template(path.read_text("utf-8")))
    for path in sorted(SOURCE.rglob("*.js")):
        _gather(found, path, of_module(path.read_text("utf-8")))
    return found


def _gather(
    found: dict[str, list[str]], path: Path, said: Iterator[tuple[int, str | None]]
) -> None:
    for line, template in said:
        where = f"{path.relative_to(SOURCE).as_posix()}:{line}"
        found.setdefault(template or "", []).append(where)


def has_words(template: str) -> bool:
    """Whether there is anything to translate between the placeholders."""
    return any(char.isalpha() for text, *_ in string.Formatter().parse(template) for char in text)


def placeholders(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def sentences(language: str) -> dict[str, str]:
    """The catalogue of a language as it is on disk."""
    read: dict[str, str] = json.loads((LOCALE / f"{language}.json").read_text("utf-8"))
    return read


if __name__ == "__main__":
    there, said = sentences("zh"), [s for s in spoken() if has_words(s)]
    missing = {sentence: "" for sentence in said if sentence not in there}
    stale = [sentence for sentence in there if sentence not in said]
    print(json.dumps({"missing": missing, "stale": stale}, ensure_ascii=False, indent=1))
