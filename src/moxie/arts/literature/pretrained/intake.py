"""How a pretrained model is taken in: looked at, converted once, kept where it loads in seconds.

It comes from strangers: only safetensors and GGUF are read, never pickles nor code, with sizes
capped; and nothing is fetched from a network.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from moxie.arts.literature.needs import PRETRAINED, need
from moxie.arts.literature.pretrained import bases, terms
from moxie.arts.literature.pretrained.bases import FACTS, UNKNOWN, Base
from moxie.arts.literature.pretrained.spelling import Spelling
from moxie.arts.literature.pretrained.trunk import Trunk, quiet, reason, whole
from moxie.errors import BadInput, CannotWrite, TooLarge

MOST_BYTES = 4 << 30
"""Of weights: what a laptop can hold several times over."""

MOST_FACTS = 64 << 20
"""Bytes of a config or a tokenizer."""

EQUAL = 2e-3
"""By how much two ways to the same logarithms may differ."""

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Given:
    """A model as a person names it: a folder, or a GGUF file."""

    path: Path
    name: str
    weights: tuple[Path, ...]

    @property
    def gguf(self) -> bool:
        """Whether it is one file of that kind."""
        return self.path.is_file()

    @property
    def sha256(self) -> str:
        """Of all weights, one file after another."""
        digest = hashlib.sha256()
        for path in self.weights:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
        return digest.hexdigest()


def take(path: Path, *, name: str = "", license_: str = "", accepted: str = "") -> Base:
    """Take a model in, and use it from now on. Raises BadInput, TooLarge, Missing, NotPermitted.

    `license_` is what a person says its license is, where it does not say so itself.
    """
    for package in ("transformers", "peft", *(("gguf",) if path.is_file() else ())):
        need(package, PRETRAINED)
    given = look(path, name)
    facts = _gguf_facts(given) if given.gguf else _config(given)
    under_terms = terms.needed(str(facts["kind"]))
    if under_terms:
        terms.demand(accepted)
    base = Base(
        given.name,
        given.sha256,
        terms.GEMMA if under_terms else license_ or str(facts["license"] or UNKNOWN),
        0,
        0,
        terms.VERSION if under_terms else "",
        datetime.now(UTC).date().isoformat() if under_terms else "",
    )
    if not (base.folder / FACTS).is_file():
        _convert(given, base)
    found = bases.read(base.folder / FACTS)
    bases.use(found)
    return found


def look(path: Path, name: str = "") -> Given:
    """Whether there is a model at a path, of a kind that is read; raises BadInput, TooLarge."""
    called = name or path.name
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise BadInput(
                "{path} is not a model that is read: name a folder with config.json and "
                "safetensors, or a GGUF file.",
                path=str(path),
            )
        weights = [path]
    elif not (path / "config.json").is_file():
        raise BadInput(
            "There is no config.json in {path}: name the folder of a model as transformers saves "
            "it, or a GGUF file.",
            path=str(path),
        )
    else:
        weights = sorted(path.glob("*.safetensors"))
        if not weights:
            _refuse_pickles(path)
    size = sum(file.stat().st_size for file in weights)
    if size > MOST_BYTES:
        raise TooLarge(
            "The model {name} has {size:.1f} GB of weights; at most {most:.0f} GB are taken.",
            name=called,
            size=size / 1e9,
            most=MOST_BYTES / 1e9,
        )
    return Given(path, called, tuple(weights))


def _refuse_pickles(path: Path) -> None:
    pickles = [
        file.name for file in path.iterdir() if file.suffix in {".bin", ".pt", ".pth", ".ckpt"}
    ]
    if pickles:
        raise BadInput(
            "{file} may run code when it is opened, so it is not: save the model as safetensors.",
            file=sorted(pickles)[0],
        )
    raise BadInput("There are no weights in {path}: no file ends in .safetensors.", path=str(path))


def _config(given: Given) -> dict[str, object]:
    path = given.path / "config.json"
    try:
        facts = json.loads(_small(path))
        kind, code = str(facts["model_type"]), facts.get("auto_map")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "The config.json of {name} is not that of a model.", name=given.name
        ) from error
    if code:
        raise BadInput(
            "The model {name} needs code of its own to run, which is not run here: take one of a "
            "kind that transformers knows.",
            name=given.name,
        )
    card = given.path / "README.md"
    said = re.search(r"^license:\s*(\S+)", _small(card), re.M) if card.is_file() else None
    return {"kind": kind, "license": said[1] if said else ""}


def _small(path: Path) -> str:
    if path.stat().st_size > MOST_FACTS:
        raise TooLarge("{path} is larger than such a file can be.", path=str(path))
    return path.read_text("utf-8", "replace")


def _gguf_facts(given: Given) -> dict[str, object]:
    gguf: Any = need("gguf", PRETRAINED)
    try:
        fields = gguf.GGUFReader(str(given.path)).fields
        kind = str(fields["general.architecture"].contents())
        said = fields.get("general.license")
        return {"kind": kind, "license": "" if said is None else str(said.contents())}
    except Exception as error:  # the package answers broken files by whatever fails first
        raise BadInput("{name} is not a whole GGUF file: get it again.", name=given.name) from error


def _convert(given: Given, base: Base) -> None:
    """Write the base into its folder, whole or not at all."""
    try:
        bases.home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=bases.home(), prefix=".") as scratch:
            folder = Path(scratch) / "base"
            folder.mkdir()
            (_from_gguf if given.gguf else _copied)(given, folder)
            layers, width = _proved(folder, given.name)
            told = replace(base, layers=layers, width=width)
            (folder / FACTS).write_text(told.text, "utf-8")
            if base.terms:
                (folder / "NOTICE").write_text(terms.NOTICE, "utf-8")
            shutil.rmtree(base.folder, ignore_errors=True)
            folder.rename(base.folder)
    except OSError as error:
        raise CannotWrite(
            "The model {name} cannot be kept in {folder}: {reason}.",
            name=given.name,
            folder=str(bases.home()),
            reason=error.strerror or str(error),
        ) from error


def _copied(given: Given, folder: Path) -> None:
    beside = [given.path / "config.json", given.path / "tokenizer.json"]
    index = given.path / "model.safetensors.index.json"
    for path in (*beside, *given.weights, *([index] if index.is_file() else [])):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    if (folder / "tokenizer.json").is_file():
        _small(folder / "tokenizer.json")


def _from_gguf(given: Given, folder: Path) -> None:
    transformers: Any = need("transformers", PRETRAINED)
    told = {"gguf_file": given.path.name, "local_files_only": True}
    source = str(given.path.parent)
    # its bar is drawn by tqdm, which transformers' own switch does not reach
    with quiet(transformers), redirect_stderr(StringIO()):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(source, **told)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                source, dtype=torch.float32, **told
            )
            tokenizer.save_pretrained(str(folder))
            _write(model, folder)
        except Exception as error:  # of any kind: it is a file that others made
            raise BadInput(
                "The model {name} cannot be loaded: {reason}.",
                name=given.name,
                reason=reason(error),
            ) from error


def _write(model: Any, folder: Path) -> None:  # noqa: ANN401  transformers' own
    """As transformers would, which it does not do for what was read from GGUF."""
    config = model.config.to_dict()
    config.pop("quantization_config", None)
    (folder / "config.json").write_text(json.dumps(config, indent=1, default=str), "utf-8")
    tied = getattr(model.config, "tie_word_embeddings", False)
    head = model.get_output_embeddings().weight
    weights = {
        # what was of four bits loses nothing in sixteen
        name: weight.detach().to(torch.bfloat16).contiguous()
        for name, weight in model.named_parameters(remove_duplicate=False)
        if not (tied and weight is head and name.startswith("lm_head"))
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _proved(folder: Path, name: str) -> tuple[int, int]:
    """How many parameters there are in the layers of a model, and how wide its tables are.

    Raises BadInput where it does not say here what it says by itself.
    """
    spelling = Spelling.read(folder, name)
    model = whole(folder, name)
    tables = {
        id(t.weight): t.weight
        for t in (model.get_input_embeddings(), model.get_output_embeddings())
    }
    layers = sum(p.numel() for p in model.parameters() if id(p) not in tables)
    alphabet = spelling.alphabet(["abcdefghij"])
    kept = spelling.kept(alphabet, ())
    entries = torch.from_numpy(kept.entries)
    symbols = torch.tensor([[alphabet.end, *range(min(12, alphabet.size - 1))]])
    with torch.inference_mode():
        logits = model(input_ids=entries[symbols]).logits[0, :, torch.from_numpy(kept.tokens)]
        trunk = Trunk(model, kept)
        ours = trunk.logits(trunk.heard(symbols)[0])
    if not torch.allclose(
        logits.float().log_softmax(-1), ours.log_softmax(-1), atol=EQUAL, rtol=EQUAL
    ):
        raise BadInput(
            "The model {name} is not of a kind that is understood here: take another.", name=name
        )
    return layers, trunk.width
