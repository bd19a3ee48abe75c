"""Labels in every format and the gate of collecting, on real works; `benchmarks/rights.py` runs it.

For each format: whether a label is there exactly once after it was written, and still after Content
Credentials were put in, whether the content is the same to Moxie's own reader or to Pillow, and how
long writing and reading take. Damaged files: how many of them a reader did not refuse politely. The
gate: how many works without a signal it refuses, and how many planted signals it misses.
"""

from __future__ import annotations

import io
import json
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from moxie.arts.painting import Painting, codec
from moxie.errors import BadInput, MoxieError
from moxie.rights import labels, signals
from moxie.rights.labels import COMPOSITE, MADE, Label
from tables import Rows

DAMAGED = 10_000
PICTURES = (".png", ".jpg", ".webp", ".tiff")
SCORES = (".mid", ".musicxml", ".mxl", ".wav", ".flac", ".ogg", ".mp3", ".svg", ".pdf")
TEXT = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n"
RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:tdm="http://www.w3.org/ns/tdmrep/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
PLANTED = (
    "<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
    "</plus:DataMining>",
    "<tdm:reservation>1</tdm:reservation>",
    "<dc:rights>No AI training.</dc:rights>",
    "<dc:rights>CC BY-NC-ND 4.0</dc:rights>",
)


def glb() -> bytes:
    """A triangle."""
    points = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
    scene = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(points)}],
        "bufferViews": [{"buffer": 0, "byteLength": len(points)}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 3,
                "type": "VEC3",
                "min": [0, 0, 0],
                "max": [1, 1, 0],
            }
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
    }
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(points), 0x004E4942) + points
    return struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body


