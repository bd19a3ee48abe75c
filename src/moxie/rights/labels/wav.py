"""WAV: the AIGC label in a chunk of its own (TC260-PG-202510A), the rest in LIST/INFO's comment."""

from __future__ import annotations

from collections.abc import Mapping

from moxie.rights.labels import comment, riff
from moxie.rights.labels.label import AIGC, LICENSE, MINING, SOURCE, BrokenCarrierError, Mark

SUFFIXES = (".wav",)
_FORM, _CHUNK, _COMMENT = b"WAVE", b"AIGC", b"ICMT"


def read(data: bytes) -> list[Mark]:
    """The fields in the chunk and in the comments."""
    marks: list[Mark] = []
    for kind, body in riff.chunks(data, _FORM)[0]:
        if kind == _CHUNK:
            marks.append(Mark(AIGC, _text(body), "AIGC chunk"))
        elif kind == b"LIST" and body[:4] == b"INFO":
            for inner, text in riff.inner(body[4:]):
                if inner == _COMMENT:
                    marks += comment.read(_text(text), "LIST/INFO")
                elif inner == _CHUNK:
                    marks.append(Mark(AIGC, _text(text), "LIST/INFO"))
    return marks


def comments(data: bytes) -> list[tuple[str, str]]:
    """Copyright and comment of LIST/INFO."""
    names = {b"ICOP": "COPYRIGHT", _COMMENT: "COMMENT"}
    lists = [b for kind, b in riff.chunks(data, _FORM)[0] if kind == b"LIST" and b[:4] == b"INFO"]
    inner = [chunk for body in lists for chunk in riff.inner(body[4:])]
    return [(names[kind], comment.without(_text(body))) for kind, body in inner if kind in names]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same sound with the fields; every other chunk stays as it is."""
    chunks, trailing = riff.chunks(data, _FORM)
    if not {b"fmt ", b"data"} <= {kind for kind, _ in chunks}:
        raise BrokenCarrierError
    kept: list[riff.Chunk] = []
    listed: list[riff.Chunk] = []
    for kind, body in chunks:
        if kind == b"LIST" and body[:4] == b"INFO":
            listed += [chunk for chunk in riff.inner(body[4:]) if chunk[0] != _CHUNK]
        elif kind != _CHUNK:
            kept.append((kind, body))
    texts = [comment.without(_text(body)) for kind, body in listed if kind == _COMMENT]
    told = " ".join([*filter(None, texts), comment.written(fields, (SOURCE, MINING, LICENSE))])
    rest = [chunk for chunk in listed if chunk[0] != _COMMENT]
    info = riff.joined([*rest, (_COMMENT, told.encode("utf-8") + b"\0")])
    kept.append((b"LIST", b"INFO" + info))
    if AIGC in fields:
        kept.append((_CHUNK, fields[AIGC].encode("ascii")))
    return riff.file(_FORM, kept) + trailing


def _text(body: bytes) -> str:
    return body.rstrip(b"\0").decode("utf-8", "replace").strip()
