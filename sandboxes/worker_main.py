"""The inside of a worker process: answer calls until the pipe from the owner closes.

Run as `python -m stepsmith.sandboxes.worker_main OWNER_PID`; the pool does so. A target is
`module:function`, from bytes to bytes. Its module may define `prepare()`, which runs once before
the first call's clock starts: the place for heavy imports.
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

import msgspec

from stepsmith.sandboxes.frames import (
    HEADER,
    OUT_OF_MEMORY,
    Failure,
    Loaded,
    Ready,
    Reply,
    Request,
    Result,
    Setup,
    pack,
)

Target = Callable[[bytes], object]  # bytes, in fact: checked when it returns

_PR_SET_PDEATHSIG = 1
_MAX_MESSAGE_CHARACTERS = 500


def main() -> None:
    """Serve calls from standard input to standard output."""
    _die_with_the_owner(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who then ends us
    source, sink = _claim_pipes()
    first = _read(source)
    if first is not None:
        targets = _start(msgspec.msgpack.decode(first, type=Setup))
        _write(sink, Ready(tuple(targets)))
        _serve(targets, source, sink)
    os._exit(0)  # whatever threads and exit hooks the targets left behind


def _die_with_the_owner(owner: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != owner:  # it died before the line above took effect
        os._exit(0)


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the pipes out of the way of targets that read standard input or print."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence(0, 1)
    return source, sink


def _silence(*descriptors: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(null, descriptor)
    os.close(null)


def _start(setup: Setup) -> dict[str, Target]:
    """Take on the limits and load what is to be warm; a failure shows when it is called."""
    sys.path[:] = setup.path
    resource.setrlimit(resource.RLIMIT_AS, (setup.memory_bytes, setup.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    targets: dict[str, Target] = {}
    for name in setup.warm:
        _load(name, targets)
    _silence(2)  # from here on, it could only be what hostile text makes libraries say
    return targets


def _serve(targets: dict[str, Target], source: BinaryIO, sink: BinaryIO) -> None:
    requests = msgspec.msgpack.Decoder(Request)
    while (body := _read(source)) is not None:
        request = requests.decode(body)
        if request.target not in targets:
            outcome = _load(request.target, targets)
            _write(sink, outcome)
            if isinstance(outcome, Failure):
                continue
        _write(sink, _attempt(partial(_call, targets[request.target], request.payload)))


def _load(name: str, targets: dict[str, Target]) -> Reply:
    return _attempt(partial(_import, name, targets))


def _import(name: str, targets: dict[str, Target]) -> Loaded:
    module_name, _, function_name = name.partition(":")
    module = importlib.import_module(module_name)
    target: Target = getattr(module, function_name)
    prepare: Callable[[], None] | None = getattr(module, "prepare", None)
    if prepare is not None:
        prepare()
    targets[name] = target
    return Loaded()


def _call(target: Target, payload: bytes) -> Result:
    returned = target(payload)
    if not isinstance(returned, bytes):
        msg = f"a target returns bytes, not {type(returned).__name__}"
        raise TypeError(msg)
    return Result(returned)


def _attempt(call: Callable[[], Reply]) -> Reply:
    try:
        return call()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # nothing can be trusted to work in here any more
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- whatever it is, the caller is told
        return Failure(f"{type(error).__name__}: {error}"[:_MAX_MESSAGE_CHARACTERS])


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


if __name__ == "__main__":
    main()
