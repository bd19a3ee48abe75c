"""MusicXML of every kind read sensibly, or refused in one sentence."""

from __future__ import annotations

import io
import zipfile

import pytest

from moxie.arts.music.notation import read_notation
from moxie.arts.music.notation.instruments import program_of
from moxie.arts.music.notation.repeats import Signs, unroll
from moxie.arts.music.score import TICKS, Bar, Key, Part, Score, Tempo
from moxie.errors import UnreadableWork

Q = TICKS
TIME = "<time><beats>4</beats><beat-type>4</beat-type></time>"
START = f"<attributes><divisions>12</divisions>{TIME}</attributes>"


def note(step: str, quarters: float = 1, *, inside: str = "", after: str = "") -> str:
    """A note such as "C4"; `inside` comes before its pitch, `after` behind its duration."""
    letter, alter, octave = step[0], step.count("#") - step.count("b"), step[-1]
    pitch = f"<pitch><step>{letter}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
    return f"<note>{inside}{pitch}<duration>{round(12 * quarters)}</duration>{after}</note>"


def rest(quarters: float) -> str:
    return f"<note><rest/><duration>{round(12 * quarters)}</duration></note>"


def document(*measures: str, listed: str = "", head: str = "", name: str = "Oboe") -> bytes:
    """A score of one part; a measure that is no element yet becomes one."""
    bars = "".join(m if m.startswith("<measure") else f"<measure>{m}</measure>" for m in measures)
    return (
        f"{head}<score-partwise><part-list><score-part id='P1'><part-name>{name}</part-name>"
        f"{listed}</score-part></part-list><part id='P1'>{bars}</part></score-partwise>"
    ).encode()


def read(*measures: str, **rest: str) -> Score:
    return read_notation(document(*measures, **rest), "musicxml", "a.xml")


def sounding(content: Score) -> list[tuple[float, float, int]]:
    """(onset, duration, pitch), times in quarters."""
    return [(n.onset / Q, n.duration / Q, n.pitch) for n in content.notes]


def refusal(data: bytes, kind: str = "musicxml") -> str:
    with pytest.raises(UnreadableWork) as raised:
        read_notation(data, kind, "a.xml")
    text = str(raised.value)
    assert text.startswith("a.xml ")
    assert "\n" not in text
    return text


def test_chords_voices_grace_notes_cues_and_rests():
    content = read(
        START
        + note("C5", 0, inside="<grace/>").replace("<duration>0</duration>", "")
        + note("C5", 2, after="<voice>1</voice>")
        + note("E5", 2, inside="<chord/>", after="<voice>1</voice>")
        + note("D5", inside="<cue/>")
        + rest(1)
        + "<backup><duration>48</duration></backup><forward><duration>12</duration></forward>"
        + note("F#4", 3, after="<voice>7</voice>")
    )
    assert sounding(content) == [(0, 2, 76), (0, 2, 72), (1, 3, 66)]
    assert [n.voice for n in content.notes] == [0, 0, 1]
    assert content.bars == (Bar(0, 4 * Q),)
    assert content.parts == (Part("Oboe", 68),)


def test_ties_are_merged_and_broken_ones_end():
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    content = read(
        START + note("C5", 4, after=start),
        note("C5", 1, after=stop + start) + note("D5", 1, after=start) + note("E5", 2, after=stop),
        note("F5", 4, after="<notations><tied type='start'/></notations>"),
        note("F5", 4, after="<notations><tied type='stop'/></notations>"),
    )
    assert sounding(content) == [(0, 5, 72), (5, 1, 74), (6, 2, 76), (8, 8, 77)]


