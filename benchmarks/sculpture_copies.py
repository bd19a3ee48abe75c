"""How well copied forms are found, how often different works pass for copies, and the cost.

    python benchmarks/sculpture_copies.py --works DIR [--others DIR ...] [--seed N] [--json]

Every work is indexed; each is changed by the edits of `EDITS`, turned freely in space, and looked
up. `recall_*` is the share found (the right work, at or above the threshold). `alike_own` is each
work's likeness to its nearest other work. `seconds_*` are seconds of processor. `--others` are more
works in the index that nothing is copied from, and `made` forms by our own code join them, so that
the search has something to be misled by. The peer, in the same run: shape distributions (Osada et
al., 2002), with the threshold that suits it best, the nearest two different works.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from build_sculpture_bank import HANDS
from moxie.arts.sculpture.align import points_of
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.copies import FormIndex
from moxie.arts.sculpture.field import field_of
from moxie.arts.sculpture.form import STANDARD, Form, compacted
from sculpture import read
from tables import Rows, parser

THRESHOLD = 0.5

MADE = 12
"""Forms of each hand of our own that are indexed as well."""

Random = np.random.Generator
Doubles = NDArray[np.float64]
Edit = Callable[[Form, Random, Sequence[Form]], Form]


def moved(form: Form, points: Doubles) -> Form:
    """The same faces on vertices elsewhere."""
    return Form.of(points, form.faces)


def turn(rng: Random) -> Doubles:
    """A rotation, all alike likely."""
    turned, scale = np.linalg.qr(rng.normal(size=(3, 3)))
    turned = turned * np.sign(np.diag(scale))
    return np.asarray(turned * np.sign(np.linalg.det(turned)))


def stretched(form: Form, rng: Random, _: Sequence[Form]) -> Form:
    """By 15 % along one axis, narrowed by as much along another."""
    factors = rng.permutation([1.15, 1 / 1.15, 1.0])
    return moved(form, form.vertices * factors)


def bent(form: Form, rng: Random, _: Sequence[Form]) -> Form:
    """The axis bent sideways by a tenth of the height at the top."""
    height = (form.vertices[:, 1] - form.vertices[:, 1].min()) / np.ptp(form.vertices[:, 1])
    aside = rng.normal(size=2)
    points = form.vertices.astype(np.float64)
    points[:, [0, 2]] += 0.1 * height[:, None] ** 2 * aside / np.linalg.norm(aside)
    return moved(form, points)


def noisy(form: Form, rng: Random, _: Sequence[Form]) -> Form:
    """Every vertex moved by 1 % of the longest side."""
    return moved(form, form.vertices + rng.normal(0, 0.01, form.vertices.shape))


def relaid(form: Form, _: Random, __: Sequence[Form]) -> Form:
    """Its surface laid anew at 30 voxels."""
    return field_of(form, 38).mesh(STANDARD)


def kept(form: Form, held: NDArray[np.bool_]) -> Form:
    """Some of its faces."""
    return compacted(form.vertices, form.faces[held], form.frame)


def layer(low: float, high: float) -> Edit:
    """What lies between two shares of the height."""

    def edit(form: Form, _: Random, __: Sequence[Form]) -> Form:
        y = form.corners()[..., 1].mean(1)
        share = (y - y.min()) / np.ptp(y)
        return kept(form, (share >= low) & (share <= high))

    return edit


def hewn(form: Form, rng: Random, _: Sequence[Form]) -> Form:
    """A quarter of the surface cut off by a slanting plane."""
    along = form.corners().mean(1) @ rng.normal(size=3)
    return kept(form, along <= np.quantile(along, 0.75))


def grafted(form: Form, rng: Random, others: Sequence[Form]) -> Form:
    """Its upper half on the lower half of another work."""
    other = others[int(rng.integers(len(others)))]
    top, foot = layer(0.5, 1.0)(form, rng, ()), layer(0.0, 0.5)(other, rng, ())
    points = np.concatenate([top.vertices, foot.vertices])
    return Form.of(points, np.concatenate([top.faces, foot.faces + len(top.vertices)]))


EDITS: Mapping[str, Edit] = {
    "turned": lambda form, _, __: form,
    "mirrored": lambda form, _, __: moved(form, np.asarray(form.vertices * (-1, 1, 1), np.float64)),
    "noise": noisy,
    "stretched": stretched,
    "bent": bent,
    "relaid": relaid,
    "hewn": hewn,
    "upper60": layer(0.4, 1.0),
    "lower60": layer(0.0, 0.6),
    "grafted": grafted,
}


class Distributions:
    """Peer: how far the distances of pairs of points are distributed alike."""

    def __init__(self, works: Sequence[Form]) -> None:
        self._rows = np.stack([self.row(work) for work in works])

    @staticmethod
    def row(form: Form) -> Doubles:
        """Shares of distances in 32 bins up to three mean radii."""
        points = points_of(form)
        one, other = np.random.default_rng(3).integers(0, len(points), (2, 20_000))
        radius = np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean())
        gaps = np.linalg.norm(points[one] - points[other], axis=1) / radius
        return np.asarray(np.histogram(gaps, np.linspace(0, 3, 33))[0] / len(gaps))

    def nearest(self, form: Form, exclude: Sequence[int] = ()) -> tuple[int, float]:
        """(work, likeness); the greater the nearer."""
        gaps = np.abs(self._rows - self.row(form)).sum(1)
        gaps[list(exclude)] = np.inf
        return int(gaps.argmin()), -float(gaps.min())


def main() -> None:
    """Read, index, change, look up; print rows."""
    asked = parser(__doc__).parse_args()
    works = list(read(asked.works).values())
    more = [form for folder in asked.others for form in read(folder).values()]
    more += [
        standard(make(np.random.default_rng([11, n])).mesh(STANDARD))
        for make in HANDS.values()
        for n in range(2 if asked.quick else MADE)
    ]
    rows = Rows()
    started = time.process_time()
    index = FormIndex.of([*works, *more])
    peer = Distributions([*works, *more])
    alike, peers = [], []
    for i, work in enumerate(works):
        found = index.nearest(work, exclude=[i])
        alike.append(found.similarity if found else 0.0)
        peers.append(peer.nearest(work, [i])[1])
    cost(rows, "seconds_first", [time.process_time() - started])
    add_all(rows, "moxie", "alike_own", alike)
    rows.add("moxie", "alike_own_over", sum(a >= THRESHOLD for a in alike), 0, len(works))
    for name, edit in EDITS.items():
        looked_up(name, edit, works, index, (peer, max(peers)), rows, asked.seed)
    rows.show(len(works) + len(more), asked.json)


def looked_up(
    name: str,
    edit: Edit,
    works: Sequence[Form],
    index: FormIndex,
    peer: tuple[Distributions, float],
    rows: Rows,
    seed: int,
) -> None:
    """The rows of one edit."""
    hits, peers, seconds, likeness = [], [], [], []
    for i, work in enumerate(works):
        rng = np.random.default_rng([seed, i, *name.encode()])
        changed = edit(work, rng, [other for other in works if other is not work])
        changed = moved(changed, changed.vertices @ turn(rng).T)
        started = time.process_time()
        found = index.nearest(changed)
        seconds.append(time.process_time() - started)
        right = found is not None and found.index == i
        likeness.append(found.similarity if found and right else 0.0)
        hits.append(right and likeness[-1] >= THRESHOLD)
        other = peer[0].nearest(changed)
        peers.append(other[0] == i and other[1] > peer[1])
    share(rows, "moxie", f"recall_{name}", hits)
    share(rows, "distributions", f"recall_{name}", peers)
    add_all(rows, "moxie", f"likeness_{name}", likeness)
    cost(rows, f"seconds_{name}", seconds)
    print(name, sum(hits), sum(peers), len(hits), file=sys.stderr, flush=True)


def share(rows: Rows, system: str, metric: str, hits: Sequence[bool]) -> None:
    """How many of all, in shares."""
    rows.add(system, metric, float(np.mean(hits)), sum(hits), len(hits))


def add_all(rows: Rows, system: str, metric: str, values: Sequence[float]) -> None:
    """The median between the least and the greatest."""
    rows.spread(system, metric, list(values))


def cost(rows: Rows, metric: str, seconds: Sequence[float]) -> None:
    """Seconds of processor."""
    rows.spread("moxie", metric, list(seconds), "s")


if __name__ == "__main__":
    main()
