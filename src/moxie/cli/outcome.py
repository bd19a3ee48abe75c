"""What a command found, for programs and for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moxie.text import Catalogue, Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """The facts as JSON, the same as sentences, and the exit code."""

    facts: Mapping[str, object]
    sentences: Sequence[Message]
    exit_code: int = 0

    def show(self, catalogue: Catalogue, *, as_json: bool) -> None:
        """Print it. With `as_json` stdout gets one line, the object; the sentences go to stderr."""
        for sentence in self.sentences:
            print(catalogue.render(sentence), file=sys.stderr if as_json else sys.stdout)
        if as_json:
            print(json.dumps(self.facts, ensure_ascii=False, allow_nan=False), flush=True)
