"""New pieces, looked at: as files, as music, as originals and as this composer's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import numpy as np
from scipy.stats import spearmanr

from moxie.art import Brief, StyleModel
from moxie.arts.music.files import codec
from moxie.arts.music.form.structure import structure
from moxie.arts.music.originality.copies import ScoreIndex
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import TICKS, Score
from moxie.arts.music.style.judges import classify
from moxie.arts.music.style.overlap import overlap, told_apart
from moxie.arts.music.theory.harmony import ends_well
from moxie.arts.music.theory.ranges import range_of
from moxie.flow.create import Made, create
from moxie.flow.evaluate import evaluate
from moxie.seeds import numbered
from music_works import ART, Corpus, Yardstick, evenly_chosen, rivals
from tables import Rows

BARS = 32
DIAL = (0.0, 0.25, 0.5, 0.75, 1.0)
NOVELTY = 0.5
OWN = "this composer"
HARD = "haydn"
"""The group of the bank that is hardest to tell from Mozart."""

MOST_WORKS = 40
"""Works of a composer that the classifier learns from."""


@dataclass(frozen=True)
class Exam:
    """A model, the works it comes from, and other composers'."""

    model: StyleModel[Score]
    corpus: Corpus
    others: Mapping[str, Sequence[Score]]
    seed: int

    def measure(self, rows: Rows, number: int, a_setting: int) -> None:
        """All rows of so many pieces, and of so many at each setting of the dial."""
        made, seconds, cpu = self._make(number)
        rows.add("moxie", "piece_seconds", *_spread(seconds), "s")
        rows.add("moxie", "piece_cpu_seconds", *_spread(cpu), "s")
        pieces = [one.content for one in made]
        real = self.corpus.part("train", "validation", "test")
        for name, test in CHECKS.items():
            _count(rows, "moxie", name, [test(piece) for piece in pieces])
            if name in ("playable", "ends"):
                _count(rows, "own works", name, [test(work) for work in real])
        self._originality(rows, made)
        yardstick = Yardstick(ART.judges()[0], self.corpus, self.others)
        self._style(rows, pieces, yardstick)
        self._against(rows, pieces, yardstick)
        self._taken_for(rows, pieces)
        self._told_apart(rows, pieces)
        overlaps(rows, pieces, self.corpus)
        forms(rows, pieces, self.corpus)
        self._dial(rows, yardstick, a_setting)

    def _make(self, number: int) -> tuple[list[Made[Score]], list[float], list[float]]:
        """Pieces that have been through the gate; wall and processor seconds of each, attempts
        included.
        """
        making = create(
            self.model,
            Brief((BARS,), NOVELTY),
            self.corpus.index,
            self.corpus.names,
            n=number,
            seed=self.seed,
            threshold=self.corpus.threshold,
            on_step=lambda *_: None,
        )
        made, clocks = [], [(time.perf_counter(), time.process_time())]
        for one in making:
            made.append(one)
            clocks.append((time.perf_counter(), time.process_time()))
        wall, cpu = np.diff(np.array(clocks), axis=0).T.tolist()
        return made, wall, cpu

    def _originality(self, rows: Rows, made: Sequence[Made[Score]]) -> None:
        """What the gate let pass, looked at afresh by another index and as a person gets it."""
        again = ScoreIndex(self.corpus.contents)
        passed = [one.content for one in made if not one.flagged]
        found = [again.nearest(codec.read(codec.write(p), "made.score")) for p in passed]
        near = [f is not None and f.similarity >= self.corpus.threshold for f in found]
        rows.spread("moxie", "flagged", [sum(one.flagged for one in made)], f"of {len(made)}")
        rows.spread("moxie", "unflagged_near_copies", [sum(near)], f"of {len(made)}")
        rows.spread("moxie", "attempts", [float(one.attempts) for one in made], "a piece")
        own = [1 - one.nearest.similarity for one in made]
        rows.add("moxie", "originality", *_spread(own), "0..1")
        rows.spread("own works", "originality", [1 - self.corpus.typical], "0..1")

    def _style(self, rows: Rows, pieces: Sequence[Score], yardstick: Yardstick) -> None:
        """Between the bank's nearest composer and this one."""
        corpus, judge = self.corpus, yardstick.judge
        found = evaluate(
            pieces,
            corpus.part("train"),
            corpus.held_out,
            None,
            ART,
            corpus.index,
            threshold=corpus.threshold,
            typical=corpus.typical,
            seed=self.seed,
        )
        prefix = f"{judge.name}_distance_"
        far = {n.removeprefix(prefix): d for n, d in found.details.items() if n.startswith(prefix)}
        far.pop("own", None)
        one, nearest = found.fidelity, min(far, key=lambda name: far[name], default="nobody")
        rows.add("moxie", "style_score", one.value, one.low, one.high, f"0..1; 0 is {nearest}")
        for name, one in found.second_opinions.items():
            rows.add("moxie", f"style_score_{name}", one.value, one.low, one.high, "0..1")
        one = found.diversity
        rows.add("moxie", "diversity", one.value, one.low, one.high, "1 as the works")

    def _against(self, rows: Rows, pieces: Sequence[Score], yardstick: Yardstick) -> None:
        """Between each group alone and this composer; and without the hardest group."""
        corpus = self.corpus
        alike = (HARD, *yardstick.alike)
        easier = yardstick.nearest([name for name in yardstick.groups if name not in alike])
        spare = corpus.part("validation") if corpus.held_out == corpus.part("test") else []
        for system, some in (("moxie", pieces), ("own works", openings(spare))):
            for group in yardstick.groups if len(some) > 1 else ():
                found = yardstick.against(some, group)
                score = (found.value, found.low, found.high)
                unit = "0..1; alike" if group in yardstick.alike else "0..1"
                rows.add(system, f"style_against_{group}", *score, unit)
                if group == easier and HARD in yardstick.groups:
                    name = f"style_score_without_{HARD}"
                    rows.add(system, name, *score, f"0..1; 0 is {group}")

    def _taken_for(self, rows: Rows, pieces: Sequence[Score]) -> None:
        """What a classifier of four composers says, which has seen the works learnt from."""
        corpus = self.corpus
        works = {OWN: evenly_chosen(corpus.part("train"), MOST_WORKS)}
        works |= rivals(self.others, corpus)
        unseen = openings(corpus.part("test", "validation"))
        for system, some in (("moxie", pieces), ("own works", unseen)):
            taken = [name == OWN for name in classify(works, some)]
            share = float(np.mean(taken)) if taken else float("nan")
            unit = f"of {len(some)}; or {', '.join(n for n in works if n != OWN)}"
            rows.spread(system, "taken_for_composer", [share], unit)

    def _told_apart(self, rows: Rows, pieces: Sequence[Score]) -> None:
        """How surely pieces are told from works learnt from: 0.5 not at all, 1 always."""
        learnt = evenly_chosen(openings(self.corpus.part("train")), MOST_WORKS)
        unseen = openings(self.corpus.part("test", "validation"))
        for system, some in (("moxie", pieces), ("own works", unseen)):
            area = told_apart(learnt, some, seed=self.seed)
            rows.spread(system, "told_apart", [area], "0.5..1")

    def _dial(self, rows: Rows, yardstick: Yardstick, number: int) -> None:
        """The same seeds at each setting, past the gate: what the dial itself does."""
        bank = yardstick.judge.others()
        group = yardstick.nearest([name for name in bank if name not in yardstick.alike])
        scores, originals = [], []
        for novelty in DIAL:
            made = [
                self.model.sample(
                    Brief((BARS,), novelty), seed=numbered(self.seed + 1, i, 0)
                ).content
                for i in range(number)
            ]
            near = [self.corpus.index.nearest(piece) for piece in made]
            originals.append(1 - float(np.mean([n.similarity if n else 0.0 for n in near])))
            scores.append(yardstick.against(made, group).value if group else float("nan"))
            rows.spread("moxie", f"dial_{novelty:.2f}_style_score", [scores[-1]], "0..1")
            rows.spread("moxie", f"dial_{novelty:.2f}_originality", [originals[-1]], "0..1")
        rows.spread("moxie", "dial_originality", [_order(originals)], "Spearman")
        rows.spread("moxie", "dial_fidelity", [-_order(scores)], "Spearman")


