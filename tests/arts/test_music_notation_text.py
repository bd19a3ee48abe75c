"""Humdrum kern and ABC: what is read of them, and what is refused."""

from __future__ import annotations

import pytest

from moxie.arts.music.notation import read_notation
from moxie.arts.music.score import TICKS, Key, Score, Tempo
from moxie.errors import UnreadableWork

Q = TICKS


def kern(*lines: str) -> Score:
    """Columns are written with blanks, chords with `+`."""
    rows = [line.replace(" ", "\t").replace("+", " ") for line in lines]
    return read_notation("\n".join(rows).encode(), "kern", "a.krn")


def abc(body: str, *, head: str = "M:4/4\nL:1/4\nK:C") -> Score:
    return read_notation(f"X:1\nT:Tune\n{head}\n{body}\n".encode(), "abc", "a.abc")


def sounding(content: Score, part: int = 0) -> list[tuple[float, float, int]]:
    """(onset, duration, pitch), times in quarters."""
    return [(n.onset / Q, n.duration / Q, n.pitch) for n in content.notes if n.part == part]


def test_kern_parts_values_and_ties():
    content = kern(
        "!!!OTL: Kyrie", "**kern **text **kern", "*Icello * *Ivioln", "*k[b-] * *k[b-]",
        "*d: * *d:", "*M3/4 * *M3/4", "*MM90 * *MM90", "=1 =1 =1", "[2.C la 4.f#", ". . 8gL",
        ". . 12a", ". . 12b-", ". . 12cc#J", "=2 =2 =2", ". . qqdd", "4C] . 2e+2g", "4r . .",
        "4D . 4r", "== == ==", "*- *- *-",
    )  # fmt: skip
    assert content.title == "Kyrie"
    assert [part.name for part in content.parts] == ["Violin", "Violoncello"]
    third = 1 / 3
    assert sounding(content) == [
        (0, 1.5, 66), (1.5, 0.5, 67), (2, pytest.approx(third), 69),
        (pytest.approx(2 + third), pytest.approx(third), 70),
        (pytest.approx(2 + 2 * third), pytest.approx(third), 73), (3, 2, 67), (3, 2, 64),
    ]  # fmt: skip
    assert sounding(content, 1) == [(0, 4, 48), (5, 1, 50)]
    assert content.keys == (Key(0, -1, True),)
    assert content.tempos == (Tempo(0, 90_000),)
    assert [(b.length / Q, b.beats, b.unit) for b in content.bars] == [(3, 3, 4)] * 2


def test_kern_columns_divide_and_join():
    content = kern(
        "**kern **kern", "*M4/4 *M4/4", "=1 =1", "* *^", "1C 2c 4e", ". . 4f", ". 2d 2g",
        "* *v *v", "=2 =2", "1C 1c", "*- *-",
    )  # fmt: skip
    assert [(n.onset / Q, n.pitch, n.voice) for n in content.notes if n.part == 0] == [
        (0, 64, 1), (0, 60, 0), (1, 65, 1), (2, 67, 1), (2, 62, 0), (4, 60, 0),
    ]  # fmt: skip


def test_kern_repeats_and_sections():
    repeat = kern("**kern", "*M2/4", "2c", "=2:|!|:", "2d", "=3:|!", "2e", "==", "*-")
    assert [n.pitch for n in repeat.notes] == [60, 60, 62, 62, 64]
    sections = kern(
        "**kern", "*>[A,A,B]", "*>norep[A,B]", "*M2/4", "*>A", "4c", "=1", "4d", "*>B", "4e", "=",
        "2f", "==", "*-",
    )  # fmt: skip
    assert [n.pitch for n in sections.notes] == [60, 62, 60, 62, 64, 65]
    assert [bar.length / Q for bar in sections.bars] == [1, 1, 1, 1, 1, 2]


def test_kern_names_the_hands_of_a_keyboard():
    content = kern("**kern **kern", "*Ipiano *Ipiano", '*I"Piano *I"Piano', "1C 1c", "*- *-")
    assert [part.name for part in content.parts] == ["Piano, right hand", "Piano, left hand"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["**kern **kern", "4c"], "line 2 cannot be understood"),
        (["**text", "a"], "no column of kern"),
        (["**kern", "4r", "*-"], "no notes"),
        (["!! nothing"], "no column of kern"),
        (["**kern", *(["*^"] + ["\t".join(["*^"] * 2**n) for n in range(1, 9)])], "cannot be"),
        (["**kern", *["4c", "="] * 20_001], "bars"),
        (["**kern", "0000c", "*M4/4", *["0c"] * 5000], "quarter notes long"),
    ],
)
def test_bad_kern_is_refused_in_a_sentence(lines, words):
    with pytest.raises(UnreadableWork, match=words) as raised:
        kern(*lines)
    assert str(raised.value).startswith("a.krn ")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C D/ E/ F2 |", [(0, 1, 60), (1, 0.5, 62), (1.5, 0.5, 64), (2, 2, 65)]),
        ("c' C, ^F _B |", [(0, 1, 84), (1, 1, 48), (2, 1, 66), (3, 1, 70)]),
        ("^F F =F F | F3 z |", [(0, 1, 66), (1, 1, 66), (2, 1, 65), (3, 1, 65), (4, 3, 65)]),
        ("^F4- | F2 F2 |", [(0, 6, 66), (6, 2, 65)]),  # the tie takes the accidental along
        ("G4- | A4 |", [(0, 4, 67), (4, 4, 69)]),  # a broken tie
        ("A>B A<B |", [(0, 1.5, 69), (1.5, 0.5, 71), (2, 0.5, 69), (2.5, 1.5, 71)]),
        ("(3A2B2c2 |", [(0, 4 / 3, 69), (4 / 3, 4 / 3, 71), (8 / 3, 4 / 3, 72)]),
        ("(3:2:2A2B |", [(0, 4 / 3, 69), (4 / 3, 2 / 3, 71)]),
        ("[CEG]2 [C2E2] |", [(0, 2, 67), (0, 2, 64), (0, 2, 60), (2, 2, 64), (2, 2, 60)]),
        ('"Am"A !trill!B {gf}c ~d |', [(0, 1, 69), (1, 1, 71), (2, 1, 72), (3, 1, 74)]),
        ("A4 & E2 F2 |", [(0, 4, 69), (0, 2, 64), (2, 2, 65)]),
        ("Z2 | A4 |", [(8, 4, 69)]),
        ("A4\nB4\nw:la la\n% c4\nN:c4\nc4 |]", [(0, 4, 69), (4, 4, 71), (8, 4, 72)]),
    ],
)
def test_abc_notes(body, expected):
    content = abc(body)
    assert sounding(content) == [pytest.approx(note) for note in expected]
    assert {bar.length / Q for bar in content.bars} <= {4.0, 2.0}


