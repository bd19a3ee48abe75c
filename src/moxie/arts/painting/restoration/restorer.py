"""What `moxie restore` does with a painting: finds its damage, mends it, leaves the rest alone."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping

import numpy as np
from PIL import Image

from moxie.arts.painting import codec, region
from moxie.arts.painting.picture import Picture, fit
from moxie.arts.painting.restoration import colors, mending, scan
from moxie.arts.painting.restoration.solvers import Floats, Mask
from moxie.errors import BadInput
from moxie.restorer import Mended, OnPart, Suggested, Undone
from moxie.text import Message

MOST = 0.6
"""Of a painting, the share that can be masked: with less known there is nothing to mend from."""

SHOWN = 1400
"""The longer side of the pictures before and after, in pixels."""

TOLD = 400
"""The most regions a record names by themselves; the rest is added up."""


class PictureRestorer:
    """A painting's file; it is read in full, once."""

    def __init__(self, data: bytes, name: str) -> None:
        self._scan = scan.read(data, name)

    def suggest(self, *, careful: bool) -> Suggested:
        """See `detect.find`."""
        from moxie.arts.painting.restoration import detect

        found = detect.find(self._scan.picture(), careful=careful)
        kinds = {str(kind): float(mask.mean()) for kind, mask in found.kinds.items() if mask.any()}
        return Suggested(found.mask, found.confidence, kinds)

    def region(self, text: str, data: bytes | None) -> Mask:
        """A box, or a mask picture, of the size of the file. See `region.region`."""
        mask = region.region(text, data, self._scan.size, _full)
        if mask.mean() > MOST:
            raise BadInput(
                "The mask {text} marks {percent} % of the picture, which leaves too little to mend "
                "from. White is what is damaged: if the mask is the wrong way round, invert it.",
                text=repr(text),
                percent=round(100 * float(mask.mean())),
            )
        return mask

    def mend(
        self, mask: Mask, others: Mapping[str, Picture], *, suffix: str, seed: int, on_part: OnPart
    ) -> Mended:
        """See `mending.mend`. A lossy suffix is written as people see the painting."""
        learnt = mending.study(list(others.values()), seed) if others else None
        known = mending.Known(others, learnt)
        found = mending.mend(
            self._scan,
            mask,
            known,
            seed=seed,
            on_tile=on_part,
        )
        total = sum(found.sources.values())
        return Mended(
            written(found.scan, suffix),
            found.sureness,
            _told(found.regions),
            tuple((work, n / total) for work, n in found.sources.items() if work),
            "image/jpeg",
            _shown(self._scan),
            _shown(found.scan),
        )

    def undoable(self) -> Mapping[str, Message]:
        """See `colors.UNDOABLE`."""
        return colors.UNDOABLE

    def undo(self, data: bytes, asked: Mapping[str, float], *, suffix: str) -> Undone:
        """See `colors.undo`."""
        done, strengths = colors.undo(scan.read(data, "the mended work"), asked)
        return Undone(written(done, suffix), strengths)

    def drawn(self, plane: Floats) -> bytes:
        """A grey PNG."""
        out = io.BytesIO()
        grey = np.rint(np.clip(plane, 0, 1) * 255).astype(np.uint8)
        Image.fromarray(grey).save(out, "PNG", compress_level=6)
        return out.getvalue()

    def kept(self, data: bytes, mask: Mask) -> bool:
        """Whether size, depth, profile, opacity and all pixels outside the mask are the same."""
        other, own = scan.read(data, "the restored work"), self._scan
        if (other.pixels.shape, other.profile) != (own.pixels.shape, own.profile):
            return False
        if other.pixels.dtype != own.pixels.dtype:
            return False
        rows = range(0, own.size[0], 512)  # in bands, so that a large scan is not held twice more
        bands = (slice(top, top + 512) for top in rows)
        return all(
            bool(((other.pixels[band] == own.pixels[band]).all(2) | mask[band]).all())
            for band in bands
        )


def written(done: scan.Scan, suffix: str) -> bytes:
    """The scan as a file: exact where the format is lossless, else as people see it."""
    if suffix.lower() in scan.LOSSLESS:
        return scan.write(done, suffix)
    return codec.write(done.picture(), suffix)


def _full(data: bytes, name: str) -> Picture:
    return scan.read(data, name).picture()


def _shown(one: scan.Scan) -> bytes:
    return codec.preview(fit(one.picture(), SHOWN))


def _told(regions: tuple[mending.Region, ...]) -> list[dict[str, object]]:
    """The regions as facts, the largest first; after `TOLD` of them only their sum."""
    ordered = sorted(regions, key=lambda one: -one.pixels)
    told: list[dict[str, object]] = [
        {
            "box": list(one.box),
            "kind": "thick" if one.thick else "thin",
            "pixels": one.pixels,
            "method": dict(one.shares),
            "error": one.rms,
            "tried": one.tried,
        }
        for one in ordered[:TOLD]
    ]
    if len(ordered) > TOLD:
        rest: Counter[str] = Counter()
        for one in ordered[TOLD:]:
            rest["thick" if one.thick else "thin"] += one.pixels
        told += [{"kind": kind, "pixels": n, "regions": "others"} for kind, n in rest.items()]
    return told
