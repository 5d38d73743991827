"""A policy's own words for a question are taken only where they give no node away."""

import dataclasses
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from stepsmith.schemas import Claim, Problem, Step, Trajectory, Verdict
from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.graph.payload import GraphPayload, Option
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.search import SearchResult
from stepsmith.transforms.search.base import Check, Sample
from stepsmith.transforms.search.graph_rewrites import graph_rewrites
from stepsmith.transforms.verify.graph_question import question as judge_question

PATH = (Fact("ada", "born_in", "london"), Fact("london", "capital_of", "uk"))
PAYLOAD = GraphPayload(
    facts=(*PATH, Fact("paris", "capital_of", "france")),
    starts=("ada",),
    answers=("uk",),
    paths=(PATH,),
    options=(Option(letter="A", key="france"), Option(letter="B", key="uk")),
)
LINE = "ada is born in P. P is capital of Q. Name Q."
PROBLEM = Problem(
    id="p",
    prompt=f"Facts:\nada | is born in | london\n{LINE}\nA. france\nB. uk",
    payload=PAYLOAD.encode(),
)
GOOD = "Of which state is the birthplace of Ada the capital?"
TELLING = "Of which state is London, where Ada was born, the capital?"


def trajectory(text: str, at: int, *, finish_reason: FinishReason = "stop") -> Trajectory:
    return Trajectory(
        id=f"p/{at}",
        problem_id="p",
        steps=(Step(text=text),) if text else (),
        finish_reason=finish_reason,
    )


@dataclasses.dataclass
class Answers:
    """Answers a plan: rewrites as given, solutions that say B, verdicts by the real verifier."""

    rewrites: Sequence[Trajectory]
    asked: list[Any] = dataclasses.field(default_factory=list[Any])

    def __call__(self, ask: Sample | Check) -> object:
        self.asked.append(ask)
        if isinstance(ask, Sample):
            solved = [trajectory("The answer is B.", at) for at in range(ask.n)]
            return tuple(self.rewrites if ask.path == "rewrite" else solved)
        if ask.verifier is None:
            return Verdict(outcome="valid", verifier="graph.answer")
        return judge_question(ask.claim)


def run(*rewrites: str | Trajectory, **options: Any) -> tuple[SearchResult, Answers]:
    texts = [
        each if isinstance(each, Trajectory) else trajectory(each, at)
        for at, each in enumerate(rewrites)
    ]
    answers = Answers(texts)
    return play(graph_rewrites(PROBLEM, Random(0), **options), answers), answers


def prompts(result: SearchResult) -> set[str]:
    return {row.problem.prompt for row in result.rows}


def test_the_first_text_that_gives_nothing_away_takes_the_place_of_the_question() -> None:
    result, answers = run(TELLING, f" {GOOD}\n", "Where is Ada from?", solutions=2)
    expected = PROBLEM.prompt.replace(LINE, GOOD)
    assert prompts(result) == {expected}
    assert expected.startswith("Facts:\nada | is born in | london\n")
    assert expected.endswith("\nA. france\nB. uk")
    asked = [ask for ask in answers.asked if isinstance(ask, Sample)]
    assert [(ask.path, ask.n, ask.prompt) for ask in asked] == [
        ("rewrite", 4, LINE),
        ("solve", 2, expected),
    ]
    assert len(result.rows) == 2
    assert {row.outcome.outcome for row in result.rows} == {"valid"}


def test_where_every_text_gives_something_away_the_template_stays() -> None:
    result, _ = run(TELLING, "Is it the UK, Ada?", "Who?", "")
    assert prompts(result) == {PROBLEM.prompt}


def test_a_text_that_was_cut_is_not_asked_about() -> None:
    cut = trajectory(GOOD, 0, finish_reason="length")
    result, answers = run(cut)
    assert prompts(result) == {PROBLEM.prompt}
    assert not [a for a in answers.asked if isinstance(a, Check) and a.verifier is not None]


def test_another_policy_may_write_and_equal_texts_are_asked_about_once() -> None:
    _, answers = run(GOOD, f"{GOOD} ", TELLING, teacher="writer", tries=3)
    [rewrite, solve] = [ask for ask in answers.asked if isinstance(ask, Sample)]
    assert (rewrite.policy, rewrite.n, solve.policy) == ("writer", 3, None)
    checked = [ask.claim for ask in answers.asked if isinstance(ask, Check) and ask.verifier]
    assert [claim.step.text for claim in checked] == [GOOD, TELLING]
    assert {claim.problem for claim in checked} == {PROBLEM}


def test_a_question_without_options_is_its_last_line() -> None:
    free = dataclasses.replace(PROBLEM, prompt=LINE, payload="{}")
    plan = graph_rewrites(free, Random(0))
    [ask] = next(plan)
    assert isinstance(ask, Sample)
    assert ask.prompt == LINE


def test_without_a_verifier_nothing_would_be_checked() -> None:
    with pytest.raises(RecipeError, match="verifiers is empty"):
        next(graph_rewrites(PROBLEM, Random(0), verifiers=()))


def test_what_is_named_is_judged_by_the_graph_s_names() -> None:
    verdicts = {
        text: judge_question(Claim(problem=PROBLEM, step=Step(text=text)))
        for text in (GOOD, TELLING, "Who?")
    }
    assert [each.outcome for each in verdicts.values()] == ["valid", "invalid", "undecided"]
    assert verdicts[TELLING].evidence == "it names 'london', which is not the start"
