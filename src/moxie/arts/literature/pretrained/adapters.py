"""What is learnt beside a pretrained model: low-rank corrections of its layers (Hu et al. 2021).

They are `peft`'s, in the names and files that it reads, so that they can be used elsewhere too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from moxie.arts.literature.needs import PRETRAINED, need
from moxie.errors import BadInput

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"

PREFIX = "base_model.model."
"""What `peft` writes before the name of a layer."""


@dataclass(frozen=True, slots=True)
class Rank:
    """How large corrections are: of rank `rank`, weighed by `alpha` / `rank`."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05


class Adapter(nn.Module):
    """The corrections of a model that is being trained, and nothing else of it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.weights = nn.ParameterList(_learnt(model).values())

    @contextmanager
    def within(self, other: Adapter) -> Iterator[None]:
        """With the values of this one in the place of another's, inside the block."""
        with torch.no_grad():
            kept = [weight.detach().clone() for weight in other.weights]
            for place, weight in zip(other.weights, self.weights, strict=True):
                place.copy_(weight)
        try:
            yield
        finally:
            with torch.no_grad():
                for place, before in zip(other.weights, kept, strict=True):
                    place.copy_(before)


def inject(model: nn.Module, rank: Rank) -> None:
    """Give every linear layer but the last a correction, which changes nothing yet."""
    peft: Any = need("peft", PRETRAINED)
    peft.inject_adapter_in_model(_config(peft, rank), model)


def weights(model: nn.Module) -> dict[str, Tensor]:
    """The corrections in a model, by the names that `peft` gives them."""
    return {
        PREFIX + name.replace(".default", ""): weight.detach().clone()
        for name, weight in _learnt(model).items()
    }


def merge(model: nn.Module, given: Mapping[str, Tensor], rank: Rank, name: str) -> None:
    """Correct the layers of a model for good; raises BadInput where these are another model's."""
    inject(model, rank)
    places = _learnt(model)
    if {PREFIX + place.replace(".default", "") for place in places} != set(given):
        raise BadInput("What was learnt does not belong to the base {name}.", name=name)
    with torch.no_grad():
        for place, weight in places.items():
            weight.copy_(given[PREFIX + place.replace(".default", "")])
    layer = need("peft.tuners.tuners_utils", PRETRAINED).BaseTunerLayer
    corrected = [
        (key, module) for key, module in model.named_modules() if isinstance(module, layer)
    ]
    for key, module in corrected:
        parent, _, child = key.rpartition(".")
        module.merge()
        setattr(model.get_submodule(parent), child, module.get_base_layer())


def save(given: Mapping[str, Tensor], rank: Rank, folder: Path) -> None:
    """Write an adapter that `peft` reads."""
    peft: Any = need("peft", PRETRAINED)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({key: weight.contiguous() for key, weight in given.items()}, folder / WEIGHTS)
    facts = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "peft_version": peft.__version__,
        "r": rank.rank,
        "lora_alpha": rank.alpha,
        "lora_dropout": rank.dropout,
        "target_modules": "all-linear",
        "inference_mode": True,
    }
    (folder / CONFIG).write_text(json.dumps(facts, indent=1), "utf-8")


def load(folder: Path) -> tuple[dict[str, Tensor], Rank]:
    """What `save` wrote."""
    facts = json.loads((folder / CONFIG).read_text("utf-8"))
    rank = Rank(int(facts["r"]), int(facts["lora_alpha"]), float(facts["lora_dropout"]))
    return load_file(folder / WEIGHTS), rank


def _config(peft: Any, rank: Rank) -> Any:  # noqa: ANN401  peft's own
    return peft.LoraConfig(
        r=rank.rank,
        lora_alpha=rank.alpha,
        lora_dropout=rank.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def _learnt(model: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if "lora_" in name}
