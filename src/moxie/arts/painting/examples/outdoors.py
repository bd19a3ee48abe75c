"""Pictures of the open: what each is of, in which palette and on what ground."""

from __future__ import annotations

import numpy as np

from moxie.arts.painting.examples import land, things
from moxie.arts.painting.examples.scene import Scene


def harvest(seed: int) -> Scene:
    """Stooks and rows under a big sun."""
    s = Scene(320, 416, seed, ("lemon", "chrome", "ochre", "sienna", "cerulean", "violet", "leaf"))
    land.sky(s, ["cerulean", "mint", "cream", "lemon+cream"], horizon=0.4, sun=(0.7, 0.2))
    land.hills(s, [(0, 0.4), (0.3, 0.32), (0.6, 0.4), (1, 0.34)], ["violet+cobalt", "cobalt"], 3)
    land.furrows(s, 0.43, 0.62, ["sienna", "ochre", "chrome", "lemon"], 8, 5)
    for x, y, r in ((0.18, 0.66, 0.1), (0.42, 0.58, 0.07), (0.82, 0.74, 0.13)):
        stook = s.polygon([(x - 0.5 * r, y + r), (x, y - r), (x + 0.55 * r, y + r)])
        s.fill(
            stook,
            ["lemon", "ochre", "sienna+umber"],
            flow=s.toward(x, y - 2 * r),
            detail=0.7,
            across=s.x,
        )
        s.edge(stook, 3.0)
    return s


def crows(seed: int) -> Scene:
    """A path into wheat under a heavy sky."""
    s = Scene(256, 448, seed, ("chrome", "ochre", "ultramarine", "prussian", "sap", "sienna"))
    land.sky(s, ["prussian", "ultramarine", "cobalt", "ultramarine+slate"], horizon=0.45)
    land.swirls(s, [(0.25, 0.2, 0.2), (0.75, 0.15, 0.16)])
    land.wheat(s, 0.46, ["chrome", "ochre", "sienna", "lemon"], 4, lean=0.5)
    path = s.polygon([(0.3, 1.0), (0.47, 0.47), (0.5, 0.47), (0.62, 1.0)])
    s.fill(
        path,
        ["leaf", "mint+leaf", "sap", "sienna"],
        flow=s.toward(0.48, 0.4),
        detail=0.5,
        across=s.x,
    )
    s.edge(path, 2.4)
    rng = s.rng(9)
    for x, y in zip(rng.uniform(0.3, 0.95, 16), rng.uniform(0.12, 0.55, 16), strict=True):
        for side in (-1, 1):
            s.touch(x + side * 0.012, y, side * -0.6, 0.055, 0.014, "ink")
    return s


def cypresses(seed: int) -> Scene:
    """Two cypresses and a thin moon."""
    s = Scene(432, 336, seed, ("cream", "ice", "cerulean", "cobalt", "sap", "prussian", "ochre"))
    land.sky(s, ["cobalt", "cerulean", "ice", "cream"], horizon=0.6)
    land.swirls(s, [(0.65, 0.2, 0.18), (0.2, 0.38, 0.15)])
    s.fill(s.ellipse(0.74, 0.16, 0.075, 0.075), ["cream"], flow=s.around(0.74, 0.16), detail=0.8)
    bite = s.ellipse(0.71, 0.145, 0.06, 0.06)
    s.fill(bite, ["cerulean"], flow=s.around(0.74, 0.16), detail=0.8)
    land.hills(s, [(0, 0.6), (0.5, 0.66), (1, 0.57)], ["mint", "sap"], 3)
    land.wheat(s, 0.76, ["ochre", "chrome", "leaf"], 5, lean=-0.2)
    land.cypress(s, 0.36, 0.92, 0.84, ["prussian", "sap", "olive", "prussian"])
    land.cypress(s, 0.19, 0.95, 0.5, ["prussian", "sap", "olive"])
    return s


