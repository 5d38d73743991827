"""The contract of a verifier: one function from a claim to a verdict, and cases that show it.

A verifier never raises for what a step says and never blocks past its deadline: what it cannot
judge is `undecided`, with the reason.
"""

import dataclasses
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar, overload

from stepsmith.sandboxes import DeadlineError, WorkerError
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Outcome, Problem, Step, Verdict
from stepsmith.schemas.registry import Registry, first_line
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.judging.images import image_of


class Worker(Protocol):
    """A process that can be killed: where parsers that may hang read what a model wrote."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Call `module:function` with bytes, in the other process, and return its bytes.

        Raises `stepsmith.sandboxes.DeadlineError` when the time was up (the process is gone by
        then) and `stepsmith.sandboxes.WorkerError` when the call raised or the process died.
        """
        ...


OpenSandbox = Callable[[], Sandbox]


def open_shared(settings: SandboxSettings) -> Sandbox:
    """Return the sandbox that everything in this process shares under these settings.

    Raises `SandboxError` where this machine gives none that is as safe as they say.
    """
    # Where no verifier needs a sandbox none of its machinery is imported.
    from stepsmith.sandboxes.open import shared_sandbox

    return shared_sandbox(settings, (image_of(settings.image),))


class Tools:
    """What a verifier may need: a worker, and a sandbox that is opened when it is first used.

    Usable from any thread. A sandbox that cannot be opened raises at each use: that is a fault of
    the machine, and no verdict.
    """

    def __init__(self, worker: Worker, open_sandbox: OpenSandbox | None = None) -> None:
        self.worker = worker
        self._open = open_sandbox or (lambda: open_shared(SandboxSettings()))
        self._sandbox: Sandbox | None = None
        self._lock = threading.Lock()

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, opened once; raises `SandboxError`."""
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self._open()
            return self._sandbox

    @property
    def opened(self) -> Sandbox | None:
        """The sandbox, if anything has asked for it."""
        with self._lock:
            return self._sandbox

    def prepare(self, verifier: "Verifier") -> None:
        """Open what a verifier needs, so that nothing it is asked about pays for a failure."""
        if verifier.needs is Sandbox:
            _ = self.sandbox

    def of(self, needs: type[object] | None) -> Worker | Sandbox | None:
        """Return what `needs` asks for: a worker, a sandbox or nothing."""
        if needs is None:
            return None
        return self.sandbox if needs is Sandbox else self.worker


Needed = TypeVar("Needed")
Check = Callable[[Claim], Verdict]
CheckWithTools = Callable[[Claim, Tools], Verdict]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a verifier looked at in a step, for a person who asks why.

    `text` stands at the half-open span of the step; `read` is how it was parsed, `computed` what
    came out on each side, and `decision` what that means ("false", "true", "not judged: ...").
    """

    text: str
    start: int
    end: int
    read: str
    computed: str
    decision: str


Trace = Callable[[Claim], Iterable[Finding]]
"""What a verifier sees in a claim, in the order in which it stands there; never raises."""


CheckGold = Callable[[Problem, Tools], Verdict]
"""Judge a problem before anything is sampled: anything but `valid` is a fault of the problem."""


@dataclasses.dataclass(frozen=True)
class Case:
    """An example and its verdict: documentation, and a test that the conformance suite runs."""

    text: str
    outcome: Outcome
    _: dataclasses.KW_ONLY
    answer: str | None = None
    payload: str = "{}"
    prior: tuple[str, ...] = ()

    @property
    def claim(self) -> Claim:
        """The claim that this case makes."""
        problem = Problem(id="case", prompt="", answer=self.answer, payload=self.payload)
        prior = tuple(Step(text=text) for text in self.prior)
        return Claim(problem=problem, prior=prior, step=Step(text=self.text))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verifier:
    """A registered verifier; called with a claim and the tools, it takes of those what it needs."""

    name: str
    version: str
    cases: tuple[Case, ...]
    check: CheckWithTools
    needs: type[object] | None = None
    trace: Trace | None = None
    gold: CheckGold | None = None

    def __call__(self, claim: Claim, tools: Tools) -> Verdict:
        """Judge one claim; the verdict carries the verifier's name and version.

        Where it ran a program without walls it says so. Raises `SandboxError` where a sandbox is
        needed and none can be opened.
        """
        verdict = self.check(claim, tools)
        evidence = verdict.evidence
        if self.needs is Sandbox and tools.sandbox.capabilities().level == "unsafe":
            evidence = f"{evidence} (no sandbox)".lstrip()
        return dataclasses.replace(
            verdict, verifier=self.name, version=self.version, evidence=evidence
        )

    def __reduce__(self) -> tuple[Callable[[str], "Verifier"], tuple[str]]:
        """Pickle by name: the process that unpickles looks the verifier up in its registry."""
        return get_verifier, (self.name,)


