"""One run: its parties' pipes, what is said to them, their limits, in one loop of events.

All reading is of what is there, all writing of what there is room for: no program can make the
keeper wait, whatever it does with its descriptors or leaves open in others.
"""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from stepsmith.sandboxes.guard import child, words
from stepsmith.sandboxes.guard.frames import Frame, Header
from stepsmith.sandboxes.guard.orders import Party
from stepsmith.sandboxes.guard.side import Ended, Side, sealed

_PIECE_BYTES: Final = 2**16
_READ: Final = ("stdout", "stderr", "answers", "files")
_HAND_OVER_S: Final = 3.0

Tell = Callable[[Header, bytes], None]


class TemplateError(Exception):
    """The template is gone; with it goes the guard."""


class Run:
    """A run from its start to its end. `tell` sends a frame to the host."""

    def __init__(
        self, number: int, parties: Sequence[Party], control: socket.socket, tell: Tell
    ) -> None:
        self.number = number
        self._control = control
        self._tell = tell
        self._sides: list[Side] = [
            Side(index=index, party=party) for index, party in enumerate(parties)
        ]
        self._ending = ""
        self._poll = select.poll()
        self._readers: dict[int, tuple[Side, str]] = {}
        self._started = 0.0
        self._deadline = 0.0

    @property
    def is_over(self) -> bool:
        """Whether all parties are gone."""
        return all(side.gone is not None for side in self._sides)

    @property
    def was_killed(self) -> bool:
        """Whether a party was killed, and not by us."""
        return any(
            side.gone is not None and side.gone.get("status") == signal.SIGKILL and not side.stopped
            for side in self._sides
        )

    def start(self, folders: Sequence[str | None]) -> None:
        """Have the template fork the programs; the descriptors that they get are closed here."""
        given: list[int] = []
        forks = [
            self._order(side, folder, given)
            for side, folder in zip(self._sides, folders, strict=True)
        ]
        self._started = time.monotonic()
        self._deadline = self._started + min(side.party.limits.wall_s for side in self._sides)
        try:
            socket.send_fds(self._control, [words.write_forks(forks)], given)
        except OSError as error:
            raise TemplateError(str(error)) from None
        finally:
            for descriptor in given:
                os.close(descriptor)

    def _order(self, side: Side, folder: str | None, given: list[int]) -> words.ToFork:
        party, at = side.party, len(given)
        is_alone = len(self._sides) == 1
        order = child.write_order(side.index, party, folder, is_alone=is_alone)
        given.append(sealed(order, seal=False))
        side.status, write_end = os.pipe()
        given.append(write_end)
        given.append(sealed(party.stdin) if party.stdin else os.open(os.devnull, os.O_RDONLY))
        given += [self._reader(side, "stdout"), self._reader(side, "stderr")]
        if party.talks:
            read_end, side.questions = os.pipe()
            os.set_blocking(side.questions, False)
            given += [read_end, self._reader(side, "answers")]
        if party.collect:
            given.append(self._reader(side, "files"))
        return words.ToFork(side.index, len(given) - at, party.limits.cpu_s, party.is_plain)

    def _reader(self, side: Side, name: str) -> int:
        """Open a pipe that we read; return the end that is the program's."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        setattr(side, name, read_end)
        self._readers[read_end] = side, name
        self._poll.register(read_end, select.POLLIN)
        return write_end

    def hear(self, frame: Frame) -> None:
        """Take a frame of the host's that is about this run."""
        header, payload = frame
        if header["kind"] == "stop":
            self._ending = header["ending"]
            self._stop_all(self._ending)
            return
        side = self._sides[int(header["party"])]
        if side.questions < 0:
            return
        side.pending += payload
        side.has_last = side.has_last or header["last"]
        self._ask(side)

    def step(self, host: int) -> bool:
        """Wait for an event and deal with it; true when the host has something to say."""
        self._poll.register(host, select.POLLIN)
        self._poll.register(self._control.fileno(), select.POLLIN)
        left_s = self._deadline - time.monotonic()
        host_speaks = False
        for descriptor, _ in self._poll.poll(max(left_s, 0) * 1000 + 1):
            if descriptor == host:
                host_speaks = True
            elif descriptor == self._control.fileno():
                self._take_report()
            elif descriptor in self._readers:
                self._read(*self._readers[descriptor])
            else:
                self._ask_again(descriptor)
        if time.monotonic() >= self._deadline:
            self._deadline += 1.0
            self._stop_late()
        return host_speaks

    def _ask_again(self, descriptor: int) -> None:
        for side in self._sides:
            if side.questions == descriptor:
                self._ask(side)

    def _ask(self, side: Side) -> None:
        """Write what there is room for; close the questions after the last."""
        try:
            while side.pending:
                del side.pending[: os.write(side.questions, side.pending)]
        except BlockingIOError:
            self._poll.register(side.questions, select.POLLOUT)
            return
        except BrokenPipeError:  # it has closed them: what is asked is never read
            side.pending.clear()
            side.has_last = True
        with suppress(KeyError):
            self._poll.unregister(side.questions)
        if side.has_last:
            os.close(side.questions)
            side.questions = -1

    def _read(self, side: Side, name: str) -> bool:
        """Take one piece of what a party wrote; false when there is no more for now."""
        descriptor: int = getattr(side, name)
        try:
            data = os.read(descriptor, _PIECE_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._close(side, name)
            return False
        if name == "answers":
            self._take_answers(side, data)
        elif name == "files":
            side.handed_over += data
        else:
            self._take_output(side, name, data)
        return True

    def _take_answers(self, side: Side, data: bytes) -> None:
        room = side.party.limits.answer_bytes - side.n_answer_bytes
        side.n_answer_bytes += len(data)
        if data[:room]:
            self._say({"kind": "heard", "party": side.index}, data[:room])
        if len(data) > room:
            self._stop(side, "answer_limit")

    def _take_output(self, side: Side, name: str, data: bytes) -> None:
        room = side.party.limits.output_bytes - sum(map(len, side.written.values()))
        side.written[name] += data[:room]
        if len(data) > room:
            self._stop(side, "output_limit")

    def _close(self, side: Side, name: str) -> None:
        descriptor: int = getattr(side, name)
        if descriptor < 0:
            return
        self._poll.unregister(descriptor)
        del self._readers[descriptor]
        os.close(descriptor)
        setattr(side, name, -1)
        if name == "answers":
            self._say_closed(side)

    def _say_closed(self, side: Side) -> None:
        if not side.is_closed:
            side.is_closed = True
            self._say({"kind": "closed", "party": side.index})

    def _say(self, header: Header, payload: bytes = b"") -> None:
        self._tell(header | {"run": self.number}, payload)

    def _stop(self, side: Side, why: str) -> None:
        """Have a party killed, for the first reason only; what it still writes is not kept."""
        for name in _READ:
            if why != "wall":
                self._close(side, name)
        if side.stopped or side.gone is not None:
            side.stopped = side.stopped or (why if why.endswith("_limit") else "")
            return
        side.stopped = why
        order = words.ToKill([side.index], is_late=why == "wall")
        with suppress(OSError):  # its end is read as the end of its reports
            self._control.send(words.write_kill(order))

    def _stop_late(self) -> None:
        """Stop what has had its time; but the files of a program that has ended are waited for."""
        over_s = time.monotonic() - self._started
        for side in self._sides:
            is_done = bool(side.handed_over) and over_s < side.party.limits.wall_s + _HAND_OVER_S
            if side.gone is None and not is_done:
                self._stop(side, "wall")

    def _stop_all(self, why: str) -> None:
        for side in self._sides:
            if side.gone is None:
                self._stop(side, why)

    def _take_report(self) -> None:
        data = self._control.recv(words.MAX_PACKET_BYTES)
        if not data:
            msg = "the template is gone"
            raise TemplateError(msg)
        gone = words.read_gone(data)
        side = self._sides[gone.party]
        side.wall_s = time.monotonic() - self._started
        side.gone = gone._asdict() | words.read_report(os.read(side.status, _PIECE_BYTES))
        os.close(side.status)
        side.status = -1
        for name in _READ:
            while getattr(side, name) >= 0 and self._read(side, name):
                pass
            self._close(side, name)
        if side.questions >= 0:
            side.pending.clear()
            side.has_last = True
            self._ask(side)
        self._say_closed(side)

    def close(self) -> None:
        """Close what is open, of a run that cannot be brought to its end."""
        for side in self._sides:
            for name in (*_READ, "questions", "status"):
                if getattr(side, name) >= 0:
                    os.close(getattr(side, name))

    def ends(self, *, oom_killed: bool = False) -> list[Ended]:
        """Say how each party ended."""
        return [side.end(self._ending, oom_killed=oom_killed) for side in self._sides]
