"""Words and lines before a place: told apart, the same however a text is read, and kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from moxie.art import Sample
from moxie.arts.literature.models.counts import OF_LETTERS, OF_LINES, Counts, others, sides_of
from moxie.arts.literature.models.keeping import load, save
from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.models.lines import Lines
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.places import WORD, WORD_BEFORE, Places
from moxie.arts.literature.models.style import TextModel
from moxie.arts.literature.models.texts import DEPTH, Past, Text, opened
from moxie.arts.literature.models.tracks import Track, earlier
from moxie.arts.literature.models.words import Words, learn_kinds
from moxie.arts.literature.recipes.counts import RECIPE
from moxie.arts.literature.writing import Writing
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

ALL = (*OF_LETTERS, *OF_LINES)
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


PLAY = """ROMEO:
O, speak again,
bright Angel! 'speak'

JULIET:
good night; the night


Is long. Good

"""


@pytest.mark.parametrize("sort", ["words", "kinds", "lines"])
def test_a_text_is_followed_the_same_read_whole_or_by_symbols(sort: str) -> None:
    symbols = Alphabet("".join(sorted(set(PLAY))))
    parts = (PLAY * 2, PLAY[:50], "", "\n\n a")
    past = np.concatenate([opened(symbols.end, symbols.encode(text)) for text in parts])
    kinds = learn_kinds(np.tile(past, 5), symbols.marks)
    assert len(kinds.words)

    def follow(some: Past) -> Words | Lines:
        if sort == "lines":
            return Lines.of(some, symbols.marks)
        return Words.of(some, symbols.marks, kinds if sort == "kinds" else None)

    whole, grown = follow(past), follow(past[:DEPTH])
    for symbol in past[DEPTH:]:
        grown.read(int(symbol))
    twin = grown.copy()
    twin.read(symbols.encode("s")[0])
    assert np.array_equal(grown.keys[:, DEPTH : grown.at + 1], whole.keys[:, DEPTH:])
    assert grown.now == whole.now != twin.now


def test_of_a_whole_text_tables_find_what_a_search_finds() -> None:
    text = "The cat sat; the  Cat ran, the cat's end. " * 3
    symbols = Alphabet("".join(sorted(set(text))))
    past = opened(symbols.end, symbols.encode(text))
    tracks: tuple[Track, ...] = (Words.of(past, symbols.marks), Lines.of(past, symbols.marks))
    whole, going = Text.whole(past, tracks), Text(past, tracks)
    for at in range(DEPTH, len(past)):
        for one, other in zip(whole.alike(at), going.alike(at), strict=True):
            assert np.array_equal(one, other)
        for one, other in zip(whole.again(at), going.again(at), strict=True):
            assert np.array_equal(one, other)


def test_words_with_the_same_neighbours_are_of_a_kind() -> None:
    rng = np.random.default_rng(4)
    who, how, what = (
        ["he", "she", "Tom", "Ann", "Joe", "Max", "Sue", "Kim"],
        ["saw", "met", "knew", "left", "paid", "drew", "held", "told"],
        ["cats", "dogs", "men", "cows", "boys", "maps", "pens", "nets"],
    )
    text = "".join(
        f"{' '.join(rng.choice(some) for some in (who, how, what))}. " for _ in range(400)
    )
    symbols = Alphabet("".join(sorted(set(text))))
    past = opened(symbols.end, symbols.encode(text))
    kinds = learn_kinds(past, symbols.marks)

    def of(words: list[str]) -> set[int]:
        ends = [
            Words.of(opened(symbols.end, symbols.encode(word)), symbols.marks) for word in words
        ]
        begun, endings = (np.array([end.now[k] for end in ends], np.uint64) for k in (0, 4))
        return set(kinds.of(begun, endings.astype(np.int64)).tolist())

    assert not of(who) & of(how)
    assert not of(who) & of(what)
    assert not of(how) & of(what)
    assert max(of(who)) <= len(kinds.words)
    assert min(of(["zebra"])) > 128
    assert of(["cat"]) == of(["hat"]) != of(["dog"])  # unknown, and told by how they end


def test_a_speaker_comes_again_after_the_other() -> None:
    speeches = ("ROMEO:\nYes.", "JULIET:\nNo.", "NURSE:\nOh!", "PARIS:\nAh!")
    rng = np.random.default_rng(2)
    pairs = [rng.permutation(4)[:2] for _ in range(60)]
    works = ["\n\n".join(speeches[n] for n in np.tile(pair, 4)) for pair in pairs]
    symbols = Alphabet("".join(sorted(set("".join(works)))))
    counts = Counts.of([symbols.encode(work) for work in works], [1.0] * 60, symbols.marks, 8)
    past = opened(symbols.end, symbols.encode("NURSE:\nOh!\n\nPARIS:\nAh!\n\n"))
    logs, _ = counts.opinions(Places([(Text(past, counts.tracks(past)), len(past))]))
    opening, usual = (
        dict(zip(symbols.characters, some, strict=False)) for some in logs[0, [-1, 0]]
    )
    assert max(opening, key=opening.__getitem__) == "N"
    assert opening["N"] > usual["N"]


def test_lines_are_counted_where_there_are_any() -> None:
    symbols = Alphabet("ab\n")
    prose, verse = (symbols.encode(some * 50) for some in ("ab ab ab ab\n\n", "ab ab ab\n"))
    assert sides_of([prose], symbols.marks, 8) == OF_LETTERS
    assert sides_of([prose, verse], symbols.marks, 8) == ALL
    assert sides_of([[]], symbols.marks, 8) == OF_LETTERS


def test_lines_end_where_lines_end() -> None:
    rng = np.random.default_rng(3)
    lines = ["".join(rng.choice(list("abcd "), 9)) for _ in range(200)]
    symbols = Alphabet("abcd \n")
    counts = Counts.of([symbols.encode("\n".join(lines))], [1.0], symbols.marks, 8)
    past = opened(symbols.end, symbols.encode("abcd abcd\nabcdabcd \nabcd dcba"))
    tracks = counts.tracks(past)
    logs, _ = counts.opinions(
        Places([(Text(past, tracks), at) for at in (len(past) - 3, len(past))])
    )
    feeds = np.exp(logs[:, -2, symbols.encode("\n")[0]])
    assert feeds[0] < 0.1
    assert feeds[1] > 0.9


def test_the_same_words_are_found_again_whatever_stands_between() -> None:
    text = "The cat sat; his cat ran. The dog ran, the  Cat "
    symbols = Alphabet("".join(sorted(set(text))))
    past = opened(symbols.end, symbols.encode(text))
    words = Words.of(past, symbols.marks)
    at = DEPTH + len(text)
    here, one, two, second = earlier(words, at, DEPTH)
    read = [[text[: place - DEPTH] for place in some] for some in (one, two, second)]
    assert read[0] == ["The cat ", "The cat sat; his cat "]
    assert read[1] == ["The cat "]
    assert read[2] == ["The cat ", "The cat sat; his cat ran. The dog "]
    assert {*one, *two, *second} < {*here}
    assert [len(some) for some in earlier(words, DEPTH, DEPTH)] == [0, 0, 0, 0]


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
    places = Places([(Text(past, counts.tracks(past)), len(past))])
    logs, _ = counts.opinions(places)
    skipping_a_word = logs.shape[1] - len(others(OF_LETTERS)) + 1
    by_words = dict(zip(symbols.characters, logs[0, skipping_a_word], strict=False))
    assert max(by_words, key=by_words.__getitem__) == "d"  # went down


@pytest.mark.parametrize("sides", [("skipping",), ("phrased",), ALL])
def test_models_are_read_as_they_were_counted(sides: tuple[str, ...], tmp_path: Path) -> None:
    symbols = Alphabet("".join(sorted(set(LINES))))
    counts = Counts.of([symbols.encode(LINES)] * 3, [1.0] * 3, symbols.marks, 8, sides)
    save(Mixture(symbols, counts), tmp_path)
    if sides != ALL:  # before sides had names
        facts = json.loads((tmp_path / "language.json").read_text("utf-8"))
        del facts["sides"]
        (tmp_path / "language.json").write_text(json.dumps(facts | {"gate": False}), "utf-8")
    again = load(tmp_path).counts
    assert again is not None
    assert again.sides == sides
    assert tuple(chain.columns for chain in again.others) == others(sides)
    assert load(tmp_path).nats(LINES).tolist() == Mixture(symbols, counts).nats(LINES).tolist()
