"""The walls of a sandbox tried on this very machine, judged from outside: about a second.

Each probe is a program that tries what must fail. Whether it did is read, wherever that can be,
from what is outside and would have changed: a file, a listener, a process. The rest are probes of
ours that say what the kernel answered; they have no reason to lie.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from stepsmith.sandboxes import selftest_programs as programs
from stepsmith.sandboxes.contract import Check, Execution, ExecutionResult, Limits, Sandbox

_LIMITS = Limits(wall_s=30, cpu_s=5)
_SECRET = "canary"  # noqa: S105 -- the word before a random one
_SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108 -- tried, not used

Probe = Callable[[Sandbox], Check]


def self_test(sandbox: Sandbox, *, probes: tuple[Probe, ...] | None = None) -> tuple[Check, ...]:
    """Try every wall; the sandbox holds where each check does."""
    return tuple(probe(sandbox) for probe in probes or PROBES)


def _run(sandbox: Sandbox, source: str) -> ExecutionResult:
    return sandbox.run(Execution(id="self-test", source=source, limits=_LIMITS))


def _check(name: str, result: ExecutionResult, held: bool, fell: str) -> Check:  # noqa: FBT001 -- what the name says of
    """Say what was found; a probe that did not run to its end has tried nothing."""
    if result.outcome != "exited" or result.exit_code != 0:
        why = result.detail or result.stderr.decode(errors="replace")[-300:]
        return Check(name=name, held=False, detail=f"the probe ended by {result.outcome}: {why}")
    return Check(name=name, held=held, detail="" if held else fell)


def works(sandbox: Sandbox) -> Check:
    """Run a program that does nothing wrong: where it fails, all others would seem to hold."""
    result = _run(sandbox, "import json\nprint(json.dumps([1 + 1]))\n")
    return _check("programs run", result, result.stdout == b"[2]\n", f"it wrote {result.stdout!r}")


def files(sandbox: Sandbox) -> Check:
    """Plant a file that all users may read, and one of each kind that tells of the owner."""
    with _folder(0o755) as folder:
        secret = f"{_SECRET}-{secrets.token_hex(8)}"
        planted = folder / "canary"
        planted.write_text(secret)
        planted.chmod(0o644)
        result = _run(sandbox, programs.READ.format(paths=[str(planted)]))
        return _check(
            "files of yours cannot be read",
            result,
            secret.encode() not in result.stdout,
            "a file outside of the sandbox was read",
        )


def writes(sandbox: Sandbox) -> Check:
    """Have a file written wherever anybody may write."""
    name = f"stepsmith-{secrets.token_hex(8)}"
    with _folder(0o777) as folder:
        folders = [str(folder), *_SHARED]
        result = _run(sandbox, programs.WRITE.format(folders=folders, name=name))
        found = _remove(folders, name)
    fell = f"files were written in {', '.join(found)}"
    return _check("nothing can be written outside", result, not found, fell)


def network(sandbox: Sandbox) -> Check:
    """Listen on this machine, in each way that a neighbour could, and have it tried."""
    with _folder(0o755) as folder, contextlib.ExitStack() as stack:
        path = str(folder / "socket")
        abstract = f"\0stepsmith-{secrets.token_hex(8)}"
        listeners: dict[str, socket.socket] = {}
        addresses: list[tuple[int, object]] = []
        for name, family, wanted in (
            ("the loopback", socket.AF_INET, ("127.0.0.1", 0)),
            ("a socket file", socket.AF_UNIX, path),
            ("an abstract socket", socket.AF_UNIX, abstract),
        ):
            one = stack.enter_context(socket.socket(family))
            one.bind(wanted)
            one.listen()
            one.settimeout(0)
            listeners[name] = one
            addresses.append((int(family), one.getsockname()))
        Path(path).chmod(0o777)
        addresses[-1] = (int(socket.AF_UNIX), abstract)
        result = _run(sandbox, programs.CONNECT.format(addresses=addresses))
        reached = [name for name, one in listeners.items() if _was_reached(one)]
    fell = f"{' and '.join(reached)} of this machine could be reached"
    return _check("no network", result, not reached, fell)


def _was_reached(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def processes(sandbox: Sandbox) -> Check:
    """Have a second process started."""
    result = _run(sandbox, programs.FORK)
    return _check(
        "one process", result, b"forked" not in result.stdout, "a second process could be started"
    )


def memory_files(sandbox: Sandbox) -> Check:
    """Have memory taken that no limit of the program's own counts."""
    result = _run(sandbox, programs.MEMORY_FILE)
    held = b"made" not in result.stdout
    return _check("no memory beyond the limit", result, held, "memfd_create works")


