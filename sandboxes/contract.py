"""What every sandbox promises: what it is given, what it returns, and how it may fail.

A program under test gets standard input, output and error, and, if it is to be talked to, two
pipes: it reads questions from descriptor `QUESTIONS_FD` and writes answers to `ANSWERS_FD`, one
line of ASCII each. A sandbox carries the lines and counts their bytes; it never decodes a value.

    question  id SP wanted SP function SP arguments LF     wanted is `value`, `arguments`, `truth`
    answer    id SP status SP payload LF                   status is `value`, `raised` or `opaque`

One question is open at a time. Its id cannot be guessed before, which is all that an id is for:
whatever the program says unasked, twice or out of order is a violation. Nothing that it can say
is a verdict: an answer is its claim of what a call returned, compared elsewhere.
"""

import dataclasses
from collections.abc import Sequence
from typing import Literal, Protocol

from stepsmith.sandboxes.artifacts import Refused
from stepsmith.schemas.sandbox import LEVELS, Level, Limits, at_least

__all__ = [
    "ANSWERS_FD",
    "LEVELS",
    "QUESTIONS_FD",
    "Answer",
    "AnswerStatus",
    "Call",
    "Check",
    "Conversation",
    "Ending",
    "Execution",
    "ExecutionResult",
    "File",
    "IsolationReport",
    "Level",
    "Limits",
    "Message",
    "Refused",
    "Sandbox",
    "Usage",
    "Wanted",
    "at_least",
    "may_label",
]

QUESTIONS_FD = 3
ANSWERS_FD = 4

Ending = Literal[
    "exited",
    "signaled",
    "timeout_cpu",
    "timeout_wall",
    "timeout_starved",
    "oom",
    "oom_suspected",
    "output_limit",
    "answer_limit",
    "denied",
    "protocol_violation",
    "unjudgeable",
    "sandbox_error",
]
"""How an execution ended, never told from the program's own words.

`timeout_wall`: the clock ran out on a program that slept, or had run for half of the time or more.
`timeout_starved`: on one that could have run and was not let: a busy machine is nobody's fault.
`oom`: a counter of the kernel rose; `oom_suspected`: it only looks so. `unjudgeable` is said by the
judge, of an answer that is not plain data. `sandbox_error`: the walls or their keeper failed.
"""

Wanted = Literal["value", "arguments", "truth"]
AnswerStatus = Literal["value", "raised", "opaque"]

_NEVER_LABELS: frozenset[Ending] = frozenset(
    {"sandbox_error", "unjudgeable", "timeout_starved", "oom_suspected"}
)


