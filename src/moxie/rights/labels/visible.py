"""The label that people see: "AI生成" in a corner of a picture (GB 45438-2025, 4.2).

The standard asks for a height of at least 5 % of the shortest side. The four signs are drawn
from strokes of our own, so that no font with Chinese characters needs to be installed.
"""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw, ImageFilter

from moxie.errors import BadInput

SHARE = 0.06
"""The height of the text, as a share of the shortest side: over the 5 % that are asked for."""

LEAST = 10
"""Pixels; smaller strokes run into each other."""

MAX_PIXELS = 100_000_000

_FINER = 4
_STROKE = 0.09
_GAP, _MARGIN = 0.18, 0.5

Strokes = tuple[tuple[tuple[float, float], ...], ...]

_SIGNS: tuple[tuple[float, Strokes], ...] = (
    (0.8, (((0.0, 1.0), (0.4, 0.0), (0.8, 1.0)), ((0.14, 0.66), (0.66, 0.66)))),  # A
    (0.2, (((0.1, 0.0), (0.1, 1.0)),)),  # I
    (
        1.0,  # 生
        (
            ((0.26, 0.04), (0.2, 0.24), (0.06, 0.46)),
            ((0.2, 0.28), (0.9, 0.28)),
            ((0.2, 0.62), (0.84, 0.62)),
            ((0.54, 0.0), (0.54, 0.98)),
            ((0.04, 0.98), (0.98, 0.98)),
        ),
    ),
    (
        1.0,  # 成
        (
            ((0.16, 0.24), (0.94, 0.24)),
            ((0.16, 0.24), (0.16, 0.62), (0.04, 1.0)),
            ((0.16, 0.5), (0.44, 0.5), (0.42, 0.8), (0.3, 0.78)),
            ((0.56, 0.0), (0.62, 0.5), (0.78, 0.86), (0.94, 0.98), (0.97, 0.78)),
            ((0.86, 0.42), (0.72, 0.72), (0.42, 0.98)),
            ((0.72, 0.02), (0.86, 0.14)),
        ),
    ),
)
"""Each sign's width and its strokes, in heights of the text."""


def height(size: tuple[int, int]) -> int:
    """How high the text is in a picture of that size, in pixels."""
    return max(LEAST, math.ceil(SHARE * min(size)))


def stamp(png: bytes) -> bytes:
    """The PNG with the label at its lower right, white with a dark edge; raises BadInput."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadInput("The picture is too large to write a label on it.")
            picture = image.convert("RGBA" if "A" in image.mode else "RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput("The file is damaged, cut off or no {form} file.", form=".png") from error
    text = _text(height(picture.size))
    edge = text.filter(ImageFilter.MaxFilter(3))
    margin = int(_MARGIN * height(picture.size))
    place = (
        max(0, picture.width - text.width - margin),
        max(0, picture.height - text.height - margin),
    )
    picture.paste((0, 0, 0), place, edge)
    picture.paste((255, 255, 255), place, text)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _text(tall: int) -> Image.Image:
    """The four signs as a mask of grey levels, exactly `tall` pixels of ink high, and an edge."""
    scale = tall * _FINER
    pen = max(1, round(_STROKE * scale))
    wide = sum(width + _GAP for width, _ in _SIGNS) * scale
    edge = _FINER * 2
    mask = Image.new("L", (int(wide) + 2 * edge + pen, scale + 2 * edge), 0)
    draw = ImageDraw.Draw(mask)
    left = float(edge)
    for width, strokes in _SIGNS:
        for stroke in strokes:
            points = [
                (left + pen / 2 + x * scale, edge + pen / 2 + y * (scale - pen)) for x, y in stroke
            ]
            draw.line(points, fill=255, width=pen, joint="curve")
            for x, y in points:
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
        left += (width + _GAP) * scale
    size = (math.ceil(mask.width / _FINER), math.ceil(mask.height / _FINER))
    return mask.resize(size, Image.Resampling.BOX)
