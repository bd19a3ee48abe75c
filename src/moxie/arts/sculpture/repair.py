"""What can be wrong with a mesh, found and put right without moving a vertex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.form import Form, areas, compacted, edges, parts

LOOSE = 0.004
"""A part with less than this share of the whole surface is no part of the work."""


def merged(form: Form) -> Form:
    """Vertices that lie in one place made one, and faces without area left out."""
    points, places = np.unique(form.vertices, axis=0, return_inverse=True)
    faces = places.reshape(-1)[form.faces].astype(np.int32)
    a, b, c = faces.T
    sound = (a != b) & (b != c) & (c != a)
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    once = np.zeros(len(faces), np.bool_)
    once[first] = True
    if len(points) == len(form.vertices) and (sound & once).all():
        return form
    return compacted(points.astype(np.float32), faces[sound & once], form.frame)


def without_loose(form: Form) -> tuple[Form, int]:
    """The mesh without its small loose parts, and how many those were."""
    which = parts(form)
    if not len(which) or which.max() == 0:
        return form, 0
    share = np.bincount(which, areas(form)[0])
    small = share < LOOSE * share.sum()
    if not small.any():
        return form, 0
    return compacted(form.vertices, form.faces[~small[which]], form.frame), int(small.sum())


def oriented(form: Form) -> tuple[Form, int]:
    """Every face turned as its neighbours are, parts outwards; and how many faces were turned.

    Two copies of every face, one of them turned over, are linked wherever they agree along an
    edge: of each pair of linked sets, one is the surface as it should be.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    number = len(form.faces)
    one, other, agree = _neighbours(form)
    there = np.where(agree, other, other + number)
    over = np.where(agree, other + number, other)
    rows, columns = np.concatenate([one, one + number]), np.concatenate([there, over])
    graph = coo_matrix((np.ones(len(rows), np.bool_), (rows, columns)), (2 * number, 2 * number))
    _, label = connected_components(graph, directed=False)
    surface, mirror = label[:number], label[number:]
    # of a set and its mirror image the one that holds the smaller number, or both (a Moebius band)
    turned = surface > mirror
    faces = np.where(turned[:, None], form.faces[:, ::-1], form.faces)
    found = Form(form.vertices, np.ascontiguousarray(faces, np.int32), form.frame)
    groups = np.unique(np.minimum(surface, mirror), return_inverse=True)[1]
    inward = _volumes(found, groups) < 0
    faces = np.where(inward[groups][:, None], found.faces[:, ::-1], found.faces)
    changed = int((turned ^ inward[groups]).sum())
    return Form(form.vertices, np.ascontiguousarray(faces, np.int32), form.frame), changed


def _neighbours(
    form: Form,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Pairs of faces that alone share an edge, and whether they are turned the same way."""
    directed = edges(form.faces)
    face = np.tile(np.arange(len(form.faces)), 3)
    low, high = directed.min(1), directed.max(1)
    order = np.lexsort((high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    ahead = np.concatenate([same[1:], [False]])
    behind = np.concatenate([[False], same[:-1]])
    pair = np.flatnonzero(same & ~ahead & ~behind)
    one, other = order[pair], order[pair + 1]
    return face[one], face[other], directed[one, 0] != directed[other, 0]


def _volumes(form: Form, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Signed volume of each group of faces, about its own middle."""
    corners = form.corners().astype(np.float64)
    count = np.bincount(groups)
    middle = np.stack([np.bincount(groups, corners[..., k].mean(1)) for k in range(3)], 1)
    about = corners - (middle / count[:, None])[groups][:, None]
    a, b, c = np.moveaxis(about, 1, 0)
    sums = np.bincount(groups, np.einsum("ij,ij->i", a, np.cross(b, c)) / 6)
    return np.asarray(sums, np.float64)
