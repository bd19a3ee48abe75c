"""What this computer is best at: device, threads and number format, found by measuring.

More threads are not always faster (hyper-threads share an arithmetic unit, containers share
cores), and bfloat16 is several times faster on processors that multiply it and several times
slower on those that imitate it. Half a second of measuring settles both. Nothing here is kept in
the process: the result is passed on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from moxie.settings import Machine

PATIENCE = 0.3
"""Seconds each of the two questions may take."""

BUSY = 30.0
"""Percent of all cores in use before measuring, from which the result is not trusted for long."""

WORTH = 0.95
"""More threads, or bfloat16, must take at most this share of the time to be chosen."""


def detect(remembered: Path | None = None) -> Machine:
    """The machine, measured; or read from `remembered`, where it is kept for the next time.

    The number of threads changes the last digits of sums, so a studio that remembers it repeats
    its own results exactly. Another processor count or another torch leads to a new measurement;
    so does one made while other programs were busy, as soon as they are not.
    """
    if remembered is None:
        return _measure()
    key = _key()
    found = _recall(remembered, key)
    busy = (found is None or found.busy) and _busy()
    if found is None or (found.busy and not busy):
        found = _Measured(_measure(), busy)
        # a folder that cannot be written costs a measurement each time, nothing more
        with suppress(OSError):
            _remember(remembered, key, found)
    return found.machine


@contextmanager
def use(machine: Machine) -> Iterator[None]:
    """Let torch use the machine's threads inside the block, and as many as before after it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(machine.threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def usable_cores() -> int:
    """Cores this process may run on: a container or a batch system may allow fewer than all."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def thread_counts() -> list[int]:
    """Numbers of threads worth trying, ascending: one, the physical cores, all cores."""
    import psutil

    usable = usable_cores()
    physical = psutil.cpu_count(logical=False) or usable
    return sorted({1, min(physical, usable), usable})


@dataclass(frozen=True, slots=True)
class _Measured:
    """A measurement; `busy` when other programs took part of the machine meanwhile."""

    machine: Machine
    busy: bool


def _busy() -> bool:
    """Whether other programs are at work: with contended cores one thread looks the fastest."""
    import psutil

    return bool(psutil.cpu_percent(interval=0.1) > BUSY)


def _measure() -> Machine:
    import torch

    if torch.cuda.is_available():
        return Machine("cuda", _threads(), half=bool(torch.cuda.is_bf16_supported()))
    if torch.backends.mps.is_available():
        return Machine("mps", _threads(), half=False)
    threads = _threads()
    return Machine("cpu", threads, half=_half_is_faster(threads))


def _threads() -> int:
    counts = thread_counts()
    if len(counts) == 1:
        return counts[0]
    work = _work(half=False)
    best, best_seconds = counts[0], float("inf")
    for count in counts:
        with use(Machine(threads=count)):
            seconds = _fastest(work, PATIENCE / len(counts))
        if seconds < WORTH * best_seconds:
            best, best_seconds = count, seconds
    return best


def _half_is_faster(threads: int) -> bool:
    with use(Machine(threads=threads)):
        single = _fastest(_work(half=False), PATIENCE / 2)
        half = _fastest(_work(half=True), PATIENCE / 2)
    return half < WORTH * single


def _work(*, half: bool) -> Callable[[], object]:
    """A convolution and a matrix product of the sizes our models use: about 0.5 Gflop."""
    import torch
    from torch.nn.functional import conv2d

    dtype = torch.bfloat16 if half else torch.float32
    image = torch.ones(1, 64, 64, 64, dtype=dtype)
    kernel = torch.ones(64, 64, 3, 3, dtype=dtype)
    left = torch.ones(512, 256, dtype=dtype)

    def run() -> object:
        with torch.inference_mode():
            return conv2d(image, kernel, padding=1), left @ left.T

    return run


def _fastest(work: Callable[[], object], seconds: float) -> float:
    """The least time `work` takes, in seconds: what it takes when nothing else disturbs it."""
    end = time.perf_counter() + seconds
    work()  # the first call also prepares
    best = float("inf")
    while True:
        began = time.perf_counter()
        work()
        now = time.perf_counter()
        best = min(best, now - began)
        if now >= end:
            return best


def _key() -> str:
    import platform

    import torch

    return f"{torch.__version__} {platform.processor() or platform.machine()} {usable_cores()}"


def _recall(path: Path, key: str) -> _Measured | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["key"] != key:
            return None
        facts = data["machine"]
        machine = Machine(str(facts["device"]), int(facts["threads"]), bool(facts["half"]))
        return _Measured(machine, bool(data["busy"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(path: Path, key: str, measured: _Measured) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    facts = {"key": key, "busy": measured.busy, "machine": asdict(measured.machine)}
    new.write_text(json.dumps(facts), "utf-8")
    new.replace(path)
