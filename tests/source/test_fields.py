"""Columns become fields by the declared map, and what is wrong is said with the right name."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem, RecipeError
from stepsmith.transforms.source.fields import REFERENCE_SOLUTION, FieldMap, Place
from stepsmith.transforms.source.rows import RowError

PLACE = Place(source="demo", default_id="demo-00000003")


def problem(values: dict[str, object], place: Place = PLACE, **options: Any) -> Problem:
    return FieldMap(**options).problem(values, place)


def payload(values: dict[str, object], **options: Any) -> dict[str, object]:
    return problem(values, **options).read_payload(dict[str, object])


def refusal(values: dict[str, object], **options: Any) -> RowError:
    with pytest.raises(RowError) as caught:
        problem(values, **options)
    return caught.value


def test_a_whole_problem_comes_out_of_the_usual_columns() -> None:
    row: dict[str, object] = {"question": "1 + 1?", "answer": "one\n#### 2", "level": 3, "idx": 7}
    assert problem(row, domain="math") == Problem(
        id="7",
        prompt="1 + 1?",
        group_id="7",
        source="demo",
        domain="math",
        answer="2",
        payload='{"level":3,"reference_solution":"one\\n#### 2"}',
    )


@pytest.mark.parametrize("column", ["question", "problem", "prompt"])
def test_the_prompt_is_found_under_its_usual_names(column: str) -> None:
    assert problem({column: "why?", "answer": "so"}).prompt == "why?"


@pytest.mark.parametrize("column", ["id", "unique_id", "idx", "task_id"])
def test_the_id_is_found_under_its_usual_names(column: str) -> None:
    assert problem({column: "x/1", "question": "q", "answer": "a"}).id == "x/1"


def test_a_row_without_an_id_is_named_by_its_place() -> None:
    assert problem({"question": "q", "answer": "a"}).id == "demo-00000003"
    assert problem({"id": None, "question": "q", "answer": "a"}).id == "demo-00000003"
    assert problem({"id": "", "question": "q", "answer": "a"}).id == "demo-00000003"


def test_an_id_is_kept_apart_by_its_files_prefix() -> None:
    place = Place(source="demo", default_id="a-00000001", id_prefix="a:")
    assert problem({"id": 0, "question": "q", "answer": "a"}, place).id == "a:0"
    assert problem({"question": "q", "answer": "a"}, place).id == "a-00000001"


def test_variants_share_the_group_that_the_row_names() -> None:
    assert problem({"id": 1, "group_id": "g", "question": "q", "answer": "a"}).group_id == "g"
    assert problem({"id": 1, "question": "q", "answer": "a"}).group_id == "1"


def test_the_rows_own_domain_comes_before_the_recipes() -> None:
    row: dict[str, object] = {"question": "q", "answer": "a", "domain": "algebra"}
    assert problem(row, domain="math").domain == "algebra"


def test_an_answer_beside_a_solution_keeps_the_solution_as_the_reference() -> None:
    row: dict[str, object] = {"problem": "q", "solution": r"so \boxed{4}", "answer": "5"}
    assert problem(row).answer == "5"
    assert payload(row) == {REFERENCE_SOLUTION: r"so \boxed{4}"}


def test_a_null_answer_gives_way_to_the_solution() -> None:
    row: dict[str, object] = {"problem": "q", "solution": r"so \boxed{4}", "answer": None}
    assert problem(row).answer == "4"


def test_a_solution_that_is_no_text_stays_in_the_payload() -> None:
    row: dict[str, object] = {"question": "q", "answer": "a", "solution": [True, False]}
    assert payload(row) == {"solution": [True, False]}


@pytest.mark.parametrize(
    ("value", "answer"), [(5, "5"), (5.0, "5"), (0.5, "0.5"), (-3, "-3"), ("5.0", "5.0")]
)
def test_a_number_is_an_answer(value: object, answer: str) -> None:
    assert problem({"question": "q", "answer": value}).answer == answer


def test_the_map_renames_columns_and_adds_to_the_payload() -> None:
    columns = {"prompt": "Body", "answer": "Equation", "tests": "test_list", "id": "ID"}
    row: dict[str, object] = {"ID": "c", "Body": "q", "Equation": "1", "test_list": [1], "more": 2}
    assert problem(row, columns=columns) == Problem(
        id="c",
        prompt="q",
        group_id="c",
        source="demo",
        answer="1",
        payload='{"more":2,"tests":[1]}',
    )


def test_the_reference_solution_can_be_named() -> None:
    row: dict[str, object] = {"question": "q", "correct": "A", "rationale": "because"}
    columns = {"answer": "correct", REFERENCE_SOLUTION: "rationale"}
    assert payload(row, columns=columns) == {REFERENCE_SOLUTION: "because"}


def test_a_solution_named_as_the_answer_may_be_the_bare_answer() -> None:
    row: dict[str, object] = {"question": "q", "solution": "5"}
    assert problem(row, columns={"answer": "solution"}).answer == "5"


@pytest.mark.parametrize(
    ("row", "kind", "field", "message"),
    [
        (
            {"quesiton": "q", "answer": "a"},
            "MissingField",
            "prompt",
            "no prompt: looked for question, problem, prompt; did you mean 'quesiton'?",
        ),
        ({"question": 5, "answer": "a"}, "WrongType", "question", "a prompt is text"),
        ({"question": None, "answer": "a"}, "WrongType", "question", "'question' holds null"),
        ({"question": " \n", "answer": "a"}, "EmptyPrompt", "question", "is empty"),
        (
            {"question": "q", "anwser": "a"},
            "MissingField",
            "answer",
            "no answer: looked for answer, final_answer, solution; did you mean 'anwser'?",
        ),
        ({"question": "q", "answer": ""}, "MissingField", "answer", "'answer' is empty"),
        ({"question": "q", "answer": None}, "MissingField", "answer", "'answer' is empty"),
        (
            {"question": "q", "solution": "so it holds"},
            "MissingField",
            "answer",
            r"'solution' holds neither '#### ...' nor \boxed{...}",
        ),
        ({"question": "q", "answer": ["a"]}, "WrongType", "answer", "'answer' holds a list"),
        ({"question": "q", "answer": True}, "WrongType", "answer", "holds a truth value"),
        ({"question": "q", "answer": "a", "id": {}}, "WrongType", "id", "'id' holds an object"),
        ({"question": "q", "answer": "a", "x": {(1,): 2}}, "WrongType", None, "in the payload"),
    ],
)
def test_a_row_that_is_no_problem_says_why(
    row: dict[str, object], kind: str, field: str | None, message: str
) -> None:
    error = refusal(row)
    assert (error.kind, error.field) == (kind, field)
    assert message in str(error)


def test_a_missing_answer_names_the_two_ways_out() -> None:
    text = str(refusal({"question": "q"}))
    assert text.endswith("Name its column with fields.answer, or set require_answer = false")


def test_an_answer_is_not_needed_where_the_recipe_says_so() -> None:
    assert problem({"question": "q"}, require_answer=False).answer is None


def test_a_column_that_the_recipe_names_must_be_there() -> None:
    error = refusal({"question": "q", "test_list": []}, columns={"tests": "tests_list"})
    assert str(error) == "no column 'tests_list' (fields.tests); did you mean 'test_list'?"
    assert (error.kind, error.field) == ("MissingField", "tests_list")


def test_a_mistyped_field_is_refused_before_any_row_is_read() -> None:
    with pytest.raises(
        RecipeError, match="'promt' is no field of a problem; did you mean 'prompt'"
    ):
        FieldMap(columns={"promt": "question"})


columns = st.sampled_from(["id", "question", "answer", "solution", "domain", "group_id", "more"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@given(row=st.dictionaries(columns, json_values))
def test_any_row_becomes_a_problem_or_a_row_error(row: dict[str, object]) -> None:
    with contextlib.suppress(RowError):
        made = problem(row)
        assert made.prompt.strip()
        assert made.id
        assert made.answer
        assert isinstance(made.read_payload(dict[str, object]), dict)
