"""From files to scores and back: which format a file is in, and who reads and writes it.

Files are strangers': a format is recognised by its contents, hardly ever by its name, and every
reader caps sizes before it decodes (see `limits`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from moxie.arts.music.files.limits import MAX_BYTES, MAX_TUNES, check_number, seconds
from moxie.arts.music.files.lossless import pack, unpack
from moxie.arts.music.files.midi import read_midi, write_midi
from moxie.arts.music.score import Key, Score
from moxie.arts.music.theory.keys import estimate_key
from moxie.errors import BadInput, UnreadableWork
from moxie.text import Scalar

__all__ = ["READABLE", "WRITABLE", "facts", "key_name", "read", "seconds", "works", "write"]

READABLE = frozenset({".mid", ".midi", ".musicxml", ".xml", ".mxl", ".krn", ".abc", ".score"})
"""The suffixes of files that may be readable."""

WRITABLE = (
    *(".mid", ".midi", ".musicxml", ".xml", ".mxl", ".score"),
    *(".wav", ".flac", ".ogg", ".mp3", ".svg", ".pdf"),
)
"""The suffixes that a score can be written with."""

_FORMATS = {
    "midi": "MIDI",
    "musicxml": "MusicXML",
    "mxl": "MusicXML",
    "kern": "Humdrum",
    "abc": "ABC",
    "score": "Moxie",
}
_SIGNATURES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"MThd",), "midi"),
    ((b"PK\x03\x04",), "mxl"),
    ((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<"), "musicxml"),
    ((b"**", b"!!"), "kern"),
    ((b"{",), "score"),
)
_HEAD = 1 << 16  # bytes in which a text says what it is
_ABC = re.compile(rb"^X:[ \t]*\d", re.MULTILINE)
_TUNE = re.compile(rb"^K:", re.MULTILINE)
_KERN = re.compile(rb"^\*\*kern", re.MULTILINE)


def read(data: bytes, name: str) -> Score:
    """The score in a MIDI, MusicXML, Humdrum kern or ABC file, or in Moxie's lossless form.

    Raises UnreadableWork, in one sentence that begins with the name.
    """
    kind = _kind(data, name)
    if kind == "midi":
        return read_midi(data, name)
    if kind == "score":
        return unpack(data, name)
    from moxie.arts.music.notation import read_notation

    return read_notation(data, kind, name)


def works(data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
    """(name, data) of each tune in a book of ABC tunes; of other files the file itself.

    What stands before the first tune holds for all of them. Raises UnreadableWork.
    """
    heads = list(_ABC.finditer(data)) if len(data) <= MAX_BYTES else []
    if len(heads) < 2 or _kind(data, name) != "abc":
        return [(name, data)]
    check_number(len(heads), MAX_TUNES, "tunes", name)
    common, ends = data[: heads[0].start()], [head.start() for head in heads[1:]]
    stem = name.removesuffix(".abc")
    return [
        (f"{stem} {place}.abc", common + data[head.start() : end])
        for place, (head, end) in enumerate(zip(heads, [*ends, len(data)], strict=True), 1)
    ]


def write(score: Score, suffix: str = "") -> bytes:
    """Encode by one of the suffixes in `WRITABLE`; without one in the lossless form.

    MIDI has no voices (see `midi`); audio and engravings cannot be read back; an SVG is the
    first page. Raises BadInput for another suffix, Missing where a package is needed.
    """
    suffix = suffix.lower()
    if suffix in ("", ".score"):
        return pack(score)
    if suffix in (".mid", ".midi"):
        return write_midi(score)
    if suffix in (".musicxml", ".xml", ".mxl"):
        from moxie.arts.music import notation

        packed = suffix == ".mxl"
        return notation.write_mxl(score) if packed else notation.write_musicxml(score)
    if suffix in (".wav", ".flac", ".ogg", ".mp3"):
        from moxie.arts.music.sound.audio import write_audio

        return write_audio(score, suffix)
    if suffix in (".svg", ".pdf"):
        from moxie.arts.music.page import engrave

        return engrave.pdf(score) if suffix == ".pdf" else engrave.svg(score)[0]
    raise BadInput(
        "A score cannot be written as {suffix}: choose one of {known}.",
        suffix=suffix,
        known=" ".join(WRITABLE),
    )


def facts(data: bytes, score: Score) -> Mapping[str, Scalar]:
    """Format and size of the file, and what the score is like; nothing personal.

    `seconds` is the length at the score's tempos, `key` the one it sounds in, `metre` that of
    most of its time.
    """
    found: dict[str, Scalar] = {
        "format": _FORMATS[_kind(data, "the file")],
        "bytes": len(data),
        "bars": len(score.bars),
        "notes": len(score.notes),
        "parts": len(score.parts),
        "seconds": round(seconds(score), 1),
        "key": key_name(estimate_key(score)),
    }
    lengths: Counter[str] = Counter()
    for bar in score.bars:
        lengths[f"{bar.beats}/{bar.unit}"] += bar.length
    if lengths:
        found["metre"] = lengths.most_common(1)[0][0]
    return found


def key_name(key: Key) -> str:
    """As musicians write it in English: "B-flat major", "C-sharp minor"."""
    place = key.fifths + (3 if key.minor else 0) + 1  # along F C G D A E B, from F
    letter, sharps = "FCGDAEB"[place % 7], place // 7
    accidental = "-sharp" * sharps if sharps > 0 else "-flat" * -sharps
    return f"{letter}{accidental} {'minor' if key.minor else 'major'}"


def _kind(data: bytes, name: str) -> str:
    """What the contents say the file is; the name counts only for a tune without a number."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    for signatures, kind in _SIGNATURES:
        if head.startswith(signatures):
            return kind
    if b"\0" not in head:
        if _KERN.search(head):
            return "kern"
        if _ABC.search(head) or (name.lower().endswith(".abc") and _TUNE.search(head)):
            return "abc"
    if not head and not data.strip():
        raise UnreadableWork("{name} is empty.", name=name)
    raise UnreadableWork(
        "{name} is no MIDI, MusicXML, Humdrum kern or ABC file, whatever its name says: "
        "save the score as one of these.",
        name=name,
    )
