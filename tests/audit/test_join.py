"""Joining a data set with labels: the same steps of the same problem, and what is left over."""

import dataclasses
from collections.abc import Mapping

from stepsmith.pipelines.audit import HumanLabelled, Opinion
from stepsmith.pipelines.audit.join import CORRECT, FIRST_ERROR, from_labels, from_run, join
from stepsmith.schemas import LabelledTrajectory, StepLabel, Verdict
from tests.format.solutions import STEPS, solution

PROMPT = "Add 2 and 3, then double."


def _human(**changes: object) -> HumanLabelled:
    plain = HumanLabelled(
        id="elsewhere",
        problem=PROMPT,
        steps=tuple(text.rstrip("\n") for text in STEPS),
        known=(True, False, None),
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def test_a_row_is_found_by_its_steps_and_the_text_of_its_problem() -> None:
    found = join(from_run([solution()]), [_human()])
    [question] = found.questions
    assert question.solution == _human()
    assert question.problem.answer == "10"  # the run's own, payload and all
    assert [step.text for step in question.steps] == list(STEPS)
    assert (found.n_candidates, found.unjoined, found.n_unused) == (1, {}, 0)


def test_an_id_joins_where_the_texts_of_the_problem_differ() -> None:
    for name in ("p", "p/solve#0"):
        human = _human(id=name, problem="Q: add, then double")
        assert len(join(from_run([solution()]), [human]).questions) == 1


def test_what_does_not_join_is_counted_by_reason() -> None:
    rows = [
        solution(),
        solution(texts=("2 + 3 = 6\n", *STEPS[1:])),
        solution(texts=STEPS[:2], correct=(True, False)),
    ]
    other = _human(id="another", problem="Halve 4.", steps=("2",), known=(True,))
    found = join(from_run(rows), [_human(), other])
    assert len(found.questions) == 1
    assert found.unjoined == {"nobody labelled these steps of the problem": 2}
    assert found.n_unused == 1
    stranger = join(from_run([solution()]), [other])
    assert stranger.unjoined == {"nobody labelled the problem": 1}


def test_the_same_steps_of_another_problem_do_not_join() -> None:
    assert not join(from_run([solution()]), [_human(problem="Another.")]).questions


def test_several_rows_may_be_the_same_solution() -> None:
    found = join(from_run([solution(), solution(id="p/solve#1")]), [_human()])
    assert len(found.questions) == 2
    assert found.n_unused == 0


def _judged_row() -> LabelledTrajectory:
    row = solution((True, False, None))
    holds = Verdict(outcome="undecided", verifier="math.gone", evidence="words: 1 equation holds")
    wrong = Verdict(outcome="invalid", verifier="math.gone", evidence="10 is not 11")
    labels = (
        StepLabel(correct=True, verdicts=(holds,)),
        StepLabel(correct=False, verdicts=(wrong,)),
        StepLabel(),
    )
    return dataclasses.replace(row, labels=labels, first_error=0)


def test_a_run_brings_its_verdicts_also_of_verifiers_that_are_not_installed() -> None:
    [recorded] = join(from_run([_judged_row()]), [_human()]).recorded
    opinion = recorded["math.gone"]
    assert [verdict.outcome for verdict in opinion.verdicts] == [
        "undecided",
        "invalid",
        "undecided",
    ]
    assert opinion.verdicts[2].evidence == "not asked"
    assert opinion.checked == (True, True, False)


def test_a_run_brings_its_labels_and_its_first_error_apart() -> None:
    [question] = join(from_run([_judged_row()]), [_human()]).questions
    assert question.labels[CORRECT].flags == (1,)
    assert question.labels[FIRST_ERROR].flags == (0,)
    outcomes = [verdict.outcome for verdict in question.labels[FIRST_ERROR].verdicts]
    assert outcomes == ["invalid", "undecided", "undecided"]


def test_a_run_that_knows_no_first_error_says_nothing() -> None:
    [question] = join(from_run([solution((None, None, None))]), [_human()]).questions
    assert question.labels[FIRST_ERROR].flags == ()
    assert not any(question.labels[FIRST_ERROR].checked)


def test_verdicts_of_rows_that_nobody_labelled_are_not_looked_at() -> None:
    def explode() -> Mapping[str, Opinion]:
        raise AssertionError

    [candidate] = from_run([solution(texts=("unlabelled",), correct=(None,))])
    unlabelled = dataclasses.replace(candidate, recorded=explode)
    assert join([unlabelled], [_human()]).n_candidates == 1


def test_another_file_of_labels_can_be_audited() -> None:
    claimed = _human(id="model", known=(True, True, False))
    [question] = join(from_labels([claimed]), [_human()]).questions
    assert question.solution.known == (True, False, None)
    assert question.labels[CORRECT].flags == (2,)
