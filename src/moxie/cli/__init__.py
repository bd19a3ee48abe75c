"""The command line: reads what is asked, calls the studio, says what happened.

stdout carries results (with `--json`, one object as its last line), stderr everything else.
Exit codes are those of `moxie.errors`; docs/cli.md lists them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from moxie import __version__
from moxie.cli.commands import build
from moxie.cli.outcome import Outcome
from moxie.errors import BadInput, Cancelled, CannotWrite, Missing, MoxieError
from moxie.settings import Settings
from moxie.text import Catalogue

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run one command; returns its exit code and never raises, except to a debugger."""
    catalogue = Catalogue.load(_language(argv))
    try:
        return _run(list(argv), catalogue)
    except (KeyboardInterrupt, click.Abort):
        return _fail(
            Cancelled("Stopped at once; what was already stored is kept."), argv, catalogue
        )
    except MoxieError as error:
        return _fail(error, argv, catalogue)
    except click.ClickException as error:
        return _fail(_explain(error), argv, catalogue)
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("MOXIE_DEBUG"):
            raise
        return _fail(_translate(error), argv, catalogue)


def _run(argv: list[str], catalogue: Catalogue) -> int:
    codes: list[int] = []

    def invoke(name: str, params: dict[str, Any]) -> None:
        as_json = params.pop("as_json")
        settings = Settings.read(home=params.pop("home"), language=params.pop("language"))
        outcome = _perform(name, params, settings, catalogue)
        outcome.show(catalogue, as_json=as_json)
        codes.append(outcome.exit_code)

    group = build(catalogue, invoke, __version__)
    if not argv:
        argv = ["--help"]
    group.main(argv, prog_name="moxie", standalone_mode=False)
    sys.stdout.flush()
    return codes[-1] if codes else 0


def _perform(
    name: str, params: dict[str, Any], settings: Settings, catalogue: Catalogue
) -> Outcome:
    if name == "doctor":  # apart, because it must work where the studio cannot be imported
        from moxie.cli.health import check

        return check(settings, catalogue)
    if name == "labels":  # about any files: no store is asked
        from moxie.cli.labels import check as look

        return look(params)
    if name == "studio":
        from moxie.cli.opening import serve

        return serve(params, settings, catalogue)
    if name == "rate":  # talks with a person, who has the terminal to themselves
        from moxie.cli.rating import rate

        return rate(params, settings, catalogue)
    from moxie.cli.verbs import perform

    return perform(name, params, settings, catalogue)


def _fail(error: MoxieError, argv: Sequence[str], catalogue: Catalogue) -> int:
    sentence = catalogue.render(error.message)
    print(f"moxie: {sentence}", file=sys.stderr, flush=True)
    if "--json" in argv:
        kind = type(error).__name__
        facts = {"kind": kind, "exit_code": error.exit_code, "message": sentence}
        print(json.dumps({"error": facts}, ensure_ascii=False), flush=True)
    return error.exit_code


def _explain(error: click.ClickException) -> MoxieError:
    """What the argument parser refused, in our own words."""
    if isinstance(error, click.NoSuchOption):
        return BadInput(
            "There is no option {option}; add --help to see which there are.",
            option=error.option_name,
        )
    if isinstance(error, click.BadOptionUsage):
        return BadInput("The option {option} needs a value.", option=error.option_name)
    return BadInput(
        "The command cannot be understood: {reason} Add --help to see how it is written.",
        reason=error.format_message(),
    )


def _translate(error: Exception) -> MoxieError:
    """An error nobody foresaw, as one of ours."""
    if isinstance(error, ImportError):
        return Missing(
            "The package {name} is not installed: run `moxie doctor` to see how to mend it.",
            name=error.name or str(error),
        )
    if isinstance(error, OSError) and error.strerror:
        return CannotWrite(
            "The file system refused {path}: {reason}.",
            path=str(error.filename or "?"),
            reason=error.strerror,
        )
    return MoxieError(
        "Something went wrong that Moxie did not foresee ({kind}: {text}). "
        "Set MOXIE_DEBUG=1 to see where, and please report it.",
        kind=type(error).__name__,
        text=str(error),
    )


def _language(argv: Sequence[str]) -> str:
    """The language has to be known before the arguments are read: their help is in it."""
    asked = None
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        if word == "--language":
            asked = following
        elif word.startswith("--language="):
            asked = word.partition("=")[2]
    return Settings.read(home=Path(), language=asked).language
