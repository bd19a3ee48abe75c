"""The command line as a table: each verb, its words and its options, built in one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import click

from moxie.cli.types import Duration, Folder, Fraction, Setting, Suffixes, Weights, Whole
from moxie.errors import BadInput
from moxie.text import Catalogue, Message, say

Maker: TypeAlias = Callable[[Catalogue], click.Parameter]
"""Makes a parameter whose help is in the catalogue's language."""

Invoke: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Called with a verb's name and its parameters."""

SEEDS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Verb:
    """One command."""

    name: str
    summary: Message
    params: Sequence[Maker]


def option(*names: str, about: Message, **attrs: Any) -> Maker:  # noqa: ANN401  click's own
    """An option with its help in the catalogue."""
    return lambda catalogue: click.Option(names, help=catalogue.render(about), **attrs)


def argument(name: str, metavar: str, **attrs: Any) -> Maker:  # noqa: ANN401  click's own
    """A positional argument."""
    return lambda _catalogue: click.Argument([name], metavar=metavar, **attrs)


FOLDERS = argument("sources", "FOLDER...", nargs=-1, type=Folder())
CORPUS = argument("corpus", "[CORPUS]", required=False)
SAMPLES = option(
    "--samples", is_flag=True, about=say("Use the built-in sample works, painted by Moxie's code.")
)
ART = option("--art", about=say("The art, such as painting; found from the files otherwise."))
NAME = option("--corpus", about=say("A name for these works; the folder's name otherwise."))
RIGHTS = option(
    "--rights",
    default="undeclared",
    show_default=True,
    about=say("On what ground you use the works: own, public-domain or license:SPDX-ID."),
)
OVERRIDE = option(
    "--override-rights",
    about=say("Why works that say no may be learnt from all the same; kept with them."),
)
ERASE = option("--erase", is_flag=True, about=say("Remove its bytes from the store as well."))
NUMBER = option(
    "-n", "n", type=Whole(1, 10_000), default=8, show_default=True, about=say("How many to make.")
)
SEED = option(
    "--seed",
    type=Whole(0, SEEDS),
    default=0,
    show_default=True,
    about=say("The same seed on the same works makes the same."),
)
SIZE = option("--size", about=say("How large, in the art's own terms: 512x384 for a painting."))
NOVELTY = option(
    "--novelty",
    type=Fraction(),
    default=0.5,
    show_default=True,
    about=say("The dial from imitation (0) to innovation (1)."),
)
OUT = option(
    "--out",
    type=Folder(),
    default="moxie-out",
    show_default=True,
    about=say("The folder to write into."),
)
RECIPE = option("--recipe", about=say("Train with this recipe, if it suits."))
START = option("--from", "start", type=Folder(), about=say("A work of yours to begin from."))
REGION = option(
    "--region", about=say("Which part to make anew, such as bars:9-12, or a mask picture.")
)
SET = option(
    "--set",
    "options",
    type=Setting(),
    multiple=True,
    about=say("Turn a dial of the art, such as key='D minor'; may be given again."),
)
BLEND = option(
    "--blend",
    type=Weights(),
    about=say("Make works between several corpora: bach:0.7,mozart:0.3."),
)
ALSO = option(
    "--also",
    type=Suffixes(),
    about=say("Further formats to write each creation in: .mid,.mp3; '' is none."),
)
SOURCE = argument("source", "FILE", required=False, type=Folder())
OUT_FILE = option("--out", type=Folder(), about=say("The file to write; never the one given."))
MODEL = option("--model", about=say("The corpus whose style fills what is missing."))
VISIBLE = option(
    "--visible-label",
    is_flag=True,
    about=say("Also write AI生成 on pictures, for people to see."),
)
WHAT = argument("what", "FILE|CREATION", required=False)
FILE = argument("file", "[FILE]", required=False, type=Folder())
RECEIPT = option("--receipt", type=Folder(), about=say("Check this receipt of the file."))
AGAINST = option(
    "--against",
    type=Folder(),
    about=say("An older checkpoint or receipt to hold the log against."),
)
STAMP = option("--stamp", type=Folder(), about=say("An outside time stamp (RFC 3161) to attach."))
ROOTS = option("--roots", type=Folder(), about=say("PEM certificates to check the stamp by."))
OUT_PROOF = option("--out", type=Folder(), about=say("The file to write the proof to."))
CREATION = argument("creation", "CREATION", required=False)
NOTE = option("--note", about=say("Note what you did with it: chosen, rejected or edited."))
EDITED = option("--file", type=Folder(), about=say("The file that it was edited into."))
OUT_EVIDENCE = option("--out", type=Folder(), about=say("The file to write the evidence to."))
ACTION = argument("action", "ACTION", required=False)
OF_WHAT = argument("what", "[CREATION|LICENSE]", required=False)
LICENSE = (
    option("--allow", about=say("What is permitted: display,print,derive,aiTrain, ...")),
    option("--forbid", about=say("What is forbidden whatever else is permitted.")),
    option("--for", "purposes", about=say("Only for: commercial,education,personal,research.")),
    option("--in", "territories", about=say("Only in these countries: CN,FR; or WORLD.")),
    option("--count", type=Whole(1, SEEDS), about=say("How many copies at most.")),
    option("--until", about=say("When what is permitted ends: 2027-01-31.")),
    option("--duty", "duties", about=say("What it asks for: attribute,shareAlike.")),
    option("--exclusive", is_flag=True, about=say("Nobody else gets the same right.")),
    option("--price", about=say("The price, such as '20.00 EUR'.")),
    option("--open-until", about=say("When the offer lapses: 2027-01-31.")),
    option("--buyer", about=say("Who takes the license; the name stays in your store.")),
    option("--out", type=Folder(), about=say("The file to write the terms to.")),
)
SUFFIX = option("--suffix", default="", about=say("The file format, such as .jpg; else lossless."))

