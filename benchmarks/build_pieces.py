"""Make the prior that ships with Moxie: what small pieces of paintings look like.

    python benchmarks/build_pieces.py --works DIR [--pieces 60000] [--kinds 80] [--seed 0]
        [--out src/moxie/arts/painting/data/pieces.npz]

Every fifth work by name is left out, for `benchmarks/restoration.py`. See
src/moxie/arts/painting/data/README.md for the works that the one in the package was learnt from.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from moxie.arts.painting import codec
from moxie.arts.painting.restoration import prior

ROUNDS = 8


def main() -> None:
    """Learn and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=60_000)
    parser.add_argument("--kinds", type=int, default=80)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=prior.GENERIC)
    given = parser.parse_args()
    paths = sorted(path for path in given.works.iterdir() if path.suffix.lower() == ".jpg")
    learnt = [path for number, path in enumerate(paths) if number % 5]
    works = [
        codec.read(path.read_bytes(), path.name).astype(np.float32) / np.float32(255)
        for path in learnt
    ]
    pieces = prior.pieces_of(works, given.pieces, given.seed)
    prior.start(pieces, given.kinds, given.seed).learn(pieces, ROUNDS).save(given.out)
    print(f"{len(learnt)} works, {len(pieces)} pieces: {given.out.stat().st_size >> 10} kB")


if __name__ == "__main__":
    main()
