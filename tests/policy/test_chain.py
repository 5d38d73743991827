"""The chain: its text, its states and its probabilities all agree."""

import math
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.policy.chain import (
    Chain,
    exact_value,
    find_sum,
    locate,
    options_after,
    split_tokens,
    token_logprobs,
    write,
)

CHAIN = Chain(start=4, terms=(("+", 3), ("-", 2), ("+", 10)), error_rate=0.3, recovery_rate=0.2)
RIGHT = "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 15\nThe answer is 15."

rates = st.sampled_from([0.0, 0.05, 0.3, 0.5, 1.0])
chains = st.builds(
    Chain,
    start=st.integers(-20, 99),
    terms=st.lists(
        st.tuples(st.sampled_from("+-"), st.integers(-9, 99)), min_size=1, max_size=3
    ).map(tuple),
    error_rate=rates,
    recovery_rate=rates,
)


def endings(chain: Chain, text: str, chance: float = 1.0) -> Iterator[tuple[str, float]]:
    """Yield every solution that can follow `text`, with its probability."""
    options = options_after(chain, text)
    if not options:
        yield text, chance
    for piece, share in options:
        yield from endings(chain, text + piece, chance * share)


def is_right(chain: Chain, text: str) -> bool:
    return text.endswith(f"The answer is {chain.totals[-1]}.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the following arithmetic problem: 4 - 1 =", (4, (("-", 1),))),
        ("problem: 55 + 98 - 93 =", (55, (("+", 98), ("-", 93)))),
        ("first 1 + 1, now -4 + 3 - 2.", (-4, (("+", 3), ("-", 2)))),
        ("7 - -2 + 1 =", (7, (("-", -2), ("+", 1)))),
        ("7-2+1", (7, (("-", 2), ("+", 1)))),
        ("what is 7?", None),
        ("4 + 3 * 2 =", None),
        ("2 * 4 + 3 =", None),
        ("4 + 3.5 =", None),
        ("0.4 + 3 =", None),
        ("1 + 2 + 3 / 4", None),
        (f"1 + {'9' * 5000} =", None),  # int() refuses that many digits
    ],
)
def test_the_last_whole_sum_is_found(
    text: str, found: tuple[int, tuple[tuple[str, int], ...]] | None
) -> None:
    assert find_sum(text) == found


def test_a_chain_that_never_errs_writes_the_right_solution() -> None:
    chain = Chain(start=4, terms=CHAIN.terms, error_rate=0.0, recovery_rate=0.0)
    assert list(endings(chain, "")) == [(RIGHT, 1.0)]


def test_the_first_line_is_right_or_wrong_by_up_to_three() -> None:
    assert dict(options_after(CHAIN, "")) == {
        "4 + 3 = 7": 0.7,
        **{f"4 + 3 = {result}": pytest.approx(0.05) for result in (4, 5, 6, 8, 9, 10)},
    }


def test_a_broken_solution_recovers_from_the_true_total_or_carries_the_wrong_one() -> None:
    assert options_after(CHAIN, "4 + 3 = 9\n") == (("7 - 2 = 5", 0.2), ("9 - 2 = 7", 0.8))


def test_the_answer_is_the_last_result_and_nothing_follows_it() -> None:
    wrong = "4 + 3 = 7\n7 - 2 = 5\n5 + 10 = 14"
    assert options_after(CHAIN, wrong) == (("\nThe answer is 14.", 1.0),)
    assert options_after(CHAIN, f"{wrong}\nThe answer is 14.") == ()
    assert options_after(CHAIN, f"{wrong}\nThe answer is 14.\n") == ()


@pytest.mark.parametrize(
    ("prefix", "options"),
    [
        ("4 + 3 = 9\n7 -", ((" 2 = 5", 1.0),)),
        ("4 + 3 = 9\n", (("7 - 2 = 5", 0.2), ("9 - 2 = 7", 0.8))),
        ("4 + 3 = 9", (("\n7 - 2 = 5", 0.2), ("\n9 - 2 = 7", 0.8))),
        ("4 + 3 = 9\nHmm", (("\n7 - 2 = 5", 0.2), ("\n9 - 2 = 7", 0.8))),
        ("Let me think.\n4 + 3 = 9\n\n", (("7 - 2 = 5", 0.2), ("9 - 2 = 7", 0.8))),
    ],
)
def test_any_line_that_is_begun_is_finished_or_left(
    prefix: str, options: tuple[tuple[str, float], ...]
) -> None:
    assert options_after(CHAIN, prefix) == options