def owner(sandbox: Sandbox) -> Check:
    """Have our memory and environment, and the guard's, looked into.

    On a kernel of its own there is none of our processes, and the guard's tell nothing of ours:
    what it was started with is the same everywhere.
    """
    with _victim() as victim:
        result = _run(sandbox, programs.OWNER.format(pids=[os.getpid(), victim.pid]))
    seen = result.stdout.decode(errors="replace").splitlines()
    if seen and sandbox.capabilities().level == "gvisor":
        seen = [line for line in seen if line.endswith(" mem")]
    fell = f"/proc: {seen[0]}" if seen else ""
    return _check("memory of yours cannot be read", result, not seen, fell)


def signals(sandbox: Sandbox) -> Check:
    """Have a process of ours killed, and the one that the program came from."""
    with _victim() as victim:
        result = _run(sandbox, programs.KILL.format(pid=victim.pid))
        if (
            result.attempts > 1
        ):  # by the program's doing, or a busy machine's: only one does it again
            result = _run(sandbox, programs.KILL.format(pid=victim.pid))
        held = result.attempts == 1 and _ends_by_itself(victim)
    return _check("processes of yours cannot be killed", result, held, "one was killed")


def next_run(sandbox: Sandbox) -> Check:
    """Have one program leave something, and another look for it."""
    name = f"stepsmith-{secrets.token_hex(8)}"
    _run(sandbox, programs.LEAVE.format(folders=_SHARED, name=name))
    result = _run(sandbox, programs.FIND.format(folders=_SHARED, name=name))
    _remove(_SHARED, name)
    left = result.stdout.decode(errors="replace").strip().replace("\n", ", ")
    return _check("programs leave nothing to the next", result, not left, f"it found {left}")


def own_signal(sandbox: Sandbox) -> Check:
    """Have a program kill itself: who reports that must not be the program."""
    result = _run(sandbox, "import os\nos.kill(os.getpid(), 9)\n")
    held = result.outcome == "signaled" and result.signal == signal.SIGKILL
    detail = "" if held else f"it was seen as {result.outcome}: {result.detail}"
    return Check(name="ends are told by the kernel", held=held, detail=detail)


def system_calls(sandbox: Sandbox) -> Check:
    """Have the kernel asked for what no program of ours needs."""
    result = _run(sandbox, programs.SYSCALLS.format(calls=programs.CALLS))
    passed = result.stdout.decode(errors="replace").split()
    fell = f"the kernel served {', '.join(passed)}"
    return _check("dangerous system calls are refused", result, not passed, fell)


PROBES: tuple[Probe, ...] = (
    works,
    files,
    writes,
    network,
    processes,
    memory_files,
    owner,
    signals,
    next_run,
    own_signal,
    system_calls,
)


def _remove(folders: Iterable[str], name: str) -> list[str]:
    """Remove what a program should not have been able to make; return where it was."""
    found = [folder for folder in folders if (Path(folder) / name).exists()]
    for folder in found:
        (Path(folder) / name).unlink()
    return found


@contextlib.contextmanager
def _folder(mode: int) -> Generator[Path]:
    """Make a folder that others may enter, as a careless user would have."""
    with tempfile.TemporaryDirectory(prefix="stepsmith-self-test-") as name:
        Path(name).chmod(mode)
        yield Path(name)


@contextlib.contextmanager
def _victim() -> Generator[subprocess.Popen[bytes]]:
    """Start a process that waits: it is ours, and would be killed in our place."""
    command = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603 -- our own text
        try:
            yield process
        finally:
            process.kill()


def _ends_by_itself(victim: subprocess.Popen[bytes]) -> bool:
    """Have a process end: one that was killed cannot, though it may take its time to die."""
    victim.communicate()
    return victim.returncode == 0
