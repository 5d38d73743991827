"""What holds of every group that is made: labels, balance, splits, and where things come from."""

import collections
import itertools
from collections.abc import Callable, Iterable
from random import Random

import pytest

from stepsmith.schemas import Claim, Evidence, RecipeError, SourceError, Step
from stepsmith.transforms.evidence.facts import CaseFact, FactsTable
from stepsmith.transforms.evidence.graphs import facts_of
from stepsmith.transforms.evidence.group import EvidenceGroup
from stepsmith.transforms.evidence.make import make_problems
from stepsmith.transforms.evidence.splits import split_of
from stepsmith.transforms.evidence.wording import N_WORDINGS, Wording
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.evidence_support import support
from tests.evidence.made import design, examples, facts, problems, rows


def shares(made: Iterable[Evidence], key: Callable[[Evidence], object]) -> set[float]:
    """Return the shares of true labels among rows that are the same in `key`, all distinct."""
    by_key: dict[object, list[bool]] = collections.defaultdict(list)
    for row in made:
        by_key[key(row)].append(row.label)
    return {sum(labels) / len(labels) for labels in by_key.values()}


def of_block(block: str) -> list[Evidence]:
    return [row for row in rows(problems()) if row.block == block]


def test_a_plain_group_has_its_four_pools_four_times_each() -> None:
    for problem in problems(conditional=0):
        pools = collections.Counter(one.evidence.pool for one in examples(problem))
        assert pools == dict.fromkeys(("support", "wrong_state", "topic", "case_mismatch"), 4)


def test_a_pool_is_what_its_name_says() -> None:
    for row in of_block("plain"):
        same = (row.evidence_finding == row.finding, row.evidence_state == row.state)
        assert row.label is (row.pool == "support")
        if row.pool in ("support", "case_mismatch"):
            assert same == (True, True)
        elif row.pool == "wrong_state":
            assert same == (True, False)
        else:
            assert row.evidence_finding != row.finding


def test_a_claim_holds_of_its_case_but_where_the_case_mismatches() -> None:
    table = FactsTable.of(facts())
    for row in of_block("plain"):
        holds = row.state in table.cases[row.case_id].states(row.finding)
        assert holds is (row.pool != "case_mismatch")


@pytest.mark.parametrize("key", ["case", "evidence", "claim"])
def test_no_single_text_of_a_plain_group_says_anything_of_the_label(key: str) -> None:
    made = of_block("plain")
    assert shares(made, lambda row: (row.pair_group, getattr(row, key))) == {0.25}


@pytest.mark.parametrize("pair", list(itertools.combinations(("case", "evidence", "claim"), 2)))
def test_no_two_texts_of_a_conditional_group_say_anything_of_the_label(
    pair: tuple[str, str],
) -> None:
    made = of_block("conditional")
    found = shares(made, lambda row: (row.pair_group, *(getattr(row, key) for key in pair)))
    assert found == {0.5}


def test_all_three_texts_of_a_conditional_group_decide_its_label() -> None:
    made = of_block("conditional")
    by_all = shares(made, lambda row: (row.case, row.evidence, row.claim))
    assert by_all == {0.0, 1.0}
    assert {row.pool: row.label for row in made} == {"support": True, "condition": False}


def test_the_two_rules_of_a_group_are_the_same_words() -> None:
    by_group = collections.defaultdict(set)
    for row in of_block("conditional"):
        by_group[row.pair_group].add(row.evidence)
    for texts in by_group.values():
        one, other = texts
        assert sorted(one.replace(";", ".").split()) != one.split()
        assert sorted(_words(one)) == sorted(_words(other))
        assert len(one) == len(other)


def _words(text: str) -> list[str]:
    return text.replace(".", " ").replace(";", " ").split()


def test_the_case_of_a_rule_states_its_modifier_and_not_its_finding() -> None:
    for row in of_block("conditional"):
        assert row.modifier is not None
        assert row.modifier in row.case
        assert row.finding not in row.case


