"""What files say about learning from them: each signal is found, and ordinary files say nothing."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from labelled_files import MAKE, SCORE, SVG_NS, picture
from moxie.rights import labels, signals
from moxie.rights.labels import MADE, Label
from moxie.rights.signals import Beside, Signal, wording

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PLUS = "http://ns.useplus.org/ldf/vocab/"


def packet(inner: str) -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description '
        'rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        'xmlns:tdm="http://www.w3.org/ns/tdmrep/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:cc="http://creativecommons.org/ns#" '
        'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">'
        f"{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def carrying(suffix: str, xmp: bytes) -> bytes:
    """A file of that format with an XMP packet, made by another program than ours."""
    if suffix == ".png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return picture("PNG", pnginfo=info)
    if suffix == ".jpg":
        return picture("JPEG", xmp=xmp)
    if suffix == ".webp":
        return picture("WEBP", xmp=xmp)
    if suffix == ".tiff":
        return picture("TIFF", tiffinfo={700: xmp})
    if suffix == ".svg":
        return f'<svg xmlns="{SVG_NS}"><metadata>{xmp.decode()}</metadata></svg>'.encode()
    import pypdf
    from pypdf.generic import DecodedStreamObject, NameObject

    writer = pypdf.PdfWriter()
    writer.add_blank_page(9, 9)
    stream = DecodedStreamObject()
    stream.set_data(xmp)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def no(found: list[Signal]) -> list[str]:
    return [signal.scheme for signal in found if signal.forbids]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff", ".svg", ".pdf"])
@pytest.mark.parametrize(
    ("inner", "scheme"),
    [
        (f"<plus:DataMining>{PLUS}DMI-PROHIBITED-AIMLTRAINING</plus:DataMining>", "PLUS"),
        (f"<plus:DataMining>{PLUS}DMI-PROHIBITED-GENAIMLTRAINING</plus:DataMining>", "PLUS"),
        (f'<plus:DataMining rdf:resource="{PLUS}DMI-PROHIBITED"/>', "PLUS"),
        ("<tdm:reservation>1</tdm:reservation>", "TDMRep"),
        (
            '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">No AI training, please.</rdf:li>'
            "</rdf:Alt></dc:rights>",
            "notice",
        ),
        ('<cc:license rdf:resource="http://creativecommons.org/licenses/by-nd/4.0/"/>', "license"),
    ],
)
def test_xmp_in_every_format(suffix: str, inner: str, scheme: str) -> None:
    assert no(signals.inside(carrying(suffix, packet(inner)), f"a{suffix}")) == [scheme]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff", ".svg", ".pdf"])
@pytest.mark.parametrize(
    "inner",
    [
        f"<plus:DataMining>{PLUS}DMI-ALLOWED</plus:DataMining>",
        f"<plus:DataMining>{PLUS}DMI-UNSPECIFIED</plus:DataMining>",
        "<tdm:reservation>0</tdm:reservation>",
        "<dc:rights>© 1889 V. van Gogh. All rights reserved.</dc:rights>",
        '<cc:license rdf:resource="http://creativecommons.org/licenses/by-sa/4.0/"/>',
    ],
)
def test_xmp_that_does_not_forbid(suffix: str, inner: str) -> None:
    assert no(signals.inside(carrying(suffix, packet(inner)), f"a{suffix}")) == []


def test_attributes_count_as_properties() -> None:
    xmp = packet("").replace(b'rdf:about=""', b'rdf:about="" tdm:reservation="1"')
    assert no(signals.inside(carrying(".jpg", xmp), "a.jpg")) == ["TDMRep"]


@pytest.mark.parametrize("suffix", sorted(MAKE))
def test_ordinary_files_say_nothing(suffix: str) -> None:
    data = MAKE[suffix]()
    assert signals.inside(data, f"a{suffix}") == []
    licensed = labels.write(data, suffix, Label(MADE, license="CC-BY-4.0"))
    assert no(signals.inside(licensed, f"a{suffix}")) == []


def test_notices_of_every_format() -> None:
    import mido

    notice = "Not to be used for training AI models"
    info = PngInfo()
    info.add_text("Copyright", notice)
    exif = Image.Exif()
    exif[33432] = notice
    midi = mido.MidiFile()
    midi.tracks.append(mido.MidiTrack([mido.MetaMessage("copyright", text=notice)]))
    out = io.BytesIO()
    midi.save(file=out)
    id3 = b"\0" + notice.encode()
    id3 = b"TCOP" + struct.pack(">I", len(id3)) + b"\0\0" + id3
    tagged = b"ID3\3\0\0" + bytes([0, 0, 0, len(id3)]) + id3 + MAKE[".mp3"]()
    wav = MAKE[".wav"]()
    body = b"INFOICOP" + struct.pack("<I", len(notice) + 1) + notice.encode() + b"\0"
    body += b"\0" * (len(body) % 2)
    wav += b"LIST" + struct.pack("<I", len(body)) + body
    wav = b"RIFF" + struct.pack("<I", len(wav) - 8) + wav[8:]
    glb = MAKE[".glb"]().replace(b'"asset":{', b'"asset":{"copyright":"%s",' % notice.encode())
    size = struct.unpack_from("<I", glb, 12)[0] + len(notice) + 15
    text = glb[20 : 20 + size] + b" " * (-size % 4)
    chunk = struct.pack("<II", len(text), 0x4E4F534A) + text + glb[20 + size :]
    glb = struct.pack("<III", 0x46546C67, 2, 12 + len(chunk)) + chunk
    files = {
        "a.png": picture("PNG", pnginfo=info),
        "b.png": picture("PNG", exif=exif),
        "a.jpg": picture("JPEG", exif=exif),
        "a.webp": picture("WEBP", exif=exif),
        "a.tiff": picture("TIFF", tiffinfo={33432: notice}),
        "a.mid": out.getvalue(),
        "a.mp3": tagged,
        "a.wav": wav,
        "a.flac": with_comment(MAKE[".flac"](), notice),
        "a.musicxml": SCORE.replace("</creator>", f"</creator><rights>{notice}</rights>").encode(),
        "a.md": f"---\nlicense: {notice}\n---\ntext\n".encode(),
        "a.krn": f"!!!OTL: A\n!!!YEM: {notice}\n**kern\n4c\n*-\n".encode(),
        "a.glb": glb,
    }
    said = {name: [s.quote for s in signals.inside(data, name)] for name, data in files.items()}
    assert said == {name: [notice] for name in files}


def with_comment(flac: bytes, notice: str) -> bytes:
    from moxie.rights.labels import vorbis

    length = int.from_bytes(flac[5:8], "big")
    comment = f"COPYRIGHT={notice}".encode()
    block = vorbis.merged(None, {})[:-4] + struct.pack("<II", 1, len(comment)) + comment
    return flac[: 8 + length] + b"\4" + len(block).to_bytes(3, "big") + block + flac[8 + length :]


@pytest.mark.parametrize(
    "text",
    [
        "No AI training.",
        "This image may not be used to train AI models",
        "Use for machine learning is prohibited",
        "AI/ML training is not permitted without a license.",
        "All text and data mining rights reserved",
        "#NoAI",
        "© 2024 X. Not for use in training generative models.",
        "未经许可不得用于人工智能训练",
        "禁止用于机器学习",
        "CC BY-NC-ND 4.0",
        "https://creativecommons.org/licenses/by-nd/3.0/",
        "No derivatives",
    ],
)
def test_words_that_forbid(text: str) -> None:
    assert no(wording.judge([("dc:rights", text)])) != []


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved.",
        "© 1900 the heirs. Reproduction not permitted.",
        "No AI was used in making this.",
        "Not AI-generated",
        "AI training is allowed, no restrictions on AI training",
        "Public domain",
        "CC-BY-NC-SA-4.0",
        "The trained eye may not see it",
        "The painting of a train, not for sale",
        "Rain at the station: trains and models in mail",
        "版权所有，不得转载",
        "人工智能训练请注明出处",
        "",
    ],
)
def test_words_that_do_not(text: str) -> None:
    assert no(wording.judge([("dc:rights", text)])) == []


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def assertion(label: str, entries: dict[str, dict[str, str]]) -> bytes:
    """An assertion as C2PA lays it out: a superbox with its description and its CBOR."""
    text = b"\xa1\x67entries" + bytes([0xA0 + len(entries)])
    for name, entry in entries.items():
        text += coded(name) + bytes([0xA0 + len(entry)])
        text += b"".join(coded(k) + coded(v) for k, v in entry.items())
    described = box(b"jumd", b"cbor" + b"\0" * 12 + b"\3" + label.encode() + b"\0")
    return box(b"jumb", described + box(b"cbor", text))


def coded(text: str) -> bytes:
    data = text.encode()
    return (bytes([0x60 + len(data)]) if len(data) < 24 else bytes([0x78, len(data)])) + data


@pytest.mark.parametrize("label", ["cawg.training-mining", "c2pa.training-mining__2"])
@pytest.mark.parametrize(
    ("key", "use", "forbids"),
    [
        ("ai_training", "notAllowed", True),
        ("ai_generative_training", "notAllowed", True),
        ("data_mining", "constrained", True),
        ("ai_training", "allowed", False),
        ("ai_inference", "notAllowed", False),
    ],
)
def test_training_assertions(label: str, key: str, use: str, forbids: bool) -> None:
    scheme = label[:4]
    store = assertion(label, {f"{scheme}.{key}": {"use": use}, f"{scheme}.x": {"use": "allowed"}})
    png = MAKE[".png"]()
    found = signals.inside(png[:33] + box(b"caBX", store) + b"\0\0\0\0" + png[33:], "a.png")
    jpeg = MAKE[".jpg"]()
    parts = [store[:60], store[60:]]
    cut = b"".join(
        b"\xff\xeb"
        + struct.pack(">H", 2 + 8 + len(part) + (8 if n else 0))
        + b"JP\0\1"
        + struct.pack(">I", n + 1)
        + (store[:8] if n else b"")
        + part
        for n, part in enumerate(parts)
    )
    for said in (found, signals.inside(jpeg[:2] + cut + jpeg[2:], "a.jpg")):
        assert no(said) == ([scheme.upper()] if forbids else [])
    beside = Beside.of_files({"b/a.png.c2pa": store})
    assert bool(no(beside.of("b/a.png"))) == forbids
    assert no(beside.of("b/c.png")) == []


@pytest.mark.parametrize(
    "suffix", [".png", ".jpg", ".webp", ".tiff", ".wav", ".mp3", ".pdf", ".mid"]
)
def test_what_c2pa_itself_writes_is_found(engine: Any, suffix: str) -> None:
    """By the engine that signs what we export; formats that carry nothing have it beside them."""
    from moxie.rights.credentials import Claim

    for mining, expected in (("notAllowed", ["CAWG"]), ("allowed", [])):
        signed = engine.sign(MAKE[suffix](), suffix, Claim(MADE, mining=mining), "1.0")
        found = signals.inside(signed.data, f"a{suffix}")
        if signed.beside is not None:
            found += Beside.of_files({f"a{suffix}.c2pa": signed.beside}).of(f"a{suffix}")
        assert list(dict.fromkeys(no(found))) == expected


@pytest.mark.parametrize("suffix", sorted(MAKE))
def test_a_label_of_ours_that_forbids_is_a_no(suffix: str) -> None:
    label = Label(MADE, mining="DMI-PROHIBITED-AIMLTRAINING", license="CC-BY-ND-4.0")
    found = signals.inside(labels.write(MAKE[suffix](), suffix, label), f"a{suffix}")
    assert set(no(found)) == {"PLUS", "license"}


RULES = [
    {"location": "/", "tdm-reservation": 0},
    {"location": "/kept/*", "tdm-reservation": 1, "tdm-policy": "https://example.org/p.json"},
    {"location": "/kept/free.png$", "tdm-reservation": 0},
]


@pytest.mark.parametrize(
    ("name", "forbidden"),
    [("a.png", False), ("kept/a.png", True), ("kept/deep/a.png", True), ("kept/free.png", False)],
)
@pytest.mark.parametrize("where", ["tdmrep.json", ".well-known/tdmrep.json"])
def test_tdmrep_beside(name: str, forbidden: bool, where: str) -> None:
    beside = Beside.of_files({where: json.dumps(RULES).encode()})
    found = beside.of(name)
    assert no(found) == (["TDMRep"] if forbidden else [])
    assert not forbidden or "example.org/p.json" in found[0].quote


def test_tdmrep_in_a_folder_is_not_about_others() -> None:
    rule = json.dumps({"location": "/images/art/*", "tdm-reservation": 1}).encode()
    beside = Beside(
        {"mine/tdmrep.json": rule, "broken/tdmrep.json": b"[{", "odd/tdmrep.json": b"7"}
    )
    assert no(beside.of("mine/a.png")) == ["TDMRep"]  # laid out otherwise than on the site
    for other in ("a.png", "yours/a.png", "broken/a.png", "odd/a.png"):
        assert beside.of(other) == []
    page = b'<html><head><meta name="tdm-reservation" content="1"></head>'
    assert no(signals.inside(page, "a.html")) == ["TDMRep"]
    assert no(signals.inside(page.replace(b'"1"', b'"0"'), "a.html")) == []


def rsl(inner: str, url: str = "/") -> bytes:
    return (
        f'<rsl xmlns="https://rslstandard.org/rsl"><content url="{url}">{inner}</content></rsl>'
    ).encode()


@pytest.mark.parametrize(
    ("inner", "forbidden"),
    [
        ('<license><prohibits type="usage">ai-train</prohibits></license>', True),
        ('<license><prohibits type="usage">all</prohibits></license>', True),
        ('<license><permits type="usage">search</permits></license>', True),
        ('<license><permits type="usage">ai-train search</permits></license>', False),
        ('<license><permits type="usage">all</permits></license>', False),
        ('<license><permits type="geo">EU</permits></license>', False),
        ('<license><permits type="usage">ai-all</permits><payment type="free"/></license>', False),
        (
            '<license><permits type="usage">ai-all</permits><payment type="royalty"/></license>',
            True,
        ),
        ("<license/>", False),
        ("", False),
    ],
)
def test_rsl_beside_and_inside(inner: str, forbidden: bool) -> None:
    expected = ["RSL"] if forbidden else []
    for name in ("rsl.xml", "license.xml", "my.rsl"):
        assert no(Beside.of_files({name: rsl(inner)}).of("a/b.png")) == expected
    assert Beside.of_files({"rsl.xml": rsl(inner, "/other/")}).of("a/b.png") == []
    inside = f'<svg xmlns="{SVG_NS}"><metadata>{rsl(inner).decode()}</metadata></svg>'
    assert no(signals.inside(inside.encode(), "a.svg")) == expected


def test_sidecars_and_texts_beside() -> None:
    xmp = packet(f"<plus:DataMining>{PLUS}DMI-PROHIBITED</plus:DataMining>")
    for sidecar in ("x/a.xmp", "x/a.png.xmp", "x/A.XMP"):
        beside = Beside.of_files({sidecar: xmp})
        assert no(beside.of("x/a.png")) == ["PLUS"]
        assert beside.of("x/b.png") == beside.of("a.png") == []
    for name in ("LICENSE", "rights.txt", "Copyright.md"):
        assert Beside.wanted(name)
        assert no(Beside.of_files({name: b"Do not use for AI training."}).of("x/a.png")) == [
            "notice"
        ]
        assert (
            Beside.of_files({name: b"Permission is hereby granted, free of charge."}).of("a.png")
            == []
        )
    robots = b"User-Agent: *\nAllow: /\nContent-Usage: train-ai=n\n"
    assert no(Beside.of_files({"robots.txt": robots}).of("a.png")) == ["AI preferences"]
    assert Beside.of_files({"robots.txt": robots.replace(b"=n", b"=y")}).of("a.png") == []
    assert not Beside.wanted("a.png")


def test_a_declared_license_without_derivatives_is_a_no() -> None:
    assert signals.license_forbids("CC-BY-ND-4.0") is not None
    assert [signals.license_forbids(i) for i in ("CC-BY-NC-4.0", "CC0-1.0", None)] == [None] * 3
