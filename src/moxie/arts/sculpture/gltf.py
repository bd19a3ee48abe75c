"""glTF: our own lossless form, and what must be known of a file before anything decodes it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from moxie.arts.sculpture.form import Form, Frame
from moxie.errors import UnreadableWork

MAGIC = b"glTF"
MAX_JSON = 16 << 20
_JSON, _BINARY = 0x4E4F534A, 0x004E4942
_FLOAT, _UNSIGNED = 5126, 5125
KEY = "moxieFrame"
"""In the extras of a mesh: the frame that its parts are named in."""


def write(form: Form) -> bytes:
    """A GLB with one mesh, float32 positions and uint32 indices, from which `read` is exact."""
    positions = np.ascontiguousarray(form.vertices, "<f4").tobytes()
    indices = np.ascontiguousarray(form.faces, "<u4").tobytes()
    views = [
        {"buffer": 0, "byteOffset": 0, "byteLength": len(positions), "target": 34962},
        {"buffer": 0, "byteOffset": len(positions), "byteLength": len(indices), "target": 34963},
    ]
    accessors = [
        {
            "bufferView": 0,
            "componentType": _FLOAT,
            "count": len(form.vertices),
            "type": "VEC3",
            "min": [float(x) for x in form.vertices.min(0)],
            "max": [float(x) for x in form.vertices.max(0)],
        },
        {"bufferView": 1, "componentType": _UNSIGNED, "count": form.faces.size, "type": "SCALAR"},
    ]
    extras = {KEY: {"low": list(form.frame.low), "side": form.frame.side}}
    primitive = {"attributes": {"POSITION": 0}, "indices": 1, "mode": 4}
    scene = {
        "asset": {"version": "2.0", "generator": "Moxie"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive], "extras": extras}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(positions) + len(indices)}],
    }
    return pack(scene, positions + indices)


def pack(scene: Mapping[str, Any], binary: bytes) -> bytes:
    """A GLB of a scene and its one buffer."""
    text = json.dumps(scene, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body = binary + bytes(-len(binary) % 4)
    chunks = struct.pack("<II", len(text), _JSON) + text
    if body:
        chunks += struct.pack("<II", len(body), _BINARY) + body
    return MAGIC + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def unpack(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The scene and the buffer of a GLB; raises UnreadableWork where it is damaged."""
    try:
        version, length, size, kind = struct.unpack_from("<IIII", data, 4)
        if version != 2 or kind != _JSON or length > len(data) or size > MAX_JSON:
            raise UnreadableWork("The GLB file is damaged or cut off.")
        scene = json.loads(data[20 : 20 + size])
        rest = data[20 + size : length]
        binary = b""
        if len(rest) >= 8:
            number, kind = struct.unpack_from("<II", rest)
            binary = rest[8 : 8 + number] if kind == _BINARY else b""
    except (struct.error, ValueError, RecursionError) as error:
        raise UnreadableWork("The GLB file is damaged or cut off.") from error
    if not isinstance(scene, dict):
        raise UnreadableWork("The GLB file is damaged or cut off.")
    return scene, binary


def read_own(scene: Mapping[str, Any], binary: bytes) -> Form | None:
    """What `write` wrote, whatever its labels; None for any other scene."""
    try:
        mesh = scene["meshes"][0]
        told = mesh["extras"][KEY]
        counts = [int(a["count"]) for a in scene["accessors"]]
        low, side = tuple(map(float, told["low"])), float(told["side"])
    except (LookupError, TypeError, ValueError):
        return None
    if len(counts) != 2 or len(low) != 3 or not 0 < side < np.inf or counts[1] % 3:
        return None
    if min(counts) < 1 or len(binary) < 12 * counts[0] + 4 * counts[1]:
        return None
    vertices = np.frombuffer(binary, "<f4", 3 * counts[0]).reshape(-1, 3)
    faces = np.frombuffer(binary, "<u4", counts[1], 12 * counts[0]).reshape(-1, 3)
    frame = Frame((low[0], low[1], low[2]), side)
    return Form(vertices.astype(np.float32), faces.astype(np.int32), frame)


def bare(scene: Mapping[str, Any]) -> dict[str, Any]:
    """The scene without what it looks like; raises UnreadableWork if it needs other files.

    Textures are neither needed nor decoded, so it does not matter whether they are there.
    """
    for buffer in _listed(scene, "buffers"):
        uri = buffer.get("uri")
        if isinstance(uri, str) and not uri.startswith("data:"):
            raise UnreadableWork(
                "It keeps its shape in another file ({name}): export it as one GLB file.",
                name=uri[-60:],
            )
    looks = {"images", "textures", "materials", "samplers", "animations", "skins", "cameras"}
    kept = {key: value for key, value in scene.items() if key not in looks}
    kept["meshes"] = [_plain(mesh) for mesh in _listed(scene, "meshes")]
    kept["nodes"] = [
        {key: value for key, value in node.items() if key not in {"skin", "camera"}}
        for node in _listed(scene, "nodes")
    ]
    needed = scene.get("extensionsRequired")
    if isinstance(needed, list) and {"KHR_draco_mesh_compression"} & set(map(str, needed)):
        raise UnreadableWork("Its shape is packed by Draco: export it without compression.")
    return kept


def _plain(mesh: Mapping[str, Any]) -> dict[str, Any]:
    primitives = [
        {"attributes": {k: v for k, v in p.get("attributes", {}).items() if k == "POSITION"}}
        | {k: v for k, v in p.items() if k in {"indices", "mode"}}
        for p in _listed(mesh, "primitives")
    ]
    return {"primitives": primitives}


def _listed(scene: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = scene.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnreadableWork("The GLB file is damaged or cut off.")
    return found


def count(scene: Mapping[str, Any]) -> int:
    """The most numbers that one of its accessors has."""
    counts = [a.get("count", 0) for a in _listed(scene, "accessors")]
    return max((n for n in counts if isinstance(n, int)), default=0)
