"""Near-copies for `moxie verify`: never of the work itself, in whatever form it was handed out."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from moxie import Studio
from moxie.errors import BadInput
from moxie.rights import labels
from moxie.rights.labels import MADE, Label
from moxie.studio import recording, registering
from moxie.studio.copying import Hit, Original
from moxie.studio.likeness import nearest
from moxie.text import say

ID, OTHER = "ab" * 32, "cd" * 32


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 40)).save(out, "PNG")
    return labels.write(out.getvalue(), ".png", Label(MADE, produce_id=ID))


def hit(name: str, similarity: float = 0.9) -> Hit:
    return Hit(
        Original(name, "creation", "t", "c", name), similarity, say("{n} alike", n=similarity)
    )


@pytest.fixture
def looked(home: Path, tmp_path: Path) -> Any:
    with Studio() as studio:
        registrar = registering.registrar(studio._library, home)

        def look(data: bytes, *hits: Hit) -> Any:
            copies = tuple(one for one in hits if one.copied)
            searcher: Any = SimpleNamespace(
                library=studio._library, search=lambda _path: SimpleNamespace(copies=copies)
            )
            path = tmp_path / "a.png"
            path.write_bytes(data)
            return nearest(searcher, registrar)(path, data)

        look.studio, look.registrar = studio, registrar  # type: ignore[attr-defined]
        yield look


def test_another_work_is_named_with_its_first_entry(looked: Any) -> None:
    entry = looked.registrar.register("work", OTHER, {})
    found = looked(png(), hit(OTHER))
    assert found is not None
    assert (found.entry, str(found.why)) == (entry, "0.9 alike")
    assert looked(png(), hit("ef" * 32)).entry is None
    assert looked(png(), hit(OTHER, 0.4)) is None


def test_the_work_itself_is_no_copy_of_itself(looked: Any) -> None:
    assert looked(png(), hit(ID)) is None  # its label says which it is
    plain = b"no picture"
    sha256 = hashlib.sha256(plain).hexdigest()
    assert looked(plain, hit(sha256)) is None
    assert looked(plain, hit(OTHER)) is not None
    details = {"sha256": sha256, "suffix": ".png"}
    recording.note(looked.studio._library, OTHER, "created", {})
    recording.note(looked.studio._library, OTHER, "exported", details)
    assert looked(plain, hit(OTHER)) is None  # it was handed out as this very file
    assert looked(png(), hit(ID), hit(OTHER)).entry is None


def test_what_cannot_be_compared_says_so(looked: Any, home: Path, tmp_path: Path) -> None:
    def search(_path: Path) -> Any:
        raise BadInput("No art can read {name}.", name="x")

    searcher: Any = SimpleNamespace(library=looked.studio._library, search=search)
    with pytest.raises(BadInput, match="No art"):
        nearest(searcher, looked.registrar)(tmp_path / "x", b"")
