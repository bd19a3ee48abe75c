"""Lines to paragraphs and stanzas; what others added cut; one file parted into its works."""

from __future__ import annotations

import textwrap

import pytest

from moxie.arts.literature.clean import clean
from moxie.arts.literature.examples import sheets
from moxie.arts.literature.files import codec
from moxie.arts.literature.files.layout import lay
from moxie.arts.literature.files.works import works
from moxie.arts.literature.writing import writing

PARAGRAPHS = [
    paragraph
    for name, data in sheets("prose.txt")
    if name in ("渡口.txt", "病中.txt", "灯.txt")
    for paragraph in codec.read(data, name).paragraphs
    if len(paragraph) > 40
]
ALICE = (
    "She was considering in her own mind (as well as she could, for the hot day made her feel "
    "very sleepy and stupid), whether the pleasure of making a chain would be worth the trouble."
)
SONNET = (
    "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
    "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;"
)


def wrapped(paragraph: str, width: int) -> list[str]:
    return [paragraph[i : i + width] for i in range(0, len(paragraph), width)]


@pytest.mark.parametrize("width", [18, 30])
@pytest.mark.parametrize("indent", ["　　", ""])
def test_hard_wraps_are_joined(width: int, indent: str) -> None:
    between = [] if indent else [""]
    lines = [line for p in PARAGRAPHS for line in (*wrapped(indent + p, width), *between)]
    found = lay("\n".join(lines))
    assert list(found.entries) == PARAGRAPHS
    assert found.cut["joined"] > 10
    assert not found.stanzas


def test_english_wraps_are_joined_and_a_word_is_made_whole() -> None:
    text = "\n\n".join(textwrap.fill(ALICE, 60) for _ in range(3))
    assert lay(text).entries == (ALICE,) * 3
    parted = textwrap.fill(ALICE, 60).replace("pleasure", "plea-\nsure")
    assert "the pleasure of" in lay(parted + "\n\n" + textwrap.fill(ALICE, 60)).entries[0]


def test_lines_that_are_not_wrapped_are_paragraphs() -> None:
    talk = ["“你来了。”", "“来了。”", "他坐下来，看了看窗外的雨。", "她没有说话。"]
    assert lay("\n".join(talk)).entries == tuple(talk)
    assert lay("\n".join(PARAGRAPHS)).entries == tuple(PARAGRAPHS)


@pytest.mark.parametrize(
    "poem",
    [
        "夜雨敲檐急，寒灯照壁深。\n残钟三两点，各说旧时心。",
        "夜雨敲檐急\n寒灯照壁深\n残钟三两点\n各说旧时心",
        "我爱那一片\n没有名字的云\n它走过我的窗\n像一个不说话的人",
        SONNET,
    ],
)
def test_verse_is_kept_in_lines(poem: str) -> None:
    found = lay(poem)
    assert found.entries == (poem,)
    assert found.stanzas == {0}
    assert codec.read(poem.encode(), "p.txt").form == "verse"


def test_verse_inside_wrapped_prose_is_kept() -> None:
    prose = [textwrap.fill(ALICE, 60)] * 3
    text = "\n\n".join([*prose, SONNET, *prose])
    assert lay(text).entries == (*[ALICE] * 3, SONNET, *[ALICE] * 3)


def test_page_numbers_and_running_heads_go_and_sentences_close_over_them() -> None:
    lines = wrapped("".join(PARAGRAPHS) * 2, 24)
    pages = [lines[i : i + 9] for i in range(0, len(lines), 9)]
    book = [
        line
        for number, page in enumerate(pages, 1)
        for line in ("渡口杂记", *page, "", str(number), "")
    ]
    found = lay("\n".join(book))
    assert "".join(found.entries) == "".join(lines)
    assert found.cut["page marks"] == len(pages)
    assert found.cut["heads"] == len(pages)


def test_numbers_of_sections_are_no_page_marks() -> None:
    text = "\n\n".join(f"{n}\n\n{p}" for n, p in enumerate(PARAGRAPHS, 1))
    assert [entry for entry in lay(text).entries if entry.isdigit()] == [
        str(n) for n in range(1, len(PARAGRAPHS) + 1)
    ]


def test_editors_notes_and_their_marks_are_cut_and_told() -> None:
    told = [PARAGRAPHS[0].replace("渡口", "渡口〔1〕", 1), PARAGRAPHS[1][:-1] + "⑵。"]
    notes = ["注释", "〔1〕本篇最初发表于一九二一年五月《新报》。", "〔2〕渡口：作者虚构的地名。"]
    found = clean(writing([*told, *notes]))
    assert list(found.content.paragraphs) == PARAGRAPHS[:2]
    [flag] = found.flags
    assert flag.code == "notes"
    gone = sum(map(len, notes)) + 4
    assert str(flag.message) == f"Editors' notes and their marks were cut: {gone} characters."


