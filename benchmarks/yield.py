"""First errors located per 1,000 samples: `benchmarks.yields`, under the name it is known by."""

# ruff: noqa: N999 - a keyword is no name for a module that is imported; this one is only run.

import sys

from benchmarks.report import main
from benchmarks.yields import measure

if __name__ == "__main__":
    sys.exit(main("yield", measure))
