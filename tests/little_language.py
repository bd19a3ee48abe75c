"""A small language model for tests of verse: Witten-Bell trigrams, whatever the recipes do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Self

import numpy as np

from moxie.arts.literature.models.language import Alphabet

ORDER = 3


class LittleReader:
    def __init__(self, language: LittleLanguage, context: tuple[int, ...]) -> None:
        self.language, self.context = language, context

    def probabilities(self) -> np.ndarray:
        return self.language.after(self.context)

    def read(self, symbol: int) -> None:
        self.context = (*self.context, symbol)[1 - ORDER :]

    def copy(self) -> Self:
        return type(self)(self.language, self.context)


class LittleLanguage:
    def __init__(self, texts: Sequence[str]) -> None:
        self.fluent = False
        self.alphabet = Alphabet.of(texts)
        met: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        end = self.alphabet.end
        for text in texts:
            symbols = [end] * (ORDER - 1) + self.alphabet.encode(text) + [end]
            for i in range(ORDER - 1, len(symbols)):
                for order in range(ORDER):
                    met[tuple(symbols[i - order : i])][symbols[i]] += 1
        self.met = {k: (np.array(list(v)), np.array(list(v.values()))) for k, v in met.items()}

    def after(self, context: tuple[int, ...]) -> np.ndarray:
        found = np.full(self.alphabet.size, 1 / self.alphabet.size)
        for order in range(len(context) + 1):
            seen = self.met.get(context[len(context) - order :])
            if seen is not None:
                symbols, times = seen
                new = len(times) / (len(times) + times.sum())
                found *= new
                found[symbols] += (1 - new) * times / times.sum()
        return found.astype(np.float32)

    def reader(self) -> LittleReader:
        return LittleReader(self, (self.alphabet.end,) * (ORDER - 1))

    def ahead(self, readers: Sequence[LittleReader]) -> np.ndarray:
        return np.array([reader.probabilities() for reader in readers])

    def nats(self, text: str) -> np.ndarray:
        reader, found = self.reader(), []
        for character in text:
            cost = 0.0
            for symbol in self.alphabet.encode(character):
                cost -= float(np.log(reader.probabilities()[symbol]))
                reader.read(symbol)
            found.append(cost)
        return np.array(found, np.float32)
