"""Generate reasoning-gym entries in a process of its own, where the same request gives the same.

Of its 106 generators (0.1.25), five iterate over sets (isomorphic_strings, knight_swap,
polynomial_multiplication, ransom_note, word_ladder), whose order Python fixes only when it starts,
and list_functions draws from the module-wide `random`. In our own process a retried part would
not be the part that it replaces.
"""

import contextlib
import dataclasses
import importlib.metadata
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from typing import IO, Any

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import ProblemError, SourceError
from stepsmith.transforms.source.gym_entry import build, freeze

_STDERR_BYTES = 2_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """Which entries to generate: `[start, stop)` of a generator built from `arguments`."""

    generator: str
    arguments: dict[str, Any]
    start: int
    stop: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the process's output: an entry, why there is none, or why there are none."""

    index: int | None = None
    entry: dict[str, Any] | None = None
    error: str | None = None
    category: str = ""
    version: str = ""


def generate(request: Request) -> Generator[Line]:
    """Yield the line of each entry in order; raises `SourceError` where none can be made."""
    with tempfile.TemporaryFile() as stderr, _start(stderr) as process:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(msgspec.json.encode(request))
                process.stdin.close()
            finished = False
            for written in process.stdout:
                line = msgspec.json.decode(written, type=known(Line))
                if line.index is not None:
                    yield line
                elif line.error is not None:
                    raise SourceError(line.error)
                else:
                    finished = True
            if not finished:
                stderr.seek(-min(_STDERR_BYTES, stderr.seek(0, os.SEEK_END)), os.SEEK_END)
                msg = f"{request.generator}: the generating process died: {stderr.read().decode()}"
                raise SourceError(msg)
        finally:
            process.kill()


def _start(stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-W", "ignore", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


def main() -> None:
    """Answer the request on standard input with one line an entry on standard output."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=known(Request))
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a generator prints must not stand between our lines.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in entries(request):
        sink.write(msgspec.json.encode(line) + b"\n")
        sink.flush()


def entries(request: Request) -> Iterator[Line]:
    """Generate in this very process; `generate` is for all who need the same again."""
    try:
        dataset = build(request.generator, request.arguments)
    except SourceError as error:
        yield Line(error=str(error))
        return
    category = str(dataset.category)
    version = importlib.metadata.version("reasoning-gym")
    for index in range(request.start, request.stop):
        try:
            entry = _entry(dataset, index)
        except ProblemError as error:
            yield Line(index=index, error=str(error))
        else:
            yield Line(index=index, entry=entry, category=category, version=version)
    yield Line(category=category, version=version)


def _entry(dataset: Any, index: int) -> dict[str, Any]:
    # By index, so that an entry does not depend on those made before it.
    random.seed(index)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(index)
    try:
        made = dataset[index]
        return {key: freeze(value) for key, value in made.items()}
    except Exception as error:  # a generator's own fault costs one problem, not the part
        msg = f"{type(error).__name__}: {error}"
        raise ProblemError(msg) from error


if __name__ == "__main__":
    main()
