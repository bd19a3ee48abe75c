"""The report: everything inside one page, everybody's words escaped, every figure drawn."""

from __future__ import annotations

import base64
import hashlib
import io
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from moxie.art import Preview
from moxie.flow.report import Exhibit, Page, Shown, report
from moxie.flow.report.drawing import Curve, Scale, aspect, thumbnail
from moxie.text import Catalogue, say
from moxie.work import (
    Choice,
    Corpus,
    Creation,
    CurvePoint,
    Evaluation,
    Flag,
    Match,
    Measure,
    Plan,
    Refusal,
    Rights,
    Run,
    Sufficiency,
)

ENGLISH = Catalogue.load("en")
ATTACK = '"><script>alert(1)</script><img src=http://evil.example/x>'


def picture(width: int = 96, height: int = 64, seed: int = 0) -> Preview:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "JPEG")
    return Preview("image/jpeg", memory.getvalue())


def creation(index: int, *, flagged: bool = False) -> Creation:
    match = Match("w" * 64, 0.7 if flagged else 0.2, say("{n} matching points", n=4))
    return Creation(
        f"{index:064x}", "run", 7, index, 0.5, (96, 64), match, flagged, 0.8, 1, "2026-01-01"
    )


@pytest.fixture
def page() -> Page:
    plan = Plan({}, 60.0, say("One minute is enough."))
    choice = Choice("painting/patches", plan, say("It suits."), (("painting/net", say("Slow.")),))
    measure = Measure(0.8, 0.7, 0.9, 0.0, 1.0)
    curve = (CurvePoint(10, 0.5, 0.4, 0.6), CurvePoint(40, 0.3, 0.25, 0.35))
    return Page(
        corpus=Corpus("my works", "painting"),
        run=Run("run-1", "my works", choice, 7, "done", "m" * 64),
        creations=tuple(
            Shown(
                creation(i, flagged=i == 1), picture(seed=i), Exhibit(f"Work {i}", picture(64, 96))
            )
            for i in range(3)
        ),
        held_out=(Exhibit("Kept one", picture(80, 80)), Exhibit("Kept two", picture())),
        works={"train": 40, "validation": 5, "test": 5, "left_out": 1},
        rights={Rights(): 48, Rights("license", "CC-BY-4.0"): 3},
        amount=12.5,
        unit="megapixels",
        version="9.8.7",
        made_at="2026-11-24T01:02:03+00:00",
        sufficiency=Sufficiency(
            "more", 30, curve, 0, {}, say("It still falls."), say("No copies.")
        ),
        evaluation=Evaluation(
            measure,
            measure,
            replace(measure, value=math.nan),
            0.5,
            "judge",
            16,
            1,
            second_opinions={"other judge": measure},
            notes=(say("A note of the judge's."),),
        ),
        refusals=(Refusal("odd.png", say("It is empty.")),),
        left_out=(("Twin", say("A near duplicate.")),),
        flags=tuple((f"Flagged {i}", Flag("small", say("It is small."))) for i in range(9)),
        seconds={"collect": 2.0, "train": 125.0},
        settings={"size": "96x64"},
        notes=(say("A limit of this run."),),
    )


