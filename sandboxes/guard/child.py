"""From a fork of the template to the program: the last trusted steps, and how they report.

The report goes through a pipe that the program does not hold: it is closed in the last statement
before its first.
"""

import fcntl
import marshal
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from stepsmith.sandboxes.confine import linux
from stepsmith.sandboxes.guard import program
from stepsmith.sandboxes.guard.orders import Limits, Party, Start
from stepsmith.sandboxes.guard.walls import WallError, Walls
from stepsmith.sandboxes.guard.words import STARTED

FIRST_FREE: Final = 10
"""Descriptors below are kept busy in the template, so that none of a run's is among them."""

_STATUS = 5
STATUS_AT = 1
_NULL, _STDERR = 9, 2
_FAILED = 125
_MAX_REASON_BYTES = 2000

_exit = os._exit  # its public face


def start_alone(descriptors: Sequence[int], walls: Walls) -> NoReturn:
    """Read what the program is, and become it. Never returns or raises."""
    try:
        order = read_order(descriptors)
    except BaseException as error:  # noqa: BLE001 -- as below
        fail(descriptors[STATUS_AT], error)
    start(order, walls)


def start(order: Start, walls: Walls) -> NoReturn:
    """Become the program. Never returns and never raises, for the caller is the template's loop."""
    try:
        _prepare(order, walls)
    except BaseException as error:  # noqa: BLE001 -- reported to the keeper; nothing may go on from here
        fail(_STATUS, error)
    program.run(order.source, order.folder or "/")


def start_stage(order: Start, walls: Walls, stage: int) -> NoReturn:
    """Become one of the commands of a program that is not Python. Never returns or raises.

    Only the last is the program, and has its input and its pipes; the first finds its files.
    """
    is_last = stage == len(order.stages) - 1
    streams = order.streams if is_last else (_NULL, *(order.streams[_STDERR],) * 2)
    files = order.files if stage == 0 else ()
    try:
        _prepare(order._replace(streams=streams, files=files), walls)
        program.execute(order.stages[stage])
    except BaseException as error:  # noqa: BLE001 -- as above
        fail(_STATUS, error)


def _refuse_more(order: Start, walls: Walls) -> None:
    """Refuse what needs namespaces where there are none."""
    if order.stages:
        msg = f"languages other than Python need the level ns, not {walls.rung}"
        raise WallError(msg)
    if order.limits.processes > 1 and walls.rung != "unsafe":
        msg = f"more than one process needs the level ns, not {walls.rung}"
        raise WallError(msg)
    if order.outlet >= 0:
        msg = f"to collect what a program leaves needs the level ns, not {walls.rung}"
        raise WallError(msg)


def _prepare(order: Start, walls: Walls) -> None:
    """Take the last trusted steps."""
    _set_descriptors(order)
    if not walls.namespaces:
        _refuse_more(order, walls)
        os.setsid()  # in a namespace the trusted parent has done it
    os.chdir(order.folder or "/")
    _place(order.files, order.folder)
    walls.enter(order)
    program.seed_generators(order.seed)
    linux.close_from(_STATUS + 1)
    os.write(_STATUS, STARTED)
    if order.stages:
        fcntl.fcntl(_STATUS, fcntl.F_SETFD, fcntl.FD_CLOEXEC)  # a command may not be there
    else:
        os.close(_STATUS)


def fail(status: int, error: BaseException) -> NoReturn:
    """Report that the last steps failed, and end."""
    reason = f"E{type(error).__name__}: {error}".replace("\n", " ")
    try:
        os.write(status, reason.encode("utf-8", "replace")[:_MAX_REASON_BYTES] + b"\n")
    finally:
        _exit(_FAILED)


def _set_descriptors(order: Start) -> None:
    """Put the run's descriptors where they belong; the others stay until the walls are up."""
    os.dup2(order.status, _STATUS)
    for number, descriptor in enumerate(order.streams):
        os.dup2(descriptor, number)
    for number in range(len(order.streams), _STATUS):
        os.close(number)


def read_order(descriptors: Sequence[int], folder: str | None = None) -> Start:
    """Read a program out of the file that the keeper wrote; the folder may be known better here."""
    spec, status, *streams = descriptors
    data = os.pread(spec, os.fstat(spec).st_size, 0)
    party, seed, limits, place, source, files, stages, address_space, is_alone, collect = (
        marshal.loads(data)  # noqa: S302 -- our keeper's, who is the same interpreter
    )
    outlet = streams.pop() if collect else -1
    return Start(
        party=party,
        seed=seed,
        limits=Limits(*limits),
        folder=folder or place,
        source=source,
        status=status,
        streams=tuple(streams),
        outlet=outlet,
        files=files,
        stages=stages,
        address_space=address_space,
        is_alone=is_alone,
    )


def write_order(index: int, party: Party, folder: str | None, *, is_alone: bool) -> bytes:
    """Write what `read_order` reads.

    To read it as JSON a fork would touch, and so copy, a hundred pages more.
    """
    return marshal.dumps(
        (
            index,
            party.seed,
            tuple(party.limits),
            folder,
            party.source,
            party.files,
            party.stages,
            party.address_space,
            is_alone,
            party.collect,
        )
    )


def _place(files: Sequence[tuple[str, bytes]], folder: str | None) -> None:
    for name, data in files:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(Path(folder or "/") / name, flags, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
