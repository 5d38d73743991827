"""OmegaPRM in a world where every first error is known: what must hold of any search."""

import math
from collections import Counter
from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, true_error
from stepsmith.schemas import LabelledTrajectory
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.label.given import given as keep_given
from stepsmith.transforms.search import Ask, Plan, Sample, SearchResult
from stepsmith.transforms.search.omega import omega
from tests.search.golden import check_golden

worlds = st.builds(
    ChainWorld,
    n_steps=st.integers(1, 12),
    success=st.sampled_from([0.7, 0.88, 0.95]),
    recovery=st.sampled_from([0.0, 0.1, 0.3]),
)
sound_worlds = st.builds(
    ChainWorld, n_steps=st.integers(1, 12), success=st.sampled_from([0.7, 0.88, 0.95])
)
seeds = st.integers(0, 2**20)
options = st.fixed_dictionaries(
    {
        "searches": st.integers(0, 12),
        "rollouts": st.sampled_from([2, 4, 8]),
        "selector": st.sampled_from(["paper", "uniform", "stratified"]),
        "rule": st.sampled_from(["mc_gt_0", "absolute", "relative"]),
        "threshold": st.just(0.25),
        "filter_rollouts": st.sampled_from([0, 32]),
        "parallel": st.sampled_from([1, 3]),
    }
)


def recorded(plan: Plan, asked: list[Ask]) -> Plan:
    """Pass a plan's asks on, and write them down."""
    answers = None
    while True:
        try:
            asks = next(plan) if answers is None else plan.send(answers)
        except StopIteration as end:
            result: SearchResult = end.value
            return result
        asked.extend(asks)
        answers = yield asks


def walk(world: ChainWorld, seed: int, **chosen: object) -> tuple[SearchResult, list[Sample]]:
    asked: list[Ask] = []
    plan = omega(PROBLEM, Random(seed), **chosen)  # type: ignore[arg-type]
    result = Walk(world=world, seed=seed).run(recorded(plan, asked))
    return result, [ask for ask in asked if isinstance(ask, Sample)]


def text_of(ask: Sample) -> str:
    return "".join(step.text for step in ask.prefix)


def located(result: SearchResult) -> Iterator[LabelledTrajectory]:
    return (row for row in result.rows if row.first_error is not None)


@given(world=worlds, seed=seeds, chosen=options)
def test_no_solution_is_searched_twice_and_no_prefix_estimated_twice(
    world: ChainWorld, seed: int, chosen: dict[str, object]
) -> None:
    result, asked = walk(world, seed, **chosen)
    texts = [row.trajectory.text for row in result.rows]
    assert len(texts) == len(set(texts))
    inner = [text_of(ask) for ask in asked if ask.prefix]
    assert len(inner) == len(set(inner))
    assert len({ask.path for ask in asked}) == len(asked)


@given(world=worlds, seed=seeds, chosen=options)
def test_the_counts_add_up(world: ChainWorld, seed: int, chosen: dict[str, object]) -> None:
    result, asked = walk(world, seed, **chosen)
    by_text = {text_of(ask): ask for ask in asked if ask.prefix}
    seen: set[str] = set()
    for row in result.rows:
        text = ""
        for step, label in zip(row.trajectory.steps, row.labels, strict=True):
            text += step.text
            if label.n_rollouts is not None:
                seen.add(text)
                assert label.n_rollouts == by_text[text].n
                assert label.value == (label.n_correct or 0) / label.n_rollouts
    # Every prefix that was paid for is in a row.
    assert seen == set(by_text)
    root, *others = result.nodes
    assert root.n_rollouts == sum(ask.n for ask in asked if not ask.prefix)
    assert sum(node.visits for node in result.nodes) <= int(str(chosen["searches"]))
    assert {node.n_rollouts for node in others} <= {chosen["rollouts"], None}


@given(world=worlds, seed=seeds, chosen=options)
def test_a_search_asks_about_at_most_log2_of_its_steps(
    world: ChainWorld, seed: int, chosen: dict[str, object]
) -> None:
    _, asked = walk(world, seed, **chosen)
    probes = Counter(ask.path.split("/")[1] for ask in asked if ask.prefix)
    assert all(count <= math.ceil(math.log2(world.n_steps)) for count in probes.values())


