"""Subjects made by people, and people: houses, boats, flowers in a vase, fruit, a head."""

from __future__ import annotations

import numpy as np

from moxie.arts.painting.examples.scene import Region, Scene


def house(s: Scene, x: float, foot: float, w: float, h: float, wall: str, roof: str) -> None:
    """A house seen from its side; w is a fraction of the width, h of the height."""
    top = foot - h
    front = s.polygon([(x, foot), (x, top), (x + w, top), (x + w, foot)])
    s.fill(front, [wall, f"{wall}*2+slate"], flow=1.45, detail=0.5)
    ridge = top - 0.5 * h
    slope = [(x - 0.08 * w, top + 0.01), (x + 0.2 * w, ridge), (x + 0.85 * w, ridge)]
    slope.append((x + 1.08 * w, top + 0.01))
    s.fill(s.polygon(slope), [roof, f"{roof}*2+umber"], flow=1.15, detail=0.6)
    s.outline([*slope, slope[0]], 2.6)
    s.outline([(x, top), (x, foot), (x + w, foot), (x + w, top)], 2.2)
    for at in (0.22, 0.62):
        left, up = x + at * w, top + 0.3 * h
        pane = [(left, up), (left + 0.16 * w, up)]
        pane += [(left + 0.16 * w, up + 0.32 * h), (left, up + 0.32 * h)]
        s.fill(s.polygon(pane), ["prussian+slate"], flow=1.57, detail=1.0)


def steeple(s: Scene, x: float, foot: float, h: float, wall: str, roof: str) -> None:
    """A church tower."""
    w = 0.09 * h / 0.4 / s.aspect
    body = [(x - w, foot), (x - w, foot - 0.55 * h), (x + w, foot - 0.55 * h), (x + w, foot)]
    cap = [(x - 1.25 * w, foot - 0.55 * h), (x, foot - h), (x + 1.25 * w, foot - 0.55 * h)]
    s.fill(s.polygon(body), [wall], flow=1.57, detail=0.6)
    s.fill(s.polygon(cap), [roof], flow=1.3, detail=0.7)
    s.outline([*body], 2.2)
    s.outline([*cap, cap[0]], 2.4)


def boat(s: Scene, x: float, y: float, size: float, hull: str, sail: str | None) -> None:
    """A boat with its bow to the right, and perhaps a sail; size is a fraction of the height."""
    k = size / s.aspect
    t = np.linspace(0, 1, 14)
    keel = [(x + k * (a - 0.5), y + 0.17 * size * np.sin(np.pi * a) ** 0.6) for a in t]
    rim = [(x + k * (a - 0.5), y + 0.05 * size * np.sin(np.pi * a)) for a in t[::-1]]
    keel[-1], rim[0] = (x + 0.58 * k, y - 0.07 * size), (x + 0.58 * k, y - 0.07 * size)
    body = s.polygon([*keel, *rim])
    s.fill(body, [hull, f"{hull}+ink"], flow=0.05, detail=0.85)
    s.outline([*keel, *rim, keel[0]], 2.6)
    mast = y - 0.95 * size
    s.outline([(x, y), (x + 0.01 * k, mast)], 3.0)
    if sail is not None:
        cloth = [(x + 0.04 * k, mast + 0.04 * size), (x + 0.02 * k, y - 0.1 * size)]
        cloth += [(x + 0.45 * k, y - 0.13 * size), (x + 0.3 * k, y - 0.5 * size)]
        s.fill(s.polygon(cloth), [sail, f"{sail}+ochre"], flow=1.2, detail=0.8, across=s.x)
        s.outline([*cloth, cloth[0]], 2.2)


def table(s: Scene, edge: float, wall: list[str], cloth: list[str], salt: int) -> None:
    """A wall, and a table top whose far edge is at `edge`."""
    drift = np.asarray(0.8 + 0.9 * np.sin(3 * s.x + 4 * s.y), np.float32)
    s.fill(None, wall, flow=drift, detail=0.2)
    s.mottle(s.y < edge, wall[-1], cells=6, salt=salt)
    top = s.below([(0, edge + 0.015), (1, edge - 0.015)])
    s.fill(top, cloth, flow=np.asarray(0.15 * np.sin(8 * s.x), np.float32), detail=0.3)
    s.mottle(top, cloth[0], cells=8, salt=salt + 1)
    s.outline([(0, edge + 0.015), (0.5, edge), (1, edge - 0.015)], 2.6)


