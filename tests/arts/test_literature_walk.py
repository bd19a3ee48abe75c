"""From chances of tokens to chances of characters: exact, whatever way a text is cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.pretrained.spelling import Cutter, Spelling, Tree, Units
from moxie.arts.literature.pretrained.walk import Place

ALPHABET = Alphabet("山我水们的")
WORDS = ("我们", "山水", "我们的", "水的", "山水的")


def spelling() -> Spelling:
    texts = [*ALPHABET.characters, *WORDS]
    places = {text: 300 + n for n, text in enumerate(texts)}
    return Spelling(
        {text: place for text, place in places.items() if len(text) == 1},
        tuple(range(10, 266)),
        {text: place for text, place in places.items() if len(text) > 1},
        begin=1,
        end=2,
    )


def units() -> Units:
    told = spelling()
    return told.kept(ALPHABET, [told.words[word] for word in WORDS])


def chances_after(tree: Tree, read: tuple[int, ...]) -> np.ndarray:
    """Some chances of units that hang on all that was read."""
    rng = np.random.default_rng([5, *read])
    found = rng.gamma(0.3, size=tree.units.size) + 1e-6
    return (found / found.sum()).astype(np.float32)


def walked(tree: Tree, symbols: list[int]) -> list[np.ndarray]:
    """Log probabilities before each symbol, and after the last."""
    place = Place.first(chances_after(tree, ()))
    found = [place.logs(tree)]
    for at, symbol in enumerate(symbols, 1):
        place = place.read(tree, symbol).told(chances_after(tree, tuple(symbols[:at])))
        found.append(place.logs(tree))
    return found


def by_every_cut(tree: Tree, symbols: tuple[int, ...]) -> float:
    """The chance that a text begins so: of every row of tokens that does, the last one whole."""
    spelt = [*((s,) for s in range(tree.units.symbols)), *tree.units.words]

    def rest(read: tuple[int, ...]) -> float:
        chances, total = chances_after(tree, read), 0.0
        left = symbols[len(read) :]
        for unit, word in enumerate(spelt):
            if word == left[: len(word)] and len(word) < len(left):
                total += float(chances[unit]) * rest(read + word)
            elif word[: len(left)] == left:
                total += float(chances[unit])
        return total

    return rest(())


@pytest.mark.parametrize("text", ["我们的山水", "山水的我们们", "山我我们山水", "水é我们"])
def test_a_character_has_the_chance_of_every_way_to_cut_the_text(text: str) -> None:
    tree, symbols = Tree(units()), ALPHABET.encode(text)
    told = walked(tree, symbols)
    product = 0.0
    for at, symbol in enumerate(symbols):
        product += float(told[at][symbol])
        assert product == pytest.approx(
            np.log(by_every_cut(tree, tuple(symbols[: at + 1]))), abs=1e-3
        )
    assert all(np.exp(logs.astype(float)).sum() == pytest.approx(1, abs=1e-5) for logs in told)


def test_what_is_cut_does_not_hang_on_what_comes() -> None:
    tree = Tree(units())
    for text in map("".join, itertools.product("我们的山", repeat=5)):
        symbols = ALPHABET.encode(text)
        cutter, certain = Cutter(tree), list[int]()
        for symbol in symbols:
            certain += cutter.read(symbol)
        whole = tree.cut(symbols)
        assert whole == certain + cutter.rest()
        assert tree.cut(symbols + ALPHABET.encode("水"))[: len(certain)] == certain
        spelt = [
            tree.units.words[u - tree.units.symbols] if u >= tree.units.symbols else (u,)
            for u in whole
        ]
        assert [s for word in spelt for s in word] == symbols


def test_the_longest_unit_is_taken() -> None:
    tree = Tree(units())
    assert tree.cut(ALPHABET.encode("我们的")) == [tree.of[tuple(ALPHABET.encode("我们的"))]]
    assert len(tree.cut(ALPHABET.encode("我们山"))) == 2
    assert len(tree.cut(ALPHABET.encode("é"))) == 2  # two bytes


def test_a_byte_that_is_a_character_counts_once() -> None:
    doubled = Spelling({"a": 97}, tuple(range(256)), {}, 300, 301).kept(Alphabet("a"), ())
    assert doubled.barred.sum() == 1
    assert doubled.barred[doubled.tokens.tolist().index(97)] == 0
    assert units().barred.sum() == 0
