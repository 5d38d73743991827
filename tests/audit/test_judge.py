"""Judging: each step after those before it, in order, and what counts as checked."""

import threading
from collections.abc import Iterator

import msgspec
import pytest

from stepsmith.pipelines.audit import HumanLabelled, judge_solutions, read_human
from stepsmith.pipelines.audit.judge_worker import TARGET, Task, judge
from stepsmith.pipelines.audit.opinion import form_opinion, was_checked
from stepsmith.sandboxes import DeadlineError, WorkerError, WorkerPool
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import Claim, Problem, Step, UnknownNameError, Verdict
from stepsmith.schemas.registry import Entry
from stepsmith.transforms.verify import Finding, ask, get_verifier
from stepsmith.transforms.verify.base import VERIFIERS, Case, Tools, Verifier
from tests.verify.test_tools import Echoes


class Inline:
    """A worker in this process, which fails at steps that ask for it."""

    def __init__(self) -> None:
        self.calls = 0

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        self.calls += 1
        assert target == TARGET
        task = msgspec.msgpack.decode(payload, type=Task)
        asked = len(task.verifiers) * len(task.claims)
        assert deadline_s == pytest.approx(10 + 0.2 * (asked - 1))
        for claim in task.claims:
            if claim.step.text.startswith("hang"):
                raise DeadlineError(claim.step.text.strip())
            if claim.step.text.startswith("die"):
                raise WorkerError(claim.step.text.strip())
        return judge(payload)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as workers:
        yield workers


@pytest.fixture
def recorder() -> Iterator[list[Claim]]:
    """Register a verifier that keeps the claims that it is asked about."""
    claims: list[Claim] = []
    lock = threading.Lock()

    def check(claim: Claim, tools: Tools) -> Verdict:
        with lock:
            claims.append(claim)
        return Verdict(outcome="undecided", evidence="recorded")

    cases = (Case("", "undecided"),)
    entry = Verifier(name="test.record", version="1", cases=cases, check=check)
    VERIFIERS.load()
    VERIFIERS.add("test.record", entry, module=__name__, summary="")
    yield claims
    del VERIFIERS._entries["test.record"]


SOLUTION = HumanLabelled(
    id="a", problem="p", steps=("2 + 3 = 5", "5 + 1 = 7", "done"), known=(True, False, None),
    answer="6",
)  # fmt: skip


def test_a_step_is_judged_after_the_steps_before_it_on_lines_of_their_own(
    recorder: list[Claim], pool: WorkerPool
) -> None:
    # The processes of the pool do not know it, so it is asked in this one.
    judge_solutions([SOLUTION], ["test.record"], Tools(pool), threads=1)
    texts = [("2 + 3 = 5\n"), ("5 + 1 = 7\n"), "done"]
    assert [claim.step.text for claim in recorder] == texts
    assert [[step.text for step in claim.prior] for claim in recorder] == [
        texts[:index] for index in range(3)
    ]
    assert {(claim.problem.prompt, claim.problem.answer) for claim in recorder} == {("p", "6")}


def test_every_step_gets_the_verdict_of_the_verifier_itself() -> None:
    [judged] = judge_solutions([SOLUTION], ["math.arithmetic"], Tools(Inline()))
    opinion = judged.opinions["math.arithmetic"]
    assert [verdict.outcome for verdict in opinion.verdicts] == ["valid", "invalid", "undecided"]
    assert opinion.checked == (True, True, False)
    assert opinion.flags == (1,)
    assert opinion.verdicts[1].version == get_verifier("math.arithmetic").version


def test_the_order_stays_whatever_the_number_of_threads_and_processes(pool: WorkerPool) -> None:
    solutions = list(read_human("oracle:arithmetic,size=40"))
    alone = judge_solutions(solutions, ["math.arithmetic"], Tools(Inline()), threads=1)
    together = judge_solutions(solutions, ["math.arithmetic"], Tools(pool), threads=4)
    assert [each.solution for each in alone] == solutions
    assert together == alone