def pot(s: Scene, x: float, foot: float, h: float, colors: list[str], profile: list[float]) -> None:
    """Something thrown on a wheel: half widths from rim to foot as fractions of its height."""
    t = np.linspace(0, 1, 30)
    half = h * np.interp(t, np.linspace(0, 1, len(profile)), profile) / s.aspect
    left = [(x - b, foot - h * (1 - a)) for a, b in zip(t, half, strict=True)]
    right = [(x + b, foot - h * (1 - a)) for a, b in zip(t, half, strict=True)]
    shadow(s, x + 0.1 * h, foot, 1.1 * h * max(profile))
    body = s.polygon([*left, *right[::-1]])
    lit = (s.x - x) + 0.12 * np.cos(9 * s.y)
    bow = np.asarray(1.57 + 1.3 * (s.x - x) * s.aspect / h, np.float32)
    s.fill(body, colors, flow=bow, detail=0.6, across=lit)
    s.outline([*left, *right[::-1], left[0]], 3.0)
    s.touch(x - 0.4 * float(half.max()), foot - 0.55 * h, 1.5, 0.2 * h, 0.013, "white")


def shadow(s: Scene, x: float, y: float, r: float) -> None:
    """A cool shadow lying on a table."""
    dark = s.ellipse(x, y, r * 1.25, r * 0.32)[..., None]
    s.color = np.where(dark, s.color * 0.58 + np.array([16, 16, 34], np.float32), s.color)


def flower(
    s: Scene, x: float, y: float, r: float, petals: list[str], heart: str, salt: int
) -> None:
    """A round flower: a ring of petals about a heart."""
    rng = s.rng(salt)
    disk = s.ellipse(x, y, r, r * rng.uniform(0.8, 1.0), rng.uniform(0, 3))
    s.fill(disk, petals, flow=s.toward(x, y), detail=0.8, across=s.distance(x, y))
    n = int(rng.integers(13, 18))
    for k in range(n):
        a = 2 * np.pi * (k + rng.uniform(-0.3, 0.3)) / n
        px, py = x + 0.85 * r * np.cos(a) / s.aspect, y + 0.85 * r * np.sin(a)
        color = petals[int(rng.integers(0, len(petals)))]
        s.touch(px, py, a + rng.normal(0, 0.2), 0.62 * r, 0.2 * r, color)
    s.fill(
        s.ellipse(x, y, 0.4 * r, 0.4 * r), [heart, f"{heart}+umber"], flow=s.around(x, y), detail=1
    )
    for _ in range(7):
        a, d = rng.uniform(0, 6.28), 0.28 * r * rng.random()
        s.touch(x + d * np.cos(a) / s.aspect, y + d * np.sin(a), a, 0.12 * r, 0.11 * r, heart)


def leaf(
    s: Scene, a: tuple[float, float], b: tuple[float, float], thick: float, color: str
) -> None:
    """A leaf or blade from a to b."""
    t = np.linspace(0, 1, 14)
    along = np.arctan2(b[1] - a[1], (b[0] - a[0]) * s.aspect)
    bend = 0.25 * thick * np.sin(np.pi * t)
    half = thick * np.sin(np.pi * t**0.8)
    cx, cy = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + bend
    dx, dy = -np.sin(along) / s.aspect, np.cos(along)
    one = np.stack([cx + half * dx, cy + half * dy], 1)
    two = np.stack([cx - half * dx, cy - half * dy], 1)
    shape = np.concatenate([one, two[::-1]])
    region = s.polygon([(float(p), float(q)) for p, q in shape])
    s.fill(region, [color, f"{color}+lemon*0.4"], flow=float(along), detail=0.8, across=s.x + s.y)
    s.outline(one, 1.6)


def fruit(s: Scene, x: float, y: float, r: float, colors: list[str], *, tall: float = 1.0) -> None:
    """A round fruit, lit from the upper left."""
    shadow(s, x + 0.6 * r / s.aspect, y + 0.85 * r * tall, r)
    body = s.ellipse(x, y, r, r * tall)
    far = s.distance(x - 0.4 * r / s.aspect, y - 0.45 * r)
    s.fill(body, colors, flow=s.around(x - 0.3 * r / s.aspect, y - 0.3 * r), detail=0.7, across=far)
    s.edge(body, 2.6)
    s.touch(x - 0.35 * r / s.aspect, y - 0.45 * r * tall, 0.6, 0.3 * r, 0.14 * r, "cream")