@pytest.mark.parametrize(
    ("body", "pitches"),
    [
        ("|: C4 | D4 :| E4 |", "CDCDE"),
        ("C4 |1 D4 :|2 E4 || F4 |", "CDCEF"),
        ("C4 | [1 D4 :| [2 E4 |] F4 |", "CDCEF"),
        ("|: C4 :: D4 :|", "CCDD"),
        ("C4 !fine! | D4 !D.C.! |", "CDC"),
    ],
)
def test_abc_repeats(body, pitches):
    steps = {60: "C", 62: "D", 64: "E", 65: "F"}
    assert "".join(steps[n.pitch] for n in abc(body).notes) == pitches


@pytest.mark.parametrize(
    ("key", "signature", "pitch"),
    [
        ("G", Key(0, 1), 66), ("Gm", Key(0, -2, True), 65), ("D dor", Key(0, 0), 65),
        ("Amix", Key(0, 2), 66), ("Bb", Key(0, -2), 65), ("F#min", Key(0, 3, True), 66),
        ("HP", Key(0, 2), 66), ("C ^f", Key(0, 0), 66), ("E clef=bass", Key(0, 4), 66),
    ],
)  # fmt: skip
def test_abc_keys(key, signature, pitch):
    content = abc("F4 |", head=f"M:4/4\nL:1/4\nK:{key}")
    assert content.keys == (signature,)
    assert content.notes[0].pitch == pitch


def test_abc_has_a_usual_length_and_tempo():
    content = abc("A B |", head="M:2/4\nQ:3/8=60\nK:none")
    assert [n.duration / Q for n in content.notes] == [0.25, 0.25]
    assert content.tempos == (Tempo(0, 90_000),)
    assert content.keys == ()
    free = abc("A B c |", head='M:none\nQ:"Slow" 1/4=50\nK:C')
    assert [(bar.length / Q, bar.beats, bar.unit) for bar in free.bars] == [(1.5, 3, 8)]


def test_abc_voices_are_parts():
    head = 'M:4/4\nL:1/4\nV:T name="Violin"\nV:B name="Cello" clef=bass-8\nK:C'
    content = abc("V:B\nC4 |\nV:T\nc4 | [V:B] D4 | [V:T] d4 |", head=head)
    assert [(part.name, part.program) for part in content.parts] == [("Violin", 40), ("Cello", 42)]
    assert sounding(content) == [(0, 4, 72), (4, 4, 74)]
    assert sounding(content, 1) == [(0, 4, 48), (4, 4, 50)]


def test_abc_without_bar_lines_is_cut_into_bars():
    content = abc("C3 D8 E z4")
    assert [bar.length / Q for bar in content.bars] == [4] * 4
    assert sounding(content) == [(0, 3, 60), (3, 8, 62), (11, 1, 64)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X:1\nK:C\nA|\nX:2\nK:C\nB|", "holds 2 tunes"),
        ("X:1\nK:C\n^/A B|", "microtones"),
        ("X:1\nK:C\nz4|", "no notes"),
        ("X:1\nT:no key\nA B c", "no notes"),
        ("X:1\nM:4/4\nK:C\nZ9999|Z9999|Z9999|A", "bars"),
        ("X:1\nM:4/4\nK:C\nA9999 A9999 A9999|", "minutes"),
        ("X:1\nK:C\nA" + " " * (3 << 20), "MB"),
    ],
)
def test_bad_abc_is_refused_in_a_sentence(text, words):
    with pytest.raises(UnreadableWork, match=words) as raised:
        read_notation(text.encode(), "abc", "a.abc")
    assert str(raised.value).startswith("a.abc ")


def test_old_encodings_are_read():
    data = "X:1\nT:Prélude\nL:1/4\nK:C\nC4|".encode("latin-1")
    assert read_notation(data, "abc").title == "Prélude"
