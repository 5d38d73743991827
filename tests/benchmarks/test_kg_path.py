"""The benchmark of the path reward: its traces are spoiled, and its claims hold on a made graph."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.chains.traces import SPOILED, Asked, made, problems
from benchmarks.papers_kg_path import falls_of, measure, plain, won
from stepsmith.transforms.graph.store import Graph


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    graph = made(str(tmp_path_factory.mktemp("graph")))
    return [Asked.of(each, Random(1)) for each in problems(graph, size=8, hops=[2, 3])]


def test_a_gold_trace_has_one_sentence_a_hop_and_nothing_wrong(asked: list[Asked]) -> None:
    for each in asked:
        assert len(each.gold) == each.payload.max_hops
        assert each.first_wrong(each.gold) is None
        assert each.first_missing(each.gold) is None


def test_every_way_to_spoil_a_trace_changes_it(asked: list[Asked]) -> None:
    for each in asked:
        for kind, spoil in SPOILED.items():
            steps = spoil(each, Random(2))
            assert len(steps) == len(each.gold)
            assert steps != each.gold, kind
            assert (sorted(steps) == sorted(each.gold)) is (kind == "shuffled")


def test_the_hop_that_was_left_out_is_the_first_missing_one(asked: list[Asked]) -> None:
    for each in asked:
        for at in range(len(each.gold)):
            assert each.first_missing((*each.gold[:at], *each.gold[at + 1 :])) == at


def test_a_plain_list_of_a_path_s_words_has_them_all_and_repeats_none(asked: list[Asked]) -> None:
    for each in asked:
        found = each.reward(plain(each))
        assert (found.coverage, found.phi_rep, found.reward) == (1.0, 1.0, 1.6)
        assert not any(falls_of(each, Random(0)))


def test_a_tie_is_half_a_win(asked: list[Asked]) -> None:
    gold, nothing = asked[0].reward(asked[0].gold), asked[0].reward(["nothing"])
    assert (won(gold, nothing), won(gold, gold), won(nothing, gold)) == (1.0, 0.5, 0.0)


@pytest.mark.slow
def test_the_claims_hold_on_a_made_graph() -> None:
    found = {claim.name: claim for claim in measure(quick=True).claims}
    assert [name for name, claim in found.items() if claim.holds is False] == []
    assert found["kg_path.shuffled.reward_gold_wins"].value == 0.5
    assert sum(claim.target is not None for claim in found.values()) == 8


def test_a_made_graph_is_the_same_one_every_time(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        digests.append(Graph.open(made(str(tmp_path / name))).digest)
    assert digests[0] == digests[1]