def night(seed: int) -> Scene:
    """A village asleep under turning stars."""
    names = ("lemon", "cream", "cerulean", "cobalt", "ultramarine", "prussian", "ink", "chrome")
    s = Scene(336, 432, seed, names, ground_name="umber+prussian")
    land.sky(s, ["prussian", "ultramarine", "cobalt", "ultramarine"], horizon=0.7)
    land.swirls(s, [(0.36, 0.3, 0.17), (0.62, 0.42, 0.14), (0.85, 0.2, 0.15), (0.1, 0.15, 0.14)])
    lights = ((0.85, 0.18, 0.06), (0.12, 0.14, 0.035), (0.36, 0.12, 0.03), (0.55, 0.2, 0.034))
    for x, y, r in (*lights, (0.22, 0.42, 0.028), (0.68, 0.36, 0.025), (0.46, 0.45, 0.022)):
        land.star(s, x, y, r, "lemon", "cerulean")
    land.hills(s, [(0, 0.62), (0.4, 0.7), (0.8, 0.58), (1, 0.6)], ["cobalt", "prussian"], 3)
    for x, y, w in ((0.1, 0.86, 0.12), (0.32, 0.9, 0.14), (0.62, 0.88, 0.13), (0.8, 0.93, 0.15)):
        things.house(s, x, y, w, 0.09, "ultramarine+slate", "prussian+umber")
        s.touch(x + 0.3 * w, y - 0.045, 1.57, 0.03, 0.02, "lemon")
    things.steeple(s, 0.54, 0.9, 0.36, "cobalt+slate", "prussian")
    return s


def harbor(seed: int) -> Scene:
    """Sails coming in on a fresh morning."""
    s = Scene(
        320, 432, seed, ("cream", "ice", "cerulean", "cobalt", "viridian", "vermilion", "ochre")
    )
    land.sky(s, ["cerulean", "ice", "cream"], horizon=0.42)
    land.hills(s, [(0, 0.38), (0.25, 0.33), (0.5, 0.42), (1, 0.42)], ["violet+cobalt", "slate"], 2)
    land.waves(s, 0.42, ["cobalt", "viridian", "cerulean", "ice"], 0.7)
    things.boat(s, 0.72, 0.5, 0.2, "umber", "white")
    things.boat(s, 0.2, 0.56, 0.3, "sienna", "ochre")
    things.boat(s, 0.52, 0.76, 0.46, "vermilion", "cream")
    return s


def moorings(seed: int) -> Scene:
    """Masts at dusk and what the water makes of them."""
    s = Scene(
        416, 320, seed, ("chrome", "rose", "vermilion", "violet", "lilac", "prussian", "slate")
    )
    land.sky(s, ["violet", "rose", "chrome+rose", "chrome"], horizon=0.5, sun=(0.35, 0.42))
    land.hills(s, [(0, 0.47), (0.6, 0.45), (1, 0.41)], ["violet+rose", "violet"], 4)
    quay = (0.15, 0.36, "vermilion"), (0.4, 0.28, "prussian"), (0.62, 0.44, "sienna")
    for x, size, hull in (*quay, (0.88, 0.36, "prussian")):
        things.boat(s, x, 0.53, size, hull, None)
    land.mirror(s, 0.58, "violet+rose", 0.3)
    for k in range(14):
        s.touch(
            0.35 + 0.03 * np.sin(3.1 * k), 0.6 + 0.026 * k, 0.05, 0.05 + 0.005 * k, 0.012, "chrome"
        )
    things.boat(s, 0.7, 0.84, 0.34, "ink+umber", None)
    return s


def orchard(seed: int) -> Scene:
    """Plum trees in blossom."""
    s = Scene(336, 416, seed, ("white", "rose", "mint", "leaf", "cerulean", "violet", "umber"))
    land.sky(s, ["cerulean", "ice", "white+ice"], horizon=0.45)
    land.furrows(s, 0.46, 0.3, ["leaf", "mint", "sap", "cream"], 6, 4)
    rows = ((0.12, 0.56, 0.28), (0.48, 0.58, 0.32), (0.85, 0.57, 0.3), (0.28, 0.78, 0.55))
    for k, (x, foot, size) in enumerate((*rows, (0.76, 0.9, 0.72))):
        land.tree(s, x, foot, size, ["white", "rose", "rose+mint", "leaf+rose"], 20 + k)
    land.blossom(s, ["white", "rose", "white", "lemon+white"], 190, 7, (0.0, 0.08, 1.0, 0.5))
    return s