VERIFIERS: Registry[Verifier] = Registry(
    "verifier", package="stepsmith.transforms.verify", group="stepsmith.verifiers"
)


def get_verifier(name: str) -> Verifier:
    """Return the verifier called `name`; raises `UnknownNameError` naming the nearest."""
    return VERIFIERS.get(name).value


@overload
def verifier(
    name: str,
    *,
    cases: Sequence[Case],
    version: str = "1",
    trace: Trace | None = None,
    gold: Callable[[Problem], Verdict] | None = None,
) -> Callable[[Check], Check]: ...


@overload
def verifier(
    name: str,
    *,
    cases: Sequence[Case],
    version: str = "1",
    needs: type[object],
    trace: Trace | None = None,
    gold: Callable[[Problem, Any], Verdict] | None = None,
) -> Callable[[Callable[[Claim, Needed], Verdict]], Callable[[Claim, Needed], Verdict]]: ...


def verifier(
    name: str,
    *,
    cases: Sequence[Case],
    version: str = "1",
    needs: type[object] | None = None,
    trace: Trace | None = None,
    gold: Callable[..., Verdict] | None = None,
) -> Callable[..., object]:
    """Register a function as the verifier `name` (`domain.what`).

    With `needs=Worker` the function takes a worker as its second argument, with `needs=Sandbox` a
    sandbox. Raise `version` when verdicts change: it is written into each of them. `trace` is what
    `stepsmith explain` shows. `gold` is asked about each problem before anything is sampled for
    it, with what is needed as its second argument; it says `valid` of one on which there is
    nothing to check.
    """

    def register(function: Callable[..., Verdict]) -> Callable[..., Verdict]:
        entry = Verifier(
            name=name,
            version=version,
            cases=tuple(cases),
            needs=needs,
            check=_with_needed(function, needs),
            trace=trace,
            gold=None if gold is None else _with_needed(gold, needs),
        )
        VERIFIERS.add(name, entry, module=function.__module__, summary=first_line(function))
        return function

    return register


def _with_needed(
    function: Callable[..., Verdict], needs: type[object] | None
) -> Callable[[object, Tools], Verdict]:
    def judge(judged: object, tools: Tools) -> Verdict:
        return function(judged) if needs is None else function(judged, tools.of(needs))

    return judge


def valid(evidence: str = "", *, score: float | None = None) -> Verdict:
    """Confirm the claim."""
    return Verdict(outcome="valid", evidence=evidence, score=score)


def invalid(evidence: str, *, score: float | None = None) -> Verdict:
    """Refute the claim, and say what is wrong."""
    return Verdict(outcome="invalid", evidence=evidence, score=score)


def undecided(evidence: str) -> Verdict:
    """Decline to judge, and say what was missing: `reason` or `reason: detail`."""
    return Verdict(outcome="undecided", evidence=evidence)


BREAKDOWNS = frozenset({"deadline", "error", "sandbox_error"})
"""The reasons of `undecided` that say something of this machine, and nothing of the claim."""


def ask(worker: Worker, target: str, payload: bytes, *, deadline_s: float) -> bytes | Verdict:
    """Call into the worker; a call that fails comes back as the `undecided` verdict on it."""
    try:
        return worker.call(target, payload, deadline_s=deadline_s)
    except DeadlineError as error:
        return undecided(f"deadline: {error}")
    except WorkerError as error:
        return undecided(f"error: {error}")
