"""Sample works painted by our own code, so that Moxie runs anywhere without anyone's pictures.

One hand, two dozen compositions: `scene` composes, `land` and `things` hold the subjects,
`outdoors` and `indoors` have the pictures, `painter` lays the strokes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import cv2
import numpy as np

from moxie.arts.painting.examples import indoors, outdoors
from moxie.arts.painting.examples.painter import paint
from moxie.arts.painting.examples.scene import Scene

__all__ = ["PICTURES", "examples"]

PICTURES: Mapping[str, Callable[[int], Scene]] = {
    "harvest": outdoors.harvest,
    "harbor": outdoors.harbor,
    "sunflowers": indoors.sunflowers,
    "night": outdoors.night,
    "man": indoors.man,
    "orchard": outdoors.orchard,
    "roofs": outdoors.roofs,
    "crows": outdoors.crows,
    "still-life": indoors.still_life,
    "moorings": outdoors.moorings,
    "cypresses": outdoors.cypresses,
    "poppies": outdoors.poppies,
    "olives": outdoors.olives,
    "irises": indoors.irises,
    "mountain": outdoors.mountain,
    "snow": outdoors.snow,
    "woman": indoors.woman,
    "autumn": outdoors.autumn,
    "bridge": outdoors.bridge,
    "pears": indoors.pears,
    "poplars": outdoors.poplars,
    "storm": outdoors.storm,
    "windmill": outdoors.windmill,
    "chair": indoors.chair,
    "beach": outdoors.beach,
}
"""Each picture's name and its composition, given a seed."""


def examples() -> Iterator[tuple[str, bytes]]:
    """The built-in sample works: (file name, PNG bytes), painted as they are asked for.

    The same bytes every time: composition and strokes come from fixed seeds.
    """
    for number, (name, compose) in enumerate(PICTURES.items(), 1):
        picture = paint(compose(number), seed=number)
        written, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
        assert written  # memory only: nothing outside can make this fail
        yield f"sample-{number:02d}-{name}.png", data.tobytes()
