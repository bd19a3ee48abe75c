"""Sculptures from and to bytes: GLB, PLY, OBJ, STL and OFF.

Sizes are taken from a file's head before anything is decoded. Coordinates stay as the file has
them, except that STL, which has z up by custom, is stood up; vertices keep their order. What a
form looks like (textures, colors) is left out: the shape is the work.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import numpy as np

from moxie.arts.sculpture import gltf
from moxie.arts.sculpture.form import Form, is_closed
from moxie.errors import BadInput, UnreadableWork
from moxie.text import Scalar

MOST_BYTES = 200 << 20
MOST_FACES = 2_000_000
MOST_VERTICES = 4_000_000
LEAST_FACES = 4
"""Fewer faces enclose nothing."""

FARTHEST = 1e6
"""Coordinates beyond this, or forms smaller than its inverse, are taken for damage."""

_HEAD = 1 << 16


def read(data: bytes, name: str) -> Form:
    """Decode a sculpture; raises UnreadableWork with the reason."""
    if len(data) > MOST_BYTES:
        raise UnreadableWork("It is over {limit} MB.", limit=MOST_BYTES >> 20)
    kind = _kind(data)
    _check_size(*_COUNTS[kind](data))
    form = _READERS[kind](data)
    return _checked(form)


def write(form: Form, suffix: str = "") -> bytes:
    """Encode; without a suffix as GLB, which `read` gives back exactly. Raises BadInput."""
    writers: Mapping[str, Callable[[Form], bytes]] = {
        "": gltf.write,
        ".glb": gltf.write,
        ".ply": _ply,
        ".obj": _obj,
        ".stl": _stl,
        ".off": _off,
    }
    if suffix.lower() not in writers:
        raise BadInput(
            "A sculpture cannot be written as {suffix}: there is .glb, .ply, .obj, .stl and .off.",
            suffix=suffix,
        )
    return writers[suffix.lower()](form)


def facts(data: bytes, form: Form) -> Mapping[str, Scalar]:
    """Of the file: its format and size, and what its mesh is like."""
    return {
        "bytes": len(data),
        "format": _kind(data).removeprefix("."),
        "vertices": len(form.vertices),
        "faces": len(form.faces),
        "closed": is_closed(form),
    }


def _kind(data: bytes) -> str:
    """What a file is, by its first bytes; names may be wrong."""
    head = data[:_HEAD].lstrip()
    binary = len(data) >= 84 and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")
    signs = (
        (".glb", data.startswith(gltf.MAGIC)),
        (".ply", re.match(rb"ply\s", head)),
        (".off", re.match(rb"(?:ST)?(?:C)?(?:N)?OFF\s", head)),
        (".gltf", head.startswith(b"{") and b'"asset"' in data),
        (".stl", binary or (head.startswith(b"solid") and b"facet" in data[:_HEAD])),
        (".obj", b"\0" not in data[:_HEAD] and re.search(rb"(?m)^v\s+[-+\d.]", data[:_HEAD])),
    )
    found = next((kind for kind, sign in signs if sign), None)
    if found is None:
        raise UnreadableWork("It is not a mesh in a format that is known, or it is damaged.")
    return found


def _check_size(vertices: int, faces: int) -> None:
    if vertices > MOST_VERTICES or faces > MOST_FACES:
        raise UnreadableWork(
            "It has {faces} faces and {vertices} vertices: reduce it to {most} faces first.",
            faces=faces,
            vertices=vertices,
            most=MOST_FACES,
        )
    if faces == 0:
        raise UnreadableWork("It has points but no faces: a mesh has to be made of it first.")


def _checked(form: Form) -> Form:
    """What can be worked with; raises UnreadableWork."""
    _check_size(len(form.vertices), len(form.faces))
    if len(form.faces) < LEAST_FACES:
        raise UnreadableWork(
            "It has only {faces} faces, which enclose nothing.", faces=len(form.faces)
        )
    if form.faces.min() < 0 or form.faces.max() >= len(form.vertices):
        raise UnreadableWork("Some of its faces name vertices that are not there.")
    if not np.isfinite(form.vertices).all():
        raise UnreadableWork("Some of its vertices are not numbers (NaN or infinite).")
    extent = float(np.ptp(form.vertices[form.faces.ravel()], axis=0).max())
    if float(np.abs(form.vertices).max()) > FARTHEST or extent < 1 / FARTHEST:
        raise UnreadableWork("Its coordinates are too large or too small to be a work's.")
    return form


def _count_ply(data: bytes) -> tuple[int, int]:
    head = data[:_HEAD].partition(b"end_header")[0]
    found = {name: int(n) for name, n in re.findall(rb"element\s+(\w+)\s+(\d{1,12})", head)}
    return found.get(b"vertex", 0), found.get(b"face", 0)


def _count_stl(data: bytes) -> tuple[int, int]:
    if data.lstrip().startswith(b"solid") and b"facet" in data[:_HEAD]:
        faces = data.count(b"endfacet")
    else:
        faces = int.from_bytes(data[80:84], "little")
    return 3 * faces, faces


def _count_obj(data: bytes) -> tuple[int, int]:
    lines = b"\n" + data
    return lines.count(b"\nv "), lines.count(b"\nf ")


def _count_off(data: bytes) -> tuple[int, int]:
    bare = re.sub(rb"#[^\n]*", b"", data[:_HEAD])
    found = re.match(rb"\s*\w*OFF\s+(\d{1,12})\s+(\d{1,12})", bare)
    return (int(found[1]), int(found[2])) if found else (0, 1)


def _count_glb(data: bytes) -> tuple[int, int]:
    most = gltf.count(gltf.unpack(data)[0])
    return most, max(1, most // 3)


def _count_gltf(data: bytes) -> tuple[int, int]:
    most = gltf.count(_json(data))
    return most, max(1, most // 3)


def _json(data: bytes) -> dict[str, Any]:
    try:
        scene = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableWork("The glTF file is damaged or cut off.") from error
    if not isinstance(scene, dict):
        raise UnreadableWork("The glTF file is damaged or cut off.")
    return scene


def _read_glb(data: bytes) -> Form:
    scene, binary = gltf.unpack(data)
    own = gltf.read_own(scene, binary)
    return own if own is not None else _load(gltf.pack(gltf.bare(scene), binary), "glb")


def _read_gltf(data: bytes) -> Form:
    return _load(json.dumps(gltf.bare(_json(data))).encode(), "gltf")


def _read_ply(data: bytes) -> Form:
    # textures would be looked for in other files
    return _load(re.sub(rb"(?m)^comment TextureFile.*$", b"comment", data, count=9), "ply")


def _read_stl(data: bytes) -> Form:
    loose = _load(data, "stl")
    points, places = np.unique(loose.vertices, axis=0, return_inverse=True)
    x, y, z = points.T
    return Form.of(np.stack([x, z, -y], 1), places[loose.faces])


def _read_off(data: bytes) -> Form:
    return _load(data, "off")


def _read_obj(data: bytes) -> Form:
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    try:
        for line in data.decode("utf-8", "replace").splitlines():
            if line.startswith("v "):
                vertices.append([float(x) for x in line.split()[1:4]])
            elif line.startswith("f "):
                places = [int(word.partition("/")[0]) for word in line.split()[1:]]
                ring = [p - 1 if p > 0 else len(vertices) + p for p in places]
                faces += [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
        return Form.of(np.array(vertices, np.float64), np.array(faces, np.int64).reshape(-1, 3))
    except (ValueError, OverflowError) as error:
        raise UnreadableWork("Its vertices or faces are not numbers that can be read.") from error


def _load(data: bytes, kind: str) -> Form:
    """By trimesh, which is given no way to open another file."""
    import trimesh

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = trimesh.load_mesh(BytesIO(data), file_type=kind, process=False)
    except Exception as error:
        raise UnreadableWork("The file is damaged or cut off.") from error
    faces = getattr(found, "faces", None)
    if faces is None or not len(faces):
        raise UnreadableWork("It has points but no faces: a mesh has to be made of it first.")
    return Form.of(np.asarray(found.vertices, np.float64), np.asarray(faces, np.int64))


def _ply(form: Form) -> bytes:
    head = (
        "ply\nformat binary_little_endian 1.0\ncomment made by Moxie\n"
        f"element vertex {len(form.vertices)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {len(form.faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    rows = np.zeros(len(form.faces), [("n", "u1"), ("at", "<i4", 3)])
    rows["n"], rows["at"] = 3, form.faces
    return head.encode() + form.vertices.astype("<f4").tobytes() + rows.tobytes()


def _obj(form: Form) -> bytes:
    points = [f"v {x} {y} {z}" for x, y, z in form.vertices.astype(str)]  # shortest exact digits
    faces = [f"f {a} {b} {c}" for a, b, c in (form.faces + 1).tolist()]
    return "\n".join(["# made by Moxie", *points, *faces, ""]).encode()


def _stl(form: Form) -> bytes:
    x, y, z = form.vertices.T
    corners = np.stack([x, -z, y], 1)[form.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
    rows = np.zeros(len(corners), [("n", "<f4", 3), ("at", "<f4", (3, 3)), ("more", "<u2")])
    rows["n"], rows["at"] = normal, corners
    return b"made by Moxie".ljust(80) + len(corners).to_bytes(4, "little") + rows.tobytes()


def _off(form: Form) -> bytes:
    lines: list[str] = ["OFF", f"{len(form.vertices)} {len(form.faces)} 0"]
    lines += [f"{x} {y} {z}" for x, y, z in form.vertices.astype(str)]
    lines += [f"3 {a} {b} {c}" for a, b, c in form.faces.tolist()]
    return "\n".join([*lines, ""]).encode()


_COUNTS: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    ".ply": _count_ply,
    ".stl": _count_stl,
    ".obj": _count_obj,
    ".off": _count_off,
    ".glb": _count_glb,
    ".gltf": _count_gltf,
}
_READERS: Mapping[str, Callable[[bytes], Form]] = {
    ".ply": _read_ply,
    ".stl": _read_stl,
    ".obj": _read_obj,
    ".off": _read_off,
    ".glb": _read_glb,
    ".gltf": _read_gltf,
}
