"""Options of a multiple-choice question: of the answer's type, no answer, in any order."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem
from stepsmith.transforms.graph.payload import read_graph_payload
from stepsmith.transforms.graph.questions.make import Maker, Writing
from stepsmith.transforms.graph.questions.options import distractors, lettered, reordered
from stepsmith.transforms.graph.questions.sample import Question, Rules, Sampler
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from tests.graph.made import made_graph

GRAPH = made_graph(3)


def questions(n: int = 300, hops: int = 2, graph: Graph = GRAPH) -> list[Question]:
    sampler, rng = Sampler(graph=graph, rules=Rules()), Random(0)
    draws = [sampler.draw(hops, rng) for _ in range(n)]
    return [each for each in draws if isinstance(each, Question)]


def choice(question: Question, *, seed: int = 0, options: int = 4) -> Problem:
    writing = Writing(
        folder="", source="s", domain="d", seed=seed, form="choice", options=options, context=3
    )
    made = Maker(GRAPH, writing).problem(question)
    assert made is not None
    return made


QUESTIONS = questions()


def test_distractors_are_tails_of_the_last_relation_and_no_answers() -> None:
    for question in QUESTIONS:
        found = distractors(GRAPH, question, 3, Random(1))
        assert len(set(found)) == 3
        assert set(found) <= set(GRAPH.tails_of(question.path[-1].relation).tolist())
        assert set(found).isdisjoint(question.answers)
        on_paths = {edge.tail for path in question.paths for edge in path}
        assert set(found).isdisjoint({*on_paths, question.start})
        assert not any(GRAPH.between(question.path[-1].head, node) for node in found)


def test_no_two_options_are_called_alike() -> None:
    facts = [Fact("a", "r", "z"), *(Fact(f"b{n}", "r", f"t{n}") for n in range(6))]
    twins = {f"t{n}": ["Twin"] for n in range(5)} | {"t5": ["Other"]}
    graph = Graph.of(facts, names=twins)
    [question] = [each for each in questions(50, 1, graph) if graph.key(each.start) == "a"][:1]
    found = distractors(graph, question, 5, Random(0))
    assert sorted(graph.name(node) for node in found) == ["Other", "Twin"]


def test_a_question_with_too_few_wrong_options_is_not_written() -> None:
    facts = [Fact("a", "r", "z"), Fact("b", "r", "y")]
    graph = Graph.of(facts)
    [question, *_] = questions(9, 1, graph)
    writing = Writing(folder="", source="s", domain="d", form="choice", options=3)
    assert Maker(graph, writing).problem(question) is None


def test_a_question_shows_its_options_by_name_and_one_of_them_is_the_answer() -> None:
    for question in QUESTIONS[:30]:
        problem = choice(question)
        payload = read_graph_payload(problem)
        assert [option.letter for option in payload.options] == ["A", "B", "C", "D"]
        right = [each for each in payload.options if each.key in payload.answers]
        assert [each.letter for each in right] == [problem.answer]
        shown = problem.prompt.split("\n")[-4:]
        assert shown == [f"{each.letter}. {each.key.replace('_', ' ')}" for each in payload.options]


def test_the_right_letter_is_any_of_them() -> None:
    letters = {choice(question).answer for question in QUESTIONS}
    assert letters == {"A", "B", "C", "D"}


@given(at=st.integers(0, len(QUESTIONS) - 1), seed=st.integers(0, 999), n=st.integers(2, 6))
def test_another_order_keeps_the_question_and_remaps_the_letters(
    at: int, seed: int, n: int
) -> None:
    problem = choice(QUESTIONS[at], options=n)
    other, letters = reordered(problem, Random(seed))
    before, after = read_graph_payload(problem), read_graph_payload(other)
    assert sorted(letters) == sorted(letters.values()) == [each.letter for each in before.options]
    assert letters[problem.answer or ""] == other.answer
    keys = {option.letter: option.key for option in after.options}
    assert all(keys[letters[each.letter]] == each.key for each in before.options)
    assert (other.id, other.group_id) == (problem.id, problem.group_id)
    assert other.prompt.split("\n")[:-n] == problem.prompt.split("\n")[:-n]
    again, back = reordered(other, Random(seed + 1))
    assert {back[letter] for letter in letters.values()} == set(letters)
    assert again.answer == back[other.answer or ""]


@pytest.mark.parametrize("n", [1, 26])
def test_options_get_letters_in_their_shown_order(n: int) -> None:
    options = lettered([str(number) for number in range(n)], Random(0))
    assert [each.letter for each in options] == [chr(65 + at) for at in range(n)]
    assert sorted(int(each.key) for each in options) == list(range(n))
