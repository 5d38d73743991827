"""Answers by name, by letter and by both; and problems that cannot be judged at all."""

import pytest

from stepsmith.schemas.records import Claim, Step, Verdict
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph.answers import judge_answer
from stepsmith.transforms.verify.graph_answer import answer, check_gold
from tests.verify.graph.questions import BORN, problem, question

FREE = question(options=())
CHOICE = question()


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [
        ("Ireland", "valid"),
        ("ireland.", "valid"),
        ("the **Ireland**", "valid"),
        ("UK", "invalid"),
        ("France", "invalid"),
        ("UK or Ireland", "undecided"),
        ("Ireland and France", "undecided"),
        ("France and UK", "invalid"),
        ("Eire", "undecided"),
        ("", "undecided"),
        ("x" * 600, "undecided"),
        ("B", "undecided"),
    ],
)
def test_a_free_answer_is_a_name(stated: str, outcome: str) -> None:
    assert judge_answer(FREE, stated).outcome == outcome


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [
        ("B", "valid"),
        ("(b)", "valid"),
        ("Option B", "valid"),
        ("B. Ireland", "valid"),
        ("B) Ireland", "valid"),
        ("Ireland", "valid"),
        ("A", "invalid"),
        ("A: France", "invalid"),
        ("C", "invalid"),
        ("B. France", "undecided"),
        ("E", "undecided"),
        ("B because it is so", "undecided"),
    ],
)
def test_a_chosen_answer_is_a_letter_or_a_name(stated: str, outcome: str) -> None:
    assert judge_answer(CHOICE, stated).outcome == outcome


def test_an_intermediate_node_is_an_early_stop() -> None:
    assert judge_answer(FREE, "London").evidence == (
        "early stop: 'London' is on the path, and no answer"
    )


def test_one_meaning_of_an_ambiguous_name_is_enough() -> None:
    asked = question(answers=("paris_fr",), paths=(), options=())
    assert judge_answer(asked, "Paris").outcome == "valid"


def test_any_answer_of_the_set_will_do_and_so_will_all() -> None:
    asked = question(answers=("ireland", "france"), paths=(), options=())
    assert judge_answer(asked, "France").outcome == "valid"
    assert judge_answer(asked, "France and Ireland").outcome == "valid"
    assert judge_answer(asked, "France; Ireland").outcome == "valid"
    assert judge_answer(asked, "France or Ireland").outcome == "undecided"
    names = {"france": ("Trinidad or Tobago",)}
    odd = question(answers=("ireland", "france"), paths=(), options=(), names=names)
    assert judge_answer(odd, "Trinidad or Tobago; Ireland").outcome == "valid"


def gold(answer: str | None = None, **changes: object) -> Verdict:
    return check_gold(problem(answer, **changes))


def test_a_sound_problem_passes() -> None:
    assert gold().outcome == "valid"
    assert gold("B").outcome == "valid"
    assert gold("Ireland", options=()).outcome == "valid"


@pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"graph": "/nowhere"}, "no graph: "),
        ({"digest": "0" * 64}, "no graph: "),
        ({"facts": ()}, "no graph: "),
        ({"answers": ()}, "no answers: the payload has none"),
        ({"answers": ("oz",)}, "no graph: the question's answer 'oz' is no node of its graph"),
        ({"answers": ("uk",)}, "no answer: a path ends in a node that is none of the answers"),
        ({"paths": ((BORN, Fact("london", "capital_of", "france")),)}, "no graph: the question's"),
        ({"answer": "A"}, "another answer: another answer: 'A' is france, not ireland"),
    ],
)
def test_a_problem_that_cannot_be_judged_says_why(
    changes: dict[str, object], evidence: str
) -> None:
    verdict = gold(**changes)  # type: ignore[arg-type]  # an answer among the changes
    assert verdict.outcome == "undecided"
    assert verdict.evidence.startswith(evidence)


def test_a_letter_is_read_with_the_name_behind_it() -> None:
    def judged(text: str) -> str:
        return answer(Claim(problem=problem(), step=Step(text=text))).outcome

    assert judged("The answer is B. Ireland") == "valid"
    assert judged("The answer is B. France") == "undecided"
    assert judged("The answer is B.\nFrance is another country.") == "valid"


@pytest.mark.parametrize(
    "stated",
    [
        "not Ireland",
        "It is not Ireland",
        "never Ireland",
        "cannot be Ireland",
        "not the UK",
        "not the UK, not France",
        "it is false that it is Ireland",
        "I do not know if it is Ireland",
        "B: not Ireland",
    ],
)
def test_what_an_answer_denies_is_not_what_it_states(stated: str) -> None:
    assert judge_answer(CHOICE, stated).outcome == "undecided"
    assert judge_answer(FREE, stated).outcome == "undecided"


@pytest.mark.parametrize("stated", ["B, C", "B. Ireland or C. UK", "A, not B", "(B) or (C)"])
def test_two_letters_are_two_answers(stated: str) -> None:
    assert judge_answer(CHOICE, stated).evidence == f"several answers: {stated!r}"


def test_an_article_is_no_letter_of_another_option() -> None:
    assert judge_answer(CHOICE, "B. A country: Ireland").outcome == "valid"
    assert judge_answer(CHOICE, "B, that is, Ireland").outcome == "valid"
