"""The guard's first process: it speaks with the host, and holds what no program may see."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress

from stepsmith.sandboxes.confine import cgroup, landlock, linux
from stepsmith.sandboxes.guard import counting
from stepsmith.sandboxes.guard.birth import Born, bear
from stepsmith.sandboxes.guard.frames import Frame, FrameError, Header
from stepsmith.sandboxes.guard.host import Host
from stepsmith.sandboxes.guard.orders import (
    Config,
    Limits,
    OrderError,
    Party,
    Rung,
    read_config,
    read_parties,
)
from stepsmith.sandboxes.guard.run import Run, TemplateError
from stepsmith.sandboxes.guard.side import Ended
from stepsmith.sandboxes.guard.walls import WallError

_TRIAL = Party(
    seed=0,
    talks=False,
    source=b"print(6 * 7)",
    stdin=b"",
    limits=Limits(
        wall_s=20.0,
        cpu_s=5.0,
        memory_bytes=2**28,
        output_bytes=2**16,
        answer_bytes=0,
        disk_bytes=2**20,
        processes=1,
    ),
)


class Keeper:
    """A guard on a line. `serve` returns when the host is gone."""

    def __init__(self, host: Host, descriptors: Sequence[int]) -> None:
        self._host = host
        self._descriptors = descriptors
        self._counts: counting.Counts | None = None

    def serve(self) -> int:
        """Configure, then run what comes; returns this process's exit code."""
        try:
            config = read_config(self._host.next().header)
            born = self._climb(config)
            if born is None:
                return 1
            try:
                while True:
                    self._obey(born, self._host.next())
            finally:
                born.end()
        except EOFError:
            return 0
        except (FrameError, OrderError, TemplateError) as error:
            print(f"guard: {error}", file=sys.stderr)  # noqa: T201 -- all that it can still say
            return 1
        finally:
            if self._counts is not None:
                self._counts.remove()

    def _climb(self, config: Config) -> Born | None:
        """Take the best rung that holds, by trying; None where there is none."""
        missing: list[str] = []
        if config.cgroup and "unsafe" not in config.rungs:
            try:
                self._counts = counting.start()
            except cgroup.CgroupError as error:
                missing.append(f"counts of memory and processes: {error}")
        for rung in config.rungs:
            try:
                born = self._bear(config, rung)
                self._try(born)
            except WallError as error:
                missing.append(f"{rung}: {error}")
                continue
            self._host.say(_ready(born, missing))
            self._host.flush()
            return born
        why = f"none of the levels {', '.join(config.rungs)} can be had here"
        self._host.say({"kind": "refused", "why": why, "missing": missing} | _machine())
        self._host.flush()
        return None

    def _bear(self, config: Config, rung: Rung) -> Born:
        doors = self._counts.doors() if self._counts is not None else []
        try:
            return bear(config, rung, self._descriptors, doors)
        finally:
            for door in doors:
                os.close(door)

    def _try(self, born: Born) -> None:
        """Run a program whose result is known: walls that cannot be put on show only now."""
        try:
            run = Run(0, [_TRIAL], born.control, _ignore)
            [ended] = self._follow(born, run, [_TRIAL])
        except TemplateError as error:
            born.end()
            raise WallError(str(error)) from None
        if (ended.end.outcome, ended.stdout) != ("exited", b"42\n"):
            born.end()
            said = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise WallError(ended.end.detail or said or ended.end.outcome)

    def _obey(self, born: Born, frame: Frame) -> None:
        kind = frame.header.get("kind")
        if kind in {"say", "stop"}:
            return  # about a run that is over: it ended while this was on its way
        if kind != "run":
            msg = f"a frame of kind {kind!r} between runs"
            raise OrderError(msg)
        number = frame.header["run"]
        parties = read_parties(frame)
        run = Run(number, parties, born.control, self._host.say)
        try:
            ended = self._follow(born, run, parties)
        finally:
            run.close()
        heads = [end.header(*map(len, written)) for end, *written in ended]
        payload = b"".join(piece for _, *written in ended for piece in written)
        self._host.say({"kind": "done", "run": number, "parties": heads}, payload)
        self._host.flush()

    def _follow(self, born: Born, run: Run, parties: Sequence[Party]) -> list[Ended]:
        folders = [_folder(born.rung, party) for party in parties]
        if self._counts is not None:
            self._counts.limit(parties)
        try:
            run.start(folders)
            while not run.is_over:
                self._pass_on(run)
                self._host.flush()
                if run.step(self._host.fileno()):
                    self._host.read()
        finally:
            for folder in folders:
                if folder is not None:
                    shutil.rmtree(folder, ignore_errors=True)
        # A program that ends well may have lost a child to memory: the next must not be told of it.
        is_told = run.was_killed or any(party.limits.processes > 1 for party in parties)
        oom_killed = self._counts is not None and is_told and self._counts.killed()
        return run.ends(oom_killed=oom_killed)

    def _pass_on(self, run: Run) -> None:
        """Give the run what the host has said of it."""
        while self._host.frames:
            frame = self._host.frames.popleft()
            if frame.header.get("kind") not in {"say", "stop"}:
                msg = f"a frame of kind {frame.header.get('kind')!r} during a run"
                raise OrderError(msg)
            if frame.header["run"] == run.number:
                run.hear(frame)


def _folder(rung: Rung, party: Party) -> str | None:
    """Make a folder for a program where it has no file system of its own, if it needs one."""
    if rung == "ns" or not (party.files or rung == "unsafe"):
        return None
    folder = tempfile.mkdtemp(prefix="stepsmith-run-")
    os.chmod(folder, 0o755 if rung == "uid" else 0o700)  # noqa: PTH101 -- imports list the folder
    return folder


def _ignore(header: Header, payload: bytes) -> None:
    del header, payload


def _machine() -> Header:
    return {
        "kernel": platform.release(),
        "landlock_abi": landlock.abi(),
        "python": platform.python_version(),
    }


def _ready(born: Born, missing: Sequence[str]) -> Header:
    return {
        "kind": "ready",
        "level": born.rung,
        "layers": born.layers,
        "missing": [*missing, *born.missing],
    } | _machine()


def main() -> int:
    """Serve the host on standard input and output until it is gone."""
    os.umask(0o022)  # what the root and a program's folder are made with must be open to its user
    with suppress(OSError):
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    return Keeper(Host(incoming, outgoing), (incoming, outgoing)).serve()
