"""What rights cost and how sure they are: every part of it that is there, in one table.

    python benchmarks/rights.py --works DIR [--seed N] [--only PART ...] [--json]

Each part is a module `rights_<part>.py` beside this one with a function
`measure(rows, works, seed)`; `--only` names some of them. `--works` is a folder with a folder of
pictures for each artist.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tables import Rows, parser

HERE = Path(__file__).parent


def main() -> None:
    """Measure every part, those named by `--only` alone, and show one table."""
    flags = parser(__doc__)
    flags.add_argument("--only", nargs="*", default=[], help="parts, such as credentials")
    given = flags.parse_args()
    rows = Rows()
    found = sorted(path.stem.removeprefix("rights_") for path in HERE.glob("rights_*.py"))
    unknown = set(given.only) - set(found)
    if unknown:
        flags.error(f"no part {', '.join(sorted(unknown))}; there is {', '.join(found)}")
    for part in given.only or found:
        print(f"measuring {part}", file=sys.stderr)
        importlib.import_module(f"rights_{part}").measure(rows, given.works, given.seed)
    works = sum(path.is_file() for path in given.works.rglob("*"))
    rows.show(works, given.json)


if __name__ == "__main__":
    main()