WATERMARK = option(
    "--watermark",
    is_flag=True,
    about=say("Write copies with an invisible mark of this studio; the masters stay unmarked."),
)
AMONG = option("--corpus", about=say("Search only this corpus; all that the store has otherwise."))
ORIGINALS = option(
    "--against",
    type=Folder(),
    multiple=True,
    about=say("Search these files too, which are not in the store; may be given again."),
)
EVIDENCE = option(
    "--evidence",
    type=Folder(),
    about=say("Lay out the evidence in this folder, with drafts of a notice."),
)
SIDECAR = option(
    "--sidecar", type=Folder(), about=say("The file's credentials, if not beside it by name.")
)
TRUST = option(
    "--trust", type=Folder(), about=say("Root certificates (PEM) of another studio to believe.")
)
ACT = argument("act", "[list|rotate|revoke|protect|export]", required=False)
KEY = argument("key", "[KEY]", required=False)
REASON = option("--reason", about=say("Why the key is revoked."))
OUT_ROOTS = option("--out", type=Folder(), about=say("The file to write the certificates to."))
PORT = option(
    "--port", type=Whole(0, 65535), about=say("The port to listen at; 0 is any free one.")
)
HOST = option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    about=say("The address to listen at; another than this lets others reach the studio."),
)
NO_BROWSER = option(
    "--no-browser", "quiet", is_flag=True, about=say("Only print the address; open no browser.")
)


def budget(default: str) -> Maker:
    """The time budget, whose usual value differs by verb."""
    return option(
        "--budget",
        type=Duration(),
        default=default,
        show_default=True,
        about=say("The time it may take: 90s, 10m, 1h30m."),
    )


COMMON = (
    option("--json", "as_json", is_flag=True, about=say("End with one JSON object on stdout.")),
    option("--home", type=Folder(), about=say("The store's folder; MOXIE_HOME otherwise.")),
    option("--language", about=say("en or zh; the system's otherwise.")),
)

