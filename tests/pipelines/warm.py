"""A process that has imported everything and runs jobs in forked children, one a line of input.

Importing Beam takes seconds; a test that kills a run at random moments wants milliseconds. The
parent starts no thread and no gRPC, so that a fork of it is clean. Each input line is JSON: the
arguments of a run; the answer is the child's process id at once and its status when it ended.
"""

import json
import os
import sys

from stepsmith.pipelines.run import RunOptions, make_job, run


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


if __name__ == "__main__":
    main()
