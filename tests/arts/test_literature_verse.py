"""Tones, rhymes, forms and the checker: what is right passes, what is wrong is found."""

from __future__ import annotations

import re

import pytest

from moxie.arts.literature.verse import forms
from moxie.arts.literature.verse.check import check, clauses, repeated
from moxie.arts.literature.verse.rhymes import BOOKS, neighbours, rhyme_book
from moxie.errors import BadInput
from shared_works import SHARED

QUATRAIN = "江村日落数归舟，岸柳无言照水流。惟有渔翁人未散，一篙撑月过滩头。"


def test_characters_have_the_tones_and_rhymes_of_their_readings() -> None:
    book = rhyme_book("平水韵")
    assert book.tones("东") == book.tones("東") == {"平"}
    assert book.rhymes("东", "平") == {"东"}
    assert book.tones("月") == {"仄"}
    assert book.tones("看") == {"平", "仄"}
    assert book.rhymes("看", "平") == {"寒"}
    assert book.rhymes("看", "仄") == {"翰"}
    assert not book.fits("□", "中")


def test_an_entering_tone_is_level_only_today() -> None:
    assert rhyme_book("平水韵").tones("白") == {"仄"}
    assert rhyme_book("中华新韵").tones("白") == {"平"}
    assert rhyme_book("词林正韵").rhymes("月", "仄") == {"18部"}


def test_rhymes_that_lyrics_divide_are_divided() -> None:
    book = rhyme_book("词林正韵")
    assert book.rhymes("回", "平") == {"3部"}
    assert book.rhymes("开", "平") == {"5部"}
    assert book.rhymes("门", "平") == {"6部"}
    assert book.rhymes("园", "平") == {"7部"}
    assert "真" in neighbours("文")
    assert "东" not in neighbours("文")


def test_every_rhyme_of_the_old_book_is_there() -> None:
    # 106, of which 灰 and 号 and their like are written alike in other tones
    book = rhyme_book("平水韵")
    assert len(book.names()) == 106
    assert len(rhyme_book("词林正韵").names()) == 19
    assert len(rhyme_book("中华新韵").names()) == 14


def test_a_reading_hardly_in_use_counts_but_is_not_set() -> None:
    book = rhyme_book("平水韵")
    assert "江" in book.rhymes("逢", "平")
    assert "逢" not in book.members("江", "平")
    assert "逢" in book.members("冬", "平")


def test_regulated_verse_has_four_patterns_that_keep_to_their_rules() -> None:
    for name, (width, count) in forms.REGULATED.items():
        form = forms.form(name)
        assert len({pattern.name for pattern in form.patterns}) == 4
        for pattern in form.patterns:
            assert [line.length for line in pattern.lines] == [width] * count
            for line in pattern.lines:
                assert all(not tones.endswith("平平平") for tones in line.tones)
            for first, second in zip(pattern.lines[1::2], pattern.lines[2::2], strict=False):
                assert first.tones[0][1] == second.tones[0][1]  # 粘
            for first, second in zip(pattern.lines[::2], pattern.lines[1::2], strict=True):
                assert first.tones[0][1] != second.tones[0][1]  # 对


def test_every_lyric_can_be_read_and_rhymes_somewhere() -> None:
    assert len(forms.names()) >= 30
    for name in forms.names():
        for pattern in forms.form(name).patterns:
            assert any(line.rhyme for line in pattern.lines)
            assert all(re.fullmatch("[平仄中]+", tones) for x in pattern.lines for tones in x.tones)
    assert forms.form("江神子") is forms.form("江城子")
    assert sum(line.length for line in forms.form("水调歌头").patterns[0].lines) == 95


def test_a_right_quatrain_is_right() -> None:
    report = check([QUATRAIN], "七绝")
    assert report.strict
    assert report.pattern == "平起首句入韵"
    assert report.rhymes == (("a", "尤"),)
    assert report.repeated == ""


@pytest.mark.parametrize(
    ("old", "new", "line", "places"),
    [
        ("照水流", "照月流", 1, ()),  # 中
        ("岸柳无言", "岸花无言", 1, (1,)),
        ("人未散", "人未归", 2, (6,)),
        ("过滩头", "过晴滩", 3, ()),
    ],
)
def test_a_wrong_tone_is_found_where_it_is(
    old: str, new: str, line: int, places: tuple[int, ...]
) -> None:
    report = check([QUATRAIN.replace(old, new)], "七绝")
    assert [i for i, x in enumerate(report.lines) if x.wrong] == ([line] if places else [])
    assert report.lines[line].wrong == places


