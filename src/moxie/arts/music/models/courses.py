"""How long a network of scores is trained: steps that fit the time, fixed beforehand."""

from __future__ import annotations

from moxie.art import Supply
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

LEAST_WORKS = 8
"""Fewer works leave none to stop by."""

STEP_SECONDS = 0.34
"""What a step of the usual network takes on one core of a 2.5 GHz server (0.30), and some room."""

LEAST_STEPS, MOST_STEPS = 60, 4000

PASSES = 45
"""Times each bar is seen at most: more only learns the works by heart."""

BARS_A_STEP = 70
"""About how many bars a batch holds."""

BOTH_FROM = 1200.0
"""Seconds from which a mixture has two networks."""

COUNT_SECONDS = 0.004
"""Seconds a bar that counting takes."""


def counting_plan(supply: Supply) -> Plan:
    """Counting suits any works and takes as long as it takes."""
    seconds = 2 + COUNT_SECONDS * supply.amount
    return Plan(
        {"members": "counts"},
        seconds,
        say("It counts {bars:.0f} bars, in about {seconds:.0f} s here.",
            bars=supply.amount, seconds=seconds),
    )  # fmt: skip


def mixture_plan(supply: Supply) -> Plan | None:
    """Counts and a transformer; a recurrent network as well where each has time enough.

    On chorales counts and transformer came to 0.331 nats a step and voice, with the recurrent
    network to 0.330, each network alone to 0.376 or more (benchmarks/RESULTS.md).
    """
    if supply.seconds >= BOTH_FROM:
        return network_plan(supply, "counts", "transformer", "recurrent")
    return network_plan(supply, "counts", "transformer")


def network_plan(supply: Supply, *members: str) -> Plan | None:
    """A plan for counts and networks together; None where there is no time for a network."""
    nets = [member for member in members if member != "counts"]
    counting = COUNT_SECONDS * supply.amount if "counts" in members else 0.0
    each = (0.8 * supply.seconds - counting) / len(nets)
    width, depth = _size(supply)
    step = step_seconds(width, depth, supply.machine)
    wanted = PASSES * supply.amount / BARS_A_STEP
    steps = int(min(each / step, wanted, MOST_STEPS))
    if steps < LEAST_STEPS:
        if each / step < LEAST_STEPS:
            return None
        steps = LEAST_STEPS
    options: dict[str, Scalar] = {
        "members": ",".join(members),
        "steps": steps,
        "width": width,
        "depth": depth,
        "dropout": 0.3,
        "window": 192,
        "batch": 12,
    }
    seconds = counting + steps * step * len(nets) * 1.1 + 2
    why = say(
        "{steps} steps of each network ({width} wide), in about {seconds:.0f} s here.",
        steps=steps,
        width=width,
        seconds=seconds,
    )
    return Plan(options, seconds, why)


def step_seconds(width: int, depth: int, machine: Machine) -> float:
    """Seconds of one step, scaled from what was measured: half of it grows with the width."""
    size = 0.4 * (width / 128) + 0.6 * (width / 128) ** 2 * (1 + depth) / 5
    speed = {"cuda": 25.0, "mps": 6.0}.get(machine.device.split(":")[0], 1.0)
    return float(STEP_SECONDS * size / speed / min(machine.threads, 4) ** 0.25)


def _size(supply: Supply) -> tuple[int, int]:
    """Width and depth by data and time; a large machine with many works gets a larger one."""
    if supply.machine.device != "cpu" and supply.amount > 20_000 and supply.seconds > 1200:
        return 384, 8
    if supply.amount > 20_000 and supply.seconds > 3600:
        return 256, 6
    return 128, 4