@given(world=worlds, seed=seeds, chosen=options)
def test_the_tree_is_a_tree_and_its_text_is_exact(
    world: ChainWorld, seed: int, chosen: dict[str, object]
) -> None:
    result, _ = walk(world, seed, **chosen)
    nodes = {node.id: node for node in result.nodes}
    assert len(nodes) == len(result.nodes)
    rows = {row.trajectory.id: row.trajectory for row in result.rows}
    texts: dict[str, str] = {}
    for node in sorted(nodes.values(), key=lambda node: node.end):
        if node.parent_id is None:
            assert (node.start, node.end, node.text) == (0, 0, "")
        else:
            assert node.trajectory_id is not None
            steps = rows[node.trajectory_id].steps
            assert node.start == nodes[node.parent_id].end < node.end
            assert node.text == "".join(step.text for step in steps[node.start : node.end])
            assert texts[node.parent_id] == "".join(step.text for step in steps[: node.start])
        texts[node.id] = texts.get(node.parent_id or "", "") + node.text
    assert len(set(texts.values())) == len(texts)


@given(world=worlds, seed=seeds, chosen=options)
def test_pairs_are_single_steps_after_one_prefix(
    world: ChainWorld, seed: int, chosen: dict[str, object]
) -> None:
    result, _ = walk(world, seed, **chosen)
    rows = {row.trajectory.id: row.trajectory for row in result.rows}
    for pair in result.pairs:
        assert 0.5 < pair.preference <= 1.0
        for name, text in ((pair.chosen_id, pair.chosen), (pair.rejected_id, pair.rejected)):
            assert name is not None
            steps = rows[name].steps
            assert steps[pair.branch_step].text == text
            assert "".join(step.text for step in steps[: pair.branch_step]) == pair.prefix


@settings(max_examples=10)
@given(world=worlds, seed=seeds, chosen=options)
def test_the_same_seed_and_answers_give_the_same_result(
    world: ChainWorld, seed: int, chosen: dict[str, object]
) -> None:
    assert walk(world, seed, **chosen) == walk(world, seed, **chosen)


@given(world=sound_worlds, seed=seeds)
def test_without_recovery_nothing_before_a_true_error_is_missed(
    world: ChainWorld, seed: int
) -> None:
    """A prefix with a right completion is intact, so that no first error is found too late."""
    result, _ = walk(world, seed, searches=12)
    for row in located(result):
        assert (row.first_error or 0) <= (true_error(row.trajectory) or 0)


@given(world=worlds, seed=seeds, searches=st.integers(1, 12))
def test_the_labelers_find_what_the_search_found(
    world: ChainWorld, seed: int, searches: int
) -> None:
    """The last step and the first included: the search ends with neighbours, so there is no gap."""
    result, _ = walk(world, seed, searches=searches)
    by_value = {row.trajectory.id: row for row in first_error(result.rows)}
    kept = {row.trajectory.id: row for row in keep_given(result.rows)}
    for row in located(result):
        error = row.first_error or 0
        assert kept[row.trajectory.id].first_error == error
        assert kept[row.trajectory.id].labels == row.labels
        zeros = [index for index, label in enumerate(row.labels) if label.value == 0.0]
        # An earlier prefix without a right completion is another solution's unlucky estimate.
        if zeros[0] == error:
            assert by_value[row.trajectory.id].first_error == error


@given(world=worlds, seed=seeds)
def test_a_wider_round_asks_no_prefix_more_often(world: ChainWorld, seed: int) -> None:
    result, asked = walk(world, seed, searches=8, parallel=8)
    assert len({text_of(ask) for ask in asked if ask.prefix}) == sum(1 for a in asked if a.prefix)
    assert sum(node.visits for node in result.nodes) <= 8


def test_a_search_is_the_golden_one() -> None:
    world = ChainWorld(n_steps=6, success=0.8, recovery=0.1)
    check_golden("omega", walk(world, 3, rollouts=4, searches=6)[0])


def test_a_relative_search_is_the_golden_one() -> None:
    world = ChainWorld(n_steps=6, success=0.8, recovery=0.1)
    chosen = {"rule": "relative", "threshold": 0.5, "selector": "stratified", "parallel": 2}
    check_golden("omega_relative", walk(world, 3, rollouts=4, searches=6, **chosen)[0])


def test_a_dropped_problem_is_the_golden_one() -> None:
    world = ChainWorld(n_steps=2, success=0.01)
    check_golden("omega_dropped", walk(world, 3, rollouts=2, filter_rollouts=4, filter_batch=2)[0])
