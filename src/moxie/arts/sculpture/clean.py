"""A work made ready to learn from: closed, upright, centred, of one scale; and what was mended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.art import Cleaned
from moxie.arts.sculpture.field import field_of
from moxie.arts.sculpture.form import (
    STANDARD,
    Floats,
    Form,
    areas,
    is_closed,
    open_edges,
    parts,
    volume,
)
from moxie.arts.sculpture.repair import merged, oriented, without_loose
from moxie.text import say
from moxie.work import Flag

REBUILT = 104
"""Voxels along the longest side of a surface that is laid anew."""

MOST_FACES = 120_000
"""Faces of a work; what is finer is laid anew."""

LEAST_BODY = 0.0015
"""Volume over the area to the power of 3/2 (a ball has 0.094), below which it has no body."""

CROSSING = 0.04
"""Difference of volume, as a share, that shows a surface to run through itself."""

BASE, ASKEW = 0.35, 0.4
"""A flat base has this share of its bounding rectangle; what it stands on now, this much less."""


def clean(content: Form) -> Cleaned[Form]:
    """The work mended and brought to the standard frame; flags say what was done."""
    form, flags = _sound(content)
    form, lain = _upright(form)
    if lain:
        flags.append(Flag("turned", say("it was stood on its flat base")))
    if _flat(form):
        flat = Flag("flat", say("it encloses no body: a relief or a sheet cannot be learnt from"))
        return Cleaned(content, (flat, *flags), usable=False)
    form, rebuilt = _whole(form)
    flags += rebuilt
    form = _placed(form)
    return Cleaned(form, tuple(flags))


def _flat(form: Form) -> bool:
    """Whether it is a sheet or nothing at all, open or closed."""
    middle = form.vertices.mean(0)
    held = abs(volume(Form(form.vertices - middle, form.faces, form.frame)))
    return bool(held < LEAST_BODY * float(areas(form)[0].sum()) ** 1.5)


def _sound(form: Form) -> tuple[Form, list[Flag]]:
    """Without doubled vertices and loose parts, faces turned outwards."""
    flags: list[Flag] = []
    form = merged(form)
    form, loose = without_loose(form)
    if loose:
        flags.append(Flag("loose", say("{n} small loose parts were removed", n=loose)))
    if not is_closed(form) or volume(form) < 0:
        form, turned = oriented(form)
        if turned:
            flags.append(Flag("flipped", say("{n} faces were turned outwards", n=turned)))
    return form, flags


def _whole(form: Form) -> tuple[Form, list[Flag]]:
    """One closed surface: as it is where it is one, or else laid anew from its field."""
    open_ones = len(open_edges(form.faces))
    flags: list[Flag] = []
    if open_ones:
        flags.append(Flag("holes", say("{n} open edges were closed", n=open_ones)))
    elif _crosses(form):
        flags.append(Flag("crossing", say("its surface ran through itself and was made one")))
    elif len(form.faces) > MOST_FACES:
        flags.append(Flag("downscaled", say("its mesh was made coarser")))
    elif parts(form).max() == 0:
        return form, []
    pieces = field_of(form, REBUILT).mesh(STANDARD, whole=False)
    kept, loose = without_loose(pieces)
    if loose and not flags:
        flags.append(Flag("loose", say("{n} small loose parts were removed", n=loose)))
    return kept, flags


def _crosses(form: Form) -> bool:
    field = field_of(form, 64)
    held = float(np.clip(0.5 - field.values / field.pitch, 0, 1).sum()) * field.pitch**3
    return abs(held - volume(form)) > CROSSING * max(held, 1e-12)


def _upright(form: Form) -> tuple[Form, bool]:
    """Turned so that it stands on its base, where it clearly lies or hangs now."""
    shares = {turn: _base(form.vertices @ _TURNS[turn].T, form) for turn in range(len(_TURNS))}
    best = max(shares, key=lambda turn: (shares[turn], -turn))
    if best == 0 or shares[best] < BASE or shares[0] > ASKEW * shares[best]:
        return form, False
    return Form.of(form.vertices @ _TURNS[best].T, form.faces), True


def _base(vertices: Floats, form: Form) -> float:
    """How flat and broad it is where it touches the ground: share of the bounding rectangle."""
    turned = Form(np.ascontiguousarray(vertices), form.faces, form.frame)
    area, normal = areas(turned)
    low, extent = vertices[:, 1].min(), np.ptp(vertices, axis=0)
    middle = turned.corners()[..., 1].mean(1)
    on_ground = (normal[:, 1] < -0.9) & (middle < low + 0.03 * extent[1])
    return float(area[on_ground].sum() / max(float(extent[0] * extent[2]), 1e-12))


def _placed(form: Form) -> Form:
    """Centred, its longest side 1; the same object where it is so already."""
    low, high = form.vertices.min(0).astype(np.float64), form.vertices.max(0).astype(np.float64)
    middle, long = (low + high) / 2, float((high - low).max())
    if form.frame == STANDARD and np.abs(middle).max() < 1e-6 and abs(long - 1) < 1e-6:
        return form
    moved = (form.vertices - middle) / long
    return Form(moved.astype(np.float32), form.faces, STANDARD)


def standard(form: Form) -> Form:
    """Any form centred and scaled as works are."""
    return _placed(form)


def _turn(*rows: tuple[int, int, int]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


_TURNS = (
    _turn((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    _turn((1, 0, 0), (0, 0, 1), (0, -1, 0)),  # z was up
    _turn((1, 0, 0), (0, 0, -1), (0, 1, 0)),  # z was down
    _turn((0, -1, 0), (1, 0, 0), (0, 0, 1)),  # x was up
    _turn((0, 1, 0), (-1, 0, 0), (0, 0, 1)),  # x was down
    _turn((1, 0, 0), (0, -1, 0), (0, 0, -1)),  # upside down
)
"""Ways to stand a form up, as rotations."""
