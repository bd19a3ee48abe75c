"""A model made on the spot is taken in, tuned to works, kept, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers", reason="needs the extra [pretrained]")
pytest.importorskip("peft", reason="needs the extra [pretrained]")

from little_base import changed, little_base, tokenizer
from moxie.art import Brief, Sample, Supply
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.texts import opened
from moxie.arts.literature.pretrained import bases, course, intake
from moxie.arts.literature.pretrained.model import PretrainedModel
from moxie.arts.literature.pretrained.voice import Foreign
from moxie.arts.literature.writing import PROSE, Writing
from moxie.errors import BadInput, Cancelled, Missing, MoxieError, NotPermitted
from moxie.nn.checkpoint import FileCheckpoint, MemoryCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

pytestmark = pytest.mark.filterwarnings("ignore")  # of others' packages

ON = Machine("cpu", 1, half=False)
TEXTS = [
    "我们在山水看见风雨。\n他说：“春天有花，夜有月。”\n她不在山门，我们走在大雪。",
    "他们来看花，她的门有雨。\n秋天的山林，小雪。\n“不！”他说，“这是我们的山水。”",
    "夜雨下，他走去山上。\n我们看见月，看见林。\n她坐在门上说：“春天来。”",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return little_base(tmp_path_factory.mktemp("model") / "little")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MOXIE_BASES", str(tmp_path / "bases"))
    return tmp_path / "bases"


@pytest.fixture
def base(made: Path, home: Path) -> bases.Base:
    return intake.take(made, license_="Apache-2.0")


def samples() -> list[Sample[Writing]]:
    works = [Writing.from_text(text * 14, "", PROSE) for text in TEXTS * 3]
    return [Sample(f"{n}", work) for n, work in enumerate(works)]


def plan() -> Plan:
    supply = Supply(9, 900, ON, 300)
    found = course.pretrained_plan(supply)
    assert found is not None
    return replace(found, options={**found.options, "tuning_steps": 6, "window": 32, "batch": 2})


class Stops:
    """Stops a training once, after a step."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, step: int, _steps: int, _loss: float) -> None:
        if step == self.after:
            self.after = -1
            raise Cancelled("Stopped.")


def learnt(checkpoint: MemoryCheckpoint, stops: Stops | None = None) -> PretrainedModel:
    return PretrainedModel(ON).fit(
        samples(), plan=plan(), seed=4, checkpoint=checkpoint, on_step=stops or Stops(-1)
    )


@pytest.mark.slow
def test_a_model_is_tuned_and_reads_back_as_it_was(base: bases.Base, tmp_path: Path) -> None:
    model = learnt(MemoryCheckpoint())
    works = [sample.content for sample in samples()[:2]]
    before = model.losses(works)
    assert np.isfinite(before).all()
    folder = tmp_path / "kept"
    folder.mkdir()
    model.save(folder)
    again = PretrainedModel(ON).load(folder)
    assert np.allclose(before, again.losses(works), atol=1e-5)
    brief = Brief((60,), 0.4)
    text = model.sample(brief, seed=2).content.text
    assert 30 <= len(text) <= 140
    assert again.sample(brief, seed=2).content.text == text
    assert json.loads((folder / "base.json").read_text("utf-8"))["license"] == "Apache-2.0"
    bases.find(base.sha256)
    for path in sorted(base.folder.iterdir()):
        path.unlink()
    with pytest.raises(Missing, match="is not on this machine"):
        PretrainedModel(ON).load(folder)


@pytest.mark.slow
@pytest.mark.parametrize("after", [6, 12])  # while it is tuned, and while the gate is fitted
def test_stopped_it_goes_on_to_the_same_model(base: bases.Base, tmp_path: Path, after: int) -> None:
    works = [sample.content for sample in samples()[:2]]
    whole = learnt(MemoryCheckpoint())
    state = FileCheckpoint(tmp_path / "state")
    fit = {"plan": plan(), "seed": 4, "checkpoint": state}
    stops = Stops(after)
    with pytest.raises(Cancelled):
        PretrainedModel(ON).fit(samples(), on_step=stops, **fit)
    again = PretrainedModel(ON).fit(samples(), on_step=stops, **fit)
    assert np.allclose(whole.losses(works), again.losses(works), atol=1e-5)


