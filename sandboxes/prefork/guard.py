"""One guard, seen from the thread that has it: orders out, events in, no wait without an end."""

import dataclasses
import select
import time
from collections.abc import Sequence

from stepsmith.sandboxes.artifacts import Collection
from stepsmith.sandboxes.contract import Conversation, IsolationReport, Message
from stepsmith.sandboxes.prefork.launch import Stream
from stepsmith.sandboxes.prefork.wire import (
    Closed,
    Configure,
    Done,
    Event,
    GuardError,
    Heard,
    Incoming,
    Order,
    Party,
    PartyEnd,
    Ready,
    Refused,
    Run,
    Say,
    Stop,
    left_behind,
    outputs,
    pack,
)

_PIECE_BYTES = 2**14  # what a socket that is writable takes without blocking


class RefusedError(GuardError):
    """The guard says that it cannot reach what it was asked for."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One party of a run, and the pieces of the payload that are its own."""

    party: Party
    payload: tuple[bytes, ...]


_NOTHING = Collection(collected=(), refused=())


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How one party ended, and what it wrote."""

    end: PartyEnd
    stdout: bytes = b""
    stderr: bytes = b""
    left: Collection = _NOTHING


class Guard:
    """A configured guard. Whatever raises `GuardError` leaves it unfit: it must be killed.

    `wakened` is a descriptor that becomes readable when all is to be given up.
    """

    def __init__(self, stream: Stream, wakened: int) -> None:
        self.n_runs = 0
        self._stream = stream
        self._wakened = wakened
        self._incoming = Incoming()
        self._outgoing = bytearray()

    def configure(self, order: Configure, *, timeout_s: float) -> IsolationReport:
        """Tell the guard what to become, and return what it has become."""
        self._order(order)
        event, _ = self._next(time.monotonic() + timeout_s, "was not ready")
        if isinstance(event, Refused):
            missing = f" (missing: {', '.join(event.missing)})" if event.missing else ""
            raise RefusedError(event.why + missing)
        if not isinstance(event, Ready):
            raise self._confused(event)
        return IsolationReport(
            level=event.level,
            layers=event.layers,
            missing=event.missing,
            kernel=event.kernel,
            landlock_abi=event.landlock_abi,
        )

    def run(
        self, programs: Sequence[Program], conversation: Conversation | None, *, timeout_s: float
    ) -> Sequence[Ended]:
        """Run programs to their ends, and carry what is said; raises `GuardError`."""
        self.n_runs += 1
        deadline = time.monotonic() + timeout_s
        order = Run(run=self.n_runs, parties=tuple(program.party for program in programs))
        self._order(order, [piece for program in programs for piece in program.payload])
        talk = _Talk(conversation, len(programs), self)
        talk.begin()
        while True:
            event, payload = self._next(deadline, "did not end its run")
            if isinstance(event, Ready | Refused) or event.run != self.n_runs:
                raise self._confused(event)
            if isinstance(event, Done):
                break
            if event.party not in range(len(programs)):
                raise self._confused(event)
            talk.hear(event, payload)
        if len(event.parties) != len(programs):
            raise self._confused(event)
        talk.end()
        written = outputs(event, payload)
        return [
            Ended(end=end, stdout=stdout, stderr=stderr, left=left_behind(files))
            for end, (stdout, stderr, files) in zip(event.parties, written, strict=True)
        ]

    def say(self, message: Message) -> None:
        """Send what a conversation says to one party of this run."""
        order = Say(run=self.n_runs, party=message.party, last=message.last)
        self._order(order, [message.data])

    def stop(self) -> None:
        """Have all parties of this run stopped: one has violated the protocol."""
        self._order(Stop(run=self.n_runs, ending="protocol_violation"))

    @property
    def pid(self) -> int | None:
        """Its process, where that is a child of ours."""
        return self._stream.pid

    @property
    def is_fit(self) -> bool:
        """Whether it lives, and has nothing to say unasked."""
        poll = select.poll()
        poll.register(self._stream.fileno(), select.POLLIN)
        return not poll.poll(0)

    def kill(self) -> None:
        """End it, and all that runs in it. Never raises, never hangs."""
        self._stream.kill()

    def _order(self, order: Order, payload: Sequence[bytes] = ()) -> None:
        self._outgoing += pack(order, payload)

    def _next(self, deadline: float, late: str) -> tuple[Event, bytes]:
        """Move bytes both ways until an event is whole: neither side may block the other."""
        poll = select.poll()
        poll.register(self._wakened, select.POLLIN)
        while (found := self._incoming.next()) is None:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                msg = f"the guard {late} in time{self._said()}"
                raise GuardError(msg)
            events = select.POLLIN | (select.POLLOUT if self._outgoing else 0)
            poll.register(self._stream.fileno(), events)
            ready = dict(poll.poll(left_s * 1000 + 1))
            if self._wakened in ready:
                msg = "the sandbox was closed"
                raise GuardError(msg)
            self._move(ready.get(self._stream.fileno(), 0))
        return found

    def _move(self, events: int) -> None:
        if events & select.POLLOUT:
            piece = bytes(self._outgoing[:_PIECE_BYTES])
            try:
                self._stream.send(piece)
            except OSError as error:
                raise self._gone(error) from None
            del self._outgoing[: len(piece)]
        if events & ~select.POLLOUT:
            data = self._stream.receive()
            if not data:
                raise self._gone()
            self._incoming.feed(data)

    def _gone(self, error: OSError | None = None) -> GuardError:
        return GuardError(f"the guard is gone: {error or 'its line is closed'}{self._said()}")

    def _said(self) -> str:
        words = self._stream.last_words().strip()
        return f"; it said: {words}" if words else ""

    def _confused(self, event: Event) -> GuardError:
        return GuardError(f"the guard said out of turn: {event}")


class _Talk:
    """Carries a conversation, if there is one, between its parties and the guard."""

    def __init__(self, conversation: Conversation | None, parties: int, guard: Guard) -> None:
        self._conversation = conversation
        self._guard = guard
        self._parties = range(parties)
        self._there = set(self._parties)
        self._stopped = False

    def begin(self) -> None:
        if self._conversation is not None:
            self._say(self._conversation.begin())

    def hear(self, event: Heard | Closed, payload: bytes) -> None:
        """Pass on what a party said, or that it is gone; nothing more once all are stopped."""
        if self._conversation is None or self._stopped:
            return
        if isinstance(event, Heard):
            self._say(self._conversation.receive(event.party, payload))
        elif event.party in self._there:
            self._there.remove(event.party)
            self._say(self._conversation.ended(event.party))

    def end(self) -> None:
        """Tell of the parties that nobody has told of."""
        for party in sorted(self._there):
            self.hear(Closed(run=0, party=party), b"")

    def _say(self, messages: Sequence[Message]) -> None:
        if self._conversation is None:
            return
        for message in messages:
            if message.party not in self._parties:
                msg = f"a message for party {message.party} of {len(self._parties)}"
                raise ValueError(msg)
            self._guard.say(message)
        if self._conversation.violation:
            self._stopped = True
            self._guard.stop()
