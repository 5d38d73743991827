"""Exceptions that a wall or an image of ours may have caused: nobody knows whose fault they are.

At one level a file may be written that at another may not, and one image has packages that another
has not; a label must not depend on that. A program that says so falsely is not judged: it gains
nothing that a right answer would give.
"""

import importlib.machinery
import re
import sys
from functools import lru_cache
from typing import Final

from stepsmith.sandboxes.contract import ExecutionResult

__all__ = ["final_exception", "may_be_ours"]

_ANY_MESSAGE: Final = frozenset({"MemoryError", "PermissionError"})
_SYSTEM: Final = (
    "[Errno 2] No usable temporary directory found",
    "[Errno 1] ",  # refused by the filter, where a library makes no PermissionError of it
    "[Errno 30] ",  # a file system that cannot be written to
    "[Errno 38] ",  # a system call that is not there
)
_MISSING: Final = re.compile(r"No module named '([A-Za-z_][A-Za-z0-9_]{0,99})")
_EXCEPTION: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.]{0,99}\.)?([A-Z][A-Za-z]{0,99})(?:: |$)")
_MAX_LINE: Final = 1000


def may_be_ours(name: str, message: str) -> bool:
    """Tell whether an exception may be due to a wall, a limit or an image rather than the code."""
    if name in _ANY_MESSAGE:
        return True
    if name in {"FileNotFoundError", "OSError"}:
        return message.startswith(_SYSTEM)
    if name in {"ImportError", "ModuleNotFoundError"}:
        missing = _MISSING.match(message)
        return missing is not None and _is_here(missing[1])
    return False


def final_exception(result: ExecutionResult) -> tuple[str, str]:
    """Return name and message of the exception that a program of Python ended by, or two of none.

    They are the last line that it wrote to its error output, and so its own words.
    """
    if result.outcome != "exited" or result.exit_code != 1:
        return "", ""
    end = result.stderr[-_MAX_LINE:].decode("utf-8", "replace").rstrip()
    line = end.rpartition("\n")[2]
    found = _EXCEPTION.match(line)
    return (found[1], line[found.end() :]) if found else ("", "")


@lru_cache(maxsize=256)
def _is_here(package: str) -> bool:
    """Tell whether this interpreter has a package, without importing anything."""
    if package in sys.stdlib_module_names:
        return True
    return importlib.machinery.PathFinder.find_spec(package) is not None
