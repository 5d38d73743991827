"""What must hold between the columns of a run's tables, whoever made them: docs/schema.md as rules.

Each rule yields a sentence for each thing that it finds wrong.
"""

import collections
from collections.abc import Callable, Iterator, Sequence

from stepsmith.schemas import Claim, LabelledTrajectory, Node, Outcome, Pair, StepLabel, Trajectory
from stepsmith.transforms.format import FORMATS, LeftOut
from stepsmith.transforms.label.base import VALUES
from stepsmith.transforms.search import SearchResult
from tests.label.odd_policy import PROBLEM, judge_end

Wrongs = Iterator[str]


def first_error_agrees(row: LabelledTrajectory) -> Wrongs:
    corrects = [label.correct for label in row.labels]
    if row.first_error is not None:
        if not 0 <= row.first_error < len(corrects) or corrects[row.first_error] is not False:
            yield "the first error is not labelled wrong"
        elif corrects.index(False) != row.first_error:
            yield "a step before the first error is labelled wrong"
    if row.first_error_prob is not None:
        if not 0.5 <= row.first_error_prob <= 1:
            yield "what is said of the first error is not above even odds"
        if row.first_error is None and False in corrects:
            yield "no step is wrong with a probability, and one is labelled wrong"


def sources_said_it(row: LabelledTrajectory) -> Wrongs:
    for label in row.labels:
        said = {(verdict.verifier, verdict.outcome) for verdict in label.verdicts}
        wanted: Outcome = "valid" if label.correct else "invalid"
        if label.source == "conflict":
            if label.correct is not None:
                yield "a conflict has a label"
        elif (label.correct is None) != (label.source is None):
            yield "a label without a source, or a source without a label"
        elif label.source in dict(said) and (label.source, wanted) not in said:
            yield "the source did not say so"


def labels_have_evidence(row: LabelledTrajectory) -> Wrongs:
    for label in row.labels:
        judged = (label.n_rollouts or 0) - (label.n_undecided or 0)
        if label.source == "monte_carlo":
            if not judged:
                yield "completions decide, and none could be judged"
            if label.correct and not label.n_correct:
                yield "right by completions of which none is right"
            if label.correct is False and label.n_correct == judged:
                yield "wrong by completions that are all right"
        if label.source == "outcome" and row.outcome.outcome == "undecided":
            yield "the outcome decides, and is undecided"


def probabilities_agree(row: LabelledTrajectory) -> Wrongs:
    for label in row.labels:
        prob, tools = label.correct_prob, {verdict.verifier for verdict in label.verdicts}
        # A tool's word on a step behind the first error is of that step alone.
        if prob is None or label.correct is None or label.source in tools:
            continue
        if prob < 0.5 if label.correct else prob > 0.5 + 1e-9:
            yield f"a step is labelled {label.correct} and right with probability {prob}"


def failures_are_no_labels(row: LabelledTrajectory) -> Wrongs:
    own = row.trajectory
    if own.finish_reason in ("length", "empty"):
        if row.keep or row.outcome.outcome != "undecided":
            yield "a reply that was cut or blank is kept, or its end decided"
        if row.first_error is None and row.first_error_prob is not None:
            yield "nothing is wrong with a probability in a reply that was cut or blank"
        if len(own.steps) > (own.branch_step or 0) and row.labels[-1].correct is not None:
            yield "the step in which a reply was cut is labelled"
    for step, label in zip(own.steps, row.labels, strict=True):
        if step.kind == "observation" and label.correct is not label.correct_prob:
            yield "an observation is labelled"


def keep_has_a_reason(row: LabelledTrajectory) -> Wrongs:
    if row.keep != (row.drop_reason is None):
        yield f"keep is {row.keep} and the reason {row.drop_reason}"


