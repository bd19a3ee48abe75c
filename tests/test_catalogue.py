"""English and 中文 agree: every sentence translated, none left over, the same placeholders."""

from __future__ import annotations

import re

import pytest

from catalogue import has_words, of_python, of_template, placeholders, sentences, spoken
from moxie.text import LANGUAGES, Catalogue, say

OTHERS = [language for language in LANGUAGES if language != "en"]
SAID = spoken()
MEANT = {template for template in SAID if template and has_words(template)}


def test_every_sentence_is_a_literal():
    assert SAID.get("", []) == []  # or no test could find it


def test_there_is_something_to_say():
    assert len(MEANT) > 100
    assert "The store cannot be used" not in MEANT


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language):
    missing = MEANT - set(sentences(language))
    assert not missing, {template: SAID[template] for template in missing}


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language):
    assert set(sentences(language)) - MEANT == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_placeholders(language):
    for template, translated in sentences(language).items():
        assert placeholders(translated) == placeholders(template), template


def test_chinese_is_chinese():
    """A translation is in Chinese characters, with Chinese punctuation at its end."""
    for template, translated in sentences("zh").items():
        assert re.search(r"[\u4e00-\u9fff]", translated), template
        assert not translated.rstrip("`").endswith((".", ",", ":", "?", "!")), template


def test_chinese_speaks_one_way():
    """One word for a person and one for fidelity, wherever they are met."""
    for translated in sentences("zh").values():
        assert not re.search("您|忠实度", translated), translated


def test_the_catalogue_renders_both_languages():
    for template in MEANT:
        numbers = dict.fromkeys(placeholders(template), 3)  # any format takes a number
        message = say(template, **numbers)
        assert Catalogue.load("en").render(message)
        assert Catalogue.load("zh").render(message) != ""


def test_extraction_sees_what_it_should():
    source = """
say("one {n}", n=1)
raise BadInput("two")
catalogue("three" if x else "four")
text.Message("five")
say(variable)
print("not me")
progress.say(say("six"), other)
class A:
    unit = "bars"
    recipe = Recipe("a/b", scale="nats per bar", plan=None)
class B:
    @property
    def unit(self): return "vertices"
"""
    found = [template for _, template in of_python(source)]
    words = ["one {n}", "two", "three", "four", "five", None, "six", "bars", "vertices"]
    words.append("nats per bar")
    assert sorted(map(str, found)) == sorted(map(str, words))
    page = '{{ t("seven {n}", n=1) }}{% set a = t("eight") %}{{ t(b) }}{{ u("nine") }}'
    assert [template for _, template in of_template(page)] == ["seven {n}", "eight", None]


def test_placeholders_are_names():
    assert placeholders("{a} of {b:.2f} in {a}") == {"a", "b"}
    assert has_words("{a} works")
    assert not has_words("{a}: {b} 12 %")
