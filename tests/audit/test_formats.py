"""Each form of labels: what its rows say, how it is guessed, and errors that help."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from stepsmith.pipelines.audit import HumanLabelled, open_labels, read_human
from stepsmith.pipelines.audit.formats import AUDIT_FORMATS
from stepsmith.schemas import ErrorRecord, RecipeError, UnknownNameError, UserError
from tests.audit import made

Write = Callable[..., str]


@pytest.fixture
def read_one(write: Write) -> Callable[..., HumanLabelled]:
    def read(row: dict[str, Any], form: str | None = None, **changes: Any) -> HumanLabelled:
        [only] = read_human(write([{**row, **changes}]), form)
        return only

    return read


Read = Callable[..., HumanLabelled]


def test_big_bench_mistake_knows_the_steps_up_to_the_mistake(read_one: Read) -> None:
    assert read_one(made.MISTAKE) == HumanLabelled(
        id="labels-00000001",
        problem="(1 + 2) * 3 =",
        steps=("1 + 2 = 3", "3 * 3 = 6", "So the answer is 6"),
        known=(True, False, None),
        answer="9",
        source="labels",
    )


def test_big_bench_mistake_without_a_mistake_is_right_throughout(read_one: Read) -> None:
    right = read_one(made.MISTAKE, mistake_index=None)
    assert right.known == (True, True, True)
    assert right.is_right
    assert right.first_error is None


def test_stepverify_takes_the_answer_from_the_last_line_of_the_reference(read_one: Read) -> None:
    student = read_one(made.STEPVERIFY)
    assert student.known == (False, None, None)
    assert student.first_error == 0
    assert student.answer == "5"


def test_mr_ben_counts_from_one_and_has_an_end_of_its_own(read_one: Read) -> None:
    solution = read_one(made.MR_BEN)
    assert solution.id == "q1/someone"
    assert solution.known == (True, False, None)
    assert solution.options == ("A: 20", "B: 14")
    assert solution.answer == "B"
    assert solution.source == "college_math"


def test_mr_ben_joins_the_items_that_stand_under_one_printed_number(read_one: Read) -> None:
    items = ["Look:", "Step 1: we multiply", "3 * 4 = 13", "Step 2: add", "Solution: 15"]
    steps = {"Model_Solution_Steps": items, "Model_Solution_First_Error_Step": "1"}
    joined = read_one(made.MR_BEN, **steps)
    assert joined.steps == ("Look:", "Step 1: we multiply\n3 * 4 = 13", "Step 2: add", items[-1])
    assert joined.known == (True, False, None, None)


def test_mr_ben_without_printed_numbers_counts_the_items(read_one: Read) -> None:
    steps = {"Model_Solution_Steps": ["12", "20"], "Model_Solution_First_Error_Step": "2"}
    assert read_one(made.MR_BEN, **steps).known == (True, False)


def test_mr_ben_leaves_open_which_of_two_steps_with_one_number_is_meant(read_one: Read) -> None:
    items = ["Step 1: a", "Step 1: b"]
    steps = {"Model_Solution_Steps": items, "Model_Solution_First_Error_Step": "1"}
    assert read_one(made.MR_BEN, **steps).known == (None, None)


@pytest.mark.parametrize("where", ["N/A", None, ""])
def test_a_solution_that_is_wrong_nobody_said_where_stays_unknown(
    read_one: Read, where: str | None
) -> None:
    lost = read_one(made.MR_BEN, Model_Solution_First_Error_Step=where)
    assert lost.known == (None, None, None)
    assert lost.first_error is None
    assert not lost.is_right


def test_mr_ben_that_is_correct_is_right_throughout(read_one: Read) -> None:
    fields = {"Model_Solution_Correctness": "correct", "Model_Solution_First_Error_Step": "N/A"}
    assert read_one(made.MR_BEN, **fields).is_right


@pytest.mark.parametrize(
    ("where", "known"),
    [
        ("    return x", (True, False)),
        ("return x", (True, False)),
        ("    return y", (None, None)),
    ],
)
def test_mr_ben_finds_the_wrong_line_of_a_program(
    read_one: Read, where: str, known: tuple[bool | None, ...]
) -> None:
    program = "def f(x):\n    return x"
    fields = {"Model_Solution_Steps": program, "Model_Solution_First_Error_Step": where}
    solution = read_one(made.MR_BEN, **fields)
    assert "".join(solution.steps) == program
    assert solution.known == known


def test_processbench_reads_minus_one_as_no_error(read_one: Read) -> None:
    assert read_one(made.PROCESSBENCH).known == (True, False, None)
    assert read_one(made.PROCESSBENCH).id == "gsm8k-7"
    assert read_one(made.PROCESSBENCH, label=-1).is_right


def test_prm800k_ratings_are_right_wrong_or_nothing(read_one: Read) -> None:
    assert read_one(made.prm800k(1, 0, -1)).known == (True, True, False)
    assert read_one(made.prm800k(1, 0, -1)).answer == "14"
    assert read_one(made.prm800k(1, None, 1)).known == (True, None, True)


def test_prm800k_error_after_an_unrated_step_may_not_be_the_first(read_one: Read) -> None:
    solution = read_one(made.prm800k(1, None, -1))
    assert solution.known == (True, None, False)
    assert solution.first_error is None


def test_prm800k_walks_along_what_was_chosen_or_written(read_one: Read) -> None:
    row = made.prm800k(1, 1, 1)
    first, second, _ = row["label"]["steps"]
    first["completions"].insert(0, {"text": "not taken", "rating": -1})
    first["chosen_completion"] = 1
    second.update(chosen_completion=None, human_completion={"text": "by hand", "rating": None})
    solution = read_one(row)
    assert solution.steps == ("step 0", "by hand", "step 2")
    assert solution.known == (True, True, True)


def test_prm800k_walk_that_ended_at_an_error_ends_in_the_wrong_completion(read_one: Read) -> None:
    row = made.prm800k(1, -1)
    row["label"]["steps"][1]["completions"].insert(0, {"text": "neither", "rating": None})
    assert read_one(row).steps == ("step 0", "step 1")
    assert read_one(row).known == (True, False)


def test_prm800k_steps_after_the_walk_follow_unrated(read_one: Read) -> None:
    row = made.prm800k(1, -1)
    row["question"]["pre_generated_steps"] = ["step 0", "step 1", "never seen"]
    assert read_one(row).steps == ("step 0", "step 1", "never seen")
    assert read_one(row).known == (True, False, None)
    row["question"]["pre_generated_steps"] = ["another", "walk", "never seen"]
    assert read_one(row).steps == ("step 0", "step 1")


def test_prm800k_says_nothing_of_an_unusable_problem(read_one: Read) -> None:
    assert read_one(made.prm800k(1, -1, finish_reason="bad_problem")).known == (None, None)


def test_prmbench_takes_the_first_of_the_injected_errors(read_one: Read) -> None:
    solution = read_one(made.PRMBENCH)
    assert solution.known == (True, False, None)
    assert solution.source == "circular"


def test_prmbench_original_chains_are_right_throughout(read_one: Read) -> None:
    assert read_one({"question": "2 + 3?", "steps": ["2 + 3 = 5"]}).is_right


@pytest.mark.parametrize(
    ("span", "known"),
    [
        ([0, 5], (False, None, None)),
        ([12, 23], (True, False, None)),  # from the line end before it
        ([13, 14], (True, False, None)),
        ([24, 25], (True, True, False)),
        (None, (True, True, True)),
    ],
)
def test_champ_spans_name_the_line_in_which_they_begin(
    read_one: Read, span: list[int] | None, known: tuple[bool | None, ...]
) -> None:
    solution = read_one(made.CHAMP, first_wrong_step=span)
    assert "".join(solution.steps) == made.CHAMP["solution"]
    assert solution.known == known


def test_gsm8k_lines_are_right_and_the_final_answer_is_no_step(read_one: Read) -> None:
    solution = read_one(made.GSM8K)
    assert solution.steps == ("She has 2 * 3 = <<2*3=6>>6 nuts.", "That is all.")
    assert solution.is_right
    assert solution.answer == "6"


_MAP = {"problem": "q", "steps": "text", "label": "wrong", "answer": "gold", "base": 1}


@pytest.mark.parametrize(
    ("label", "known"),
    [(1, (False, None)), ("2", (True, False)), (2.0, (True, False))]
    + [(none, (True, True)) for none in (None, -1, "-1", "N/A", " none ", "")],
)
def test_a_map_names_the_fields_of_any_other_file(
    write: Write, label: object, known: tuple[bool | None, ...]
) -> None:
    row = {"q": "2 + 3 * 4?", "text": "3 * 4 = 12\n2 + 12 = 15", "wrong": label, "gold": 14}
    [solution] = read_human(write([row]), options=_MAP)
    assert solution.steps == ("3 * 4 = 12\n", "2 + 12 = 15")
    assert solution.known == known
    assert solution.answer == "14"


def test_a_map_may_name_a_list_of_steps_and_an_id(write: Write) -> None:
    options = {"problem": "q", "steps": "list", "label": "wrong", "id": "n"}
    row = {"q": "2 + 3?", "list": ["2 + 3 = 5"], "wrong": None, "n": 7}
    [solution] = read_human(write([row]), "map", options=options)
    assert (solution.id, solution.steps, solution.known) == ("7", ("2 + 3 = 5",), (True,))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (0, "holds 0; allowed: 1 to 2, or -1 for no error"),
        (3, "holds 3; allowed: 1 to 2, or -1 for no error"),
        (1.5, "holds 1.5; allowed: a whole number"),
        (["1"], "holds a list; allowed: a whole number"),
    ],
)
def test_a_mapped_label_that_is_no_step_is_refused(
    write: Write, label: object, message: str
) -> None:
    row = {"q": "2 + 3 * 4?", "text": "3 * 4 = 12\n2 + 12 = 15", "wrong": label, "gold": 14}
    with pytest.raises(UserError, match=message):
        list(read_human(write([row]), options=_MAP))


GUESSED = {
    "big_bench_mistake": made.MISTAKE,
    "champ": made.CHAMP,
    "gsm8k": made.GSM8K,
    "mr_ben": made.MR_BEN,
    "prm800k": made.prm800k(1),
    "prmbench": made.PRMBENCH,
    "processbench": made.PROCESSBENCH,
    "stepverify": made.STEPVERIFY,
}


@pytest.mark.parametrize("name", GUESSED)
def test_the_form_is_guessed_from_the_fields_and_said(write: Write, name: str) -> None:
    labels = open_labels(write([GUESSED[name]]))
    assert labels.form is not None
    assert labels.form.name == name
    assert f"(format {name}, guessed from the fields " in labels.described


def test_a_form_is_not_guessed_from_fields_of_another_kind(write: Write) -> None:
    with pytest.raises(UserError, match="fields label, question, steps are of no form"):
        open_labels(write([{"question": "2 + 3?", "steps": ["5"], "label": 0}]))


def test_every_form_can_be_guessed_or_is_the_map() -> None:
    assert {each.name for each in AUDIT_FORMATS} == {*GUESSED, "map"}
    assert all(each.summary for each in AUDIT_FORMATS)


def test_a_form_that_is_told_is_not_said_to_be_guessed(write: Write) -> None:
    assert open_labels(write([made.GSM8K]), "gsm8k").described.endswith("(format gsm8k)")


def test_fields_of_no_form_are_refused_with_those_that_are_known(write: Write) -> None:
    with pytest.raises(UserError, match="fields a, b are of no form") as refused:
        open_labels(write([{"a": 1, "b": 2}]))
    assert "\n  processbench: problem steps label ..." in str(refused.value)
    assert "--map" in str(refused.value)


def test_an_unknown_form_names_the_nearest(write: Write) -> None:
    with pytest.raises(UnknownNameError, match="no audit format 'mrben'; did you mean 'mr_ben'"):
        open_labels(write([made.MR_BEN]), "mrben")


def test_an_option_that_a_form_does_not_have_is_refused(write: Write) -> None:
    with pytest.raises(RecipeError, match="unknown option 'lable'; did you mean 'label'"):
        open_labels(write([{}]), "map", {**_MAP, "lable": "x"})
    with pytest.raises(RecipeError, match="missing option 'problem', 'steps'"):
        open_labels(write([{}]), options={"label": "x"})


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _prm800k_rated(rating: object) -> dict[str, Any]:
    row = copy.deepcopy(made.prm800k(1))
    row["label"]["steps"][0]["completions"][0]["rating"] = rating
    return row


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("processbench", {**made.PROCESSBENCH, "label": 3}, "label", "allowed: 0 to 2, or -1"),
    ("processbench", {**made.PROCESSBENCH, "label": "1st"}, "label", "holds '1st'; allowed: a wh"),
    ("processbench", {**made.PROCESSBENCH, "label": True}, "label", "holds True; allowed: a whole"),
    ("processbench", {**made.PROCESSBENCH, "label": None}, "label", "holds null; allowed: 0 to 2"),
    ("processbench", {**made.PROCESSBENCH, "steps": []}, "steps", "is an empty list"),
    ("processbench", {**made.PROCESSBENCH, "steps": "a"}, "steps", "holds a text; allowed: a list"),
    ("processbench", {**made.PROCESSBENCH, "steps": ["a", 2]}, "steps[1]", "holds a number"),
    ("processbench", {**made.PROCESSBENCH, "problem": " "}, "problem", "is empty"),
    (
        "processbench",
        {**made.PROCESSBENCH, "problem": None},
        "problem",
        "holds null; allowed: a te",
    ),
    ("processbench", {**made.PROCESSBENCH, "id": [1]}, "id", "holds a list; allowed: a text, a nu"),
    ("big_bench_mistake", {**made.MISTAKE, "mistake_index": 3}, "mistake_index", "allowed: 0 to 2"),
    ("big_bench_mistake", {**made.MISTAKE, "mistake_index": 0.5}, "mistake_index", "holds 0.5"),
    ("stepverify", {**made.STEPVERIFY, "incorrect_index": -1}, "incorrect_index", "holds -1; all"),
    (
        "mr_ben",
        {**made.MR_BEN, "Model_Solution_Correctness": "so"},
        "Model_Solution_C",
        "holds 'so'",
    ),
    (
        "mr_ben",
        {**made.MR_BEN, "Model_Solution_First_Error_Step": "4"},
        "Model_Solution_First_Error_Step",
        "holds 4; allowed: 1 to 3",
    ),
    (
        "prmbench",
        {**made.PRMBENCH, "error_steps": [0]},
        "error_steps",
        "begins at 0; allowed: 1 to",
    ),
    (
        "prmbench",
        {**made.PRMBENCH, "error_steps": [4]},
        "error_steps",
        "begins at 4; allowed: 1 to",
    ),
    ("prmbench", {**made.PRMBENCH, "error_steps": ["x"]}, "error_steps[0]", "holds 'x'; allowed"),
    ("champ", {**made.CHAMP, "first_wrong_step": [5, 3]}, "first_wrong_step", "is 5 to 3; the sol"),
    ("champ", {**made.CHAMP, "first_wrong_step": [1]}, "first_wrong_step", "allowed: two numbers"),
    ("champ", {**made.CHAMP, "first_wrong_step": "1-2"}, "first_wrong_step", "holds a text"),
    ("gsm8k", {**made.GSM8K, "answer": "2 + 3 = 5"}, "answer", "no line '#### ...'"),
    ("gsm8k", {**made.GSM8K, "answer": "#### 5"}, "answer", "no step before"),
    ("prm800k", _prm800k_rated(2), "label.steps[0].completions[0].rating", "holds 2; allowed: -1"),
    ("prm800k", {**made.prm800k(1), "label": 1}, "label", "holds a number; allowed: an object"),
    ("prm800k", {**made.prm800k(1), "question": {}}, "question.problem", "no field"),
]


@pytest.mark.parametrize(("form", "row", "field", "message"), BAD)
def test_a_bad_row_says_which_field_and_what_is_allowed(
    write: Write, form: str, row: dict[str, Any], field: str, message: str
) -> None:
    errors: list[ErrorRecord] = []
    path = write([row, GUESSED[form]])
    assert len(list(read_human(path, form, errors=errors))) == 1  # the rest goes on
    [error] = errors
    assert (error.location, error.line) == (path, 1)
    assert (error.field or "").startswith(field)
    assert message in error.message


def test_a_missing_field_names_the_nearest_that_is_there(write: Write) -> None:
    row = {**_without(made.MISTAKE, "mistake_index"), "mistake_idx": 1}
    path = write([made.MISTAKE, row])
    with pytest.raises(UserError) as raised:
        list(read_human(path))
    assert str(raised.value) == (
        f"{path}, row 2, field mistake_index: no field 'mistake_index'; did you mean 'mistake_idx'?"
    )