@pytest.mark.slow
def test_tuning_makes_the_works_likelier(base: bases.Base) -> None:
    told = plan()
    fitted = [
        PretrainedModel(ON).fit(
            samples(),
            plan=replace(told, options={**told.options, "tuning_steps": steps}),
            seed=4,
            checkpoint=MemoryCheckpoint(),
            on_step=lambda *_: None,
        )
        for steps in (1, 60)
    ]
    costs = []
    for model in fitted:
        assert isinstance(model.language, Mixture)
        alone = replace(model.language, counts=None, gate=None)
        costs.append(float(alone.nats(TEXTS[0]).mean()))
    assert costs[1] < costs[0] - 0.02


@pytest.mark.slow
def test_read_one_by_one_or_at_one_go_it_says_the_same(base: bases.Base) -> None:
    language = learnt(MemoryCheckpoint()).language
    assert isinstance(language, Mixture)
    voice = language.nets[0]
    assert isinstance(voice, Foreign)
    text = (TEXTS[1] + "Qé龘") * 12  # beyond what is remembered, with characters it cannot know
    symbols = language.alphabet.encode(text)
    alone = replace(language, counts=None, gate=None)
    whole = voice.over(opened(language.alphabet.end, symbols)).numpy()
    reader, other = alone.reader(), alone.reader()
    other.read(language.alphabet.encode("雪")[0])
    for at, symbol in enumerate(symbols):
        shares = alone.ahead([reader, other])[0]
        assert shares.sum() == pytest.approx(1, abs=1e-4)
        if at < 150:  # later they look back on other stretches
            assert np.log(shares[symbol]) == pytest.approx(whole[at, symbol], abs=0.02)
        reader.read(symbol)
    assert at > 500


def test_without_a_base_the_plan_says_how_to_get_one(home: Path) -> None:
    with pytest.raises(Missing, match="moxie base gemma"):
        course.pretrained_plan(Supply(9, 900, ON, 300))


def test_there_must_be_time(base: bases.Base) -> None:
    assert course.pretrained_plan(Supply(9, 900, ON, 20)) is None


def test_the_plan_names_base_and_license(base: bases.Base) -> None:
    told = plan().options
    assert told["base_sha256"] == base.sha256
    assert told["base_license"] == "Apache-2.0"


def test_terms_are_shown_and_accepted_before_a_gemma_is_taken_in(made: Path, home: Path) -> None:
    family = made.parent / "gemma"
    if not family.exists():
        little_base(family)
        changed(family, model_type="gemma3_text")
    with pytest.raises(NotPermitted, match="Terms of Use"):
        intake.take(family)
    assert not bases.known()


def broken(made: Path, tmp_path: Path, how: str) -> Path:
    folder = tmp_path / how
    folder.mkdir()
    for path in made.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    weights = folder / "model.safetensors"
    if how == "no-config":
        (folder / "config.json").unlink()
    elif how == "pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif how == "no-weights":
        weights.unlink()
    elif how == "truncated":
        weights.write_bytes(weights.read_bytes()[:2000])
    elif how == "no-tokenizer":
        (folder / "tokenizer.json").unlink()
    elif how == "no-bytes":
        tokenizer(folder, spelled=False)
    elif how == "own-code":
        changed(folder, auto_map={"AutoModelForCausalLM": "theirs.Model"})
    elif how == "no-json":
        (folder / "config.json").write_text("{", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no-config", "There is no config.json"),
        ("pickle", "may run code when it is opened"),
        ("no-weights", "There are no weights"),
        ("truncated", "cannot be loaded"),
        ("no-tokenizer", "There is no tokenizer.json"),
        ("no-bytes", "no tokens for single bytes"),
        ("own-code", "needs code of its own"),
        ("no-json", "is not that of a model"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_a_sentence(
    made: Path, home: Path, tmp_path: Path, how: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        intake.take(broken(made, tmp_path, how))
    assert "\n" not in str(caught.value)
    assert not bases.known()  # and nothing half taken in is left
    assert not list(home.glob("*"))


@pytest.mark.parametrize("data", [b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 64, b"PK\x03\x04" * 20])
def test_a_broken_gguf_file_is_refused(home: Path, tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("gguf", reason="needs the extra [pretrained]")
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="not a whole GGUF file"):
        intake.take(path)


def test_a_file_of_another_kind_is_refused(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    path.write_bytes(b"x")
    with pytest.raises(MoxieError, match="a GGUF file"):
        intake.take(path)
