"""Meshes in and out, and what is wrong with a mesh said in a sentence."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from moxie.arts.sculpture import codec, gltf
from moxie.arts.sculpture.clean import clean
from moxie.arts.sculpture.contour import contour
from moxie.arts.sculpture.form import Form, is_closed, parts, volume
from moxie.errors import UnreadableWork


def ball(radius: float = 0.4, cells: int = 24) -> Form:
    axis = np.linspace(-0.5, 0.5, cells)
    grid = np.stack(np.meshgrid(axis, 1.2 * axis, axis, indexing="ij"), -1)
    stretched = np.linalg.norm(grid / (1, 1.2, 0.8), axis=-1) - radius
    return Form.of(*contour(stretched.astype(np.float32), (-0.5, -0.5, -0.5), axis[1] - axis[0]))


def without(form: Form, faces: slice) -> Form:
    return Form.of(form.vertices, np.delete(form.faces, faces, axis=0))


@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj", ".off"])
def test_every_vertex_and_face_comes_back(suffix: str) -> None:
    form = ball()
    again = codec.read(codec.write(form, suffix), f"work{suffix}")
    assert np.array_equal(again.vertices, form.vertices)
    assert np.array_equal(again.faces, form.faces)


def test_stl_stands_up_and_is_as_closed_as_it_was() -> None:
    form = ball()
    again = codec.read(codec.write(form, ".stl"), "work.stl")
    assert is_closed(again)
    assert np.allclose(again.vertices.max(0), form.vertices.max(0))
    assert volume(again) == pytest.approx(volume(form), rel=1e-4)


def test_other_programs_read_what_is_written() -> None:
    import io

    import trimesh

    form = ball()
    for suffix in ("glb", "ply", "obj", "stl", "off"):
        data = codec.write(form, f".{suffix}")
        mesh = trimesh.load_mesh(io.BytesIO(data), file_type=suffix)
        assert mesh.is_watertight
        assert mesh.is_winding_consistent
        assert mesh.volume == pytest.approx(volume(form), rel=1e-4)


def ply(vertices: str, faces: str, counts: tuple[int, int]) -> bytes:
    head = (
        f"ply\nformat ascii 1.0\nelement vertex {counts[0]}\nproperty float x\nproperty float y\n"
    )
    head += f"property float z\nelement face {counts[1]}\n"
    return f"{head}property list uchar int vertex_indices\nend_header\n{vertices}{faces}".encode()


def scene(**more: object) -> bytes:
    data = codec.write(ball())
    size = struct.unpack_from("<I", data, 12)[0]
    told = json.loads(data[20 : 20 + size])
    told["meshes"][0].pop("extras")
    return gltf.pack({**told, **more}, data[20 + size + 8 :])


CORNERS = "0 0 0\n1 0 0\n0 1 0\n0 0 1\n"
TETRA = "3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"

BAD = {
    "nothing": (b"", "not a mesh in a format"),
    "one triangle": (ply("0 0 0\n1 0 0\n0 1 0\n", "3 0 1 2\n", (3, 1)), "only 1 faces"),
    "an empty mesh": (ply("", "", (0, 0)), "points but no faces"),
    "a cloud of points": (ply(CORNERS, "", (4, 0)), "points but no faces"),
    "millions of faces": (ply("", "", (9, 3_000_000)), "3000000 faces"),
    "no number": (ply(CORNERS.replace("1 0 0", "nan 0 0"), TETRA, (4, 4)), "not numbers"),
    "vertices not there": (b"v 0 0 0\nv 1 0 0\n" + 4 * b"f 1 2 9\n", "not there"),
    "letters": (b"v 0 0 0\nv 1 0 x\nf 1 1 1\n", "not numbers that can be read"),
    "elsewhere": (scene(buffers=[{"uri": "../secret.bin", "byteLength": 9}]), "another file"),
    "draco": (scene(extensionsRequired=["KHR_draco_mesh_compression"]), "Draco"),
    "far away": (b"v 0 0 0\nv 1e9 0 0\nv 0 1 0\nv 0 0 1\n" + 4 * b"f 1 2 3\n", "too large"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_files_are_refused_in_a_sentence(what: str) -> None:
    data, words = BAD[what]
    with pytest.raises(UnreadableWork, match=words):
        codec.read(data, "work.ply")


def test_textures_are_not_missed() -> None:
    looks = {"materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]}
    data = scene(**looks, textures=[{"source": 0}], images=[{"uri": "gone.png"}])
    assert len(codec.read(data, "work.glb").faces) == len(ball().faces)


def test_a_file_that_keeps_its_buffer_inside_is_read() -> None:
    import base64

    scene_of, binary = gltf.unpack(codec.write(ball()))
    scene_of["buffers"][0]["uri"] = (
        "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    )
    scene_of["meshes"][0].pop("extras")
    read = codec.read(json.dumps(scene_of).encode(), "work.gltf")
    assert np.allclose(read.vertices, ball().vertices)


@pytest.mark.slow
def test_holes_are_closed_and_told() -> None:
    cleaned = clean(without(ball(), slice(100, 160)))
    assert is_closed(cleaned.content)
    assert [flag.code for flag in cleaned.flags] == ["holes"]
    whole = clean(ball()).content
    assert volume(cleaned.content) == pytest.approx(volume(whole), rel=0.03)


def test_faces_turned_over_are_turned_back() -> None:
    form = ball()
    faces = form.faces.copy()
    faces[:300] = faces[:300, ::-1]
    cleaned = clean(Form.of(form.vertices, faces))
    assert [flag.code for flag in cleaned.flags] == ["flipped"]
    assert is_closed(cleaned.content)
    assert volume(cleaned.content) == pytest.approx(volume(clean(form).content), rel=1e-3)


def test_inside_out_is_turned_outwards() -> None:
    cleaned = clean(Form.of(ball().vertices, ball().faces[:, ::-1]))
    assert volume(cleaned.content) > 0


@pytest.mark.slow
def test_what_runs_through_itself_becomes_one() -> None:
    one = ball()
    both = np.concatenate([one.vertices, one.vertices + np.float32([0.3, 0, 0])])
    faces = np.concatenate([one.faces, one.faces + len(one.vertices)])
    cleaned = clean(Form.of(both, faces))
    assert "crossing" in [flag.code for flag in cleaned.flags]
    assert is_closed(cleaned.content)
    assert parts(cleaned.content).max() == 0


def test_crumbs_are_removed_and_told() -> None:
    one, crumb = ball(), ball(cells=12)
    both = np.concatenate([one.vertices, 0.02 * crumb.vertices + np.float32([0.6, 0, 0])])
    cleaned = clean(Form.of(both, np.concatenate([one.faces, crumb.faces + len(one.vertices)])))
    assert [flag.code for flag in cleaned.flags] == ["loose"]
    assert len(cleaned.content.faces) == len(one.faces)


def test_a_sheet_is_no_body() -> None:
    n = 30
    x, y = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    at = (x * n + y)[:-1, :-1].ravel()
    faces = np.concatenate(
        [np.stack([at, at + n, at + 1], 1), np.stack([at + 1, at + n, at + n + 1], 1)]
    )
    sheet = Form.of(np.stack([x, y, 0 * x], -1).reshape(-1, 3), faces)
    assert not clean(sheet).usable


@pytest.mark.slow
def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean(without(ball(), slice(0, 40))).content
    assert clean(once).content is once
