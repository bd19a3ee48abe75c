"""Files in, texts out: formats told apart, the lossless form, and what is refused in a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter

from moxie.arts.literature.files import codec, limits
from moxie.arts.literature.files.encodings import decode
from moxie.arts.literature.page.html import document
from moxie.arts.literature.writing import Writing, writing
from moxie.errors import BadInput, UnreadableWork

CHINESE = (
    "下雨的日子没有生意。我便坐着听雨，雨落在瓦上是一种声音，落在江里又是一种。",
    "“几点了？”他问。我回头看了看，说：“雨停的时候。”",
)
TRADITIONAL = "那時我還年輕，住在鎮上的書店裡。老闆說：「讓他們看罷，書是看不壞的。」"
ENGLISH = (
    "The ferry left when it was full, and it was never full before it left.",
    '"What time is it?" he asked; nobody knew -- or nobody would say.',
)
PROSE = writing(CHINESE, "雨天")
POEM = writing(["残钟三两点，\n各说旧时心。", "夜雨敲檐急，\n寒灯照壁深。"], "听雨", "五绝")
AWKWARD = writing(
    [
        "# no heading",
        "1. no list, *no* _emphasis_ [no link](x) `no code`",
        "---",
        "a\\b\n> c\\",
        "<b>&amp;",
    ],
    'A "title": with \\ signs #',
    "verse",
)


@pytest.mark.parametrize("content", [PROSE, POEM, AWKWARD, writing(ENGLISH)], ids=str)
def test_the_lossless_form_keeps_everything(content: Writing) -> None:
    data = codec.write(content)
    assert codec.read(data, "any") == content
    assert codec.write(codec.read(data, "any")) == data


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".epub", ".pdf"])
@pytest.mark.parametrize("content", [PROSE, writing(ENGLISH, "The Ferry")], ids=["zh", "en"])
def test_every_format_gives_back_the_words(suffix: str, content: Writing) -> None:
    long = writing([paragraph * 4 for paragraph in content.paragraphs], content.title)
    again = codec.read(codec.write(long, suffix), f"work{suffix}")
    assert again.paragraphs == long.paragraphs or (
        suffix == ".pdf" and again.text.endswith(long.text)  # a PDF's title is a line as others
    )
    if suffix != ".pdf":
        assert again.title == content.title
    assert codec.write(long, suffix) == codec.write(long, suffix)


@pytest.mark.parametrize("suffix", [".docx", ".epub"])
def test_lines_of_verse_stay_lines(suffix: str) -> None:
    again = codec.read(codec.write(POEM, suffix), f"poem{suffix}")
    assert again.lines == POEM.lines
    assert (again.title, again.form) == ("听雨", "verse")


def test_a_pdf_is_set_on_pages_with_numbers_and_without_a_mark_at_the_head_of_a_line() -> None:
    long = writing([CHINESE[0] * 12] * 6, "雨天")
    data = codec.write(long, ".pdf")
    read = PdfReader(io.BytesIO(data)).pages
    pages = [page.extract_text(extraction_mode="layout").strip() for page in read]
    assert len(pages) > 2
    assert [page.split()[-1] for page in pages] == [str(n) for n in range(1, len(pages) + 1)]
    starts = {line.strip()[0] for page in pages for line in page.split("\n") if line.strip()}
    assert not starts & set("，。；：？！”")
    assert codec.read(data, "x.pdf").paragraphs[-6:] == long.paragraphs


def test_html_is_escaped_and_asks_nobody_for_anything() -> None:
    page = document(writing(["<script>alert(1)</script>"], "<i>", "prose")).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
    assert 'class="upright"' in document(POEM).decode()
    assert 'class="upright"' not in document(PROSE).decode()
    assert "writing-mode:vertical-rl" in page


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("".join(CHINESE), "gb18030"),
        ("".join(CHINESE)[:30], "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL[:24], "big5"),
        (TRADITIONAL, "gb18030"),
        ("".join(CHINESE), "utf-16-le"),
        ("".join(CHINESE), "utf-16-be"),
        ("".join(CHINESE), "utf-16"),
        ("".join(CHINESE), "utf-8-sig"),
        (" ".join(ENGLISH), "utf-16-le"),
        ("The café was empty; Zoë said nothing—she’d gone. “Well,” he thought.", "cp1252"),
        ("吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", "shift_jis"),
    ],
)
def test_an_encoding_is_found_by_what_the_text_reads_like(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "x").text == text


def test_a_file_in_two_encodings_is_read_line_by_line() -> None:
    data = (CHINESE[0] + "\n").encode() + (CHINESE[1] + "\n").encode("gb18030")
    found = decode(data, "x")
    assert found.text.split("\n")[:2] == list(CHINESE)
    assert found.encoding == "mixed"


def test_a_few_broken_bytes_are_counted_and_many_are_refused() -> None:
    good = "\n".join(CHINESE * 8).encode()
    place = good.index("声音".encode())
    found = decode(good[: place + 1] + b"\xff" + good[place + 1 :], "x")
    assert 1 <= found.lost <= 4
    facts = codec.facts(good[: place + 1] + b"\xff" + good[place + 1 :], PROSE)
    assert facts["lost characters"] == found.lost
    with pytest.raises(UnreadableWork, match="no text in any encoding"):
        decode(b"\xff\xfe\xfd\xfc".join(CHINESE[0][i : i + 2].encode() for i in range(30)), "x")


def bomb(inner: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(inner, b"<a>" + b" " * (40 << 20) + b"</a>")
    return memory.getvalue()


def entities() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
            '<!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>',
        )
    return memory.getvalue()


def pdf(*, locked: bool) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if locked:
        writer.encrypt("secret", algorithm="RC4-128")
    memory = io.BytesIO()
    writer.write(memory)
    return memory.getvalue()


def nested() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("word/document.xml", "<d>" * 5000 + "</d>" * 5000)
    return memory.getvalue()


BAD = {
    "empty.txt": (b"", "is empty"),
    "program.txt": (b"\x7fELF" + bytes(range(256)) * 8, "a program"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(64), "is a picture"),
    "old.docx": (b"\xd0\xcf\x11\xe0" + bytes(64), "old Word"),
    "noise.txt": (bytes(range(256)) * 40, "no text in any encoding"),
    "bomb.docx": (bomb("word/document.xml"), "as a bomb does"),
    "bomb.epub": (bomb("META-INF/container.xml"), "as a bomb does"),
    "entities.docx": (entities(), "definitions of its own"),
    "nested.docx": (nested(), "nested without end"),
    "archive.docx": (codec.write(PROSE, ".docx")[:400], "damaged or cut off"),
    "no_book.epub": (bomb("x")[:60], "damaged or cut off"),
    "locked.pdf": (pdf(locked=True), "is encrypted"),
    "scanned.pdf": (pdf(locked=False), "only pictures of pages"),
    "cut.pdf": (b"%PDF-1.4\n1 0 obj", "damaged or cut off"),
    "own.md": (codec.write(PROSE)[:40], "begins as a text of Moxie's"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_a_sentence(name: str) -> None:
    data, words = BAD[name]
    with pytest.raises(UnreadableWork, match=words) as raised:
        codec.read(data, name)
    assert str(raised.value).startswith(name)


def test_two_hundred_megabytes_are_refused_before_anything_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codec, "decode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(UnreadableWork, match="201 MB; a text of at most 64 MB"):
        codec.read(b"a" * (200 << 20), "large.txt")


def test_too_many_characters_and_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 20)
    with pytest.raises(UnreadableWork, match="million characters"):
        codec.read("".join(CHINESE).encode(), "long.txt")
    monkeypatch.setattr("moxie.arts.literature.files.pdf.MAX_PAGES", 0)
    with pytest.raises(UnreadableWork, match="1 pages; at most 0"):
        codec.read(pdf(locked=False), "long.pdf")


def test_an_unknown_suffix_is_refused() -> None:
    with pytest.raises(BadInput, match=r"choose one of \.md"):
        codec.write(PROSE, ".wav")


def test_facts_tell_what_was_found_and_left_out() -> None:
    lines = [CHINESE[0][i : i + 20] for i in range(0, len(CHINESE[0]), 20)]
    data = "\n".join(["　　" + line if i % 2 == 0 else line for i, line in enumerate(lines * 4)])
    found = codec.facts(data.encode("gb18030"), PROSE)
    assert (found["format"], found["encoding"]) == ("plain text", "gb18030")
    assert found["joined lines"] == 4
    assert found["title"] == "雨天"
