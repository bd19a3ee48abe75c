"""The nouns as JSON and back, exactly: strictly valid JSON that also keeps nan and infinity.

JSON has no nan, and null would be taken for None. So a float that is not finite becomes
``{"$float": "nan"}``, and a key that itself begins with ``$`` gets another ``$`` before it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeVar

from cattrs import BaseValidationError, Converter
from cattrs.strategies import configure_union_passthrough

from moxie.errors import StoreError

T = TypeVar("T")

FLOAT = "$float"


class Codec:
    """Any dataclass of JSON-like facts to text, and back to an equal one.

    Inside `Mapping[str, object]` tuples come back as lists; everywhere else types are kept.
    """

    def __init__(self) -> None:
        self._converter = Converter()
        configure_union_passthrough(str | int | float | bool | None, self._converter)
        self._converter.register_structure_hook_func(
            lambda kind: kind is object, lambda value, _: value
        )

    def encode(self, value: object) -> str:
        """One line of strictly valid ASCII JSON; raises TypeError for what is not a fact."""
        plain = _escape(self._converter.unstructure(value))
        return json.dumps(plain, allow_nan=False, separators=(",", ":"))

    def decode(self, text: str, kind: type[T]) -> T:
        """The inverse of `encode`; raises StoreError when the text does not fit `kind`."""
        try:
            return self._converter.structure(_facts(text), kind)
        except (BaseValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreError(
                "A stored {kind} cannot be read by this version of Moxie: do that step again.",
                kind=kind.__name__,
            ) from error


def _facts(text: str) -> dict[str, object]:
    found = json.loads(text, object_hook=_unescape)
    if not isinstance(found, dict):
        raise TypeError(type(found))
    return found


def _escape(value: object) -> object:
    if isinstance(value, Mapping):
        return {_escape_key(key): _escape(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_escape(inner) for inner in value]
    if hasattr(value, "item"):  # a scalar of numpy's, without importing it
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {FLOAT: str(value)}
    return value


def _escape_key(key: object) -> str:
    text = str(key)
    return f"${text}" if text.startswith("$") else text


def _unescape(found: dict[str, object]) -> object:
    if found.keys() == {FLOAT}:
        return float(str(found[FLOAT]))
    return {key.removeprefix("$"): value for key, value in found.items()}
