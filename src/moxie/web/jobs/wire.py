"""What a job's process and the server say to each other: lines of JSON.

The server writes the order, then `pause` if a person asks for it; when it closes the pipe (or
dies) the job stops by itself. The process writes events, the last of which is a result or a fault.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from moxie.settings import Settings

PAUSE = "pause"

LONGEST = 4 << 20
"""Bytes of one line; a process that says more is not believed."""

Event: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do. `scratch` is a folder of its own; `web` that of the server."""

    kind: str
    wish: Mapping[str, object]
    settings: Settings
    scratch: Path
    web: Path

    def line(self) -> str:
        """As one line."""
        plain = asdict(self)
        plain |= {"scratch": str(self.scratch), "web": str(self.web)}
        plain["settings"] |= {"home": str(self.settings.home)}
        return json.dumps(plain) + "\n"

    @classmethod
    def read(cls, line: str) -> Order:
        """The inverse of `line`."""
        plain = json.loads(line)
        settings = plain["settings"]
        return cls(
            kind=plain["kind"],
            wish=plain["wish"],
            settings=Settings(**{**settings, "home": Path(settings["home"])}),
            scratch=Path(plain["scratch"]),
            web=Path(plain["web"]),
        )
