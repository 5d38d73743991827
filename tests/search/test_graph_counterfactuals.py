"""The rows of edited chains: what is labelled and what is not, what is shared, what is refused."""

import dataclasses
from random import Random
from typing import Any

import pytest

from stepsmith.schemas import (
    Counterfactual,
    LabelledTrajectory,
    Problem,
    ProblemError,
    UnknownNameError,
    Verdict,
)
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.payload import GraphPayload, Option
from stepsmith.transforms.search import Ask, Check, SearchResult
from stepsmith.transforms.search.graph_counterfactuals import graph_counterfactuals
from stepsmith.transforms.verify.graph_answer import answer
from tests.negatives.graph.worlds import GOLD, NAMES, NEGATIVES, RELATIONS, facts

PAYLOAD = GraphPayload(
    facts=tuple(facts()),
    negatives=NEGATIVES,
    names=NAMES,
    relations=RELATIONS,
    starts=("p0",),
    answers=("k0",),
    paths=(GOLD,),
)
OPTIONS = (Option(letter="A", key="k3"), Option(letter="B", key="k0"), Option(letter="C", key="k2"))
EVERY: dict[str, Any] = {"max_chance": 1.0}


def problem(**changes: Any) -> Problem:
    payload = dataclasses.replace(PAYLOAD, **changes)
    return Problem(id="q", prompt="Whose is it?", answer="k0", payload=payload.encode())


def judge(ask: Ask) -> Verdict:
    assert isinstance(ask, Check)
    assert ask.verifier is None
    return answer(ask.claim)


def search(given: Problem | None = None, *, seed: int = 0, **options: Any) -> SearchResult:
    plan = graph_counterfactuals(given or problem(), Random(seed), **{**EVERY, **options})
    return play(plan, judge)


@pytest.fixture(scope="module")
def found() -> SearchResult:
    return search()


def references(result: SearchResult) -> list[LabelledTrajectory]:
    return [row for row in result.rows if row.trajectory.origin == "reference"]


def paired(result: SearchResult) -> list[tuple[LabelledTrajectory, Counterfactual]]:
    edited = [row for row in result.rows if row.trajectory.origin == "counterfactual"]
    return list(zip(edited, result.counterfactuals, strict=True))


def of_kind(result: SearchResult, kind: str) -> list[tuple[LabelledTrajectory, Counterfactual]]:
    return [pair for pair in paired(result) if pair[1].kind == kind]


def labels(row: LabelledTrajectory) -> list[bool | None]:
    return [label.correct for label in row.labels]


class TestReferences:
    def test_are_the_gold_chain_in_other_words_and_right_throughout(
        self, found: SearchResult
    ) -> None:
        rows = references(found)
        assert len({row.trajectory.text for row in rows}) == len(rows) == 2
        for row in rows:
            steps = [step.text for step in row.trajectory.steps]
            assert steps[-1] == "The answer is k0."
            for fact, text in zip(GOLD, steps, strict=False):
                assert text.endswith(".\n")
                # p0 is called Ada.
                assert all(name in text for name in (fact.head.replace("p0", "Ada"), fact.tail))
            assert labels(row) == [True] * 4
            assert row.outcome.outcome == "valid"
            assert row.labels[-1].value == 1.0
            assert row.first_error is None

    def test_are_as_many_as_asked_for_each_once(self) -> None:
        assert len(references(search(references=1))) == 1
        many = references(search(references=30, kinds=("negation",)))
        assert len({row.trajectory.text for row in many}) == len(many) > 20