@given(chains, st.integers(0, 3), st.integers())
def test_the_exact_value_is_the_sum_over_all_solutions(
    chain: Chain, n_lines: int, seed: int
) -> None:
    written = list(write(chain, "", Random(seed)))
    prefix = "".join(written[:n_lines])
    position = locate(chain, prefix)
    assert position.n_lines == min(n_lines, len(chain.terms))
    right = sum(chance for text, chance in endings(chain, prefix) if is_right(chain, text))
    assert right == pytest.approx(
        exact_value(
            len(chain.terms) - position.n_lines,
            intact=position.result == chain.totals[position.n_lines],
            error_rate=chain.error_rate,
            recovery_rate=chain.recovery_rate,
        ),
        abs=1e-12,
    )


@pytest.mark.parametrize("n_steps_left", range(5))
def test_without_recovery_the_value_is_a_power(n_steps_left: int) -> None:
    rates = {"error_rate": 0.25, "recovery_rate": 0.0}
    assert exact_value(n_steps_left, intact=True, **rates) == 0.75**n_steps_left
    assert exact_value(n_steps_left, intact=False, **rates) == 0.0


def test_with_recovery_the_value_forgets_its_start() -> None:
    rates = {"error_rate": 0.3, "recovery_rate": 0.2}
    assert exact_value(1, intact=False, **rates) == 0.2
    assert exact_value(2, intact=True, **rates) == pytest.approx(0.7 * 0.7 + 0.3 * 0.2)
    assert exact_value(60, intact=True, **rates) == pytest.approx(0.4)
    assert exact_value(60, intact=False, **rates) == pytest.approx(0.4)


@given(chains)
def test_the_token_logprobs_of_each_solution_give_its_probability(chain: Chain) -> None:
    for text, chance in endings(chain, ""):
        logprobs = token_logprobs(chain, "", text)
        assert len(logprobs) == len(split_tokens(text))
        assert math.exp(math.fsum(logprobs)) == pytest.approx(chance)


@given(chains, st.integers(), st.data())
def test_token_logprobs_do_not_depend_on_where_the_prefix_ends(
    chain: Chain, seed: int, data: st.DataObject
) -> None:
    text = "".join(write(chain, "", Random(seed)))
    tokens = split_tokens(text)
    cut = data.draw(st.integers(0, len(tokens)))
    prefix, rest = "".join(tokens[:cut]), "".join(tokens[cut:])
    assert token_logprobs(chain, prefix, rest) == token_logprobs(chain, "", text)[cut:]


def test_the_logprobs_say_where_the_chance_was() -> None:
    assert token_logprobs(CHAIN, "4 + 3 = 7\n", "7 - 2 = 4\n7 + 10 = 17") == (
        *(0.0,) * 4,
        math.log(0.3 / 6),
        -math.inf,  # the chain would go on from 5, which is true, or from 4
        *(-math.inf,) * 4,
    )
    assert token_logprobs(CHAIN, "4 + 3 = 9\n", "7 - 2 = 5\n5") == (
        math.log(0.2),
        *(0.0,) * 5,
    )


def test_after_words_that_the_chain_cannot_write_it_goes_on_from_the_text() -> None:
    logprobs = token_logprobs(CHAIN, "", "Well now\n4 + 3 = 7\n")
    assert logprobs[:6] == (-math.inf, -math.inf, *(0.0,) * 4)
    assert logprobs[6:] == (pytest.approx(math.log(0.7)),)


def test_a_line_of_absurd_length_is_no_line() -> None:
    assert locate(CHAIN, f"4 + 3 = {'7' * 5000}\n").n_lines == 0


@given(chains, st.text(alphabet="0123456789+-= \nTheansweri.x"), st.integers())
def test_any_prefix_is_continued_to_an_answer(chain: Chain, prefix: str, seed: int) -> None:
    pieces = list(write(chain, prefix, Random(seed)))
    assert len(pieces) <= len(chain.terms) + 1
    assert pieces == list(write(chain, prefix, Random(seed)))
    assert locate(chain, prefix + "".join(pieces)).answered
