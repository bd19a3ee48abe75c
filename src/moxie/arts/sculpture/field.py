"""From a mesh to a field: the signed distance to its surface on a grid, holes and all.

Which side is inside is told by the winding number, which a hole makes unsure only near the hole
(Jacobson, Kavan and Sorkine-Hornung, "Robust Inside-Outside Segmentation using Generalized Winding
Numbers", 2013). It is the solution of a Poisson equation (Kazhdan, "Reconstruction of Solid Models
from Oriented Point Sets", 2005), solved here on the grid itself by one Fourier transform. Near the
surface the distance is that to the planes of the nearest samples of it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.contour import contour
from moxie.arts.sculpture.form import Floats, Form, Frame, areas, largest, vertex_normals

BAND = 2.0
"""Voxels on either side of the surface where distances are exact."""

BURIED = 0.8
"""Winding number before a surface, from which on it lies inside a body."""

NEIGHBOURS = 3
"""Samples of the surface that a distance is told from."""

MARGIN = 4
"""Voxels of air about a form."""

MOST_SAMPLES = 600_000
"""Samples of a surface, beyond which they are taken farther apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Signed distances float32 [x, y, z] in the work's units, negative inside.

    Voxel (i, j, k) lies at `low` + `pitch` (i, j, k).
    """

    values: Floats
    low: tuple[float, float, float]
    pitch: float

    def at(self, points: NDArray[np.floating]) -> Floats:
        """The distance at points [..., 3], linear between voxels; outside the grid, at its rim."""
        from scipy.ndimage import map_coordinates

        place = (np.asarray(points, np.float64) - self.low) / self.pitch
        flat = place.reshape(-1, 3).T
        found = map_coordinates(self.values, flat, order=1, mode="nearest")
        return np.asarray(found, np.float32).reshape(place.shape[:-1])

    @property
    def high(self) -> NDArray[np.float64]:
        """Where the last voxel lies, [3]."""
        return np.asarray(self.low + self.pitch * (np.array(self.values.shape) - 1))

    def points(self) -> NDArray[np.float64]:
        """Where the voxels lie, [x, y, z, 3]."""
        return _lattice_of(self.low, self.values.shape, self.pitch)

    def on(self, box: Box) -> Field:
        """The same distances on another grid."""
        return Field(self.at(box.points()), box.low, box.pitch)

    def mesh(self, frame: Frame, *, whole: bool = True) -> Form:
        """Its surface; with `whole`, the largest part of it alone."""
        form = Form(*contour(self.values, self.low, self.pitch), frame)
        return largest(form) if whole else form


@dataclass(frozen=True, slots=True)
class Box:
    """A grid to fill: its first voxel, its voxels along each axis, and how far they are apart."""

    low: tuple[float, float, float]
    shape: tuple[int, int, int]
    pitch: float

    @classmethod
    def about(cls, form: Form, size: int) -> Box:
        """A grid about a form, `size` voxels along its longest side, air included."""
        low, high = form.vertices.min(0).astype(float), form.vertices.max(0).astype(float)
        pitch = float((high - low).max()) / max(size - 2 * MARGIN, 8)
        return cls.around(low, high, max(pitch, 1e-9))

    @classmethod
    def around(cls, low: NDArray[np.float64], high: NDArray[np.float64], pitch: float) -> Box:
        """A grid about what lies between two corners."""
        numbers = np.ceil((high - low) / pitch).astype(int) + 2 * MARGIN
        corner = (low + high) / 2 - pitch * (numbers - 1) / 2
        first = (float(corner[0]), float(corner[1]), float(corner[2]))
        return cls(first, (int(numbers[0]), int(numbers[1]), int(numbers[2])), pitch)

    @classmethod
    def between(cls, low: NDArray[np.float64], high: NDArray[np.float64], pitch: float) -> Box:
        """A grid from one corner to the other or a little beyond it, without any air."""
        numbers = np.ceil((high - low) / pitch).astype(int) + 1
        first = (float(low[0]), float(low[1]), float(low[2]))
        return cls(first, (int(numbers[0]), int(numbers[1]), int(numbers[2])), pitch)

    def points(self) -> NDArray[np.float64]:
        """Where the voxels lie, [x, y, z, 3]."""
        return _lattice_of(self.low, self.shape, self.pitch)


def _lattice_of(
    low: tuple[float, float, float], shape: tuple[int, ...], pitch: float
) -> NDArray[np.float64]:
    axes = [first + pitch * np.arange(n) for first, n in zip(low, shape, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1)


_kept: OrderedDict[tuple[int, Box], tuple[Form, Field]] = OrderedDict()
_lock = Lock()
KEPT = 24


def field_of(form: Form, size: int = 64) -> Field:
    """The field of a form on a grid about it; the last few are kept."""
    return field_in(form, Box.about(form, size))


def field_in(form: Form, box: Box) -> Field:
    """The field of a form on a given grid; the last few are kept."""
    key = (id(form), box)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key][1]
    found = _measured(form, box)
    with _lock:
        _kept[key] = (form, found)  # the form as well, or its id could be another's
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def samples(form: Form, apart: float) -> tuple[Floats, Floats, Floats]:
    """Points over the whole surface about so far apart: places, normals [n, 3], areas [n]."""
    area, normal = areas(form)
    smooth = vertex_normals(form)
    corners = form.corners()
    long = np.max(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2), axis=1)
    apart = max(apart, float(np.sqrt(area.sum() / MOST_SAMPLES)))
    steps = np.clip(np.ceil(long / apart), 1, 4096).astype(int)
    found: list[tuple[Floats, Floats, Floats]] = []
    for n in np.unique(steps):
        some = np.flatnonzero((steps == n) & (area > 0))
        weights = _lattice(int(n))
        places = np.einsum("pk,fkc->fpc", weights, corners[some]).reshape(-1, 3)
        # faces that turn away from their vertices' mean are creases, and keep their own plane
        own = np.repeat(normal[some], len(weights), axis=0)
        shaded = np.einsum("pk,fkc->fpc", weights, smooth[form.faces[some]]).reshape(-1, 3)
        flat = (shaded * own).sum(1, keepdims=True) < 0.8
        turned = np.where(
            flat, own, shaded / np.maximum(np.linalg.norm(shaded, axis=1), 1e-9)[:, None]
        )
        share = np.repeat(area[some], len(weights)) / np.float32(len(weights))
        found.append((places.astype(np.float32), turned.astype(np.float32), share))
    if not found:
        nothing = np.zeros((0, 3), np.float32)
        return nothing, nothing, np.zeros(0, np.float32)
    places, normals, shares = (np.concatenate(c) for c in zip(*found, strict=True))
    return places, normals, shares


def _lattice(n: int) -> Floats:
    """Barycentric weights of the middles of the n * n small triangles of one, [n * n, 3]."""
    i, j = np.mgrid[0:n, 0:n]
    up = (i + j < n)[..., None]
    first = np.stack([i + 1 / 3, j + 1 / 3], -1)[up[..., 0]]
    down = i + j < n - 1
    second = np.stack([i + 2 / 3, j + 2 / 3], -1)[down]
    both = np.concatenate([first, second]) / n
    return np.concatenate([1 - both.sum(1, keepdims=True), both], axis=1).astype(np.float32)


def _measured(form: Form, box: Box) -> Field:
    from scipy.ndimage import binary_dilation, distance_transform_edt

    places, normals, shares = samples(form, 0.5 * box.pitch)
    if not len(places):
        return Field(np.full(box.shape, box.pitch, np.float32), box.low, box.pitch)
    chi = winding(places, normals, shares, box)
    bare = _bare(places, normals, chi, box)
    places, normals = places[bare], normals[bare]
    if not len(places):
        return Field(np.full(box.shape, box.pitch, np.float32), box.low, box.pitch)
    inside = chi > 0.5
    far = np.where(inside, -distance_transform_edt(inside), distance_transform_edt(~inside))
    far = far - 0.5 * np.sign(far)
    slope = np.sqrt(sum(g**2 for g in np.gradient(chi)))
    soft = (0.5 - chi) / np.maximum(slope, 0.02)
    values = np.where(np.abs(far) < BAND, np.clip(soft, -BAND, BAND), far)
    touched = np.zeros(box.shape, np.bool_)
    cell = np.rint((places - np.array(box.low)) / box.pitch).astype(int)
    held = ((cell >= 0) & (cell < box.shape)).all(1)
    touched[tuple(cell[held].T)] = True
    near = np.argwhere(binary_dilation(touched, np.ones((3, 3, 3)), iterations=int(BAND)))
    values[tuple(near.T)] = _near(near, chi[tuple(near.T)], places, normals, box)
    return Field((values * box.pitch).astype(np.float32), box.low, box.pitch)


def _bare(places: Floats, normals: Floats, chi: Floats, box: Box) -> NDArray[np.bool_]:
    """Which samples have air before them: a surface that lies inside a body bounds nothing."""
    before = places + normals * np.float32(1.5 * box.pitch)
    return Field(chi.astype(np.float32), box.low, box.pitch).at(before) < BURIED


def _near(
    voxels: NDArray[np.int64], chi: Floats, places: Floats, normals: Floats, box: Box
) -> NDArray[np.float64]:
    """Signed distances of voxels near the surface, in voxels [n]."""
    from scipy.spatial import cKDTree

    points = np.array(box.low) + box.pitch * voxels
    count = min(NEIGHBOURS, len(places))
    tree = cKDTree(places, balanced_tree=False, compact_nodes=False)
    gap, index = tree.query(points, count)
    gap, index = gap.reshape(len(points), count), index.reshape(len(points), count)
    turned = normals[index]
    agree = (turned * turned[:, :1]).sum(2) > 0.3  # not the other side of something thin
    weight = agree * np.exp(-((gap - gap[:, :1]) ** 2) / (0.3 * box.pitch) ** 2)
    plane = ((points[:, None] - places[index]) * turned).sum(2)
    found = (weight * plane).sum(1) / weight.sum(1) / box.pitch
    least = gap[:, 0] / box.pitch
    found = np.where(np.abs(found) > least + 0.5, np.sign(found) * least, found)
    sure = np.abs(chi - 0.5) > 0.35
    wrong = sure & ((found < 0) != (chi > 0.5)) & (np.abs(found) > 0.6)
    return np.asarray(np.where(wrong, -found, found))


def winding(places: Floats, normals: Floats, shares: Floats, box: Box) -> Floats:
    """How much inside each voxel is: 1 inside, 0 outside, between where the surface is open."""
    from scipy.fft import irfftn, next_fast_len, rfftn

    shape = tuple(next_fast_len(n + max(8, n // 4), real=True) for n in box.shape)
    before = [(m - n) // 2 for m, n in zip(shape, box.shape, strict=True)]
    place = (places - np.array(box.low)) / box.pitch + before
    place = np.clip(place, 0, np.array(shape) - 2)
    total = np.zeros((shape[0], shape[1], shape[2] // 2 + 1), np.complex128)
    waves = [np.fft.fftfreq(shape[0]), np.fft.fftfreq(shape[1]), np.fft.rfftfreq(shape[2])]
    grids = np.meshgrid(*(2 * np.pi * wave for wave in waves), indexing="ij", sparse=True)
    weights = shares[:, None] * normals / box.pitch**2
    for grid, splat in zip(grids, _splat(place, weights, shape), strict=True):
        total += grid * rfftn(splat)
    square = sum(grid**2 for grid in grids)
    square[0, 0, 0] = 1.0
    blurred = np.exp(-square * 0.6**2 / 2)  # or the samples would ring
    chi = irfftn(1j * total / square * blurred, shape)
    rim = np.ones(shape, np.bool_)
    rim[2:-2, 2:-2, 2:-2] = False
    chi -= chi[rim].mean()
    return np.asarray(chi[tuple(slice(b, b + n) for b, n in zip(before, box.shape, strict=True))])


def _splat(
    place: NDArray[np.float64], weights: Floats, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Weights [n, 3] at places in voxels [n, 3], shared out among the eight voxels about each."""
    first = np.floor(place).astype(np.int64)
    share = place - first
    base = np.ravel_multi_index(tuple(first.T), shape)
    grids = np.zeros((3, int(np.prod(shape))))
    for offset in np.ndindex(2, 2, 2):
        x, y, z = (share[:, k] if offset[k] else 1 - share[:, k] for k in range(3))
        factor, flat = x * y * z, base + int(np.ravel_multi_index(offset, shape))
        for axis in range(3):
            grids[axis] += np.bincount(flat, weights[:, axis] * factor, minlength=grids.shape[1])
    return grids.reshape(3, *shape)
