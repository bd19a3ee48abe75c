"""Which tokens of a pretrained model the symbols of an alphabet are.

A character is one symbol where the model has a token for it alone; any other is spelled by tokens
of single bytes. So what the model says is about characters, and can be mixed with what others
say. What comes next is read off the tokens that begin with a character, longer ones included:
the chance of a word is the chance that its first character comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import BYTES, Alphabet
from moxie.errors import BadInput

BLANK = "▁"
"""What stands for a space in the tokens of SentencePiece."""

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

    def kept(self, alphabet: Alphabet) -> Kept:
        """What is left of the vocabulary for texts in an alphabet."""
        known = alphabet.characters
        places = {char: place for place, char in enumerate(known)}
        symbols = [self.characters[char] for char in known]
        entries = [*symbols, *self.bytes_, self.begin]
        # a byte that is a known character by itself is never spelled
        tokens, firsts = list(symbols), list(range(len(known)))
        for b, token in enumerate(self.bytes_):
            if b >= 128 or chr(b) not in places:
                tokens.append(token)
                firsts.append(len(known) + b)
        tokens.append(self.end)
        firsts.append(alphabet.end)
        for word, token in sorted(self.words.items(), key=lambda item: item[1]):
            if all(char in places for char in word):
                tokens.append(token)
                firsts.append(places[word[0]])
        return Kept(np.array(entries), np.array(tokens), np.array(firsts), alphabet.size)


@dataclass(frozen=True, slots=True)
class Kept:
    """`entries` are the tokens of symbols, int [symbols]; of the tokens that may come next,
    `tokens`, int [kept], each begins with the symbol `firsts`, int [kept].
    """

    entries: NDArray[np.int64]
    tokens: NDArray[np.int64]
    firsts: NDArray[np.int64]
    size: int


def _tokens(folder: Path, name: str) -> dict[str, int]:
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise BadInput(
            "There is no tokenizer.json beside the model {name}: put the one it was made with there.",
            name=name,
        )
    try:
        facts = json.loads(path.read_text("utf-8"))
        given = facts["model"]["vocab"]
        pairs = given.items() if isinstance(given, dict) else ((e[0], i) for i, e in enumerate(given))
        found = {str(token): int(place) for token, place in pairs}
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