def may_label(ending: Ending) -> bool:
    """Say whether the ending is a fact about the program, and so may become a label.

    The others say something of the machine, of our walls or of what we can read.
    """
    return ending not in _NEVER_LABELS


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One question to a program: a function of its module and plain arguments.

    `arguments` is the tagged JSON of `(positional, by_name)`, a tuple and a dictionary. Wanted is
    the value returned, or `(value, positional)` with the arguments as they are after the call, or
    only whether the value is true, for which it need not be plain.
    """

    function: str
    arguments: str
    wanted: Wanted = "value"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a program says of one call: tagged JSON, of the value or of `(type name, message)`."""

    status: AnswerStatus
    payload: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that lies in the program's folder when it starts, or that it left there.

    Of one that it is given `name` has no folder in it; of one that it left a slash ends each.
    """

    name: str
    data: bytes


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """One program to run in a fresh state, and what to ask of it.

    With `calls` None nothing is asked and nothing answered. `image` names the warmed interpreter
    that the program starts from; empty, it is the sandbox's first. `limits` None are the sandbox's
    own. `seed` seeds the generators of Python and, where loaded, numpy. `collect` asks for the
    files that it leaves in its folder, which needs a sandbox where it may write any: `ns`. Nothing
    in here may be an expected value: all of it is the program's to read.
    """

    id: str
    source: str
    language: str = "python"
    calls: tuple[Call, ...] | None = None
    stdin: bytes = b""
    files: tuple[File, ...] = ()
    limits: Limits | None = None
    image: str = ""
    seed: int = 0
    collect: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an execution used, as the kernel counted it."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    max_rss_bytes: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One wall, tried at start: a probe that must fail, and whether it did."""

    name: str
    held: bool
    detail: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class IsolationReport:
    """What separates the program from the worker, as found on this machine and tried on it."""

    level: Level
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kernel: str = ""
    landlock_abi: int = 0
    self_test: tuple[Check, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every wall that was tried held."""
        return all(check.held for check in self.self_test)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionResult:
    """How an execution ended and what it left behind.

    `exit_code` is set for "exited" and `signal` for "signaled" alone. `answers` are those taken
    before the end, in the order asked. `detail` says what no other field does: the violation, the
    error of the sandbox. `attempts` counts the runs that it took; `image` is the key of what the
    program started from. `files` are those that it left, by name, with those that it was given
    among them, as they are now; `refused` is what it left and nobody takes, such as links. Both
    are empty unless `collect` asked, and where it was killed for wall-clock time or its output.
    """

    outcome: Ending
    exit_code: int | None = None
    signal: int | None = None
    answers: tuple[Answer, ...] = ()
    stdout: bytes = b""
    stderr: bytes = b""
    truncated: bool = False
    usage: Usage = dataclasses.field(default_factory=Usage)
    isolation: IsolationReport = dataclasses.field(
        default_factory=lambda: IsolationReport(level="unsafe")
    )
    attempts: int = 1
    backend: str = ""
    image: str = ""
    detail: str = ""
    files: tuple[File, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """Bytes for one party's questions; after the `last` its questions are closed."""

    party: int
    data: bytes = b""
    last: bool = False


class Conversation(Protocol):
    """What is said to running programs, without any I/O: the sandbox carries the bytes.

    Parties are numbered as the executions are. No method raises for what a program says.
    """

    @property
    def violation(self) -> str:
        """What a program said against the protocol; empty where none did."""
        ...

    def begin(self) -> Sequence[Message]:
        """Open the conversation, when all parties have started."""
        ...

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        """Take what a party wrote to its answers, in pieces of any size."""
        ...

    def ended(self, party: int) -> Sequence[Message]:
        """Learn that a party has closed its answers, or is gone."""
        ...

    def restart(self) -> None:
        """Forget all that was said: the programs start again, and `begin` comes next."""
        ...


class Sandbox(Protocol):
    """A place to run programs that nobody trusts.

    Nothing that a program does raises: it is in the result, and a failure of the sandbox itself is
    the outcome "sandbox_error". Where that happens again and again and no program can be run any
    more, `run` and `converse` raise `SandboxError`. Usable from any thread of its own process.

    What a failure of ours or a busy machine ended is run again: "sandbox_error" and
    "timeout_starved" twice, "timeout_wall" once, alone and with twice the time.
    """

    def capabilities(self) -> IsolationReport:
        """Say what isolates the programs, as tried on this machine."""
        ...

    def run(self, execution: Execution) -> ExecutionResult:
        """Run one program to its end; `calls` are asked by an `Interview`.

        Where that ends with a violation the outcome is "protocol_violation", unless the sandbox
        itself failed.
        """
        ...

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        """Run programs side by side, each in walls of its own, and carry a conversation.

        Each party's questions are closed after its last message; after a violation all are
        stopped. `ended` is told of every party that is gone, also when a limit of its own stopped
        it. A party that waits for another uses wall-clock time: give all the same `wall_s`; when
        it is over all are stopped, each with that outcome. `answers` of the results stay empty.
        Before programs are run again the conversation is restarted: it tells of the last run.
        """
        ...

    def close(self) -> None:
        """Stop every process and remove every file; the sandbox is of no use afterwards."""
        ...
