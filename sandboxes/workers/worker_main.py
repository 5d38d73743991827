"""The inside of a worker process: answer calls until the pipe from the owner closes.

A target is `module:function`, from bytes to bytes. Its module may define `prepare()`, which runs
once before the first call's clock starts: the place for heavy imports.
"""

import ctypes
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from stepsmith.sandboxes.workers.deadline import Deadline
from stepsmith.sandboxes.workers.frames import (
    HEADER,
    OUT_OF_MEMORY,
    REQUESTS,
    Failure,
    Loaded,
    Reply,
    Request,
    Result,
    pack,
)

Target = Callable[[bytes], object]  # bytes, in fact: checked when it returns

_PR_SET_PDEATHSIG = 1
_MAX_MESSAGE_CHARACTERS = 500


def die_with(parent: int) -> None:
    """Be killed when the parent ends, however it ends; end now if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def silence(*descriptors: int) -> None:
    """Point descriptors at nothing: targets may print, and must not be heard."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def limit(memory_bytes: int) -> None:
    """Bound this process's address space, and leave no core files."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(targets: dict[str, Target], source: BinaryIO, sink: BinaryIO) -> None:
    """Answer the requests from `source` in order, until it ends."""
    deadline = Deadline()
    while (body := _read(source)) is not None:
        request = REQUESTS.decode(body)
        if request.target not in targets:
            outcome = load(request.target, targets, request.token)
            _write(sink, outcome)
            if isinstance(outcome, Failure):
                continue
        deadline.start(request.deadline_s)
        outcome = _attempt(partial(_call, targets[request.target], request), request.token)
        deadline.stop()
        _write(sink, outcome)


def load(name: str, targets: dict[str, Target], token: int = 0) -> Reply:
    """Import and prepare a target, unless that fails."""
    return _attempt(partial(_import, name, targets), token)


def _import(name: str, targets: dict[str, Target]) -> Loaded:
    module_name, _, function_name = name.partition(":")
    module = importlib.import_module(module_name)
    target: Target = getattr(module, function_name)
    prepare: Callable[[], None] | None = getattr(module, "prepare", None)
    if prepare is not None:
        prepare()
    targets[name] = target
    return Loaded()


def _call(target: Target, request: Request) -> Result:
    returned = target(request.payload)
    if not isinstance(returned, bytes):
        msg = f"a target returns bytes, not {type(returned).__name__}"
        raise TypeError(msg)
    return Result(returned, request.token)


def _attempt(call: Callable[[], Reply], token: int) -> Reply:
    try:
        return call()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # nothing can be trusted to work in here any more
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- whatever it is, the caller is told
        return Failure(f"{type(error).__name__}: {error}"[:_MAX_MESSAGE_CHARACTERS], token)


def _read(source: BinaryIO) -> bytes | None:
    """Read the body of one frame; nothing once the owner has closed the pipe."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    size: int = HEADER.unpack(header)[0]
    body = source.read(size)
    return body if len(body) == size else None


def _write(sink: BinaryIO, reply: Reply) -> None:
    sink.write(pack(reply))
    sink.flush()
