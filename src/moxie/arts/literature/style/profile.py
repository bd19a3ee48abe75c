"""The profile of a text: lengths, punctuation, dialogue, repetition, classes of words.

The figures of stylometry that have a name: see Holmes (1998) and Stamatatos (2009). They are the
same for traditional and simplified writing, and defined for a text of any length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.characters import Units, units
from moxie.arts.literature.lines import is_chinese
from moxie.arts.literature.style.words import CLASSES, belonging, function_words
from moxie.arts.literature.writing import Writing

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

MARKS: Mapping[str, str] = {
    "comma": "，,",
    "pause": "、",
    "semicolon": "；;",
    "colon": "：:",
    "stop": "。.",
    "question": "？?",
    "exclamation": "！!",
    "dash": "—–",
    "ellipsis": "…",
    "quote": '“”「」『』"',
    "bracket": "（）()",
    "title": "《》〈〉",
}
"""Marks of punctuation by name; a dash or an ellipsis of two characters counts as two."""

_SENTENCE = re.compile(r"[。！？!?…]+|\.(?=\s|[”’\"')」』]|$)|\n")
_CLAUSE = re.compile(r"[。！？!?…，；：,;:—–]+|\.(?=\s|[”’\"')」』]|$)|\n")
_SAID = re.compile(r"“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|\"[^\"\n]*\"")
_QUOTES = re.compile(r"[“”「」『』\"]")

SHORT, LONG = 6, 40
"""Units of a short and of a long sentence."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text in its units [n], and where sentences, clauses and paragraphs end in them."""

    text: str
    units: Units
    ids: Ints  # [n], equal for equal words
    sentences: Ints  # lengths in units
    clauses: Ints  # lengths in units
    openings: Ints  # the first unit of each clause
    paragraphs: Ints  # lengths in units
    chinese: bool


def parse(content: Writing) -> Parsed:
    """What the figures are counted from."""
    text = content.text
    found = units(text)
    ids = np.unique(np.array([*found.words, ""]), return_inverse=True)[1][:-1].astype(np.int64)
    chinese = is_chinese(found)
    edges = _edges(_CLAUSE, text, found)
    ends = np.array([m.end() for m in re.finditer(r"\n\n", text)], np.int64)
    paragraphs = _between(np.searchsorted(found.starts, ends), len(found))
    return Parsed(
        text,
        found,
        ids,
        _between(_edges(_SENTENCE, text, found), len(found)),
        _between(edges, len(found)),
        np.unique(np.concatenate([[0], edges]))[: -1 if len(found) else None].astype(np.int64),
        paragraphs,
        chinese,
    )


def profile(content: Writing) -> dict[str, float]:
    """Every figure by name, finite for any text; the names are always the same."""
    parsed = parse(content)
    return {
        **_lengths(parsed),
        **_punctuation(parsed),
        **_dialogue(parsed),
        **_repetition(parsed),
        **_order(parsed),
        **_classes(parsed),
    }


def _edges(pattern: re.Pattern[str], text: str, found: Units) -> Ints:
    """How many units lie before each match, and all of them at the end."""
    ends = np.array([match.start() for match in pattern.finditer(text)], np.int64)
    return np.append(np.searchsorted(found.starts, ends), len(found)).astype(np.int64)


def _between(edges: Ints, number: int) -> Ints:
    """Lengths of the parts that lie between edges, none of them empty."""
    lengths = np.diff(np.unique(np.concatenate([[0], edges, [number]])))
    return np.asarray(lengths if len(lengths) else np.zeros(1), np.int64)


def _lengths(parsed: Parsed) -> dict[str, float]:
    sentences, clauses, paragraphs = (
        np.log2(1.0 + lengths) for lengths in (parsed.sentences, parsed.clauses, parsed.paragraphs)
    )
    words = np.array([len(word) for word in parsed.units.words] or [0])
    following = np.stack([clauses[:-1], clauses[1:]]) - clauses.mean()
    return {
        "sentence": float(sentences.mean()),
        "sentence_spread": float(sentences.std()),
        "sentence_short": float((parsed.sentences <= SHORT).mean()),
        "sentence_long": float((parsed.sentences > LONG).mean()),
        "clause": float(clauses.mean()),
        "clause_spread": float(clauses.std()),
        "clause_even": float((np.diff(parsed.clauses) == 0).mean()) if len(clauses) > 1 else 0.0,
        "clause_serial": float(
            following.prod(axis=0).sum() / (1e-3 + (clauses.var()) * len(clauses))
        ),
        "clauses_in_sentence": float(np.log2(len(clauses) / len(sentences))),
        "paragraph": float(paragraphs.mean()),
        "paragraph_spread": float(paragraphs.std()),
        "word": float(words.mean()),
        "word_long": float((words > 7).mean()),
    }


