"""Languages: alphabets, counts and their gate, networks beside them, and what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from moxie.art import Brief, Sample, Supply
from moxie.arts.literature.models import courses, draw, nets
from moxie.arts.literature.models.blend import blend
from moxie.arts.literature.models.counts import DEEPEST, Counts, depth
from moxie.arts.literature.models.gate import Gate, Teacher
from moxie.arts.literature.models.language import Alphabet, Language
from moxie.arts.literature.models.mixture import Mixture, runs_in
from moxie.arts.literature.models.style import Lesson, TextModel
from moxie.arts.literature.recipes.counts import RECIPE as COUNTS
from moxie.arts.literature.recipes.mixture import RECIPE as MIXTURE
from moxie.arts.literature.recipes.transformer import RECIPE as TRANSFORMER
from moxie.arts.literature.writing import Writing
from moxie.errors import BadInput, Cancelled, Missing, TooLittleData
from moxie.nn.checkpoint import FileCheckpoint, NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

MACHINE = Machine(threads=1)
WHO = ("老人", "孩子", "船夫", "母亲", "先生", "邻人")
DID = ("走过桥去", "坐在门口", "望着河水", "说起从前", "点上了灯", "关了窗子")
WHEN = ("天黑了，", "雨停了，", "第二天，", "到了冬天，", "那时候，")


def story(seed: int, sentences: int = 24) -> str:
    """Sentences of one build, in two paragraphs."""
    rng = np.random.default_rng(seed)
    said = [f"{rng.choice(WHEN)}{rng.choice(WHO)}{rng.choice(DID)}。" for _ in range(sentences)]
    half = sentences // 2
    return "".join(said[:half]) + "\n\n" + "".join(said[half:])


def samples(works: int, weights: Sequence[float] = ()) -> list[Sample[Writing]]:
    return [
        Sample(f"work-{seed}", Writing.from_text(story(seed)), weights[seed] if weights else 1.0)
        for seed in range(works)
    ]


def learnt(some: Sequence[Sample[Writing]], plan: Plan | None = None) -> TextModel:
    plan = plan or Plan({"members": "counts"}, 1.0, COUNTS.summary)
    return TextModel(MACHINE).fit(
        some, plan=plan, seed=3, checkpoint=NoCheckpoint(), on_step=lambda *_: None
    )


@pytest.fixture(scope="module")
def counted() -> TextModel:
    return learnt(samples(10))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan for counts and both networks, cut down to what is learnt at once."""
    for kind in ("transformer", "recurrent"):
        monkeypatch.setitem(courses.WIDTHS, kind, 16)
        monkeypatch.setitem(courses.DEPTHS, kind, 2)
    monkeypatch.setattr(courses, "LEAST_STEPS", 6)
    members = "counts,recurrent,transformer"
    options = {"members": members, "teraflops": 0.0, "window": 24, "batch": 3}
    return Plan(options, 1.0, MIXTURE.summary)


def read_through(language: Language, text: str) -> list[float]:
    """What each symbol of a text costs a reader, in nats."""
    reader, costs = language.reader(), []
    for symbol in language.alphabet.encode(text):
        shares = reader.probabilities()
        assert abs(float(shares.sum()) - 1) < 1e-4
        assert shares.min() > 0
        costs.append(-float(np.log(shares[symbol])))
        reader.read(symbol)
    return costs


class TestAlphabet:
    def test_every_text_is_spelled_and_read_back(self) -> None:
        alphabet = Alphabet.of(["花花草草", "草木"])
        text = "花木🌊x\n草"
        symbols = alphabet.encode(text)
        assert alphabet.decode(symbols) == text
        assert len(symbols) == alphabet.lengths(text).sum()
        assert max(symbols) < alphabet.end == alphabet.size - 1
        assert list(alphabet.lengths("花🌊")) == [1, 4]

    def test_bytes_that_spell_nothing_do_not_crash(self) -> None:
        alphabet = Alphabet("花")
        assert alphabet.decode([0, 1 + 0xE8, 0, alphabet.end]) == "花\ufffd花"

    def test_a_few_of_the_rarest_are_spelled(self) -> None:
        often, once = "的" * 5000, "".join(chr(0x4E00 + i) for i in range(30))
        alphabet = Alphabet.of([often + once])
        assert alphabet.knows("的")
        assert not any(alphabet.knows(character) for character in once)
        assert Alphabet.of([once]).characters == once  # of so few none can be spared


