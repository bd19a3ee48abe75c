"""A template, and all it shows, as one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moxie.flow.report.drawing import aspect, modest, still, thumbnail
from moxie.text import Catalogue

MANY = 8
"""A list longer than this is folded away."""


def rendered(name: str, catalogue: Catalogue, shapes: Iterable[int], **shown: object) -> str:
    """The page as HTML in the catalogue's language; `shapes` are of the pictures (`aspect`)."""
    environment = Environment(
        loader=PackageLoader("moxie.flow.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=catalogue, say=catalogue.render, many=MANY)
    environment.filters.update(
        uri=_uri,
        aspect=aspect,
        modest=modest,
        still=still,
        thumbnail=thumbnail,
        share=_share,
        figure="{:.4g}".format,
        time=_time(catalogue),
        words=catalogue,
    )
    style = _style(shapes)
    return environment.get_template(name).render(
        language={"zh": "zh-Hans"}.get(catalogue.language, catalogue.language),
        style=Markup(style),  # noqa: S704  our own file and figures, nobody's text
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **shown,
    )


def _style(shapes: Iterable[int]) -> str:
    """The style sheet, with one class for every picture shape on the page."""
    sheet = resources.files("moxie.flow.report").joinpath("templates/report.css").read_text("utf-8")
    rules = [f".a{shape}{{--a:{shape / 100:.2f}}}" for shape in sorted(set(shapes))]
    return sheet + "\n".join(rules)


def _uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _share(value: float) -> str:
    """A figure between controls, as precise as it is: two places."""
    return f"{value:.2f}".replace("-0.00", "0.00")


def _time(catalogue: Catalogue) -> Callable[[float], str]:
    def words(seconds: float) -> str:
        if seconds < 90:
            return catalogue(
                "{seconds} s", seconds=f"{seconds:.1f}" if seconds < 10 else round(seconds)
            )
        minutes, rest = divmod(round(seconds), 60)
        return catalogue("{minutes} min {seconds} s", minutes=minutes, seconds=rest)

    return words
