"""The contract of a verifier: one function from a claim to a verdict, and cases that show it.

A verifier never raises for what a step says and never blocks past its deadline: what it cannot
judge is `undecided`, with the reason.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol, overload

from stepsmith.sandboxes import DeadlineError, WorkerError
from stepsmith.schemas.records import Claim, Outcome, Problem, Step, Verdict
from stepsmith.schemas.registry import Registry, first_line


class Worker(Protocol):
    """A process that can be killed: where parsers that may hang read what a model wrote."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Call `module:function` with bytes, in the other process, and return its bytes.

        Raises `stepsmith.sandboxes.DeadlineError` when the time was up (the process is gone by
        then) and `stepsmith.sandboxes.WorkerError` when the call raised or the process died.
        """
        ...


Check = Callable[[Claim], Verdict]
CheckInWorker = Callable[[Claim, Worker], Verdict]


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
    """A registered verifier; call it with a claim and a worker to run the risky part in."""

    name: str
    version: str
    cases: tuple[Case, ...]
    needs_worker: bool
    check: CheckInWorker

    def __call__(self, claim: Claim, worker: Worker) -> Verdict:
        """Judge one claim; the verdict carries the verifier's name and version."""
        verdict = self.check(claim, worker)
        return dataclasses.replace(verdict, verifier=self.name, version=self.version)

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
    name: str, *, cases: Sequence[Case], version: str = "1"
) -> Callable[[Check], Check]: ...


@overload
def verifier(
    name: str, *, cases: Sequence[Case], version: str = "1", needs: type[object]
) -> Callable[[CheckInWorker], CheckInWorker]: ...


def verifier(
    name: str, *, cases: Sequence[Case], version: str = "1", needs: type[object] | None = None
) -> Callable[..., object]:
    """Register a function as the verifier `name` (`domain.what`).

    With `needs=Worker` the function takes a worker as its second argument. Raise `version` when
    verdicts change: it is written into each of them.
    """

    def register(function: Callable[..., Verdict]) -> Callable[..., Verdict]:
        def check(claim: Claim, worker: Worker) -> Verdict:
            return function(claim) if needs is None else function(claim, worker)

        entry = Verifier(
            name=name,
            version=version,
            cases=tuple(cases),
            needs_worker=needs is not None,
            check=check,
        )
        VERIFIERS.add(name, entry, module=function.__module__, summary=first_line(function))
        return function

    return register


def valid(evidence: str = "", *, score: float | None = None) -> Verdict:
    """Confirm the claim."""
    return Verdict(outcome="valid", evidence=evidence, score=score)


def invalid(evidence: str, *, score: float | None = None) -> Verdict:
    """Refute the claim, and say what is wrong."""
    return Verdict(outcome="invalid", evidence=evidence, score=score)


def undecided(evidence: str) -> Verdict:
    """Decline to judge, and say what was missing: `reason` or `reason: detail`."""
    return Verdict(outcome="undecided", evidence=evidence)


def ask(worker: Worker, target: str, payload: bytes, *, deadline_s: float) -> bytes | Verdict:
    """Call into the worker; a call that fails comes back as the `undecided` verdict on it."""
    try:
        return worker.call(target, payload, deadline_s=deadline_s)
    except DeadlineError as error:
        return undecided(f"deadline: {error}")
    except WorkerError as error:
        return undecided(f"error: {error}")