class TestCounts:
    def test_what_was_met_is_likelier(self, counted: TextModel) -> None:
        usual = counted.language.nats(story(99)).mean()
        mixed_up = "".join(sorted(story(99)))
        assert usual < 0.6 * counted.language.nats(mixed_up).mean()

    def test_a_reader_says_what_the_whole_text_costs(self, counted: TextModel) -> None:
        text = story(98, 4) + "雪🌊"
        whole = counted.language.nats(text)
        assert len(whole) == len(text)
        assert np.isclose(sum(read_through(counted.language, text)), whole.sum(), rtol=1e-4)
        assert whole[-1] > whole[:-2].mean()  # four bytes for a character never met

    def test_copies_go_their_own_ways(self, counted: TextModel) -> None:
        reader = counted.language.reader()
        symbols = counted.language.alphabet.encode("天黑了，老人走过桥去。雨")
        for symbol in symbols[:-1]:
            reader.read(symbol)
        twin = reader.copy()
        before = twin.probabilities().copy()
        reader.read(symbols[-1])
        assert np.array_equal(twin.probabilities(), before)
        twin.read(symbols[-1])
        assert np.array_equal(twin.probabilities(), reader.probabilities())
        side = counted.language.ahead([reader, counted.language.reader(), twin])
        assert np.allclose(side[0], side[2])
        assert np.allclose(side[1], counted.language.reader().probabilities(), atol=1e-6)

    def test_a_text_is_learnt_from_while_it_is_read(self, counted: TextModel) -> None:
        strange = "石狮子不说话。"
        costs = counted.language.nats(strange * 3)
        assert costs[-len(strange) :].sum() < 0.5 * costs[: len(strange)].sum()

    def test_a_work_that_is_liked_counts_more(self) -> None:
        plain, liked = samples(2), samples(2, (1.0, 8.0))
        text = plain[1].content.text[:60]
        assert learnt(liked).language.nats(text).sum() < learnt(plain).language.nats(text).sum()

    def test_one_short_work_is_enough(self) -> None:
        model = learnt([Sample("only", Writing.from_text("雨停了。"))])
        assert np.isfinite(model.losses([Writing.from_text("雪停了。")])).all()
        assert model.sample(Brief((12,)), seed=1).content.text

    def test_nothing_to_learn_from_is_told(self) -> None:
        with pytest.raises(TooLittleData):
            learnt([Sample("empty", Writing(()))])
        with pytest.raises(Missing):
            TextModel(MACHINE).sample(Brief((9,)), seed=1)

    def test_counts_hold_what_was_counted(self) -> None:
        counts = Counts.of([[0, 1, 0, 1, 2]], [1.0], np.zeros(4, np.int64))  # 3 ends a text
        pairs = counts.growing.tables[-1]
        assert pairs.counts.sum() == 6  # five symbols and an end
        assert counts.growing.often.argmin() == 0 or counts.growing.often[3] == 1

    def test_of_letters_longer_contexts_are_counted_and_kept(self, tmp_path: Path) -> None:
        text = "The miller's daughter went down to the river before the bell had rung. " * 30
        some = [Sample(f"work-{i}", Writing.from_text(f"{i} {text}")) for i in range(3)]
        model, mixture = learnt(some), TextModel(MACHINE)
        assert isinstance(model.language, Mixture)
        assert model.language.counts is not None
        assert model.language.counts.orders == DEEPEST
        assert model.language.counts.told == (0, 1, 2, 3, 4, 5, 6, 8, DEEPEST)
        model.save(tmp_path)
        again = mixture.load(tmp_path).language
        assert again.nats(text[:80]) == pytest.approx(model.language.nats(text[:80]), abs=1e-5)

    @pytest.mark.parametrize(
        ("symbols", "ideographic", "orders"),
        [(1000, True, 6), (1000, False, 11), (3_000_000, False, 8), (9_000_000, False, 7)],
    )
    def test_many_works_and_ideographs_have_shorter_contexts(
        self, symbols: int, ideographic: bool, orders: int
    ) -> None:
        assert depth(symbols, ideographic=ideographic) == orders

    def test_a_gate_is_taught_longer_where_symbols_are_few(self) -> None:
        long = [[0] * 500_000]
        assert runs_in(long, 320) == 90_000 // 48
        assert runs_in(long, 1000) == 30_000 // 48
        assert runs_in(long, 5000) == 12_000 // 48
        assert runs_in([[0] * 480], 320) == 10

    def test_letters_do_as_well(self) -> None:
        line = "The ferry came late, and nobody on the bank said a word about it. "
        model = learnt([Sample(f"w{n}", Writing.from_text(line * (3 + n))) for n in range(3)])
        assert model.language.nats(line.strip()).mean() < 0.5


