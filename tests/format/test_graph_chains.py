"""Graph chains: what a graph says of every step, and the measures of the whole, in columns."""

import dataclasses

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.format import Carried, LeftOut
from stepsmith.transforms.format.graph_chains import GraphChainRow, graph_chains, read
from tests.format.solutions import solution
from tests.verify.graph.questions import problem

STEPS = (
    "First we look.\n",
    "The residence of Ada is London.\n",
    "It is not true that London is the capital of the UK.\n",
    "The UK borders Ireland.\n",
)


def row(**changes: object) -> LabelledTrajectory:
    made = solution((None, True, False, None), texts=STEPS)
    return dataclasses.replace(made, problem=problem(**changes))


def test_every_step_and_the_whole_chain_are_described() -> None:
    assert graph_chains(row()) == GraphChainRow(
        id="p/solve#0",
        prompt="Where?",
        steps=STEPS,
        labels=("unknown", "right", "wrong", "unknown"),
        classes=("no fact", "supported", "contradicted", "broken_chain"),
        facts=(
            "",
            "ada | residence | london",
            "not: london | capital_of | uk",
            "uk | borders | ireland",
        ),
        truths=("", "true", "false", "true"),
        places=("", "start", "reached", "unreached"),
        uses=("", "on_path", "none", "on_path"),
        world="open",
        n_paths=2,
        complete=True,
        coverage=1 / 3,
        path=1,
        hops=3,
        precision=1 / 3,
        n_used=1,
        starts=True,
        ends=False,
        first_wrong=2,
    )


def test_a_problem_without_a_graph_has_no_measures() -> None:
    made = graph_chains(solution())
    assert isinstance(made, GraphChainRow)
    assert made.classes == ("", "", "")
    assert (made.coverage, made.world, made.first_wrong) == (None, None, None)


def test_a_graph_that_cannot_be_opened_leaves_the_row_out() -> None:
    expected = LeftOut(reason="the problem's graph cannot be opened, or lacks what it speaks of")
    assert graph_chains(row(graph="/nowhere")) == expected


def test_a_row_without_steps_is_left_out() -> None:
    assert graph_chains(solution((), texts=())) == LeftOut(reason="no steps")


def test_every_label_is_carried() -> None:
    made = graph_chains(row())
    assert isinstance(made, GraphChainRow)
    assert read(made) == Carried(prompt="Where?", steps=STEPS, labels=(None, True, False, None))
