"""A pretrained model as it is learnt with and listened to: its layers, and a trimmed vocabulary.

Most weights of a small model of many languages stand in its table of tokens. Only those rows are
kept that the works need, which makes training on a processor practical.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from moxie.arts.literature.needs import PRETRAINED, need
from moxie.arts.literature.pretrained.packed import pack
from moxie.arts.literature.pretrained.spelling import Units
from moxie.errors import BadInput

NEVER = -60.0
"""What is added to the logits of units that are the token of another."""

Memory = tuple[tuple[Tensor, Tensor], ...]
"""Keys and values of each layer, float [texts, heads, places, width]."""


class Trunk:
    """`model` gives what it makes of symbols; `table` says which tokens may come next."""

    def __init__(self, model: Any, kept: Units) -> None:  # noqa: ANN401  transformers' own
        head = model.get_output_embeddings()
        table = model.get_input_embeddings()
        rows = torch.from_numpy(kept.tokens)
        self.table = head.weight.detach()[rows].clone().float()
        bias = getattr(head, "bias", None)
        self.bias = torch.zeros(kept.size) if bias is None else bias.detach()[rows].clone().float()
        self.bias += torch.from_numpy(kept.barred) * NEVER
        self.units = kept
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

    def lighten(self) -> None:
        """All in bfloat16 from now on, and few rows by weights of eight bits, to be listened to.

        Bfloat16 saves a fifth of a step, bytes a third of the rest; they cost 0.005 bits a
        character of 5.672, and of bfloat16 nothing can be measured (docs/decisions/0025).
        """
        self.model.to(torch.bfloat16)
        pack(self.model)
        self.table, self.bias = self.table.bfloat16(), self.bias.bfloat16()

    def heard(self, units: Tensor) -> Tensor:
        """Units int64 [texts, n], the first of them `end`, to float [texts, n, width]."""
        with self._precise():
            found: Tensor = self.model(input_ids=units, use_cache=False).last_hidden_state
        return found

    def go_on(
        self, units: Tensor, mask: Tensor, places: Tensor, memory: Memory | None
    ) -> tuple[Tensor, Memory]:
        """What is made of units int64 [texts, n] after what is in memory; and all of the memory.

        `mask` int64 [texts, slots + n] says what is heard, `places` int64 [texts, n] where each
        unit stands in its text.
        """
        transformers = need("transformers", PRETRAINED)
        cache = transformers.DynamicCache()
        cache.layers = [_layer(transformers, *one) for one in memory or ()]
        with self._precise():
            found = self.model(
                input_ids=units,
                attention_mask=mask,
                position_ids=places,
                past_key_values=cache,
                use_cache=True,
            )
        layers = found.past_key_values.layers
        return found.last_hidden_state, tuple((layer.keys, layer.values) for layer in layers)

    def logs(self, heard: Tensor) -> Tensor:
        """Which unit may come next, log probabilities float32 [n, units] after [n, width]."""
        return self.logits(heard).log_softmax(-1)

    def logits(self, heard: Tensor) -> Tensor:
        """Of the tokens that may come next, float32 [n, kept] after float [n, width]."""
        found = nn.functional.linear(heard.to(self.table.dtype), self.table, self.bias).float()
        found = found * self.factor
        return self.cap * torch.tanh(found / self.cap) if self.cap else found

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


def _layer(transformers: Any, keys: Tensor, values: Tensor) -> Any:  # noqa: ANN401  its own
    """What one layer remembers, without the copy that transformers makes of it."""
    layer = transformers.cache_utils.DynamicLayer()
    layer.lazy_initialization(keys, values)
    layer.keys, layer.values = keys, values
    return layer


def load(folder: Path, kept: Units, name: str) -> Trunk:
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