VERBS = (
    Verb(
        "run",
        say("Take a folder of works in; hand out a trained model, a report and new works."),
        (
            *(FOLDERS, SAMPLES, ART, NUMBER, SEED, budget("10m"), SIZE, NOVELTY),
            *(OUT, ALSO, VISIBLE, NAME, RIGHTS, OVERRIDE),
        ),
    ),
    Verb(
        "collect",
        say("Add works from files, folders and zips to a corpus in the store."),
        (FOLDERS, SAMPLES, ART, NAME, RIGHTS, OVERRIDE),
    ),
    Verb("prepare", say("Clean the works, find duplicates, split them by work."), (CORPUS,)),
    Verb("augment", say("Measure whether the works are enough."), (CORPUS, budget("1m"))),
    Verb("choose", say("Choose how to train, and say why."), (CORPUS, budget("4m"), RECIPE)),
    Verb("train", say("Train the style model; go on if it was stopped."), (CORPUS, SEED)),
    Verb(
        "evaluate",
        say("Measure the model on works it has not seen."),
        (CORPUS, SIZE, NOVELTY, budget("2m")),
    ),
    Verb(
        "create",
        say("Make new works."),
        (CORPUS, NUMBER, SEED, SIZE, NOVELTY, START, REGION, SET, BLEND, OUT, ALSO, VISIBLE),
    ),
    Verb(
        "restore",
        say("Fill what is missing in a work, and leave the rest as it is."),
        (SOURCE, OUT_FILE, REGION, MODEL, SEED),
    ),
    Verb("report", say("Write the report as one page."), (CORPUS, OUT)),
    Verb(
        "export",
        say("Write all creations and their records as files."),
        (CORPUS, SUFFIX, OUT, ALSO, VISIBLE, WATERMARK),
    ),
    Verb(
        "labels",
        say("Say what labels there are in files: made by AI, by whom, on which terms."),
        (argument("files", "FILE...", nargs=-1, type=Folder()),),
    ),
    Verb("register", say("Enter a file or a creation into the registry's log."), (WHAT,)),
    Verb(
        "prove",
        say("Write a file's receipt, check one, or read the whole log for tampering."),
        (FILE, RECEIPT, AGAINST, STAMP, ROOTS, OUT_PROOF),
    ),
    Verb(
        "record",
        say("Show how a creation came about, step by step, and whether that record is whole."),
        (CREATION, NOTE, EDITED, OUT_EVIDENCE),
    ),
    Verb(
        "search-copies",
        say("Find what a file was copied from, as a whole or in part, with the evidence."),
        (argument("suspect", "FILE", required=False, type=Folder()), AMONG, ORIGINALS, EVIDENCE),
    ),
    Verb("works", say("List the works of a corpus and on what ground each is used."), (CORPUS,)),
    Verb("models", say("List the trained models, each with the works behind it."), (CORPUS,)),
    Verb(
        "forget",
        say("Take a work out of a corpus, and list what came from it."),
        (argument("work", "WORK", required=False), CORPUS, ERASE),
    ),
    Verb(
        "license",
        say("Offer, list, agree, start, end, show licenses; their terms; the ledger."),
        (ACTION, OF_WHAT, *LICENSE),
    ),
    Verb(
        "verify",
        say("Say of a file what can be known: intact, signed by whom, registered, labelled."),
        (FILE, SIDECAR, TRUST),
    ),
    Verb(
        "keys",
        say("List the studio's keys; rotate, revoke, protect them, or export the roots."),
        (ACT, KEY, REASON, OUT_ROOTS),
    ),
    Verb("studio", say("Open the studio in a browser."), (PORT, HOST, NO_BROWSER)),
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
        params=[_version(catalogue, version), COMMON[2](catalogue)],
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
        params=[make(catalogue) for make in (*verb.params, *COMMON)],
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
