"""How well copies are found among many works, and how often other artists' works are accused.

    python benchmarks/rights_copies.py --works DIR [--seed N] [--quick] [--json]

DIR holds pictures, each artist in a folder of its own. 1,000 works are searched: those of DIR and,
where they are fewer, variations of them (cut, mirrored, recolored a little), so that only the
number is made up. `copy_recall` is the mean over the 15 edits of `EDITS` of the share of copies of
which the right work is told at 0.5 or more; `copy_false_positives` counts works by other artists,
as they are and changed, that are taken for copies of anything by the artist with most works.
Peers, in the same run, each also on the mirrored picture: pHash (64 bits, at most 10 differ) and
a hash like PDQ (256 bits of a 16 x 16 cosine transform, at most 31 differ).
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import overload

import cv2
import numpy as np
from numpy.typing import NDArray

from copies import EDITS as EARLIER
from copies import Edit, Hashes, phash, wilson
from moxie.arts.painting import Painting, codec
from moxie.arts.painting.picture import Picture, fit, resize
from tables import Rows

CERTAIN = 0.5
WORKS, MANY = 1000, 10_000

SAME = ("jpeg30", "half_size", "gray", "blur2", "noise15", "color", "crop90", "crop70", "crop40")


def lettered(picture: Picture) -> Picture:
    """With white words across it."""
    copy, width = picture.copy(), picture.shape[1]
    place = (int(0.05 * width), int(0.55 * picture.shape[0]))
    thick = max(1, width // 150)
    white = (255, 255, 255)
    cv2.putText(copy, "SAMPLE GALLERY", place, cv2.FONT_HERSHEY_SIMPLEX, width / 300, white, thick)
    return copy


EDITS: Mapping[str, Edit] = {
    **{name: EARLIER[name] for name in SAME},
    "text": lambda p, _, __: lettered(p),
    **{name: EARLIER[name] for name in ("turn5", "turn90", "mirror", "perspective", "pasted25")},
}


class Gallery:
    """Works by artist, and variations of them where there are too few."""

    def __init__(self, folder: Path) -> None:
        art = Painting()
        suffixes = (".jpg", ".jpeg", ".png", ".webp")
        paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes)
        self.art = art
        self.works = [art.clean(codec.read(p.read_bytes(), p.name)).content for p in paths]
        self.works = [fit(work, 640) for work in self.works]
        self.artists = [p.parent.name for p in paths]
        self._traces: dict[tuple[int, int], bytes] = {}

    def traces(self, chosen: Sequence[int], number: int) -> tuple[list[bytes], list[int]]:
        """Traces of the works chosen and of variations, `number` in all; the work of each."""
        traces: list[bytes] = []
        owners: list[int] = []
        for place in range(max(number, len(chosen))):
            work, turn = chosen[place % len(chosen)], place // len(chosen)
            if (work, turn) not in self._traces:
                picture = self.works[work]
                picture = self.art.augment(picture, seed=turn) if turn else picture
                self._traces[work, turn] = self.art.trace(picture)
            traces.append(self._traces[work, turn])
            owners.append(work)
        return traces, owners


class Crowd(Sequence[bytes]):
    """As many traces as one likes: each has the keypoints of other works, in another mixture."""

    def __init__(self, traces: Sequence[bytes], number: int) -> None:
        from moxie.arts.painting.traces import unpack

        self._known = [unpack(trace) for trace in traces[:200]]
        self._number = number

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        from moxie.arts.painting.traces import Trace, cells, pack, project, signatures

        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._number))]
        if index >= self._number:
            raise IndexError(index)
        rng = np.random.default_rng([11, index])
        known = self._known[index % len(self._known)]
        signs = known.keypoints.details.signs.astype(np.int64)
        noise = rng.normal(0, 14, signs.shape)  # about as far as different keypoints are
        changed = np.clip(signs + noise, 0, 255).astype(np.uint8)
        values = project(changed)
        return pack(Trace(known.keypoints, cells(values), signatures(values), known.layout))


def pdq(picture: Picture) -> NDArray[np.float32]:
    """256 bits: 16 x 16 low frequencies of 64 x 64 lightness, over their median or not.

    After Facebook's PDQ (2019), without its quality and its dihedral variants.
    """
    gray = cv2.cvtColor(resize(picture, 64, 64), cv2.COLOR_RGB2GRAY).astype(np.float32)
    low = cv2.dct(gray)[1:17, 1:17].ravel()
    return np.asarray(low > np.median(low), np.float32)


def measure(rows: Rows, works: Path, seed: int, *, copies: int = 30, changes: int = 3) -> None:
    """Rows about finding copies; `works` is a folder with a folder of pictures for each artist.

    `copies` of each edit are looked up; each work of another artist as it is and with `changes`.
    """
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    gallery = Gallery(works)
    everything = range(len(gallery.works))
    started = time.perf_counter()
    traces, owners = gallery.traces(everything, WORKS)
    spent = (time.perf_counter() - started) / len(traces) * 1000
    rows.add("moxie", "copy_index_ms", spent, spent, spent, "ms a work, once")
    real = len(gallery.works) / len(traces)
    rows.add("moxie", "copy_real_works", real, real, real, "share; others are variations")
    started = time.perf_counter()
    finder = gallery.art.finder(traces)
    spent = (time.perf_counter() - started) * 1000
    rows.add("moxie", "copy_open_ms", spent, spent, spent, f"ms, {len(traces)} works")
    chosen = rng.permutation(len(gallery.works))[:copies]

    def told(picture: Picture) -> set[int]:
        hits = finder.search(picture)
        return {owners[one.index] for one in hits if one.similarity >= CERTAIN}

    _recall(rows, gallery, chosen, rng, told)
    _accused(rows, gallery, rng, changes)
    crowd = gallery.art.finder(Crowd(traces, MANY))
    _timed(rows, "copy_query_ms_10000", [gallery.works[i] for i in chosen[:20]], crowd.search)


def _recall(
    rows: Rows,
    gallery: Gallery,
    chosen: NDArray[np.intp],
    rng: np.random.Generator,
    told: Callable[[Picture], set[int]],
) -> None:
    peers = {
        "phash": Hashes(gallery.works, phash, np.sqrt(10 / 64)),
        "pdq": Hashes(gallery.works, pdq, np.sqrt(31 / 256)),
    }
    means: dict[str, list[float]] = {name: [] for name in ("moxie", *peers)}
    seconds: list[float] = []
    for name, edit in EDITS.items():
        found: Counter[str] = Counter()
        for i in map(int, chosen):
            other = gallery.works[(i + 7) % len(gallery.works)]
            copy = edit(gallery.works[i], other, rng)
            started = time.perf_counter()
            found["moxie"] += i in told(copy)
            seconds.append(time.perf_counter() - started)
            for peer, hashes in peers.items():
                found[peer] += hashes.find(copy) == (i, True)
        for system, values in means.items():
            values.append(found[system] / len(chosen))
            rows.add(system, f"copy_recall_{name}", values[-1], *wilson(found[system], len(chosen)))
    for system, values in means.items():
        hits = round(sum(values) * len(chosen))
        bounds = wilson(hits, len(values) * len(chosen))
        rows.add(system, "copy_recall", float(np.mean(values)), *bounds, "share")
    low, middle, high = np.percentile(np.array(seconds) * 1000, [2.5, 50, 97.5])
    rows.add("moxie", "copy_query_ms", middle, low, high, "ms, copies")


def _accused(rows: Rows, gallery: Gallery, rng: np.random.Generator, changes: int) -> None:
    """Works by others, as they are and changed, looked up among those of one artist."""
    artist, _ = Counter(gallery.artists).most_common(1)[0]
    own = [i for i, name in enumerate(gallery.artists) if name == artist]
    others = [i for i, name in enumerate(gallery.artists) if name != artist]
    if not others:
        return
    traces, _ = gallery.traces(own, WORKS)
    finder = gallery.art.finder(traces)
    names = [name for name in EDITS if name != "pasted25"]  # that has a part of another work
    suspects: list[Picture] = []
    for i in others:
        suspects.append(gallery.works[i])
        drawn = map(str, rng.permutation(names)[:changes])
        suspects += [EDITS[name](gallery.works[i], gallery.works[i], rng) for name in drawn]
    likest = [finder.search(suspect)[0].similarity for suspect in suspects]
    alarms = sum(one >= CERTAIN for one in likest)
    unit = f"of {len(suspects)} works of others"
    bounds = (alarms, wilson(alarms, len(suspects))[1] * len(suspects))
    rows.add("moxie", "copy_false_positives", alarms, *bounds, unit)
    rows.add("moxie", "copy_likest_stranger", max(likest), float(np.median(likest)), max(likest))
    _timed(rows, "copy_query_ms_strangers", suspects[:40], finder.search)
    for name, describe, most in (("phash", phash, 10 / 64), ("pdq", pdq, 31 / 256)):
        hashes = Hashes([gallery.works[i] for i in own], describe, np.sqrt(most))
        alarms = sum(hashes.find(suspect)[1] for suspect in suspects)
        rows.add(name, "copy_false_positives", alarms, alarms, alarms, unit)


def _timed(
    rows: Rows, metric: str, pictures: Sequence[Picture], search: Callable[[Picture], object]
) -> None:
    """How long searches take, one after another on one core."""
    seconds = []
    for picture in pictures:
        started = time.perf_counter()
        search(picture)
        seconds.append(time.perf_counter() - started)
    low, middle, high = np.percentile(np.array(seconds) * 1000, [2.5, 50, 97.5])
    rows.add("moxie", metric, middle, low, high, "ms")


def main() -> None:
    """The command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--works", type=Path, required=True, help="folder of folders of pictures")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--quick", action="store_true")
    made.add_argument("--json", action="store_true")
    given = made.parse_args()
    rows = Rows()
    counts = {"copies": 10, "changes": 0} if given.quick else {"copies": 40, "changes": 14}
    measure(rows, given.works, given.seed, **counts)
    rows.show(WORKS, given.json)


if __name__ == "__main__":
    main()