def test_marks_that_are_the_author_s_stay() -> None:
    mine = writing([f"①{PARAGRAPHS[0]}", f"②{PARAGRAPHS[1]}", "他写了注释两个字，又擦掉了。"])
    assert clean(mine).content is mine


def test_the_license_and_contents_of_a_library_are_cut() -> None:
    body = [ALICE, ALICE.replace("She", "He")]
    book = writing(
        [
            "The Project Gutenberg eBook of Chains",
            "*** START OF THE PROJECT GUTENBERG EBOOK CHAINS ***",
            "Produced by A. Person",
            "CONTENTS",
            "I. The First .... 1",
            "II. The Second .... 12",
            "III. The Third .... 30",
            *body,
            "*** END OF THE PROJECT GUTENBERG EBOOK CHAINS ***",
            "Section 1. General Terms of Use",
        ]
    )
    found = clean(book)
    assert list(found.content.paragraphs) == body
    assert [flag.code for flag in found.flags] == ["license text", "contents"]


def test_works_of_ours_are_clean_as_they_are() -> None:
    for file in ("prose.txt", "poems.txt"):
        for name, data in sheets(file):
            content = codec.read(data, name)
            found = clean(content)
            assert found.content is content
            assert found.usable
            assert not found.flags
            assert content.title == name.removesuffix(".txt")


def test_one_sentence_is_too_short_to_learn_from() -> None:
    found = clean(codec.read("我的铺子在码头上头第三家。".encode(), "one.txt"))
    assert not found.usable
    assert [flag.code for flag in found.flags] == ["short"]
    assert "13 characters in 1 sentences" in str(found.flags[0].message)


def test_lost_and_missing_characters_are_told() -> None:
    found = clean(writing([PARAGRAPHS[0] + "□□", PARAGRAPHS[1] + "\ufffd。"]))
    assert [flag.code for flag in found.flags] == ["damaged", "lacunae"]
    assert found.usable


POEMS = "".join(
    f"# {title}\n{body}\n\n"
    for title, body in (
        ("听雨", "夜雨敲檐急，寒灯照壁深。\n残钟三两点，各说旧时心。"),
        ("水龙吟", "闲翻三箧旧，日影上苔衣。\n字里人何在，风来一页飞。"),
        ("水龙吟", "照影苍苔湿，垂绳旧月圆。\n何人投一石，皱却水中天。"),
    )
)


def test_a_book_of_poems_is_as_many_works() -> None:
    found = works(POEMS.encode("gb18030"), "poems.txt")
    assert [name for name, _ in found] == ["听雨.md", "水龙吟.md", "水龙吟 (2).md"]
    read = [codec.read(data, name) for name, data in found]
    assert [one.title for one in read] == ["听雨", "水龙吟", "水龙吟"]
    assert {one.form for one in read} == {"verse"}
    assert read[0].lines == ("夜雨敲檐急，寒灯照壁深。", "残钟三两点，各说旧时心。")


@pytest.mark.parametrize(
    ("head", "titles", "number"),
    [
        ("# ", ["渡口", "病中", "夜船"], 3),
        ("# ", ["第一章 渡口", "第二章 病中", "第三章 夜船"], 1),
        ("# ", ["Chapter I", "Chapter II", "Chapter III"], 1),
        ("# ", ["一", "二", "三"], 1),
        ("# 渡口杂记\n\n## ", ["渡口", "病中", "夜船"], 3),
        (f"# 论桥\n\n{PARAGRAPHS[0]}\n\n## ", ["渡口", "病中", "夜船"], 1),
    ],
)
def test_stories_are_works_and_chapters_are_not(head: str, titles: list[str], number: int) -> None:
    first, *rest = titles
    parts = [f"{head}{first}\n\n{PARAGRAPHS[0]}"]
    parts += [f"{head.rpartition(chr(10))[2]}{title}\n\n{PARAGRAPHS[1]}" for title in rest]
    data = "\n\n".join(parts).encode()
    for name in ("book.md", "book.txt"):
        found = works(data, name)
        assert len(found) == number
        if number == 1:
            assert found == [(name, data)]
        else:
            assert codec.read(found[1][1], "x").paragraphs == (PARAGRAPHS[1],)


def test_a_title_and_whose_it_is_are_no_text() -> None:
    for head in ("渡口", "胡文《渡口杂记》\n\n渡口", "渡口\n\n作者：胡文"):
        found = codec.read(f"{head}\n\n{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}".encode(), "x.txt")
        assert found.title == "渡口"
        assert found.paragraphs == tuple(PARAGRAPHS[:2])
