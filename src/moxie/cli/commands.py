"""The command line as a table: each verb, its words and its options, built in one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import click

from moxie.cli import options as o
from moxie.cli.rating_options import RATING
from moxie.cli.types import Folder
from moxie.errors import BadInput
from moxie.text import Catalogue, Message, say

Invoke: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Called with a verb's name and its parameters."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One command."""

    name: str
    summary: Message
    params: Sequence[o.Maker]


VERBS = (
    Verb(
        "run",
        say("Take a folder of works in; hand out a trained model, a report and new works."),
        (
            *(o.FOLDERS, o.SAMPLES, o.ART, o.NUMBER, o.SEED, o.budget("10m"), o.SIZE, o.NOVELTY),
            *(o.OUT, o.ALSO, o.VISIBLE, o.NAME, o.RIGHTS, o.OVERRIDE),
        ),
    ),
    Verb(
        "collect",
        say("Add works from files, folders and zips to a corpus in the store."),
        (o.FOLDERS, o.SAMPLES, o.ART, o.NAME, o.RIGHTS, o.OVERRIDE),
    ),
    Verb("prepare", say("Clean the works, find duplicates, split them by work."), (o.CORPUS,)),
    Verb("augment", say("Measure whether the works are enough."), (o.CORPUS, o.budget("1m"))),
    Verb("choose", say("Choose how to train, and say why."), (o.CORPUS, o.budget("4m"), o.RECIPE)),
    Verb("train", say("Train the style model; go on if it was stopped."), (o.CORPUS, o.SEED)),
    Verb(
        "balance",
        say("Let works count so that what is made is more like them, where that proves better."),
        (o.CORPUS, o.budget("2m")),
    ),
    Verb(
        "calibrate",
        say("Measure what novelty does, so that it means the same for every model."),
        (o.CORPUS, o.budget("5m")),
    ),
    Verb(
        "evaluate",
        say("Measure the model on works it has not seen."),
        (o.CORPUS, o.SIZE, o.NOVELTY, o.budget("2m")),
    ),
    Verb(
        "create",
        say("Make new works."),
        (
            o.CORPUS,
            o.NUMBER,
            o.SEED,
            o.SIZE,
            o.NOVELTY,
            o.START,
            o.SKETCH,
            o.REGION,
            o.SET,
            o.FOR,
            o.OF,
            o.BLEND,
            o.OUT,
            o.ALSO,
            o.VISIBLE,
        ),
    ),
    Verb(
        "restore",
        say("Mend what is damaged in a work, and leave the rest as it is."),
        (o.SOURCE, o.OUT_FILE, o.SUGGEST, o.MASK, o.REGION, o.MODEL, o.SEED, o.UNDO),
    ),
    Verb("rate", say("Say what you like, and Moxie learns your taste."), (o.CORPUS, *RATING)),
    Verb("report", say("Write the report as one page."), (o.CORPUS, o.OUT)),
    Verb(
        "export",
        say("Write all creations and their records as files."),
        (o.CORPUS, o.SUFFIX, o.OUT, o.ALSO, o.VISIBLE, o.WATERMARK),
    ),
    Verb(
        "labels",
        say("Say what labels there are in files: made by AI, by whom, on which terms."),
        (o.argument("files", "FILE...", nargs=-1, type=Folder()),),
    ),
    Verb("register", say("Enter a file or a creation into the registry's log."), (o.WHAT,)),
    Verb(
        "prove",
        say("Write a file's receipt, check one, or read the whole log for tampering."),
        (o.FILE, o.RECEIPT, o.AGAINST, o.STAMP, o.ROOTS, o.OUT_PROOF),
    ),
    Verb(
        "record",
        say("Show how a creation came about, step by step, and whether that record is whole."),
        (o.CREATION, o.NOTE, o.EDITED, o.OUT_EVIDENCE),
    ),
    Verb(
        "search-copies",
        say("Find what a file was copied from, as a whole or in part, with the evidence."),
        (
            o.argument("suspect", "FILE", required=False, type=Folder()),
            o.AMONG,
            o.ORIGINALS,
            o.EVIDENCE,
        ),
    ),
    Verb(
        "base",
        say("Take in a pretrained model to learn with, or list those there are."),
        o.BASE,
    ),
    Verb("works", say("List the works of a corpus and on what ground each is used."), (o.CORPUS,)),
    Verb("models", say("List the trained models, each with the works behind it."), (o.CORPUS,)),
    Verb(
        "taste",
        say("Say what a person prefers, how sure that is, and what changed because of it."),
        (o.CORPUS, o.WHO, o.OUT_TASTE),
    ),
    Verb(
        "tune",
        say("Train again by what a person likes; kept only if it is better and does no harm."),
        (o.CORPUS, o.WHO, o.BACK, o.USE),
    ),
    Verb(
        "forget",
        say("Take a work out of a corpus, and list what came from it."),
        (o.argument("work", "WORK", required=False), o.CORPUS, o.ERASE),
    ),
    Verb(
        "license",
        say("Offer, list, agree, start, end, show licenses; their terms; the ledger."),
        (o.ACTION, o.OF_WHAT, *o.LICENSE),
    ),
    Verb(
        "verify",
        say("Say of a file what can be known: intact, signed by whom, registered, labelled."),
        (o.FILE, o.SIDECAR, o.TRUST),
    ),
    Verb(
        "keys",
        say("List the studio's keys; rotate, revoke, protect them, or export the roots."),
        (o.ACT, o.KEY, o.REASON, o.OUT_ROOTS),
    ),
    Verb("studio", say("Open the studio in a browser."), (o.PORT, o.HOST, o.NO_BROWSER)),
    Verb("doctor", say("Say what is installed, what is missing, and how to mend it."), ()),
)


