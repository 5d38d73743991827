"""What is said to one program: its calls, asked one at a time, and the lines that carry them."""

import secrets
from collections.abc import Iterator, Sequence
from typing import get_args

from stepsmith.sandboxes.contract import Answer, AnswerStatus, Call, Message

UNASKED = "an answer that was not asked for"
"""Early, twice, late or to another question: which of them it is depends on the pipe's timing."""


def question(identity: str, call: Call) -> bytes:
    """Write the line that asks one call."""
    return f"{identity} {call.wanted} {call.function} {call.arguments}\n".encode("ascii")


def identities() -> Iterator[str]:
    """Yield names for questions that nobody can guess; they leave no trace in a result."""
    while True:
        yield secrets.token_hex(8)


def read_answer(line: bytes, identity: str) -> Answer | str:
    """Read the answer to the question `identity`, or say what is wrong with the line."""
    if not line.isascii():
        return "an answer that is not ASCII"
    name, _, rest = line.decode("ascii").partition(" ")
    status, _, payload = rest.partition(" ")
    if name != identity:
        return UNASKED
    for known in get_args(AnswerStatus):
        if status == known and payload:
            return Answer(status=known, payload=payload)
    return "an answer of no known form"


class Interview:
    """A conversation with one program: its calls asked one at a time, in order.

    `identities` gives each question a name that cannot be guessed before it is asked.
    """

    def __init__(self, calls: Sequence[Call], identities: Iterator[str]) -> None:
        self._asked = calls
        self._identities = identities
        self.restart()

    def restart(self) -> None:
        """Forget the answers; the same calls are asked again, under new names."""
        self.violation = ""
        self._answers: list[Answer] = []
        self._calls = iter(self._asked)
        self._open = ""
        self._pending = bytearray()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers taken so far, in the order asked."""
        return tuple(self._answers)

    def begin(self) -> Sequence[Message]:
        """Ask the first question."""
        return self._next()

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        """Take a piece of the answers; asks the next question when one is whole."""
        del party
        if self.violation:
            return ()
        line, newline, rest = data.partition(b"\n")
        self._pending += line
        if rest or not self._open:
            return self._refuse(UNASKED)
        return self._take() if newline else ()

    def ended(self, party: int) -> Sequence[Message]:
        """Close the questions of a program that has closed its answers: it can say no more."""
        return (Message(party=party, last=True),) if self._open and not self.violation else ()

    def _take(self) -> Sequence[Message]:
        answer = read_answer(bytes(self._pending), self._open)
        self._pending.clear()
        if isinstance(answer, str):
            return self._refuse(answer)
        self._answers.append(answer)
        return self._next()

    def _refuse(self, why: str) -> Sequence[Message]:
        self.violation = why
        return (Message(party=0, last=True),)

    def _next(self) -> Sequence[Message]:
        call = next(self._calls, None)
        self._open = next(self._identities) if call is not None else ""
        if call is None:
            return (Message(party=0, last=True),)
        return (Message(party=0, data=question(self._open, call)),)
