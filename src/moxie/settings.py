"""Where things are kept and what the machine is: read once, passed down, never global."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moxie.text import LANGUAGES

WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
"""How threads wait for each other, as the environment says it before torch is imported.

Those that wait by spinning fight every other program for the cores: with one of two cores busy,
painting took four times as long. A few microseconds of it are worth their while: a page of a
pretrained model takes 20 seconds with them instead of 29 on two quiet cores, and 32 instead of 27
beside other work; painting takes as long with as without (all measured).
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a model runs on. `moxie.nn.machine.detect` measures it."""

    device: str = "cpu"  # as torch names it
    threads: int = 2
    half: bool = False  # True where bfloat16 is faster than float32


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's surroundings."""

    home: Path  # folder of the store
    language: str = "en"
    database: str | None = None  # SQLAlchemy URL; None is SQLite inside `home`
    blobs: str | None = None  # fsspec URL; None is a folder inside `home`
    producer: str | None = None  # who labels name as the producer; None names no one

    @classmethod
    def read(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        home: Path | None = None,
        language: str | None = None,
    ) -> Settings:
        """From arguments first, then MOXIE_HOME, _LANG, _DATABASE, _BLOBS and _PRODUCER."""
        env = os.environ if environ is None else environ
        if home is None:
            home = Path(env["MOXIE_HOME"]) if env.get("MOXIE_HOME") else default_home()
        chosen = language or env.get("MOXIE_LANG") or _system_language(env)
        return cls(
            home=home.expanduser(),
            language=chosen if chosen in LANGUAGES else "en",
            database=env.get("MOXIE_DATABASE") or None,
            blobs=env.get("MOXIE_BLOBS") or None,
            producer=env.get("MOXIE_PRODUCER") or None,
        )


def default_home() -> Path:
    """The user's data folder, as the operating system has it."""
    import platformdirs

    return Path(platformdirs.user_data_dir("moxie", appauthor=False))


def _system_language(env: Mapping[str, str]) -> str:
    tag = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or "en"
    return tag[:2].lower()
