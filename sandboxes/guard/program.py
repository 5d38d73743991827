"""The program's side of a fork: its standard streams, its seed, its `__main__` and its end."""

import atexit
import contextlib
import io
import linecache
import os
import random
import signal
import sys
import threading
import traceback
import types
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, NoReturn

NAME: Final = "main.py"
"""What the program's file is called, in tracebacks too. There is no such file."""

_LOST_OUTPUT = 120
"""Python's own exit code where the last of the output could not be written."""

_NOT_EXECUTABLE = 126

_exit = os._exit  # its public face; kept here, for programs put others in its place


def rebuild_streams() -> None:
    """Put text streams of our own on descriptors 0 to 2, as Python does for pipes.

    Done once, before the warm-up: what warm modules keep of `sys.stderr` is then the real thing.
    Whether a descriptor can seek is found out here, so 1 and 2 must be pipes at this moment.
    """
    sys.stdin = io.TextIOWrapper(_reader(), encoding="utf-8", errors="surrogateescape")
    sys.stdout = _writer(1, "surrogateescape", line_buffering=False)
    sys.stderr = _writer(2, "backslashreplace", line_buffering=True)
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))


def _reader() -> io.BufferedReader:
    return io.BufferedReader(io.FileIO(0, "r", closefd=False))


def _writer(descriptor: int, errors: str, *, line_buffering: bool) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding="utf-8",
        errors=errors,
        newline="\n",
        line_buffering=line_buffering,
    )


def seed_generators(seed: int) -> None:
    """Seed `random`, and numpy's global generator where numpy is warm.

    A fork would otherwise share the state of the template's, and every run be the same or none.
    """
    random.seed(seed)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(seed % 2**32)


def run(source: bytes, folder: str) -> NoReturn:
    """Run a program as `__main__` and end this process with the code that Python would give."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=NAME, __builtins__=sys.modules["builtins"])
    sys.modules["__main__"] = main
    sys.argv = [NAME]
    sys.path.insert(0, folder)
    lines = source.decode("utf-8", "replace").splitlines(keepends=True)
    linecache.cache[NAME] = (len(source), None, lines, NAME)
    code = _execute(source, main.__dict__)
    _exit(_finish(code) & 0xFF)


def execute(command: Sequence[str]) -> NoReturn:
    """Become a command, with the signals that every command expects.

    One that is named by a path in its folder was made by an earlier stage, and so by what is
    judged: that it cannot be executed is the end that a shell gives it, and no failure of ours.
    """
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), os.environ)  # noqa: S606 -- inside the walls
    except OSError as error:
        if not command[0].startswith("./"):
            raise
        os.write(2, f"{error}\n".encode("utf-8", "replace"))
        _exit(_NOT_EXECUTABLE)


def _execute(source: bytes, namespace: dict[str, Any]) -> int:
    try:
        exec(  # noqa: S102 -- untrusted text, inside the walls: this is what they are for
            compile(source, NAME, "exec", dont_inherit=True), namespace
        )
    except SystemExit as error:
        return _exit_code(error.code)
    except KeyboardInterrupt as error:
        _report(error)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        return 1
    except BaseException as error:  # noqa: BLE001 -- whatever a program raises ends it, and only it
        _report(error)
        return 1
    return 0


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    with contextlib.suppress(Exception):
        print(code, file=sys.stderr)  # noqa: T201 -- as Python does
    return 1


def _report(error: BaseException) -> None:
    """Print a traceback that begins in the program."""
    trace: TracebackType | None = error.__traceback__
    trace = trace.tb_next if trace is not None else None
    with contextlib.suppress(BaseException):  # its own hook or `__str__` may raise anything
        if sys.excepthook is not sys.__excepthook__:
            sys.excepthook(type(error), error, trace)
        else:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
            traceback.print_exception(type(error), error, trace)


def _finish(code: int) -> int:
    """Do what the interpreter does at its end, but for taking itself apart: that is slow."""
    try:
        threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001 -- waits for its threads
        atexit._run_exitfuncs()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    except BaseException as error:  # noqa: BLE001 -- as above
        _report(error)
    try:
        if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] -- a program's
            sys.stdout.flush()
    except BaseException:  # noqa: BLE001 -- closed, full or replaced by the program
        code = code or _LOST_OUTPUT
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    return code