class TestGate:
    def test_it_learns_whom_to_believe(self) -> None:
        rng = np.random.default_rng(0)
        right, wrong = (
            np.log(np.array(shares, np.float32))
            for shares in ([0.9, 0.05, 0.05], [0.05, 0.9, 0.05])
        )
        teacher = Teacher(Gate.fresh(np.array([[0], [1]], np.float32), 2, 1), 400)
        for _ in range(400):
            sign = rng.integers(0, 2, (16, 1)).astype(np.float32)
            logs = np.full((16, 2, 3), wrong, np.float32)
            logs[np.arange(16), sign[:, 0].astype(int)] = right
            teacher.learn(logs, sign, np.zeros(16, np.int64))
        logs = np.stack((right, wrong))[None]
        off, on = (teacher.gate.mix(logs, np.array([[s]], np.float32))[0] for s in (0.0, 1.0))
        assert off[0] > 0.8
        assert on[1] > 0.8

    def test_fresh_it_believes_the_first(self) -> None:
        logs = np.log(np.array([[[0.7, 0.3], [0.1, 0.9]]], np.float32))
        gate = Gate.fresh(np.zeros((1, 2), np.float32), 2, 0)
        assert np.allclose(gate.mix(logs, np.zeros((1, 2), np.float32)), [[0.7, 0.3]], atol=1e-6)


class TestMixture:
    def test_networks_are_heard_step_by_step_as_at_once(self, tiny: Plan) -> None:
        language = learnt(samples(8), tiny).language
        assert isinstance(language, Mixture)
        assert [net.shape.kind for net in language.nets] == ["recurrent", "transformer"]
        text = story(97, 3)
        costs = read_through(language, text)
        assert np.isclose(sum(costs), language.nats(text).sum(), rtol=1e-3)
        readers = [language.reader() for _ in range(3)]
        for reader, part in zip(readers, ("雨停了", "雨停了", "天"), strict=True):
            for symbol in language.alphabet.encode(part):
                reader.read(symbol)
        twin = readers[0].copy()
        twin.read(language.alphabet.encode("，")[0])
        ahead = language.ahead([*readers, twin])
        assert np.allclose(ahead[0], ahead[1], atol=1e-5)
        assert np.allclose(ahead[3], twin.copy().probabilities(), atol=1e-5)

    def test_a_long_text_is_heard_in_stretches(
        self, tiny: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        language, text = learnt(samples(8), tiny).language, story(97, 9)
        whole = language.nats(text)
        monkeypatch.setattr(nets, "STRETCH", 7)
        assert np.allclose(language.nats(text), whole, atol=1e-4)

    def test_it_is_kept_and_read_back(self, tiny: Plan, tmp_path: Path) -> None:
        model = learnt(samples(8), tiny)
        model.save(tmp_path)
        again = TextModel(MACHINE).load(tmp_path)
        brief: Brief[Writing] = Brief((40,))
        assert again.sample(brief, seed=5) == model.sample(brief, seed=5)
        assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}

    @pytest.mark.slow
    def test_stopped_anywhere_it_ends_the_same(self, tiny: Plan, tmp_path: Path) -> None:
        some = samples(8)
        expected = learnt(some, tiny).language.nats(story(90))
        total = Lesson.of(some, tiny, 3).total
        for stop in (5, 10, 14, total - 2):
            path = FileCheckpoint(tmp_path / f"stop-{stop}")
            calls = 0

            def on_step(*_: object, stop: int = stop) -> None:
                nonlocal calls
                calls += 1
                if calls == stop:
                    raise Cancelled("Stopped.")

            with pytest.raises(Cancelled):
                TextModel(MACHINE).fit(some, plan=tiny, seed=3, checkpoint=path, on_step=on_step)
            model = TextModel(MACHINE).fit(
                some, plan=tiny, seed=3, checkpoint=path, on_step=lambda *_: None
            )
            assert np.array_equal(model.language.nats(story(90)), expected)


