"""The words and options of commands, each with its help in the catalogue's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import click

from moxie.cli.types import Duration, Folder, Fraction, Setting, Suffixes, Weights, Whole
from moxie.text import Catalogue, Message, say

Maker: TypeAlias = Callable[[Catalogue], click.Parameter]
"""Makes a parameter whose help is in the catalogue's language."""

SEEDS = 2**31 - 1


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
SKETCH = option(
    "--sketch",
    type=Folder(),
    about=say("A drawing to begin from, of lines or of color blocks; painting takes it."),
)
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
MODEL = option("--model", about=say("The corpus whose works and style help to mend."))
MASK = option(
    "--mask", type=Folder(), about=say("A picture of the work's size, white where it is damaged.")
)
SUGGEST = option(
    "--suggest", is_flag=True, about=say("Only write the mask of the damage found, to edit it.")
)
UNDO = option(
    "--undo",
    type=Setting(),
    multiple=True,
    about=say("Also write the work with a change of the whole undone, such as varnish=0.7."),
)
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
BASE = (
    argument("source", "[FOLDER|FILE|gemma]", required=False),
    option("--accept-terms", "terms", about=say("Whose terms you have read and accept: gemma.")),
    option("--name", about=say("What to call it; the folder's name otherwise.")),
    option("--license", about=say("Its license, where it does not say so itself: Apache-2.0.")),
)
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


WHO = option(
    "--who",
    default="me",
    show_default=True,
    about=say("Whose answers: a name of your choice, kept in your store alone."),
)
FOR = option(
    "--for", "liked_by", about=say("Hand out what this person likes most surely; see `rate`.")
)
OF = option(
    "--of",
    type=Whole(2, 64),
    default=8,
    show_default=True,
    about=say("With --for: from how many candidates each is chosen."),
)
OUT_TASTE = option("--out", type=Folder(), about=say("The page to write, such as taste.html."))
BACK = option("--back", is_flag=True, about=say("Use the version again that this one came from."))
USE = option("--use", about=say("Use this version: a run that `moxie models` lists."))


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