def head(
    s: Scene, x: float, y: float, r: float, skin: list[str], hair: str, coat: list[str]
) -> None:
    """Shoulders, a neck and a face turned a little, with the light on its left side."""
    k = r / s.aspect
    bust = [(x - 2.3 * k, 1.02), (x - 1.9 * k, y + 1.95 * r), (x - 0.55 * k, y + 1.4 * r)]
    bust += [(x + 0.6 * k, y + 1.4 * r), (x + 1.8 * k, y + 1.9 * r), (x + 2.3 * k, 1.02)]
    s.fill(s.polygon(bust), coat, flow=s.toward(x, y + 1.2 * r), detail=0.4, across=s.x)
    s.outline(bust, 3.4)
    neck = [(x - 0.4 * k, y + 0.6 * r), (x + 0.45 * k, y + 0.6 * r)]
    neck += [(x + 0.55 * k, y + 1.5 * r), (x - 0.1 * k, y + 1.72 * r), (x - 0.5 * k, y + 1.5 * r)]
    s.fill(s.polygon(neck), [skin[-1], skin[1]], flow=1.4, detail=0.6)
    mop = s.ellipse(x + 0.06 * k, y - 0.15 * r, 0.92 * r, 1.12 * r)
    s.fill(mop, [hair, f"{hair}+umber"], flow=s.around(x, y), detail=0.6)
    s.edge(mop, 2.6)
    face = s.ellipse(x - 0.06 * k, y + 0.14 * r, 0.72 * r, 0.98 * r, -0.06)
    _model(s, face, x, y, r, skin)
    _features(s, x - 0.1 * k, y, r, skin)


def _model(s: Scene, face: Region, x: float, y: float, r: float, skin: list[str]) -> None:
    bow = s.around(x - 0.2 * r / s.aspect, y + 0.3 * r)
    s.fill(face, skin, flow=bow, detail=0.7, across=s.x * 1.6 + 0.3 * s.y)
    s.edge(face, 2.2)


def _features(s: Scene, x: float, y: float, r: float, skin: list[str]) -> None:
    k = r / s.aspect
    for side in (-0.34, 0.3):
        ex, ey = x + side * k, y + 0.02 * r
        s.fill(s.ellipse(ex, ey, 0.15 * r, 0.075 * r), ["ice"], flow=0.0, detail=1.0)
        s.touch(ex, ey, 1.5, 0.1 * r, 0.1 * r, "prussian")
        lid = [(ex - 0.19 * k, ey + 0.01 * r), (ex, ey - 0.1 * r), (ex + 0.19 * k, ey + 0.02 * r)]
        brow = [(ex - 0.24 * k, ey - 0.2 * r), (ex, ey - 0.29 * r), (ex + 0.24 * k, ey - 0.2 * r)]
        s.outline(lid, 2.4)
        s.outline(brow, 4.0)
    nose = [(x + 0.0 * k, y - 0.05 * r), (x - 0.1 * k, y + 0.36 * r), (x + 0.1 * k, y + 0.42 * r)]
    s.outline(nose, 2.6)
    s.touch(x - 0.03 * k, y + 0.2 * r, 1.65, 0.36 * r, 0.07 * r, skin[0])
    for side in (-1, 1):  # the corners of the mouth a little up
        s.touch(x + 0.1 * side * k, y + 0.64 * r, -0.22 * side, 0.24 * r, 0.06 * r, "madder")
        s.touch(x + 0.06 * side * k, y + 0.7 * r, -0.2 * side, 0.16 * r, 0.05 * r, "vermilion+rose")
    s.touch(x - 0.4 * k, y + 0.36 * r, 0.9, 0.24 * r, 0.12 * r, "vermilion+rose*3")


def hat(s: Scene, x: float, y: float, r: float, straw: list[str], band: str) -> None:
    """A brimmed hat on a head at (x, y) of radius r."""
    k = r / s.aspect
    crown = [(x - 0.72 * k, y - 0.5 * r), (x - 0.56 * k, y - 1.36 * r), (x + 0.1 * k, y - 1.5 * r)]
    crown += [(x + 0.66 * k, y - 1.34 * r), (x + 0.76 * k, y - 0.5 * r)]
    s.fill(s.polygon(crown), straw, flow=s.around(x, y + r), detail=0.6, across=s.x)
    s.outline(crown, 2.8)
    ribbon = s.polygon([(x - 0.74 * k, y - 0.72 * r), (x + 0.76 * k, y - 0.76 * r), *crown[:-6:-4]])
    s.fill(ribbon & s.ellipse(x, y - 0.62 * r, 0.8 * r, 0.2 * r), [band], flow=0.0, detail=0.7)
    brim = s.ellipse(x, y - 0.46 * r, 1.3 * r, 0.24 * r, -0.05)
    s.fill(brim, straw, flow=np.asarray(0.05 + 0 * s.x, np.float32), detail=0.7, across=s.x)
    s.edge(brim, 2.8)