class TestEdits:
    def test_are_rows_of_both_tables_with_one_id(self, found: SearchResult) -> None:
        assert len(found.rows) == 2 + len(found.counterfactuals)
        ids = [row.trajectory.id for row in found.rows]
        assert len(set(ids)) == len(ids)
        parents = {row.trajectory.id for row in references(found)}
        for row, one in paired(found):
            assert row.trajectory.id == one.id == f"q/{one.kind}/{one.hop}#0"
            assert row.trajectory.parent_id in parents
            assert row.trajectory.finish_reason == "given"
        assert {row.trajectory.parent_id for row, _ in paired(found)} == parents

    def test_share_their_reference_s_steps_before_the_error_and_differ_in_it(
        self, found: SearchResult
    ) -> None:
        texts = {row.trajectory.id: row.trajectory.steps for row in references(found)}
        for row, one in paired(found):
            gold = texts[row.trajectory.parent_id or ""]
            steps = row.trajectory.steps
            assert row.trajectory.branch_step == one.step_index
            assert steps[: one.step_index] == gold[: one.step_index]
            assert one.prefix == "".join(step.text for step in gold[: one.step_index])
            assert (one.before, one.after) == (
                gold[one.step_index].text,
                steps[one.step_index].text,
            )
            assert one.before != one.after
            assert one.prompt == "Whose is it?"

    def test_are_right_before_the_error_wrong_there_and_unlabelled_behind_it(
        self, found: SearchResult
    ) -> None:
        for row, one in paired(found):
            if one.fault in ("use", "none"):
                continue
            before, after = one.step_index, len(row.labels) - one.step_index - 1
            assert labels(row) == [*[True] * before, False, *[None] * after]
            assert row.first_error == one.step_index
            assert one.label is False

    def test_of_every_kind_say_where_the_error_is_and_why(self, found: SearchResult) -> None:
        assert {one.kind for one in found.counterfactuals} == {
            "broken_chain",
            "curated",
            "duplicated_hop",
            "early_stop",
            "negation",
            "reversed",
            "shortcut",
            "skipped_hop",
            "swapped_hops",
            "true_denial",
            "wrong_head",
            "wrong_relation",
            "wrong_tail.functional",
            "wrong_tail.typed",
        }
        for one in found.counterfactuals:
            assert one.check
            assert one.n_hops == 3
            later = one.kind in {"duplicated_hop", "early_stop"}
            assert one.step_index == one.hop + later
            assert (one.chance is None) is (one.fault not in ("fact", "none"))
            assert len(one.graph) == 64

    def test_name_the_facts_by_their_keys(self, found: SearchResult) -> None:
        [(_, one)] = [pair for pair in of_kind(found, "reversed") if pair[1].hop == 0]
        assert one.before_fact == "p0 | born_in | c0"
        assert one.after_fact == "c0 | born_in | p0"
        [(_, stop), *_] = of_kind(found, "early_stop")
        assert stop.before_fact == "c0 | run_by | f0"
        assert stop.after_fact is None
        [(_, end)] = [pair for pair in of_kind(found, "duplicated_hop") if pair[1].hop == 2]
        assert (end.before_fact, end.after_fact) == (None, "f0 | owned_by | k0")

    def test_end_as_the_verifier_of_outcomes_says(self, found: SearchResult) -> None:
        for row, one in paired(found):
            ends_right = row.trajectory.steps[-1].text == "The answer is k0."
            assert row.outcome.outcome == ("valid" if ends_right else "invalid"), one
            assert row.labels[-1].value == float(ends_right)
            assert row.trajectory.answer == row.trajectory.steps[-1].text[14:-1]
        assert all(row.outcome.outcome == "invalid" for row, _ in of_kind(found, "early_stop"))

    def test_that_say_a_hop_twice_are_right_but_for_the_repeat(self, found: SearchResult) -> None:
        for row, one in of_kind(found, "duplicated_hop"):
            expected: list[bool | None] = [True] * 5
            expected[one.step_index] = None
            assert labels(row) == expected
            assert row.first_error is None
            assert (one.label, one.flaw) == (None, "redundency")
        wrong = search(kinds=("duplicated_hop",), repeats="wrong")
        for row, one in paired(wrong):
            assert row.first_error == one.step_index
            assert labels(row)[one.step_index :] == [False, *[None] * (4 - one.step_index)]

    def test_that_deny_what_is_false_are_right_throughout(self, found: SearchResult) -> None:
        made = of_kind(found, "true_denial")
        assert {one.hop for _, one in made} == {0, 1, 2}
        for row, one in made:
            assert labels(row) == [True] * 5
            assert (row.first_error, one.label, one.flaw) == (None, True, None)
            assert row.outcome.outcome == "valid"

    def test_are_found_by_graph_path_where_they_are_said_to_be(self) -> None:
        from stepsmith.schemas import Claim
        from stepsmith.transforms.verify.graph_path import path

        for form in ("prose", "lines", "both"):
            result = search(problem(world="closed"), form=form, max_each=2)
            for row in result.rows:
                steps = row.trajectory.steps
                verdicts = [
                    path(Claim(problem=row.problem, prior=steps[:at], step=step)).outcome
                    for at, step in enumerate(steps)
                ]
                error = verdicts.index("invalid") if "invalid" in verdicts else None
                stops = row.first_error == len(steps) - 1 and steps[-1].kind == "answer"
                assert error == (None if stops else row.first_error), row.trajectory.text


