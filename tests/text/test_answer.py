"""Answers: found where they are stated, never guessed, in linear time on any text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.text.answer import Rule, extract_answer

_PARTS = (
    r"\boxed{", r"\fbox {", "{", "}", "\\", "####", "#", "\n", "$", "*", "**", "the answer is ",
    "Answer:", ".", ",", " ", "5", "1,234.5", "-3", r"\(", r"\)", "not", "because",
)  # fmt: skip
texts = st.lists(st.sampled_from(_PARTS) | st.text(max_size=5), max_size=20).map("".join)


@given(text=texts, last_number=st.booleans())
def test_an_answer_is_a_slice_of_the_text_without_its_margins(
    text: str, *, last_number: bool
) -> None:
    found = extract_answer(text, last_number=last_number)
    if found is not None:
        assert found.answer == text[found.start : found.end] == found.answer.strip() != ""


@given(text=texts)
def test_the_option_only_adds_answers(text: str) -> None:
    found = extract_answer(text)
    assert found is None or extract_answer(text, last_number=True) == found


@pytest.mark.parametrize(
    ("text", "answer", "rule"),
    [
        (r"so $\boxed{5}$.", "5", "boxed"),
        (r"\boxed{\frac{1}{2}} and then \boxed{ \{1, 2\} }", r"\{1, 2\}", "boxed"),
        (r"\boxed{\boxed{7}}", "7", "boxed"),
        (r"\fbox{x^{2}}", "x^{2}", "boxed"),
        (r"\boxed {\text{(B)}}", r"\text{(B)}", "boxed"),
        (r"\\boxed{5}", "5", "boxed"),
        (r"\boxed{5} is cut off in \boxed{6", "5", "boxed"),
        (r"} } { \boxed{5}", "5", "boxed"),
        (r"The answer is 6, I mean \boxed{5}", "5", "boxed"),
        ("2 + 2 = 4\n#### 4", "4", "hashes"),
        ("#### 2,125\n", "2,125", "hashes"),
        ("so #### $18.", "$18", "hashes"),
        ("#### x = 2", "x = 2", "hashes"),
        ("#### 4\n\nQuestion: what else?", "4", "hashes"),
        ("#### Step 1\nadd\n#### 5\n", "5", "hashes"),
        ("#### Answer\nThe answer is 5.", "5", "phrase"),
        ("The answer is 18.", "18", "phrase"),
        ("The answer is 18.5.", "18.5", "phrase"),
        ("The answer is 18.5 dollars. That is all.", "18.5 dollars", "phrase"),
        ("The final answer is: **73**", "73", "phrase"),
        ("The final answer is **73.**", "73", "phrase"),
        ("**Answer:** 73", "73", "phrase"),
        ("**Answer: 73**", "73", "phrase"),
        ("**Final Answer**\n\n**Answer:**\n\n$x^2$", "x^2", "phrase"),
        ("ANSWER = 4", "4", "phrase"),
        (r"The answer is \(\frac{1}{2}\).", r"\frac{1}{2}", "phrase"),
        (r"The answer is $\frac{1}{2}.$", r"\frac{1}{2}", "phrase"),
        ("The answer is $3$ and $4$.", "$3$ and $4$", "phrase"),
        ("The answer is $18", "$18", "phrase"),
        ("The answer is 5, because 2 + 3 = 5.", "5", "phrase"),
        ("The answer is 5. No, the answer is 6.", "6", "phrase"),
        ("The answer is (B)", "(B)", "phrase"),
        ("The answer is 1/2\nand so on", "1/2", "phrase"),
        ("The answer is 5!", "5!", "phrase"),
    ],
)
def test_the_stated_answer_is_found(text: str, answer: str, rule: Rule) -> None:
    found = extract_answer(text)
    assert found is not None
    assert (found.answer, found.rule) == (answer, rule)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 + 2 = 4",
        "so it is $5$",
        r"\boxed{5",
        r"\boxed{}",
        r"put it in \boxed{ }",
        r"\boxed 5",
        "#### Step 1: add\n2 + 2 = 4",
        "##### 5",
        "####",
        "The answer is",
        "The answer is .",
        "The answer: ****",
        "The answer is 5. The answer is not 5",
        "I doubt that the answer is correct.",
        "answers: 5",
        "I answered 5",
    ],
)
def test_where_no_answer_is_stated_none_is_found(text: str) -> None:
    assert extract_answer(text) is None


@pytest.mark.parametrize(
    ("text", "answer", "rule"),
    [
        ("so we get 4 and then 7 apples", "7", "number"),
        ("it costs $5 and $7", "7", "number"),
        ("1,234.5 in all.", "1,234.5", "number"),
        ("x = -3", "-3", "number"),
        ("5-3", "3", "number"),
        ("that is 1/2.", "1/2", "number"),
        ("so $x = 5$ holds", "x = 5", "math"),
        ("so $x$ holds", "x", "math"),
    ],
)
def test_the_last_value_is_taken_only_when_asked_for(text: str, answer: str, rule: Rule) -> None:
    assert extract_answer(text) is None
    found = extract_answer(text, last_number=True)
    assert found is not None
    assert (found.answer, found.rule) == (answer, rule)


@pytest.mark.parametrize("text", ["no value here", "$", "$$", ""])
def test_without_any_value_even_the_option_finds_none(text: str) -> None:
    assert extract_answer(text, last_number=True) is None


@pytest.mark.parametrize(
    "unit",
    [
        r"\boxed{", r"\boxed{}", r"\boxed{1}", "{", "}", "\\", "#", "####", "#### 1\n", "$", "$ ",
        "answer is ", "answer:", "answer: **", "answer: $", "*", ".", "1,", "1.", " ", "\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", "the answer is "])
def test_a_hostile_megabyte_takes_a_moment(head: str, unit: str) -> None:
    text = head + unit * (1_000_000 // len(unit))
    started = time.process_time()
    extract_answer(text, last_number=True)
    assert time.process_time() - started < 20


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_gold_answer_of_gsm8k_is_found(real_data: Path, split: str) -> None:
    solutions = [row["answer"] for row in _rows(real_data / "gsm8k" / f"{split}.jsonl")]
    golds = [solution.rpartition("#### ")[2] for solution in solutions]
    assert _mismatches(solutions, golds) == []


def test_every_gold_answer_of_math500_is_found(real_data: Path) -> None:
    rows = _rows(real_data / "math" / "math500.jsonl")
    assert _mismatches([row["solution"] for row in rows], [row["answer"] for row in rows]) == []


def _mismatches(solutions: list[str], golds: list[str]) -> list[tuple[str, str | None]]:
    found = [extract_answer(solution) for solution in solutions]
    answers = [None if each is None else each.answer for each in found]
    return [pair for pair in zip(golds, answers, strict=True) if pair[0] != pair[1]]
