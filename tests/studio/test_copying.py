"""Copies are searched for in a whole store, and the evidence says what it can and no more."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from moxie import Studio
from moxie.errors import BadInput, UnreadableWork
from moxie.studio import copying
from moxie.text import say

PAGES = (
    "那年冬天特别冷，河面结了很厚的冰，孩子们在上面滑来滑去，直到天黑才肯回家。母亲站在门口"
    "喊我们的名字，声音在雪地里传得很远很远，像一根细细的线把我们都牵了回去。",
    "城里的灯一盏一盏亮起来，卖糖的老人收起他的担子，慢慢走进小巷深处，谁也不知道他住在哪里。",
)


def picture(number: int) -> np.ndarray:
    rng = np.random.default_rng([3, number])
    coarse = rng.integers(30, 226, (4, 5, 3), dtype=np.uint8)
    canvas = cv2.resize(coarse, (420, 320), interpolation=cv2.INTER_CUBIC)
    for _ in range(120):
        center = (int(rng.integers(0, 420)), int(rng.integers(0, 320)))
        axes = (int(rng.integers(3, 34)), int(rng.integers(3, 20)))
        color = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.ellipse(canvas, center, axes, float(rng.uniform(0, 180)), 0, 360, color, -1)
    return canvas


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("copying")
    for number in range(3):
        save(folder / "mine" / f"no{number}.png", picture(number))
    save(folder / "theirs" / "no9.png", picture(9))
    with Studio(folder / "home") as opened:
        opened.collect(folder / "mine", rights="own")
        opened.collect(folder / "theirs", rights="public-domain")
        yield opened


@pytest.fixture(scope="module")
def suspect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut, mirrored and recolored."""
    part = picture(1)[40:280, 50:360][:, ::-1]
    colored = np.clip(part[..., ::-1] * 0.8 + 30, 0, 255).astype(np.uint8)
    return save(tmp_path_factory.mktemp("seen") / "<b>found.jpg", colored)


def test_the_source_is_named(studio: Studio, suspect: Path) -> None:
    found, files = studio.search_copies(suspect)
    assert files == []
    assert found.among == 4
    assert [hit.original.title for hit in found.copies] == ["no1"]
    assert found.copies[0].original.corpus == "mine"


def test_a_corpus_without_the_source_has_no_copy(studio: Studio, suspect: Path) -> None:
    found, _ = studio.search_copies(suspect, corpus="theirs")
    assert found.among == 1
    assert found.copies == ()
    assert found.hits[0].similarity < 0.5


def test_traces_are_kept_and_made_again(studio: Studio, suspect: Path) -> None:
    studio.search_copies(suspect)
    kept = sorted((studio.settings.home / "traces" / "painting").rglob("*"))
    files = [path for path in kept if path.is_file()]
    assert len(files) == 4
    times = [path.stat().st_mtime_ns for path in files]
    studio.search_copies(suspect)
    assert [path.stat().st_mtime_ns for path in files] == times
    files[0].write_bytes(b"damaged")
    found, _ = studio.search_copies(suspect)
    assert len(found.copies) == 1
    assert files[0].stat().st_size > 1000


