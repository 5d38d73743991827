"""Run the blocks of a session in one name space, inside the sandbox; the last one is watched.

Standard library only: its text is sent along with the blocks. All that it prints is the program's
to forge, and only ever becomes what the policy is shown.
"""

import ast
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO


class Output(io.TextIOBase):
    """Standard output that keeps silent while blocks run that were watched before."""

    def __init__(self, real: TextIO) -> None:
        self.is_heard = False
        self._real = real

    def write(self, text: str, /) -> int:
        """Write what is heard, and take the rest for written."""
        return self._real.write(text) if self.is_heard else len(text)

    def flush(self) -> None:
        """Send on what is heard."""
        if self.is_heard:
            self._real.flush()


def run(blocks: Sequence[str]) -> None:
    """Run the blocks in order; print what the last one prints, its last value or its error.

    An error of an earlier block was shown when that block was the last; what it did before stays
    done. The process ends here, with 1 where the last block raised.
    """
    output = Output(sys.stdout)
    sys.stdout = sys.stderr = output
    names: dict[str, object] = {"__name__": "__main__"}
    *before, last = enumerate(blocks, start=1)
    for number, block in before:
        with suppress(BaseException):
            _evaluate(block, f"block {number}", names)
    output.is_heard = True
    number, block = last
    status = 0
    try:
        value = _evaluate(block, f"block {number}", names)
        if value is not None:
            output.write(f"{value!r}\n")
    except BaseException as error:  # noqa: BLE001 -- whatever a program raises is shown
        status = _show(error, output)
    with suppress(OSError, ValueError):  # closed, by the program
        output.is_heard = True
        output.flush()
    os._exit(status)


def _evaluate(block: str, name: str, names: dict[str, object]) -> object:
    """Run a block, and return the value of its last statement if that is an expression."""
    tree = ast.parse(block, name)
    end = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)  # noqa: S102 -- what a sandbox is for
    if not isinstance(end, ast.Expr):
        return None
    return eval(compile(ast.Expression(end.value), name, "eval"), names)  # noqa: S307 -- likewise


def _show(error: BaseException, output: Output) -> int:
    """Write the line that names an error; returns the status that the process ends with."""
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return 0
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 -- the program's own __str__
        said = ""
    with suppress(OSError, ValueError):
        output.write(f"{type(error).__name__}: {said}\n" if said else f"{type(error).__name__}\n")
    return 1
