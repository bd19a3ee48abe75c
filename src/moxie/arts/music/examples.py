"""The built-in sample: Mozart's string quartets K. 80, 155, 156 and 458, movement by movement.

They are read where the package music21 has put them and are no part of Moxie. The music is in
the public domain (Mozart died in 1791). Of the encodings this is known: music21's
`corpus/license.txt` says that its corpus is distributed with the permission of the encoders, that
some of it may not be used commercially, and to see each file; these files say nothing of rights,
nor who made them, only "Finale for Windows" (K. 458: "Finale 2002") in MusicXML 0.6a. Learning
from them on one's own machine is one thing, passing them on another: Moxie does not do that.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from moxie.arts.music.needs import need
from moxie.errors import Missing

QUARTETS = {"k80": 4, "k155": 3, "k156": 4, "k458": 4}
"""The works and how many movements each has there."""


def examples() -> Iterator[tuple[str, bytes]]:
    """(file name, compressed MusicXML) of each movement: "k155-2.mxl" is the second of K. 155.

    Raises Missing where music21, or its corpus, is not installed.
    """
    folder = _corpus()
    # first movements first: the first few examples are then of different works
    for movement in range(1, max(QUARTETS.values()) + 1):
        for work in (name for name, last in QUARTETS.items() if movement <= last):
            file = folder / work / f"movement{movement}.mxl"
            if not file.is_file():
                raise Missing(
                    "The sample works are not in this copy of music21 ({file} is not there): "
                    "install the whole package again.",
                    file=f"{work}/{file.name}",
                )
            yield f"{work}-{movement}.mxl", file.read_bytes()


def _corpus() -> Path:
    """Where music21 keeps Mozart. The package is not imported: it is slow, and has habits."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        need("music21")
        raise AssertionError  # a package that can be imported can be found
    return Path(spec.origin).parent / "corpus" / "mozart"
