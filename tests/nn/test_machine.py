"""The machine is measured, remembered where asked, and never changed behind anyone's back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from moxie.nn import machine
from moxie.settings import Machine


@pytest.mark.slow
def test_it_is_measured_quickly_and_leaves_torch_as_it_was() -> None:
    before = torch.get_num_threads()
    machine.detect()
    began = time.monotonic()
    found = machine.detect()
    assert time.monotonic() - began < 4, "twice 0.3 s and some slack for a busy machine"
    assert torch.get_num_threads() == before
    assert found.threads in machine.thread_counts()
    assert found.device in {"cpu", "cuda", "mps"}


def test_thread_counts_are_sensible() -> None:
    counts = machine.thread_counts()
    assert counts[0] == 1
    assert counts == sorted(set(counts))
    assert counts[-1] == machine.usable_cores()


def test_use_sets_threads_and_restores_them_after_a_failure_too() -> None:
    before = torch.get_num_threads()
    during = []

    def fail() -> None:
        with machine.use(Machine(threads=before + 1)):
            during.append(torch.get_num_threads())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert during == [before + 1]
    assert torch.get_num_threads() == before


def slow_where(monkeypatch: pytest.MonkeyPatch, slow: Callable[[bool], float]) -> None:
    """The measured work takes as long as `slow` says, by a clock that nothing else moves."""
    passed = [0.0]

    def work(*, half: bool) -> Callable[[], object]:
        def done() -> None:
            passed[0] += slow(half)

        return done

    monkeypatch.setattr(machine, "_work", work)
    monkeypatch.setattr("time.perf_counter", lambda: passed[0])


@pytest.mark.parametrize(("half_seconds", "expected"), [(0.001, True), (0.02, False)])
def test_bfloat16_is_chosen_only_where_it_is_faster(
    monkeypatch: pytest.MonkeyPatch, half_seconds: float, expected: bool
) -> None:
    slow_where(monkeypatch, lambda h: half_seconds if h else 0.01)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert machine.detect().half is expected


@pytest.mark.parametrize(("gain", "expected"), [(True, 4), (False, 1)])
def test_more_threads_are_taken_only_where_they_help(
    monkeypatch: pytest.MonkeyPatch, gain: bool, expected: int
) -> None:
    def seconds(_: bool) -> float:
        return 0.02 / torch.get_num_threads() if gain else 0.005

    slow_where(monkeypatch, seconds)
    monkeypatch.setattr(machine, "thread_counts", lambda: [1, 2, 4])
    assert machine.detect().threads == expected


def test_what_is_remembered_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "home" / "machine.json"
    measured = iter([Machine("cpu", 3, True), Machine("cpu", 5, False)])
    monkeypatch.setattr(machine, "_measure", lambda: next(measured))
    monkeypatch.setattr(machine, "_busy", lambda: False)
    assert machine.detect(path) == Machine("cpu", 3, True)
    assert machine.detect(path) == Machine("cpu", 3, True)
    assert [p.name for p in path.parent.iterdir()] == ["machine.json"]
    monkeypatch.setattr(machine, "_key", lambda: "another processor")
    assert machine.detect(path) == Machine("cpu", 5, False)


def test_a_spoilt_or_unwritable_memory_only_costs_a_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_measure", lambda: Machine("cpu", 1))
    (tmp_path / "m.json").write_text("{", "utf-8")
    assert machine.detect(tmp_path / "m.json") == Machine("cpu", 1)
    (tmp_path / "file").write_text("", "utf-8")
    assert machine.detect(tmp_path / "file" / "m.json") == Machine("cpu", 1)


def test_what_was_measured_on_a_busy_machine_is_measured_again_when_it_is_calm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "machine.json"
    measured = iter([Machine("cpu", 1), Machine("cpu", 2)])
    monkeypatch.setattr(machine, "_measure", lambda: next(measured))
    states = iter([True, True, False])
    monkeypatch.setattr(machine, "_busy", lambda: next(states))
    found = [machine.detect(path).threads for _ in range(5)]
    assert found == [1, 1, 2, 2, 2]