def test_tuplets_are_exact_and_rounded_divisions_do_not_drift():
    content = read(START + note("C5", 1 / 3) * 3 + note("D5", 3))
    assert [n.onset for n in content.notes] == [0, Q // 3, 2 * Q // 3, Q]
    seven = START.replace("12", "13")  # no tick is a thirteenth of a quarter
    content = read(seven + note("C5", 1 / 12) * 13 + rest(39 / 12))
    assert [n.onset for n in content.notes] == [round(Q * n / 13) for n in range(13)]


def test_a_pickup_a_cut_bar_and_a_forgotten_rest():
    light = "<barline><bar-style>light-light</bar-style></barline>"
    content = read(
        START + note("C5"),  # a pick-up that nobody calls one
        note("C5", 3),  # a rest was left out
        note("C5", 3) + light,  # cut by a double bar
        note("C5", 1),  # what was cut off
        f"<measure implicit='yes'>{note('C5', 2)}</measure>",
        note("C5", 2.5),  # two that make one
        note("C5", 1.5),
        note("C5", 4),
        note("C5", 3),
    )
    assert [bar.length / Q for bar in content.bars] == [1, 4, 3, 1, 2, 2.5, 1.5, 4, 3]


def test_overfull_and_free_bars_get_a_metre_that_fits():
    free = "<attributes><time><senza-misura/></time></attributes>"
    odd = "<attributes><time><beats>4</beats><beat-type>5</beat-type></time></attributes>"
    content = read(START + note("C5", 5), free + note("C5", 2.5), odd + note("C5", 3))
    assert [bar[1:] for bar in content.bars] == [(5 * Q, 5, 4), (5 * Q // 2, 5, 8), (3 * Q, 3, 4)]


def test_metres_in_several_numbers_are_added_up():
    time = "<time><beats>3+2</beats><beat-type>8</beat-type></time>"
    first = "<beats>1</beats><beat-type>4</beat-type>"
    second = "<beats>3</beats><beat-type>8</beat-type>"
    two = f"<time>{first}{second}</time>"
    content = read(
        START.replace(TIME, time) + note("C5", 2.5), f"<attributes>{two}</attributes>" + rest(2.5)
    )
    assert [(bar.beats, bar.unit) for bar in content.bars] == [(5, 8), (5, 8)]


def test_transposing_instruments_come_as_they_sound():
    transpose = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    key = "<key><fifths>3</fifths><mode>minor</mode></key>"
    content = read(START.replace(TIME, key + TIME + transpose) + note("C5", 4))
    assert sounding(content) == [(0, 4, 70)]
    assert content.keys == (Key(0, 1, True),)


def test_tempos_dynamics_and_titles():
    metronome = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
        "<per-minute>c. 60</per-minute></metronome></direction-type></direction>"
    )
    forte = "<direction><direction-type><dynamics><f/></dynamics></direction-type></direction>"
    faster = '<direction><direction-type/><offset>-12</offset><sound tempo="72.5"/></direction>'
    content = read(
        START + metronome + note("C5", 2) + '<sound dynamics="50"/>' + faster + note("C5", 1)
        + forte + note("C5").replace("<note>", "<note dynamics='100'>", 1) + note("C5"),
    )  # fmt: skip
    assert content.tempos == (Tempo(0, 90_000), Tempo(Q, 72_500))
    assert [n.velocity for n in content.notes] == [80, 45, 90, 96]
    titles = "<work><work-title>Trio</work-title></work><movement-title>Largo</movement-title>"
    data = document(START + note("C5")).replace(b"<part-list>", titles.encode() + b"<part-list>")
    assert read_notation(data, "musicxml").title == "Trio: Largo"


def test_the_staves_of_a_piano_are_its_hands():
    content = read(
        START.replace("</attributes>", "<staves>2</staves></attributes>")
        + note("C5", 4, after="<voice>1</voice><staff>1</staff>")
        + "<backup><duration>48</duration></backup>"
        + note("C3", 4, after="<voice>5</voice><staff>2</staff>"),
        name="Piano",
    )
    assert [part.name for part in content.parts] == ["Piano, right hand", "Piano, left hand"]
    assert [(n.part, n.voice) for n in content.notes] == [(0, 0), (1, 0)]


def test_strokes_take_their_instruments_key():
    listed = "<midi-instrument id='X'><midi-unpitched>37</midi-unpitched></midi-instrument>"
    stroke = "<note><unpitched/><duration>12</duration><instrument id='X'/></note>"
    second = "<part id='P2'><measure>" + START + note("C5", 4) + "</measure></part>"
    data = document(START + stroke, listed=listed).replace(b"</part>", b"</part>" + second.encode())
    content = read_notation(data, "musicxml")
    assert content.parts[0].drums
    assert [n.pitch for n in content.notes if n.part == 0] == [36]


def test_most_parts_decide_on_the_key():
    def part(number: int, fifths: int) -> str:
        key = f"<key><fifths>{fifths}</fifths></key>"
        start = START.replace(TIME, key + TIME)
        return f"<part id='P{number}'><measure>{start}{note('C5', 4)}</measure></part>"

    parts = part(1, 0) + part(2, 2) + part(3, 2)  # horns are written without
    data = f"<score-partwise><part-list/>{parts}</score-partwise>".encode()
    assert read_notation(data, "musicxml").keys == (Key(0, 2),)


def test_timewise_is_read_too():
    data = (
        f"<score-timewise><part-list/><measure><part id='A'>{START}{note('C5', 4)}</part>"
        f"<part id='B'>{START}{note('C4', 4)}</part></measure></score-timewise>"
    )
    assert sounding(read_notation(data.encode(), "musicxml")) == [(0, 4, 72), (0, 4, 60)]


def barline(inside: str, where: str = "right") -> str:
    return f"<barline location='{where}'>{inside}</barline>"


def test_repeats_and_endings_are_played_with_what_holds_there():
    back, key = (
        '<repeat direction="backward"/>',
        "<attributes><key><fifths>1</fifths></key></attributes>",
    )
    content = read(
        START + note("C5", 4) + '<sound tempo="60"/>',
        barline('<ending number="1" type="start"/>', "left") + key + note("D5", 4)
        + barline(f'<ending number="1" type="stop"/>{back}'),
        barline('<ending number="2" type="start"/>', "left") + note("E5", 4)
        + barline('<ending number="2" type="discontinue"/>'),
    )  # fmt: skip
    assert [n.pitch for n in content.notes] == [72, 74, 72, 76]
    assert content.keys == (Key(0, 0), Key(4 * Q, 1), Key(8 * Q, 0), Key(12 * Q, 1))


def signs(text: str) -> list[Signs]:
    """Bars in short: "[" begins a repeat, "]" ends one, digits are endings, letters marks."""
    marks = {"f": "fine", "d": "dacapo", "s": "segno", "D": "dalsegno", "t": "tocoda", "c": "coda"}
    return [
        Signs(
            "[" in bar,
            2 * bar.count("]"),
            frozenset(int(c) for c in bar if c.isdigit()),
            frozenset(marks[c] for c in bar if c in marks),
        )
        for bar in text.split()
    ]


@pytest.mark.parametrize(
    ("bars", "order"),
    [
        (". ] .", "01012"),
        (". [ ] .", "012123"),
        (". 1] 2 .", "01023"),
        (". 12] 3 .", "0101023"),
        (". 1] . ]", "0102323"),
        (". 2] 2 .", "01023"),  # two second endings: numbered as they come
        (". 1 . .", "0123"),  # an ending that nothing leads back from
        ("] f] [ d]", "0011232301"),
        (". s t D c", "0123124"),
        (". d .", "012"),  # no end is given: a minuet's trio would be played twice
    ],
)
def test_the_order_of_playing(bars, order):
    assert "".join(map(str, unroll(signs(bars)))) == order


def test_a_section_repeated_for_ever_is_not():
    assert len(unroll([Signs(times=10**9)])) == 8


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document(START + note("C5").replace("<alter>0", "<alter>0.5")), "microtones"),
        (document(START + note("C5").replace("12", "x")), "damaged: bar"),
        (document(START + note("H5")), "damaged: bar"),
        (document(START + note("C5").replace("12", "1e9")), "damaged: bar"),
        (document(START + note("C5").replace("12", "9" * 9)), "quarter notes long"),
        (document(START + rest(4)), "no notes"),
        (document(START + note("C5"))[:-20], "not well-formed"),
        (b"<html/>", "not a MusicXML score: it is <html>"),
        (b"<a>" * 100, "too deep"),
        (b"\xff\xfe\xff", "not well-formed"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "not well-formed"),
        (document(START, head='<!DOCTYPE a [<!ENTITY b "c">]>'), "DOCTYPE"),
        (document(START + "&b;", head='<!DOCTYPE a SYSTEM "http://x/y.dtd">'), "not well-formed"),
    ],
)
def test_bad_scores_are_refused_in_a_sentence(data, words):
    assert words in refusal(data)