def files(works: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Files of each format: pictures of the works, a movement of a quartet, a poem, a triangle."""
    paths = sorted(p for p in works.rglob("*") if p.suffix.lower() in (".jpg", ".png"))[:12]
    pictures = [codec.read(path.read_bytes(), path.name) for path in paths]
    for suffix in PICTURES:
        yield suffix, [codec.write(picture, suffix) for picture in pictures]
    try:
        from moxie.arts import music

        name, data = next(iter(music.ART.examples()))
        piece = music.ART.split(music.ART.read(data, name))[0]
        for suffix in SCORES:
            yield suffix, [music.ART.write(piece, suffix)]
    except MoxieError as error:  # without the extra [music]
        print(f"no music: {error}")
    yield ".txt", [TEXT.encode()]
    yield ".md", [f"---\ntitle: 静夜思\n---\n{TEXT}".encode()]
    yield ".glb", [glb()]


def content(data: bytes, suffix: str) -> object:
    """What a reader sees; None where there is none here, and the tests have one."""
    if suffix in PICTURES:
        with Image.open(io.BytesIO(data)) as image:
            return image.mode, image.tobytes()
    if suffix in (".mid", ".musicxml", ".mxl"):
        from moxie.arts import music

        return music.ART.write(music.ART.read(data, f"a{suffix}"))
    if suffix in (".wav", ".flac", ".ogg", ".mp3"):
        import soundfile

        return soundfile.read(io.BytesIO(data))[0].tobytes()
    return None


def signer(folder: Path) -> Callable[[bytes, str], tuple[bytes, bool]] | None:
    """Signs a file, and says whether it then verifies; None where c2pa is not installed."""
    from moxie.rights.credentials import Claim, Engine, engine
    from moxie.rights.keys import Keyring
    from moxie.store import atomic

    if not engine.available():
        return None

    def write(path: Path, data: bytes, mode: int) -> None:
        atomic.make_folder(path.parent)
        atomic.write(path, data, mode=mode)

    keys = Keyring.open(folder / "keys", write=write)
    credential = keys.credential()  # makes the keys, where there are none yet
    made = Engine(keys.anchors(), credential)

    def sign(data: bytes, suffix: str) -> tuple[bytes, bool]:
        signed = made.sign(data, suffix, Claim(MADE), "0")
        return signed.data, made.check(signed.data, suffix, signed.beside).trusted

    return sign


def measure(rows: Rows, works: Path, seed: int) -> None:
    """Add the rows about labels and the gate."""
    known = dict(files(works))
    with tempfile.TemporaryDirectory() as folder:
        sign = signer(Path(folder))
        for suffix, datas in known.items():
            _format(rows, suffix, datas, sign)
    _damaged(rows, known, seed)
    _gate(rows, works, known)


def _format(
    rows: Rows,
    suffix: str,
    datas: list[bytes],
    sign: Callable[[bytes, str], tuple[bytes, bool]] | None,
) -> None:
    once, kept, after, wrote, read = [], [], [], [], []
    for data in datas:
        began = time.perf_counter()
        written = labels.write(data, suffix, Label(COMPOSITE))
        written = labels.write(written, suffix, Label(MADE, produce_id="ab" * 32))
        wrote.append((time.perf_counter() - began) * 500)
        began = time.perf_counter()
        once.append(_once(written, suffix))
        read.append((time.perf_counter() - began) * 1000)
        if (before := content(data, suffix)) is not None:
            kept.append(before == content(written, suffix))
        if sign is not None:
            signed, trusted = sign(written, suffix)
            after.append(trusted and _once(signed, suffix))
    system = f"labels {suffix}"
    for metric, values in (("once", once), ("content_kept", kept), ("once_and_signed", after)):
        if values:
            rows.add(system, metric, float(np.mean(values)), min(values), max(values))
    rows.spread(system, "write", wrote, "ms")
    rows.spread(system, "read", read, "ms")


def _once(data: bytes, suffix: str) -> bool:
    found = labels.read(data, suffix)
    return found.status == "one" and len(found.aigc) == 1 and found.source == MADE


def _damaged(rows: Rows, known: Mapping[str, list[bytes]], seed: int) -> None:
    """Cut off, overwritten and random files; anything but BadInput is a crash."""
    crashes, slowest = 0, 0.0
    each = DAMAGED // len(known)
    for suffix, datas in known.items():
        rng = random.Random(f"{seed}{suffix}")
        whole = labels.write(min(datas, key=len), suffix, Label(MADE))
        whole = whole[: 1 << 18]
        for number in range(each):
            broken = bytearray(whole)
            if number % 3 == 0:
                del broken[rng.randrange(len(broken)) :]
            elif number % 3 == 1:
                for _ in range(rng.randint(1, 8)):
                    broken[rng.randrange(min(len(broken), 4000))] = rng.randrange(256)
            else:
                broken = bytearray(whole[: rng.randint(0, 40)] + rng.randbytes(500))
            began = time.perf_counter()
            try:
                labels.read(bytes(broken), suffix)
                signals.inside(bytes(broken), f"a{suffix}")
            except BadInput:
                pass
            except Exception:  # noqa: BLE001 - that is what is counted
                crashes += 1
            slowest = max(slowest, time.perf_counter() - began)
    rows.add("damaged files", "crashes", crashes, 0, each * len(known))
    rows.add("damaged files", "slowest", slowest * 1000, slowest * 1000, slowest * 1000, "ms")


def _gate(rows: Rows, works: Path, known: Mapping[str, list[bytes]]) -> None:
    art = Painting()
    paths = [p for p in sorted(works.rglob("*")) if p.suffix.lower() in art.suffixes][:500]
    refused, took = 0, []
    for path in paths:
        data = path.read_bytes()
        began = time.perf_counter()
        refused += any(signal.forbids for signal in signals.inside(data, path.name))
        took.append((time.perf_counter() - began) * 1000)
    rows.add("gate", "refused_without_a_signal", refused / max(len(paths), 1), 0, len(paths))
    rows.spread("gate", "read", took, "ms")
    found = []
    for data in known[".png"]:
        for planted in PLANTED:
            out = io.BytesIO()
            with Image.open(io.BytesIO(data)) as image:
                image.save(out, "JPEG", xmp=RDF.format(planted).encode())
            said = signals.inside(out.getvalue(), "a.jpg")
            found.append(any(signal.forbids for signal in said))
    rows.add("gate", "planted_signals_found", float(np.mean(found)), 0, len(found))
