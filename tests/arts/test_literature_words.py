"""Words before a place: told apart, the same however a text is read, kept, and learnt from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moxie.art import Sample
from moxie.arts.literature.models import counts as counting
from moxie.arts.literature.models.counts import PHRASED, SKIPPING, Counts
from moxie.arts.literature.models.keeping import load, save
from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.places import WORD, WORD_BEFORE, Places
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.models.texts import DEPTH, Text, opened
from moxie.arts.literature.models.words import Words
from moxie.arts.literature.recipes.counts import RECIPE
from moxie.arts.literature.writing import Writing
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

LINES = "The miller's daughter went down to the river before the bell had rung. "


def test_words_are_told_apart() -> None:
    symbols = Alphabet("abc ")
    past = opened(symbols.end, symbols.encode("ab  c ab  c"))
    places = Places([(Text(past), DEPTH + at) for at in range(12)])
    known = places.contexts(symbols.letters)
    words, before = known[:, WORD], known[:, WORD_BEFORE]
    assert list(words == 0) == [at in (0, 3, 4, 6, 9, 10) for at in range(12)]
    assert words[1:6].tolist() == words[7:12].tolist()
    assert words[1] == words[7] != words[2] == words[8]
    assert before[5] == before[11] != before[7] == before[8] != 0
    assert before[0] == before[2] == 0


def test_words_of_a_text_are_the_same_read_whole_or_by_symbols() -> None:
    text = "The cat sat; the  Cat ran, and 'the cat' sat"
    symbols = Alphabet("".join(sorted(set(text))))
    past = np.concatenate([opened(symbols.end, symbols.encode(text)) for _ in range(2)])
    whole, grown = (Words.of(some, symbols.marks) for some in (past, past[:DEPTH]))
    for symbol in past[DEPTH:]:
        grown.read(int(symbol))
    twin = grown.copy()
    twin.read(symbols.encode("c")[0])
    assert np.array_equal(grown.keys[:, DEPTH : grown.at + 1], whole.keys[:, DEPTH:])
    assert grown.latest == whole.latest != twin.latest


def test_of_a_whole_text_tables_find_what_a_search_finds() -> None:
    text = "The cat sat; the  Cat ran, the cat's end. " * 3
    symbols = Alphabet("".join(sorted(set(text))))
    past = opened(symbols.end, symbols.encode(text))
    words = Words.of(past, symbols.marks)
    whole, going = Text.whole(past, words), Text(past, words)
    for at in range(DEPTH, len(past)):
        for one, other in zip(whole.alike(at), going.alike(at), strict=True):
            assert np.array_equal(one, other)
        for one, other in zip(whole.phrased(at), going.phrased(at), strict=True):
            assert np.array_equal(one, other)


def test_the_same_words_are_found_again_whatever_stands_between() -> None:
    text = "The cat sat; his cat ran. The dog ran, the  Cat "
    symbols = Alphabet("".join(sorted(set(text))))
    past = opened(symbols.end, symbols.encode(text))
    words = Words.of(past, symbols.marks)
    at = DEPTH + len(text)
    here, one, two, second = words.earlier(at, DEPTH)
    read = [[text[: place - DEPTH] for place in some] for some in (one, two, second)]
    assert read[0] == ["The cat ", "The cat sat; his cat "]
    assert read[1] == ["The cat "]
    assert read[2] == ["The cat ", "The cat sat; his cat ran. The dog "]
    assert {*one, *two, *second} < {*here}
    assert [len(some) for some in words.earlier(DEPTH, DEPTH)] == [0, 0, 0, 0]


def test_a_reader_of_letters_says_what_the_whole_text_costs() -> None:
    some = [Sample(f"work-{i}", Writing.from_text(f"{i} {LINES * 30}")) for i in range(3)]
    plan = Plan({"members": "counts"}, 1.0, RECIPE.summary)
    language = (
        TextModel(Machine(threads=1))
        .fit(some, plan=plan, seed=3, checkpoint=NoCheckpoint(), on_step=lambda *_: None)
        .language
    )
    text = "The daughter of the miller went, 'The Miller' went; the river rang. " * 2
    reader, costs = language.reader(), []
    for symbol in language.alphabet.encode(text):
        costs.append(-float(np.log(reader.probabilities()[symbol])))
        reader = reader.copy()
        reader.read(symbol)
    assert np.allclose(costs, language.nats(text), rtol=1e-3)
    assert sum(costs[len(costs) // 2 :]) < 0.5 * sum(costs[: len(costs) // 2])


def test_after_the_same_words_the_same_is_foretold_whatever_stands_between() -> None:
    symbols = Alphabet("".join(sorted(set(LINES + ";W"))))
    counts = Counts.of([symbols.encode(LINES)], [1.0], symbols.marks, 8)
    past = opened(symbols.end, symbols.encode("daughter; Went "))
    places = Places([(Text(past, counts.words(past)), len(past))])
    logs, _ = counts.opinions(places)
    by_words = dict(zip(symbols.characters, logs[0, -2], strict=False))
    assert max(by_words, key=by_words.__getitem__) == "d"  # went down


def test_models_of_before_words_were_counted_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    symbols = Alphabet("".join(sorted(set(LINES))))
    text = symbols.encode(LINES)
    new = Counts.of([text], [1.0], symbols.marks, 8)
    with monkeypatch.context() as patch:
        patch.setattr(counting, "skipping", lambda _: SKIPPING)
        old = Counts.of([text], [1.0], symbols.marks, 8)
    for number, counts in enumerate((new, old)):
        folder = tmp_path / str(number)
        folder.mkdir()
        save(Mixture(symbols, counts), folder)
        again = load(folder).counts
        assert again is not None
        assert again.phrased == (counts is new)
        kinds = PHRASED if again.phrased else SKIPPING
        assert tuple(chain.columns for chain in again.skipping) == kinds
        assert load(folder).nats(LINES).tolist() == Mixture(symbols, counts).nats(LINES).tolist()
