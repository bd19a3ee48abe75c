"""Make the reference bank: figures of other artists' works that ship with the painting judges.

    python benchmarks/build_reference_bank.py GROUP=DIR [GROUP=DIR ...] [--most 70] [--seed 0]
        [--out src/moxie/arts/painting/data/reference.npz]

For each judge and group one array `judge/group`, float16 [works, d]: the judge's vector of the
middle piece of each work, as `Painting.split` cuts it after `Painting.clean`. Figures only: no
picture can be got back from them. The bank in the package was made from public-domain paintings,
see src/moxie/arts/painting/data/README.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from moxie.arts.painting import Painting
from moxie.arts.painting.judges import judges
from moxie.arts.painting.picture import Picture
from moxie.errors import UnreadableWork

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def load(folder: Path, most: int, seed: int) -> list[Picture]:
    """The middle pieces of at most so many works of a folder, chosen by the seed."""
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    chosen = np.random.default_rng(seed).permutation(len(paths))[:most]
    art, middles = Painting(), []
    for path in (paths[i] for i in sorted(chosen)):
        try:
            pieces = art.split(art.clean(art.read(path.read_bytes(), path.name)).content)
        except UnreadableWork as error:
            print(f"left out {path.name}: {error}")
            continue
        middles.append(pieces[len(pieces) // 2])
    return middles


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="+", metavar="GROUP=DIR")
    parser.add_argument("--most", type=int, default=70)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out", type=Path, default=Path("src/moxie/arts/painting/data/reference.npz")
    )
    given = parser.parse_args()
    bank = {}
    for group in given.groups:
        name, folder = group.split("=", 1)
        middles = load(Path(folder), given.most, given.seed)
        for judge in judges():
            bank[f"{judge.name}/{name}"] = judge.embed(middles).astype(np.float16)
            print(f"{judge.name}/{name}: {bank[f'{judge.name}/{name}'].shape}")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.out, allow_pickle=False, **bank)
    print(f"{given.out}: {given.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