@pytest.mark.parametrize("key", ["case", "case_id", "evidence"])
def test_no_text_of_a_case_or_of_evidence_stands_in_two_splits(key: str) -> None:
    splits = collections.defaultdict(set)
    for row in rows(problems(plain=60, conditional=60)):
        splits[getattr(row, key)].add(row.split)
    assert {len(found) for found in splits.values()} == {1}
    assert set.union(*splits.values()) == {"train", "test"}


def test_every_label_is_what_the_verifier_reads_off_case_and_evidence() -> None:
    for problem in problems():
        for one in examples(problem):
            payload = _payload(one.grounds)
            asked = Claim(
                problem=type(problem)(id="p", prompt="", payload=payload),
                step=Step(text=one.evidence.claim),
            )
            assert support(asked).outcome == ("valid" if one.evidence.label else "invalid")


def _payload(grounds: object) -> str:
    import msgspec

    return msgspec.json.encode(grounds).decode()


def test_the_same_facts_in_any_order_give_the_same_problems() -> None:
    shuffled = Random(0).sample(given := list(facts()), len(given))
    assert problems(iter(shuffled)) == problems(iter(given))
    assert problems(iter(given), seed=2) != problems(iter(given))


def test_a_reference_is_none_of_the_group_s_own_cases_and_true_where_it_can_be() -> None:
    table = FactsTable.of(facts())
    for problem in problems(conditional=0):
        group = problem.read_payload(EvidenceGroup)
        own = {view.key for anchor in group.anchors for view in anchor.cases}
        for anchor in group.anchors:
            for unit in anchor.units:
                reference = unit.id.partition("/")[0]
                assert reference not in own
                assert unit.origin == "fact"
                assert unit.statement in table.cases[reference].statements


def test_a_state_that_one_case_alone_has_is_told_of_a_reference_that_lacks_it() -> None:
    table = [
        CaseFact(case=f"c{case}", finding=finding, state="yes" if case else "no")
        for case in range(5)
        for finding in ("u", "v")
    ]
    made = rows(problems(iter(table), conditional=0, splits={"all": 1.0}))
    assert {row.evidence_origin for row in made if row.evidence_state == "no"} == {"counterfactual"}
    assert {row.evidence_origin for row in made if row.evidence_state == "yes"} == {"fact"}


def test_the_topic_is_shared_where_facts_have_topics() -> None:
    topics = {"cough": "lung", "fever": "lung", "rash": "skin", "pallor": "skin"}
    table = [
        CaseFact(case=each.case, finding=each.finding, state=each.state, topic=topics[each.finding])
        for each in facts()
        if each.finding in topics
    ]
    made = problems(iter(table), conditional=0, plain=20)
    groups = [problem.read_payload(EvidenceGroup).anchors for problem in made]
    same = [topics[one.finding] == topics[other.finding] for one, other in groups]
    assert sum(same) >= len(same) - 2  # at most the last of each split is paired across


def test_given_texts_stand_as_they_are_and_no_made_one_beside_them() -> None:
    table = [
        CaseFact(
            case=each.case,
            finding=each.finding,
            state=each.state,
            text=f"Report of {each.case}.",
            evidence=f"Passage of {each.case} on {each.finding}: {each.state}.",
        )
        for each in facts()
    ]
    made = rows(problems(iter(table)))
    assert {row.case for row in made} <= {f"Report of c{case:02d}." for case in range(60)}
    assert all(row.evidence.startswith("Passage of ") for row in made)
    # What a text says of the finding cannot be hidden: no rule is made about a known one.
    assert {row.block for row in made} == {"plain"}


def test_synthesised_modifiers_are_added_to_one_case_and_declared_so() -> None:
    made = rows(problems(plain=0, modifiers="synthesised"))
    assert {row.modifier_origin for row in made} == {"synthesised"}
    for _, group in itertools.groupby(made, key=lambda row: row.pair_group):
        seen = list(group)
        assert len({row.case_id for row in seen}) == 1
        assert len({row.case for row in seen}) == 2
        assert all(row.modifier_state and row.modifier_state in row.case for row in seen)


