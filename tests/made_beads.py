"""A store of the toy art with creations to rate: made once in a test run, then copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from moxie import Studio

MADE = 24


def laid_out(kept: Path, home: Path, beads: Path) -> None:
    """Put the store into `home`, from `kept` where it was made before; corpus `beads`."""
    if not kept.exists():
        shutil.copytree(home, kept)  # what is known of the machine
        with Studio(kept) as studio:
            studio.collect(beads, corpus="beads", art="toy", rights="own")
            studio.prepare()
            studio.choose()
            studio.train()
            studio.create(n=MADE, novelty=1.0)
            studio.look()
    shutil.copytree(kept, home, dirs_exist_ok=True)
