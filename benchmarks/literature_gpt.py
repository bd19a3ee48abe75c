"""A small transformer as nanoGPT's README trains one on a CPU: the peer of English prose.

Settings are those of its example of Shakespeare's characters for machines without a GPU (Karpathy
2022, nanoGPT): four layers of four heads and 128 units, 64 characters at a time, twelve texts a
step, no dropout, AdamW with a rate that falls from 1e-3 to 1e-4 by a cosine. It is trained for a
given number of seconds; the code is our own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH, LAYERS, HEADS, WINDOW, BATCH = 128, 4, 4, 64, 12
FASTEST, SLOWEST, WARMED = 1e-3, 1e-4, 100
DECAY, BETAS, LONGEST = 0.1, (0.9, 0.99), 1.0
TIMED = 20
"""Steps that are timed before the number of all is known."""


class Gpt(nn.Module):
    """Symbols int64 [batch, places] to logits [batch, places, symbols]."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(size, WIDTH)
        self.places = nn.Embedding(WINDOW, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.after = nn.LayerNorm(WIDTH)
        for weight in (self.table.weight, self.places.weight):
            nn.init.normal_(weight, std=0.02)

    def forward(self, symbols: Tensor) -> Tensor:
        """See the class."""
        length = symbols.shape[1]
        entered = self.table(symbols) + self.places.weight[:length]
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        heard = self.layers(entered, mask=mask, is_causal=True)
        return F.linear(self.after(heard), self.table.weight)


def learnt(symbols: Sequence[int], size: int, seconds: float, seed: int) -> tuple[Gpt, int]:
    """A transformer after so many seconds of the processor, and the steps it took."""
    torch.manual_seed(seed)
    rng, text = np.random.default_rng(seed), torch.as_tensor(symbols)
    net = Gpt(size)
    course = torch.optim.AdamW(net.parameters(), FASTEST, BETAS, weight_decay=DECAY)
    steps, step, began = 10_000_000, 0, time.process_time()
    while step < steps:
        for group in course.param_groups:
            group["lr"] = _rate(step, steps)
        starts = rng.integers(0, len(text) - WINDOW - 1, BATCH)
        drawn = torch.stack([text[start : start + WINDOW + 1] for start in starts])
        logits = net(drawn[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), drawn[:, 1:].flatten())
        course.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), LONGEST)
        course.step()
        step += 1
        spent = time.process_time() - began
        if step == TIMED:
            steps = max(TIMED, int(seconds / (spent / TIMED)))
        if spent > 1.1 * seconds:
            break
    return net.eval(), step


def _rate(step: int, steps: int) -> float:
    if step < WARMED:
        return FASTEST * (step + 1) / WARMED
    way = min(1.0, (step - WARMED) / max(1, steps - WARMED))
    return float(SLOWEST + 0.5 * (1 + np.cos(np.pi * way)) * (FASTEST - SLOWEST))


def nats(net: Gpt, symbols: Sequence[int]) -> float:
    """What a text costs, with half a window before each half."""
    half, total = WINDOW // 2, 0.0
    text = torch.as_tensor([0, *symbols])
    with torch.inference_mode():
        for first in range(1, len(text), half):
            start = max(0, first - half)
            part = text[start : min(first + half, len(text))]
            costs = F.cross_entropy(net(part[None, :-1])[0], part[1:], reduction="none")
            total += float(costs[first - start - 1 :].sum())
    return total
