"""Several pieces by one script, drawn unit by unit, side by side.

They are drawn in families. Wherever a phrase ends, those of a family that got there are compared
by their craft, and all go on from the best (a particle filter whose weights are all on the best:
Doucet, de Freitas and Gordon 2001). So faults of one phrase do not run through the rest of a
piece, which choosing between whole pieces cannot prevent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.arts.music.coding import Grid
from moxie.arts.music.compose.events_line import EventLine
from moxie.arts.music.compose.forked import forked
from moxie.arts.music.compose.grid_line import GridLine
from moxie.arts.music.compose.script import Script
from moxie.arts.music.models.experts import Experts
from moxie.nn.trunks import taken

Line: TypeAlias = EventLine | GridLine

Craft: TypeAlias = Callable[[Line, int], float]
"""How well a line is made up to the bar before the one given: the greater the better."""

FAMILIES, SIBLINGS = 2, 3
"""Pieces drawn are compared at each phrase's end with their siblings, at the end all of them."""

MANY = 6
"""Parts from which on one family has to do: every note of every piece takes its time."""

LEAST, LEAST_FAR = 0.02, 0.004
"""Symbols with less than this share of the likeliest one's probability are never drawn, at novelty
0 and 1."""

STEADY, STEADY_LEAST, STEADY_LEAST_FAR = 0.88, 0.06, 0.02
"""The same for gaps and lengths of notes, and their share of the temperature."""

COLD, WARM = 0.9, 1.4
"""Temperatures at novelty 0 and 1."""

MOST_UNITS = 24_000


@dataclass(frozen=True, slots=True)
class Dial:
    """What a novelty means for the drawing of notes."""

    temperature: float
    counts: float  # how far the counts are trusted above the rest
    least: float
    steady_least: float

    @classmethod
    def at(cls, novelty: float) -> Dial:
        """Counts know what the works did; the further away, the less they are asked."""
        return cls(
            COLD + (WARM - COLD) * novelty**1.5,
            1.2 * (0.5 - novelty),
            LEAST * (LEAST_FAR / LEAST) ** novelty,
            STEADY_LEAST * (STEADY_LEAST_FAR / STEADY_LEAST) ** novelty,
        )


def draw(
    experts: Experts, script: Script, velocity: int, seed: int, dial: Dial, craft: Craft | None
) -> list[Line]:
    """Whole lines that follow a script; with a `craft`, the better ones of each phrase go on."""
    company = _Company.of(experts, script, velocity, seed, dial)
    stops = script.stops() if craft is not None else []
    with torch.inference_mode():
        for stop in [*stops, len(script.bars)]:
            company.go_on(stop)
            if craft is not None and stop < len(script.bars):
                company.choose(stop, craft)
    return company.lines


@dataclass(slots=True)
class _Company:
    """The pieces in the making."""

    experts: Experts
    dial: Dial
    lines: list[Line]
    rngs: list[np.random.Generator]
    units: int  # that may still be told
    states: list[object] = field(default_factory=list)

    @classmethod
    def of(cls, experts: Experts, script: Script, velocity: int, seed: int, dial: Dial) -> _Company:
        number = SIBLINGS * (FAMILIES if len(script.players) < MANY else 1)
        lines: list[Line] = [
            GridLine(experts.coding, script, velocity)
            if isinstance(experts.coding, Grid)
            else EventLine(script, velocity)
            for _ in range(number)
        ]
        rngs = [np.random.default_rng([seed, 2, i]) for i in range(number)]
        units = MOST_UNITS + len(script.known)
        return cls(experts, dial, lines, rngs, units, [None] * len(experts.nets))

    def go_on(self, stop: int) -> None:
        """Tell units until every line has come to a bar, or to its end."""
        while self.units:
            awake = [not line.done and line.bar < stop for line in self.lines]
            if not any(awake):
                return
            self.units -= 1
            self._unit(awake)

    def choose(self, stop: int, craft: Craft) -> None:
        """The best of each family, as many times as it has members."""
        chosen: list[int] = []
        for first in range(0, len(self.lines), SIBLINGS):
            family = range(first, first + SIBLINGS)
            merits = [craft(self.lines[i], stop) for i in family]
            chosen += [first + int(np.argmax(merits))] * SIBLINGS
        self.states = [taken(state, chosen) for state in self.states]
        self.lines = [
            self.lines[i] if i == place else forked(self.lines[i]) for place, i in enumerate(chosen)
        ]

    def _unit(self, awake: Sequence[bool]) -> None:
        """Tell the next unit of every line that is awake."""
        lines, fields = self.lines, self.experts.coding.fields
        rows = torch.tensor([line.trunk() for line in lines])
        heard = []
        for n, (_, net) in enumerate(self.experts.nets):
            out, self.states[n] = net.step(rows, self.states[n], torch.tensor(awake))
            heard.append(out)
        going = [i for i, one in enumerate(awake) if one]
        for f in range(len(fields)):
            forced = {i: lines[i].forced(f) for i in going}
            going = [i for i in going if not lines[i].done]
            told = self._told(f, forced, going, heard)
            going = [i for i in going if lines[i].put(f, told[i])]

    def _told(
        self,
        f: int,
        forced: dict[int, int | None],
        going: Sequence[int],
        heard: Sequence[torch.Tensor],
    ) -> dict[int, int]:
        """The symbol of a field for each line: the one that must come, or one that is drawn."""
        lines = self.lines
        found: dict[int, int] = {}
        asked = [i for i in going if forced[i] is None or lines[i].judged()]
        for i in going:  # what is known of a field is noted even where nothing is drawn
            if i not in asked:
                lines[i].known(f)
                found[i] = int(forced[i])  # type: ignore[arg-type]
        if not asked:
            return found
        known = np.array([lines[i].known(f) for i in asked], np.int16)
        shares = self._shares(f, known, [out[asked] for out in heard])
        for i, row in zip(asked, shares, strict=True):
            must = forced[i]
            if must is None:
                weighed = lines[i].weigh(f, row)
                must = _drawn(weighed, self.rngs[i], self.dial, steady=lines[i].tells_time(f))
            else:
                lines[i].fit += float(np.log(max(1e-9, row[must])))
            found[i] = must
        return found

    def _shares(
        self, f: int, known: NDArray[np.int16], heard: Sequence[torch.Tensor]
    ) -> NDArray[np.float32]:
        columns = torch.from_numpy(known.astype(np.int64))
        said = [
            torch.softmax(net.heads[f](out, columns), -1).numpy()
            for (_, net), out in zip(self.experts.nets, heard, strict=True)
        ]
        tilt = None
        if self.experts.counts is not None and said:
            counts = self.dial.counts
            tilt = np.array([counts, *([-counts] * len(said))], np.float32)
        return self.experts.mixed(f, known, said, tilt)


def _drawn(
    shares: NDArray[np.float32], rng: np.random.Generator, dial: Dial, *, steady: bool
) -> int:
    """One symbol: by the temperature, and none that is far less likely than the likeliest.

    Rhythm is drawn more steadily than pitch: one odd gap puts all that follows off the beat.
    """
    high = float(shares.max())
    least = dial.steady_least if steady else dial.least
    kept = np.where(shares >= least * high, shares / max(high, 1e-30), 0).astype(np.float64)
    kept **= 1 / (dial.temperature * (STEADY if steady else 1))
    total = np.cumsum(kept)
    return int(np.searchsorted(total, rng.random() * total[-1], side="right"))
