"""Copies of texts are found though words were changed; what everyone writes is no copy."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from opencc import OpenCC

from moxie.arts.literature import ART
from moxie.arts.literature.characters import folded, units
from moxie.arts.literature.originality import finder
from moxie.arts.literature.originality.copies import TextIndex
from moxie.arts.literature.originality.shelf import Shelf
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput

COMMON = "不知过了多少时候，天色渐渐暗了下来"
SYLLABLES = ("ba", "do", "ku", "ra", "li", "no", "se", "ti", "mo", "fe")


def chinese(number: int, sentences: int = 20) -> Writing:
    """A text of its own for each number, of characters drawn at random; one clause is in all."""
    rng = np.random.default_rng([3, number])
    found = [
        "".join(chr(0x4E00 + int(code)) for code in rng.integers(0, 2000, int(rng.integers(6, 18))))
        for _ in range(sentences)
    ]
    return Writing(("。".join([*found[:5], COMMON, *found[5:]]) + "。",))


def latin(number: int, words: int = 200) -> Writing:
    rng = np.random.default_rng([4, number])
    pick = rng.integers(0, len(SYLLABLES), (words, 3))
    return Writing((" ".join("".join(SYLLABLES[i] for i in one) for one in pick),))


def poem(number: int) -> Writing:
    text = folded(chinese(number, 40).text.replace(COMMON, "")).replace("。", "")
    return Writing(("\n".join(f"{text[i : i + 7]}，" for i in range(0, 56, 7)),), form="七律")


@pytest.fixture(scope="module")
def works() -> list[Writing]:
    return [chinese(number) for number in range(30)]


@pytest.fixture(scope="module")
def index(works: list[Writing]) -> TextIndex:
    return TextIndex(works)


def hide(passage: str, number: int) -> Writing:
    host = chinese(1000 + number).text
    return Writing((host[:100] + passage + host[100:200],))


def plain(text: str) -> str:
    return "".join(units(text).words)


@pytest.mark.parametrize("number", range(6))
def test_a_passage_is_found_word_for_word_changed_and_in_another_order(
    works: list[Writing], index: TextIndex, number: int
) -> None:
    rng = np.random.default_rng(number)
    passage = plain(works[number].text)[:100]
    changed = "".join(
        chr(int(rng.integers(0x5A00, 0x6000))) if rng.random() < 0.3 else c for c in passage
    )
    order = "，".join(passage[i : i + 20] for i in (60, 20, 80, 0, 40))
    loose = "".join(c for i, c in enumerate(passage) if i % 12)
    for text in (passage, changed, order, loose):
        found = index.nearest(hide(text, number))
        assert found is not None
        assert found.index == number
        assert found.similarity >= 0.5
        assert passage[:3] in folded(str(found.evidence)) or "“" in str(found.evidence)


def test_different_works_and_what_all_of_them_say_are_no_copies(
    works: list[Writing], index: TextIndex
) -> None:
    for number, work in enumerate(works[:10]):
        found = index.nearest(work, exclude=[number])
        assert found is not None
        assert found.similarity < 0.3
    everybody = index.nearest(hide(COMMON, 1))
    alone = index.nearest(hide(plain(works[4].text)[:16], 1))
    assert everybody is not None
    assert alone is not None
    assert everybody.similarity < alone.similarity - 0.1


def test_script_and_punctuation_do_not_hide_a_copy() -> None:
    prose = [ART.read(data, name) for name, data in ART.examples()][:4]
    index = TextIndex(prose)
    for number, work in enumerate(prose):
        other = OpenCC("s2t").convert("".join(c for c in work.text if c not in "，。！？：；“”"))
        found = index.nearest(Writing((other,)))
        assert found is not None
        assert (found.index, found.similarity) == (number, 1.0)
        assert "same text" in str(found.evidence)


def test_words_of_alphabets_are_compared_whole() -> None:
    texts = [latin(number) for number in range(8)]
    index = TextIndex(texts)
    eleven = " ".join(texts[3].text.split()[50:75]).upper()
    found = index.nearest(Writing((latin(77, 40).text + " " + eleven,)))
    assert found is not None
    assert found.index == 3
    assert found.similarity >= 0.5
    other = index.nearest(latin(78))
    assert other is not None
    assert other.similarity < 0.5


def test_a_copied_line_of_verse_is_a_copy_unless_it_is_everybodys() -> None:
    poems = [poem(number) for number in range(20)]
    line = poems[5].lines[2]
    made = Writing(("\n".join([*poem(99).lines[:3], line, *poem(99).lines[4:]]),), form="七律")
    found = TextIndex(poems).nearest(made)
    assert found is not None
    assert found.index == 5
    assert found.similarity >= 0.5
    assert line.rstrip("，") in str(found.evidence)
    stock = [Writing(("\n".join([line, *one.lines[1:]]),), form="七律") for one in poems]
    common = TextIndex(stock).nearest(made)
    assert common is not None
    assert common.similarity < 0.5
    prose = TextIndex([Writing((one.text.replace("\n", ""),)) for one in poems])
    quoted = prose.nearest(Writing((chinese(200).text + line + chinese(201).text,)))
    assert quoted is not None
    assert quoted.similarity < 0.5


def test_a_text_of_nothing_has_no_source(index: TextIndex) -> None:
    for empty in (Writing(()), Writing(("……！",)), Writing(("呵",)), Writing(("ab cd",))):
        found = index.nearest(empty)
        assert found is not None
        assert found.similarity == 0.0
    assert index.nearest(Writing(("呵",)), exclude=range(30)) is None
    nothing = TextIndex([Writing(()), Writing(("？",))]).nearest(chinese(1))
    assert nothing is not None
    assert nothing.similarity == 0.0


def test_many_works_keep_a_part_of_the_seeds_and_find_all_the_same(
    monkeypatch: pytest.MonkeyPatch, works: list[Writing]
) -> None:
    monkeypatch.setattr("moxie.arts.literature.originality.shelf.LARGE", 1000)
    shelf = Shelf([units(work.text) for work in works])
    assert len(shelf._seeds) < 0.4 * int(shelf.lengths.sum())
    found = TextIndex(works).nearest(hide(plain(works[9].text)[:100], 2))
    assert found is not None
    assert found.index == 9
    assert found.similarity >= 0.5


def test_traces_are_read_back_and_nothing_else_is(works: list[Writing]) -> None:
    one = Writing(("春\n风", "又"), "题", "七绝")
    assert finder.traced(finder.trace(one)) == one
    bomb = finder.MAGIC + zlib.compress(b"[" + b'"",' * 30_000_000)
    cut = finder.trace(works[0])[:-4]
    for bad in (b"", b"no", finder.MAGIC + b"no", cut, finder.MAGIC + zlib.compress(b"[1]"), bomb):
        with pytest.raises(BadInput):
            finder.TextArchive([bad])


def test_the_archive_names_every_source_the_likeliest_first(works: list[Writing]) -> None:
    archive = finder.TextArchive([finder.trace(work) for work in works])
    both = plain(works[3].text)[:150] + plain(works[8].text)[40:100]
    found = archive.search(Writing((both,)))
    assert [one.index for one in found] == [3, 8]
    assert len(archive.search(chinese(500))) == 1


def test_a_comparison_marks_what_is_shared_on_both_sides(works: list[Writing]) -> None:
    passage = works[2].text[30:130]
    found = ART.compare(Writing((chinese(301).text[:80] + passage + "<b>&",)), works[2])
    page = ET.fromstring(found.shown.data)
    marks = [r for r in page.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill") == "#ffd76a"]
    sides = {float(mark.get("x", 0)) > 440 for mark in marks}
    assert sides == {False, True}
    assert found.similarity > 0.8
    assert found.facts["longest_span"] >= 80
    assert found.facts["covered_8"] >= found.facts["covered_20"] > 0.2
    nothing = ART.compare(chinese(302), works[2])
    assert nothing.facts["longest_span"] <= len(COMMON)
    assert ET.fromstring(ART.compare(Writing(()), Writing(())).shown.data) is not None
