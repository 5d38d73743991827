"""Explaining a verdict: the outcome, the evidence, and what the verifier saw."""

import pytest

from stepsmith.pipelines.explain import explain
from stepsmith.schemas import UnknownNameError


def test_a_refuted_step_comes_with_its_evidence_and_what_was_seen() -> None:
    lines = explain("math.arithmetic", "so 2 + 3 = 6", answer=None, prior=["Add 2 and 3."])
    first, evidence, *seen = lines.splitlines()
    assert first == "invalid by math.arithmetic, version 1"
    assert evidence.startswith("  evidence  2 + 3 = 6 ")
    assert seen == [
        "  step      'so 2 + 3 = 6'",
        "  before    'Add 2 and 3.\\n'",
        "  answer    (none)",
    ]


def test_the_answer_reaches_verifiers_of_outcomes() -> None:
    text = explain("math.answer", "The answer is 18.", answer="18", prior=[])
    assert text.splitlines()[0].startswith("valid by math.answer")
    assert "  answer    '18'" in text.splitlines()


def test_steps_before_are_lines_of_their_own() -> None:
    text = explain("math.answer", "That is all.", answer="18", prior=["The answer is 18."])
    assert text.splitlines()[0].startswith("valid by math.answer")


def test_an_unknown_verifier_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'math\.arithmetic'"):
        explain("math.arithmetc", "1", answer=None, prior=[])


def test_the_text_does_not_control_the_terminal() -> None:
    text = explain("math.arithmetic", "\x1b[2J 2 + 3 = 6\u202e", answer="\x07", prior=["\x9b"])
    assert all(character.isprintable() for character in text.replace("\n", ""))
