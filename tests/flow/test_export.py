"""Export: names that never clash, near-copies apart, records that any JSON reader takes."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from moxie.errors import BadInput
from moxie.flow.export import export, record_json
from moxie.text import say
from moxie.work import Creation, Match


class Shout:
    """Just enough of an art: text; .loud loses its case, .txt is padded, .odd is read only."""

    suffixes = frozenset({".asis", ".loud", ".odd", ".txt"})

    def read(self, data: bytes, name: str) -> str:
        return data.decode().removeprefix("text:").removeprefix("asis:").strip()

    def write(self, content: str, suffix: str = "") -> bytes:
        if suffix == ".odd":
            raise BadInput("cannot write {suffix}", suffix=suffix)
        forms = {".loud": f"text:{content.upper()}", ".txt": f"text:{content} ", ".asis": "asis:"}
        return forms.get(suffix, f"text:{content}").replace("asis:", f"asis:{content}").encode()


ART: Any = Shout()


def creation(text: str, **changes: Any) -> Creation:
    facts: dict[str, Any] = {
        "id": hashlib.sha256(text.encode()).hexdigest(),
        "run": "r",
        "seed": 1,
        "index": 2,
        "novelty": 0.5,
        "size": (1,),
        "nearest": Match("w", 0.25, say("{n} alike", n=3)),
        "flagged": False,
        "fidelity": math.nan,
        "attempts": 1,
        "made_at": "2026-01-01T00:00:00+00:00",
        "record": {"plan": {"rate": math.inf}, "sources": (("w", 1.0),)},
    }
    return Creation(**{**facts, **changes})


def hand_out(texts: dict[str, Creation], folder: Path, suffix: str = "") -> dict[str, Path]:
    stored = {made.id: ART.write(text) for text, made in texts.items()}

    def write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    written = export(
        list(texts.values()), stored.__getitem__, ART, folder, write=write, suffix=suffix
    )
    return {made.id: path for made, path in written}


def test_the_stored_bytes_are_handed_out_in_the_lossless_form(tmp_path: Path) -> None:
    made = creation("quiet")
    [path] = hand_out({"quiet": made}, tmp_path).values()
    assert (path.suffix, path.read_bytes()) == (".txt", b"text:quiet")


def test_another_form_is_written_when_asked(tmp_path: Path) -> None:
    [path] = hand_out({"quiet": creation("quiet")}, tmp_path, ".loud").values()
    assert (path.suffix, path.read_bytes()) == (".loud", b"text:QUIET")
    with pytest.raises(BadInput):
        hand_out({"quiet": creation("quiet")}, tmp_path, ".odd")


def test_same_seed_and_number_at_another_novelty_does_not_overwrite(tmp_path: Path) -> None:
    paths = hand_out({"a": creation("a", novelty=0.0), "b": creation("b", novelty=1.0)}, tmp_path)
    assert len(set(paths.values())) == 2


def test_near_copies_are_kept_apart(tmp_path: Path) -> None:
    paths = hand_out({"a": creation("a"), "b": creation("b", flagged=True)}, tmp_path)
    folders = {path.parent for path in paths.values()}
    assert folders == {tmp_path, tmp_path / "near-copies"}


def test_the_record_is_strict_json_beside_the_file(tmp_path: Path) -> None:
    [path] = hand_out({"a": creation("a")}, tmp_path).values()

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    record = json.loads(path.with_suffix(".json").read_text("utf-8"), parse_constant=refuse)
    assert record["fidelity"] is None
    assert record["plan"] == {"rate": None}
    assert record["nearest"] == {"work": "w", "similarity": 0.25, "evidence": "3 alike"}
    assert record_json(creation("a")) == record_json(creation("a"))
