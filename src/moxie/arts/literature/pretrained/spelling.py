"""What the tokens of a pretrained model spell, and how texts are cut into them.

Texts are told by the symbols of an `Alphabet`: a character is one where the model has a token for
it alone, and any other is spelled by tokens of single bytes. A token is one symbol, or several.
Of those of several only the ones are kept that the works are made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import BYTES, Alphabet
from moxie.arts.literature.needs import PRETRAINED, need
from moxie.errors import BadInput

FILE = "tokenizer.json"

BLANK = "▁"
"""What stands for a space in the tokens of SentencePiece."""

LONGEST = 12
"""Characters of a token that is kept at most."""

MOST_TOKENS = 2_000_000
"""Of a tokenizer; the largest known ones have a quarter of a million."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The tokens of a model by what they spell; the same for every alphabet."""

    characters: Mapping[str, int]  # of tokens that are one character
    bytes_: tuple[int, ...]  # [256]
    words: Mapping[str, int]  # of tokens that are several characters
    begin: int
    end: int

    @classmethod
    def read(cls, folder: Path, name: str) -> Spelling:
        """From the tokenizer in a folder; `name` is what errors call the model.

        Raises BadInput where it cannot spell every text, or where there is none.
        """
        tokens = _tokens(folder, name)
        spelled, texts = (_by_pieces if "<0x00>" in tokens else _by_bytes)(tokens)
        known = [token for token in spelled if token is not None]
        if len(known) < BYTES:
            raise BadInput(
                "The tokenizer of {name} has no tokens for single bytes, so that it cannot spell "
                "every text: take another model.",
                name=name,
            )
        begin, end = _ends(folder, name)
        return cls(
            {text: token for text, token in texts.items() if len(text) == 1},
            tuple(known),
            {text: token for text, token in texts.items() if len(text) > 1},
            begin,
            end,
        )

    def alphabet(self, texts: Iterable[str]) -> Alphabet:
        """The characters of texts that are one token; the others are spelled by bytes."""
        met = set[str]().union(*(set(text) for text in texts))
        return Alphabet("".join(sorted(char for char in met if char in self.characters)))

    def kept(self, alphabet: Alphabet, words: Sequence[int]) -> Units:
        """What is left of the vocabulary for an alphabet, and some tokens of several characters."""
        known = {token: word for word, token in self.words.items()}
        singles = [self.characters[char] for char in alphabet.characters]
        spelt = [tuple(alphabet.encode(known[token])) for token in words]
        tokens = [*singles, *self.bytes_, self.end, *words]
        entries = [*singles, *self.bytes_, self.begin, *words]
        return Units(np.array(tokens), np.array(entries), alphabet.size, tuple(spelt))

    def words_in(self, texts: Iterable[str], folder: Path, alphabet: Alphabet) -> list[int]:
        """The tokens of several characters that the model's own tokenizer makes of texts."""
        tokenizer = need("tokenizers", PRETRAINED).Tokenizer.from_file(str(folder / FILE))
        met: set[int] = set()
        for text in texts:
            met.update(tokenizer.encode(text, add_special_tokens=False).ids)
        return sorted(
            token
            for word, token in self.words.items()
            if token in met and len(word) <= LONGEST and all(map(alphabet.knows, word))
        )