class TestPlans:
    def test_more_time_is_more_learning(self) -> None:
        short, long = (
            MIXTURE.plan(Supply(50, 600_000.0, MACHINE, seconds)) for seconds in (240, 900)
        )
        assert short is not None
        assert long is not None
        assert float(str(short.options["teraflops"])) < float(str(long.options["teraflops"]))
        assert long.seconds <= 900
        assert MIXTURE.plan(Supply(50, 600_000.0, MACHINE, 5)) is None

    def test_little_text_gets_no_transformer(self) -> None:
        assert TRANSFORMER.plan(Supply(20, 30_000.0, MACHINE, 900)) is None
        plan = MIXTURE.plan(Supply(20, 30_000.0, MACHINE, 900))
        assert plan is not None
        assert plan.options["members"] == "counts,recurrent"


def _less(text: str, alphabet: Alphabet) -> dict[str, float]:
    """How much less likely each character is made after a text."""

    class Mute:
        def __init__(self) -> None:
            self.alphabet = alphabet

    found = draw.repeating(list(text), Mute())  # type: ignore[arg-type]
    return {alphabet.decode([symbol]): share for symbol, share in found.items()}


class TestDrawing:
    def test_it_ends_with_a_sentence_and_does_not_loop(self, counted: TextModel) -> None:
        text = counted.sample(Brief((120,)), seed=4).content.text
        assert 100 <= len(text) <= 140
        assert text[-1] in "。！？"
        eights = [text[i : i + 8] for i in range(len(text) - 7)]
        assert len(set(eights)) == len(eights)

    def test_common_phrases_may_come_again(self) -> None:
        wide = Alphabet("一丁七万丈三，。")
        assert _less("一丁七万丈三，一丁七万丈三", wide)["，"] < 1e-6
        assert _less("一丁七，一丁", wide)["七"] == 0.5
        assert not _less("一丁七，一", wide)
        assert not _less("of the house, of the", Alphabet("abcdefghijklmnopqrstuvwxyz ,"))

    def test_it_goes_on_from_a_beginning(self, counted: TextModel) -> None:
        start = Writing.from_text("雪下了一夜，船夫", title="雪")
        made = counted.sample(Brief((60,), start=start), seed=1).content
        assert made.text.startswith(start.text)
        assert made.title == "雪"

    def test_a_gap_is_filled_and_the_rest_stays(self, counted: TextModel) -> None:
        content = Writing.from_text(story(77))
        mask = np.zeros(len(content.text), bool)
        mask[20:26] = True
        mask[content.text.index("\n") - 3 : content.text.index("\n") + 6] = True
        filled = counted.infill(content, mask, seed=2)
        assert len(filled.text) == len(content.text)
        assert [c for c, m in zip(filled.text, mask, strict=True) if not m] == [
            c for c, m in zip(content.text, mask, strict=True) if not m
        ]
        assert len(filled.paragraphs) == len(content.paragraphs)
        assert filled == counted.infill(content, mask, seed=2)


class TestBlend:
    def test_two_authors_speak_as_one(self, counted: TextModel) -> None:
        other = learnt([Sample("x", Writing.from_text("The rain is over. " * 30))])
        both = blend([(counted, 0.5), (other, 0.5)])
        for text in ("雨停了，老人", "The rain"):
            assert np.isfinite(read_through(both.language, text)).all()
            assert np.isclose(
                sum(read_through(both.language, text)), both.language.nats(text).sum(), rtol=1e-4
            )
        assert both.language.nats("The rain is").sum() < counted.language.nats("The rain is").sum()
        with pytest.raises(Missing):
            both.save(Path())

    def test_strangers_are_refused(self, counted: TextModel) -> None:
        with pytest.raises(BadInput):
            blend([(counted, 0.5), (object(), 0.5)])  # type: ignore[list-item]
