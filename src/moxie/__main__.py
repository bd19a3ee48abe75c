"""The command `moxie`, also as `python -m moxie`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Threads that wait by spinning fight every other program for the cores: with one of two cores
    # busy, painting took four times as long (measured). It must be said before torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from moxie.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
