"""How well the invisible mark is read after the edits of `rights_copies.EDITS`, and what it costs.

`watermark_bits_*` is the share of the 64 bits read right after an edit, `watermark_accepted` the
share of all copies with 52 or more right, `watermark_control` the most bits that agree in unmarked
copies put through the same edits and the same reading (chance is 32), `watermark_psnr` how far
marked pictures are from unmarked ones. Works are drawn from all below the folder.
"""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np

from copies import wilson
from moxie.arts.painting import codec
from moxie.arts.painting.picture import Picture
from moxie.rights import watermark
from rights_copies import EDITS
from tables import Rows

WORKS = 10
KEY = bytes(range(32))


def measure(rows: Rows, works: Path, seed: int) -> None:
    """Rows about the mark on `WORKS` pictures below `works`."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    paths = sorted(p for p in works.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    chosen = [paths[i] for i in rng.permutation(len(paths))[:WORKS]]
    originals = [codec.read(path.read_bytes(), path.name) for path in chosen]
    expected = [watermark.payload(KEY, path.name) for path in chosen]
    started = time.perf_counter()
    marked = [
        watermark.embed(one, bits, KEY) for one, bits in zip(originals, expected, strict=True)
    ]
    spent = (time.perf_counter() - started) / len(marked) * 1000
    rows.add("moxie", "watermark_embed_ms", spent, spent, spent, "ms")
    signal = [watermark.psnr(a, b) for a, b in zip(marked, originals, strict=True)]
    rows.spread("moxie", "watermark_psnr", signal, "dB")
    accepted, tried, control = 0, 0, [0]
    seconds: list[float] = []

    def agreeing(suspect: Picture, place: int) -> int:
        started = time.perf_counter()
        found = watermark.read(suspect, originals[place], KEY)
        seconds.append(time.perf_counter() - started)
        return 0 if found is None else found.agreeing(expected[place])

    for name, edit in EDITS.items():
        bits = []
        for place in range(len(chosen)):
            other = originals[(place + 1) % len(originals)]
            bits.append(agreeing(edit(marked[place], other, rng), place))
            control.append(agreeing(edit(originals[place], other, rng), place))
        accepted += sum(one >= watermark.ACCEPTED for one in bits)
        tried += len(bits)
        shares = [one / watermark.BITS for one in bits]
        mean = float(np.mean(shares))
        rows.add("moxie", f"watermark_bits_{name}", mean, min(shares), max(shares), "share")
    rows.add("moxie", "watermark_accepted", accepted / tried, *wilson(accepted, tried), "share")
    rows.add("moxie", "watermark_control", max(control), 0, max(control), "bits of 64, unmarked")
    rows.spread("moxie", "watermark_read_ms", [1000 * one for one in seconds], "ms")
