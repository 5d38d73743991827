"""The gold answers of MATH: nearly all are read, and each is equal to itself and no other."""

import json
import random
from pathlib import Path

import pytest

from stepsmith.transforms.formula import Formula, UnreadableError, compare, read_formula
from stepsmith.transforms.text.answer import extract_answer
from tests.text.conftest import real_data  # noqa: F401 - the fixture


@pytest.fixture
def answers(real_data: Path) -> list[str]:  # noqa: F811
    lines = (real_data / "math" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    found = [extract_answer(json.loads(line)["solution"]) for line in lines]
    return [each.answer for each in found if each is not None]


def _readable(answers: list[str]) -> list[tuple[str, Formula]]:
    found: list[tuple[str, Formula]] = []
    for answer in answers:
        try:
            found.append((answer, read_formula(answer)))
        except UnreadableError:
            continue
    return found


def test_nearly_all_answers_are_read_and_equal_to_themselves(answers: list[str]) -> None:
    found = _readable(answers)
    assert len(found) / len(answers) > 0.999
    assert all(compare(formula, read_formula(answer)) == "equal" for answer, formula in found)


def test_answers_that_are_written_differently_are_rarely_equal(answers: list[str]) -> None:
    found = _readable(sorted(set(answers)))
    shuffled = found[:]
    random.Random(0).shuffle(shuffled)
    equal = [
        (one, other)
        for (one, left), (other, right) in zip(found, shuffled, strict=True)
        if one != other and compare(left, right) == "equal"
    ]
    assert len(equal) < 10, equal
