"""Start a guard on standard input and output: `python -P -s -S guard.pyz`.

The interpreter must hash alike in every guard and see nothing of its starter's environment, which
`/proc` would show to whoever may look: where it does, it is started again.
"""

import os
import sys
from typing import Final

ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LD_BIND_NOW": "1",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
}
"""All that a guard sees of an environment. A template must have no threads; and what the linker
leaves for later each of its forks would do again."""

KEPT: Final = ("TMPDIR",)
"""And this, if it is set: where folders of programs are made, where they need any on a disk."""


def begin() -> None:
    """Start over unless the interpreter is as it must be; then serve."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = ENVIRONMENT | kept
    if dict(os.environ) != environment or sys.flags.hash_randomization or not sys.flags.no_site:
        archive = os.path.abspath(sys.argv[0])  # noqa: PTH100 -- pathlib is not loaded yet
        command = [sys.executable, "-P", "-s", "-S", archive]
        os.execve(sys.executable, command, environment)  # noqa: S606 -- ourselves
    from stepsmith.sandboxes.guard.keeper import main

    sys.exit(main())


if __name__ == "__main__":
    begin()
