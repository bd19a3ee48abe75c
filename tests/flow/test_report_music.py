"""Music in the report: the score above its player, piano rolls where there is little room."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from moxie.art import Preview
from moxie.flow.report import Exhibit, Page, Shown, report
from moxie.flow.report.drawing import aspect, modest, thumbnail
from moxie.text import Catalogue, say
from moxie.work import Choice, Corpus, Creation, Match, Plan, Run

ENGLISH = Catalogue.load("en")


def drawing(width: float, height: float, mark: str = "") -> bytes:
    return f'<svg xmlns="x" viewBox="0 0 {width} {height}"><desc>{mark}</desc></svg>'.encode()


def music(index: int = 0) -> Preview:
    return Preview(
        "image/svg+xml",
        drawing(840, 420, f"score {index}"),
        sound=Preview("audio/mpeg", b"sound %d" % index),
        small=Preview("image/svg+xml", drawing(480, 160, f"roll {index}")),
    )


def creation(index: int, *, flagged: bool = False) -> Creation:
    match = Match("w" * 64, 0.2, say("Bars 3 to 5 are alike."))
    return Creation(
        f"{index:064x}", "run", 7, index, 0.5, (16,), match, flagged, 0.8, 1, "2026-01-01"
    )


@pytest.fixture
def page() -> Page:
    choice = Choice("music/counts", Plan({}, 60.0, say("A minute.")), say("It suits."))
    return Page(
        corpus=Corpus("mozart", "music"),
        run=Run("r", "mozart", choice, 0, "done", "m" * 64),
        creations=tuple(
            Shown(creation(i, flagged=i == 1), music(i), Exhibit("Quartet", music(10)))
            for i in range(3)
        ),
        held_out=(Exhibit("A minuet", music(20)), Exhibit("An air", music(21))),
        works={"train": 20, "test": 2},
        rights={},
        amount=900.0,
        unit="bars",
        version="1",
        made_at="2026-11-24T01:02:03+00:00",
    )


def shown(data: bytes) -> str:
    return base64.b64encode(data).decode()


def figures(html: str) -> list[str]:
    return re.findall(r"<figure.*?</figure>", html, re.DOTALL)


def test_a_creation_is_its_score_above_its_player(page: Page) -> None:
    html = report(page, ENGLISH)
    for index, figure in enumerate(figures(html)[:3]):
        assert re.match(r'<figure class="creation a200 sheet( flagged)?">', figure)
        score, sound = shown(music(index).data), shown(b"sound %d" % index)
        assert f'<img src="data:image/svg+xml;base64,{score}" alt="Creation {index + 1}">' in figure
        assert figure.index(score) < figure.index(f'src="data:audio/mpeg;base64,{sound}"')
        assert figure.count("<audio controls") == 1


def test_the_nearest_work_is_a_silent_roll(page: Page) -> None:
    [figure, *_] = figures(report(page, ENGLISH))
    small = figure[figure.index('class="small"') :]
    assert shown(music(10).small.data) in small
    assert "<audio" not in small
    assert shown(music(10).data) not in figure


def test_works_kept_aside_are_rolls_with_their_sound(page: Page) -> None:
    html = report(page, ENGLISH)
    for index, figure in enumerate(figures(html)[3:], 20):
        assert figure.startswith('<figure class="a300">')
        assert shown(music(index).small.data) in figure
        assert shown(b"sound %d" % index) in figure
        assert shown(music(index).data) not in html
    assert ".a300{--a:3.00}" in html


def test_the_policy_stays_strict(page: Page) -> None:
    html = report(page, ENGLISH)
    assert "default-src 'none'; img-src data:; media-src data:; style-src 'sha256-" in html
    assert "unsafe" not in html
    assert "<script" not in html
    assert not re.search(r"<(?:svg|img|audio|div|figure)[^>]*\sstyle=", html)
    assert html.count("<svg") == html.count('<svg class="meter"')  # drawings come as images


def test_without_sound_there_is_still_a_score(page: Page) -> None:
    silent = Preview("image/svg+xml", drawing(840, 420))
    alone = replace(page, creations=(Shown(creation(0), silent),), held_out=())
    html = report(alone, ENGLISH)
    [figure] = figures(html)
    assert "sheet" in figure
    assert "<audio" not in figure
    assert shown(silent.data) in figure


@pytest.mark.parametrize(
    ("svg", "shape"),
    [
        (drawing(840, 420), 200),
        (drawing(100.5, 67), 150),
        (b"<?xml version='1.0'?>\n<svg viewBox='0,0, 30,60'>", 50),
        (b'<svg width="9" viewBox="-5 -5 10 1">', 300),
        (b'<svg viewBox="0 0 0 10">', 133),
        (b'<svg viewBox="0 0 nan 10">', 133),
        (b'<svg viewBox="0 0 1e9 1">', 133),
        (b'<svg width="20" height="10">', 133),
        (b"<svg " + b" " * 100_000, 133),
        (b"", 133),
        (b"\xff\xd8\xff", 133),
    ],
)
def test_a_drawing_has_the_shape_it_says(svg: bytes, shape: int) -> None:
    assert aspect(Preview("image/svg+xml", svg)) == shape


def test_thumbnails_are_silent_and_small() -> None:
    preview = music()
    assert thumbnail(preview) is preview.small
    bare = Preview("image/svg+xml", b"<svg/>")
    assert thumbnail(bare) is bare
    assert thumbnail(Preview("image/svg+xml", b"<svg/>", sound=preview.sound)) == bare
    memory = io.BytesIO()
    Image.new("RGB", (900, 600)).save(memory, "PNG")
    for sound in (None, preview.sound):
        small = thumbnail(Preview("image/png", memory.getvalue(), sound=sound))
        assert small.sound is None
        with Image.open(io.BytesIO(small.data)) as picture:
            assert picture.size == (300, 200)


def test_in_little_room_the_small_picture_keeps_the_sound() -> None:
    preview = music()
    there = modest(preview)
    assert there.data == preview.small.data
    assert there.sound == preview.sound
    picture = Preview("image/jpeg", b"x")
    assert modest(picture) is picture
