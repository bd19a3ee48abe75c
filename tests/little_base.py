"""A pretrained model for tests, made on the spot: a small llama and a tokenizer of its own."""

from __future__ import annotations

import json
from pathlib import Path

CHARACTERS = (
    "他她的了我们在有一不是人这说山水风雨夜月，。“”！？、：\n 春花秋天大小上下来去看见坐走门雪林"
)
WORDS = ("我们", "山水", "风雨", "他们", "。\n", "看见", "春天")


def tokenizer(folder: Path, words: tuple[str, ...] = WORDS, *, spelled: bool = True) -> int:
    """Write one by pieces, with or without tokens of bytes; how many tokens it has."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE

    tokens = ["<pad>", "<s>", "</s>"]
    tokens += [f"<0x{b:02X}>" for b in range(256)] if spelled else []
    tokens += ["▁" if char == " " else char for char in CHARACTERS]
    tokens += list(words)
    vocabulary = {token: place for place, token in enumerate(tokens)}
    merges = [(word[0], word[1]) for word in words]
    made = Tokenizer(BPE(vocab=vocabulary, merges=merges, byte_fallback=spelled))
    made.add_special_tokens(["<pad>", "<s>", "</s>"])
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return len(tokens)


def little_base(folder: Path, *, width: int = 32, layers: int = 2, seed: int = 3) -> Path:
    """The folder, with a model in it as transformers saves it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=tokenizer(folder),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    model.save_pretrained(str(folder))
    return folder


def changed(folder: Path, **facts: object) -> None:
    """Write other facts into its config."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | facts), "utf-8")
