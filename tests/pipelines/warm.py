"""A process that has imported everything and runs jobs in forked children, one a line of input.

Importing Beam takes seconds; a test that kills a run at random moments wants milliseconds. The
parent starts no thread and no gRPC, so that a fork of it is clean. Each input line is JSON: the
arguments of a run; the answer is the child's process id at once and its status when it ended.
"""

import itertools
import json
import os
import signal
import sys
from typing import Any

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.transforms.files import LocalFiles


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            os._exit(attempt(request))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def attempt(request: dict[str, object]) -> int:
    os.setpgid(0, 0)
    if request["dies_after"] is not None:
        die_after(int(request["dies_after"]))
    try:
        job = make_job(
            str(request["recipe"]), output=str(request["output"]), overrides=request["set"]
        )
        workers, again = int(request["workers"]), bool(request["retry_failed"])
        run(job, RunOptions(workers=workers, retry_failed=again, quiet=True))
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def die_after(changes: int) -> None:
    """Be killed, as by the system, at the write or the removal that follows so many of them."""
    done = itertools.count()

    def dying(act: Any) -> Any:
        def act_or_die(*arguments: object) -> None:
            if next(done) == changes:
                os.kill(os.getpid(), signal.SIGKILL)
            act(*arguments)

        return act_or_die

    for name in ("write", "delete"):
        setattr(LocalFiles, name, dying(getattr(LocalFiles, name)))


if __name__ == "__main__":
    main()
