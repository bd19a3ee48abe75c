"""Pictures as torch tensors and back."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from moxie.arts.painting.picture import Picture


def to_tensor(picture: Picture) -> Tensor:
    """float32 [1, 3, h, w] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def to_picture(image: Tensor) -> Picture:
    """The inverse of `to_tensor`, rounded."""
    values = (image[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
    return np.ascontiguousarray(values.cpu().numpy(), np.uint8)
