"""Two problems are of one template where nothing but numbers, and their places' words, differ."""

import dataclasses
import json

from stepsmith.transforms.negatives.mismatch.references import read_reference, transplant
from tests.negatives.mismatch.made import ALGEBRA, LINE, READ, RUN, reference, row, shop


def test_a_reference_is_cut_into_steps() -> None:
    found = reference(READ)
    assert len(found.steps) == 3
    assert "".join(found.steps) == json.loads(READ.payload)["reference_solution"]
    assert (found.domain, reference(ALGEBRA).domain) == ("words", "algebra")
    assert reference(dataclasses.replace(READ, domain="")).domain == "made"


def test_without_a_solution_or_an_answer_there_is_no_reference() -> None:
    assert read_reference(dataclasses.replace(READ, payload="{}"), LINE) is None
    assert read_reference(dataclasses.replace(READ, answer=None), LINE) is None
    blank = json.dumps({"reference_solution": " \n"})
    assert read_reference(dataclasses.replace(READ, payload=blank), LINE) is None


def test_the_template_is_the_row_s_word_or_its_variables_or_the_prompt_without_figures() -> None:
    one, other = reference(shop(1, 31, 4)), reference(shop(2, 37, 5, name="Bob", fruit="fig"))
    assert one.template == other.template
    assert one.template != reference(RUN).template
    near = row(9, "Joe runs 8 km a day for 2 days. How far?", "8 * 2 = 16 km", "16")
    assert reference(near).template == reference(RUN).template
    declared = json.dumps({"reference_solution": "x", "template": "t7"})
    assert reference(dataclasses.replace(READ, payload=declared)).template == "declared/t7"


def test_columns_that_are_called_like_a_generator_s_are_no_variables() -> None:
    for entry in ('"text"', "3", "[]", '{"metadata": 1}', '{"metadata": {"variables": []}}'):
        payload = f'{{"reference_solution": "x = 1", "entry": {entry}}}'
        found = reference(dataclasses.replace(READ, payload=payload))
        assert (found.template, found.words) == (reference(READ).template, {})


def test_a_solution_is_told_in_the_other_s_words_so_that_numbers_alone_differ() -> None:
    ann = reference(shop(1, 31, 4))
    bob = reference(shop(2, 37, 5, name="Bob", fruit="plum"))
    assert transplant(ann, bob) == (
        "Ann pays 37 x 5 = 185 cents for the pears.\n",
        "That leaves 1000 - 185 = 815 cents.\n",
        "#### 815",
    )


def test_words_that_are_exchanged_are_not_replaced_twice() -> None:
    ann = reference(shop(1, 31, 4, name="Ann", fruit="plum"))
    other = reference(shop(2, 37, 5, name="plum", fruit="Ann"))
    told = transplant(ann, other)
    assert told is not None
    assert told[0] == "Ann pays 37 x 5 = 185 cents for the plums.\n"


def test_the_same_numbers_or_other_words_are_no_mismatch_of_one_template() -> None:
    ann = reference(shop(1, 31, 4))
    assert transplant(ann, reference(shop(2, 31, 4, name="Bob"))) is None
    assert transplant(reference(RUN), reference(READ)) is None