def olives(seed: int) -> Scene:
    """Olive trees that writhe on red earth."""
    s = Scene(352, 432, seed, ("mint", "leaf", "olive", "viridian", "sienna", "rose", "cobalt"))
    land.sky(s, ["cerulean+mint", "mint", "cream+mint"], horizon=0.4)
    land.hills(s, [(0, 0.34), (0.5, 0.4), (1, 0.3)], ["cobalt", "violet+slate"], 3)
    ground = s.below([(0, 0.5), (1, 0.46)], 0.01, 6)
    wave = np.asarray(0.4 * np.sin(9 * s.x + 3), np.float32)
    s.fill(ground, ["sienna+rose", "ochre", "sienna"], flow=wave, detail=0.4)
    s.mottle(ground, "olive", cells=9, salt=8)
    for k, (x, foot, size) in enumerate(((0.5, 0.64, 0.42), (0.2, 0.86, 0.74), (0.8, 0.94, 0.82))):
        land.tree(s, x, foot, size, ["mint", "olive", "viridian", "olive"], 30 + k)
    return s


def autumn(seed: int) -> Scene:
    """One tree on a hill, burning."""
    s = Scene(432, 352, seed, ("chrome", "vermilion", "madder", "sienna", "ice", "slate", "olive"))
    land.sky(s, ["slate", "ice", "ice+cream", "cream"], horizon=0.75)
    s.mottle(s.y < 0.7, "white", cells=4, salt=2)
    land.hills(s, [(0, 0.86), (0.5, 0.74), (1, 0.88)], ["olive", "ochre", "sienna"], 3)
    land.tree(s, 0.5, 0.82, 0.8, ["chrome", "vermilion", "madder"], 4)
    land.tree(s, 0.5, 0.82, 0.74, ["lemon", "vermilion", "sienna"], 5)
    land.blossom(s, ["vermilion", "chrome", "madder"], 90, 6, (0.1, 0.8, 0.95, 1.0))
    return s


def roofs(seed: int) -> Scene:
    """Village roofs from above."""
    s = Scene(
        352, 416, seed, ("cream", "vermilion", "sienna", "madder", "slate", "viridian", "ice")
    )
    land.sky(s, ["ice", "cream+ice", "cream"], horizon=0.3)
    land.hills(s, [(0, 0.26), (0.4, 0.2), (1, 0.28)], ["viridian+slate", "viridian", "sap"], 3)
    rng = s.rng(4)
    for row in range(5):
        for x in np.arange(-0.08, 1, 0.2 + 0.03 * row):
            at, foot = x + rng.uniform(-0.04, 0.04), 0.4 + 0.155 * row + rng.uniform(-0.03, 0.03)
            roof = ("vermilion+sienna", "sienna", "madder+sienna", "slate")[int(rng.integers(0, 4))]
            wall = ("cream", "cream+rose", "ice")[int(rng.integers(0, 3))]
            things.house(s, at, foot, 0.15 + 0.025 * row, 0.085 + 0.012 * row, wall, roof)
    things.steeple(s, 0.62, 0.5, 0.44, "cream+slate", "slate")
    return s


def snow(seed: int) -> Scene:
    """A street in snow."""
    s = Scene(320, 400, seed, ("white", "ice", "lilac", "slate", "cobalt", "umber", "ochre"))
    s.ground_name = "umber+slate"
    land.sky(s, ["slate", "lilac+slate", "ice"], horizon=0.5)
    land.hills(s, [(0, 0.56), (0.5, 0.5), (1, 0.55)], ["white", "ice", "lilac", "white"], 2)
    for x, foot, w, h in ((0.02, 0.7, 0.26, 0.2), (0.66, 0.74, 0.3, 0.23), (0.34, 0.58, 0.14, 0.1)):
        things.house(s, x, foot, w, h, "umber+ochre", "white+ice")
    road = s.polygon([(0.2, 1), (0.46, 0.6), (0.52, 0.6), (0.72, 1)])
    s.fill(road, ["lilac", "slate+ice"], flow=s.toward(0.49, 0.5), detail=0.5)
    for x, foot, size in ((0.3, 0.74, 0.6), (0.6, 0.66, 0.42), (0.93, 0.84, 0.7)):
        land.bough(s, (x, foot), (x + 0.02, foot - size), 0.018)
        for k in range(6):
            up, side = foot - size * (0.4 + 0.1 * k), (-1) ** k * size * (0.28 - 0.03 * k)
            land.bough(s, (x + 0.01, up), (x + side / s.aspect, up - 0.1 * size), 0.008)
    return s


