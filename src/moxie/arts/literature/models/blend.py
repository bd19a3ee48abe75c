"""Between authors: one language that listens to several, each as much as its weight says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from moxie.art import StyleModel
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.models.language import BYTES, Alphabet, Language, Reader
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.models.tables import Floats
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput

STRANGE = 0.5
"""Of what a language leaves for characters it does not know, the share for those others know."""


@dataclass(frozen=True, slots=True)
class Member:
    """A language, its weight, and its symbols in the alphabet of all."""

    language: Language
    weight: float
    own: NDArray[np.int64]  # [its symbols], their places among all
    strange: NDArray[np.int64]  # the places of characters that it does not know

    @classmethod
    def of(cls, language: Language, weight: float, whole: Alphabet) -> Member:
        """A member of a company with the alphabet `whole`."""
        known = language.alphabet.characters
        places = {character: i for i, character in enumerate(whole.characters)}
        first = len(whole.characters)
        own = [*(places[character] for character in known), *range(first, first + BYTES + 1)]
        strange = [places[c] for c in whole.characters if not language.alphabet.knows(c)]
        return cls(language, weight, np.array(own, np.int64), np.array(strange, np.int64))

    def shares(self, said: Floats, size: int) -> Floats:
        """What it says, float32 [n, its symbols], over the alphabet of all, [n, size].

        Bytes begin what it does not know: of their share a part goes to the others' characters.
        """
        found = np.zeros((len(said), size), np.float32)
        found[:, self.own] = said
        if len(self.strange):
            bytes_ = slice(size - 1 - BYTES, size - 1)
            left = found[:, bytes_].sum(1) * STRANGE
            found[:, bytes_] *= 1 - STRANGE
            found[:, self.strange] = left[:, None] / len(self.strange)
        return found


@dataclass(frozen=True, slots=True)
class Company:
    """A language between several."""

    alphabet: Alphabet
    members: tuple[Member, ...]

    @classmethod
    def of(cls, languages: Sequence[tuple[Language, float]]) -> Company:
        """Over the characters that any of them knows; weights sum to 1."""
        known = {c for language, _ in languages for c in language.alphabet.characters}
        whole = Alphabet("".join(sorted(known)))
        return cls(whole, tuple(Member.of(one, weight, whole) for one, weight in languages))

    @property
    def fluent(self) -> bool:
        """Whether all of its members are: the others would say what nobody can read."""
        return all(member.language.fluent for member in self.members)

    def reader(self) -> CompanyReader:
        """At the beginning of a text."""
        return CompanyReader(self, tuple(member.language.reader() for member in self.members))

    def ahead(self, readers: Sequence[Reader]) -> Floats:
        """What comes next for each reader, float32 [readers, symbols]."""
        own = [reader for reader in readers if isinstance(reader, CompanyReader)]
        found = np.zeros((len(own), self.alphabet.size), np.float32)
        for m, member in enumerate(self.members):
            said = member.language.ahead([reader.readers[m] for reader in own])
            found += np.float32(member.weight) * member.shares(said, self.alphabet.size)
        return found

    def nats(self, text: str) -> Floats:
        """What each character of a text costs, float32 [characters]."""
        reader, costs = self.reader(), []
        for character in text:
            cost = 0.0
            for symbol in self.alphabet.encode(character):
                cost -= float(np.log(np.maximum(reader.probabilities()[symbol], 1e-30)))
                reader.read(symbol)
            costs.append(cost)
        return np.array(costs, np.float32)


class CompanyReader:
    """A text that all members of a company read, each in its own alphabet."""

    def __init__(self, company: Company, readers: tuple[Reader, ...]) -> None:
        self.company = company
        self.readers = readers

    def probabilities(self) -> Floats:
        """What comes next, float32 [symbols]."""
        result: Floats = self.company.ahead([self])[0]
        return result

    def read(self, symbol: int) -> None:
        """Go on by one symbol."""
        alphabet = self.company.alphabet
        first = len(alphabet.characters)
        for member, reader in zip(self.company.members, self.readers, strict=True):
            own = member.language.alphabet
            if symbol >= first:
                reader.read(symbol - first + len(own.characters))
                continue
            for spelled in own.encode(alphabet.characters[symbol]):
                reader.read(spelled)

    def copy(self) -> Self:
        """Another reader at the same place, that goes on by itself."""
        return type(self)(self.company, tuple(reader.copy() for reader in self.readers))


def blend(models: Sequence[tuple[StyleModel[Writing], float]]) -> TextModel:
    """A model between trained ones; weights sum to 1. Raises BadInput for models of others."""
    known = [(model, weight) for model, weight in models if isinstance(model, TextModel)]
    if len(known) != len(models):
        raise BadInput("Only models that Moxie's own recipes for literature made can be blended.")
    company = Company.of([(model.language, weight) for model, weight in known])
    manners = [manner for model, _ in known for manner in model.manners]
    return known[0][0].like(company, manners, Habits.joined([m.habits for m, _ in known]))
