"""Jobs: what becomes of them in every way that a process can end, and what the book remembers."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import little_worker
import pytest

from moxie.errors import BadInput, Missing, StoreError, TooMuch
from moxie.settings import Settings
from moxie.text import Catalogue, Message
from moxie.web.jobs import book as books
from moxie.web.jobs.book import Book
from moxie.web.jobs.crew import Limits
from moxie.web.jobs.foreman import Foreman
from moxie.web.jobs.job import MOST_LOSSES, Job

COMMAND = (sys.executable, str(Path(little_worker.__file__)))
WELL = [{"result": {"works": 3}}]
REFUSED = Message("There are no works in {corpus} yet.", {"corpus": "x"}).to_json()


def foreman(home, **limits):
    made = Foreman(Book(home / "web"), Settings(home), Limits(**limits), COMMAND)
    made.start()
    return made


@pytest.fixture
def boss(home):
    made = foreman(home, patience=0.2)
    yield made
    made.stop()


def until(boss, job, *states):
    """The job once it is in one of these states, or over."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = boss.book.get(job.id)
        if found.state in states or (not states and found.over):
            return found
        time.sleep(0.01)
    raise AssertionError(boss.book.get(job.id))


def add(boss, *words, kind="learn", corpora=("a",), tag=0):
    return boss.add(kind, {"do": list(words), "tag": tag}, corpora)


def test_a_job_tells_how_far_it_is_and_what_came_of_it(boss):
    steps = [{"step": [n, 9], "loss": 1.0 / n} for n in range(1, 10)]
    said = {"say": [Message("{n} s", {"n": 3}).to_json()]}
    job = add(boss, {"begin": "train"}, *steps, said, {"end": ["train", 1.5]}, *WELL)
    found = until(boss, job)
    assert (found.state, found.result) == ("done", {"works": 3})
    assert [(s.name, s.done, s.total, s.seconds) for s in found.stages] == [("train", 9, 9, 1.5)]
    assert found.losses == tuple(1.0 / n for n in range(1, 10))
    assert [str(line) for [line] in found.messages] == ["3 s"]
    assert found.began_at is not None
    assert found.ended_at is not None


def test_a_failing_job_carries_its_sentence_in_any_language(boss):
    job = until(boss, add(boss, {"fault": {"kind": "NoWorks", "message": REFUSED}}))
    assert (job.state, job.fault.kind) == ("failed", "NoWorks")
    assert str(job.fault.message) == "There are no works in x yet."
    assert Catalogue.load("zh").render(job.fault.message) != str(job.fault.message)


def test_a_failure_stays_to_be_seen_until_a_person_puts_it_away(home):
    boss = foreman(home, patience=0.2)
    failed = until(boss, add(boss, {"fault": {"kind": "NoWorks", "message": REFUSED}}))
    other = until(boss, add(boss, "crash", corpora=("b",)))
    done = until(boss, add(boss, *WELL, kind="collect"))
    boss.stop()
    boss = foreman(home, patience=0.2)  # it survives a restart
    assert not boss.book.get(failed.id).dismissed
    assert boss.dismiss(failed.id).dismissed
    assert boss.dismiss(failed.id).version == boss.book.get(failed.id).version  # only once
    with pytest.raises(BadInput):
        boss.dismiss(done.id)
    boss.stop()
    boss = foreman(home, patience=0.2)
    assert boss.book.get(failed.id).dismissed
    assert not boss.book.get(other.id).dismissed
    boss.resume(failed.id)
    assert not until(boss, failed).dismissed  # it failed anew
    boss.stop()


def test_asking_again_puts_away_what_failed_before_of_that_kind_on_that_corpus(boss):
    failed = until(boss, add(boss, "crash"))
    elsewhere = until(boss, add(boss, "crash", corpora=("b",)))
    other = until(boss, add(boss, "crash", kind="create"))
    until(boss, add(boss, *WELL))
    assert boss.book.get(failed.id).dismissed
    assert not boss.book.get(elsewhere.id).dismissed
    assert not boss.book.get(other.id).dismissed


@pytest.mark.parametrize("words", [["crash"], ["nonsense", "hang"], [{"odd": 1}], [7, "hang"]])
def test_a_job_that_goes_wrong_takes_nobody_with_it(boss, words):
    job = until(boss, add(boss, {"begin": "train"}, *words))
    assert job.state == "failed"
    assert job.fault is not None
    assert until(boss, add(boss, *WELL)).state == "done"


def test_a_job_that_takes_too_much_memory_is_ended(home):
    boss = foreman(home, memory=150 << 20, patience=0.1)
    job = until(boss, add(boss, "swell"))
    boss.stop()
    assert job.state == "failed"
    assert "150 MB" in str(job.fault.message)


def test_a_job_that_takes_too_long_is_ended(home):
    boss = foreman(home, seconds=0.05, patience=0.1)
    job = until(boss, add(boss, "hang"))
    boss.stop()
    assert job.state == "failed"
    assert "longer" in str(job.fault.message)


def test_cancelling_works_at_once_and_lets_the_next_one_begin(boss):
    stuck, after = add(boss, "hang"), add(boss, *WELL)
    until(boss, stuck, "running")
    assert boss.cancel(stuck.id).state == "cancelled"
    assert until(boss, after).state == "done"
    assert boss.book.get(stuck.id).state == "cancelled"
    with pytest.raises(BadInput):
        boss.cancel(after.id)


