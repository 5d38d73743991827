"""The records every layer speaks: problems, steps, trajectories, claims, verdicts, labels.

All of them are frozen, keyword-only and made of plain values, so that a record is a dictionary
key, pickles by reference and encodes to the same bytes everywhere.
"""

import dataclasses
from typing import Literal, TypeVar

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.facts import Counterfactual, Evidence

Outcome = Literal["valid", "invalid", "undecided"]
StepKind = Literal["think", "query", "retrieval", "code", "action", "observation", "answer"]
Origin = Literal["rollout", "tree", "mutation", "counterfactual", "repair", "reference"]
FinishReason = Literal["stop", "length", "empty", "given"]
PairKind = Literal["step", "solution"]
EditKind = Literal["mutation", "refactoring", "teacher"]
LabelScope = Literal["fixed_suffix", "any_completion"]
JudgementKind = Literal[
    "pass",
    "wrong_answer",
    "error",
    "timeout",
    "resource",
    "crash",
    "protocol_violation",
    "unjudgeable",
    "tests_error",
    "sandbox_error",
]
ExecOutcome = Literal[JudgementKind, "compile_error"]
Stage = Literal["source", "search", "verify", "label"]

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One problem, with the answer that a solution is checked against.

    `id` is unique within a run and decides the shard. `group_id` ties variants of one problem
    together, so that they can be split as one. `payload` is JSON: whatever the problem's own
    verifier needs (tests, facts, a generator's entry); `read_payload` decodes it into a type.
    """

    id: str
    prompt: str
    group_id: str = ""
    source: str = ""
    domain: str = ""
    answer: str | None = None
    payload: str = "{}"

    def read_payload(self, kind: type[T]) -> T:
        """Decode the payload; raises `msgspec.ValidationError` where it does not fit `kind`."""
        return msgspec.json.decode(self.payload, type=known(kind))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step, exactly as it was written: joining the steps' texts gives back the solution.

    `token_start` and `token_end` are a half-open span over the reply's own tokens, known only
    where the engine returned its tokens. `logprob` is the sum over them, at most 0, where it
    returned those too.
    """

    text: str
    kind: StepKind = "think"
    token_start: int | None = None
    token_end: int | None = None
    logprob: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How a reply was drawn. `stop` strings end a reply and are not part of it."""

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Trajectory:
    """A solution: the steps, the answer read from them, and where it came from.

    `finish_reason` "length" marks a reply that was cut and "empty" a blank one: both are invalid
    input and never a wrong answer; "given" was not sampled at all. `parent_id` and `branch_step`
    say which trajectory's first `branch_step` steps this one continues.
    """

    id: str
    problem_id: str
    steps: tuple[Step, ...]
    answer: str | None = None
    finish_reason: FinishReason = "stop"
    parent_id: str | None = None
    branch_step: int | None = None
    origin: Origin = "rollout"
    policy: str = ""
    sampling: Sampling | None = None
    seed: int | None = None
    sample_index: int | None = None

    @property
    def text(self) -> str:
        """The whole solution, as written."""
        return "".join([step.text for step in self.steps])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """All that a verifier may see: the problem, the steps before, and the step in question."""

    problem: Problem
    step: Step
    prior: tuple[Step, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one verifier says of one claim, and why.

    `undecided` is the verdict on every failure (a deadline, a parser that gave up, an unreachable
    server): a failure is never a label. `score` is the verifier's own number, if it has one.
    `cost` is counted in tokens a judge spent; tools cost 0.
    """

    outcome: Outcome
    verifier: str = ""
    version: str = ""
    score: float | None = None
    evidence: str = ""
    cost: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class StepLabel:
    """The two labels of a step, and every signal they were made from.

    `correct`: is this step itself right? `value`: the chance, in [0, 1], that the right answer is
    still reached from here. They disagree often and either may be null. Of `n_rollouts`
    completions from this prefix, `n_correct` reached the answer, `n_undecided` could not be
    judged (truncated, empty, no answer) and are in no rate, and `n_distinct` differ in their text.
    """

    correct: bool | None = None
    correct_prob: float | None = None
    value: float | None = None
    n_rollouts: int | None = None
    n_correct: int | None = None
    n_undecided: int | None = None
    n_distinct: int | None = None
    advantage: float | None = None
    source: str | None = None
    verdicts: tuple[Verdict, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class LabelledTrajectory:
    """One row of the data set: a trajectory, its outcome, one label a step, and the decision.

    `first_error` is the 0-based index of the first wrong step over all steps, or null when none
    is known. `first_error_prob` is the labeler's confidence, in [0, 1], in what `first_error` says:
    that step, or where it is null that there is no wrong step; null where it has no such number.
    `keep=False` rows stay in the data with their `drop_reason`.
    """

    problem: Problem
    trajectory: Trajectory
    outcome: Verdict
    labels: tuple[StepLabel, ...]
    first_error: int | None = None
    first_error_prob: float | None = None
    keep: bool = True
    drop_reason: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One node of a search tree: a prefix of a solution, and what the search knows of it.

    `text` is the edge that leads here, exactly as written: the steps [`start`, `end`) of the
    trajectory `trajectory_id`, which may be several (a bisection does not visit every prefix). The
    root has no parent, no text and `end` 0. `value` is the strategy's own (a share of rollouts in
    [0, 1], or Q in [-1, 1]) and `prior` the policy's probability of the step; either may be null.
    Of `n_rollouts` completions from here, `n_correct` reached the answer and `n_undecided` could
    not be judged. `outcome` is set where a solution ends. `chosen` nodes lie on the path that the
    search settled on.
    """

    id: str
    problem_id: str
    parent_id: str | None = None
    trajectory_id: str | None = None
    start: int = 0
    end: int = 0
    text: str = ""
    visits: int = 0
    value: float | None = None
    prior: float | None = None
    n_rollouts: int | None = None
    n_correct: int | None = None
    n_undecided: int | None = None
    outcome: Outcome | None = None
    chosen: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two continuations of one prefix, and how surely the first is the better one.

    `chosen` and `rejected` follow `prefix`, the text of the first `branch_step` steps, which both
    trajectories share. `preference` is the probability, in [0.5, 1], that `chosen` is better.
    `kind` says whether they are single steps or go on to the end.
    """

    id: str
    problem_id: str
    prompt: str
    prefix: str
    chosen: str
    rejected: str
    preference: float
    kind: PairKind
    branch_step: int = 0
    chosen_id: str | None = None
    rejected_id: str | None = None
    source: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Mutation:
    """One edit of a program that passes its tests, and what running the edited program showed.

    `id` is that of its trajectory. `before` are the statements of the reference that the edit
    touches, whole, and `after` what stands in their place; `prefix` is the program before them,
    from the solution's first character on: (`prompt`, `prefix` + `after`, `label`) is a sample.
    `line_index` is the step, from 0, and `line` the line of the whole program, from 1, in which the
    first changed character stands. `flaw` is the PRMBench class of the error, if one fits.

    `label` is what execution says of the edited line: null for what is no fact of the program. Its
    `label_scope` is the reference's own remaining lines, or any of `n_completions` ways to go on.
    A mutation that `survived` passed every test. `tests` and `image` are digests of the tests and
    of the interpreter, `isolation` the level of the walls.
    """

    id: str
    problem_id: str
    operator: str
    op_kind: EditKind
    flaw: str | None = None
    line_index: int
    line: int
    prompt: str
    prefix: str
    before: str
    after: str
    exec_outcome: ExecOutcome
    failing_test: str | None = None
    expected: str | None = None
    got: str | None = None
    error: str | None = None
    label: bool | None = None
    label_scope: LabelScope = "fixed_suffix"
    survived: bool | None = None
    n_completions: int = 0
    n_completions_passed: int = 0
    image: str = ""
    isolation: str = ""
    tests: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rollout:
    """One reply of the policy, as it was paid for: a row of the `rollouts` table.

    `path` names the question within the problem's search, `sample_index` the draw: together with
    the sampling they key the reply, so that k samples of one prompt stay k samples.
    `prefix` is the text of the steps that the reply continues. `logprob` is the sum over the
    reply's tokens where the engine returned it.
    """

    problem_id: str
    path: str
    sample_index: int
    seed: int
    policy: str
    sampling: Sampling
    prefix: str
    text: str
    finish_reason: FinishReason
    n_prompt_tokens: int | None = None
    n_tokens: int | None = None
    logprob: float | None = None
    tokens: tuple[str, ...] | None = None
    token_logprobs: tuple[float, ...] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ErrorRecord:
    """Something that could not be processed: where it stood, why, and the input itself."""

    stage: Stage
    kind: str
    message: str
    problem_id: str | None = None
    location: str | None = None
    line: int | None = None
    field: str | None = None
    input: str = ""


RECORDS: tuple[type, ...] = (
    Problem,
    Step,
    Sampling,
    Trajectory,
    Claim,
    Verdict,
    StepLabel,
    LabelledTrajectory,
    Node,
    Pair,
    Mutation,
    Counterfactual,
    Evidence,
    Rollout,
    ErrorRecord,
)
"""Every record type, for what must hold of them all (codec, coders, golden files)."""
