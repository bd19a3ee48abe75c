"""Where the real works lie that some tests need; those tests skip where they are absent."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"
