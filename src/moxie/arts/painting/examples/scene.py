"""A composition before it is painted: what color is where, which way it flows, where to be careful.

Positions are fractions: x from 0 at the left to 1, y from 0 at the top to 1. Radii are fractions of
the height, so that a circle is round in a picture of any shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""float32 [H, W]"""

Region: TypeAlias = NDArray[np.bool_]
"""bool [H, W], True inside"""

Point: TypeAlias = tuple[float, float]
Rgb: TypeAlias = tuple[int, int, int]

Touch: TypeAlias = tuple[float, float, float, float, float, tuple[float, ...]]
"""One last stroke in pixels: middle x, y, angle, length, width, color"""

Contour: TypeAlias = tuple[NDArray[np.float32], float, int]
"""A dark line in pixels [n, 2], its weight, and the fill it belongs to: later fills hide it"""

PIGMENTS: dict[str, Rgb] = {
    "white": (240, 234, 216),
    "cream": (238, 220, 170),
    "lemon": (240, 214, 84),
    "chrome": (232, 176, 40),
    "ochre": (198, 144, 60),
    "sienna": (166, 92, 46),
    "umber": (88, 62, 44),
    "vermilion": (206, 74, 44),
    "madder": (142, 38, 48),
    "rose": (218, 150, 150),
    "violet": (110, 92, 148),
    "lilac": (170, 160, 200),
    "ultramarine": (44, 62, 134),
    "cobalt": (66, 110, 176),
    "cerulean": (120, 168, 200),
    "ice": (196, 214, 218),
    "prussian": (24, 42, 72),
    "viridian": (44, 108, 92),
    "sap": (92, 126, 58),
    "leaf": (142, 160, 70),
    "olive": (104, 104, 56),
    "mint": (158, 192, 160),
    "slate": (98, 112, 124),
    "ink": (26, 28, 40),
}


def pigment(name: str) -> NDArray[np.float32]:
    """A pigment as float32 [3]; `a+b` is half of each, `a+b*3` a quarter and three quarters."""
    parts = [part.partition("*") for part in name.split("+")]
    weights = np.array([float(times or 1) for _, _, times in parts], np.float32)
    colors = np.array([PIGMENTS[color] for color, _, _ in parts], np.float32)
    mixed: NDArray[np.float32] = (weights[:, None] * colors).sum(0) / weights.sum()
    return mixed


def smooth_noise(rng: np.random.Generator, height: int, width: int, cells: int) -> Plane:
    """Noise about -1..1 that changes over 1/`cells` of the height, float32 [H, W]."""
    across = max(2, round(cells * width / height))
    coarse = rng.normal(0, 0.6, (cells + 4, across + 4)).astype(np.float32)
    tall, wide = height * (cells + 4) // cells, width * (across + 4) // across
    noise = cv2.resize(coarse, (wide, tall), interpolation=cv2.INTER_CUBIC)
    top, left = (tall - height) // 2, (wide - width) // 2  # the border would repeat its last cell
    return np.ascontiguousarray(noise[top : top + height, left : left + width], np.float32)


