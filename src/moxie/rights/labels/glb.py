"""GLB: `asset.extras` of the JSON chunk (glTF 2.0, 3.2 and 4.4; no guide names a place)."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from moxie.rights.labels.label import AIGC, NAMES, BrokenCarrierError, Mark

SUFFIXES = (".glb",)
MAX_JSON = 32 << 20
_MAGIC, _JSON = 0x46546C67, 0x4E4F534A


class _Twice(dict[str, Any]):
    """A JSON object that remembers the values of a key that came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def read(data: bytes) -> list[Mark]:
    """The fields in the asset's extras."""
    extras = _asset(_scene(data, _Twice)).get("extras")
    pairs = extras.pairs if isinstance(extras, _Twice) else []
    return [Mark(name, _text(value), "asset.extras") for name, value in pairs if name in NAMES]


def comments(data: bytes) -> list[tuple[str, str]]:
    """The asset's copyright notice, and texts among its extras."""
    asset = _asset(_scene(data))
    extras = asset.get("extras")
    told = {"copyright": asset.get("copyright"), **(extras if isinstance(extras, dict) else {})}
    return [(k.upper(), v) for k, v in told.items() if isinstance(v, str) and k not in NAMES]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same scene with the fields; the binary chunk stays byte for byte."""
    scene = _scene(data)
    asset = _asset(scene)
    extras = asset.get("extras")
    if extras is not None and not isinstance(extras, dict):
        extras = {"value": extras}  # it may be any JSON, but only an object takes fields
    kept = {key: value for key, value in (extras or {}).items() if key not in NAMES}
    told = {name: json.loads(v) if name == AIGC else v for name, v in fields.items()}
    asset["extras"] = {**kept, **told}
    text = json.dumps(scene, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunk = struct.pack("<II", len(text), _JSON) + text + data[_end(data) :]
    return struct.pack("<III", _MAGIC, 2, 12 + len(chunk)) + chunk


def _end(data: bytes) -> int:
    """Where the JSON chunk ends."""
    magic, version, length = struct.unpack_from("<III", data)
    size, kind = struct.unpack_from("<II", data, 12)
    if (magic, version, kind) != (_MAGIC, 2, _JSON) or size > MAX_JSON:
        raise BrokenCarrierError
    if length != len(data) or 20 + size > len(data):
        raise BrokenCarrierError
    return int(20 + size)


def _scene(data: bytes, kind: type[dict[str, Any]] = dict) -> dict[str, Any]:
    scene = json.loads(data[20 : _end(data)], object_pairs_hook=kind)
    if not isinstance(scene, dict):
        raise BrokenCarrierError
    return scene


def _asset(scene: dict[str, Any]) -> dict[str, Any]:
    asset = scene.get("asset")
    if not isinstance(asset, dict):
        raise BrokenCarrierError
    return asset


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