class _Translated(click.Command):
    """A command whose help page is in the catalogue's language."""

    catalogue = Catalogue("en", {})

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line, with its heading translated."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=self.catalogue("Usage:") + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, with their heading translated; a group's commands follow."""
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        records = [r for option in options if (r := option.get_help_record(ctx)) is not None]
        with formatter.section(self.catalogue("Options")):
            formatter.write_dl(records)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option --help, itself translated."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = self.catalogue("Show this and leave.")
        return found


class _Commands(_Translated, click.Group):
    """All the verbs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the work, not of the alphabet."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs, with their heading translated."""
        rows = [(name, command.help or "") for name, command in self.commands.items()]
        with formatter.section(self.catalogue("Commands")):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown verb in the user's language."""
        if args and args[0] not in self.commands:
            raise BadInput(
                "There is no command {name}; `moxie --help` lists them all.", name=args[0]
            )
        return super().resolve_command(ctx, args)


def build(catalogue: Catalogue, invoke: Invoke, version: str) -> click.Group:
    """The whole command line in the catalogue's language; `invoke` does what is asked."""
    group = _Commands(
        name="moxie",
        help=catalogue(
            "Learn an artist's style from their works, and make new ones.\n\n"
            "Start with: moxie run FOLDER"
        ),
        params=[_version(catalogue, version), o.COMMON[2](catalogue)],
        callback=lambda **_params: None,
    )
    group.catalogue = catalogue
    for verb in VERBS:
        group.add_command(_command(verb, catalogue, invoke))
    return group


def _command(verb: Verb, catalogue: Catalogue, invoke: Invoke) -> click.Command:
    def call(**params: Any) -> None:  # noqa: ANN401  each option has a type of its own
        invoke(verb.name, params)

    command = _Translated(
        name=verb.name,
        help=catalogue.render(verb.summary),
        params=[make(catalogue) for make in (*verb.params, *o.COMMON)],
        callback=call,
    )
    command.catalogue = catalogue
    return command


def _version(catalogue: Catalogue, version: str) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
        if asked:
            click.echo(f"moxie {version}")
            ctx.exit()

    about = catalogue("Show the version and leave.")
    return click.Option(
        ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=show, help=about
    )
