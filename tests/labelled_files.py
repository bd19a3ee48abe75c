"""One small honest file of each format that can carry a label, and its ordinary reader."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import soundfile
from PIL import Image

TEXT = "床前明月光，疑是地上霜。\n\n举头望明月，低头思故乡。\n"
SVG_NS = "http://www.w3.org/2000/svg"
SCORE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
  <identification><creator type="composer">N. &amp; N.</creator></identification>
  <part-list><score-part id="P1"><part-name>Violin</part-name></score-part></part-list>
  <part id="P1"><measure number="1">
    <attributes><divisions>1</divisions><time><beats>1</beats><beat-type>4</beat-type></time>
    <clef><sign>G</sign><line>2</line></clef></attributes>
    <note><pitch><step>C</step><octave>5</octave></pitch><duration>1</duration><type>quarter</type></note>
  </measure></part>
</score-partwise>
"""


def picture(form: str, **options: Any) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (33, 47, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form, **options)
    return out.getvalue()


def sound(form: str, **options: Any) -> bytes:
    t = np.arange(8000) / 8000
    out = io.BytesIO()
    soundfile.write(out, 0.3 * np.sin(2 * np.pi * 440 * t), 8000, format=form, **options)
    return out.getvalue()


def midi() -> bytes:
    import mido

    file = mido.MidiFile(ticks_per_beat=480)
    first, second = mido.MidiTrack(), mido.MidiTrack()
    first += [mido.MetaMessage("set_tempo", tempo=500000), mido.MetaMessage("end_of_track")]
    second += [mido.MetaMessage("track_name", name="Violin")]
    for pitch in (60, 64, 67):
        second += [mido.Message("note_on", note=pitch, time=10)]
        second += [mido.Message("note_off", note=pitch, time=200)]
    file.tracks += [first, second]
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def mxl() -> bytes:
    out = io.BytesIO()
    container = '<container><rootfiles><rootfile full-path="score.xml"/></rootfiles></container>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("score.xml", SCORE)
    return out.getvalue()


def pdf(**options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 10, 10)).save(out, "PDF", title="A (red) page", **options)
    return out.getvalue()


def glb() -> bytes:
    import trimesh

    return bytes(trimesh.creation.box().export(file_type="glb"))


MAKE: dict[str, Callable[[], bytes]] = {
    ".png": lambda: picture("PNG"),
    ".jpg": lambda: picture("JPEG", quality=90),
    ".webp": lambda: picture("WEBP", lossless=True),
    ".tiff": lambda: picture("TIFF"),
    ".wav": lambda: sound("WAV", subtype="PCM_16"),
    ".flac": lambda: sound("FLAC"),
    ".ogg": lambda: sound("OGG"),
    ".opus": lambda: sound("OGG", subtype="OPUS"),
    ".mp3": lambda: sound("MP3"),
    ".mid": midi,
    ".musicxml": SCORE.encode,
    ".mxl": mxl,
    ".txt": TEXT.encode,
    ".md": f"---\ntitle: 静夜思\ntags:\n  - Tang\n---\n{TEXT}".encode,
    ".svg": f'<svg xmlns="{SVG_NS}" width="9"><g><path d="M0 0L5 5"/></g></svg>'.encode,
    ".pdf": pdf,
    ".glb": glb,
}
"""How to make one, by suffix."""


def pixels(data: bytes) -> object:
    with Image.open(io.BytesIO(data)) as image:
        return image.size, image.mode, image.tobytes()


def samples(data: bytes) -> object:
    values, rate = soundfile.read(io.BytesIO(data))
    return rate, values.shape, values.tobytes()


def events(data: bytes) -> object:
    import mido

    found = []
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type not in ("text", "copyright"):
                found.append((now, str(message.copy(time=0))))
    return found


def elements(data: bytes) -> object:
    root = ET.fromstring(data)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("miscellaneous", f"{{{SVG_NS}}}metadata"):
                parent.remove(child)
    return [(e.tag, (e.text or "").strip(), sorted(e.attrib.items())) for e in root.iter()]


def unpacked(data: bytes) -> object:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist(), elements(archive.read("score.xml"))


def pages(data: bytes) -> object:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
    assert reader.metadata is not None
    told = [page.get_contents().get_data() for page in reader.pages]  # type: ignore[union-attr]
    return (
        reader.metadata.title,
        [image.data for page in reader.pages for image in page.images],
        told,
    )


def below_the_line(data: bytes) -> object:
    line, _, rest = data.decode().partition("\n")
    return rest if line.startswith("【") else data.decode()


def behind_the_front(data: bytes) -> object:
    import yaml

    _, front, rest = data.decode().split("---\n", 2)
    values = yaml.safe_load(front)
    return values["title"], values["tags"], rest


def mesh(data: bytes) -> object:
    import trimesh

    [size] = struct.unpack_from("<I", data, 12)
    scene = json.loads(data[20 : 20 + size])
    scene["asset"].pop("extras", None)
    loaded = trimesh.load_mesh(io.BytesIO(data), file_type="glb")
    return scene, loaded.vertices.tobytes(), loaded.faces.tobytes(), data[20 + size :]


CONTENT: dict[str, Callable[[bytes], object]] = {
    **dict.fromkeys((".png", ".jpg", ".webp", ".tiff"), pixels),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".opus", ".mp3"), samples),
    **dict.fromkeys((".musicxml", ".svg"), elements),
    ".mid": events,
    ".mxl": unpacked,
    ".txt": below_the_line,
    ".md": behind_the_front,
    ".pdf": pages,
    ".glb": mesh,
}
"""What the ordinary library for the format sees, by suffix: it stays the same."""
