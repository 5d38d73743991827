import ast
import builtins
import importlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import stepsmith.pipelines
import stepsmith.sandboxes
import stepsmith.schemas
import stepsmith.transforms
from stepsmith.sandboxes import WorkerPool
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.transforms.verify import VERIFIERS, Case, Tools, Worker
from tests.verify import hostile

DEADLINE_S = 0.5
OWN_S = 10.0  # of processor time in this process
LATEST_S = 300.0  # by the clock, which a busy machine lets run: a killed worker starts anew
N_GENERATED = 1_000
NAMES = [entry.name for entry in VERIFIERS]


class Hurried:
    """A worker with a shorter deadline: what has not ended by then would not have ended later."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        return self._worker.call(target, payload, deadline_s=min(deadline_s, DEADLINE_S))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with WorkerPool(1) as pool:
        yield Hurried(pool)


def judge(name: str, text: str, worker: Worker, answer: str = "x^2 + 1") -> str:
    """Judge the text as a step, and as a step that the gold answer was made for."""
    verifier = VERIFIERS.get(name).value
    payload = next((case.payload for case in verifier.cases if case.payload != "{}"), "{}")
    case = Case(text, "undecided", answer=answer, payload=payload)
    try:
        verdict = verifier(case.claim, Tools(worker))
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    assert verdict.outcome in {"valid", "invalid", "undecided"}
    assert verdict.outcome == "valid" or verdict.evidence
    assert len(verdict.evidence) < 5_000
    return verdict.outcome


@pytest.mark.parametrize("name", NAMES)
def test_handmade_strings_end_in_a_verdict_in_time(name: str, worker: Worker) -> None:
    # The first call loads what it needs; an integral is what our own reader leaves to the worker.
    judge(name, r"\boxed{\int_0^1 x dx}", worker)
    for text in hostile.handmade():
        for variant in hostile.wrapped(text):
            began, used = time.monotonic(), time.thread_time()
            judge(name, variant, worker)
            assert time.thread_time() - used < OWN_S, variant[:80]
            assert time.monotonic() - began < LATEST_S, variant[:80]


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=N_GENERATED,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(text=hostile.generated)
def test_generated_strings_end_in_a_verdict(name: str, text: str, worker: Worker) -> None:
    judge(name, text, worker)


@pytest.mark.parametrize("name", NAMES)
def test_no_string_is_executed(name: str, worker: Worker, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for text in hostile.canaries(canary):
        for variant in hostile.wrapped(text):
            judge(name, variant, worker)
            judge(name, r"\boxed{x}", worker, answer=variant)
            assert not canary.exists(), variant


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_our_process_evaluates_text(
    name: str, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(name, r"\boxed{x}", worker)
    called: list[str] = []

    def forbidden(source: object, *_: object, **__: object) -> None:
        called.append(repr(source)[:80])

    sympy = importlib.import_module("sympy")
    parser = importlib.import_module("sympy.parsing.sympy_parser")
    monkeypatch.setattr(sympy, "sympify", forbidden)
    monkeypatch.setattr(parser, "parse_expr", forbidden)
    monkeypatch.setattr(builtins, "eval", forbidden)
    monkeypatch.setattr(builtins, "exec", forbidden)
    for text in (*hostile.POWERS, *hostile.ODD, "2 + 3 = 5", "x^2 + 2x"):
        judge(name, rf"\boxed{{{text}}}", worker)
    assert called == []


EVALUATORS = {"eval", "exec", "compile", "sympify", "parse_expr", "sympy", "math_verify"}
WORKER_ONLY = {"math_verify_worker.py", "reasoning_gym_worker.py"}
# They run inside a sandbox: a guard's warm-up and its programs, and the hosts of programs.
SANDBOX_ONLY = (
    "guard/birth.py",
    "guard/program.py",
    "hosts/candidate_host.py",
    "hosts/tests_host.py",
    "tool_path/session_host.py",
)


def test_no_module_of_ours_names_an_evaluator_outside_workers_and_sandboxes() -> None:
    packages = (
        stepsmith.pipelines,
        stepsmith.sandboxes,
        stepsmith.schemas,
        stepsmith.transforms,
    )
    modules = [path for package in packages for root in package.__path__
               for path in Path(root).rglob("*.py")]  # fmt: skip
    assert len(modules) > 20
    for path in modules:
        if path.name not in WORKER_ONLY and not path.as_posix().endswith(SANDBOX_ONLY):
            assert not EVALUATORS & names_in(ast.parse(path.read_text())), path


def names_in(tree: ast.AST) -> set[str]:
    """Return the names that are called, imported, or imported by a string."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names.add(node.func.id)
            names.update(str(a.value) for a in node.args if isinstance(a, ast.Constant))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names.add("" if node.func.attr == "compile" else node.func.attr)
            names.update(str(a.value) for a in node.args if isinstance(a, ast.Constant))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.name.partition(".")[0] for alias in node.names)
            names.add((getattr(node, "module", None) or "").partition(".")[0])
    return names
