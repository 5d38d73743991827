"""A reply is kept up to the end of its first block of code, and loses nothing before it."""

from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Step
from stepsmith.transforms.search.tool_path.cut import cut_at_code

BLOCK = "```python\nx\n```\n"


def test_a_reply_is_kept_up_to_the_end_of_its_first_block() -> None:
    steps = [Step(text=line) for line in f"So.\n{BLOCK}It is 3.\n{BLOCK}".splitlines(keepends=True)]
    kept, has_code = cut_at_code(steps)
    assert has_code
    assert kept == (Step(text="So.\n"), Step(text=BLOCK, kind="code"))


def test_a_reply_without_a_block_is_kept_whole() -> None:
    steps = (Step(text="The answer is 3.", kind="answer"),)
    assert cut_at_code(steps) == (steps, False)


def test_tokens_and_probabilities_are_those_of_the_whole_block() -> None:
    lines = ("So.\n", "```python\n", "x\n", "```\n", "It is 3.\n")
    steps = [
        Step(text=line, token_start=at, token_end=at + 1, logprob=-float(at))
        for at, line in enumerate(lines)
    ]
    (_, block), _ = cut_at_code(steps)
    assert block == Step(text=BLOCK, kind="code", token_start=1, token_end=4, logprob=-6.0)


def test_a_step_that_is_cut_has_no_span_any_more() -> None:
    whole = Step(text=f"So.\n{BLOCK}Then", token_start=0, token_end=9, logprob=-1.0)
    assert cut_at_code([whole])[0] == (Step(text="So.\n"), Step(text=BLOCK, kind="code"))


@given(st.lists(st.sampled_from(["```python\n", "```\n", "x\n", "\n", "words "]), max_size=8))
def test_no_cut_loses_or_adds_a_character(pieces: list[str]) -> None:
    text = "".join(pieces)
    for steps in ([Step(text=each) for each in pieces], [Step(text=text)] if text else []):
        kept, has_code = cut_at_code(steps)
        joined = "".join(step.text for step in kept)
        assert text.startswith(joined)
        assert [step.kind for step in kept].count("code") == has_code
        assert has_code or joined == text
        assert all(step.text for step in kept)
