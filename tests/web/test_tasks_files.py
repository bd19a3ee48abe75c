"""What a job's files are called: as the works are, and as any system can call a file."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from filled import fill, row
from waiting import result_of

from moxie.settings import Settings
from moxie.store import Library
from moxie.studio import Studio
from moxie.web.jobs import tasks
from moxie.web.jobs.tasks import Task
from moxie.web.jobs.wire import Order
from moxie.web.uploads import Uploads
from moxie.work import Rights, Work

CALLED = [
    ("Evening. By the lake", "Evening By the lake"),
    ("../../etc/passwd", "etc passwd"),
    ("月夜：荷塘", "月夜 荷塘"),
    ("a" * 300, "a" * tasks.LONGEST_STEM),
    ("…", None),
]


@pytest.mark.parametrize(("title", "stem"), CALLED)
def test_a_work_is_a_file_called_by_its_title(
    toy: Path, home: Path, tmp_path: Path, title: str, stem: str | None
) -> None:
    filled = fill(home)
    data = row(77)
    name = hashlib.sha256(data).hexdigest()
    with Library.open(Settings(home)) as library:
        library.add_work("beads", Work(name, "toy", title, name, Rights("own"), 24.0), data)
    with Studio(home) as studio:
        wish = {"corpus": filled.corpus, "work": name}
        place = tmp_path / "scratch"
        task = Task(studio, Order("restore", wish, Settings(home), place, tmp_path / "web"))
        found = task.beginning()
        assert found is not None
        assert found.name == f"{stem or name}.beads"
        assert found.parent == place / "start"
        assert found.read_bytes() == data


def test_a_file_of_another_kind_is_told_and_a_notice_of_rights_is_not(
    toy: Path, home: Path, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    uploads = Uploads(web / "uploads")

    async def sent(name: str, data: bytes) -> str:
        async def body() -> AsyncIterator[bytes]:
            yield data

        return (await uploads.receive(name, body(), None)).id

    names = ["rows/1.beads", "rows/notes.xyz", "LICENSE.txt", "rows/plain"]
    ids = [result_of(sent(name, row(1))) for name in names]
    wish = {"corpus": "mine", "art": "toy", "uploads": ids, "rights": "own"}
    wish |= {"samples": False, "override_rights": None}
    with Studio(home) as studio:
        done = tasks.perform(studio, Order("collect", wish, Settings(home), tmp_path / "s", web))
    assert (done["works"], done["refusals"]) == (1, 1)
    assert [one["name"] for one in done["refused"]] == ["rows/notes.xyz"]
