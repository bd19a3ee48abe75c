"""Installs entry points as pip would, in a folder that a test puts on sys.path."""

from __future__ import annotations

from pathlib import Path

TOY = """\
[moxie.arts]
toy = toy:ART
"""


def install(folder: Path, entry_points: str = TOY, name: str = "moxie-toy") -> None:
    """Write the metadata of an installed package; `sys.path` must have (or get) `folder`."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    (info / "METADATA").write_text(metadata, "utf-8")
    (info / "entry_points.txt").write_text(entry_points, "utf-8")
