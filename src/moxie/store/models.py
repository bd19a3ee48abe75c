"""Models as blobs: each file of a folder is one, and a manifest blob names them all.

The manifest's sha256 is the model's hash: the same files always get the same one, and models
that share a file share its blob.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from moxie.errors import BadInput, Missing, StoreError, StoreTooNew
from moxie.store import atomic
from moxie.store.blobs import Blobs, sha256

FORMAT = 1
"""The version of the manifest."""

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""A file's path inside a model: relative, downwards, and valid on every system."""


def save(blobs: Blobs, folder: Path) -> str:
    """Store every file below a folder; returns the model's hash. Raises BadInput, CannotWrite."""
    files: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if not NAME.fullmatch(name):
            raise BadInput("A model's file may not be called {name}.", name=name)
        files[name] = blobs.put(path.read_bytes())
    if not files:
        raise BadInput("There is no model in {folder}.", folder=str(folder))
    manifest = {"format": FORMAT, "files": files}
    return blobs.put(json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode())


def materialise(blobs: Blobs, model: str, cache: Path) -> Path:
    """The model's files as a folder below `cache`, each proved by its hash; kept for next time.

    The caller holds a lock on the model. Raises Missing, StoreError, StoreTooNew, CannotWrite.
    """
    files = _manifest(blobs, model)
    folder = cache / model
    if _intact(folder, files):
        return folder
    unfinished = cache / f"{model}{atomic.PART}"
    try:
        for old in (unfinished, folder):
            if old.exists():
                shutil.rmtree(old)
        for name, blob in files.items():
            path = unfinished / name
            atomic.make_folder(path.parent)
            atomic.write(path, blobs.get(blob))
        unfinished.replace(folder)
    except OSError as error:
        raise atomic.cannot_write(error, folder) from error
    return folder


def _manifest(blobs: Blobs, model: str) -> dict[str, str]:
    if not blobs.has(model):
        raise Missing("The store has no model {model}.", model=model)
    try:
        manifest = json.loads(blobs.get(model))
        version, files = manifest["format"], dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("{model} is not a model.", model=model) from error
    if version != FORMAT:
        raise StoreTooNew(
            "The model {model} was saved by a newer version of Moxie: upgrade Moxie.", model=model
        )
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in files):
        raise StoreError("{model} is not a model.", model=model)
    return files


def _intact(folder: Path, files: dict[str, str]) -> bool:
    """Whether the folder holds exactly these files."""
    found = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    return found.keys() == files.keys() and all(
        sha256(path.read_bytes()) == files[name] for name, path in found.items()
    )
