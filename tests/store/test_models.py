"""A model's files come back as they were, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moxie.errors import BadInput, Missing, StoreError, StoreTooNew
from moxie.settings import Settings
from moxie.store import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    (made / "deep").mkdir(parents=True)
    (made / "model.safetensors").write_bytes(bytes(range(256)))
    (made / "deep" / "palette.json").write_bytes(b"{}")
    return made


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_model_comes_back_on_any_machine(
    library: Library, folder: Path, home: Path, tmp_path: Path
) -> None:
    model = library.save_model(folder)
    assert contents(library.open_model(model)) == contents(folder)
    shared = Settings(tmp_path / "other", blobs=(home / "blobs").as_uri())
    with Library.open(shared) as other:
        assert contents(other.open_model(model)) == contents(folder)


def test_the_same_files_are_the_same_model(library: Library, folder: Path) -> None:
    model = library.save_model(folder)
    assert library.save_model(folder) == model
    (folder / "deep" / "palette.json").write_bytes(b"[]")
    assert library.save_model(folder) != model


@pytest.mark.parametrize("damage", ["changed", "missing", "extra", "half made"])
def test_a_damaged_copy_is_made_anew(library: Library, folder: Path, damage: str) -> None:
    model = library.save_model(folder)
    opened = library.open_model(model)
    if damage == "changed":
        (opened / "model.safetensors").write_bytes(b"else")
    elif damage == "missing":
        (opened / "deep" / "palette.json").unlink()
    elif damage == "extra":
        (opened / "more.json").write_bytes(b"{}")
    else:
        opened.rename(opened.with_name(f"{model}.part"))
    assert contents(library.open_model(model)) == contents(folder)
    assert [path.name for path in opened.parent.iterdir()] == [model]


def test_a_damaged_blob_is_not_opened(library: Library, folder: Path, home: Path) -> None:
    model = library.save_model(folder)
    for path in (home / "blobs").rglob("*"):
        if path.is_file() and path.read_bytes() == b"{}":
            path.write_bytes(b"[]")
    with pytest.raises(StoreError, match="damaged"):
        library.open_model(model)
    assert not (home / "models" / model).exists()


def test_a_folder_without_a_model_is_refused(library: Library, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        if folder.is_dir():
            (folder / "empty").mkdir()
            folder = folder / "empty"  # noqa: PLW2901
        with pytest.raises(BadInput, match="There is no model"):
            library.save_model(folder)


def test_a_manifest_cannot_name_what_is_outside(library: Library, home: Path) -> None:
    blob = library.put(b"evil")
    for name in ("../evil", "/evil", "a/../../evil", "C:\\evil", "a\\b", ".hidden", "", "a//b"):
        manifest = json.dumps({"format": 1, "files": {name: blob}})
        with pytest.raises(StoreError, match="is not a model"):
            library.open_model(library.put(manifest.encode()))
    assert not list(home.parent.rglob("evil"))


def test_other_blobs_are_not_models(library: Library) -> None:
    for data in (b"\xff", b"[]", b"3", b"{}", b'{"format": 1, "files": 3}'):
        with pytest.raises(StoreError, match="is not a model"):
            library.open_model(library.put(data))
    absent = json.dumps({"format": 1, "files": {"a": "0" * 64}})
    with pytest.raises(Missing):
        library.open_model(library.put(absent.encode()))


def test_a_model_of_a_newer_version_is_said(library: Library) -> None:
    with pytest.raises(StoreTooNew, match="newer version"):
        library.open_model(library.put(b'{"format": 2, "files": {}}'))