def _punctuation(parsed: Parsed) -> dict[str, float]:
    """Marks in a hundred units, as roots: so that rare ones are heard too."""
    number = max(1, len(parsed.units))
    return {
        f"mark_{name}": float(np.sqrt(100 * sum(map(parsed.text.count, marks)) / number))
        for name, marks in MARKS.items()
    }


def _dialogue(parsed: Parsed) -> dict[str, float]:
    said = [match.group() for match in _SAID.finditer(parsed.text)]
    marks = len(_QUOTES.findall(parsed.text))
    within = sum(map(len, said))
    return {
        "dialogue": float(np.sqrt(within / max(1, len(parsed.text)))),
        "quotes_open": (marks - 2 * len(said)) / max(1, marks),
        "utterance": float(np.log2(1 + within / max(1, len(said)))),
    }


def _repetition(parsed: Parsed) -> dict[str, float]:
    ids, number = parsed.ids, len(parsed.ids)
    pairs = ids[:-1] * (number + 1) + ids[1:]
    triples = pairs[:-1] * (number + 1) + ids[2:] if number > 2 else pairs[:0]
    few = function_words(chinese=parsed.chinese)
    builds = np.array([word in few for word in parsed.units.words], np.bool_)
    telling = pairs[~(builds[:-1] | builds[1:])]
    first = ids[parsed.openings] if number else ids
    return {
        "distinct": _distinct(ids),
        "distinct_pairs": _distinct(pairs),
        "again_pairs": _again(telling, number),
        "again_triples": _again(triples, number),
        "doubled": float(np.sqrt((np.diff(ids) == 0).mean())) if number > 1 else 0.0,
        "echo": float(np.sqrt((np.diff(first) == 0).mean())) if len(first) > 1 else 0.0,
    }


def _distinct(ids: Ints) -> float:
    """Herdan's C: the logarithm of how many kinds there are over that of how many there are."""
    return float(np.log(max(1, len(np.unique(ids)))) / np.log(len(ids))) if len(ids) > 1 else 1.0


def _again(grams: Ints, number: int) -> float:
    """Grams that were there before, in a hundred units, on a logarithmic scale."""
    return float(np.log2(1 + 100 * (len(grams) - len(np.unique(grams))) / max(1, number)))


def _order(parsed: Parsed) -> dict[str, float]:
    """How function words and others follow each other: what sentences are built like."""
    few = function_words(chinese=parsed.chinese)
    builds = np.array([word in few for word in parsed.units.words], np.bool_)
    edges = np.flatnonzero(np.diff(builds)) + 1
    lengths = np.diff(np.concatenate([[0], edges, [len(builds)]]))
    kinds = builds[np.concatenate([[0], edges]).astype(np.int64)] if len(builds) else builds
    building, telling = lengths[: len(kinds)][kinds], lengths[: len(kinds)][~kinds]
    return {
        "order_building": float(np.log2(building.mean())) if len(building) else 0.0,
        "order_telling": float(np.log2(telling.mean())) if len(telling) else 0.0,
        "order_building_long": _share(building >= 3),
        "order_telling_long": _share(telling >= 4),
        "order_alternating": _share(lengths == 1),
    }


def _share(which: NDArray[np.bool_]) -> float:
    return float(which.mean()) if len(which) else 0.0


def _classes(parsed: Parsed) -> dict[str, float]:
    """The share of each class of words, as its root, and how clauses begin and end."""
    words, known = parsed.units.words, belonging(chinese=parsed.chinese)
    counts = np.zeros(len(CLASSES))
    if parsed.chinese:
        for pair in zip(words[:-1], words[1:], strict=True):
            for place in known.get("".join(pair), ()):
                counts[place] += 1
    for word in words:
        for place in known.get(word, ()):
            counts[place] += 1
    shares = np.sqrt(counts / max(1, len(words)))
    names = [one.name for one in CLASSES]
    few = function_words(chinese=parsed.chinese)
    last = np.append(parsed.openings[1:], len(words)) - 1
    ends = [words[place] in few for place in last] if words else [False]
    begins = [words[place] in few for place in parsed.openings] if words else [False]
    return {
        **{f"words_{name}": float(share) for name, share in zip(names, shares, strict=True)},
        "begins_building": float(np.mean(begins)),
        "ends_building": float(np.mean(ends)),
    }


NAMES = tuple(profile(Writing(("",))))
"""The names of the figures of `profile`, in order."""
