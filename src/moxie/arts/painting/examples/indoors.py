"""Pictures of rooms, flowers, fruit and people."""

from __future__ import annotations

import numpy as np

from moxie.arts.painting.examples import land, things
from moxie.arts.painting.examples.scene import Scene


def sunflowers(seed: int) -> Scene:
    """Sunflowers in a stoneware pot."""
    s = Scene(432, 336, seed, ("lemon", "chrome", "ochre", "sienna", "mint", "cerulean", "sap"))
    things.table(s, 0.74, ["mint", "cerulean+mint", "mint+cream"], ["ochre", "chrome+ochre"], 2)
    rng = s.rng(5)
    for _ in range(16):
        tip = (rng.uniform(0.15, 0.85), rng.uniform(0.12, 0.6))
        things.leaf(s, (0.5, 0.66), tip, 0.03, ("sap", "leaf", "olive")[int(rng.integers(0, 3))])
    things.pot(s, 0.5, 0.88, 0.32, ["cream", "ochre", "sienna"], [0.28, 0.3, 0.42, 0.45, 0.36])
    heads = ((0.5, 0.2, 0.11), (0.27, 0.28, 0.1), (0.73, 0.26, 0.105), (0.4, 0.42, 0.115))
    for k, (x, y, r) in enumerate(
        (*heads, (0.65, 0.46, 0.11), (0.2, 0.48, 0.08), (0.82, 0.47, 0.075))
    ):
        things.flower(s, x, y, r, ["ochre", "chrome", "lemon"], "sienna", 40 + k)
    return s


def irises(seed: int) -> Scene:
    """Irises, tall and blue, against yellow."""
    s = Scene(
        448, 304, seed, ("chrome", "lemon", "violet", "ultramarine", "lilac", "viridian", "cream")
    )
    things.table(s, 0.84, ["chrome", "lemon+chrome", "ochre+lemon"], ["rose+cream", "rose"], 3)
    rng = s.rng(6)
    for k in range(18):
        tip = (0.5 + 0.42 * np.sin(2.4 * k), rng.uniform(0.1, 0.5))
        things.leaf(s, (0.5 + 0.05 * np.sin(k), 0.72), tip, 0.018, ("viridian", "sap")[k % 2])
    things.pot(s, 0.5, 0.93, 0.3, ["white", "ice", "slate+ice"], [0.2, 0.17, 0.36, 0.4, 0.26])
    for k in range(10):
        x, y = 0.5 + 0.33 * np.sin(2.2 * k + 0.5), 0.14 + 0.043 * k
        for angle in (0.4, 1.3, 2.2, 2.9):
            tip = (x + 0.075 * np.cos(angle) / s.aspect, y - 0.08 * np.sin(angle) + 0.03)
            color = ("violet", "ultramarine", "lilac", "ultramarine+violet")[
                int(rng.integers(0, 4))
            ]
            things.leaf(s, (x, y), tip, 0.026, color)
        s.touch(x, y, 1.5, 0.035, 0.014, "chrome")
    return s


def still_life(seed: int) -> Scene:
    """A jug and oranges on a blue cloth."""
    s = Scene(
        320, 416, seed, ("cream", "chrome", "vermilion", "sienna", "cobalt", "ultramarine", "mint")
    )
    things.table(s, 0.52, ["sienna+madder", "sienna", "ochre"], ["cobalt", "cerulean", "cobalt"], 3)
    things.pot(s, 0.3, 0.78, 0.56, ["ice", "mint", "viridian"], [0.13, 0.12, 0.3, 0.36, 0.3, 0.22])
    for x, y, r in ((0.56, 0.68, 0.1), (0.72, 0.66, 0.095), (0.64, 0.78, 0.105), (0.84, 0.8, 0.09)):
        things.fruit(s, x, y, r, ["lemon", "chrome", "vermilion+chrome", "vermilion+sienna"])
    return s


def pears(seed: int) -> Scene:
    """Pears on a plate."""
    s = Scene(352, 352, seed, ("lemon", "leaf", "sap", "ochre", "white", "violet", "lilac"))
    things.table(s, 0.38, ["violet", "violet+slate", "lilac"], ["white", "cream", "ice"], 4)
    things.shadow(s, 0.53, 0.72, 0.36)
    dish = s.ellipse(0.5, 0.68, 0.36, 0.17)
    s.fill(dish, ["ice", "white", "lilac"], flow=s.around(0.5, 0.68), detail=0.6, across=s.x)
    s.edge(dish, 3.0)
    for x, y, r in ((0.4, 0.56, 0.11), (0.6, 0.55, 0.105), (0.5, 0.64, 0.12)):
        neck = s.ellipse(x + 0.01, y - 1.05 * r, 0.5 * r, 0.75 * r, 0.1)
        s.fill(neck, ["lemon", "leaf"], flow=1.5, detail=0.7, across=s.x)
        s.edge(neck, 2.4)
        things.fruit(s, x, y, r, ["lemon", "leaf", "sap+ochre"])
        s.outline([(x + 0.01, y - 1.7 * r), (x + 0.03, y - 2.2 * r)], 4.0)
    return s


