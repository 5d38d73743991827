"""From an execution to what a guard is told, and from how it ended to a result."""

import dataclasses
from collections.abc import Sequence

import msgspec

from stepsmith.sandboxes.contract import Execution, ExecutionResult, File, Limits, Usage
from stepsmith.sandboxes.languages import files_of, language_of, limits_of, stages_of
from stepsmith.sandboxes.prefork.guard import Ended, Program
from stepsmith.sandboxes.prefork.wire import Party

_PAGE_BYTES = 4096
_MAX_NAME_BYTES = 255


def program_of(execution: Execution, limits: Limits, *, talks: bool) -> Program:
    """Write what a guard needs to run an execution; `limits` are its own by now.

    Raises `UnknownNameError` for a language that there is not.
    """
    # A lone surrogate is the program's own mistake, to be found by whoever compiles it.
    source = execution.source.encode("utf-8", "surrogatepass")
    language = language_of(execution.language)
    if language is None:
        return _program(execution, limits, source, execution.files, talks=talks)
    limits = limits_of(language, limits)
    program = _program(execution, limits, b"", files_of(language, execution), talks=talks)
    stages = stages_of(language, dataclasses.replace(execution, limits=limits))
    party = msgspec.structs.replace(
        program.party, stages=stages, address_space=language.address_space_limit
    )
    return dataclasses.replace(program, party=party)


def _program(
    execution: Execution, limits: Limits, source: bytes, files: Sequence[File], *, talks: bool
) -> Program:
    party = Party(
        seed=execution.seed,
        talks=talks,
        limits=limits,
        source=len(source),
        stdin=len(execution.stdin),
        files=tuple((file.name, len(file.data)) for file in files),
        collect=execution.collect,
    )
    payload = (source, execution.stdin, *(file.data for file in files))
    return Program(party=party, payload=payload)


def check_files(files: Sequence[File], limits: Limits) -> None:
    """Refuse files that cannot lie side by side in a program's folder; raises `ValueError`.

    They are their caller's: no guard shall break on them.
    """
    names = [file.name for file in files]
    for name in names:
        if not _is_plain(name):
            msg = f"{name!r} is no name for a file in a folder"
            raise ValueError(msg)
    if len(set(names)) < len(names):
        msg = f"two files have one name: {', '.join(sorted(names))}"
        raise ValueError(msg)
    needed = sum(-(-len(file.data) // _PAGE_BYTES) * _PAGE_BYTES for file in files)
    if needed > limits.disk_bytes:
        msg = f"files of {needed} bytes in whole pages, with disk_bytes = {limits.disk_bytes}"
        raise ValueError(msg)


def _is_plain(name: str) -> bool:
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return False
    return 0 < length <= _MAX_NAME_BYTES and name not in {".", ".."} and not {*name} & {"/", "\0"}


def stretched(limits: Limits, factor: float) -> Limits:
    """Give more wall-clock time, and nothing else."""
    return dataclasses.replace(limits, wall_s=limits.wall_s * factor)


def result_of(ended: Ended) -> ExecutionResult:
    """Read how a program ended; who ran it, and where, is for others to add."""
    end = ended.end
    return ExecutionResult(
        outcome=end.outcome,
        exit_code=end.exit_code if end.outcome == "exited" else None,
        signal=end.signal if end.outcome == "signaled" else None,
        stdout=ended.stdout,
        stderr=ended.stderr,
        truncated=end.truncated,
        usage=Usage(wall_s=end.wall_s, cpu_s=end.cpu_s, max_rss_bytes=end.max_rss_bytes),
        detail=end.detail,
        files=tuple(File(name=file.name, data=file.data) for file in ended.left.collected),
        refused=ended.left.refused,
    )