def test_progress_is_told_after_each_solution() -> None:
    told: list[tuple[int, int]] = []
    judge_solutions([SOLUTION] * 3, [], Tools(Inline()), progress=lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_step_that_hangs_or_kills_is_undecided_and_no_other() -> None:
    solution = HumanLabelled(
        id="a",
        problem="p",
        steps=("2 + 3 = 5", "hang here", "die here", "2 + 2 = 5"),
        known=(None,) * 4,
    )
    [judged] = judge_solutions([solution], ["math.arithmetic"], Tools(Inline()))
    opinion = judged.opinions["math.arithmetic"]
    assert [(verdict.outcome, verdict.evidence) for verdict in opinion.verdicts[1:3]] == [
        ("undecided", "deadline: hang here"),
        ("undecided", "error: die here"),
    ]
    assert [opinion.verdicts[at].outcome for at in (0, 3)] == ["valid", "invalid"]
    assert opinion.checked == (True, False, False, True)
    version = get_verifier("math.arithmetic").version
    assert {(each.verifier, each.version) for each in opinion.verdicts} == {
        ("math.arithmetic", version)
    }


def test_a_step_that_hangs_keeps_no_other_verifier_from_its_steps(recorder: list[Claim]) -> None:
    solution = HumanLabelled(id="a", problem="p", steps=("hang", "2 + 2 = 5"), known=(None,) * 2)
    [judged] = judge_solutions([solution], ["math.arithmetic", "test.record"], Tools(Inline()))
    evidence = {
        name: [verdict.evidence for verdict in opinion.verdicts]
        for name, opinion in judged.opinions.items()
    }
    assert list(evidence) == ["math.arithmetic", "test.record"]
    assert evidence["math.arithmetic"][0] == "deadline: hang"
    assert evidence["test.record"] == ["deadline: hang", "recorded"]
    assert judged.opinions["math.arithmetic"].flags == (1,)


def test_there_is_no_worker_in_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        reply = ask(tools.worker, "module:function", b"", deadline_s=1.0)
        assert isinstance(reply, Verdict)
        return reply

    cases = (Case("", "undecided"),)
    entry = Verifier(name="test.liar", version="1", cases=cases, check=check)
    VERIFIERS.load()
    monkeypatch.setitem(
        VERIFIERS._entries,
        "test.liar",
        Entry(name="test.liar", value=entry, summary="", module=__name__),
    )
    [judged] = judge_solutions([SOLUTION], ["test.liar"], Tools(Inline()))
    [said] = {verdict.evidence for verdict in judged.opinions["test.liar"].verdicts}
    assert said == "error: module:function: a verifier that needs a worker says so"


def test_a_solution_without_steps_has_no_verdicts() -> None:
    empty = HumanLabelled(id="a", problem="p", steps=(), known=())
    [judged] = judge_solutions([empty], ["math.arithmetic"], Tools(Inline()))
    assert judged.opinions["math.arithmetic"].verdicts == ()


def test_a_solution_that_is_well_is_one_call() -> None:
    worker = Inline()
    judge_solutions([SOLUTION] * 5, ["math.arithmetic"], Tools(worker))
    assert worker.calls == 5


def test_an_interruption_does_not_wait_for_what_is_in_line() -> None:
    worker = Inline()

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_solutions([SOLUTION] * 500, ["math.arithmetic"], Tools(worker), 1, progress=interrupt)
    assert worker.calls < 500


def test_what_needs_a_worker_runs_in_the_pool(pool: WorkerPool) -> None:
    solution = HumanLabelled(
        id="a", problem="p", steps=(r"\boxed{(x+1)^2}",), known=(True,), answer="x^2+2x+1"
    )
    [judged] = judge_solutions([solution], ["math.answer", "math.arithmetic"], Tools(pool))
    assert list(judged.opinions) == ["math.answer", "math.arithmetic"]
    assert judged.opinions["math.answer"].verdicts[0].outcome == "valid"


def test_an_unknown_verifier_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'math\.arithmetic'"):
        judge_solutions([SOLUTION], ["math.aritmetic"], Tools(Inline()))


CLAIM = Claim(problem=Problem(id="a", prompt="p"), step=Step(text="x"))


def _traced(*decisions: str) -> Verifier:
    findings = [
        Finding(text="", start=0, end=0, read="", computed="", decision=each) for each in decisions
    ]

    def check(claim: Claim, tools: Tools) -> Verdict:
        raise AssertionError

    return Verifier(
        name="t",
        version="1",
        cases=(),
        check=check,
        trace=lambda _: findings,
    )


@pytest.mark.parametrize(
    ("evidence", "checked"),
    [
        ("words unchecked: 2 equations hold", True),
        ("not judged: 1 equation holds, 1 is rounded or unreadable", True),
        ("not judged: 0 equations hold, 1 is rounded or unreadable", False),
        ("no equation in this step", False),
    ],
)
def test_an_undecided_step_was_checked_where_an_equation_held(evidence: str, checked: bool) -> None:
    assert was_checked(Verdict(outcome="undecided", evidence=evidence), None, CLAIM) is checked


@pytest.mark.parametrize(
    ("decisions", "checked"),
    [
        (("not judged: rounded", "true"), True),
        (("true (identity)",), True),
        (("false (follows)",), True),
        (("fits (known values)",), True),
        (("not judged: degrees",), False),
        ((), False),
    ],
)
def test_a_trace_decides_what_was_checked(decisions: tuple[str, ...], checked: bool) -> None:
    verdict = Verdict(outcome="undecided", evidence="words unchecked: 1 equation holds")
    assert was_checked(verdict, _traced(*decisions), CLAIM) is checked


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("math.arithmetic", "He has 2 + 3 = 5 left."),
        ("math.identity", "We get (x + 1)^2 = x^2 + 2x + 1 from it."),
        ("math.derivation", "We have 2x + 3 = 7, so 2x = 4 here."),
    ],
)
def test_a_relation_that_holds_was_checked_whichever_verifier_computed_it(
    name: str, text: str
) -> None:
    claim = Claim(problem=Problem(id="p", prompt=""), prior=(), step=Step(text=text))
    opinion = form_opinion(get_verifier(name), [claim], Tools(Inline()))
    assert [each.outcome for each in opinion.verdicts] == ["undecided"]
    assert opinion.checked == (True,)


