"""Blocks of code in a reply: found by their fences alone, wherever the text ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.text.blocks import CodeBlock, code_blocks, code_of

LINES = ("```python", "```", "```py ", "```output", "x = 1", "", " ```", "```Python3", "``` js")
texts = st.lists(st.sampled_from(LINES), max_size=9).map("\n".join)


def spans(text: str) -> list[str]:
    return [text[block.start : block.end] for block in code_blocks(text)]


def test_a_block_has_its_fences_and_their_line_ends() -> None:
    text = "First.\n```python\nx = 1\n```\nThen.\n"
    assert list(code_blocks(text)) == [CodeBlock(start=7, end=27, code="x = 1\n", closed=True)]
    assert spans(text) == ["```python\nx = 1\n```\n"]


@pytest.mark.parametrize("fence", ["```python", "```py", "```python3", "```Python", "``` python  "])
def test_each_spelling_of_python_opens_a_block(fence: str) -> None:
    assert [block.code for block in code_blocks(f"{fence}\n1\n```")] == ["1\n"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no code",
        "```\n1\n```",
        "```output\n1\n```",
        "```c\n1\n```",
        "use ```python\n1\n```",
        " ```python\n1\n```",
        "```python 1\n```",
        "``python\n1\n``",
    ],
)
def test_nothing_else_does(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\nx = 1\n", "x = 1\n"),
        ("```python\nx = 1", "x = 1"),
        ("```python\n", ""),
        ("```python", ""),
        ("```python\nx = 1\n ```\n", "x = 1\n ```\n"),
    ],
)
def test_a_block_that_is_not_closed_goes_on_to_the_end(text: str, code: str) -> None:
    assert list(code_blocks(text)) == [CodeBlock(start=0, end=len(text), code=code, closed=False)]


def test_other_fences_are_words_between_blocks() -> None:
    text = "```python\n1\n```\n```output\n1\n```\n```python\n2\n```\n"
    assert spans(text) == ["```python\n1\n```\n", "```python\n2\n```\n"]


def test_the_code_of_a_step_without_fences_is_the_step() -> None:
    assert code_of("x = 1\n") == "x = 1\n"
    assert code_of("```py\nx = 1\n```\n") == "x = 1\n"


@given(texts)
def test_blocks_lie_apart_in_order_and_hold_their_code(text: str) -> None:
    end = 0
    for block in code_blocks(text):
        assert end <= block.start < block.end <= len(text)
        assert text[block.start :].startswith("```")
        assert block.code in text[block.start : block.end]
        end = block.end


@given(texts, texts)
def test_a_closed_block_does_not_depend_on_what_follows(text: str, more: str) -> None:
    closed = [block for block in code_blocks(text + "\n") if block.closed]
    assert list(code_blocks(text + "\n" + more))[: len(closed)] == closed
