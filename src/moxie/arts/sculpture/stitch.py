"""Joining a new surface to what is left of a mesh, which keeps every vertex where it was.

Of the old mesh the faces stay whose corners are all known, of the new one those that lie wholly
in the mask. Their open rims are sewn together, each to the nearest. Where two rims of one mesh have
become one of the other, the two are bridged and sewn as one; rims far from any other are closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.form import (
    GRID,
    STANDARD,
    Bools,
    Floats,
    Form,
    Integers,
    edges,
    open_edges,
    parts,
)

NEARBY = 2
"""Cells of the mask within which an old open rim is taken to be the broken edge."""

FAR = 8
"""Cells that the rims of two meshes may lie apart, on average, to be sewn to each other."""

Loop = list[int]
Face = tuple[int, int, int]


def stitched(content: Form, mask: Bools, made: Form) -> Form:
    """The content with what the mask covers taken from `made`, sewn to the rest.

    The content's vertices outside the mask stay, in their order and unmoved; every other vertex
    lies inside the mask.
    """
    frame = content.frame
    masked = frame.masked(content.vertices, mask)
    old, old_faces = _selected(content.vertices, content.faces, ~masked)
    inside = frame.masked(made.vertices, mask)
    new, new_faces = _selected(made.vertices, made.faces, inside)
    new_faces = new_faces + len(old)
    points = np.concatenate([old, new])
    rims = _rims(open_edges(old_faces)) if len(old_faces) else []
    close = _nearby(mask)
    rims = [rim for rim in rims if frame.masked(points[rim], close).any()]
    new_faces = _anchored(new_faces)
    ends = _rims(open_edges(new_faces)) if len(new_faces) else []
    faces = np.concatenate([old_faces, new_faces])
    sewn, extra = _sewn(points, rims, ends, faces, FAR * frame.side / GRID)
    faces = np.concatenate([faces, sewn]).astype(np.int32)
    return _used(np.concatenate([points, extra]), faces, len(old), content)


def _selected(vertices: Floats, faces: Integers, kept: Bools) -> tuple[Floats, Integers]:
    """The vertices that are kept, in order, and the faces that have only such."""
    places = np.cumsum(kept) - 1
    some = faces[kept[faces].all(1)]
    return vertices[kept], places[some].astype(np.int32).reshape(-1, 3)


def _used(points: Floats, faces: Integers, known: int, content: Form) -> Form:
    """Without new vertices that no face uses; the known ones stay, used or not."""
    used = np.zeros(len(points), np.bool_)
    used[faces] = True
    used[:known] = True
    places = np.cumsum(used) - 1
    return Form(
        np.ascontiguousarray(points[used], np.float32),
        np.ascontiguousarray(places[faces], np.int32),
        content.frame,
    )


def _nearby(mask: Bools) -> Bools:
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(mask, np.ones((3, 3, 3)), iterations=NEARBY), np.bool_)


def _anchored(faces: Integers) -> Integers:
    """Without parts that have no rim to be sewn on by, nor specks."""
    if not len(faces):
        return faces
    which = parts(Form(np.zeros((faces.max() + 1, 3), np.float32), faces, STANDARD))
    rim = np.zeros(faces.max() + 1, np.bool_)
    rim[open_edges(faces)] = True
    anchored = np.bincount(which, rim[faces].any(1)) > 0
    return faces[(anchored & (np.bincount(which) >= 6))[which]]


def _rims(directed: NDArray[np.int64]) -> list[Loop]:
    """Closed loops of open directed edges."""
    after: dict[int, list[int]] = defaultdict(list)
    for a, b in directed.tolist():
        after[a].append(b)
    loops = []
    for start in list(after):
        while after[start]:
            loop, at = [start], after[start].pop()
            while at != start and after[at]:
                loop.append(at)
                at = after[at].pop()
            if at == start and len(loop) > 2:
                loops.append(loop)
    return loops


def _sewn(
    points: Floats, rims: Sequence[Loop], ends: Sequence[Loop], known: Integers, most: float
) -> tuple[Integers, Floats]:
    """Faces that join rims of the old mesh to ends of the new, at `most` so far apart, and close
    what is left over; `known` are the faces of both.
    """
    faces: list[Face] = []
    extra: list[NDArray[np.float64]] = []
    used: list[Loop] = []
    for these, those in _groups(points, rims, ends, most):
        rim, end = (_bridged(points, loops, known) for loops in (these, those))
        both, between = [*these, *those], _uncreased(_zip(points, rim, end))
        if len(both) > 2 and _crowded(between):
            both, between = [these[0], those[0]], _zip(points, these[0], those[0])
        faces += between
        used += both
    for loop in (rim for rim in rims if rim not in used):
        faces += _fan(loop, known)
    for loop in (end for end in ends if end not in used):
        middle = len(points) + len(extra)
        extra.append(points[loop[0]].astype(np.float64) * 0.999 + points[loop].mean(0) * 0.001)
        faces += [(b, a, middle) for a, b in zip(loop, loop[1:] + loop[:1], strict=True)]
    found = np.array(faces, np.int32).reshape(-1, 3)
    return found, np.array(extra, np.float32).reshape(-1, 3)


def _groups(
    points: Floats, rims: Sequence[Loop], ends: Sequence[Loop], most: float
) -> list[tuple[list[Loop], list[Loop]]]:
    """Rims and the ends they are to be sewn to: one and one, and what is left to the nearest."""
    if not rims or not ends:
        return []
    ways = np.array([[_ways(points[rim], points[end]) for end in ends] for rim in rims])
    gaps = ways.sum(2)
    at_end: dict[int, int] = {}
    for i, j in np.argwhere(gaps < most)[np.argsort(gaps[gaps < most], kind="stable")].tolist():
        if i not in at_end and j not in at_end.values():
            at_end[i] = j
    groups = {i: ([rims[i]], [ends[j]]) for i, j in at_end.items()}
    at_rim = {j: i for i, j in at_end.items()}
    for i in sorted(set(range(len(rims))) - set(at_end)):
        j = int(ways[i, :, 0].argmin())
        if ways[i, j, 0] < most / 2 and j in at_rim:
            groups[at_rim[j]][0].append(rims[i])
    for j in sorted(set(range(len(ends))) - set(at_rim)):
        i = int(ways[:, j, 1].argmin())
        if ways[i, j, 1] < most / 2 and i in groups:
            groups[i][1].append(ends[j])
    return list(groups.values())


def _ways(rim: Floats, end: Floats) -> tuple[float, float]:
    """How far a rim lies from an end, on average, and the end from the rim."""
    from scipy.spatial import cKDTree

    there, back = cKDTree(end).query(rim)[0].mean(), cKDTree(rim).query(end)[0].mean()
    return float(there), float(back)


def _bridged(points: Floats, loops: Sequence[Loop], faces: Integers) -> Loop:
    """One loop that goes around all, over bridges where they are nearest, there and back.

    Where an edge of the faces is already there, there is no bridge: it would have four faces. Loops
    that touch in a corner need none.
    """
    whole = list(loops[0])
    for loop in loops[1:]:
        apart = np.linalg.norm(points[whole][:, None] - points[loop][None], axis=2)
        held = _held([*whole, *loop], faces)
        apart[[[(a, b) in held for b in loop] for a in whole]] = np.inf
        i, j = np.unravel_index(int(apart.argmin()), apart.shape)
        around = loop[j:] + loop[: j + 1]
        touching = whole[i] == loop[j]
        whole = whole[: i + 1] + (around[1:-1] if touching else around) + whole[i:]
    return whole


def _uncreased(faces: Sequence[Face]) -> list[Face]:
    """Without pairs of faces that lie back to back, as over a bridge that both sides share."""
    count: dict[frozenset[int], int] = defaultdict(int)
    for face in faces:
        count[frozenset(face)] += 1
    return [face for face in faces if count[frozenset(face)] != 2]


def _crowded(faces: Sequence[Face]) -> bool:
    """Whether an edge has more than two of the faces, or a face has a corner twice."""
    if not faces:
        return False
    pairs = np.sort(edges(np.array(faces)), 1)
    _, times = np.unique(pairs, axis=0, return_counts=True)
    return bool((times > 2).any() or (pairs[:, 0] == pairs[:, 1]).any())


def _fan(loop: Loop, faces: Integers) -> list[Face]:
    """A rim closed from its first vertex that has no edge to another of the rim in old faces."""
    joined = _held(loop, faces)
    for start in range(len(loop)):
        turned = loop[start:] + loop[:start]
        if not any((turned[0], other) in joined for other in turned[2:-1]):
            break
    else:
        turned = loop
    return [(turned[i + 1], turned[i], turned[0]) for i in range(1, len(turned) - 1)]


def _held(loop: Loop, faces: Integers) -> set[tuple[int, int]]:
    """Edges of the faces between corners of a loop, both ways."""
    held = edges(faces[np.isin(faces, loop).sum(1) > 1]).tolist()
    return {(a, b) for a, b in held} | {(b, a) for a, b in held}


def _zip(points: Floats, rim: Loop, edge: Loop) -> list[Face]:
    """Triangles between two loops that run against each other, by the shorter diagonal."""
    here = points[rim].astype(np.float64)
    back = edge[::-1]
    there = points[back].astype(np.float64)
    apart = np.linalg.norm(here[:, None] - there[None], axis=2)
    i0, j0 = np.unravel_index(int(apart.argmin()), apart.shape)
    n, m = len(rim), len(back)
    i = j = 0
    faces = []
    while i < n or j < m:
        a, b = int(i0 + i) % n, int(j0 + j) % m
        next_a, next_b = (a + 1) % n, (b + 1) % m
        # a loop may not run far ahead of the other
        ahead = i / n - j / m
        first = apart[next_a, b] * (1 + max(0.0, 4 * ahead))
        second = apart[a, next_b] * (1 + max(0.0, -4 * ahead))
        if j == m or (i < n and first <= second):
            faces.append((rim[next_a], rim[a], back[b]))
            i += 1
        else:
            faces.append((back[b], back[next_b], rim[a]))
            j += 1
    return faces
