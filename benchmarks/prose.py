"""Passages of prose: copied, repeating themselves, and nearer to their author than to any other?

    python benchmarks/prose.py --works DIR [--recipe R] [--passages 50] [--novelty X] [--most N]
                               [--seconds S] [--seed N] [--pages N] [--own GROUP] [--keep DIR]
                               [--base FOLDER] [--quick] [--json]

The works are split by work as `moxie run` splits them, and a model learns from the larger part.
Passages of a page (400 ideographs, or 1,600 letters), or of several, are made past the gate of
near-copies; beside them stand as long passages of works that were held out, as `held out`.

`unflagged_near_copies` were handed out although too near to a work, looked up afresh: none may be.
`again_triples` and `again_pairs` are runs of three words or characters, and of two that carry
meaning, that were there before, in a hundred, on a logarithmic scale; `repeats_more` is the share
of passages that repeat triples more than nineteen in twenty of the held-out passages do.
`own_nearest` is the share of passages to which the author is nearest by Burrows's Delta (2002) made
a discriminant, among the authors of the reference bank in the same language: the judge of style's
figures and frequent words, along what tells these authors and the works learnt apart, in
deviations; of a passage of several pages the mean square of its pages. `margin` is how much further
off the nearest other author is, in the same; `cpu_seconds` what a passage takes. Intervals are
bootstraps over passages. `--own` names the author's own group of the bank, which is left out, where
the rule of `moxie run` does not find it by itself.

With `--base`, a folder with a causal language model that had no part in the making (`moxie base`
keeps such), `bits_by_base` is what a character of a passage costs it: the nearer to that of pages
held out, the more it reads like language. Common words and loops cost little: below is no better.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from dial import Works
from feedback import interval
from moxie.art import Brief, StyleModel
from moxie.arts.literature import ART
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.pieces import PIECE, PIECE_LATIN, pieces
from moxie.arts.literature.style.judges import StyleJudge
from moxie.arts.literature.style.profile import profile
from moxie.arts.literature.writing import Writing, writing
from moxie.flow.create import Made, create
from moxie.flow.evaluate import MOST, look, strangers
from moxie.nn import discriminant
from tables import Rows, parser

Doubles = NDArray[np.float64]

REPEATED = ("again_triples", "again_pairs", "distinct")
EVERY_TWENTIETH = 95


@dataclass(frozen=True)
class Authors:
    """The author and those of the reference bank, as the judge of style sees their works."""

    names: Sequence[str]  # the author first
    rows: Sequence[Doubles]

    @classmethod
    def of(cls, works: Works, known: str | None) -> Authors:
        """An author's own group of the bank is left out, and so are other languages."""
        judge = StyleJudge()
        own = look(judge, works.part("train"), ART, MOST, 0)
        held = look(judge, works.held_out, ART, MOST, 0)
        groups, _ = strangers(own.join(held), judge.others())
        groups.pop(known or "", None)
        rows = [own.vectors, *groups.values()]
        return cls(["own", *groups], [np.asarray(some, np.float64) for some in rows])

    def off(self, passages: Sequence[Writing]) -> Doubles:
        """How far each passage is from each author, in deviations, float64 [n, authors]."""
        pages = [pieces(passage) for passage in passages]
        seen = StyleJudge().embed([one for some in pages for one in some])
        fits = -2 * discriminant.scores(self.rows, np.asarray(seen, np.float64))
        starts = np.cumsum([0, *(len(some) for some in pages[:-1])])
        lengths = np.array([[len(some)] for some in pages])
        return np.asarray(np.sqrt(np.add.reduceat(fits, starts) / lengths), np.float64)


def page(works: Sequence[Writing]) -> int:
    """Characters of a page in these works' script."""
    return PIECE if wide("".join(work.text[:1000] for work in works)) else PIECE_LATIN


def passages_of(works: Sequence[Writing], size: int, number: int, seed: int) -> list[Writing]:
    """Passages of so many characters, drawn by the seed; those much shorter are left out."""
    found = [one for work in works for one in _passages(work, size) if 0.6 * size < len(one.text)]
    drawn = np.random.default_rng([seed, 4]).permutation(len(found))[:number]
    return [_cut(found[i], size) for i in sorted(drawn.tolist())]


def _passages(work: Writing, size: int) -> Sequence[Writing]:
    """Pages as the judges see them; of more than a page whole paragraphs, one after another."""
    if size == page([work]):
        return pieces(work)
    found: list[list[str]] = [[]]
    for paragraph in work.paragraphs:
        if sum(map(len, found[-1])) >= size:
            found.append([])
        found[-1].append(paragraph)
    return [writing(entries, work.title, work.form) for entries in found]


def _cut(passage: Writing, size: int) -> Writing:
    """What is longer than asked as much of it as was asked."""
    return passage.with_text(passage.text[: round(1.2 * size)])


