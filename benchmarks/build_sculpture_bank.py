"""Writes src/moxie/arts/sculpture/data/others.npz: what the judges see of other hands' works.

All forms are made here by our own code, in five hands; only the judges' vectors ship.

    python benchmarks/build_sculpture_bank.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.examples import figure
from moxie.arts.sculpture.field import Field
from moxie.arts.sculpture.form import STANDARD, Form
from moxie.arts.sculpture.judges import BANK, judges, pieces

WORKS = 14
"""Works of each hand."""

PITCH = 1 / 60
Doubles = NDArray[np.float64]


def main() -> None:
    """Make the forms, look at them, write the bank."""
    rows: dict[str, NDArray[np.float16]] = {}
    for name, make in HANDS.items():
        forms = [_form(make(np.random.default_rng([7, n]))) for n in range(WORKS)]
        for judge in judges():
            seen = judge.embed([piece for form in forms for piece in pieces(form)])
            rows[f"{judge.name}/{name}"] = seen.astype(np.float16)
        print(name, len(forms), "works")
    folder = Path(__file__).resolve().parents[1] / "src/moxie/arts/sculpture" / BANK
    folder.parent.mkdir(exist_ok=True)
    np.savez_compressed(folder, allow_pickle=False, **rows)


def _form(field: Field) -> Form:
    return standard(field.mesh(STANDARD))


def _space() -> tuple[Doubles, Doubles, Doubles]:
    axes = [np.arange(-r, r, PITCH) for r in (0.5, 0.62, 0.5)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    return x, y, z


def _field(values: Doubles) -> Field:
    return Field(values.astype(np.float32), (-0.5, -0.62, -0.5), PITCH)


def _smooth_union(parts: list[Doubles], soft: float) -> Doubles:
    return -soft * np.log(sum(np.exp(-part / soft) for part in parts))


def _biomorphs(rng: Generator) -> Field:
    """Swelling bodies that flow into each other."""
    x, y, z = _space()
    parts = []
    for _ in range(int(rng.integers(3, 7))):
        at = rng.uniform((-0.2, -0.4, -0.2), (0.2, 0.4, 0.2))
        size = rng.uniform(0.08, 0.2, 3)
        parts.append(
            (
                np.sqrt(
                    sum(((a - c) / s) ** 2 for a, c, s in zip((x, y, z), at, size, strict=True))
                )
                - 1
            )
            * size.min()
        )
    spine = np.hypot(x, z) - 0.06 + np.maximum(np.abs(y) - 0.45, 0)
    return _field(_smooth_union([*parts, spine], 0.04))


def _blocks(rng: Generator) -> Field:
    """Crossing slabs and beams."""
    x, y, z = _space()
    parts = [np.maximum(np.maximum(np.abs(x), np.abs(z)) - 0.09, np.abs(y) - 0.5)]
    for _ in range(int(rng.integers(4, 9))):
        a = rng.uniform(-0.5, 0.5)
        u, w = x * np.cos(a) + z * np.sin(a), z * np.cos(a) - x * np.sin(a)
        at = rng.uniform((-0.15, -0.45, -0.15), (0.15, 0.45, 0.15))
        size = rng.uniform(0.03, 0.25, 3)
        edges = [np.abs(p - c) - s for p, c, s in zip((u, y, w), at, size, strict=True)]
        parts.append(np.maximum.reduce(edges))
    return _field(np.minimum.reduce(parts))


def _vessels(rng: Generator) -> Field:
    """Turned on a wheel, some of them fluted."""
    x, y, z = _space()
    heights = np.linspace(-0.5, 0.5, 7)
    radius = np.interp(y, heights, rng.uniform(0.06, 0.32, 7))
    radius = gaussian_filter(radius, (0, 3.0, 0))
    radius = radius + 0.008 * rng.integers(0, 2) * np.cos(rng.integers(8, 20) * np.arctan2(z, x))
    return _field(np.maximum((np.hypot(x, z) - radius) * 0.8, np.abs(y) - 0.5))


def _crags(rng: Generator) -> Field:
    """Lean, pitted figures on legs, pressed from clay."""
    x, y, z = _space()
    points = np.stack([x, y, z], -1)
    hip, neck = rng.uniform(-0.1, 0.05), rng.uniform(0.25, 0.35)
    joints: list[tuple[Sequence[float], Sequence[float]]]
    joints = [((-0.08, -0.5, 0), (0, hip, 0)), ((0.08, -0.5, 0.05), (0, hip, 0))]
    joints += [((0, hip, 0), (0, neck, 0)), ((0, neck, 0), (0, neck + 0.15, 0.03))]
    joints += [((0, neck, 0), (side * 0.16, rng.uniform(-0.1, 0.3), 0.1)) for side in (-1, 1)]
    parts = []
    for start, end in joints:
        along = np.subtract(end, start)
        share = np.clip((points - start) @ along / max(float(along @ along), 1e-9), 0, 1)
        gap = np.linalg.norm(points - start - share[..., None] * along, axis=-1)
        parts.append(gap - rng.uniform(0.035, 0.06))
    noise = gaussian_filter(rng.normal(0, 1, x.shape), 1.6)
    foot = np.maximum(np.hypot(x, z) - 0.2, np.abs(y + 0.5) - 0.04)
    return _field(_smooth_union([*parts, foot], 0.02) + 0.012 * noise / noise.std())


def _figures(rng: Generator) -> Field:
    """The hand of the sample works: fluted figures with egg heads."""
    return figure(rng)


HANDS: dict[str, Callable[[Generator], Field]] = {
    "biomorphs": _biomorphs,
    "blocks": _blocks,
    "vessels": _vessels,
    "crags": _crags,
    "figures": _figures,
}

if __name__ == "__main__":
    main()