@dataclass(frozen=True, slots=True)
class Units:
    """The tokens that are kept: one for each symbol, and then those of several symbols.

    `tokens` are their numbers in the model, int [units], and `entries` what is read for them: the
    symbol that ends a text is read as the token that begins one.
    """

    tokens: NDArray[np.int64]
    entries: NDArray[np.int64]
    symbols: int
    words: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many there are."""
        return self.symbols + len(self.words)

    @property
    def barred(self) -> NDArray[np.float32]:
        """1 for a unit whose token is that of one before it, 0 for others, float32 [units].

        Where tokens are of bytes, a character below 128 and its byte are one token.
        """
        _, first = np.unique(self.tokens, return_index=True)
        found = np.ones(self.size, np.float32)
        found[first] = 0
        return found

    @property
    def end(self) -> int:
        """The unit, and symbol, that ends a text and stands before its beginning."""
        return self.symbols - 1


class Tree:
    """What units begin with: which may go on after some symbols, and with which symbol."""

    def __init__(self, units: Units) -> None:
        self.units = units
        self.of: dict[tuple[int, ...], int] = {
            word: units.symbols + n for n, word in enumerate(units.words)
        }
        longer: dict[tuple[int, ...], list[tuple[int, int]]] = {}
        for word, unit in self.of.items():
            for length in range(1, len(word)):
                longer.setdefault(word[:length], []).append((unit, word[length]))
        self.longer = {
            begun: (
                np.array([unit for unit, _ in some], np.int64),
                np.array([symbol for _, symbol in some], np.int64),
            )
            for begun, some in longer.items()
        }
        # the first symbol of each unit
        self.firsts = np.array([*range(units.symbols), *(w[0] for w in units.words)], np.int64)

    def unit(self, symbols: tuple[int, ...]) -> int | None:
        """The unit that is these symbols, if there is one."""
        return symbols[0] if len(symbols) == 1 else self.of.get(symbols)

    def cut(self, symbols: Sequence[int]) -> list[int]:
        """Symbols as units, each as long as can be, from the left."""
        cutter, found = Cutter(self), list[int]()
        for symbol in symbols:
            found += cutter.read(symbol)
        return found + cutter.rest()


class Cutter:
    """Cuts what is read into units; what is cut never hangs on what comes later."""

    def __init__(self, tree: Tree, begun: tuple[int, ...] = ()) -> None:
        self.tree = tree
        self.begun = begun

    def read(self, symbol: int) -> list[int]:
        """One symbol more; the units that are certain now."""
        self.begun = (*self.begun, symbol)
        done: list[int] = []
        while len(self.begun) > 1 and self.begun not in self.tree.longer:
            unit, length = self._longest(self.begun)
            if length == len(self.begun):  # nothing can go on after it, so that it is certain
                done.append(unit)
                self.begun = ()
                break
            done.append(unit)
            self.begun = self.begun[length:]
        return done

    def rest(self) -> list[int]:
        """What has begun, as units, if nothing followed."""
        left, found = self.begun, list[int]()
        while left:
            unit, length = self._longest(left)
            found.append(unit)
            left = left[length:]
        return found

    def _longest(self, symbols: tuple[int, ...]) -> tuple[int, int]:
        for length in range(len(symbols), 1, -1):
            unit = self.tree.of.get(symbols[:length])
            if unit is not None:
                return unit, length
        return symbols[0], 1


def _tokens(folder: Path, name: str) -> dict[str, int]:
    path = folder / FILE
    if not path.is_file():
        raise BadInput(
            "There is no tokenizer.json beside the model {name}: put the one it was made with "
            "there.",
            name=name,
        )
    try:
        facts = json.loads(path.read_text("utf-8"))
        given = facts["model"]["vocab"]
        if not isinstance(given, dict):  # a list of pieces, each with its weight
            given = {piece[0]: place for place, piece in enumerate(given)}
        found = {str(token): int(place) for token, place in given.items()}
        found |= {str(t["content"]): int(t["id"]) for t in facts.get("added_tokens") or ()}
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise BadInput("The tokenizer.json of {name} cannot be read.", name=name) from error
    if len(found) > MOST_TOKENS:
        raise BadInput("The tokenizer of {name} has {n} tokens, too many.", name=name, n=len(found))
    return found


def _ends(folder: Path, name: str) -> tuple[int, int]:
    """The tokens that begin and end a text; one for both where there is only one."""
    try:
        facts = json.loads((folder / "config.json").read_text("utf-8"))
        begin, end = facts.get("bos_token_id"), facts.get("eos_token_id")
        end = end[0] if isinstance(end, list) else end
        begin, end = (end if begin is None else begin), (begin if end is None else end)
        return int(begin), int(end)
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise BadInput(
            "The config.json of {name} does not say which token begins a text.", name=name
        ) from error


def _by_pieces(tokens: Mapping[str, int]) -> tuple[list[int | None], dict[str, int]]:
    """Tokens of the 256 bytes, and of texts, of a tokenizer that falls back to bytes."""
    texts = {
        token.replace(BLANK, " "): place
        for token, place in tokens.items()
        if token and not (token.startswith("<") and token.endswith(">"))
    }
    return [tokens.get(f"<0x{b:02X}>") for b in range(BYTES)], texts


def _by_bytes(tokens: Mapping[str, int]) -> tuple[list[int | None], dict[str, int]]:
    """The same of one that knows only bytes, each written as a letter that can be seen (GPT-2)."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(b): b for b in seen}
    letters |= {chr(256 + n): b for n, b in enumerate(b for b in range(256) if b not in seen)}
    keys = {
        bytes(letters[letter] for letter in token): place
        for token, place in tokens.items()
        if token and all(letter in letters for letter in token)
    }
    texts = {text: place for key, place in keys.items() if (text := _text(key))}
    return [keys.get(bytes([b])) for b in range(BYTES)], texts


def _text(key: bytes) -> str:
    """What a token says; nothing where it is a part of a character."""
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError:
        return ""