def poppies(seed: int) -> Scene:
    """A bank of poppies."""
    s = Scene(288, 432, seed, ("vermilion", "madder", "leaf", "sap", "mint", "ice", "lilac"))
    land.sky(s, ["lilac", "ice", "white"], horizon=0.3)
    land.hills(s, [(0, 0.3), (0.5, 0.24), (1, 0.32)], ["viridian+slate", "viridian"], 2)
    land.wheat(s, 0.36, ["leaf", "sap", "mint", "olive"], 4, lean=0.3)
    land.blossom(s, ["vermilion", "vermilion", "madder"], 190, 6, (0.0, 0.4, 1.0, 1.02), 0.05)
    land.tree(s, 0.84, 0.44, 0.36, ["mint", "sap", "viridian"], 8)
    return s


def bridge(seed: int) -> Scene:
    """A stone bridge over slow water."""
    s = Scene(304, 432, seed, ("cream", "ochre", "rose", "slate", "cerulean", "viridian", "umber"))
    land.sky(s, ["cerulean", "ice", "cream+rose"], horizon=0.4)
    land.hills(s, [(0, 0.36), (0.3, 0.42), (0.7, 0.36), (1, 0.3)], ["leaf", "viridian"], 2)
    deck = s.polygon([(0, 0.42), (0.5, 0.27), (1, 0.42), (1, 0.68), (0, 0.68)])
    s.fill(deck, ["cream", "cream+rose", "ochre+rose"], flow=0.0, detail=0.5)
    for lift, weight in ((0.0, 4.0), (0.045, 2.4)):
        s.outline([(0, 0.42 + lift), (0.5, 0.27 + lift), (1, 0.42 + lift)], weight)
    for x, r in ((0.19, 0.19), (0.5, 0.27), (0.81, 0.19)):
        arch = s.ellipse(x, 0.67, r, r) & (s.y < 0.68)
        s.fill(arch, ["prussian+viridian", "viridian+cerulean"], flow=0.0, detail=0.5)
        arc = np.linspace(np.pi, 2 * np.pi, 40)
        s.outline(np.stack([x + r * np.cos(arc) / s.aspect, 0.67 + r * np.sin(arc)], 1), 4.0)
    land.mirror(s, 0.67, "viridian+cerulean", 0.68)
    things.boat(s, 0.34, 0.85, 0.36, "sienna", None)
    return s


def mountain(seed: int) -> Scene:
    """A white mountain and its lake."""
    s = Scene(304, 448, seed, ("white", "ice", "lilac", "cobalt", "violet", "viridian", "rose"))
    land.sky(s, ["cobalt", "cerulean", "rose+ice", "rose+white"], horizon=0.55)
    peak = [(0.0, 0.6), (0.2, 0.42), (0.32, 0.3), (0.5, 0.08), (0.64, 0.3), (0.8, 0.4), (1, 0.58)]
    rock = s.polygon([*peak, (1, 0.66), (0, 0.66)])
    lit = (s.x - 0.5) + 0.1 * np.sin(40 * s.y + 14 * s.x)
    slope = np.where(s.x < 0.5, -0.9, 0.9).astype(np.float32)
    s.fill(rock, ["white", "ice", "violet", "cobalt"], flow=slope, detail=0.5, across=lit)
    s.outline(peak, 3.0)
    land.hills(s, [(0, 0.55), (0.3, 0.6), (0.6, 0.58), (1, 0.52)], ["viridian", "prussian"], 5)
    land.mirror(s, 0.66, "cobalt+viridian", 0.3)
    return s


def storm(seed: int) -> Scene:
    """The sea against rocks."""
    s = Scene(336, 432, seed, ("white", "mint", "viridian", "slate", "prussian", "umber", "lilac"))
    s.ground_name = "umber+ochre"
    land.sky(s, ["prussian", "slate", "lilac+slate", "ice"], horizon=0.3)
    land.swirls(s, [(0.7, 0.1, 0.2)])
    land.waves(s, 0.32, ["prussian", "viridian", "mint", "white"], 1.6)
    cliffs = (((0.0, 1), (0.02, 0.5), (0.14, 0.38), (0.22, 0.55), (0.3, 0.62), (0.4, 1)),)
    for cliff in (*cliffs, ((0.66, 1), (0.74, 0.76), (0.86, 0.7), (1.0, 0.82), (1, 1))):
        rock = s.polygon(list(cliff))
        s.fill(rock, ["umber+slate", "umber", "ink"], flow=1.2, detail=0.5, across=s.x + 0.4 * s.y)
        s.outline(list(cliff), 4.0)
    rng = s.rng(8)
    for k in range(110):
        x, spread = (0.32, 0.1) if k % 2 else (0.74, 0.08)
        at = x + rng.normal(0, spread), 0.72 + rng.normal(0, 0.09)
        s.touch(*at, rng.uniform(0, 3.1), 0.03, 0.011, "white" if k % 3 else "mint")
    return s


