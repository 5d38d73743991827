"""Putting the steps of labelled solutions to verifiers: in threads, in order, with a pool."""

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.judge_worker import TARGET, Task, read_opinions
from stepsmith.pipelines.audit.opinion import Opinion, form_opinion
from stepsmith.sandboxes import shared_pool
from stepsmith.schemas.errors import UnknownNameError
from stepsmith.schemas.records import Problem, Step
from stepsmith.transforms.verify import Tools, Verifier, ask, get_verifier

STEP_VERIFIERS = ("math.arithmetic", "math.identity", "math.derivation", "math.number")
"""The verifiers that judge steps, where none are named and as far as they are installed."""

Progress = Callable[[int, int], None]
"""Is told how many solutions of how many have been judged."""

_DEADLINE_S = 10.0
_MORE_S = 0.2
"""A step may take long, all steps of a solution hardly: for each one more the call gets this."""

_UNKNOWN = f"error: {UnknownNameError.__name__}:"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A solution, what is known of its steps, and what was said of them.

    `opinions` are the verifiers', by name. `labels` are other labels of the same steps, such as
    those that a run made of the verdicts; they are scored beside the verifiers.
    """

    solution: HumanLabelled
    opinions: Mapping[str, Opinion]
    labels: Mapping[str, Opinion] = dataclasses.field(default_factory=dict[str, Opinion])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A solution as a verifier is to see it, and what is known of its steps."""

    solution: HumanLabelled
    problem: Problem
    steps: tuple[Step, ...]
    labels: Mapping[str, Opinion] = dataclasses.field(default_factory=dict[str, Opinion])


def judge_solutions(
    solutions: Iterable[HumanLabelled],
    verifiers: Sequence[str],
    tools: Tools | None = None,
    threads: int | None = None,
    *,
    progress: Progress | None = None,
) -> list[Judged]:
    """Put every step of every solution to every verifier; the order stays.

    A step is judged after all the steps before it, as in a run, in the worker processes of `tools`
    (this process's shared ones if none are given): a verifier that hangs or breaks leaves its
    step undecided, and no other. `threads` is how many solutions are judged at a time (two a
    core). Raises `UnknownNameError` for an unknown verifier.
    """
    questions = []
    for solution in solutions:
        problem, steps = solution.claimed
        questions.append(Question(solution=solution, problem=problem, steps=steps))
    return judge_questions(questions, verifiers, tools, threads, progress=progress)


def judge_questions(
    questions: Sequence[Question],
    verifiers: Sequence[str],
    tools: Tools | None = None,
    threads: int | None = None,
    *,
    progress: Progress | None = None,
) -> list[Judged]:
    """Judge as `judge_solutions` does, the problems and steps as they are given."""
    asked = [get_verifier(name) for name in verifiers]
    tools = Tools(shared_pool()) if tools is None else tools
    for verifier in asked:
        tools.prepare(verifier)
    at_a_time = threads or 2 * len(os.sched_getaffinity(0))
    judged: list[Judged] = []
    executor = ThreadPoolExecutor(at_a_time, thread_name_prefix="audit")
    try:
        for each in executor.map(partial(_judge, verifiers=asked, tools=tools), questions):
            judged.append(each)
            if progress is not None:
                progress(len(judged), len(questions))
    finally:
        # Whoever interrupts does not wait for all that is still in line.
        executor.shutdown(cancel_futures=True)
    return judged


def _judge(question: Question, *, verifiers: Sequence[Verifier], tools: Tools) -> Judged:
    task = Task(
        verifiers=tuple(each.name for each in verifiers if each.needs is None),
        problem=question.problem,
        steps=question.steps,
        start=0,
        stop=len(question.steps),
    )
    inside = _ask(task, tools) if task.verifiers and task.steps else {}
    return Judged(
        solution=question.solution,
        opinions={
            each.name: inside.get(each.name) or form_opinion(each, task.claims, tools)
            for each in verifiers
        },
        labels=question.labels,
    )


def _ask(task: Task, tools: Tools) -> Mapping[str, Opinion]:
    """Judge in the worker. Where that fails, ask again about each step alone."""
    payload = msgspec.msgpack.encode(task)
    verdicts = len(task.verifiers) * (task.stop - task.start)
    deadline_s = _DEADLINE_S + _MORE_S * (verdicts - 1)
    reply = ask(tools.worker, TARGET, payload, deadline_s=deadline_s)
    if isinstance(reply, bytes):
        return dict(zip(task.verifiers, read_opinions(reply), strict=True))
    first, *others = task.verifiers
    if others:
        alone = [dataclasses.replace(task, verifiers=(name,)) for name in task.verifiers]
        return {name: opinion for each in alone for name, opinion in _ask(each, tools).items()}
    verifier = get_verifier(first)
    if reply.evidence.startswith(_UNKNOWN):
        # It is registered in this process alone, as in a notebook.
        return {first: form_opinion(verifier, task.claims, tools)}
    if task.stop - task.start > 1:
        each_step = (
            _ask(dataclasses.replace(task, start=index, stop=index + 1), tools)[first]
            for index in range(task.start, task.stop)
        )
        return {first: _joined(list(each_step))}
    named = dataclasses.replace(reply, verifier=first, version=verifier.version)
    return {first: Opinion(verdicts=(named,), checked=(False,))}


def _joined(opinions: Sequence[Opinion]) -> Opinion:
    return Opinion(
        verdicts=tuple(verdict for each in opinions for verdict in each.verdicts),
        checked=tuple(checked for each in opinions for checked in each.checked),
    )
