"""Harm works, for teaching and for measuring restoration: pictures and exact masks.

    python benchmarks/damage_works.py PICTURE ... --out DIR [--family field] [--kinds cracks losses]
        [--share 0.05] [--seed 0]

For each picture three kinds of files in DIR: `NAME.clean.png` (what was harmed: the working copy of
at most 2048 pixels), `NAME.harmed.png`, and `NAME.KIND.png`, white where that kind of damage is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from moxie.arts.painting import codec
from moxie.arts.painting.restoration.damage import FAMILIES, damage
from moxie.arts.painting.restoration.kinds import KINDS, Kind


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--family", choices=list(FAMILIES), default="field")
    parser.add_argument("--kinds", nargs="+", type=Kind, choices=list(KINDS), default=KINDS)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(given.pictures):
        clean = codec.read(path.read_bytes(), path.name)
        harmed = damage(
            clean, given.kinds, share=given.share, seed=given.seed + number, family=given.family
        )
        (given.out / f"{path.stem}.clean.png").write_bytes(codec.write(clean, ".png"))
        (given.out / f"{path.stem}.harmed.png").write_bytes(codec.write(harmed.picture, ".png"))
        for kind, mask in harmed.masks.items():
            Image.fromarray(mask.astype(np.uint8) * 255).save(given.out / f"{path.stem}.{kind}.png")
        print(f"{path.name}: {harmed.mask.mean():.1%} harmed")


if __name__ == "__main__":
    main()
