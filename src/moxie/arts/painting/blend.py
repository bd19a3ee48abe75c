"""Between painters: one model whose compositions, colors and strokes come from several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from moxie.art import Brief, Draft, StyleModel
from moxie.arts.painting import guide
from moxie.arts.painting.dial import dial
from moxie.arts.painting.gallery import Exhibit, Gallery
from moxie.arts.painting.laying import lay
from moxie.arts.painting.montage import compose
from moxie.arts.painting.palette import tuned
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.tint import Tint
from moxie.errors import BadInput
from moxie.seeds import pick


class BlendModel(PatchModel):
    """All works of some painters; each counts by its share.

    One of them, drawn by the shares, composes; the palette goes to the others' by their shares;
    and of the blocks of strokes each lays its share (see `hands`).
    """

    parts: Sequence[tuple[Gallery, float]]

    def sample(self, brief: Brief[Picture], *, seed: int) -> Draft[Picture]:
        """See the class; a picture that a person gave is laid by all of them."""
        rng = np.random.default_rng(seed)
        settings = dial(brief.novelty)
        if brief.start is not None:
            return guide.led(self.gallery, brief, settings, self.vgg, rng)
        first, base = self._base(seed)
        gallery, share = self.parts[first]
        montage = compose(gallery, base, settings, (brief.size[0], brief.size[1]), rng)
        picture = montage.picture
        for i, (other, weight) in enumerate(self.parts):
            if i != first:
                picture = tuned(other, picture, weight / (share + weight))
        places = montage.places.copy()
        known = np.array([self.gallery.number(e.work) for e in gallery.exhibits], np.float32)
        places[..., 0] = known[places[..., 0].astype(np.int64)]
        given = tuple((int(known[i]), part) for i, part in montage.shares)
        whole = replace(montage, picture=picture, places=places, shares=given)
        return lay(self.gallery, whole, settings, Tint.draw(settings, rng))

    def _base(self, seed: int) -> tuple[int, int]:
        """A painter's number, and that of one of their works."""
        each = [share * one.chances for one, share in self.parts]
        works = [(i, work) for i, chances in enumerate(each) for work in range(len(chances))]
        return works[pick(np.concatenate(each), seed)]


def blend(models: Sequence[tuple[StyleModel[Picture], float]]) -> StyleModel[Picture]:
    """A model of all their works, each painter's counting by the weight, which sum to 1.

    A work that several have learnt counts for all of them, and lies in the first one's hand.
    Raises BadInput for models that keep no works, and for those of different versions.
    """
    parts = [(_gallery(model), weight) for model, weight in models]
    shown: dict[str, Exhibit] = {}
    for school, (gallery, weight) in enumerate(parts):
        chances = weight * gallery.chances
        for exhibit, chance in zip(gallery.exhibits, chances, strict=True):
            known = shown.get(exhibit.work, replace(exhibit, weight=0.0, school=school))
            shown[exhibit.work] = replace(known, weight=known.weight + float(chance))
    _check_versions(list(shown.values()))
    evened = [replace(e, weight=e.weight * len(shown)) for e in shown.values()]  # 1 is neutral
    first = models[0][0]
    assert isinstance(first, PatchModel)
    model = BlendModel.of(first.machine, Gallery(evened))
    model.parts = parts
    return model


def _gallery(model: StyleModel[Picture]) -> Gallery:
    if not isinstance(model, PatchModel):
        raise BadInput("These models cannot be blended: one of them keeps no works to paint from.")
    return model.gallery


def _check_versions(exhibits: Sequence[Exhibit]) -> None:
    shapes = {(e.layout.shape, e.subject.shape) for e in exhibits}
    if len(shapes) > 1:
        raise BadInput(
            "These models cannot be blended: different versions of Moxie trained them. Train the "
            "older one again."
        )
