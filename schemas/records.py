"""The records every layer speaks: problems, steps, trajectories, claims, verdicts, labels.

All of them are frozen, keyword-only and made of plain values, so that a record is a dictionary
key, pickles by reference and encodes to the same bytes everywhere.
"""

import dataclasses
from typing import Literal, TypeVar

import msgspec

Outcome = Literal["valid", "invalid", "undecided"]
StepKind = Literal["think", "query", "retrieval", "code", "action", "observation", "answer"]
Origin = Literal["rollout", "tree", "mutation", "counterfactual", "repair", "reference"]
FinishReason = Literal["stop", "length", "empty", "given"]
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
        return msgspec.json.decode(self.payload, type=kind)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step, exactly as it was written: joining the steps' texts gives back the solution.

    `token_start` and `token_end` are a half-open span over the reply's own tokens, known only
    where the engine returned its tokens.
    """

    text: str
    kind: StepKind = "think"
    token_start: int | None = None
    token_end: int | None = None


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
        return "".join(step.text for step in self.steps)


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
    is known. `keep=False` rows stay in the data with their `drop_reason`.
    """

    problem: Problem
    trajectory: Trajectory
    outcome: Verdict
    labels: tuple[StepLabel, ...]
    first_error: int | None = None
    keep: bool = True
    drop_reason: str | None = None


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
    Rollout,
    ErrorRecord,
)
"""Every record type, for what must hold of them all (codec, coders, golden files)."""