def counts_add_up(record: StepLabel | Node) -> Wrongs:
    counts = (record.n_rollouts, record.n_correct, record.n_undecided)
    known = [count for count in counts if count is not None]
    if len(known) not in (0, 3):
        yield "some counts are null"
    if known and (min(known) < 0 or known[1] + known[2] > known[0]):
        yield f"the counts {known} do not add up"
    distinct = record.n_distinct if isinstance(record, StepLabel) else None
    if distinct is not None and not 1 <= distinct <= (record.n_rollouts or 0):
        yield f"{distinct} of {record.n_rollouts} are distinct"


def value_is_the_share(record: StepLabel | Node) -> Wrongs:
    if record.n_rollouts is None:
        return
    judged = record.n_rollouts - (record.n_undecided or 0)
    share = (record.n_correct or 0) / judged if judged else None
    if record.value != share:
        yield f"the value is {record.value}, the share {share}"


def last_value_is_the_outcome(row: LabelledTrajectory) -> Wrongs:
    last = row.labels[-1].value if row.labels else None
    if last is not None and last != VALUES[row.outcome.outcome]:
        yield f"the last value is {last}, the outcome {row.outcome.outcome}"


RowRule = Callable[[LabelledTrajectory], Wrongs]

LABELLED: tuple[RowRule, ...] = (
    first_error_agrees,
    sources_said_it,
    labels_have_evidence,
    probabilities_agree,
    failures_are_no_labels,
    keep_has_a_reason,
)


def wrong_with_rows(rows: Sequence[LabelledTrajectory]) -> Wrongs:
    """Check labelled rows of one problem, and what exporters make of them."""
    said: dict[tuple[tuple[str, ...], bool], set[bool]] = collections.defaultdict(set)
    for row in rows:
        for rule in LABELLED:
            yield from rule(row)
        for name in ("trl", "processbench"):
            if not isinstance(FORMATS.get(name).value(row), LeftOut) and not row.keep:
                yield "a row that is not kept is exported"
        texts = tuple(step.text for step in row.trajectory.steps)
        for at, label in enumerate(row.labels):
            ends = at == len(texts) - 1 and row.trajectory.branch_step != len(texts)
            if label.correct is not None:
                said[texts[: at + 1], ends].add(label.correct)
    if any(len(each) > 1 for each in said.values()):
        yield "one prefix is right in one row and wrong in another"


def wrong_with_tables(
    result: SearchResult, drawn: Sequence[Trajectory], *, values_are_shares: bool
) -> Wrongs:
    """Check what a search made, before it is labelled."""
    labels = [label for row in result.rows for label in row.labels]
    for record in (*labels, *result.nodes):
        yield from counts_add_up(record)
        if values_are_shares:
            yield from value_is_the_share(record)
    if values_are_shares:
        for row in result.rows:
            yield from last_value_is_the_outcome(row)
    known = {one.id: one for one in drawn}
    known |= {row.trajectory.id: row.trajectory for row in result.rows}
    errors = {row.trajectory.id: row.first_error for row in result.rows}
    for pair in result.pairs:
        yield from _wrong_with_pair(pair, known)
        error = errors.get(pair.rejected_id or "")
        if pair.source == "bisect" and error is not None:
            chosen, rejected = known[pair.chosen_id or ""], known[pair.rejected_id or ""]
            if chosen.steps[error].text == rejected.steps[error].text:
                yield "what is chosen takes the step that is blamed"


def _wrong_with_pair(pair: Pair, known: dict[str, Trajectory]) -> Wrongs:
    if pair.chosen == pair.rejected or not 0.5 < pair.preference <= 1:
        yield "a pair prefers nothing"
    sides: tuple[tuple[str | None, str, Outcome], ...] = (
        (pair.chosen_id, pair.chosen, "valid"),
        (pair.rejected_id, pair.rejected, "invalid"),
    )
    for name, text, outcome in sides:
        own = known[name or ""]
        if not own.text.startswith(pair.prefix + text):
            yield "a pair's text is not its trajectory's"
        if pair.kind == "solution":
            claim = Claim(problem=PROBLEM, prior=own.steps[:-1], step=own.steps[-1])
            if own.text != pair.prefix + text or judge_end(claim).outcome != outcome:
                yield f"one side of a pair is not {outcome} to its end"
