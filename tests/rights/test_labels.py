"""Labels in every format: there once, read back, replaced and never doubled; contents the same."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest
from PIL import Image

from labelled_files import CONTENT, MAKE, SCORE, midi, pdf, picture
from moxie.errors import BadInput
from moxie.rights import labels
from moxie.rights.labels import COMPOSITE, MADE, Label

SUFFIXES = sorted(MAKE)
FIRST = Label(MADE, produce_id="0123abcd", license="CC-BY-4.0")
SECOND = Label(COMPOSITE, producer="A(B)\\C", produce_id='x"<&>y', mining="DMI-PROHIBITED")
HUMAN = Label("digitalCreation")


def test_every_format_has_an_example() -> None:
    alike = {".jpeg", ".tif", ".midi", ".xml", ".markdown", ".oga"}
    assert set(MAKE) | alike == set(labels.SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_label_is_there_once_and_the_content_is_the_same(suffix: str) -> None:
    data = MAKE[suffix]()
    assert labels.read(data, suffix).status == "none"
    written = labels.write(data, suffix, FIRST)
    found = labels.read(written, suffix)
    assert (found.status, found.problems) == ("one", ())
    assert [dict(label) for label in found.aigc] == [json.loads(FIRST.fields()["AIGC"])]
    assert (found.source, found.mining) == (MADE, "DMI-UNSPECIFIED")
    assert found.license == "https://creativecommons.org/licenses/by/4.0/"
    assert CONTENT[suffix](written) == CONTENT[suffix](data)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writing_over_a_label_replaces_it(suffix: str) -> None:
    data = MAKE[suffix]()
    once = labels.write(data, suffix, SECOND)
    twice = labels.write(labels.write(data, suffix, FIRST), suffix, SECOND)
    found = labels.read(twice, suffix)
    assert (found.status, len(found.aigc), found.source) == ("one", 1, COMPOSITE)
    assert found.aigc[0]["ContentProducer"] == SECOND.producer
    assert found.aigc[0]["ProduceID"] == SECOND.produce_id
    assert (found.mining, found.license) == ("DMI-PROHIBITED", None)
    assert found == labels.read(once, suffix)
    assert CONTENT[suffix](twice) == CONTENT[suffix](data)
    assert b"0123abcd" not in twice  # nor does the old one lie about unread
    thrice = labels.write(twice, suffix, SECOND)
    assert labels.read(thrice, suffix) == found
    if suffix not in (".tiff", ".pdf"):  # those two are added to at the end
        assert len(thrice) == len(twice)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_persons_work_is_never_called_ai(suffix: str) -> None:
    data = MAKE[suffix]()
    written = labels.write(data, suffix, HUMAN)
    found = labels.read(written, suffix)
    assert (found.status, found.aigc, found.source) == ("one", (), "digitalCreation")
    assert not found.by_ai
    assert b"AIGC" not in written.replace(b"ns/AIGC/", b"")  # but for the name of a namespace
    assert "人工智能".encode() not in written
    assert CONTENT[suffix](written) == CONTENT[suffix](data)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_personal_is_written(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "zhangsan")
    monkeypatch.setenv("LOGNAME", "zhangsan")
    written = labels.write(MAKE[suffix](), suffix, Label(MADE))
    assert b"zhangsan" not in written
    assert labels.read(written, suffix).aigc[0]["ContentProducer"] == "MOXIE-LOCAL"


def test_a_label_is_not_taken_away() -> None:
    written = labels.write(MAKE[".png"](), ".png", FIRST)
    with pytest.raises(BadInput, match="does not take such labels away"):
        labels.write(written, ".png", HUMAN)
    assert labels.read(labels.write(written, ".png", SECOND), ".png").source == COMPOSITE


def test_only_printable_ascii_is_written() -> None:
    for wrong in ("张三", "a b", "a\nb", "\x7f", "x" * 513):
        for key in ("producer", "produce_id", "license"):
            with pytest.raises(BadInput, match="printable ASCII"):
                Label(MADE, **{key: wrong})
    with pytest.raises(BadInput, match="source type"):
        Label("madeByMagic")
    with pytest.raises(BadInput, match="data mining"):
        Label(MADE, mining="no")


def test_a_second_label_elsewhere_in_the_file_is_found_and_replaced() -> None:
    label = FIRST.fields()["AIGC"]
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b'{"AIGC":' + label.encode() + b"}"
    data = labels.write(picture("JPEG", exif=exif), ".jpg", SECOND)
    assert labels.read(data, ".jpg").where == ("XMP",)
    chunks = picture("PNG")
    text = b'AIGC\0{"AIGC":' + label.encode() + b"}"
    import struct
    import zlib

    chunk = struct.pack(">I", len(text)) + b"tEXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"tEXt" + text))
    doubled = labels.write(chunks, ".png", FIRST)
    doubled = doubled[:33] + chunk + doubled[33:]
    found = labels.read(doubled, ".png")
    assert (found.status, found.where) == ("duplicate", ("tEXt", "XMP"))
    assert labels.read(labels.write(doubled, ".png", SECOND), ".png").status == "one"


def test_other_metadata_stays() -> None:
    import mido
    import pypdf

    from moxie.rights.labels import xmp

    packet = xmp.merged(None, HUMAN.fields()).replace(
        b"</rdf:RDF>",
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        b'dc:format="image/png"><dc:title>T</dc:title></rdf:Description></rdf:RDF>',
    )
    for form, suffix in (("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp"), ("TIFF", ".tiff")):
        data = picture(form, xmp=packet) if form in ("JPEG", "WEBP") else None
        if form == "PNG":
            from PIL.PngImagePlugin import PngInfo

            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
            info.add_text("Title", "mine")
            data = picture(form, pnginfo=info)
        if form == "TIFF":
            data = picture(form, tiffinfo={700: packet})
        assert data is not None
        assert labels.read(data, suffix).source == "digitalCreation"
        written = labels.write(data, suffix, FIRST)
        assert b'dc:format="image/png"><dc:title>T</dc:title>' in written
        assert labels.read(written, suffix).source == MADE
    tracks = mido.MidiFile(file=io.BytesIO(labels.write(midi(), ".mid", FIRST))).tracks
    assert tracks[1].name == "Violin"
    assert b"N. &amp; N." in labels.write(SCORE.encode(), ".musicxml", FIRST)
    reader = pypdf.PdfReader(io.BytesIO(labels.write(pdf(author="me"), ".pdf", FIRST)))
    assert reader.metadata is not None
    assert (reader.metadata.author, reader.metadata.title) == ("me", "A (red) page")
    assert json.loads(reader.metadata["/AIGC"])["ProduceID"] == "0123abcd"


def test_pdf_with_streams_of_cross_references_and_objects() -> None:
    import pypdf

    data = packed_pdf()
    assert b"/Info 1 0 R" in data
    assert b"(me)" not in data  # it is in a stream of objects
    for _ in range(2):
        data = labels.write(data, ".pdf", FIRST)
        assert labels.read(data, ".pdf").status == "one"
        reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
        assert reader.metadata is not None
        assert reader.metadata.author == "me"
        assert json.loads(reader.metadata["/AIGC"])["Label"] == "1"
        assert len(reader.pages) == 1


def packed_pdf() -> bytes:
    """A PDF 1.5 whose information dictionary lies in a stream of objects."""
    import struct
    import zlib

    objects = b"1 0 4 18 << /Author (me) >> null"
    packed = zlib.compress(objects)
    parts = {
        2: b"<< /Type /Catalog /Pages 3 0 R >>",
        3: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        5: b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >>",
        6: b"<< /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode /Length %d >>\n" % len(packed)
        + b"stream\n%s\nendstream" % packed,
    }
    whole, places = b"%PDF-1.5\n", {}
    for number, body in parts.items():
        places[number] = len(whole)
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(whole)
    rows = [(0, 0, 65535), (2, 6, 0), *((1, places[n], 0) for n in (2, 3)), (2, 6, 1)]
    rows += [(1, places[5], 0), (1, places[6], 0), (1, at, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    told = b"<< /Type /XRef /Size 8 /W [1 4 2] /Root 2 0 R /Info 1 0 R /Length %d >>" % len(table)
    whole += b"7 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (told, table)
    return whole + b"startxref\n%d\n%%%%EOF\n" % at


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg"])
def test_another_reader_sees_the_fields(suffix: str) -> None:
    import tinytag

    data = labels.write(MAKE[suffix](), suffix, FIRST)
    tag = tinytag.TinyTag.get(filename=f"a{suffix}", file_obj=io.BytesIO(data))
    fields = {name.lower(): values for name, values in tag.other.items()}
    assert fields["aigc"] == [FIRST.fields()["AIGC"]]
    assert fields["digitalsourcetype"] == [FIRST.fields()["DigitalSourceType"]]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("【人工智能生成】\n诗", "one"),
        ("【AI合成】\n诗", "one"),
        ("【注】 AI 生成的说法不对\n诗", "none"),
        ("诗\n【人工智能生成】\n", "none"),
        ("", "none"),
    ],
)
def test_a_label_in_words_is_one_in_text(text: str, status: str) -> None:
    assert labels.read(text.encode(), ".txt").status == status
    assert labels.read(text.encode("gb18030"), ".txt").status == status
    written = labels.write(text.encode(), ".txt", FIRST)
    assert labels.read(written, ".txt").status == "one"
    assert written.decode().count("人工智能生成") == 1 + text.endswith("生成】\n") * (
        status == "none"
    )


def test_text_keeps_its_encoding_and_its_line_endings() -> None:
    for data in (
        "\ufeff一\r\n二".encode(),
        "一\r\n二".encode("gb18030"),
        b"\xff\xfe" + "一".encode("utf-16-le"),
    ):
        written = labels.write(data, ".txt", FIRST)
        assert labels.read(written, ".txt").status == "one"
        assert labels.write(written, ".txt", FIRST) == written
        body = data.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
        assert written.endswith(body)
        assert (b"\r\n" in written[: -len(body)]) == (b"\r\n" in data)


@pytest.mark.parametrize(
    ("aigc", "source", "status"),
    [
        ('{"Label":"1"}', MADE, "malformed"),
        ('"{}"', MADE, "malformed"),
        ("{", MADE, "malformed"),
        (FIRST.fields()["AIGC"].replace('"1"', '"AIGC"'), MADE, "malformed"),
        (FIRST.fields()["AIGC"].replace("MOXIE-LOCAL", "an artist"), MADE, "malformed"),
        (FIRST.fields()["AIGC"].replace('"1"', "1"), MADE, "malformed"),
        (FIRST.fields()["AIGC"], "digitalCapture", "contradiction"),
        ('{"AIGC":' + FIRST.fields()["AIGC"] + "}", MADE, "one"),
    ],
)
def test_what_is_wrong_with_a_label_is_said(aigc: str, source: str, status: str) -> None:
    from moxie.rights.labels.xmp import merged

    packet = merged(None, {"AIGC": aigc, "DigitalSourceType": source})
    found = labels.read(picture("JPEG", xmp=packet), ".jpg")
    assert found.status == status
    assert bool(found.problems) == (status != "one")


def test_two_labels_and_two_source_types() -> None:
    from moxie.rights.labels.xmp import description, merged

    packet = merged(None, FIRST.fields())
    two = packet.replace(b"</rdf:RDF>", description(FIRST.fields()) + b"</rdf:RDF>")
    found = labels.read(picture("JPEG", xmp=two), ".jpg")
    assert (found.status, len(found.aigc)) == ("duplicate", 2)
    human = packet.replace(b"</rdf:RDF>", description(HUMAN.fields()) + b"</rdf:RDF>")
    assert labels.read(picture("JPEG", xmp=human), ".jpg").status == "contradiction"


def test_formats_without_a_place_are_refused() -> None:
    for suffix in (".bmp", "", ".json"):
        with pytest.raises(BadInput, match="no place for a label"):
            labels.write(b"x", suffix, FIRST)
    for suffix in SUFFIXES:
        if suffix not in (".txt", ".md"):
            with pytest.raises(BadInput, match="damaged, cut off or no"):
                labels.read(b"not that at all", suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_label_survives_signing_and_signing_the_label(engine: Any, suffix: str) -> None:
    """Labels first, then Content Credentials: both are as they should be, once."""
    from moxie.rights.credentials import Claim

    labelled = labels.write(MAKE[suffix](), suffix, FIRST)
    signed = engine.sign(labelled, suffix, Claim(MADE), "1.0")
    assert engine.check(signed.data, suffix, signed.beside).trusted
    found = labels.read(signed.data, suffix)
    assert (found.status, len(found.aigc), found.source) == ("one", 1, MADE)
    assert labels.kind(signed.data) in (None, suffix, {".opus": ".ogg"}.get(suffix))
    assert CONTENT[suffix](signed.data) == CONTENT[suffix](MAKE[suffix]())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files_never_crash_a_reader(suffix: str) -> None:
    """Truncated, overwritten, swapped and random bytes: BadInput at most."""
    rng = random.Random(suffix)
    sound = labels.write(MAKE[suffix](), suffix, FIRST)
    seen: dict[str, int] = {}
    for round_ in range(200):
        broken = bytearray(sound)
        kind = round_ % 4
        if kind == 0:
            del broken[rng.randrange(len(broken)) :]
        elif kind == 1:
            for _ in range(rng.randint(1, 8)):
                broken[rng.randrange(min(len(broken), 2000))] = rng.randrange(256)
        elif kind == 2:
            at = rng.randrange(len(broken))
            broken[at : at + rng.randint(1, 64)] = rng.randbytes(rng.randint(0, 64))
        else:
            broken = bytearray(sound[:12] + rng.randbytes(rng.randint(0, 400)))
        for act in (labels.read, lambda data, name: labels.write(data, name, SECOND)):
            try:
                result = act(bytes(broken), suffix)
            except BadInput:
                seen["refused"] = seen.get("refused", 0) + 1
            else:
                assert result is not None
                seen["read"] = seen.get("read", 0) + 1
    assert seen.get("read", 0) > 0 or suffix == ".mxl"  # whose every byte is checked


def test_bombs_are_refused() -> None:
    lol = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"/>'
    deep = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>"
    for data in (lol, deep):
        with pytest.raises(BadInput):
            labels.read(data, ".svg")
    nested = b"[" * 100_000
    glb = b"glTF" + (2).to_bytes(4, "little") + (20 + len(nested)).to_bytes(4, "little")
    glb += len(nested).to_bytes(4, "little") + b"JSON" + nested
    with pytest.raises(BadInput):
        labels.read(glb, ".glb")
