"""Small files of many formats, made by the usual library of each."""

from __future__ import annotations

import io
import struct
import wave
import zlib

import numpy as np
from PIL import Image


def picture(form: str, side: int = 24) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (side, side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form)
    return out.getvalue()


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x02" * 400)
    return out.getvalue()


def sound(form: str) -> bytes:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, np.sin(np.arange(4000) / 9) * 0.3, 8000, format=form)
    return out.getvalue()


SVG = (
    b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4">'
    b'<title>a</title><rect width="4" height="4"/></svg>'
)
MIDI = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x40\x60\x80\x3c\0\0\xff\x2f\0"
GLB = struct.pack("<4sII", b"glTF", 2, 28) + struct.pack("<I4s", 8, b"JSON") + b"{}      "
TEXT = "一首诗\n两行。\n".encode()


def png_chunks(data: bytes) -> list[tuple[bytes, int, int]]:
    """Type, start and end of the content of each chunk of a PNG, whose checksums are right."""
    found, at = [], 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, start, end = data[at + 4 : at + 8], at + 8, at + 8 + size
        assert zlib.crc32(data[at + 4 : end]) == int.from_bytes(data[end : end + 4], "big")
        found.append((kind, start, end))
        at = end + 4
    return found


def files() -> dict[str, bytes]:
    """A file of each format by its suffix; the last ones cannot carry credentials."""
    return {
        ".png": picture("PNG"),
        ".jpg": picture("JPEG"),
        ".webp": picture("WEBP"),
        ".tif": picture("TIFF"),
        ".pdf": picture("PDF"),
        ".wav": wav(),
        ".flac": sound("FLAC"),
        ".mp3": sound("MP3"),
        ".svg": SVG,
        ".mid": MIDI,
        ".txt": TEXT,
        ".glb": GLB,
    }
