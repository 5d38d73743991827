"""First errors located per 1,000 samples of one problem, and where they lie.

The world is that of the comparison of OmegaPRM's implementations: 12 steps, each of which holds
with probability 0.88, no recovery, 100 searches a problem. The positions of located errors are
compared with those that errors naturally have: a search that prefers deep states finds many, but
late ones. Only exactly located errors count, and each broken prefix once; `bisect` names its most
probable place where that has at least even odds.
"""

# ruff: noqa: N999 - a keyword is no name for a module that is imported; this one is only run.

import sys

from benchmarks.locating.yields import measure
from benchmarks.report import main

if __name__ == "__main__":
    sys.exit(main("yield", measure))