def test_pausing_stops_at_the_next_step_and_resuming_takes_it_up(boss):
    job = add(boss, {"begin": "train"}, "wait")
    until(boss, job, "running")
    assert boss.pause(job.id).state == "pausing"
    paused = until(boss, job, "paused")
    assert (paused.fault, paused.resumable) == (None, True)
    assert boss.pause(job.id).state == "paused"
    assert boss.resume(job.id).state in {"queued", "running"}
    until(boss, job, "running")
    boss.cancel(job.id)
    with pytest.raises(BadInput):
        boss.pause(job.id)


def test_a_cancelled_job_can_be_taken_up_at_once(boss):
    job = add(boss, "hang")
    until(boss, job, "running")
    boss.cancel(job.id)
    assert boss.resume(job.id).state in {"queued", "running"}
    boss.cancel(job.id)


def test_a_job_that_waits_can_be_paused_cancelled_and_taken_up(boss):
    running = add(boss, "hang")
    waiting = add(boss, *WELL)
    assert boss.pause(waiting.id).state == "paused"
    assert boss.resume(waiting.id).state == "queued"
    assert boss.cancel(waiting.id).state == "cancelled"
    boss.cancel(running.id)


def test_one_heavy_job_at_a_time_and_nobody_at_the_same_corpus(boss):
    heavy = add(boss, "hang", kind="learn", corpora=("a",))
    other = add(boss, *WELL, kind="create", corpora=("b",))
    same = add(boss, *WELL, kind="export", corpora=("a",))
    beside = add(boss, *WELL, kind="export", corpora=("b",), tag=1)
    assert until(boss, beside).state == "done"
    assert [boss.book.get(one.id).state for one in (other, same)] == ["queued", "queued"]
    boss.cancel(heavy.id)
    assert until(boss, other).state == until(boss, same).state == "done"


def test_a_button_pressed_twice_starts_one_job(boss):
    first = add(boss, "hang")
    assert add(boss, "hang").id == first.id
    assert add(boss, "hang", tag=1).id != first.id
    boss.cancel(first.id)
    assert add(boss, "hang").id != first.id


def test_the_queue_is_bounded(boss, monkeypatch):
    monkeypatch.setattr(books, "MOST_WAITING", 3)
    add(boss, "hang")
    for tag in range(3):
        add(boss, *WELL, tag=tag)
    with pytest.raises(TooMuch):
        add(boss, *WELL, tag=99)


def test_jobs_outlive_the_server(home):
    boss = foreman(home, patience=5)
    running = add(boss, {"begin": "train"}, {"step": [3, 9], "loss": None}, "wait")
    waiting = add(boss, *WELL, tag=1)
    until(boss, running, "running")
    while not boss.book.get(running.id).stages:
        time.sleep(0.01)
    boss.stop()  # the process is asked to stop, and does
    boss = foreman(home, patience=0.2)
    assert until(boss, waiting).state == "done"
    left = boss.book.get(running.id)
    assert (left.state, left.resumable, left.stages[0].name) == ("interrupted", True, "train")
    boss.resume(running.id)
    until(boss, running, "running")
    boss.stop()


def test_a_server_that_was_killed_left_an_interrupted_job(home):
    book = Book(home / "web")
    job = book.add("learn", {"do": WELL}, ["a"])
    for state in ("running", "pausing"):
        changed = Job(**{**{name: getattr(job, name) for name in job.__slots__}, "state": state})
        book.put(changed)
        again = Book(home / "web")
        assert [one.state for one in again.recover()] == ["interrupted"]
        again.close()
    book.close()


def test_the_book_forgets_old_jobs_and_never_open_ones(home, monkeypatch):
    monkeypatch.setattr(books, "MOST_KEPT", 5)
    book = Book(home / "web")
    first = book.add("learn", {}, [])
    for number in range(10):
        done = book.add("learn", {"n": number}, [])
        book.put(Job(**{**{k: getattr(done, k) for k in done.__slots__}, "state": "done"}))
    assert first.id in {job.id for job in book.jobs()}
    assert len(book.jobs()) <= 6
    versions = [job.version for job in book.since(0)]
    assert versions == sorted(set(versions))
    book.close()
    assert len(Book(home / "web").jobs()) <= 6
    with pytest.raises(Missing):
        book.get("0" * 32)


def test_a_damaged_book_is_said(home):
    (home / "web").mkdir(parents=True)
    (home / "web" / "jobs.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=r"jobs\.sqlite3"):
        Book(home / "web")


def test_a_job_reads_as_it_was_written():
    job = Job("1", "learn", {"a": [1]}, "now", ("x",)).begun("train").stepped(1, 2).lost(0.5, 1)
    job = job.said([Message("{n}", {"n": 1})]).ended("train", 2.0)
    assert Job.from_json(job.to_json()) == job
    newer = job.to_json().replace('"id"', '"unknown": 1, "id"')
    assert Job.from_json(newer) == job


def test_a_loss_curve_stays_short_and_even():
    job = Job("1", "learn", {}, "now").begun("train")
    for count in range(1, 5001):
        job = job.lost(float(count), count)
    assert MOST_LOSSES / 2 <= len(job.losses) <= MOST_LOSSES
    steps = {b - a for a, b in zip(job.losses, job.losses[1:], strict=False)}
    assert steps == {float(job.thinned)}


def test_no_job_outlives_its_server(home):
    """Killed, not stopped: the pipe closes, and the process ends by itself."""
    boss = foreman(home)
    job = add(boss, "wait")
    until(boss, job, "running")
    process = boss._hands[job.id].process._process
    os.close(os.dup(process.stdin.fileno()))
    process.stdin.close()
    assert process.wait(20) == 0
    boss.stop()
