"""What every benchmark shares: its flags, its rows and how they are shown."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table


def parser(description: str | None) -> argparse.ArgumentParser:
    """The flags all benchmarks take."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--works", type=Path, required=True, help="folder of one artist's works")
    made.add_argument(
        "--others", type=Path, nargs="*", default=[], help="folders of other artists' works"
    )
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--quick", action="store_true", help="a rough answer in about five minutes")
    made.add_argument("--json", action="store_true", help="one JSON object as the last line")
    return made


@dataclass
class Rows:
    """The rows of the table: system, metric, value with its interval, unit."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self, system: str, metric: str, value: float, low: float, high: float, unit: str = ""
    ) -> None:
        """A value and its interval."""
        numbers = {
            name: round(float(number), 4) if np.isfinite(number) else None
            for name, number in (("value", value), ("low", low), ("high", high))
        }
        self.rows.append({"system": system, "metric": metric, **numbers, "unit": unit})

    def spread(self, system: str, metric: str, values: list[float], unit: str = "") -> None:
        """The median of several runs, between the least and the greatest."""
        known = [v for v in values if np.isfinite(v)] or [float("nan")]
        self.add(system, metric, float(np.median(known)), min(known), max(known), unit)

    def show(self, works: int, as_json: bool) -> None:
        """A table for people, or one JSON object for programs."""
        if as_json:
            print(json.dumps({"machine": machine(), "works": works, "rows": self.rows}))
            return
        table = Table("system", "metric", "value", "low", "high", "unit")
        for row in self.rows:
            table.add_row(*("-" if cell is None else str(cell) for cell in row.values()))
        Console(width=110).print(f"{machine()}, {works} works", table)


def machine() -> str:
    """What this was measured on."""
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores, {python}"
