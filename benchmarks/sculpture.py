"""What sculpture can do on real works, beside two peers, and restoration beside smoothing.

    python benchmarks/sculpture.py --works DIR [--number 8] [--size 96] [--strangers NAME ...]
        [--seed N] [--json]

The peers: *latent interpolation alone* (a place between two works' fields, no surface laid, no
parts joined) and *naive voxel patch copying* (every patch of a random coarse form replaced by the
nearest known one, once). Restoration: the top or a side of held-out works is cut away; beside it
trimesh's hole filling, and a soap film over the hole. Works named by `--strangers` are another
sculptor's: they are not learnt from, and the floor of fidelity is theirs as well as that of forms
that ship. What is known already is told as it goes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import binary_dilation
from scipy.spatial import cKDTree

from moxie.art import Brief, Sample
from moxie.arts.sculpture import ART
from moxie.arts.sculpture import mend as mending
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.copies import FormIndex
from moxie.arts.sculpture.field import Field
from moxie.arts.sculpture.film import film
from moxie.arts.sculpture.form import STANDARD, Form, compacted, is_closed, parts, volume
from moxie.arts.sculpture.rebuilding import SIDE, cubed, field_in_cube
from moxie.arts.sculpture.recipes.patches import PatchModel
from moxie.arts.sculpture.skin import PATCH, TRUNCATED, near
from moxie.arts.sculpture.stitch import stitched
from moxie.arts.sculpture.surface import cloud
from moxie.errors import UnreadableWork
from moxie.flow.evaluate import evaluate
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.nearest import nearest
from moxie.nn.voting import patches_at, vote
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan
from tables import Rows, parser

HELD_OUT, THRESHOLD = 4, 0.5
REGIONS = ("top 15%", "left 20%", "right 15%", "bottom 12%")
SHARES, BALLS = (0.1, 0.2), 4
"""Of balls that are taken away from the surface: their shares of it, and how many for each work."""


def main() -> None:
    """Read, learn, make, judge, mend; print a table and write JSON."""
    asked = _asked()
    works = read(asked.works)
    others = {name: works.pop(name) for name in asked.strangers}
    order = np.random.default_rng(asked.seed).permutation(sorted(works))
    held, train = list(order[:HELD_OUT]), list(order[HELD_OUT:])
    index = FormIndex.of([works[name] for name in order])
    rows, started = Rows(), time.process_time()
    model = _learn({name: works[name] for name in train})
    _note(rows, "moxie", {"fit_seconds": time.process_time() - started})
    strangers = _strangers(list(others.values()))
    makers: dict[str, Callable[[int], Form]] = {
        "moxie": lambda seed: model.sample(Brief((asked.size,), 0.5), seed=seed).content,
        "latent interpolation": lambda seed: _interpolated(model, seed),
        "patch copying": lambda seed: _copied(model, seed),
    }
    for name, make in makers.items():
        made, seconds = _made(name, make, asked.number)
        found = _measured(made, works, train, held, index, strangers)
        _note(rows, name, found | {"processor_seconds": seconds})
    for kind, ways in _restored(model, {name: works[name] for name in held}).items():
        for way, gap in ways.items():
            _note(rows, way, {f"chamfer_{kind}": gap})
    _note(rows, "all", {"peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20})
    rows.show(len(works), asked.json)


def _note(rows: Rows, system: str, found: Mapping[str, float]) -> None:
    """Rows, told at once as well: a stopped run has said something."""
    for metric, value in found.items():
        if not metric.endswith(("_low", "_high")):
            low, high = (found.get(f"{metric}_{end}", value) for end in ("low", "high"))
            rows.add(system, metric, value, low, high)
    print(system, dict(found), file=sys.stderr, flush=True)


def _made(name: str, make: Callable[[int], Form], number: int) -> tuple[list[Form], float]:
    """New forms, and the seconds of processor that one takes."""
    started, made = time.process_time(), []
    for seed in range(number):
        made.append(make(seed))
        print(f"{name}: {seed + 1} of {number}", file=sys.stderr, flush=True)
    return made, (time.process_time() - started) / max(number, 1)


def _strangers(forms: Sequence[Form]) -> dict[str, np.ndarray]:
    """Another hand's works as the first judge sees them."""
    if not forms:
        return {}
    seen = ART.judges()[0].embed([piece for form in forms for piece in ART.split(form)])
    return {"another hand": seen}


