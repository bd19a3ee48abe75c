"""Records of creations: chains that say where they were touched, kept and handed out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from moxie import Studio
from moxie.cli import run
from moxie.errors import BadInput, Missing, StoreError
from moxie.rights import canon
from moxie.rights.receipt import Receipt
from moxie.rights.receipt import check as proved
from moxie.rights.record import Event, check, follow
from moxie.studio import recording


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


def sql(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "moxie.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def cli(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def chain(n: int = 5) -> list[str]:
    last: Event | None = None
    lines: list[str] = []
    for place in range(n):
        last = follow("a" * 64, last, "chosen", {"n": place}, f"2026-01-01T00:00:0{place}Z")
        lines.append(last.text())
    return lines


def faults(lines: list[str], heads: list[tuple[int, str]] | None = None) -> str:
    return " ".join(map(str, check("a" * 64, lines, heads or []).faults))


def test_a_chain_that_was_touched_says_where() -> None:
    lines = chain()
    assert faults(lines) == ""
    head = hashlib.sha256(lines[-1].encode()).hexdigest()
    assert faults(lines, [(7, head)]) == ""
    assert "entry 7 knows a step that the record no longer has" in faults(lines[:4], [(7, head)])
    assert "Step 3 stands at place 2" in faults(lines[:2] + lines[3:])
    assert "Step 2 stands at place 1" in faults([lines[0], lines[2], lines[1], *lines[3:]])
    edited = [*lines[:2], lines[2].replace('"n":2', '"n":9'), *lines[3:]]
    assert "Step 3 does not follow" in faults(edited)
    assert "Step 1 of the record cannot be read" in faults([lines[0], "{", *lines[2:]])
    assert "of another creation" in " ".join(map(str, check("b" * 64, lines).faults))
    assert "does not follow" in faults([*lines[:4], lines[4].replace("00:04Z", "00:00Z")])


def test_every_single_change_to_a_chain_is_found() -> None:
    lines = chain(3)
    head = hashlib.sha256(lines[-1].encode()).hexdigest()
    for place, line in enumerate(lines):
        for at in range(len(line)):
            changed = line[:at] + chr(ord(line[at]) ^ 1) + line[at + 1 :]
            touched = [*lines[:place], changed, *lines[place + 1 :]]
            assert faults(touched, [(0, head)]), (place, at)


def test_a_clock_turned_back_is_said_by_the_step() -> None:
    first = follow("a" * 64, None, "created", {}, "2026-02-01T00:00:00Z")
    second = follow("a" * 64, first, "chosen", {}, "2026-01-01T00:00:00Z")
    assert second.back
    assert faults([first.text(), second.text()]) == ""


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(BadInput, match="no step called"):
        follow("a" * 64, None, "invented", {}, canon.now())
    with pytest.raises(BadInput, match="too large"):
        follow("a" * 64, None, "chosen", {"x": "y" * 300_000}, canon.now())


def learnt(studio: Studio, beads: Path) -> None:
    studio.collect(beads, corpus="vincent van gogh", art="toy", rights="own")
    studio.prepare()
    studio.choose()
    studio.train()


def test_a_creation_is_recorded_as_it_happens_and_registered_when_handed_out(
    toy: Path, beads: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Studio() as studio:
        learnt(studio, beads)
        start = tmp_path / "my start.beads"
        start.write_text("beads 9 8 7 6 5 4 3 2 1 9 8 7 6 5 4 3\n")
        [made] = studio.create(n=1, start=start, region="9-16")
        [out] = studio.export(creations=[made], out=tmp_path / "out")
        works = [work.id for work in studio.works()]
        found = studio.record(made.id[:10])
    kinds = [event.kind for event in found.checked.events]
    assert (kinds, found.intact) == (["created", "repainted", "exported"], True)
    created, repainted, exported = (event.details for event in found.checked.events)
    assert created["corpora"] == [recording.corpus_root(works)]
    assert {"seed", "model", "plan", "moxie", "size", "novelty", "run"} <= created.keys()
    assert repainted["region"]["share"] == 0.5
    assert exported["sha256"] == hashlib.sha256(out.path.read_bytes()).hexdigest()
    assert [entry.record for entry in found.registered] == [found.checked.head]
    told = json.dumps(found.to_json())
    assert not any(word in told for word in ("vincent", "my start", str(tmp_path)))
    code, said = cli(capsys, "prove", out.path)
    assert (code, said["subject"]) == (0, exported["sha256"])
    code, said = cli(capsys, "record", made.id, "--note", "chosen", "--out", tmp_path / "e.json")
    assert (code, said["intact"], len(said["steps"])) == (0, True, 4)
    evidence = json.loads((tmp_path / "e.json").read_text())
    assert check(made.id, evidence["steps"]).faults == ()
    paper = Receipt.read(
        (json.dumps(evidence["receipt"], indent=1, sort_keys=True) + "\n").encode()
    )
    entry = proved(paper, made.id, []).entry
    assert (entry.kind, entry.record) == ("record", evidence["head"])  # the person's step too
    code, said = cli(capsys, "record", made.id, "--note", "edited", "--file", out.path)
    assert Event.read(said["steps"][-1]).details == {"sha256": exported["sha256"]}
    assert run(["record", made.id, "--note", "edited"]) == 2
    assert run(["record", made.id, "--note", "admired"]) == 2
    assert run(["record"]) == 2


def test_a_record_cut_or_edited_in_the_store_is_found(
    toy: Path, home: Path, beads: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Studio() as studio:
        learnt(studio, beads)
        [made] = studio.create(n=1)
        studio.export(creations=[made], out=tmp_path / "out")
    sql(home, "DELETE FROM events WHERE place = 1")
    code, found = cli(capsys, "record", made.id)
    assert (code, found["intact"]) == (6, False)
    assert "was cut off" in found["faults"][0]
    sql(home, """UPDATE events SET document = replace(document, '"seed":0', '"seed":1')""")
    assert cli(capsys, "record", made.id)[0] == 6
    sql(home, "UPDATE events SET document = 'x'")
    code, found = cli(capsys, "record", made.id)
    assert "Step 0 of the record cannot be read" in found["faults"][0]
    with Studio() as studio, pytest.raises(StoreError, match="nothing can be added to it"):
        studio.record(made.id, note="chosen")


def test_what_was_made_before_records_is_said(
    toy: Path, home: Path, beads: Path, studio: Studio
) -> None:
    learnt(studio, beads)
    [made] = studio.create(n=1)
    sql(home, "DELETE FROM events")
    with pytest.raises(Missing, match="before records were kept"):
        studio.record(made.id)


def test_a_restored_work_has_its_record(
    toy: Path, beads: Path, tmp_path: Path, studio: Studio
) -> None:
    learnt(studio, beads)
    torn, out = tmp_path / "torn.beads", tmp_path / "whole.beads"
    torn.write_text("beads 9 8 7 6 5 4 3 2 1 9 8 7 6 5 4 3\n")
    studio.restore(torn, out, region="9-16")
    subject = json.loads(out.with_suffix(".json").read_text())["output"]["creation"]
    found = studio.record(subject)
    assert [event.kind for event in found.checked.events] == ["restored", "exported"]
    assert found.checked.events[0].details["input"] == hashlib.sha256(torn.read_bytes()).hexdigest()