def man(seed: int) -> Scene:
    """A man in a straw hat."""
    s = Scene(
        416, 336, seed, ("cream", "rose", "ochre", "sienna", "cobalt", "cerulean", "viridian")
    )
    s.fill(None, ["cerulean", "cobalt", "viridian+cobalt"], flow=s.around(0.5, 0.4), detail=0.2)
    s.mottle(s.y < 2, "cerulean", cells=6, salt=3)
    skin = ["cream+rose", "rose+ochre", "sienna+rose", "sienna+madder"]
    things.head(s, 0.5, 0.46, 0.23, skin, "sienna", ["cobalt", "ultramarine", "prussian"])
    things.hat(s, 0.5, 0.46, 0.23, ["lemon", "chrome", "ochre"], "madder")
    return s


def woman(seed: int) -> Scene:
    """A woman in a green shawl."""
    s = Scene(432, 320, seed, ("cream", "rose", "vermilion", "madder", "viridian", "mint", "umber"))
    wall = np.asarray(1.57 + 0.5 * np.sin(12 * s.x), np.float32)
    s.fill(None, ["madder", "vermilion+madder", "vermilion+rose"], flow=wall, detail=0.2)
    for left, right in ((0.0, 0.2), (0.76, 1.0)):
        land.blossom(s, ["rose", "cream", "rose"], 26, 6, (left, 0.0, right, 0.6), 0.036)
    skin = ["cream", "cream+rose", "rose+ochre", "sienna+rose"]
    bun = s.ellipse(0.53, 0.15, 0.1, 0.08)
    s.fill(bun, ["umber", "ink"], flow=s.around(0.53, 0.15), detail=0.6)
    things.head(s, 0.47, 0.38, 0.19, skin, "umber+ink", ["mint", "viridian", "prussian"])
    return s


def chair(seed: int) -> Scene:
    """A room with a chair and a window."""
    s = Scene(
        416, 352, seed, ("cream", "chrome", "ochre", "cerulean", "mint", "vermilion", "violet")
    )
    s.fill(s.y < 0.64, ["cerulean", "cerulean+mint"], flow=1.57, detail=0.2)
    tiles = np.sin(18 * (s.x - 0.5) / (s.y - 0.2)) * np.sin(
        60 * np.sqrt(np.maximum(s.y - 0.5, 0.01))
    )
    s.fill(s.y >= 0.64, ["vermilion+sienna", "sienna", "ochre"], flow=0.2, detail=0.5, across=tiles)
    s.outline([(0, 0.64), (1, 0.64)], 3.0)
    pane = s.polygon([(0.08, 0.1), (0.34, 0.1), (0.34, 0.46), (0.08, 0.46)])
    s.fill(pane, ["lemon", "mint", "leaf"], flow=0.4, detail=0.6)
    s.edge(pane, 5.0)
    s.outline([(0.21, 0.1), (0.21, 0.46)], 4.0)
    seat = [(0.42, 0.64), (0.76, 0.6), (0.88, 0.7), (0.5, 0.76)]
    legs = [((0.5, 0.76), (0.49, 0.97)), ((0.88, 0.7), (0.9, 0.9)), ((0.44, 0.64), (0.43, 0.84))]
    posts = [((0.42, 0.64), (0.41, 0.26)), ((0.76, 0.6), (0.77, 0.24))]
    rungs = [((0.41, 0.3), (0.77, 0.28)), ((0.41, 0.4), (0.77, 0.38)), ((0.41, 0.5), (0.77, 0.48))]
    for a, b in (*legs, *posts, *rungs, ((0.49, 0.88), (0.9, 0.82))):
        _rail(s, a, b)
    s.fill(s.polygon(seat), ["chrome", "lemon", "ochre"], flow=-0.1, detail=0.7, across=s.x)
    s.outline([*seat, seat[0]], 3.2)
    return s


def _rail(s: Scene, a: tuple[float, float], b: tuple[float, float]) -> None:
    dx, dy = (0.014, 0.0) if abs(a[1] - b[1]) > abs(a[0] - b[0]) else (0.0, 0.014)
    bar = [(a[0] - dx, a[1] - dy), (b[0] - dx, b[1] - dy), (b[0] + dx, b[1] + dy)]
    bar.append((a[0] + dx, a[1] + dy))
    along = np.arctan2(b[1] - a[1], (b[0] - a[0]) * s.aspect)
    s.fill(s.polygon(bar), ["chrome", "ochre"], flow=float(along), detail=0.9, across=s.x + s.y)
    s.outline([*bar, bar[0]], 2.0)
