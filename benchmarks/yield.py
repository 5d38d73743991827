"""First errors located per 1,000 samples, and where they lie: `benchmarks.locating.yields`."""

# ruff: noqa: N999 - a keyword is no name for a module that is imported; this one is only run.

import sys

from benchmarks.locating.yields import measure
from benchmarks.report import main

if __name__ == "__main__":
    sys.exit(main("yield", measure))
