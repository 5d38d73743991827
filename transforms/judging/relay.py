"""The judge between two programs: tests on one side, the candidate on the other.

Neither can reach the other. A test's call becomes a question with a name that cannot be guessed;
the candidate's answer is read as plain data before the test may see it. Strictly in turn:

    tests                         judge                          candidate
    1 value f arguments    ->     a question named q     ->      q value f arguments
    1 value result         <-     read, and passed on    <-      q value result
    2 report - payload     ->     the questions are closed ->    (end)

Whoever speaks out of turn, about something else or in another form violates the protocol, and
both are stopped. An answer that is not plain data stops both as well: no test can judge it.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal, cast

from stepsmith.sandboxes.contract import Answer, Call, Message, Wanted
from stepsmith.sandboxes.interview import UNASKED, question, read_answer
from stepsmith.transforms.judging.codec import MalformedError, decode

Party = Literal["candidate", "tests"]

CANDIDATE = 0
TESTS = 1
_NAMES: tuple[Party, Party] = ("candidate", "tests")
_STOP = (Message(party=CANDIDATE, last=True), Message(party=TESTS, last=True))
_MAX_CALLS = 100_000


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One call that crossed, and the answer, if there was one."""

    call: Call
    answer: Answer | None = None


class Relay:
    """A `Conversation` of two parties: the executions are the candidate's and the tests', so."""

    def __init__(self, functions: Sequence[str], identities: Iterator[str]) -> None:
        self._functions = frozenset(functions)
        self._identities = identities
        self.restart()

    def restart(self) -> None:
        """Forget what was said: both programs start again."""
        self.violation = ""
        self.violator: Party | None = None
        self.exchanges = 0
        self.last: Exchange | None = None
        self.report: dict[str, str] | None = None
        self.turn: Party = "tests"  # who owes the next line, and so is to blame for silence
        self.left: Party | None = None  # who was gone while it owed one
        self.opaque = ""
        self._question = ""
        self._pending = (bytearray(), bytearray())
        self._over = False

    def begin(self) -> Sequence[Message]:
        """Wait for the tests to call."""
        return ()

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        """Take what a party wrote, and pass it on when it is a whole line in its turn."""
        if self.violation or not data or (self._over and not self._must_be_silent(party)):
            return ()
        if self._over or self.turn != _NAMES[party]:
            return self._refuse(party, UNASKED)
        line, newline, rest = data.partition(b"\n")
        pending = self._pending[party]
        pending += line
        if rest:
            return self._refuse(party, UNASKED)
        if not newline:
            return ()
        whole = bytes(pending)
        pending.clear()
        return self._answered(whole) if party == CANDIDATE else self._called(whole)

    def ended(self, party: int) -> Sequence[Message]:
        """Learn that a party is gone: too early, unless the tests have reported."""
        if self._over or self.violation:
            return ()
        self.left = self.left or _NAMES[party]
        self._over = True
        return _STOP

    def _must_be_silent(self, party: int) -> bool:
        """Say whether a party that speaks after the end was not about to do so.

        Tests that are stopped may have been; so may a candidate whose tests left it with a
        question to answer, and what they died of is not its fault.
        """
        was_asked = self.left == "tests" and self.turn == "candidate"
        return party == CANDIDATE and not was_asked

    def _called(self, line: bytes) -> Sequence[Message]:
        words = line.decode("ascii", "replace").split(" ", 3)
        if len(words) != len(("number", "verb", "function", "payload")):
            return self._refuse(TESTS, "a line of no known form")
        number, verb, function, payload = words
        if number != str(self.exchanges + 1) or self.exchanges >= _MAX_CALLS:
            return self._refuse(TESTS, "a call that is not the next")
        if verb == "report":
            return self._reported(payload)
        if verb not in ("value", "arguments") or function not in self._functions:
            return self._refuse(TESTS, "a call of no known form")
        if not _are_arguments(payload):
            return self._refuse(TESTS, "a call without arguments")
        wanted: Wanted = "arguments" if verb == "arguments" else "value"
        call = Call(function=function, arguments=payload, wanted=wanted)
        self.last = Exchange(call=call)
        self._question = next(self._identities)
        self.turn = "candidate"
        return (Message(party=CANDIDATE, data=question(self._question, call)),)

    def _answered(self, line: bytes) -> Sequence[Message]:
        answer = read_answer(line, self._question)
        if isinstance(answer, str):
            return self._refuse(CANDIDATE, answer)
        try:
            value = decode(answer.payload)
        except MalformedError as error:
            return self._refuse(CANDIDATE, f"an answer that is no plain data: {error}")
        if self.last is not None:
            if answer.status == "value" and not _is_wanted(value, self.last.call.wanted):
                return self._refuse(CANDIDATE, "an answer without the arguments")
            self.last = dataclasses.replace(self.last, answer=answer)
        self.exchanges += 1
        self.turn = "tests"
        if answer.status == "opaque":
            self.opaque = str(value)
            self._over = True
            return _STOP
        if answer.status == "raised" and exception_of(value) is None:
            return self._refuse(CANDIDATE, "an exception of no known form")
        reply = f"{self.exchanges} {answer.status} {answer.payload}\n"
        return (Message(party=TESTS, data=reply.encode("ascii")),)

    def _reported(self, payload: str) -> Sequence[Message]:
        report = _read_report(payload)
        if report is None:
            return self._refuse(TESTS, "a report of no known form")
        self.report = report
        self._over = True
        return _STOP

    def _refuse(self, party: int, why: str) -> Sequence[Message]:
        self.violation, self.violator = why, _NAMES[party]
        return _STOP


def exception_of(value: object) -> tuple[str, str] | None:
    """Return an exception's type name and message, where the value is those."""
    match value:
        case tuple((str(name), str(message))):
            return name, message
        case _:
            return None


def _is_wanted(value: object, wanted: Wanted) -> bool:
    if wanted != "arguments":
        return True
    if not isinstance(value, tuple):
        return False
    parts = list(cast("tuple[object, ...]", value))
    return len(parts) == len(("value", "arguments")) and isinstance(parts[1], tuple)


def _are_arguments(payload: str) -> bool:
    try:
        value = decode(payload)
    except MalformedError:
        return False
    match value:
        case (tuple(), dict()):
            names = cast("tuple[object, dict[object, object]]", value)[1]
            return isinstance(value, tuple) and all(isinstance(name, str) for name in names)
        case _:
            return False


def _read_report(payload: str) -> dict[str, str] | None:
    try:
        value = decode(payload)
    except MalformedError:
        return None
    if not isinstance(value, dict):
        return None
    report = cast("dict[object, object]", value)
    if not all(isinstance(word, str) for pair in report.items() for word in pair):
        return None
    return cast("dict[str, str]", report) if "kind" in report else None
