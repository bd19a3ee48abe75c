"""Checkpoints: what goes in comes out, whatever happens to the disk in between."""

from __future__ import annotations

import errno
import math
from pathlib import Path

import pytest
import torch

from moxie.errors import CannotWrite
from moxie.nn.checkpoint import FileCheckpoint, MemoryCheckpoint, NoCheckpoint


def state() -> dict[str, object]:
    generator = torch.Generator().manual_seed(7)
    weight = torch.randn(3, 4, generator=generator)
    return {
        "step": 12,
        "done": False,
        "best": math.inf,
        "note": "ünïcode",
        "none": None,
        "../../escape": torch.arange(3),
        "weight": weight,
        "shared": weight[1:],
        "turned": weight.t(),
        "half": weight.to(torch.bfloat16),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 5),
        "mask": torch.tensor([True, False]),
        "generator": generator.get_state(),
        "nested": {"a.b": {"c": torch.ones(2)}, "a": {"b.c": torch.zeros(2)}},
        "mixed": [1, (torch.ones(1), "x"), {3: torch.full((1,), 3.0)}],
    }


def assert_same(found: object, expected: object) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, torch.Tensor):
        assert isinstance(found, torch.Tensor)
        assert found.dtype == expected.dtype
        assert torch.equal(found, expected)
    elif isinstance(expected, dict):
        assert isinstance(found, dict)
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list | tuple):
        assert isinstance(found, list | tuple)
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b)
    else:
        assert found == expected


def test_a_state_comes_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "run" / "checkpoint"
    assert FileCheckpoint(path).load() is None
    FileCheckpoint(path).save(state())
    assert_same(FileCheckpoint(path).load(), state())
    assert [p.name for p in path.parent.iterdir()] == ["checkpoint"]
    assert [p.name for p in tmp_path.rglob("*escape*")] == []


def test_a_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    first = torch.Generator().manual_seed(1)
    torch.rand(5, generator=first)
    FileCheckpoint(tmp_path / "c").save({"rng": first.get_state()})
    loaded = FileCheckpoint(tmp_path / "c").load()
    assert loaded is not None
    rng = loaded["rng"]
    assert isinstance(rng, torch.Tensor)
    second = torch.Generator()
    second.set_state(rng)
    assert torch.equal(torch.rand(5, generator=first), torch.rand(5, generator=second))


def test_an_optimizer_goes_on_where_it_was(tmp_path: Path) -> None:
    def steps(optimizer: torch.optim.Optimizer, weight: torch.Tensor, n: int) -> None:
        for _ in range(n):
            optimizer.zero_grad()
            (weight**2).sum().backward()
            optimizer.step()

    weight = torch.ones(3, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=0.1)
    steps(optimizer, weight, 3)
    FileCheckpoint(tmp_path / "c").save({"weight": weight, "optimizer": optimizer.state_dict()})
    loaded = FileCheckpoint(tmp_path / "c").load()
    assert loaded is not None
    again = loaded["weight"]
    assert isinstance(again, torch.Tensor)
    again.requires_grad_()
    other = torch.optim.Adam([again], lr=0.1)
    other.load_state_dict(loaded["optimizer"])  # type: ignore[arg-type]
    steps(optimizer, weight, 3)
    steps(other, again, 3)
    assert torch.equal(weight, again)


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "foreign", "gone"])
def test_a_spoilt_file_falls_back_to_the_one_before(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "c"
    checkpoint = FileCheckpoint(path)
    checkpoint.save({"step": 1, "w": torch.ones(64)})
    checkpoint.save({"step": 2, "w": torch.ones(64)})
    assert checkpoint.load()["step"] == 2  # type: ignore[index]
    data = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "flip":
        data[-3] ^= 0x40
        path.write_bytes(data)
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "foreign":
        from safetensors.torch import save_file

        save_file({"x": torch.ones(2)}, path)
    else:
        path.unlink()
    assert checkpoint.load()["step"] == 1  # type: ignore[index]
    (tmp_path / "c.previous").write_bytes(b"x")
    assert checkpoint.load() is None


def test_a_changed_fact_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "c"
    FileCheckpoint(path).save({"step": 1234})
    path.write_bytes(path.read_bytes().replace(b"1234", b"1235"))
    assert FileCheckpoint(path).load() is None


def test_a_full_disk_keeps_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = FileCheckpoint(tmp_path / "c")
    checkpoint.save({"step": 1})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        checkpoint.save({"step": 2})
    monkeypatch.undo()
    assert checkpoint.load() == {"step": 1}
    checkpoint.save({"step": 3})
    assert checkpoint.load() == {"step": 3}


def test_a_kill_between_the_two_renames_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = FileCheckpoint(tmp_path / "c")
    checkpoint.save({"step": 1})
    renames = Path.replace

    def dies(self: Path, target: Path) -> Path:
        if target == checkpoint.path:
            raise KeyboardInterrupt
        return renames(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save({"step": 2})
    assert FileCheckpoint(tmp_path / "c").load() == {"step": 1}


@pytest.mark.parametrize("value", [object(), b"bytes", {1.5: 1}, {"a": {"b": {2, 3}}}])
def test_what_cannot_be_kept_is_refused_at_once(tmp_path: Path, value: object) -> None:
    with pytest.raises(TypeError, match="checkpoint"):
        FileCheckpoint(tmp_path / "c").save({"x": value})
    assert list(tmp_path.iterdir()) == []


def test_memory_keeps_a_copy() -> None:
    memory = MemoryCheckpoint()
    assert memory.load() is None
    weight = torch.ones(2)
    memory.save({"w": weight})
    weight.zero_()
    loaded = memory.load()
    assert loaded is not None
    assert torch.equal(loaded["w"], torch.ones(2))  # type: ignore[arg-type]
    assert memory.saves == 1


def test_no_checkpoint_keeps_nothing() -> None:
    nothing = NoCheckpoint()
    nothing.save({"step": 1})
    assert nothing.load() is None  # type: ignore[func-returns-value]