def test_where_no_sandbox_can_be_had_an_audit_by_what_needs_one_ends_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        raise AssertionError

    def refuse() -> Sandbox:
        msg = "no walls"
        raise SandboxError(msg)

    entry = Verifier(name="test.runs", version="1", cases=(), check=check, needs=Sandbox)
    VERIFIERS.load()
    monkeypatch.setitem(
        VERIFIERS._entries,
        "test.runs",
        Entry(name="test.runs", value=entry, summary="", module=__name__),
    )
    inline = Inline()
    with pytest.raises(SandboxError, match="no walls"):
        judge_solutions([SOLUTION], ["math.arithmetic", "test.runs"], Tools(inline, refuse))
    assert inline.calls == 0


def test_a_verifier_that_needs_a_sandbox_is_asked_outside_of_the_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(claim: Claim, tools: Tools) -> Verdict:
        return Verdict(outcome="valid", evidence=tools.sandbox.capabilities().level)

    entry = Verifier(name="test.runs", version="1", cases=(), check=check, needs=Sandbox)
    VERIFIERS.load()
    monkeypatch.setitem(
        VERIFIERS._entries,
        "test.runs",
        Entry(name="test.runs", value=entry, summary="", module=__name__),
    )
    [judged] = judge_solutions([SOLUTION], ["test.runs"], Tools(Inline(), Echoes))
    assert [each.evidence for each in judged.opinions["test.runs"].verdicts] == ["ns"] * 3
