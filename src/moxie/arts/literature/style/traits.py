"""What a person may like about a text, in words that they would use: figures of `profile`."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Trait
from moxie.arts.literature.style.profile import profile
from moxie.arts.literature.writing import Writing
from moxie.text import say

Floats: TypeAlias = NDArray[np.float32]

TRAITS = (
    Trait("length", say("long texts"), say("short texts")),
    Trait("paragraphs", say("long paragraphs or stanzas"), say("short paragraphs or stanzas")),
    Trait("sentences", say("long sentences"), say("short sentences")),
    Trait("clauses", say("long clauses or lines"), say("short clauses or lines")),
    Trait("regular", say("clauses of one length"), say("clauses of many lengths")),
    Trait("dialogue", say("people speaking"), say("nobody speaking")),
    Trait("classical", say("classical words"), say("plain modern words")),
    Trait("lively", say("questions, exclamations and dashes"), say("calm punctuation")),
    Trait("first_person", say("the word “I”"), say("no word “I”")),
    Trait("address", say("words to a “you”"), say("no words to a “you”")),
    Trait("negation", say("words that deny"), say("words that affirm")),
    Trait("reasoning", say("words of reasoning"), say("sentences that stand by themselves")),
    Trait("nature", say("images of nature"), say("no images of nature")),
    Trait("feeling", say("words of feeling"), say("no words of feeling")),
    Trait("people", say("people and their bodies"), say("no people in sight")),
    Trait("colour", say("colors"), say("no colors")),
    Trait("time", say("seasons and hours"), say("no seasons or hours")),
    Trait("repetition", say("words that come back"), say("words that are always new")),
)


def measure(content: Writing) -> Floats:
    """float32 [TRAITS]; shares are roots and lengths logarithms."""
    have = profile(content)
    lively = sum(
        have[f"mark_{name}"] ** 2 for name in ("question", "exclamation", "dash", "ellipsis")
    )
    found = {
        "length": math.log2(1 + len(content.text)),
        "paragraphs": have["paragraph"],
        "sentences": have["sentence"],
        "clauses": have["clause"],
        "regular": -have["clause_spread"],
        "dialogue": have["dialogue"],
        "classical": have["words_old"] - have["words_plain"],
        "lively": math.sqrt(lively),
        "first_person": have["words_first"],
        "address": have["words_second"],
        "negation": have["words_negation"],
        "reasoning": have["words_cause"] + have["words_contrast"] + have["words_joining"],
        "nature": have["words_nature"],
        "feeling": have["words_feeling"],
        "people": have["words_people"] + have["words_body"],
        "colour": have["words_colour"],
        "time": have["words_time"],
        "repetition": -10 * have["distinct"] + have["again_pairs"] / 4,
    }
    return np.array([found[trait.name] for trait in TRAITS], np.float32)