def rereads(piece: Score) -> bool:
    """Whether MusicXML gives the same notes and bars back, and another program can open it."""
    import music21

    data = codec.write(piece, ".musicxml")
    again = codec.read(data, "piece.musicxml")
    opened = music21.converter.parseData(data, format="musicxml")
    assert isinstance(opened, music21.stream.base.Score)
    measures = len(opened.parts[0].getElementsByClass("Measure"))
    same = notes(again) == notes(piece) and again.bars == piece.bars
    return same and measures == len(piece.bars)


def notes(piece: Score) -> list[tuple[int, int, int, int]]:
    """What sounds."""
    return [(n.onset, n.duration, n.pitch, n.part) for n in piece.notes]


def full(piece: Score) -> bool:
    """Whether there are 32 whole bars, each filled in the file too, and nothing after them."""
    end = max((n.onset + n.duration for n in piece.notes), default=0)
    whole = all(bar.length == bar.full for bar in piece.bars)
    return (
        len(piece.bars) == BARS
        and whole
        and end <= sum(bar.length for bar in piece.bars)
        and filled(codec.write(piece, ".musicxml"), piece)
    )


def filled(data: bytes, piece: Score) -> bool:
    """Whether every part's every measure in the file lasts as long as its bar."""
    divisions = 1
    for part in ET.fromstring(data).iter("part"):
        measures = part.findall("measure")
        if len(measures) != len(piece.bars):
            return False
        for measure, bar in zip(measures, piece.bars, strict=True):
            divisions = int(measure.findtext("attributes/divisions") or divisions)
            if reach(measure) * TICKS != bar.length * divisions:
                return False
    return True