class TestOptions:
    def test_of_a_choice_are_answered_by_letter(self) -> None:
        result = search(problem(options=OPTIONS), max_each=3)
        for row in references(result):
            assert row.trajectory.steps[-1].text == "The answer is B."
            assert row.outcome.outcome == "valid"
        ends = {row.trajectory.steps[-1].text for row, _ in of_kind(result, "wrong_tail.typed")}
        assert ends == {"The answer is A.", "The answer is B.", "The answer is C."}
        assert of_kind(result, "early_stop") == []

    def test_say_how_many_and_which(self) -> None:
        assert len(search(max_total=7).counterfactuals) == 7
        assert {one.kind for one in search(kinds=("negation",)).counterfactuals} == {"negation"}
        with pytest.raises(UnknownNameError, match="counterfactual operator 'wrong_tails'"):
            search(kinds=("wrong_tails",))

    def test_write_hops_as_sentences_as_lines_or_as_both(self) -> None:
        texts = {
            form: references(search(form=form, references=1))[0].trajectory.steps[0].text
            for form in ("prose", "lines", "both")
        }
        assert texts["lines"] == "Ada | is born in | c0\n"
        assert texts["both"] == texts["prose"][:-1] + " (Ada | is born in | c0)\n"
        denied = search(form="lines", kinds=("negation",)).counterfactuals
        assert denied[0].after == "Ada | not is born in | c0\n"

    def test_bound_the_chance_of_a_false_fact(self) -> None:
        chances = [one.chance or 0 for one in search(max_chance=0.05).counterfactuals]
        assert max(chances) <= 0.1  # one fact each in the smallest relation
        closed = search(problem(world="closed"), max_chance=0.05).counterfactuals
        assert {one.safety for one in closed if one.fault == "fact"} == {"closed_world", "curated"}


class TestSameness:
    def test_the_same_seed_gives_the_same_rows_and_another_others(self) -> None:
        assert search(seed=3) == search(seed=3)
        assert search(seed=3).counterfactuals != search(seed=4).counterfactuals

    def test_a_problem_does_not_change_the_next_one_s_rows(self) -> None:
        alone = search(seed=3)
        search(problem(paths=(GOLD[:2],), answers=("f0",)), seed=9)
        assert search(seed=3) == alone


class TestRefusals:
    def test_a_problem_without_a_chain_is_said_to_have_none(self) -> None:
        for payload in ("{}", problem(paths=()).payload, problem(paths=((),)).payload):
            with pytest.raises(ProblemError, match="has no paths"):
                search(Problem(id="q", prompt="?", payload=payload))

    def test_a_chain_that_is_none_is_said_what_is_wrong_with_it(self) -> None:
        with pytest.raises(ProblemError, match="hop 0 ends in 'c0' and hop 1 begins in 'f0'"):
            search(problem(paths=((GOLD[0], GOLD[2]),)))
        with pytest.raises(ProblemError, match=r"states f0 \| owned_by \| k1, which the graph"):
            search(problem(paths=((*GOLD[:2], GOLD[2]._replace(tail="k1")),)))
        with pytest.raises(ProblemError, match="ends in 'k0', which is none of the answers"):
            search(problem(answers=("k1",)))
        with pytest.raises(ProblemError, match="'nowhere', which is no node"):
            search(problem(starts=("nowhere",)))

    def test_another_graph_than_the_question_s_is_refused(self) -> None:
        with pytest.raises(GraphError, match="another graph"):
            search(problem(digest="0" * 64))