def test_the_evidence(studio: Studio, suspect: Path, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    found, files = studio.search_copies(suspect, evidence=folder)
    assert sorted(path.name for path in files) == sorted(p.name for p in folder.iterdir())
    claim = json.loads((folder / "claim.json").read_text("utf-8"))
    assert claim["suspect"]["sha256"] == hashlib.sha256(suspect.read_bytes()).hexdigest()
    [source] = claim["sources"]
    assert source["copied"] is True
    assert source["facts"]["mirrored"] is True
    assert source["registered"] is None
    assert source["caution"] is None
    for name, sha in claim["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha
    shown = cv2.imread(str(folder / source["picture"]))
    assert shown is not None
    page = (folder / "evidence.html").read_text("utf-8")
    assert "<b>found" not in page  # names of files are other people's words
    assert "nothing was sent" in page
    assert "style" in page  # what the method cannot tell
    assert "Not registered here" in page
    assert (folder / "suspect.jpg").read_bytes() == suspect.read_bytes()
    assert found.copies


@pytest.mark.slow
def test_what_is_said_of_a_hit_is_what_its_evidence_says(
    studio: Studio, suspect: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = copying.Searcher.search

    def hasty(*given: Any, **named: Any) -> copying.Searched:
        found = search(*given, **named)
        hits = [replace(hit, similarity=0.6, evidence=say("7 details.")) for hit in found.hits]
        return replace(found, hits=tuple(hits))

    monkeypatch.setattr(copying.Searcher, "search", hasty)
    found, _ = studio.search_copies(suspect, evidence=tmp_path / "case")
    page = (tmp_path / "case" / "evidence.html").read_text("utf-8")
    (hit,) = found.copies
    assert hit.similarity > 0.6
    assert str(hit.evidence).rstrip(".") in page
    assert "7 details" not in page


def test_the_notices_are_drafts_in_both_languages(
    studio: Studio, suspect: Path, tmp_path: Path
) -> None:
    studio.search_copies(suspect, evidence=tmp_path)
    english = (tmp_path / "draft-notice.en.txt").read_text("utf-8")
    chinese = (tmp_path / "draft-notice.zh.txt").read_text("utf-8")
    assert english.startswith("DRAFT. Not sent by anyone.")
    assert chinese.startswith("草稿。未由任何人发送。")
    assert "《民法典》第一千一百九十五条" in chinese
    assert "<b>found.jpg" in english  # plain text, so nothing is escaped
    for text in (english, chinese):
        assert len(re.findall(r"\[[^\]]+\]", text)) >= 8
        assert not re.search(r"\[[^\]]*\n", text)
        assert "no1" in text


def test_registered_originals_come_with_their_receipt(
    studio: Studio, suspect: Path, tmp_path: Path
) -> None:
    studio.registry.register(save(tmp_path / "no1.png", picture(1)))
    studio.search_copies(suspect, evidence=tmp_path / "case")
    claim = json.loads((tmp_path / "case" / "claim.json").read_text("utf-8"))
    [source] = claim["sources"]
    assert source["registered"]["sha256_registered"] == source["original_sha256"]
    receipt = tmp_path / "case" / "original-1-receipt.json"
    proved = studio.registry.check(tmp_path / "no1.png", receipt)
    assert proved is not None


@pytest.mark.slow
def test_a_work_of_the_public_domain_is_no_ground_for_a_notice(
    studio: Studio, tmp_path: Path
) -> None:
    copy = save(tmp_path / "copy.png", picture(9)[20:300, 20:400])
    studio.search_copies(copy, evidence=tmp_path / "case")
    notice = (tmp_path / "case" / "draft-notice.en.txt").read_text("utf-8")
    assert "nobody can forbid copies" in notice


def test_where_nothing_is_found_the_draft_says_not_to_send_it(
    studio: Studio, tmp_path: Path
) -> None:
    other = save(tmp_path / "other.png", picture(77))
    found, _ = studio.search_copies(other, evidence=tmp_path / "case")
    assert found.copies == ()
    notice = (tmp_path / "case" / "draft-notice.en.txt").read_text("utf-8")
    assert "[No copy was found by the program." in notice
    assert "Counts as a copy:" not in (tmp_path / "case" / "evidence.html").read_text("utf-8")


def test_text_is_searched_among_files(studio: Studio, tmp_path: Path) -> None:
    for number, page in enumerate(PAGES):
        (tmp_path / f"page{number}.txt").write_text(page, "utf-8")
    taken = tmp_path / "taken.md"
    taken.write_text("# 我的新作\n\n" + PAGES[0][20:110].replace("，", "，\n"), "gb18030")
    sources = [tmp_path / "page0.txt", tmp_path / "page1.txt"]
    found, _ = studio.search_copies(taken, against=sources, evidence=tmp_path / "case")
    assert [hit.original.title for hit in found.copies] == ["page0.txt"]
    page = (tmp_path / "case" / "evidence.html").read_text("utf-8")
    assert "声音在雪地里传得很远很远" in page
    assert "translation" in page


def test_what_cannot_be_searched_is_said(studio: Studio, tmp_path: Path) -> None:
    poem = tmp_path / "poem.txt"
    poem.write_text("nothing to compare", "utf-8")
    with pytest.raises(BadInput, match=r"nothing to compare poem\.txt with"):
        studio.search_copies(poem)
    (tmp_path / "what.xyz").write_bytes(b"?")
    with pytest.raises(UnreadableWork, match="No art can read"):
        studio.search_copies(tmp_path / "what.xyz")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xff\xff\x81")
    with pytest.raises(UnreadableWork, match="UTF-8 or GB 18030"):
        studio.search_copies(tmp_path / "binary.txt")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n1234")
    with pytest.raises(UnreadableWork):
        studio.search_copies(tmp_path / "broken.png")
    with pytest.raises(BadInput, match="nothing at"):
        studio.search_copies(poem, against=[tmp_path / "absent"])
