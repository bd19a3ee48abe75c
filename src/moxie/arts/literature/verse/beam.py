"""Setting lines character by character: a stochastic beam that cannot leave the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import Language, Reader
from moxie.arts.literature.verse.check import SMALL
from moxie.arts.literature.verse.feasible import Board, reachable
from moxie.arts.literature.verse.forms import Line
from moxie.arts.literature.verse.gains import LEAST_CHANCE, Gains, Hypothesis
from moxie.arts.literature.verse.wishes import FREE
from moxie.arts.literature.verse.words import links

TRIED = 12  # characters looked at for each hypothesis and place
ALIKE = 6  # of so many hypotheses one at most has the same exemplar, and two in any case
FADING = 0.7  # what was said a line ago counts so much for the company

Option = tuple[float, float, int, int]  # as drawn, as weighed, hypothesis, character


class Setter:
    """Sets lines on a board for one language; `rng` draws."""

    def __init__(
        self, language: Language, board: Board, gains: Gains, rng: np.random.Generator
    ) -> None:
        self.language, self.board, self.gains, self.rng = language, board, gains, rng
        self.beside = gains.manner.beside
        self.spans = gains.manner.spans

    def start(self, given: str) -> Hypothesis:
        """Nothing set yet; what a person gave for later lines is not used up before."""
        size = len(self.board.alphabet)
        used = np.array([c in given and c not in SMALL for c in self.board.alphabet])
        company = np.zeros(self.gains.topics.shape[1], np.float32)
        return Hypothesis((), self.language.reader(), used, np.zeros(size, bool), company)

    def line(
        self,
        hypotheses: Sequence[Hypothesis],
        line: Line,
        fixed: str,
        width: int,
        *,
        loose: bool = False,
    ) -> list[Hypothesis]:
        """Set one line in each hypothesis; at most `width` are left, the best as drawn.

        Empty where nothing could be set that is not a copy. `fixed` has □ where it is free.
        A `loose` line need not be made of the author's words, only of his characters.
        """
        found = [self._begin(h, line, fixed, loose) for h in hypotheses]
        for i in range(line.length):
            found = self._step(found, i, fixed, width)
        return self._finish(found, line)

    def take(self, h: Hypothesis, line: Line, text: str) -> Hypothesis:
        """Set a line as it is given."""
        begun = replace(h, symbols=tuple(self.gains.place[c] for c in text))
        for c in text:
            begun = replace(begun, reader=self._read(begun.reader, c))
        return self._finish([begun], line)[0]

    def _begin(self, h: Hypothesis, line: Line, fixed: str, loose: bool) -> Hypothesis:
        model = h.model if len(h.model) == line.length else FREE * line.length
        joined = links(model, self.beside)
        masks = self.board.masks(line, fixed, ~h.used)
        table = reachable(masks, joined, self.board.words)
        if loose or not table[:, 0].any():  # what was used before left no words: characters will do
            joined = (False,) * (line.length - 1)
            table = reachable(masks, joined, self.board.words)
        before = h.lines[-1] if h.lines else ""
        second = h.exemplars[-1].second if h.exemplars else ""
        answers = before if h.model and h.model == second and len(before) == line.length else ""
        alive = np.ones(len(line.tones), bool)
        begun = replace(h, symbols=(), alive=alive, table=table, joined=joined, answers=answers)
        return replace(begun, base=self.gains.base(h))

    def _step(
        self, hypotheses: list[Hypothesis], i: int, fixed: str, width: int
    ) -> list[Hypothesis]:
        if not hypotheses:
            return []
        chances = self.language.ahead([h.reader for h in hypotheses])
        options: list[Option] = []
        for k, h in enumerate(hypotheses):
            places = np.flatnonzero(self._allowed(h, i, fixed))
            gain = self.gains.gain(h, i, chances[k], places)
            drawn = gain + self.gains.weights.heat * self.rng.gumbel(size=len(gain))
            for j in np.argsort(-drawn)[:TRIED]:
                c = int(places[j])
                if not (fixed[i] == FREE and self._copied(h, c, len(fixed))):
                    options.append((h.score + drawn[j], h.score + gain[j], k, c))
        kept = self._spread(sorted(options, reverse=True), hypotheses, width)
        return [self._go_on(hypotheses[k], c, score, i) for _, score, k, c in kept]

    def _spread(
        self, options: list[Option], hypotheses: list[Hypothesis], width: int
    ) -> list[Option]:
        """The best as drawn, but not many that are modelled on the same."""
        taken: dict[str, int] = {}
        kept = []
        for option in options:
            model = hypotheses[option[2]].model
            taken[model] = taken.get(model, 0) + 1
            if not model or taken[model] <= max(2, width // ALIKE):
                kept.append(option)
        return kept[:width]

    def _allowed(self, h: Hypothesis, i: int, fixed: str) -> NDArray[np.bool_]:
        """What may stand at a place after what stands before it, bool [characters]."""
        if fixed[i] != FREE:
            return self._only(self.gains.place[fixed[i]])
        allowed = np.asarray(h.table[h.alive, i].any(0))
        if i == 0:
            return allowed
        last = h.symbols[-1]
        doubled = len(h.model) > i and h.model[i] == h.model[i - 1]
        if doubled and h.joined[i - 1] and allowed[last]:
            return self._only(last)
        allowed[list(h.symbols)] = False
        if h.joined[i - 1]:
            words = self.board.words
            known = np.zeros_like(allowed)
            known[words.indices[words.indptr[last] : words.indptr[last + 1]]] = True
            allowed &= known
        return allowed

    def _only(self, place: int) -> NDArray[np.bool_]:
        only = np.zeros(len(self.board.alphabet), bool)
        only[place] = True
        return only

    def _copied(self, h: Hypothesis, c: int, length: int) -> bool:
        """Whether this character would complete a run, or a whole clause, of the author's."""
        text = "".join(self.board.alphabet[s] for s in (*h.symbols, c))
        run = 5 if length > 5 else 4
        whole = len(text) == length > 3
        return (whole and text in self.spans) or (len(text) >= run and text[-run:] in self.spans)

    def _go_on(self, h: Hypothesis, c: int, score: float, i: int) -> Hypothesis:
        reader = self._read(h.reader, self.board.alphabet[c])
        alive = h.alive & h.table[:, i, c]
        alive = alive if alive.any() else h.alive  # what a person gave may break the tones
        return replace(h, reader=reader, symbols=(*h.symbols, c), score=float(score), alive=alive)

    def _finish(self, hypotheses: Sequence[Hypothesis], line: Line) -> list[Hypothesis]:
        """End a line in each: how well its mark follows is a part of its weight."""
        if not hypotheses:
            return []
        mark = self.language.alphabet.encode(line.mark)[0]
        chances = self.language.ahead([h.reader for h in hypotheses])[:, mark]
        ends = self.gains.weights.language * np.log(np.maximum(chances, LEAST_CHANCE))
        marked = line.mark + ("\n" if line.mark == "。" else "")
        return [
            replace(
                self._told(h, line), reader=self._read(h.reader, marked), score=h.score + float(end)
            )
            for h, end in zip(hypotheses, ends, strict=True)
        ]

    def _told(self, h: Hypothesis, line: Line) -> Hypothesis:
        """With the line among its lines: what it used up, and what it spoke of."""
        used, small, company = h.used.copy(), h.small.copy(), h.company * FADING
        for c in h.symbols:
            small[c] = True
            if self.board.alphabet[c] not in SMALL:
                used[c] = True
                company = company + (self.gains.rarity[c] / 8) * self.gains.topics[c]
        used[h.symbols[-1]] |= bool(line.rhyme)
        text = "".join(self.board.alphabet[c] for c in h.symbols)
        return replace(h, lines=(*h.lines, text), used=used, small=small, company=company)

    def _read(self, reader: Reader, text: str) -> Reader:
        """A reader that has gone on by a text."""
        found = reader.copy()
        for symbol in self.language.alphabet.encode(text):
            found.read(symbol)
        return found