def made(
    works: Works, model: StyleModel[Any], size: int, number: int, novelty: float, seed: int
) -> tuple[list[Made[Any]], list[float]]:
    """Passages of so many characters past the gate, and processor seconds of each."""
    found: list[Made[Any]] = []
    seconds: list[float] = []
    for n in range(number):
        began = time.process_time()
        found += create(
            model,
            Brief(ART.size(str(size)), novelty),
            works.index,
            [place.work for place in works.dataset.places],
            n=1,
            first=n,
            seed=seed,
            threshold=works.dataset.threshold,
            dial=lambda asked: asked,
            on_step=lambda *_: None,
        )
        seconds.append(time.process_time() - began)
        print(f"passage {n + 1}: {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    return found, seconds


def copied(works: Works, passages: Sequence[Made[Any]], rows: Rows) -> None:
    """Rows of near-copies."""
    again = ART.copies(works.contents)
    near = [again.nearest(one.content) for one in passages]
    alike = [match.similarity if match else 0.0 for match in near]
    too_near = np.array(alike) >= works.dataset.threshold
    flagged = np.array([one.flagged for one in passages])
    of = f"of {len(passages)}"
    rows.spread("moxie", "unflagged_near_copies", [float((too_near & ~flagged).sum())], of)
    rows.spread("moxie", "flagged", [float(flagged.sum())], of)
    rows.spread("moxie", "drafts", [float(np.mean([one.attempts for one in passages]))], "each")
    rows.spread("moxie", "similarity", alike, f"threshold {works.dataset.threshold:.2f}")


def repeating(sets: Mapping[str, Sequence[Writing]], seed: int, rows: Rows) -> None:
    """Rows of what is said again."""
    seen = {name: [profile(one) for one in some] for name, some in sets.items()}
    for name, profiles in seen.items():
        for metric in REPEATED:
            rows.add(name, metric, *interval(np.array([one[metric] for one in profiles]), seed))
    usual = np.percentile([one["again_triples"] for one in seen["held out"]], EVERY_TWENTIETH)
    more = np.array([one["again_triples"] > usual for one in seen["moxie"]], np.float64)
    rows.add("moxie", "repeats_more", *interval(more, seed), f"of {len(more)}")


def nearest(authors: Authors, sets: Mapping[str, Sequence[Writing]], seed: int, rows: Rows) -> None:
    """Rows of who is nearest; and who that is where it is somebody else."""
    for name, passages in sets.items():
        off = authors.off(passages)
        margin = off[:, 1:].min(1) - off[:, 0]
        own = np.asarray(margin > 0, np.float64)
        unit = f"of {len(own)}, {len(authors.names)} authors"
        rows.add(name, "own_nearest", *interval(own, seed), unit)
        rows.add(name, "margin", *interval(margin, seed), "deviations")
        rows.add(name, "distance", *interval(off[:, 0], seed), "deviations")
        taken = Counter(authors.names[int(i)] for i in off.argmin(1))
        print(f"{name}: nearest {dict(taken.most_common(6))}", file=sys.stderr, flush=True)


def readable(folder: Path, sets: Mapping[str, Sequence[Writing]], seed: int, rows: Rows) -> None:
    """Rows of what passages cost a pretrained model, in bits a character."""
    theirs: Any = transformers
    theirs.utils.logging.disable_progress_bar()
    local = {"local_files_only": True}
    tokenizer = theirs.AutoTokenizer.from_pretrained(folder, **local)
    model = theirs.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **local)
    for name, passages in sets.items():
        bits = [_bits(model, tokenizer, one.text) for one in passages]
        rows.add(name, "bits_by_base", *interval(np.array(bits), seed), "bits/character")


def _bits(model: Any, tokenizer: Any, text: str) -> float:  # noqa: ANN401  transformers' own
    units = tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids[0]
    begun = torch.tensor([tokenizer.bos_token_id or tokenizer.eos_token_id])
    whole = torch.cat([begun, units])
    with torch.inference_mode():
        logs = torch.log_softmax(model(whole[None]).logits[0, :-1].float(), -1)
    cost = -logs.gather(1, whole[1:, None]).sum()
    return float(cost) / float(np.log(2)) / len(text)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--recipe", help="another than the art's first")
    flags.add_argument("--passages", type=int, default=50)
    flags.add_argument("--novelty", type=float, default=0.5)
    flags.add_argument("--most", type=int, help="as many of the works at most")
    flags.add_argument("--seconds", type=float, help="that a recipe may learn for")
    flags.add_argument("--pages", type=int, default=1, help="that a passage has")
    flags.add_argument("--own", metavar="GROUP", help="of the reference bank, to be left out")
    flags.add_argument("--keep", type=Path, help="a folder for the passages, to be read")
    flags.add_argument("--base", type=Path, help="a folder with a causal language model")
    given = flags.parse_args()
    number = 8 if given.quick else given.passages
    works = Works.read(ART, given.works, given.most)
    model = works.learn(given.recipe, given.seed, given.seconds)
    size = given.pages * page(works.part("train"))
    found, seconds = made(works, model, size, number, given.novelty, given.seed)
    sets = {
        "moxie": [one.content for one in found],
        "held out": passages_of(works.held_out, size, max(number, 50), given.seed),
    }
    if given.keep:
        for name, passages in sets.items():
            for n, one in enumerate(passages):
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / f"{name} {n:02}.txt").write_text(one.text, "utf-8")
    rows = Rows()
    rows.spread("moxie", "cpu_seconds", seconds, "a passage")
    copied(works, found, rows)
    repeating(sets, given.seed, rows)
    nearest(Authors.of(works, given.own), sets, given.seed, rows)
    if given.base:
        readable(given.base, sets, given.seed, rows)
    rows.show(len(works.contents), given.json)


if __name__ == "__main__":
    main()