def poplars(seed: int) -> Scene:
    """A road between poplars."""
    s = Scene(448, 320, seed, ("lemon", "chrome", "leaf", "sienna", "lilac", "cerulean", "violet"))
    land.sky(s, ["cerulean", "lilac+ice", "cream"], horizon=0.6)
    land.furrows(s, 0.62, 0.5, ["sap", "leaf", "chrome"], 5, 4)
    road = s.polygon([(0.18, 1), (0.48, 0.63), (0.52, 0.63), (0.82, 1)])
    s.fill(road, ["rose+cream", "lilac", "rose+ochre"], flow=s.toward(0.5, 0.55), detail=0.4)
    for k in range(5):
        near = (k + 1) / 5
        for side in (-1, 1):
            x = 0.5 + side * (0.06 + 0.42 * near**1.6)
            colors = ["chrome", "lemon", "ochre"] if side < 0 else ["leaf", "chrome", "sap"]
            land.cypress(s, x, 0.64 + 0.3 * near**1.6, 0.22 + 0.62 * near, colors)
    s.touch(0.5, 0.74, 1.57, 0.05, 0.02, "prussian")
    return s


def windmill(seed: int) -> Scene:
    """A windmill over a kitchen garden."""
    s = Scene(368, 416, seed, ("cream", "ice", "slate", "ochre", "leaf", "sap", "sienna"))
    land.sky(s, ["slate+ice", "ice", "cream"], horizon=0.6)
    s.mottle(s.y < 0.6, "white", cells=4, salt=2, over=0.0)
    land.hills(s, [(0, 0.66), (0.6, 0.56), (1, 0.62)], ["leaf", "sap"], 3)
    land.furrows(s, 0.7, 0.8, ["sienna", "sap", "leaf", "ochre"], 7, 4)
    tower = [(0.52, 0.64), (0.56, 0.34), (0.68, 0.34), (0.72, 0.64)]
    s.fill(s.polygon(tower), ["cream", "ochre+slate", "umber"], flow=1.5, detail=0.6, across=s.x)
    s.outline([*tower, tower[0]], 3.0)
    cap = s.ellipse(0.62, 0.34, 0.08, 0.06) & (s.y < 0.36)
    s.fill(cap, ["sienna", "madder"], flow=0.0, detail=0.7)
    s.edge(cap, 2.6)
    for angle in (0.5, 0.5 + np.pi / 2, 0.5 + np.pi, 0.5 + 1.5 * np.pi):
        tip = (0.6 + 0.3 * np.cos(angle) / s.aspect, 0.33 + 0.3 * np.sin(angle))
        things.leaf(s, (0.6, 0.33), tip, 0.022, "cream")
        s.outline([(0.6, 0.33), tip], 3.4)
    return s


def beach(seed: int) -> Scene:
    """Boats drawn up on the sand."""
    s = Scene(320, 416, seed, ("cream", "rose", "ochre", "vermilion", "cobalt", "viridian", "ice"))
    land.sky(s, ["ice", "cream", "rose+cream"], horizon=0.24)
    land.waves(s, 0.26, ["cobalt", "cerulean", "mint", "white"], 0.5)
    shore = s.below([(0, 0.62), (0.4, 0.5), (1, 0.36)], 0.01, 4)
    drift = np.asarray(-0.25 + 0.2 * np.sin(8 * s.y), np.float32)
    s.fill(shore, ["cream", "ochre+cream", "rose+ochre"], flow=drift, detail=0.3)
    boats = ((0.78, 0.5, 0.34, "viridian"), (0.55, 0.64, 0.44, "vermilion"))
    for x, y, size, hull in (*boats, (0.3, 0.84, 0.56, "cobalt")):
        things.shadow(s, x + 0.02, y + 0.13 * size, 0.4 * size)
        things.boat(s, x, y, size, hull, None)
    return s