@dataclass(slots=True)
class Scene:
    """The composition. Fill it from back to front."""

    height: int
    width: int
    seed: int
    palette_names: Sequence[str]
    ground_name: str = "sienna+ochre"
    ink_name: str = "ink+prussian"
    color: NDArray[np.float32] = field(init=False)  # [H, W, 3], 0..255
    flow: Plane = field(init=False)  # radians, 0 is to the right, growing clockwise
    detail: Plane = field(init=False)  # 0 broad only .. 1 the finest brush
    over: NDArray[np.int32] = field(init=False)  # which `fill` is uppermost, [H, W]
    fills: int = 0
    contours: list[Contour] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.color = np.zeros((self.height, self.width, 3), np.float32)
        self.flow = np.zeros((self.height, self.width), np.float32)
        self.over = np.zeros((self.height, self.width), np.int32)
        self.detail = np.full((self.height, self.width), 0.2, np.float32)

    @property
    def palette(self) -> NDArray[np.float32]:
        """The pigments a stroke's color may lean to, float32 [n, 3]."""
        return np.stack([pigment(name) for name in self.palette_names])

    @property
    def ground(self) -> NDArray[np.float32]:
        """The tone of the primed canvas, float32 [3]."""
        return pigment(self.ground_name)

    @property
    def ink(self) -> NDArray[np.float32]:
        """What contours are drawn with, float32 [3]."""
        return pigment(self.ink_name)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def x(self) -> Plane:
        """0 at the left to 1 at the right, float32 [H, W]."""
        row = (np.arange(self.width, dtype=np.float32) + 0.5) / self.width
        return np.broadcast_to(row, (self.height, self.width))

    @property
    def y(self) -> Plane:
        """0 at the top to 1 at the bottom, float32 [H, W]."""
        column = (np.arange(self.height, dtype=np.float32) + 0.5) / self.height
        return np.broadcast_to(column[:, None], (self.height, self.width))

    def rng(self, salt: int) -> np.random.Generator:
        """Chance for one part of the scene, the same each time."""
        return np.random.default_rng([self.seed, salt])

    def pixels(self, points: Sequence[Point] | NDArray[Any]) -> NDArray[np.float32]:
        """Fractions to pixels, float32 [n, 2]."""
        scale = np.array([self.width, self.height], np.float32)
        return np.asarray(points, np.float32) * scale

    def fill(
        self,
        region: Region | None,
        colors: Sequence[str],
        *,
        flow: Plane | float,
        detail: float = 0.2,
        across: NDArray[Any] | None = None,
    ) -> None:
        """Lay a mass of color, graded over `across` (from top to bottom unless given)."""
        inside = np.ones(self.y.shape, bool) if region is None else region
        if not inside.any():
            return
        t = (self.y if across is None else across)[inside]
        t = (t - t.min()) / max(float(np.ptp(t)), 1e-6)
        stops = np.stack([pigment(name) for name in colors])
        at = np.linspace(0, 1, len(stops))
        self.color[inside] = np.stack([np.interp(t, at, stops[:, c]) for c in range(3)], 1)
        self.flow[inside] = flow if isinstance(flow, float | int) else flow[inside]
        self.detail[inside] = detail
        self.fills += 1
        self.over[inside] = self.fills

    def mottle(
        self, region: Region, color: str, *, cells: int, salt: int, over: float = 0.2
    ) -> None:
        """Patches of another color inside a region, where a smooth noise exceeds `over`."""
        noise = smooth_noise(self.rng(salt), self.height, self.width, cells)
        share = np.clip((noise - over) * 3, 0, 0.85)[..., None] * region[..., None]
        self.color = self.color * (1 - share) + pigment(color) * share

    def polygon(self, points: Sequence[Point]) -> Region:
        """What lies inside a polygon."""
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [np.rint(self.pixels(points)).astype(np.int32)], 1)
        return mask.astype(bool)

    def ellipse(self, x: float, y: float, rx: float, ry: float, tilt: float = 0.0) -> Region:
        """What lies inside an ellipse; radii are fractions of the height, tilt in radians."""
        dx, dy = (self.x - x) * self.aspect, self.y - y
        u = dx * np.cos(tilt) + dy * np.sin(tilt)
        v = dy * np.cos(tilt) - dx * np.sin(tilt)
        return np.asarray((u / rx) ** 2 + (v / ry) ** 2 <= 1)

    def below(self, points: Sequence[Point], rough: float = 0.0, salt: int = 0) -> Region:
        """What lies below a line through points, its roughness a fraction of the height."""
        return np.asarray(self.y > self.line(points, rough, salt)[None, :])

    def line(self, points: Sequence[Point], rough: float = 0.0, salt: int = 0) -> Plane:
        """The height of a rounded line through points at each column, float32 [W]."""
        xs, ys = zip(*points, strict=True)
        at = np.linspace(0, 1, self.width)
        line = np.interp(at, xs, ys)
        line = cv2.GaussianBlur(line[None].astype(np.float32), (0, 0), self.width / 40)[0]
        if rough:
            line = line + rough * smooth_noise(self.rng(salt), self.height, self.width, 14)[0]
        return np.asarray(line, np.float32)

    def around(self, x: float, y: float) -> Plane:
        """A flow in circles about a point."""
        return np.asarray(
            np.arctan2(self.y - y, (self.x - x) * self.aspect) + np.pi / 2, np.float32
        )

    def toward(self, x: float, y: float) -> Plane:
        """A flow that runs to a point, as furrows do."""
        return np.asarray(np.arctan2(self.y - y, (self.x - x) * self.aspect), np.float32)

    def distance(self, x: float, y: float) -> Plane:
        """How far each place is from a point, in heights."""
        return np.asarray(np.hypot((self.x - x) * self.aspect, self.y - y), np.float32)

    def outline(self, points: Sequence[Point] | NDArray[Any], weight: float = 3.0) -> None:
        """A dark contour along points, in pixels of a 400 px picture; close it yourself."""
        path = self.pixels(points)
        lengths = np.concatenate([np.zeros(1), np.hypot(*np.diff(path, axis=0).T).cumsum()])
        at = np.arange(0, lengths[-1], 4.0)
        fine = np.stack([np.interp(at, lengths, path[:, c]) for c in range(2)], 1)
        if len(fine) > 1:
            self.contours.append((fine.astype(np.float32), weight, self.fills))

    def edge(self, region: Region, weight: float = 3.0) -> None:
        """A dark contour about a region."""
        found, _ = cv2.findContours(
            region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        scale = np.array([self.width, self.height], np.float32)
        for contour in found:
            points = contour[:, 0].astype(np.float32)
            if len(points) < 12:
                continue
            self.outline(points[:: max(1, len(points) // 200)] / scale, weight)

    def touch(
        self, x: float, y: float, angle: float, length: float, width: float, color: str
    ) -> None:
        """One last stroke of a pigment; length and width are fractions of the height."""
        at = (x * self.width, y * self.height)
        size = (length * self.height, width * self.height)
        self.touches.append((*at, angle, *size, tuple(pigment(color).tolist())))