def test_declared_modifiers_modify_what_is_declared() -> None:
    declared = {"fever": "cough", "rash": "pallor", "nausea": "cough"}
    made = rows(problems(plain=0, conditional=40, modifiers="declared", modified_by=declared))
    assert {(row.finding, row.modifier) for row in made} <= set(declared.items())
    assert {row.modifier_origin for row in made} == {"declared"}


def test_a_graph_s_relation_is_a_finding_and_its_tail_the_state() -> None:
    graph = Graph.of([Fact("a", "treats", "pain"), Fact("b", "treats", "fever")])
    assert [(each.case, each.finding, each.state) for each in facts_of(graph, states="tails")] == [
        ("a", "treats", "pain"),
        ("b", "treats", "fever"),
    ]


def test_a_curated_false_fact_is_a_state_that_is_absent() -> None:
    graph = Graph.of(
        [Fact("a", "has", "rash"), Fact("b", "has", "cough"), Fact("c", "has", "cough")],
        negatives=[Fact("a", "has", "cough")],
    )
    found = [(each.case, each.finding, each.state) for each in facts_of(graph, states="signs")]
    assert sorted(found) == [
        ("a", "has cough", "absent"),
        ("a", "has rash", "present"),
        ("b", "has cough", "present"),
        ("c", "has cough", "present"),
    ]


def test_a_relation_that_a_graph_lacks_is_named_with_the_nearest() -> None:
    graph = Graph.of([Fact("a", "treats", "pain")])
    with pytest.raises(RecipeError, match="did you mean 'treats'"):
        list(facts_of(graph, states="tails", relations=("treat",)))


@pytest.mark.parametrize(("several", "safety"), [(False, "functional"), (True, "closed_world")])
def test_why_a_claim_does_not_hold_of_a_case_is_said(*, several: bool, safety: str) -> None:
    table = list(facts())
    if several:
        table += [CaseFact(case="c00", finding=each.finding, state="other") for each in table]
        table += [CaseFact(case="c00", finding=each.finding, state="absent") for each in table]
        table += [CaseFact(case="c00", finding=each.finding, state="present") for each in table]
    made = rows(problems(iter(table), conditional=0))
    assert {row.safety for row in made if row.pool == "case_mismatch"} == {safety}
    assert {row.safety for row in made if row.pool != "case_mismatch"} == {"always"}


def test_facts_that_give_no_group_are_refused_with_what_they_lack() -> None:
    lone = [CaseFact(case="a", finding="u", state="yes")]
    with pytest.raises(SourceError, match="1 case, 0 of 1 finding in several states"):
        list(make_problems(lone, design(), source="", domain=""))


@pytest.mark.parametrize(
    "changes",
    [
        {"splits": {"train": 0.5}},
        {"splits": {"train": 1.5, "test": -0.5}},
        {"plain": 0, "conditional": 0},
        {"modifiers": "declared"},
        {"modified_by": {"fever": "cough"}},
    ],
)
def test_a_design_that_does_not_add_up_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        design(**changes)


def test_splits_take_about_their_shares() -> None:
    splits = {"train": 0.8, "test": 0.2}
    found = collections.Counter(split_of(str(n), splits, seed=0) for n in range(2_000))
    assert 0.17 < found["test"] / 2_000 < 0.23


def test_every_wording_says_name_finding_and_state_in_case_evidence_and_claim() -> None:
    [problem, *_] = problems(conditional=0)
    group = problem.read_payload(EvidenceGroup)
    anchor = group.anchors[0]
    texts = set()
    for variant in range(0, N_WORDINGS, 7):
        wording = Wording(variant=variant)
        case = wording.case(anchor.cases[0])
        unit = wording.unit(anchor.units[0])
        claim = wording.claim(anchor.units[0].statement)
        texts.add((case, unit, claim))
        assert anchor.cases[0].name in case
        assert anchor.units[0].name in unit
        assert all(
            anchor.finding in text and anchor.states[0] in text for text in (case, unit, claim)
        )
    assert len(texts) > 60
