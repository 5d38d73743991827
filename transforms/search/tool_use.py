"""Solutions that run code on the way: Thought, Action (python), Observation, and again."""

import dataclasses
from collections.abc import Sequence
from random import Random

from stepsmith.sandboxes.contract import ExecutionResult
from stepsmith.schemas.options import Count, Natural
from stepsmith.schemas.records import (
    Problem,
    Step,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search.base import (
    Asking,
    Execute,
    Plan,
    Sample,
    SearchResult,
    draw,
    draw_each,
    execute_each,
    judge_outcomes,
    strategy,
    unlabelled_row,
)
from stepsmith.transforms.search.tool_path.cut import cut_at_code, is_closed
from stepsmith.transforms.search.tool_path.observation import is_error, observe
from stepsmith.transforms.search.tool_path.program import program_of_path
from stepsmith.transforms.text.answer import extract_answer

_RETRIES = 2
"""How often a program is run again that a busy machine did not let run."""


@strategy("tool_use", runs_programs=True)
def tool_use(
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    solutions: Count = 4,
    actions: Natural = 6,
    errors: Natural = 3,
    characters: Count = 1_000,
) -> Plan:
    """Sample solutions whose Python is run on the way, and whose output the policy goes on from.

    The form is that of AlphaMath (arXiv 2405.03553) and ToolComp: a thought, a block of code, what
    it printed. The policy writes until a block that is fenced as `python` ends; the block is run
    in a sandbox with the earlier ones of the path as its state, and what it printed, its last
    value or its error is appended as a step of kind "observation", which no policy wrote and
    which gets no label. A solution ends with a reply without code. One that has not after so many
    `actions`, or whose blocks fail more than `errors` times in a row, is `undecided`: that it
    takes long is no wrong answer. Observations are cut after so many `characters`.

    Observations are fenced as `output`, and the policy should be stopped where it begins one (the
    prompt `tool_use` does so): whatever it writes between its code and the output is dropped. State
    is made by running the earlier blocks again, so that the limits of the recipe's `[sandbox]` are
    those of a path up to the block. An error of a program is something to be observed; one of the
    sandbox is an error of the problem. The answer is looked for in the policy's own words, not in
    code or its output.
    """
    replies = yield from draw(Sample(path="solve", n=solutions))
    paths = [_Path(index=index, actions=actions, errors=errors) for index in range(len(replies))]
    for path, reply in zip(paths, replies, strict=True):
        path.take(reply)
    while waiting := [path for path in paths if path.waits_for_output]:
        results = yield from _run(problem, waiting)
        for path, result in zip(waiting, results, strict=True):
            path.see(result, characters)
        going = [path for path in waiting if not path.stopped_by]
        if going:
            for path, [reply] in zip(going, (yield from _continue(going)), strict=True):
                path.take(reply)
    outcomes = yield from _judge(problem, paths)
    rows = tuple(
        unlabelled_row(problem, path.trajectory, outcome)
        for path, outcome in zip(paths, outcomes, strict=True)
    )
    return SearchResult(rows=rows)


@dataclasses.dataclass(kw_only=True, eq=False)
class _Path:
    """One solution under way: its steps so far, and why it ended without an answer if it did."""

    index: int
    actions: int
    errors: int
    steps: tuple[Step, ...] = ()
    reply: Trajectory | None = None
    waits_for_output: bool = False
    stopped_by: str = ""
    n_actions: int = 0
    n_errors: int = 0

    def take(self, reply: Trajectory) -> None:
        """Take what the policy wrote, up to the end of its first block of code."""
        self.reply = reply
        new, has_code = cut_at_code(reply.steps[len(self.steps) :])
        # Read anew, an earlier step may count as stating an answer; what it is stays as it was.
        before = (
            dataclasses.replace(read, kind=step.kind)
            for read, step in zip(reply.steps, self.steps, strict=False)
        )
        self.steps = (*before, *new)
        if has_code and reply.finish_reason == "length" and not is_closed(new[-1]):
            has_code = False  # what was cut within its code is not what the policy meant to run
        if has_code and self.n_actions == self.actions:
            self.stopped_by = f"budget: {self.actions} actions, and no answer"
        self.waits_for_output = has_code and not self.stopped_by

    def see(self, result: ExecutionResult, characters: int) -> None:
        """Append what the block did."""
        self.n_actions += 1
        self.n_errors = self.n_errors + 1 if is_error(result) else 0
        self.steps = (*self.steps, observe(result, self.steps[-1], characters=characters))
        self.waits_for_output = False
        if self.n_errors > self.errors:
            self.stopped_by = f"errors: {self.n_errors} blocks failed in a row"

    @property
    def trajectory(self) -> Trajectory:
        """The solution, its steps marked by what they are."""
        assert self.reply is not None  # noqa: S101 - a path takes a reply before anything else
        words = [dataclasses.replace(step, kind="think") for step in words_of(self.steps)]
        found = extract_answer("".join(step.text for step in words))
        if found is None or self.stopped_by:
            answer, place = None, None
        else:
            answer, place = found.answer, _index_at(words, found.start)
        said = iter(
            dataclasses.replace(step, kind="answer") if index == place else step
            for index, step in enumerate(words)
        )
        steps = tuple(next(said) if _is_said(step) else step for step in self.steps)
        # Where a reply was cut behind its block, what is kept of it is whole.
        reason = "stop" if self.stopped_by else self.reply.finish_reason
        return dataclasses.replace(self.reply, steps=steps, answer=answer, finish_reason=reason)


def _is_said(step: Step) -> bool:
    return step.kind not in ("code", "observation")


def words_of(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return what the policy said, without its code and what that printed."""
    return tuple(filter(_is_said, steps))


def _index_at(steps: Sequence[Step], position: int) -> int | None:
    end = 0
    for index, step in enumerate(steps):
        end += len(step.text)
        if position < end:
            return index
    return None


def _run(problem: Problem, paths: Sequence[_Path]) -> Asking[Sequence[ExecutionResult]]:
    """Run the last block of each path; once more where the machine was too busy to let it run."""
    asks = [
        Execute(execution=program_of_path(path.steps, identity=f"{problem.id}/{path.index}"))
        for path in paths
    ]
    results = list((yield from execute_each(asks)))
    for _ in range(_RETRIES):
        starved = [at for at, each in enumerate(results) if each.outcome == "timeout_starved"]
        if not starved:
            break
        again = yield from execute_each([asks[at] for at in starved])
        for at, result in zip(starved, again, strict=True):
            results[at] = result
    return results


def _continue(paths: Sequence[_Path]) -> Asking[Sequence[tuple[Trajectory, ...]]]:
    return (
        yield from draw_each(
            [
                Sample(
                    path=f"solve/{path.index}/{path.n_actions}",
                    prefix=path.steps,
                    parent=path.reply.id if path.reply else None,
                )
                for path in paths
            ]
        )
    )


def _judge(problem: Problem, paths: Sequence[_Path]) -> Asking[Sequence[Verdict]]:
    """Judge the paths that ended by themselves, by the policy's words alone."""
    ended = [path for path in paths if not path.stopped_by]
    whole = [path.trajectory for path in ended]
    said = [dataclasses.replace(each, steps=words_of(each.steps)) for each in whole]
    verdicts = iter((yield from judge_outcomes(problem, said)))
    return [
        Verdict(outcome="undecided", verifier="reply", evidence=path.stopped_by)
        if path.stopped_by
        else next(verdicts)
        for path in paths
    ]
