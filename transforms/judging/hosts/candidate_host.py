"""Answer questions about a candidate's functions, inside the sandbox, beside the candidate.

Everything here is the candidate's to read and to break: whatever is answered is its claim.
Standard library only, and the codec; runs where nothing of ours is installed.
"""

import linecache
import os
import sys
import types
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import cast

from stepsmith.transforms.judging.codec import OpaqueError, decode, encode

_MAX_MESSAGE = 300
_FRAMES = 50
"""Enough for those of the sandbox and of this host: a candidate can recurse as deep as alone."""

# They equal the dictionaries that they are, and right programs return them for one.
_DICTIONARIES = (Counter, OrderedDict, defaultdict)


def serve(source: str, questions: int, answers: int) -> None:
    """Load the candidate, answer until the questions end, and leave without its exit handlers."""
    module = types.ModuleType("candidate")
    sys.modules["candidate"] = module
    sys.setrecursionlimit(sys.getrecursionlimit() + _FRAMES)
    loaded = _attempt(partial(_load, module, source))
    for line in _lines(questions):
        identity, wanted, function, arguments = line.split(" ", 3)
        status, payload = loaded
        if status == "value":
            call = partial(_call, module, wanted, function, arguments)
            status, payload = _attempt(call)
        _write(answers, f"{identity} {status} {payload}\n".encode("ascii"))
    with suppress(OSError, ValueError):  # closed, by the candidate
        sys.stdout.flush()
    os._exit(0)


def _load(module: types.ModuleType, source: str) -> str:
    name = "candidate.py"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 -- what a sandbox is for
    return "null"


def _call(module: types.ModuleType, wanted: str, function: str, arguments: str) -> str:
    positional, by_name = cast("tuple[tuple[object, ...], dict[str, object]]", decode(arguments))
    called = cast("Callable[..., object]", getattr(module, function))
    result = called(*positional, **by_name)
    if wanted == "truth":
        return encode(bool(result))
    answer = (result, positional) if wanted == "arguments" else result
    return encode(answer, as_dict=_DICTIONARIES)


def _attempt(work: Callable[[], str]) -> tuple[str, str]:
    try:
        return "value", work()
    except OpaqueError as error:
        return "opaque", encode(str(error)[:_MAX_MESSAGE])
    except BaseException as error:  # noqa: BLE001 -- SystemExit too is what the candidate did
        return "raised", encode((type(error).__name__[:_MAX_MESSAGE], _message(error)))


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_MESSAGE]
    except Exception:  # noqa: BLE001 -- its `__str__` is the candidate's
        return ""


def _lines(descriptor: int) -> Iterator[str]:
    pending = bytearray()
    while data := os.read(descriptor, 65_536):
        *lines, rest = (pending + data).split(b"\n") if b"\n" in data else (pending + data,)
        pending = bytearray(rest)
        yield from (line.decode("ascii") for line in lines)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