def reach(measure: ET.Element) -> int:
    """How far a measure's contents go, in divisions; -1 where its last voice stops short."""
    now = furthest = 0
    for element in measure:
        if element.find("chord") is not None or element.find("grace") is not None:
            continue
        length = int(element.findtext("duration") or 0)
        now += -length if element.tag == "backup" else length
        furthest = max(furthest, now)
    return furthest if now == furthest else -1


def playable(piece: Score) -> bool:
    """Whether every note is in its instrument's reach."""
    reaches = [range_of(part) for part in piece.parts]
    return all(reaches[n.part][0] <= n.pitch <= reaches[n.part][1] for n in piece.notes)


def begins(piece: Score) -> bool:
    """Whether anything sounds in the first bar."""
    return any(note.onset < piece.bars[0].length for note in piece.notes)


CHECKS: Mapping[str, Callable[[Score], bool]] = {
    "valid_musicxml": rereads,
    "bars_full": full,
    "playable": playable,
    "begins": begins,
    "ends": ends_well,
}


def openings(works: Sequence[Score]) -> list[Score]:
    """The first 32 bars of each work that has at least half as many."""
    return [excerpt(work, 0, BARS) for work in works if 2 * len(work.bars) >= BARS]


def closings(works: Sequence[Score]) -> list[Score]:
    """The last 32 bars of the same."""
    return [
        excerpt(work, max(0, len(work.bars) - BARS), len(work.bars))
        for work in works
        if 2 * len(work.bars) >= BARS
    ]


def forms(rows: Rows, pieces: Sequence[Score], corpus: Corpus) -> None:
    """Structure of the pieces, beside that of the first and the last 32 bars of all works."""
    works = corpus.part("train", "validation", "test")
    made = [structure(piece) for piece in pieces]
    first, last = ([structure(piece) for piece in some(works)] for some in (openings, closings))
    for name in made[0]:
        real = first if name == "begins_on_tonic" else last
        for system, found in (("moxie", made), ("own works", real)):
            values = [one[name] for one in found]
            if name in ("begins_on_tonic", "ends_with_cadence"):
                rows.spread(system, name, [float(np.mean(values))], "share")
            else:
                rows.add(system, name, *_quartiles(values), "0..1")


def overlaps(rows: Rows, pieces: Sequence[Score], corpus: Corpus) -> None:
    """Yang and Lerch's overlapping area over all traits: the median, the least, the greatest."""
    learnt = openings(corpus.part("train"))
    unseen = openings(corpus.part("test", "validation"))
    for system, some in (("moxie", pieces), ("own works", unseen)):
        areas = overlap(learnt, some)
        if len(learnt) > 1 and some:
            worst = min(areas, key=lambda trait: areas[trait])
            values = list(areas.values())
            rows.add(system, "overlap", *_spread(values), f"0..1; least in {worst}")


def _count(rows: Rows, system: str, name: str, passed: Sequence[bool]) -> None:
    rows.spread(system, name, [sum(passed)], f"of {len(passed)}")


def _order(values: Sequence[float]) -> float:
    """Spearman's correlation with the dial; nan where nothing varies."""
    if len(set(values)) < 2 or not np.isfinite(values).all():
        return float("nan")
    return float(spearmanr(DIAL, values)[0])


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, least, greatest."""
    return float(np.median(values)), min(values), max(values)


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return float(middle), float(low), float(high)