def test_a_wrong_rhyme_is_found() -> None:
    report = check([QUATRAIN.replace("过滩头", "过晴滩")], "七绝")
    assert [line.rhyme for line in report.lines] == [True, True, None, False]
    assert not report.right


def test_a_first_line_may_borrow_a_neighbour_but_no_other_line() -> None:
    borrowed = check(["江村日落数归云，岸柳无言照水新。惟有渔翁人未散，一篙撑月过滩津。"], "七绝")
    assert borrowed.rhymes == (("a", "真"),)
    assert borrowed.right_rhyme == 1.0
    last = check(["江村日落数归津，岸柳无言照水新。惟有渔翁人未散，一篙撑月过滩云。"], "七绝")
    assert last.right_rhyme == pytest.approx(2 / 3)


def test_what_poets_allow_themselves_is_right_but_not_strict() -> None:
    # 仄仄平仄仄，平平平仄平: what is wrong in the first line is mended in the second
    rescued = ["落日照古寺", "寒钟归客心"]
    first, second = rescued
    rest = ["孤村烟未起", "老树影初沉"]
    report = check([first, second, *rest], "五绝")
    assert report.lines[0].tone
    assert report.lines[1].tone
    assert not report.lines[0].strict
    # without the rescue it is a fault
    assert not check([first, "寒钟久客心", *rest], "五绝").lines[0].tone


def test_wrong_lengths_are_found() -> None:
    short = check([QUATRAIN.replace("数归舟", "归舟")], "七绝")
    assert not short.right_form
    assert not check([QUATRAIN[:16]], "七绝").right_form
    assert not check([QUATRAIN, "又来一句也无妨。"], "七绝").right_form


def test_marks_and_line_ends_do_not_matter_to_a_lyric() -> None:
    lines = ["渔火乱", "夜雨过江城", "两岸人家灯未灭", "一船风浪酒初醒", "何处有钟声"]
    assert check(lines, "忆江南").right
    assert check(["".join(lines)], "望江南").right


def test_what_is_said_twice_is_told() -> None:
    assert repeated(["山外青山雨", "年年入旧窗"]) == "山"
    report = check([QUATRAIN.replace("渔翁", "江翁")], "七绝")
    assert report.repeated == "江"


@pytest.mark.parametrize("name", ["满江绿", "", "sonnet of mine"])
def test_an_unknown_form_is_one_sentence(name: str) -> None:
    with pytest.raises(BadInput, match="no form of verse"):
        forms.form(name)


def test_an_unknown_book_is_one_sentence() -> None:
    with pytest.raises(BadInput, match="no rhyme book"):
        rhyme_book("广韵")
    assert len(BOOKS) == 3


def poems(file: str) -> list[tuple[str, list[str]]]:
    path = SHARED / "literature/poetry" / file
    if not path.exists():
        pytest.skip("the shared works are not here")
    found = []
    for block in path.read_text("utf-8").split("\n\n"):
        title, *lines = block.strip().split("\n")
        found.append((title.removeprefix("# "), lines))
    return found


@pytest.mark.works
def test_du_fu_keeps_the_rules_of_regulated_verse() -> None:
    real = [clauses("\n".join(lines)) for _, lines in poems("杜甫.txt")]
    eights = [lines for lines in real if [len(x) for x in lines] == [5] * 8]
    reports = [check(lines, "五律") for lines in eights]
    lines = [line for report in reports for line in report.lines]
    assert len(eights) > 500
    assert sum(line.tone for line in lines) / len(lines) > 0.93
    assert sum(report.right for report in reports) / len(reports) > 0.8
    # the same poems with their lines turned around keep almost nothing
    turned = [check([x[::-1] for x in lines], "五律") for lines in eights[:100]]
    assert sum(report.right for report in turned) / len(turned) < 0.1


@pytest.mark.works
def test_su_shi_fills_the_templates_of_his_lyrics() -> None:
    right, tones = [], []
    for title, lines in poems("苏轼_词.txt"):
        if title in ("浣溪沙", "蝶恋花", "西江月", "菩萨蛮", "虞美人", "临江仙", "减字木兰花"):
            report = check(lines, title)
            right.append(report.right_form)
            tones += [line.tone for line in report.lines]
    assert len(right) > 100
    assert sum(right) / len(right) > 0.98
    assert sum(tones) / len(tones) > 0.96
