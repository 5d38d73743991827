"""Hypothesis strategies for records."""

from typing import get_args

from hypothesis import strategies as st

from stepsmith.schemas import (
    Claim,
    Counterfactual,
    ErrorRecord,
    Evidence,
    LabelledTrajectory,
    Mutation,
    Node,
    Pair,
    Problem,
    Rollout,
    Sampling,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.schemas.facts import (
    EvidenceBlock,
    EvidenceOrigin,
    EvidencePool,
    EvidenceSafety,
    ModifierOrigin,
)

text = st.text(st.characters(codec="utf-8"), max_size=20)
floats = st.floats(allow_nan=False)
counts = st.integers(0, 2**40)
shares = st.floats(0, 1)
outcomes = st.sampled_from(("valid", "invalid", "undecided"))
finish_reasons = st.sampled_from(("stop", "length", "empty", "given"))


problems = st.builds(
    Problem, id=text, prompt=text, group_id=text, source=text, domain=text, answer=st.none() | text
)
steps = st.builds(
    Step,
    text=text,
    kind=st.sampled_from(("think", "code", "answer")),
    token_start=st.none() | counts,
    token_end=st.none() | counts,
    logprob=st.none() | floats,
)
samplings = st.builds(
    Sampling,
    temperature=shares,
    top_p=shares,
    max_tokens=counts,
    stop=st.lists(text, max_size=3).map(tuple),
)
verdicts = st.builds(
    Verdict,
    outcome=outcomes,
    verifier=text,
    version=text,
    score=st.none() | floats,
    evidence=text,
    cost=counts,
)
labels = st.builds(
    StepLabel,
    correct=st.none() | st.booleans(),
    correct_prob=st.none() | shares,
    value=st.none() | shares,
    n_rollouts=st.none() | counts,
    n_correct=st.none() | counts,
    n_undecided=st.none() | counts,
    n_distinct=st.none() | counts,
    advantage=st.none() | floats,
    source=st.none() | text,
    verdicts=st.lists(verdicts, max_size=2).map(tuple),
)
nodes = st.builds(
    Node,
    id=text,
    problem_id=text,
    parent_id=st.none() | text,
    trajectory_id=st.none() | text,
    start=counts,
    end=counts,
    text=text,
    visits=counts,
    value=st.none() | floats,
    prior=st.none() | shares,
    n_rollouts=st.none() | counts,
    n_correct=st.none() | counts,
    n_undecided=st.none() | counts,
    outcome=st.none() | st.sampled_from(("valid", "invalid", "undecided")),
    chosen=st.booleans(),
)
pairs = st.builds(
    Pair,
    id=text,
    problem_id=text,
    prompt=text,
    prefix=text,
    chosen=text,
    rejected=text,
    preference=shares,
    kind=st.sampled_from(("step", "solution")),
    branch_step=counts,
    chosen_id=st.none() | text,
    rejected_id=st.none() | text,
    source=text,
)
mutations = st.builds(
    Mutation,
    id=text,
    problem_id=text,
    operator=text,
    op_kind=st.sampled_from(("mutation", "refactoring", "teacher")),
    flaw=st.none() | text,
    line_index=counts,
    line=counts,
    prompt=text,
    prefix=text,
    before=text,
    after=text,
    exec_outcome=st.sampled_from(("pass", "wrong_answer", "timeout", "compile_error")),
    failing_test=st.none() | text,
    expected=st.none() | text,
    got=st.none() | text,
    error=st.none() | text,
    label=st.none() | st.booleans(),
    label_scope=st.sampled_from(("fixed_suffix", "any_completion")),
    survived=st.none() | st.booleans(),
    n_completions=counts,
    n_completions_passed=counts,
    image=text,
    isolation=text,
    tests=text,
)
counterfactuals = st.builds(
    Counterfactual,
    id=text,
    problem_id=text,
    kind=text,
    flaw=st.none() | text,
    fault=text,
    safety=text,
    check=text,
    chance=st.none() | floats,
    hop=counts,
    n_hops=counts,
    step_index=counts,
    continuation=text,
    prompt=text,
    prefix=text,
    before=text,
    after=text,
    before_fact=st.none() | text,
    after_fact=st.none() | text,
    label=st.none() | st.booleans(),
    graph=text,
)
evidence = st.builds(
    Evidence,
    id=text,
    problem_id=text,
    pair_group=text,
    block=st.sampled_from(get_args(EvidenceBlock)),
    pool=st.sampled_from(get_args(EvidencePool)),
    split=text,
    case_id=text,
    case=text,
    evidence_id=text,
    evidence=text,
    claim=text,
    label=st.booleans(),
    finding=text,
    state=text,
    evidence_finding=text,
    evidence_state=text,
    evidence_origin=st.sampled_from(get_args(EvidenceOrigin)),
    modifier=st.none() | text,
    modifier_state=st.none() | text,
    modifier_origin=st.none() | st.sampled_from(get_args(ModifierOrigin)),
    safety=st.sampled_from(get_args(EvidenceSafety)),
)
rollouts = st.builds(
    Rollout,
    problem_id=text,
    path=text,
    sample_index=counts,
    seed=counts,
    policy=text,
    sampling=samplings,
    prefix=text,
    text=text,
    finish_reason=finish_reasons,
    n_prompt_tokens=st.none() | counts,
    n_tokens=st.none() | counts,
    logprob=st.none() | floats,
    tokens=st.none() | st.lists(text, max_size=3).map(tuple),
    token_logprobs=st.none() | st.lists(floats, max_size=3).map(tuple),
)
errors = st.builds(
    ErrorRecord,
    stage=st.sampled_from(("source", "search", "verify", "label")),
    kind=text,
    message=text,
    problem_id=st.none() | text,
    location=st.none() | text,
    line=st.none() | counts,
    field=st.none() | text,
    input=text,
)


@st.composite
def trajectories(draw: st.DrawFn, problem_id: str = "p") -> Trajectory:
    """Draw a trajectory of one problem."""
    return Trajectory(
        id=draw(text),
        problem_id=problem_id,
        steps=tuple(draw(st.lists(steps, max_size=4))),
        answer=draw(st.none() | text),
        finish_reason=draw(finish_reasons),
        parent_id=draw(st.none() | text),
        branch_step=draw(st.none() | counts),
        origin=draw(st.sampled_from(("rollout", "tree", "mutation"))),
        policy=draw(text),
        sampling=draw(st.none() | samplings),
        seed=draw(st.none() | counts),
        sample_index=draw(st.none() | counts),
    )


@st.composite
def labelled_trajectories(draw: st.DrawFn) -> LabelledTrajectory:
    """Draw a row: as many labels as steps."""
    problem = draw(problems)
    trajectory = draw(trajectories(problem.id))
    return LabelledTrajectory(
        problem=problem,
        trajectory=trajectory,
        outcome=draw(verdicts),
        labels=tuple(draw(labels) for _ in trajectory.steps),
        first_error=draw(st.none() | counts),
        first_error_prob=draw(st.none() | shares),
        keep=draw(st.booleans()),
        drop_reason=draw(st.none() | text),
    )


claims = st.builds(
    Claim, problem=problems, step=steps, prior=st.lists(steps, max_size=2).map(tuple)
)


def records() -> st.SearchStrategy[object]:
    """Draw any record."""
    return st.one_of(
        problems,
        steps,
        samplings,
        trajectories(),
        claims,
        verdicts,
        labels,
        labelled_trajectories(),
        rollouts,
        nodes,
        pairs,
        mutations,
        counterfactuals,
        evidence,
        errors,
    )
