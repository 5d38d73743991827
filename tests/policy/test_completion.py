"""Where a text begins among the tokens that a server names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.policy.completion import (
    MalformedAnswerError,
    quote,
    tokens_before,
    tokens_within,
)


@pytest.mark.parametrize(
    ("tokens", "text", "before"),
    [
        (["4 + 3 =", " 7", "\n"], " 7\n", 1),
        (["<s>", "4 + 3 =", " 7", "\n"], " 7\n", 2),  # a BOS that the prompt does not have
        (["4 + 3", " = 7", "\n"], " 7\n", 1),  # a token across the boundary is the text's
        (["a ", "", "", "\N{SNOWMAN}", "b"], "\N{SNOWMAN}b", 1),  # one character in three tokens
        (["<s>", "4", "=", "7", "<0x0A>"], "", 5),
        (["<s>", "so", "it", "is", "7"], " is 7", 3),  # blanks lost by SentencePiece
        (["is", "7"], " is 7", 0),
    ],
)
def test_the_texts_tokens_are_counted_from_the_end(
    tokens: list[str], text: str, before: int
) -> None:
    assert tokens_before(tokens, text) == before


def test_tokens_that_do_not_spell_the_text_are_refused() -> None:
    with pytest.raises(MalformedAnswerError, match="do not spell the text '8'"):
        tokens_before(["4 + 3 =", " 7"], "8")


@given(st.lists(st.text(min_size=1)), st.lists(st.text(min_size=1)))
def test_tokens_that_meet_the_boundary_are_split_there(prompt: list[str], text: list[str]) -> None:
    assert tokens_before([*prompt, *text], "".join(text)) == len(prompt)


@given(st.lists(st.text(min_size=1), min_size=1), st.data())
def test_the_texts_tokens_hold_the_text_and_no_whole_token_more(
    tokens: list[str], data: st.DataObject
) -> None:
    whole = "".join(tokens)
    text = whole[data.draw(st.integers(0, len(whole))) :]
    kept = tokens[tokens_before(tokens, text) :]
    assert "".join(kept).endswith(text)
    assert len("".join(kept[1:])) < len(text) or not kept


@pytest.mark.parametrize(
    ("tokens", "text", "within"),
    [
        ([" 7", "\n\n"], " 7", 1),  # the stop string
        ([" 7", ".", "\n", "<|end|>"], " 7.\n", 3),
        ([" 7", ".\n\n"], " 7.", 2),  # a token that begins in the text is the text's
        (["", "", "\N{SNOWMAN}", "<|end|>"], "\N{SNOWMAN}", 3),
        ([" 7"], " 7", 1),
        (["\n\n"], "", 0),
        ([], "", 0),
        (["it", "is", "7"], "it is 7", 3),  # blanks lost: nothing can be told
    ],
)
def test_what_ended_a_reply_is_none_of_its_tokens(
    tokens: list[str], text: str, within: int
) -> None:
    assert tokens_within(tokens, text) == within


@pytest.mark.parametrize(
    ("words", "quoted"),
    [(b"", "(nothing)"), (b" oom \n", "oom"), (b"\xff", "\N{REPLACEMENT CHARACTER}")],
)
def test_a_servers_words_are_quoted_readably(words: bytes, quoted: str) -> None:
    assert quote(words) == quoted


def test_long_words_are_cut() -> None:
    assert quote(b"x" * 1000) == "x" * 500 + "..."
