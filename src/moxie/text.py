"""What Moxie says to people: one catalogue, English and 中文.

A `Message` is an English template and its parameters. The template is its own key: the
catalogue `locale/<language>.json` maps it to the same sentence in another language, with the
same placeholders (a test compares them). Messages are kept as data, so a stored result can
be read in either language later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool
"""What a message parameter, an option or a recorded fact may be."""

LANGUAGES = ("en", "zh")
"""The languages of the catalogue; English is the source."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people: an English template and what fills its placeholders."""

    template: str
    params: Mapping[str, Scalar] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.params)

    def to_json(self) -> dict[str, object]:
        """The message as plain data, for the store."""
        return {"template": self.template, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Message:
        """The inverse of `to_json`."""
        params = data.get("params", {})
        assert isinstance(params, Mapping)
        return cls(str(data["template"]), dict(params))


def say(template: str, **params: Scalar) -> Message:
    """A `Message`; short because it is written often."""
    return Message(template, params)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language."""

    language: str
    sentences: Mapping[str, str]

    @classmethod
    def load(cls, language: str) -> Catalogue:
        """The catalogue of a language in `LANGUAGES`; anything else reads as English."""
        if language == "en" or language not in LANGUAGES:
            return cls("en", {})
        text = resources.files("moxie").joinpath(f"locale/{language}.json").read_text("utf-8")
        return cls(language, json.loads(text))

    def render(self, message: Message) -> str:
        """The message in this language; English where a sentence is missing."""
        template = self.sentences.get(message.template, message.template)
        return template.format(**message.params)

    def __call__(self, template: str, **params: Scalar) -> str:
        """Render a template at once."""
        return self.render(Message(template, params))
