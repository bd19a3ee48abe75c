"""The public API as a user's type checker sees it; mypy reads this file, nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from moxie import Result, Studio
from moxie.studio import Asked, Collected, Erased, Exported, Progress, Restored, Silent, Tasted
from moxie.work import Answered, Choice, Creation, Dataset, Evaluation, Run, Sufficiency, Work


def every_verb(folder: Path) -> None:
    with Studio(folder, progress=Silent()) as studio:
        assert_type(studio.collect(folder, "more.zip", rights="own"), Collected)
        assert_type(studio.prepare("corpus"), Dataset)
        assert_type(studio.augment(seconds=10), Sufficiency)
        assert_type(studio.choose(seconds=10.5, recipe=None), Choice)
        assert_type(studio.train(seed=1), Run)
        assert_type(studio.evaluate(novelty=0.2), Evaluation)
        assert_type(studio.create(n=3, seed=1, size="256x256", start=folder), list[Creation])
        led = studio.create(start="theme.mid", region="bars:9-12", options={"key": "D minor"})
        assert_type(led, list[Creation])
        assert_type(studio.create(blend={"bach": 0.7, "mozart": 0.3}), list[Creation])
        assert_type(studio.restore("torn.png", folder / "whole.png", region="hole.png"), Restored)
        assert_type(studio.report(out=folder), Path)
        assert_type(studio.export(out="there", suffix=".jpg"), list[Exported])
        assert_type(studio.export(also=[".mid", ".mp3"]), list[Exported])
        assert_type(studio.works(), list[Work])
        assert_type(studio.creations(), list[Creation])


def feedback(folder: Path) -> None:
    with Studio() as studio:
        asked = studio.ask("corpus", who="ada", seed=2)
        assert_type(asked, Asked)
        shown = [made.id for made in asked.shown]
        said = studio.answer("corpus", "pick", shown, order=shown[:1], why=asked.why, question=0)
        assert_type(said, Answered)
        assert_type(studio.answers(who="ada"), list[Answered])
        assert_type(studio.undo(), Answered | None)
        assert_type(studio.learnt_taste(who="ada"), Tasted)
        assert_type(studio.export_person("ada", folder / "ada.json"), Path)
        assert_type(studio.erase_person("ada"), Erased)


def the_main_job(folder: Path) -> dict[str, object]:
    with Studio() as studio:
        result = studio.run(folder, n=4, budget=60, out=folder / "out")
    assert_type(result, Result)
    return result.to_json()


progress: Progress = Silent()
