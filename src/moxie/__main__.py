"""The command `moxie`, also as `python -m moxie`."""

from __future__ import annotations

import os
import sys

from moxie.settings import WAITING


def main() -> None:
    """Run the command line and leave with its exit code."""
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
    from moxie.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