def _asked() -> argparse.Namespace:
    flags = parser(__doc__)
    flags.add_argument("--number", type=int, default=8, help="forms by each way")
    flags.add_argument("--size", type=int, default=96)
    flags.add_argument("--strangers", nargs="*", default=[], help="works that are another hand's")
    return flags.parse_args()


def read(folder: Path) -> dict[str, Form]:
    """The works of a folder by name, cleaned; what cannot be read is said and left out."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in ART.suffixes:
            try:
                cleaned = ART.clean(ART.read(path.read_bytes(), path.name))
            except UnreadableWork as error:
                print(path.name, error, file=sys.stderr)
                continue
            if cleaned.usable:
                found[path.stem] = cleaned.content
    return found


def _learn(works: dict[str, Form]) -> PatchModel:
    samples = [Sample(name, form) for name, form in works.items()]
    plan = Plan({}, 1.0, say("benchmark"))
    return PatchModel(Machine()).fit(
        samples, plan=plan, seed=0, checkpoint=NoCheckpoint(), on_step=lambda *_: None
    )


def _measured(
    made: Sequence[Form],
    works: dict[str, Form],
    train: Sequence[str],
    held: Sequence[str],
    index: FormIndex,
    strangers: dict[str, np.ndarray],
) -> dict[str, float]:
    """Soundness, style score against held-out works, near-copies."""
    found = evaluate(
        made,
        [works[name] for name in train],
        [works[name] for name in held],
        strangers or None,
        ART,
        index,
        threshold=THRESHOLD,
        typical=0.35,
        seed=0,
    )
    sound = [is_closed(form) and parts(form).max() == 0 and volume(form) > 0 for form in made]
    second = {name: float(m.value) for name, m in found.second_opinions.items()}
    return {
        "sound": float(np.mean(sound)),
        "style_score": found.fidelity.value,
        "style_score_low": found.fidelity.low,
        "style_score_high": found.fidelity.high,
        "diversity": found.diversity.value,
        "near_copies": found.near_copies,
        **second,
    }


def _interpolated(model: PatchModel, seed: int) -> Form:
    rng = np.random.default_rng(seed)
    one, other = rng.choice(len(model.workshop), 2, replace=False)
    fields = [cubed(model.workshop.exhibits[int(i)].form) for i in (one, other)]
    share = rng.uniform(0.3, 0.7)
    mixed = share * fields[0] + (1 - share) * fields[1]
    return standard(field_in_cube(mixed).mesh(STANDARD))


def _copied(model: PatchModel, seed: int) -> Form:
    """A random coarse body, each patch of it replaced by the nearest known one."""
    generator = torch.Generator().manual_seed(seed)
    known = []
    for exhibit in model.workshop.exhibits:
        values = _grid(cubed(exhibit.form))
        corners = near(values, 1)
        drawn = corners[torch.randperm(len(corners), generator=generator)[:800]]
        known.append(patches_at(values[None], drawn, PATCH))
    bank = torch.cat(known)
    rng = np.random.default_rng(seed)
    axis = np.linspace(-0.56, 0.56, SIDE)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    blobs = [
        np.linalg.norm((grid - rng.uniform(-0.2, 0.2, 3) * (1, 2, 1)), axis=-1)
        - rng.uniform(0.12, 0.22)
        for _ in range(5)
    ]
    body = _grid((np.minimum.reduce(blobs) / (axis[1] - axis[0])).astype(np.float32).ravel())
    corners = near(body, 2)
    chosen = bank[nearest(patches_at(body[None], corners, PATCH), bank)[0]]
    laid, count = vote(chosen, corners, (1, *body.shape), PATCH)
    values = torch.where(count > 0, laid[0], body)
    return standard(field_in_cube(values.numpy()).mesh(STANDARD))


def _grid(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.reshape(SIDE, SIDE, SIDE)).clamp(-TRUNCATED, TRUNCATED)


def _restored(model: PatchModel, held: dict[str, Form]) -> dict[str, dict[str, float]]:
    """Mean Chamfer distance of the filled part to the lost one, in longest sides, by kind."""
    rows: dict[str, dict[str, list[float]]] = {}
    for number, (name, form) in enumerate(held.items()):
        for what, mask in _holes(form, np.random.default_rng([21, number])):
            lost = form.frame.masked(form.vertices, mask)
            left = compacted(form.vertices, form.faces[~lost[form.faces].any(1)], form.frame)
            truth = _part(form, mask)
            ways = {
                "moxie": model.infill(left, mask, seed=0),
                "hole filling": _filled(left),
                "film": _film(left, mask),
            }
            found = {way: _chamfer(_part(filled, mask), truth) for way, filled in ways.items()}
            for way, gap in found.items():
                rows.setdefault(what.split()[0], {}).setdefault(way, []).append(gap)
            told = {way: round(gap, 4) for way, gap in found.items()}
            print(name, what, told, file=sys.stderr, flush=True)
    return {
        kind: {way: float(np.mean(gaps)) for way, gaps in ways.items()}
        for kind, ways in rows.items()
    }


def _holes(form: Form, rng: np.random.Generator) -> list[tuple[str, np.ndarray]]:
    """Parts to take away: sides, and balls about places of the surface."""
    found = [(f"side {region}", ART.region(region, None, form)) for region in REGIONS]
    places = cloud(form, 0.02).places
    centres = np.stack(np.meshgrid(*form.frame.centres(), indexing="ij"), -1)
    for _ in range(BALLS):
        middle = places[int(rng.integers(len(places)))]
        far = np.linalg.norm(places - middle, axis=1)
        radius = float(np.quantile(far, rng.uniform(*SHARES)))
        inside = np.linalg.norm(centres - middle, axis=-1) < radius
        found.append((f"ball {radius:.2f}", inside))
    return found


def _part(form: Form, mask: np.ndarray) -> np.ndarray:
    """Points of the surface in the mask and two voxels about it, where a filling begins."""
    about = binary_dilation(mask, np.ones((3, 3, 3)), iterations=2)
    points = cloud(form, 0.005).places
    return points[form.frame.masked(points.astype(np.float32), about)]


def _chamfer(one: np.ndarray, other: np.ndarray) -> float:
    rng = np.random.default_rng(0)  # from some points to all, or their spacing would be measured
    some, others = (points[rng.permutation(len(points))[:2000]] for points in (one, other))
    return float((cKDTree(one).query(others)[0].mean() + cKDTree(other).query(some)[0].mean()) / 2)


def _filled(left: Form) -> Form:
    """Each open rim closed by a fan about its middle, as trimesh's repair does for large holes."""
    import trimesh

    mesh = trimesh.Trimesh(left.vertices, left.faces, process=False)
    trimesh.repair.fill_holes(mesh)
    fans = [mesh.vertices.view(np.ndarray)]
    faces = [np.asarray(mesh.faces)]
    for path in trimesh.path.exchange.misc.faces_to_path(mesh)["entities"]:
        loop = np.asarray(path.points)
        if len(loop) > 3 and loop[0] == loop[-1]:
            middle = sum(map(len, fans))
            fans.append(fans[0][loop[:-1]].mean(0, keepdims=True))
            faces.append(np.stack([loop[1:], loop[:-1], np.full(len(loop) - 1, middle)], 1))
    return Form(
        np.concatenate(fans).astype(np.float32), np.concatenate(faces).astype(np.int32), left.frame
    )


def _film(left: Form, mask: np.ndarray) -> Form:
    """The hole filled as smoothly as Laplace's equation has it, with nothing learnt."""
    hole = mending.hole_of(left, mask)
    filled: Field = film(hole, np.zeros_like(hole.field.values))
    return stitched(left, mask, filled.mesh(left.frame, whole=False))


if __name__ == "__main__":
    main()
