"""How long a pretrained model is tuned: steps that are fixed beforehand, by a measured speed."""

from __future__ import annotations

import time
from importlib.util import find_spec

from moxie.art import Supply
from moxie.arts.literature.models.courses import counting
from moxie.arts.literature.pretrained import bases
from moxie.arts.literature.pretrained.bases import Base
from moxie.errors import Missing
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

WINDOW, BATCH = 256, 4
RATE = 2e-4

LEAST_STEPS, MOST_STEPS = 30, 4000

PASSES = 3
"""Times each character is seen at most: a model that has read much learns works by heart."""

USED = 0.8
"""Share of the seconds given that steps may take; the rest is for looks, loading and the gate."""

LOADING = 40.0
"""Seconds of loading, twice."""

TOKENS = 16_000
"""About how many tokens may come next, once the vocabulary is trimmed."""

REACHED = 0.45
"""Of the speed of large products, the share that whole steps reach."""

PATIENCE = 0.3
"""Seconds that measuring may take."""


def pretrained_plan(supply: Supply) -> Plan | None:
    """A plan for the base in use; None where there is no time for it. Raises Missing."""
    for package in ("transformers", "peft"):
        if find_spec(package) is None:
            raise Missing(
                'Literature needs the package {name}: pip install "moxie-studio[{extra}]".',
                name=package,
                extra="pretrained",
            )
    base = bases.in_use()
    before = counting(supply) + LOADING
    a_step = seconds_a_step(base, supply.machine)
    affordable = (USED * supply.seconds - before) / a_step
    if affordable < LEAST_STEPS:
        return None
    wanted = max(LEAST_STEPS, PASSES * supply.amount / (WINDOW * BATCH))
    steps = int(min(affordable, wanted, MOST_STEPS))
    options: dict[str, Scalar] = {
        "members": "counts,pretrained",
        "tuning_steps": steps,
        "window": WINDOW,
        "batch": BATCH,
        **base.facts,
    }
    seconds = before + steps * a_step / USED
    why = say(
        "{base} reads {characters:.0f} characters again and again, {steps} steps in about "
        "{seconds:.0f} s here.",
        base=base.name,
        characters=supply.amount,
        steps=steps,
        seconds=seconds,
    )
    return Plan(options, seconds, why)


def seconds_a_step(base: Base, machine: Machine) -> float:
    """Of tuning a base on this machine, by the speed of its processor, measured."""
    # forward, backward through what is frozen, and the corrections; the table of tokens thrice
    a_symbol = 4.4 * base.layers + 6 * base.width * TOKENS
    return a_symbol * WINDOW * BATCH / (REACHED * _speed(base.width, machine))


def _speed(width: int, machine: Machine) -> float:
    """Operations a second of products of the size that layers have."""
    import torch

    from moxie.nn.machine import use

    kind = torch.bfloat16 if machine.half else torch.float32
    left = torch.ones(WINDOW * BATCH, width, dtype=kind)
    right = torch.ones(width, 4 * width, dtype=kind)
    best, end = float("inf"), time.perf_counter() + PATIENCE
    with use(machine), torch.inference_mode():
        while time.perf_counter() < end or best == float("inf"):
            start = time.perf_counter()
            left @ right
            best = min(best, time.perf_counter() - start)
    return float(2 * left.shape[0] * right.numel() / best)
