"""Movements are told to be of one work by their names; in doubt a piece stands alone."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from moxie.arts.music.family import family

MOZART = Path(__file__).resolve().parents[2] / "../shared/data/music/mozart"

TOGETHER = [
    ("K155-1.mid", "K155-2.mid", "quartets/KV 155 - 3. Molto allegro.mid", "k155/movement1.mxl"),
    ("KV465_k465_k465_score_mv2.mid", "K. 465, 4th mvt.mid"),
    ("KV331_KV331_1_7_var6.mid", "KV331_KV331_3_RondoAllaTurca.mid", "K.331/rondo.mid"),
    ("op18no1/movement2.mxl", "op18no1/movement4.mxl", "Op. 18 No. 1 - III. Scherzo.mid"),
    ("Sonata No. 14 - 2. Allegretto.mid", "Sonata No. 14 - III. Presto agitato.mid"),
    ("Sonata No. 14 - 1.mid", "Sonata No. 14 mvt 3.mid", "sonata_no_14_satz_2.mid"),
    ("bwv244.15.mxl", "bwv244.40.mxl", "BWV 0244 - 3 Choral.mid"),
    ("Hob. XVI-52 - 1 Allegro.mid", "HobXVI52_2.krn"),
    ("RV269-1.mid", "RV 269/2. Largo.mid"),
    ("Schubert D. 960, 2. Andante sostenuto.mid", "d960_3.mid"),
    ("mz_311_1.mid", "mz_311_2.mid", "mz_311_3.mid"),
    ("sonata01-1.krn", "sonata01-2.krn"),
    ("Sonata in C minor/1. Allegro.mid", "Sonata in C minor/2. Adagio.mid"),
    ("Quintet in A, 1st mvt.mid", "Quintet in A, 2nd movement.mid"),
    ("Brahms - Quartett Nr. 1, 2. Satz.mid", "Brahms - Quartett Nr. 1, 3. Satz.mid"),
    ("Op. 53 Waldstein sonata - 1. Allegro con brio.mid", "op53 mvt 2.mid"),
    ("Beethoven Symphony No. 5 op. 67 - 1.mid", "Beethoven Symphony No. 5 op. 67 - 2.mid"),
    ("月光奏鸣曲/第一乐章.mid", "月光奏鸣曲/第二乐章.mid"),
    ("第14奏鸣曲 第2乐章.mid", "第14奏鸣曲第三乐章.mid"),
    ("suite_1_02.mid", "suite 1 sarabande.mid"),
]
APART = [
    ("bwv253.mxl", "bwv254.mxl"),
    ("bwv10.7.mxl", "bwv101.7.mxl"),
    ("K1.mid", "K10.mid", "K100.mid", "KV 10a.mid"),
    ("op18no1/movement2.mxl", "op18no2/movement2.mxl", "op18no3.mxl"),
    ("op10_1.mid", "op10_2.mid", "op10_e03.mid", "Op. 10/04.mid"),
    ("Hob. XVI-5.mid", "Hob. XV-5.mid"),
    ("mz_311_1.mid", "mz_330_1.mid"),
    ("Sonata No. 1 - 1.mid", "Sonata No. 11 - 1.mid"),
    ("haydn/sonata01-1.krn", "mozart/sonata01-1.krn"),
]
ALONE = [
    *("elise.mid", "chorale_007.mid", "Sonata 3.mid", "sonatas/1.mid", "tunes/2.mid", "Rondo.mid"),
    *("Symphony in D 2.mid", "Symphony No. 5 in C minor.mid", "mazurka06-2.krn", "take_12_3.mid"),
    *("2019-12-03.mid", "BWV 846-869/prelude 3.mid", "KV 1-100/menuet.mid", "mvt 1.mid"),
    *("2. Satz.mid", "Agnus_II_52.krn", "AbithaMugginsFavoriteReel.abc", "minuet in G.mid"),
    *("Op. 28 Preludes/Prelude in E minor.mid", "", ".", "/", "a/b/../c", "\0", "1" * 300),
]


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_movements_are_of_one_work(names: tuple[str, ...]) -> None:
    found = {family(name) for name in names}
    assert len(found) == 1
    assert None not in found


@pytest.mark.parametrize("names", APART, ids=lambda names: names[0])
def test_different_works_stay_apart(names: tuple[str, ...]) -> None:
    assert len({family(name) or name for name in names}) == len(names)


@pytest.mark.parametrize("name", ALONE)
def test_in_doubt_a_piece_stands_alone(name: str) -> None:
    assert family(name) is None


def test_families_have_names_a_person_can_read() -> None:
    assert family("K. 331/rondo alla turca.mid") == "k331"
    assert family("Op. 18 No. 1/2.mid") == "op18 no1"
    assert family("piano/Sonata No. 14 - 2. Allegretto.mid") == "piano/sonata no 14"


@pytest.mark.works
def test_mozart_in_his_catalogue() -> None:
    if not (MOZART / "index.csv").is_file():
        pytest.skip("the shared works of Mozart are not beside this checkout")
    with (MOZART / "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["catalogue_dir"]].add(family(row["file"]) or row["file"])
    assert all(len(names) == 1 for names in found.values())
    assert len({name for names in found.values() for name in names}) == len(found) == 50
