"""Poems made in forms: whether they keep them, copy nothing, and are told apart by author.

    python benchmarks/verse.py --works DIR [--poems 100] [--seed N] [--quick] [--json]

DIR has one or more files for each author, named by the author up to a "_": 苏轼_诗.txt. Counts
learn each author apart, and make as many poems in all as `--poems` says, by turns in `FORMS`.

`right_form` is the share of poems with the right lines, `right_tone` and `right_rhyme` the
shares of lines, `strict` of poems in which all is right without a licence of the poets. `repeats`
is the share of poems that say a content character twice, `copied_lines` how many lines the author
wrote. `own_likeliest` is the share of poems that the author's own counts find likelier than any
other's. The author's own poems of the same sizes stand beside, under "... himself".
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from literature import BIT, Read, learnt, works_of
from moxie.art import Brief
from moxie.arts.literature import ART
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.verse.check import Report, check, clauses
from moxie.arts.literature.verse.forms import REGULATED
from moxie.arts.literature.writing import Writing
from moxie.nn import machine
from tables import Rows, parser

FORMS = ("七绝", "五律", "七律", "五绝")
LEAST = 20  # works of an author; a list of sources beside them is none
LYRICS = ("浣溪沙", "蝶恋花", "西江月", "菩萨蛮", "水调歌头")
"""Asked for as well of authors who wrote lyrics."""


def by_author(folder: Path) -> dict[str, list[Read]]:
    """The works by what their files' names begin with."""
    found: dict[str, list[Read]] = defaultdict(list)
    for path in sorted(path for path in folder.rglob("*") if path.suffix in ART.suffixes):
        found[path.stem.partition("_")[0]] += works_of(path)
    return {author: works for author, works in found.items() if len(works) >= LEAST}


def forms_of(works: Sequence[Read]) -> tuple[str, ...]:
    """The forms an author is asked for."""
    titles = "\n".join(work.name for work in works)
    return FORMS + LYRICS if any(name in titles for name in LYRICS) else FORMS


def made(
    author: str, model: TextModel, forms: Sequence[str], poems: int, seed: int, rows: Rows
) -> list[Writing]:
    """Poems by one author's model, and how long each took."""
    found, seconds = [], []
    for number, form in enumerate(itertools.islice(itertools.cycle(forms), poems)):
        brief: Brief[Writing] = Brief((28,), options={"form": form})
        start = time.process_time()
        found.append(model.sample(brief, seed=seed + number).content)
        seconds.append(time.process_time() - start)
        poem = f"{author} {form}: {found[-1].text}".replace("\n", "")
        print(poem, file=sys.stderr, flush=True)
    rows.spread(author, "cpu_seconds", seconds, "s a poem")
    return found


def kept(name: str, reports: Sequence[Report], rows: Rows) -> None:
    """Rows of what a checker says of some poems."""
    if not reports:
        return
    lines = [line for report in reports for line in report.lines]
    rhymes = [line.rhyme for line in lines if line.rhyme is not None]
    for metric, values in (
        ("right_form", [report.right_form for report in reports]),
        ("right_tone", [line.tone for line in lines]),
        ("right_rhyme", rhymes),
        ("strict", [report.strict for report in reports]),
        ("repeats", [bool(report.repeated) for report in reports]),
    ):
        share = float(np.mean(values))
        rows.add(name, metric, share, share, share, f"of {len(values)}")


def himself(works: Sequence[Read]) -> list[Report]:
    """The author's poems whose lines are as many and as long as a form of regulated verse has."""
    found = []
    for work in works:
        lengths = [len(clause) for clause in clauses(work.content.text)]
        for name, (width, count) in REGULATED.items():
            if lengths == [width] * count:
                found.append(check([work.content.text], name))
    return found


def told_apart(
    models: Mapping[str, TextModel], poems: Mapping[str, Sequence[Writing]], rows: Rows
) -> None:
    """By how many bits a character other authors' counts need more, and how often they do."""
    for author, written in poems.items():
        bits = {name: model.losses(written) / BIT for name, model in models.items()}
        others = np.min([bits[name] for name in models if name != author], axis=0)
        margin = others - bits[author]
        low, high = np.percentile(margin, [2.5, 97.5])
        rows.add(author, "margin", float(np.median(margin)), low, high, "bits/character, by poem")
        rows.spread(author, "own_likeliest", [float((margin > 0).mean())], f"of {len(written)}")


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--poems", type=int, help="in all (100)")
    given = flags.parse_args()
    count = given.poems or (12 if given.quick else 100)
    authors = by_author(given.works)
    on, rows = machine.detect(), Rows()
    counts = next(recipe for recipe in ART.recipes() if recipe.name == "literature/counts")
    models: dict[str, TextModel] = {}
    poems: dict[str, list[Writing]] = {}
    with machine.use(on):
        for author, works in authors.items():
            models[author] = learnt(counts, works, on, seed=given.seed, seconds=300.0)
            each = -(-count // len(authors))
            poems[author] = made(author, models[author], forms_of(works), each, given.seed, rows)
            kept(author, [check([p.text], p.form) for p in poems[author]], rows)
            kept(f"{author} himself", himself(works), rows)
            lines = {line for work in works for line in clauses(work.content.text)}
            copied = sum(c in lines for p in poems[author] for c in clauses(p.text) if len(c) > 3)
            rows.spread(author, "copied_lines", [copied], "lines")
        if len(models) > 1:
            told_apart(models, poems, rows)
    rows.show(sum(map(len, authors.values())), given.json)


if __name__ == "__main__":
    main()
