"""The published token-overlap reward, exact at its corners, and blind where it is blind."""

import dataclasses
import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.overlap import (
    STOP_WORDS,
    PathReward,
    path_reward,
    path_values,
    repetition,
    thought,
    tokens,
)
from stepsmith.transforms.graph.payload import GraphPayload
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Fact

PATH = ("aspirin", "treats", "headache", "indicates", "migraine")
GOLD = "aspirin treats headache. headache indicates migraine."


def reward(text: str, *, right: bool = True) -> PathReward:
    return path_reward(text, PATH, right=right)


@pytest.mark.parametrize(
    ("text", "right", "expected"),
    [
        (GOLD, True, 1.6),
        ("no idea", True, 0.1),
        (GOLD, False, 0.5),
        ("no idea", False, -1.0),
    ],
)
def test_the_corners_are_exact(text: str, right: bool, expected: float) -> None:
    assert reward(text, right=right).reward == expected


def test_every_part_of_a_reward_is_there() -> None:
    assert reward("Aspirin treats the headache; aspirin!") == PathReward(
        n_hits=3,
        n_path_tokens=5,
        coverage=0.6,
        hit2=1,
        dominance=0.5,
        max_run=1,
        phi_rep=1 - 3 * (0.5 - 0.35),
        r_path=pytest.approx((1.2 * 0.6 + 0.3) * 0.55),
        r_bin=0.1,
        reward=pytest.approx(0.1 + (1.2 * 0.6 + 0.3) * 0.55),
    )


def test_one_hit_is_no_two() -> None:
    assert (reward("aspirin").hit2, reward("aspirin treats").hit2) == (0, 1)


def test_an_empty_text_is_not_repetitive() -> None:
    empty = reward("")
    assert (empty.phi_rep, empty.coverage, empty.max_run, empty.dominance) == (1.0, 0.0, 0, 0.0)


@pytest.mark.parametrize(
    ("dominance", "max_run", "factor"),
    [(0.35, 3, 1.0), (0.45, 3, 0.7), (0.2, 5, 0.9), (0.7, 3, 0.0), (1.0, 40, 0.0)],
)
def test_repetition_lowers_the_reward_as_the_formula_says(
    dominance: float, max_run: int, factor: float
) -> None:
    assert repetition(dominance, max_run) == pytest.approx(factor, abs=1e-12)


def test_a_text_that_repeats_the_entities_gets_less_than_half() -> None:
    for spam in ("aspirin " * 12, "aspirin migraine " + "headache " * 5, "migraine " * 3):
        assert reward(spam).phi_rep < 0.5


OTHERS = ("cough", "fever", "doctor", "often", "red", "blue")
words = st.sampled_from([*PATH, *OTHERS])


@given(
    order=st.permutations([*PATH, *OTHERS] * 2), n=st.integers(6, 20), added=st.sampled_from(PATH)
)
def test_to_add_a_missing_path_word_never_lowers_the_reward(
    order: list[str], n: int, added: str
) -> None:
    said = [word for word in order if word != added][:n]
    before, after = reward(" ".join(said)), reward(" ".join([*said, added]))
    assert before.phi_rep == after.phi_rep == 1.0, "of six words, two each, none dominates"
    assert after.coverage > before.coverage
    assert after.reward >= before.reward


@given(said=st.lists(words, max_size=30), right=st.booleans())
def test_a_reward_lies_within_its_bounds(said: list[str], *, right: bool) -> None:
    found = reward(" ".join(said), right=right)
    assert 0 <= found.coverage <= 1
    assert 0 <= found.phi_rep <= 1
    assert 0 <= found.r_path <= 1.5
    assert found.reward == found.r_bin + found.r_path


@given(text=st.text(max_size=60), seed=st.integers(0, 99))
def test_order_direction_and_negation_change_nothing(text: str, seed: int) -> None:
    sentences = [*GOLD.split(". "), text.replace(".", " ")]
    shuffled = Random(seed).sample(sentences, len(sentences))
    one, other = reward(". ".join(sentences)), reward(". ".join(shuffled))
    assert (one.coverage, one.hit2) == (other.coverage, other.hit2)
    reverse = "headache treats aspirin. migraine indicates headache."
    denied = "aspirin treats not headache. headache indicates not migraine."
    assert reward(reverse).reward == reward(denied).reward == reward(GOLD).reward


def test_there_are_37_stop_words_and_none_is_read() -> None:
    assert len(STOP_WORDS) == 37
    assert tokens("The cat is in THE hat of 7 cats") == ["cat", "hat", "7", "cats"]
    assert all(re.fullmatch("[a-z]+", word) for word in STOP_WORDS)


def test_only_the_thought_is_read_where_there_is_one() -> None:
    assert thought("<think>a\nb</think> c") == "a\nb"
    assert thought("x <think>never ends") == "never ends"
    assert thought("no tags") == "no tags"
    assert reward("<think>no idea</think> aspirin treats headache").n_hits == 0


FACTS = (Fact("ada_l", "born_in", "london"), Fact("london", "part_of", "england"))


def test_the_values_of_a_path_are_its_names_and_words_and_nothing_of_its_form() -> None:
    payload = GraphPayload(
        facts=FACTS,
        names={"ada_l": ("Ada Lovelace", "Ada")},
        relations=(Relation(key="born_in", text="was born in"),),
        paths=(FACTS, FACTS[:1]),
    )
    values = path_values(payload)
    assert values == ["Ada Lovelace", "was born in", "london", "part of", "england"]
    said = {word for value in values for word in tokens(value)}
    assert said.isdisjoint({"start", "relation", "end", "head", "tail"})


def test_a_problem_without_a_path_has_no_coverage() -> None:
    assert path_values(GraphPayload()) == []
    found = path_reward(GOLD, [], right=True)
    assert dataclasses.astuple(found)[:4] == (0, 0, 0.0, 0)
    assert found.reward == 0.1
