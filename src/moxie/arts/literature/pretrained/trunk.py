"""A pretrained model as it is learnt with and listened to: its layers, trimmed to an alphabet.

Five of six weights of a small model with many languages stand in its table of tokens. Only those
are kept that the alphabet needs, which makes training on a processor practical.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from moxie.arts.literature.needs import PRETRAINED, need
from moxie.arts.literature.pretrained.spelling import Kept
from moxie.errors import BadInput

TINY = 1e-12
"""Least chance of a symbol beside the likeliest token: logarithms stay finite."""

SYMBOLS_AT_ONCE = 256
"""Places of which all tokens' chances are held at once."""

Memory = tuple[tuple[Tensor, Tensor], ...]
"""Keys and values of each layer, float [texts, heads, places, width]."""


class Trunk:
    """`model` gives what it makes of symbols; `table` says which tokens may come next."""

    def __init__(self, model: Any, kept: Kept) -> None:  # noqa: ANN401  transformers' own
        head = model.get_output_embeddings()
        table = model.get_input_embeddings()
        self.table = head.weight.detach()[torch.from_numpy(kept.tokens)].clone().float()
        bias = getattr(head, "bias", None)
        self.bias = None if bias is None else bias.detach()[torch.from_numpy(kept.tokens)].clone()
        self.firsts = torch.from_numpy(kept.firsts)
        self.size = kept.size
        config = model.config.get_text_config()
        self.cap = getattr(config, "final_logit_softcapping", None)
        self.factor = getattr(config, "logit_scale", None) or 1.0
        self.factor /= getattr(config, "logits_scaling", None) or 1.0
        self.places = int(getattr(config, "max_position_embeddings", 0) or 0)
        self.model = model.base_model
        entries = table.weight.detach()[torch.from_numpy(kept.entries)].clone()
        table.weight = nn.Parameter(entries, requires_grad=False)
        table.num_embeddings, table.padding_idx = len(entries), None
        self.width = int(self.table.shape[1])
        self.half = False
        self.model.requires_grad_(requires_grad=False)
        self.model.eval()

    def halve(self) -> None:
        """Multiply in bfloat16 from now on; what is added up stays in float32."""
        self.half = True
        for module in self.model.modules():
            if isinstance(module, nn.Linear) and not module.weight.requires_grad:
                module.to(torch.bfloat16)

    def heard(self, symbols: Tensor) -> Tensor:
        """Symbols int64 [texts, n], the first of them `begin`, to float [texts, n, width]."""
        with self._precise():
            found: Tensor = self.model(input_ids=symbols, use_cache=False).last_hidden_state
        return found

    def go_on(self, symbols: Tensor, memory: Memory | None) -> tuple[Tensor, Memory]:
        """The same after what is in memory, of which as many texts were read."""
        transformers = need("transformers", PRETRAINED)
        cache = transformers.DynamicCache() if memory is None else transformers.DynamicCache(memory)
        with self._precise():
            found = self.model(input_ids=symbols, past_key_values=cache, use_cache=True)
        layers = found.past_key_values.layers
        return found.last_hidden_state, tuple((layer.keys, layer.values) for layer in layers)

    def logs(self, heard: Tensor) -> Tensor:
        """What may come next, log probabilities float32 [n, symbols] after float [n, width].

        The chance of a symbol is that of all tokens that begin with it.
        """
        logits = self.logits(heard)
        most = logits.amax(-1, keepdim=True).detach()
        each = torch.exp(logits - most)
        some = torch.full((len(heard), self.size), TINY).index_add(1, self.firsts, each)
        return torch.log(some / some.sum(-1, keepdim=True))

    def logits(self, heard: Tensor) -> Tensor:
        """Of the tokens that may come next, float32 [n, kept] after float [n, width]."""
        found = nn.functional.linear(heard.to(self.table.dtype), self.table, self.bias).float()
        found = found * self.factor
        return self.cap * torch.tanh(found / self.cap) if self.cap else found

    def said(self, heard: Tensor) -> NDArray[np.float32]:
        """`logs`, some places after others."""
        with torch.inference_mode():
            parts = [self.logs(part).numpy() for part in heard.split(SYMBOLS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.size), np.float32)

    def _precise(self) -> AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.half)

    @contextmanager
    def learning(self) -> Iterator[None]:
        """With the dropout of its adapters, inside the block."""
        self.model.train()
        try:
            yield
        finally:
            self.model.eval()


def load(folder: Path, kept: Kept, name: str) -> Trunk:
    """The model in a folder that `intake` has checked; raises BadInput where it does not load."""
    model = whole(folder, name)
    known = model.get_input_embeddings().weight.shape[0]
    if max(int(kept.entries.max()), int(kept.tokens.max())) >= known:
        raise BadInput(
            "The tokenizer of {name} has tokens that the model does not know.", name=name
        )
    return Trunk(model, kept)


def whole(folder: Path, name: str) -> Any:  # noqa: ANN401  transformers' own
    """The model with all of its tokens. Only safetensors are read, and no code of a model's own."""
    transformers = need("transformers", PRETRAINED)
    with quiet(transformers):
        try:
            return transformers.AutoModelForCausalLM.from_pretrained(
                str(folder),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
            )
        except Exception as error:  # of any kind: it is a file that others made
            raise BadInput(
                "The model {name} cannot be loaded: {reason}.", name=name, reason=reason(error)
            ) from error


@contextmanager
def quiet(transformers: Any) -> Iterator[None]:  # noqa: ANN401  a module
    """Without bars and warnings on the terminal, inside the block."""
    log = transformers.utils.logging
    before, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(before)
        if bars:
            log.enable_progress_bar()


def reason(error: Exception) -> str:
    """The first sentence of what went wrong, short enough for one line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")[:160]


def picked(memory: Memory, rows: Sequence[int]) -> Memory:
    """Some texts of a memory, each as often as it is named."""
    if list(rows) == list(range(memory[0][0].shape[0])):
        return memory
    which = torch.as_tensor(rows)
    return tuple((keys[which], values[which]) for keys, values in memory)
