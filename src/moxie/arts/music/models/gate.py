"""Whom to believe when several models speak: weights that depend on how sure each is.

What the experts say is mixed twice, as a weighted mean of probabilities and as a weighted product
of them (logarithmic opinion pool: Genest and Zidek 1986; in compression, Mattern 2012), and the
two are averaged. All weights come from a small network that sees the signs of confidence. It has
to be fitted on predictions of what the experts have not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import log_softmax, logsigmoid

Floats = NDArray[np.float32]

HIDDEN = 24
STEPS, LEAST_STEPS, BATCH, RATE, DECAY = 500, 120, 512, 0.01, 0.03
PASSES = 12
"""How often each unit is looked at, about; between the least and the most steps."""

TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Gate:
    """Fitted weights; `experts` many, from `signs` many. Arrays are float32.

    `mean`, `scale` [signs]; `inner` [signs + 1, HIDDEN]; `outer` [HIDDEN + 1, 2 * experts + 1].
    """

    mean: Floats
    scale: Floats
    inner: Floats
    outer: Floats

    @classmethod
    def fit(
        cls,
        shares: Floats,
        signs: Floats,
        symbols: NDArray[np.integer],
        seed: int,
        *,
        floor: float = 1e-2,
    ) -> Gate:
        """From shares [experts, n, symbols], signs [n, k] and what came, int [n]."""
        experts = shares.shape[0]
        mean, scale = signs.mean(axis=0), np.maximum(signs.std(axis=0), floor)
        generator = torch.Generator().manual_seed(seed)
        inner = torch.randn((signs.shape[1] + 1, HIDDEN), generator=generator)
        inner *= signs.shape[1] ** -0.5
        outer = torch.zeros(HIDDEN + 1, 2 * experts + 1)
        outer[-1, experts : 2 * experts] = 1.5 / experts
        weights = [inner.requires_grad_(), outer.requires_grad_()]
        optimiser = torch.optim.AdamW(weights, RATE, weight_decay=DECAY)
        logs = torch.from_numpy(np.log(np.maximum(shares, TINY)).transpose(1, 0, 2).copy())
        normal = torch.from_numpy((signs - mean) / scale)
        wanted = torch.from_numpy(symbols.astype(np.int64))
        steps = min(STEPS, max(LEAST_STEPS, PASSES * len(wanted) // BATCH))
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            chosen = torch.randint(len(wanted), (BATCH,), generator=generator)
            loss = -_said(logs[chosen], normal[chosen], wanted[chosen], inner, outer).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return cls(mean, scale, inner.detach().numpy(), outer.detach().numpy())

    def mix(self, shares: Floats, signs: Floats, tilt: Floats | None = None) -> Floats:
        """Probabilities float32 [n, symbols]; `tilt` [experts] is added to all log weights."""
        experts = shares.shape[0]
        normal = (signs - self.mean) / self.scale
        hidden = np.tanh(normal @ self.inner[:-1] + self.inner[-1])
        out = hidden @ self.outer[:-1] + self.outer[-1]
        linear, powers = out[:, :experts], out[:, experts : 2 * experts]
        if tilt is not None:
            linear, powers = linear + tilt, powers * np.exp(tilt)
        trust = np.exp(linear - linear.max(axis=1, keepdims=True))
        trust /= trust.sum(axis=1, keepdims=True)
        mean = np.einsum("nk,kns->ns", trust, shares)
        logs = np.einsum("nk,kns->ns", powers, np.log(np.maximum(shares, TINY)))
        product = np.exp(logs - logs.max(axis=1, keepdims=True))
        product /= product.sum(axis=1, keepdims=True)
        half = 1 / (1 + np.exp(-out[:, -1:]))
        mixed = half * mean + (1 - half) * product
        result: Floats = (mixed / mixed.sum(axis=1, keepdims=True)).astype(np.float32)
        return result

    def arrays(self) -> Mapping[str, Floats]:
        """By name, to be saved."""
        return {
            "mean": self.mean,
            "scale": self.scale,
            "inner": self.inner,
            "outer": self.outer,
        }


def confidence(shares: Floats) -> Floats:
    """Signs of how sure each expert is: log of its highest share, and entropy, [n, 2 experts]."""
    high = np.log(np.maximum(shares.max(axis=2), TINY))
    entropy = -(shares * np.log(np.maximum(shares, TINY))).sum(axis=2)
    return np.concatenate((high, entropy)).T.astype(np.float32)


def _said(logs: Tensor, normal: Tensor, wanted: Tensor, inner: Tensor, outer: Tensor) -> Tensor:
    """Log probabilities [n] of what came in the mixture, in torch, as `Gate.mix` has them.

    Log shares [n, experts, symbols], signs [n, k], symbols [n]. Of the mean no more is computed
    than what came: the whole of it takes ten times as long.
    """
    experts = logs.shape[1]
    out = torch.tanh(normal @ inner[:-1] + inner[-1]) @ outer[:-1] + outer[-1]
    came = logs.gather(2, wanted[:, None, None].expand(-1, experts, 1))[..., 0]
    mean = torch.logsumexp(log_softmax(out[:, :experts], 1) + came, 1)
    powers = out[:, None, experts : 2 * experts]
    product = log_softmax((powers @ logs)[:, 0], 1).gather(1, wanted[:, None])[:, 0]
    return torch.logaddexp(mean + logsigmoid(out[:, -1]), product + logsigmoid(-out[:, -1]))