def test_a_plain_doctype_is_passed_over():
    head = '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD" "http://127.0.0.1:9/a.dtd">'
    assert len(read(START + note("C5"), head=head).notes) == 1
    wide = document(START + note("C5"), head='<?xml version="1.0" encoding="UTF-16"?>')
    assert len(read_notation(wide.decode().encode("utf-16"), "musicxml").notes) == 1


def packed(*entries: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def container(path: str) -> tuple[str, bytes]:
    text = f"<container><rootfiles><rootfile full-path='{path}'/></rootfiles></container>"
    return "META-INF/container.xml", text.encode()


GOOD = document(START + note("C5"))


def test_the_named_root_file_is_read_and_no_other():
    data = packed(("other.xml", b"<no/>"), ("in/s.musicxml", GOOD), container("in/s.musicxml"))
    assert len(read_notation(data, "mxl").notes) == 1
    assert len(read_notation(packed(("s.xml", GOOD)), "mxl").notes) == 1  # without a container


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed(("a.xml", b" " * (30 << 20)), container("a.xml")), "too large"),
        (packed(("a.xml", b" " * (9 << 20)), container("a.xml")), "too large"),  # 1 : 1000
        (packed(*((f"{n}.xml", b"") for n in range(300))), "too large"),
        (packed(("../../etc/passwd", GOOD), container("/etc/passwd")), "no score inside"),
        (packed(("a.txt", b"")), "no score inside"),
        (packed(("a.xml", GOOD), kind=zipfile.ZIP_LZMA), "cannot be unpacked"),
        (packed(("a.xml", GOOD))[:-30], "cannot be unpacked"),
        (packed(("a.xml", GOOD)).replace(GOOD[:0] + b"a.xml", b"b.xml", 1), "cannot be unpacked"),
        (b"PK\3\4", "cannot be unpacked"),
    ],
)
def test_bad_packages_are_refused_in_a_sentence(data, words):
    assert words in refusal(data, "mxl")


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("Violino I", 40), ("Viola", 41), ("Violoncello", 42), ("Kontrabass", 43), ("Bassoon", 70),
        ("Horn in F", 60), ("Cor anglais", 69), ("大提琴", 42), ("Cembalo", 6), ("Track 3", None),
        ("cornid", 60), ("Trombe in D", 56), ("Flauti", 73), ("Viole", 41), ("Oboi", 68),
        ("Clarini", 56), ("Vc.", 42), ("Corno inglese", 69), ("Trombone 1", 57),
    ],
)  # fmt: skip
def test_instruments_are_known_by_name(name, program):
    assert program_of(name) == program
