"""What a person may like or dislike about a sculpture, as numbers on even scales."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.art import Trait
from moxie.arts.sculpture.form import Floats, Form
from moxie.arts.sculpture.surface import Shape, cloud, shapes
from moxie.text import say

TRAITS = (
    Trait("slenderness", say("a tall, slender form"), say("a low, broad form")),
    Trait("depth", say("a deep form"), say("a flat, frontal form")),
    Trait("roughness", say("a rough surface"), say("a smooth surface")),
    Trait("roundness", say("strongly rounded masses"), say("large calm planes")),
    Trait("fineness", say("fine detail"), say("broad modelling")),
    Trait("hollows", say("many hollows and folds"), say("bulging, full masses")),
    Trait("ridges", say("ridges and grooves"), say("domes and dents")),
    Trait("asymmetry", say("an uneven left and right"), say("an even left and right")),
    Trait("openness", say("open, reaching forms"), say("one closed block")),
    Trait("height", say("mass carried high"), say("mass resting low")),
    Trait("base", say("a broad foot"), say("a narrow foot")),
    Trait("lean", say("a leaning axis"), say("an upright axis")),
    Trait("upright", say("upright surfaces"), say("level surfaces")),
    Trait("taper", say("a broad top"), say("a pointed top")),
)


def measure(form: Form) -> Floats:
    """Its traits, float32 [14]; finite for any mesh."""
    points, found = shapes(form)
    places = cloud(form, 0.02).places.astype(np.float64)
    if len(places) < 8:
        return np.zeros(len(TRAITS), np.float32)
    extent = np.ptp(places, axis=0) + 1e-3
    height = (places[:, 1] - places[:, 1].min()) / extent[1]
    width = float(np.sqrt(extent[0] * extent[2]))
    values = (
        np.log2(extent[1] / width),
        np.log2(extent[2] / extent[0]),
        *_local(found),
        _asymmetry(places, extent),
        _openness(places),
        float(height.mean()),
        np.log2(_reach(places, height < 0.12) / width),
        _lean(places, height),
        float(np.abs(points.normals[:, 1]).mean() * -1),
        np.log2(_reach(places, height > 0.85) / width),
    )
    return np.nan_to_num(np.array(values, np.float32), posinf=0.0, neginf=0.0)


def _local(found: list[Shape]) -> tuple[float, float, float, float, float]:
    fine, middle, coarse = found
    rough = float(np.log2(fine.rough.mean() + 1e-3))
    rounded = float(np.log2(coarse.curved.mean() + 1e-2))
    detail = float(np.log2((fine.curved.mean() + 1e-2) / (coarse.curved.mean() + 1e-2)))
    hollow = float((middle.mean < -0.05).mean())
    ridged = float((np.abs(np.abs(middle.index) - 0.5) < 0.2).mean())
    return rough, rounded, detail, hollow, ridged


def _asymmetry(places: NDArray[np.float64], extent: NDArray[np.float64]) -> float:
    """Log of how far the mirror image is from the form itself, in its width."""
    from scipy.spatial import cKDTree

    about = places - (places.min(0) + places.max(0)) / 2
    gap, _ = cKDTree(about).query(about * (-1, 1, 1))
    return float(np.log2(gap.mean() / extent[0] + 5e-3))


def _openness(places: NDArray[np.float64]) -> float:
    """Log of how much farther than a ball's its points reach from their middle, on average."""
    reach = np.linalg.norm(places - places.mean(0), axis=1)
    return float(np.log2(reach.std() / max(float(reach.mean()), 1e-9) + 1e-3))


def _reach(places: NDArray[np.float64], some: NDArray[np.bool_]) -> float:
    """How broad a layer is."""
    if some.sum() < 3:
        return 1e-3
    return float(np.sqrt(np.prod(np.ptp(places[some][:, [0, 2]], axis=0) + 1e-3)))


def _lean(places: NDArray[np.float64], height: NDArray[np.float64]) -> float:
    """Log of how far the upper half's middle lies beside the lower half's, in heights."""
    upper, lower = places[height > 0.5], places[height <= 0.5]
    if not len(upper) or not len(lower):
        return -6.0
    aside = float(np.hypot(*(upper.mean(0) - lower.mean(0))[[0, 2]]))
    return float(np.log2(aside / max(float(np.ptp(places[:, 1])), 1e-9) + 0.015))
