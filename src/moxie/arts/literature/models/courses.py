"""How long models of texts are trained: an amount of computing that is fixed beforehand.

A network's steps depend on the size of the alphabet, which only the works show; so a plan fixes
operations, and `steps` turns them into steps, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from moxie.art import Supply
from moxie.arts.literature.models.nets import Shape
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

WIDTHS = {"transformer": 256, "recurrent": 384}
DEPTHS = {"transformer": 4, "recurrent": 2}
DROPOUTS = {"transformer": 0.2, "recurrent": 0.3}
RATES = {"transformer": 2e-3, "recurrent": 3e-3}
WINDOW, BATCH = 128, 16

GIGAFLOPS = 45.0
"""Of a step, a second and core: a 2.5 GHz server reached 51 in float32 and 80 in bfloat16."""

LEAST_STEPS, MOST_STEPS = 40, 20_000

PASSES = 12
"""Times each character is seen at most: more only learns the works by heart."""

FEW = 150_000
"""Characters below which a transformer alone learns less than counts do."""

BOTH_FROM = 1200.0
"""Seconds from which a mixture has two networks."""

USED = 0.75
"""Share of the seconds given that networks may take; the rest is for counts and the gate."""

COUNT_SECONDS = 5e-5
"""Seconds a character that counting takes, four times in all: three times without some works."""

GATE_SECONDS = 70.0


def counting_plan(supply: Supply) -> Plan:
    """Counting suits any works and takes as long as it takes."""
    seconds = counting(supply)
    return Plan(
        {"members": "counts"},
        seconds,
        say("It counts {characters:.0f} characters, in about {seconds:.0f} s here.",
            characters=supply.amount, seconds=seconds),
    )  # fmt: skip


def recurrent_plan(supply: Supply) -> Plan | None:
    """A recurrent network alone."""
    return network_plan(supply, "recurrent")


def transformer_plan(supply: Supply) -> Plan | None:
    """A transformer alone, where there is enough to read."""
    return network_plan(supply, "transformer") if supply.amount >= FEW else None


def mixture_plan(supply: Supply) -> Plan | None:
    """Counts and a recurrent network; a transformer as well where each has time enough.

    Readers of a recurrent network are copied at no cost, which verse needs.
    """
    if supply.amount >= FEW and supply.seconds >= BOTH_FROM:
        return network_plan(supply, "counts", "recurrent", "transformer")
    return network_plan(supply, "counts", "recurrent")


def network_plan(supply: Supply, *members: str) -> Plan | None:
    """A plan for counts and networks together; None where there is no time for a network."""
    nets = [member for member in members if member != "counts"]
    before = counting(supply) if "counts" in members else 0.0
    each = (USED * supply.seconds - before) / len(nets)
    speed = _speed(supply.machine)
    wanted = PASSES * supply.amount * _operations(shape_of(nets[0]), _guess(supply.amount))
    least = LEAST_STEPS * BATCH * WINDOW * _operations(shape_of(nets[0]), _guess(supply.amount))
    operations = max(min(each * speed, wanted), least)
    if operations > each * speed:
        return None
    options: dict[str, Scalar] = {
        "members": ",".join(members),
        "teraflops": round(operations / 1e3, 3),
        "window": WINDOW,
        "batch": BATCH,
    }
    seconds = before + len(nets) * operations / speed + 2
    why = say(
        "It reads {characters:.0f} characters with {nets} in about {seconds:.0f} s here.",
        characters=supply.amount,
        nets=", ".join(members),
        seconds=seconds,
    )
    return Plan(options, seconds, why)


def shape_of(kind: str) -> Shape:
    """The network of a kind."""
    return Shape(
        "transformer" if kind == "transformer" else "recurrent",
        WIDTHS[kind],
        DEPTHS[kind],
        DROPOUTS[kind],
    )


def shapes_of(options: Mapping[str, object]) -> tuple[Shape, ...]:
    """The networks that a plan names."""
    members = str(options["members"]).split(",")
    return tuple(shape_of(member) for member in members if member in WIDTHS)


def steps(options: Mapping[str, object], shape: Shape, size: int) -> int:
    """Steps of a network over `size` symbols."""
    a_step = int(str(options["batch"])) * int(str(options["window"])) * _operations(shape, size)
    found = round(float(str(options["teraflops"])) * 1e3 / a_step)
    return min(max(found, LEAST_STEPS), MOST_STEPS)


def _operations(shape: Shape, size: int) -> float:
    """Thousand millions of operations a symbol, forward and backward: six for each weight."""
    a_layer = 12 if shape.kind == "transformer" else 6
    weights = shape.depth * a_layer * shape.width**2 + shape.width**2 + size * shape.width
    return 6e-9 * weights


def _guess(characters: float) -> int:
    """About how many symbols there are: of Chinese works, which have the most."""
    return int(min(5500, 300 + 5.5 * characters**0.5))


def _speed(machine: Machine) -> float:
    kind = machine.device.split(":")[0]
    if kind != "cpu":
        return GIGAFLOPS * {"cuda": 100.0, "mps": 15.0}.get(kind, 1.0)
    return float(GIGAFLOPS * (1.5 if machine.half else 1.0) * min(machine.threads, 4) ** 0.7)


def counting(supply: Supply) -> float:
    """Seconds that counting takes, and fitting the gate."""
    return 2 + COUNT_SECONDS * supply.amount + min(GATE_SECONDS, 3e-4 * supply.amount)
