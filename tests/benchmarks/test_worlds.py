"""The chain world says of itself what it does."""

from random import Random

import pytest

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, first_bad, true_error
from stepsmith.transforms.search.monte_carlo import monte_carlo

WORLD = ChainWorld(n_steps=6, success=0.8, recovery=0.25)


@pytest.mark.parametrize("n_done", [0, 3, 5])
@pytest.mark.parametrize("intact", [True, False])
def test_continuations_end_right_as_often_as_the_world_says(n_done: int, intact: bool) -> None:
    if not intact and n_done == 0:
        return
    prefix = [f"{index} x\n" for index in range(n_done)]
    if not intact:
        prefix[0] = "0 x broken\n"
    rng = Random(3)
    ends = [WORLD.write(prefix, rng)[-1].endswith(" right\n") for _ in range(4_000)]
    assert sum(ends) / 4_000 == pytest.approx(WORLD.value(n_done, intact=intact), abs=0.03)


def test_a_wrong_continuation_of_an_intact_prefix_holds_its_error() -> None:
    rng = Random(4)
    for _ in range(200):
        written = WORLD.write(["0 x\n", "1 y\n"], rng)
        assert written[-1].endswith(" right\n") is (first_bad(written) is None)
        assert len(written) == 4


def test_errors_lie_where_the_world_draws_them() -> None:
    rng = Random(5)
    places = [first_bad(WORLD.wrong_solution(rng)) for _ in range(4_000)]
    share = 0.2 / (1 - 0.8**6)
    assert places.count(0) / 4_000 == pytest.approx(share, abs=0.03)
    assert None not in places


def test_a_walk_answers_a_plan_and_counts_its_samples() -> None:
    given = [WORLD.wrong_solution(Random(1)), WORLD.wrong_solution(Random(2))]
    walk = Walk(world=WORLD, seed=1, given=given)
    rows = walk.run(monte_carlo(PROBLEM, Random(0), solutions=2, rollouts=3)).rows
    assert [true_error(row.trajectory) for row in rows] == list(map(first_bad, given))
    assert (walk.n_samples, walk.n_probes) == (2 + 2 * 5 * 3, 2 * 5 * 3)
    again = Walk(world=WORLD, seed=1, given=given)
    assert again.run(monte_carlo(PROBLEM, Random(0), solutions=2, rollouts=3)).rows == rows