class Elements(HTMLParser):
    """Every element and its attributes, and whether all that opened was closed."""

    VOID = frozenset({"meta", "img", "line", "rect", "circle", "polygon", "polyline", "link", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


def test_one_page_with_everything_inside(page):
    elements = Elements(report(page, ENGLISH))
    assert elements.open == []
    assert not elements.all("script")
    assert not elements.all("link")
    assert not any("style" in attrs for _, attrs in elements.found)
    for _, attrs in elements.found:
        assert not [name for name in attrs if name.startswith("on")]
        for link in ("src", "href"):
            assert (attrs.get(link) or "data:").startswith("data:")
    assert len(elements.all("img")) == 3 + 3 + 2  # creations, their nearest works, held-out works


def test_the_policy_names_the_very_style_sheet(page):
    html = report(page, ENGLISH)
    [policy] = [m["content"] for m in Elements(html).all("meta") if m.get("http-equiv")]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "url(" not in style
    assert "@import" not in style


def _luminance(color: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_words_stand_out_in_light_dark_and_print(page):
    schemes = re.findall(r":root \{([^}]*--paper[^}]*)\}", report(page, ENGLISH))
    assert len(schemes) == 3
    for scheme in schemes:
        colors = dict(re.findall(r"--(\w+): (#\w{6});", re.sub(r"(#\w)(\w)(\w);", _long, scheme)))
        for ground in ("paper", "wash"):
            for words in ("ink", "soft", "accent"):
                pair = sorted((_luminance(colors[words]), _luminance(colors[ground])))
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (words, ground, scheme)


def _long(match: re.Match[str]) -> str:
    first, second, third = match[1][1], match[2], match[3]
    return f"#{first * 2}{second * 2}{third * 2};"


def test_strangers_words_stay_words(page):
    shown = replace(page.creations[0], nearest=Exhibit(ATTACK, picture()))
    hostile = replace(
        page,
        corpus=Corpus(ATTACK, "painting"),
        creations=(shown,),
        held_out=(Exhibit(ATTACK, Preview("text/html", ATTACK.encode())),),
        refusals=(Refusal(ATTACK, say("It is {name}.", name=ATTACK)),),
        left_out=((ATTACK, say("Twin.")),),
        flags=((ATTACK, Flag("small", say("Small."))),),
        rights={Rights("license", ATTACK): 1},
        settings={ATTACK: ATTACK},
    )
    elements = Elements(report(hostile, ENGLISH))
    assert not elements.all("script")
    assert all(attrs["src"].startswith("data:") for attrs in elements.all("img"))


def test_pictures_come_first_and_all_have_words(page):
    html = report(page, ENGLISH)
    elements = Elements(html)
    assert all(attrs.get("alt") for attrs in elements.all("img"))
    assert all(attrs.get("aria-label") for attrs in elements.all("svg") if attrs.get("role"))
    assert html.index("<img") < html.index('class="measures"') < html.index('class="record"')
    headings = [int(tag[1]) for tag, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


def test_undeclared_rights_are_prominent(page):
    html = report(page, ENGLISH)
    assert "48 of the 51 works" in html
    assert html.index("Rights undeclared") < html.index("<img")
    declared = replace(page, rights={Rights("own"): 51})
    assert "undeclared" not in report(declared, ENGLISH).lower()


def test_what_was_found_is_said(page):
    html = report(page, ENGLISH)
    for words in (
        "It suits.", "One minute is enough.", "Slow.", "It still falls.", "No copies.",
        "It would gain from about 30 more.", "A limit of this run.", "A note of the judge",
        "odd.png", "It is empty.", "Twin", "A near duplicate.", "CC-BY-4.0", "other judge",
        "Near-copies among them: 1.", "2 min 5 s", "9.8.7", "m" * 64, "Flagged 0", "and 3 more",
        "This could not be measured",
    ):  # fmt: skip
        assert words in html, words
    assert html.count('class="tag"') == 1  # the one flagged creation
    assert "<details>" in html  # nine flags are folded away, one refusal is not
    assert "<h3>Refused (1)</h3>" in html


def test_a_bare_page_still_stands(page):
    bare = replace(
        page, creations=(), held_out=(), sufficiency=None, evaluation=None, refusals=(),
        left_out=(), flags=(), seconds={}, settings={}, notes=(), works={"train": 1},
    )  # fmt: skip
    html = report(bare, ENGLISH)
    assert Elements(html).open == []
    assert "Nothing has been created yet." in html
    assert "nan" not in re.sub(r"<style>.*</style>", "", html, flags=re.DOTALL)


def test_other_arts_are_heard_and_read(page):
    held_out = (
        Exhibit("Étude", Preview("audio/wav", b"RIFF")),
        Exhibit("Ode", Preview("text/plain", b"Wir betreten <feuertrunken>")),
        Exhibit("Bust", Preview("model/gltf-binary", b"glTF")),
    )
    html = report(replace(page, held_out=held_out), ENGLISH)
    assert len(Elements(html).all("audio")) == 1
    assert "&lt;feuertrunken&gt;" in html
    assert "data:model/gltf-binary;base64,Z2xURg==" in html


def test_it_speaks_the_language_of_its_catalogue(page):
    chinese = Catalogue("zh", {"New": "新作", "Fidelity": "神似"})
    html = report(page, chinese)
    assert '<html lang="zh-Hans">' in html
    assert "<h2>新作</h2>" in html
    assert "神似" in html
    assert '<html lang="en">' in report(page, ENGLISH)


def test_nothing_is_in_the_page_twice_and_nearest_works_are_small(page):
    large = picture(900, 600, 9)
    shown = tuple(
        Shown(creation(i), picture(seed=20 + i), Exhibit("Nearest", large)) for i in range(3)
    )
    html = report(replace(page, creations=shown), ENGLISH)
    for each in shown:
        assert html.count(base64.b64encode(each.preview.data).decode()) == 1
    assert base64.b64encode(large.data).decode() not in html


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (Measure(0.5, 0.4, 0.6, 0.0, 1.0), 50.0),
        (Measure(1.0, 0.9, 1.0, 0.0, 1.0), 96.0),
        (Measure(-1.0, -1.0, 0.0, 0.0, 1.0), 4.0),  # worse than the floor is still on the line
    ],
)
def test_a_scale_puts_figures_in_order(measure, value):
    scale = Scale.of(measure)
    assert scale is not None
    assert scale.value == value
    assert scale.floor < scale.ceiling
    assert 4 <= scale.low <= scale.value <= scale.high <= 96


def test_a_scale_may_run_the_other_way_and_may_be_missing():
    turned = Scale.of(Measure(0.3, 0.2, 0.4, 1.0, 0.0))
    assert turned is not None
    assert turned.reversed
    assert Scale.of(Measure(0.3, 0.2, 0.4, math.nan, 1.0)) is None
    bare = Scale.of(Measure(0.3, math.nan, math.nan, 0.0, 1.0))
    assert bare is not None
    assert bare.low == bare.value == bare.high


def test_the_curve_falls_where_the_error_falls():
    curve = Curve.of((CurvePoint(40, 0.3, 0.2, math.nan), CurvePoint(10, 0.5, 0.4, 0.6)))
    assert curve is not None
    first, last = curve.dots
    assert (first.point.works, last.point.works) == (10, 40)
    assert first.y < last.y  # downwards on a screen
    assert first.x < last.x
    assert len(curve.band.split()) == 4
    assert Curve.of((CurvePoint(10, 0.5, 0.4, 0.6),)) is None


def test_shapes_and_thumbnails():
    assert aspect(picture(200, 100)) == 200
    assert aspect(picture(2000, 10)) == 300
    assert aspect(Preview("image/jpeg", b"no")) == 133
    assert aspect(Preview("audio/wav", b"")) == 133
    small = thumbnail(picture(900, 600))
    with Image.open(io.BytesIO(small.data)) as shrunk:
        assert shrunk.size == (300, 200)
    for kept in (picture(), Preview("audio/wav", b"RIFF"), Preview("image/png", b"no")):
        assert thumbnail(kept) is kept
