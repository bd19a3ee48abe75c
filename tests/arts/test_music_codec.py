"""Files in, scores out: formats told apart, the lossless form, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from moxie.arts.music.files import codec
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score
from moxie.errors import BadInput, UnreadableWork

QUARTER = TICKS


@pytest.fixture
def piece() -> Score:
    """Two bars of 3/4 after a pick-up, two voices in one part, a triplet, a note over the bar."""
    laid = [Bar(0, QUARTER, 3), Bar(QUARTER, 3 * QUARTER, 3), Bar(4 * QUARTER, 3 * QUARTER, 3)]
    third = QUARTER // 3
    notes = [
        Note(0, QUARTER, 67, 0, 0, 64),
        *(Note(QUARTER + n * third, third, pitch, 0) for n, pitch in enumerate((72, 74, 75))),
        Note(2 * QUARTER, 3 * QUARTER, 79, 0),
        Note(QUARTER, 3 * QUARTER, 60, 0, 1),
        Note(4 * QUARTER, 3 * QUARTER, 48, 1, 0, 127),
    ]
    return score(
        notes,
        laid,
        [Part("Violine «1»", 40), Part("", 42)],
        keys=[Key(0, -3, minor=True)],
        tempos=[Tempo(0, 60_000), Tempo(4 * QUARTER, 120_000)],
        title="Menuett 小步舞曲",
    )


def test_the_lossless_form_is_exact_small_and_repeatable(piece: Score) -> None:
    data = codec.write(piece)
    assert codec.read(data, "whatever") == piece
    assert codec.write(codec.read(data, "a.score"), ".score") == data
    assert data.isascii()
    assert list(json.loads(data)) == sorted(json.loads(data))
    assert len(data) < 600


@pytest.mark.parametrize("suffix", [".mid", ".MIDI", ".musicxml", ".xml", ".mxl"])
def test_other_formats_are_written_and_read_whatever_they_are_called(
    piece: Score, suffix: str
) -> None:
    found = codec.read(codec.write(piece, suffix), "misnamed.abc")
    strip = [n._replace(voice=0, velocity=80) for n in piece.notes]
    assert [n._replace(voice=0, velocity=80) for n in found.notes] == strip
    assert (found.bars, found.keys, found.tempos) == (piece.bars, piece.keys, piece.tempos)


@pytest.mark.parametrize(
    ("suffix", "package", "begins"),
    [
        (".wav", "soundfile", b"RIFF"),
        (".FLAC", "soundfile", b"fLaC"),
        (".svg", "verovio", b"<svg"),
        (".pdf", "verovio", b"%PDF-"),
    ],
)
def test_sound_and_pages_are_written(
    piece: Score, suffix: str, package: str, begins: bytes
) -> None:
    pytest.importorskip(package)
    data = codec.write(piece, suffix)
    assert begins in data[:200]
    with pytest.raises(UnreadableWork):
        codec.read(data, f"a{suffix}")


def test_a_suffix_that_cannot_be_written_is_refused(piece: Score) -> None:
    with pytest.raises(BadInput, match=r"cannot be written as \.docx: choose one of \.mid"):
        codec.write(piece, ".docx")


def test_texts_are_told_apart_by_their_contents() -> None:
    for head, kind in (
        (b"**kern\t**kern\n", "kern"),
        (b"!!!COM: Mozart\n**kern\n", "kern"),
        (b"\xef\xbb\xbf%abc-2.1\nX: 1\nT:Reel\n", "abc"),
        (b"  <?xml version='1.0'?>", "musicxml"),
        ("\ufeff<score/>".encode("utf-16-le"), "musicxml"),
        (b"PK\x03\x04....", "mxl"),
        (b'{"moxie score":1', "score"),
        (b"MThd", "midi"),
    ):
        assert codec._kind(head, "odd.mid") == kind
    tune = b"T:no number\nK:C\nCDE"
    assert codec._kind(tune, "Tune.ABC") == "abc"
    with pytest.raises(UnreadableWork, match="whatever its name says"):
        codec._kind(tune, "tune.txt")


@pytest.mark.parametrize("name", ["a.mid", "a.abc", "a.score", "a.mxl", "a.krn", "a.xml", "a.doc"])
@pytest.mark.parametrize("data", [b"", b" \n ", bytes(64), b"Dear Sir,", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_score_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(UnreadableWork, match=f"^{name} .*[.]$"):
        codec.read(data, name)


def changed(path: tuple[Any, ...], value: object) -> Callable[[Any], None]:
    def change(form: Any) -> None:
        for step in path[:-1]:
            form = form[step]
        form[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "path",
    [
        ("notes",),
        ("notes", 0),
        *(("notes", 0, n) for n in range(6)),
        ("bars",),
        *(("bars", 1, n) for n in range(4)),
        *(("keys", 0, n) for n in range(3)),
        *(("tempos", 0, n) for n in range(2)),
        *(("parts", 0, n) for n in range(3)),
        ("title",),
    ],
)
@pytest.mark.parametrize("value", [None, -99, 10**12, 1.5, float("nan"), [], {}, "\ud800", True])
def test_no_field_of_the_lossless_form_is_trusted(
    piece: Score, path: tuple[Any, ...], value: object
) -> None:
    form = json.loads(codec.write(piece))
    changed(path, value)(form)
    if value is True and path in {("keys", 0, 2), ("parts", 0, 2)}:
        return  # the two places for a yes
    with pytest.raises(UnreadableWork, match=r"^a\.score .*\.$"):
        codec.read(json.dumps(form).encode(), "a.score")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed(("moxie score",), 2), "newer Moxie"),
        (changed(("moxie score",), "1"), "no Moxie score"),
        (changed(("moxie score",), 0), "fields"),
        (changed(("more",), 0), "fields"),
        (lambda form: form.pop("keys"), "fields"),
        (changed(("notes",), []), "no notes"),
        (changed(("parts",), []), "notes"),
        (changed(("parts",), [["a", 0, True], ["b", 0, True]]), "only drums"),
        (changed(("parts",), [["a", 0, False]] * 129), "129 parts"),
        (changed(("notes",), [[0, 1, 60, 0, 0, 80]] * 200_001), "200001 notes"),
        (changed(("bars", 1, 0), 5), "bars"),
        (changed(("bars", 2, 1), 5), "bars"),
        (changed(("tempos", 0, 1), 10), "at most 60"),
        (lambda form: form["notes"][0].append(0), "notes"),
        (changed(("bars", 0, 3), 3), "bars"),
    ],
)
def test_a_wrong_lossless_form_is_refused(
    piece: Score, change: Callable[[Any], object], reason: str
) -> None:
    form = json.loads(codec.write(piece))
    change(form)
    with pytest.raises(UnreadableWork, match=reason):
        codec.read(json.dumps(form).encode(), "a.score")


@pytest.mark.parametrize(
    "data",
    [
        b'{"moxie score":' + b"[" * 200_000,
        b'{"moxie score":' + b"9" * 100_000 + b"}",
        b'{"moxie score":NaN}',
        b'{"moxie score":1e999}',
        b"{}",
        b'{"moxie score":1,"title":"\xff"}',
        b'{"moxie score":1}{}',
    ],
)
def test_json_bombs_and_nonsense_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableWork):
        codec.read(data, "bomb.score")


def test_a_huge_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(UnreadableWork, match="has 10 MB; a score of at most 8 MB"):
        codec.read(b"{" + b" " * (9 << 20), "huge.score")


@pytest.mark.parametrize("suffix", ["", ".mid"])
def test_cut_and_damaged_files_are_refused_or_read(
    piece: Score, suffix: str, rng: np.random.Generator
) -> None:
    data = codec.write(piece, suffix)
    broken = [data[:length] for length in range(0, len(data), 50)]
    for _ in range(200):
        flipped = bytearray(data)
        flipped[int(rng.integers(0, len(data)))] ^= 1 << int(rng.integers(0, 8))
        broken.append(bytes(flipped))
    for some in broken:
        try:
            found = codec.read(some, "broken")
        except UnreadableWork:
            continue
        assert codec.read(codec.write(found), "again") == found


def test_facts_are_plain_and_impersonal(piece: Score) -> None:
    data = codec.write(piece, ".mid")
    assert codec.facts(data, codec.read(data, "a.mid")) == {
        "format": "MIDI",
        "bytes": len(data),
        "bars": 3,
        "notes": 7,
        "parts": 2,
        "seconds": 5.5,
        "key": "C minor",
        "metre": "3/4",
    }


def test_seconds_follow_the_tempos(piece: Score) -> None:
    assert codec.seconds(piece) == pytest.approx(4 * 1 + 3 * 0.5)
    still = score(piece.notes, piece.bars, piece.parts)
    assert codec.seconds(still) == pytest.approx(7 * 0.6)
    late = score(piece.notes, piece.bars, piece.parts, tempos=[Tempo(0, 60_000), Tempo(10**8, 1)])
    assert codec.seconds(late) == pytest.approx(7)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Key(0, 0), "C major"),
        (Key(0, 0, minor=True), "A minor"),
        (Key(0, -2), "B-flat major"),
        (Key(0, -7), "C-flat major"),
        (Key(0, 7, minor=True), "A-sharp minor"),
        (Key(0, -5, minor=True), "B-flat minor"),
        (Key(0, 4, minor=True), "C-sharp minor"),
    ],
)
def test_keys_have_their_names(key: Key, name: str) -> None:
    assert codec.key_name(key) == name


def test_a_book_of_tunes_is_as_many_works() -> None:
    book = b"M:3/4\nX:1\nT:One\nL:1/4\nK:C\nABc|\n\nX:2\nT:Two\nL:1/4\nK:G\nGAB|c2d|\n"
    works = codec.works(book, "tunes.abc")
    assert [name for name, _ in works] == ["tunes 1.abc", "tunes 2.abc"]
    first, second = (codec.read(data, name) for name, data in works)
    assert (first.title, second.title) == ("One", "Two")
    assert [bar.beats for bar in (first.bars[0], second.bars[0])] == [3, 3]  # from the book's head
    assert len(second.bars) == 2
    assert codec.works(works[0][1], "one.abc") == [("one.abc", works[0][1])]


def test_a_book_of_too_many_tunes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_TUNES", 1)
    with pytest.raises(UnreadableWork, match="holds 2 tunes"):
        codec.works(b"X:1\nK:C\nA|\nX:2\nK:C\nB|", "tunes.abc")
