"""Where a training run keeps its state, so that a stop, a crash or a kill costs little.

One safetensors file: the tensors, and in its metadata the shape of the whole state as JSON and a
checksum. It is written beside the last one, flushed to the disk and only then put in its place;
the one before stays as `<name>.previous`. Reading never runs anything, and no name inside a state
becomes a path.
"""

from __future__ import annotations

import copy
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.errors import CannotWrite, Missing

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = "moxie-checkpoint-1"

Node: TypeAlias = dict[str, object]
"""One value of a state as JSON, tagged with its kind: tensor, map, list, tuple or value."""


def as_state(arrays: Mapping[str, NDArray[Any]], facts: str) -> dict[str, object]:
    """Arrays and one JSON string as what a checkpoint keeps."""
    import torch

    tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    return {"facts": facts, **tensors}


def from_state(state: Mapping[str, object]) -> tuple[dict[str, NDArray[Any]], str]:
    """The arrays and the JSON string that `as_state` was given."""
    import torch

    arrays = {name: v.numpy() for name, v in state.items() if isinstance(v, torch.Tensor)}
    return arrays, str(state["facts"])


@contextmanager
def files_of_model() -> Iterator[None]:
    """Where a saved model is read: a file that is not there raises Missing, which names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing(
            "The model lacks the file {name}: train it again.",
            name=Path(str(error.filename)).name,
        ) from error


class NoCheckpoint:
    """Keeps nothing: for quick trials that nobody goes on from."""

    def load(self) -> None:
        """There is never a state."""

    def save(self, state: Mapping[str, object]) -> None:
        """Forget it."""


class MemoryCheckpoint:
    """Keeps the state in memory: for tests and notebooks. `saves` counts how often."""

    def __init__(self) -> None:
        self.saves = 0
        self._state: dict[str, object] | None = None

    def load(self) -> Mapping[str, object] | None:
        """A copy of what was last saved, or None."""
        return copy.deepcopy(self._state)

    def save(self, state: Mapping[str, object]) -> None:
        """Keep a copy."""
        self.saves += 1
        self._state = copy.deepcopy(dict(state))


class FileCheckpoint:
    """Keeps the state in a file of its own.

    A state is a mapping of names to torch tensors (a generator's state is one too), JSON scalars,
    and mappings, lists and tuples of these, such as an optimizer's state_dict. Tensors come back
    on the CPU. One process may write at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._previous = path.with_name(path.name + ".previous")
        self._new = path.with_name(path.name + ".new")

    def load(self) -> Mapping[str, object] | None:
        """The last whole state: that of the file, of the one before it, or None."""
        for path in (self.path, self._previous):
            state = _read(path)
            if state is not None:
                return state
        return None

    def save(self, state: Mapping[str, object]) -> None:
        """Replace the state atomically; raises CannotWrite, and then the last one is still there.

        Raises TypeError for a value that cannot be kept.
        """
        data = _encode(state)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._new.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if self.path.exists():
                self.path.replace(self._previous)
            self._new.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise CannotWrite(
                "The checkpoint {path} cannot be written: {reason}. What was saved before is kept.",
                path=str(self.path),
                reason=error.strerror or str(error),
            ) from error


def _encode(state: Mapping[str, object]) -> bytes:
    from safetensors.torch import save

    tensors: dict[str, Tensor] = {}
    tree = json.dumps(_pack(dict(state), tensors))
    metadata = {"format": FORMAT, "tree": tree, "checksum": _checksum(tree, tensors)}
    return bytes(save(tensors, metadata=metadata))


def _read(path: Path) -> Mapping[str, object] | None:
    """The state in a file; None if there is no file, or it is not one whole checkpoint."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        if metadata["format"] != FORMAT or metadata["checksum"] != _checksum(
            metadata["tree"], tensors
        ):
            return None
        state = _unpack(json.loads(metadata["tree"]), tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def _pack(value: object, tensors: dict[str, Tensor]) -> Node:
    """The value as tagged JSON; its tensors go into `tensors` under numbers."""
    import torch

    if isinstance(value, torch.Tensor):
        name = str(len(tensors))
        # a clone, because safetensors refuses tensors that share memory
        tensors[name] = value.detach().to("cpu").clone(memory_format=torch.contiguous_format)
        return {"tensor": name}
    if isinstance(value, Mapping):
        wrong = [key for key in value if not isinstance(key, str | int)]
        if wrong:
            raise TypeError(f"a checkpoint's keys are str or int, not {wrong[0]!r}")
        return {"map": [[key, _pack(item, tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_pack(item, tensors) for item in value]}
    if value is None or type(value) in (bool, int, float, str):
        return {"value": value}
    raise TypeError(f"a checkpoint cannot keep a {type(value).__name__}")


def _unpack(node: Mapping[str, object], tensors: Mapping[str, Tensor]) -> object:
    """The inverse of `_pack`; raises KeyError, TypeError or ValueError for anything else."""
    [(kind, content)] = node.items()
    if kind == "tensor":
        return tensors[str(content)]
    if kind == "value":
        return content
    if not isinstance(content, list):
        raise TypeError(kind)
    if kind == "map":
        return {key: _unpack(item, tensors) for key, item in content}
    items = [_unpack(item, tensors) for item in content]
    return {"list": items, "tuple": tuple(items)}[kind]


def _checksum(tree: str, tensors: Mapping[str, Tensor]) -> str:
    """CRC-32 of everything, which finds what a disk or a half copy spoilt."""
    import torch

    total = zlib.crc32(tree.encode())
    for name in sorted(tensors):
        flat = tensors[name].reshape(-1).view(torch.uint8)
        total = zlib.crc32(flat.numpy().data, total)
    return f"{total:08x}"


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
