"""Reading a reply: each step knows its tokens and how likely the policy found them."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.schemas import Rollout, Sampling, Step
from stepsmith.transforms.text.answer import extract_answer, states_nothing
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import get_segmenter

READ = Reader(segment=get_segmenter("line"))
REPLY = Rollout(
    problem_id="p",
    path="solve",
    sample_index=0,
    seed=0,
    policy="simulated",
    sampling=Sampling(),
    prefix="",
    text="2 + 3 = 5\nIt is 5.",
    finish_reason="stop",
    tokens=("2 +", " 3 = 5\n", "It", " is", " 5."),
    token_logprobs=(-0.5, -0.25, -1.0, -2.0, 0.0),
)


def test_a_step_carries_the_sum_of_its_own_tokens_log_probabilities() -> None:
    steps, _ = READ((), REPLY)
    assert [(step.token_start, step.token_end, step.logprob) for step in steps] == [
        (0, 2, -0.75),
        (2, 5, -3.0),
    ]


def test_without_fitting_tokens_or_their_log_probabilities_a_step_has_none() -> None:
    for reply in (
        replace(REPLY, token_logprobs=None),
        replace(REPLY, tokens=None),
        replace(REPLY, tokens=("other",), token_logprobs=(-1.0,)),
    ):
        steps, _ = READ((), reply)
        assert [step.logprob for step in steps] == [None, None]


def test_a_prefix_keeps_its_log_probability_but_not_its_place_in_another_reply() -> None:
    [step, *_], _ = READ((Step(text="a\n", token_start=3, token_end=5, logprob=-1.0),), REPLY)
    assert step == Step(text="a\n", logprob=-1.0)


def straightforward(
    prefix: tuple[Step, ...], reply: Rollout
) -> tuple[tuple[Step, ...], str | None]:
    """Read the whole solution, whatever came before."""
    [*steps], _ = Reader(segment=READ.segment)((), replace(reply, tokens=None))
    whole = [replace(step, token_start=None, token_end=None) for step in prefix]
    whole += [replace(step, kind="think") for step in steps]
    found = extract_answer("".join(step.text for step in whole))
    if found is None:
        return tuple(whole), None
    end = 0
    for index, step in enumerate(whole):
        end += len(step.text)
        if found.start < end:
            whole[index] = replace(step, kind="answer")
            break
    return tuple(whole), found.answer


PIECES = st.sampled_from(
    [
        *("\\boxed{", "\\fbox {", "{", "}", "\\", "####", "#", " 18", "$", "**", "_", "answer"),
        *(
            "An\u017fwer",
            "the answer is ",
            "answer:",
            "is",
            " not",
            "5",
            "x.",
            "\n",
            "\n\n",
            " ",
            "\u2028",
        ),
        *(" because ", "\\boxed{7}", "#### 5\n", "The answer is 5.\n", "so 2 + 3 = 5\n"),
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@settings(max_examples=500)
@given(prefix=st.lists(TEXTS.filter(bool), max_size=4), text=TEXTS)
def test_what_is_known_of_a_prefix_beforehand_changes_nothing_that_is_read(
    prefix: list[str], text: str
) -> None:
    steps = tuple(Step(text=piece, token_start=0, token_end=1) for piece in prefix)
    reply = replace(REPLY, text=text, tokens=None, token_logprobs=None)
    assert READ(steps, reply) == straightforward(steps, reply)
    assert READ.after(steps)(reply) == READ(steps, reply)


@settings(max_examples=500)
@given(before=TEXTS, text=TEXTS)
def test_a_text_that_states_nothing_leaves_the_answer_to_what_follows(
    before: str, text: str
) -> None:
    if states_nothing(before):
        alone, whole = extract_answer(text), extract_answer(before + text)
        shift = len(before)
        assert whole == (
            None
            if alone is None
            else replace(alone, start=alone.start + shift, end=alone.end + shift)
        )


def test_most_prefixes_state_nothing() -> None:
    assert states_nothing("")
    assert states_nothing("so 2 + 3 = 5\n# Then {it\n")
    assert not states_nothing("so 2 + 3 = 5")
    assert not states_nothing("Suppose ")  # "the answer is 5"
    assert not states_nothing("the student's ")
    assert not states_nothing("The answer\n")


def test_equal_replies_to_one_prefix_are_read_alike_whatever_came_between() -> None:
    plain = replace(REPLY, tokens=None, token_logprobs=None)
    other = replace(plain, text="It is\nThe answer is 6.")
    prefix = (Step(text="The answer is 5.\n"),)
    after = READ.after(prefix)
    read = [after(reply) for reply in (plain, other, replace(plain, sample_index=1), REPLY, plain)]
    assert read == [READ(prefix, reply) for reply in (plain, other, plain, REPLY, plain)]
    assert read[0] is read[2] is read[4]
