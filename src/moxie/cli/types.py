"""What people write on the command line, read into what the studio takes.

Each type raises `BadInput` with a sentence of the catalogue, so that no message comes out in
the argument parser's own English.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from moxie.errors import BadInput

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WEIGHT = re.compile(r"([^,]+?):\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:,|$)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smh])+")


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read the number, or say what it should be."""
        try:
            number = int(str(value))
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            raise BadInput(
                "{option} must be a whole number from {least} to {most}, not {text}.",
                option=_shown(param),
                least=self.least,
                most=self.most,
                text=str(value),
            )
        return number


class Fraction(click.ParamType[float]):
    """A number from 0 to 1."""

    name = "0..1"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number, or say what it should be."""
        try:
            number = float(str(value))
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:  # also refuses nan
            raise BadInput(
                "{option} must be a number from 0 to 1, not {text}.",
                option=_shown(param),
                text=str(value),
            )
        return number


class Duration(click.ParamType[float]):
    """A time such as 90s, 10m or 1h30m; a bare number is in seconds."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds."""
        text = str(value).strip().lower()
        if re.fullmatch(r"\d+(\.\d+)?", text):
            text += "s"
        seconds = sum(float(part[:-1]) * _UNITS[part[-1]] for part in _parts(text))
        if seconds <= 0:
            raise BadInput(
                "{option} must be a time such as 90s, 10m or 1h30m, not {text}.",
                option=_shown(param),
                text=str(value),
            )
        return seconds


class Folder(click.ParamType[Path]):
    """A path as the user wrote it, `~` expanded; whether it is there is for the verb to say."""

    name = "path"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """The path."""
        return Path(str(value)).expanduser()


class Setting(click.ParamType[tuple[str, str]]):
    """A dial and its value: NAME=VALUE."""

    name = "NAME=VALUE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The name and the value, without spaces around them."""
        if isinstance(value, tuple):  # click converts what it has converted before
            return value
        dial, equals, setting = (part.strip() for part in str(value).partition("="))
        if not (dial and equals and setting):
            raise BadInput(
                "{option} must be a dial and its value, NAME=VALUE, not {text}.",
                option=_shown(param),
                text=str(value),
            )
        return dial, setting


class Weights(click.ParamType[dict[str, float]]):
    """Corpora and their weights: NAME:WEIGHT,NAME:WEIGHT. A name may hold colons."""

    name = "NAME:WEIGHT,..."

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        """Weights by name, as written: whether they can be blended is for the studio to say."""
        if isinstance(value, dict):
            return value
        text = str(value)
        found = list(_WEIGHT.finditer(text))
        weights = {part[1].strip(): float(part[2]) for part in found}
        whole = "".join(part[0] for part in found) == text
        if not weights or len(weights) < len(found) or not whole:
            raise BadInput(
                "{option} must be corpora, each once, with their weights, such as "
                "bach:0.7,mozart:0.3, not {text}.",
                option=_shown(param),
                text=text,
            )
        return weights


class Suffixes(click.ParamType[tuple[str, ...]]):
    """File formats, comma between them: .mid,.mp3; none at all is none."""

    name = ".SUFFIX,..."

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Lower-case suffixes with their dot, each once."""
        if isinstance(value, tuple):
            return value
        words = [word.strip().lower() for word in str(value).split(",")]
        return tuple(dict.fromkeys(f".{word.lstrip('.')}" for word in words if word))


def _parts(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?[smh]", text) if _DURATION.fullmatch(text) else []


def _shown(param: click.Parameter | None) -> str:
    return param.opts[-1] if param is not None and param.opts else "?"
