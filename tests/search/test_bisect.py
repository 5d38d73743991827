"""Adaptive bisection in worlds whose first errors are known: what it finds, and what it asks."""

import collections
import dataclasses
import itertools
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from benchmarks.worlds.walk import PROBLEM, RIGHT, ChainWorld, Walk, true_error
from stepsmith.schemas import LabelledTrajectory, Outcome, Sampling, Step, Trajectory, Verdict
from stepsmith.transforms.label.posterior import posterior
from stepsmith.transforms.label.prior import Prior, default_prior
from stepsmith.transforms.search import Ask, Check, Plan, Sample, SearchResult
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.first_error.suspects import Suspects
from stepsmith.transforms.search.first_error.tables import rows_of
from tests.search.golden import check_golden
from tests.search.scripts import Answer, lines, search
from tests.search.watch import samples, watched

WORLD = ChainWorld(n_steps=10, success=0.9, recovery=0.02)


def plan(**options: Any) -> Plan:
    return bisect(PROBLEM, Random(0), **options)


def walk(seed: int, world: ChainWorld = WORLD, **options: Any) -> tuple[SearchResult, list[Sample]]:
    asked: list[Ask] = []
    return Walk(world=world, seed=seed).run(watched(plan(**options), asked)), samples(asked)


def wrong(seed: int, world: ChainWorld = WORLD, **options: Any) -> tuple[LabelledTrajectory, int]:
    """Search one wrong solution; its row, and how many samples that took."""
    written = world.wrong_solution(Random(f"wrong {seed}"))
    search = Walk(world=world, seed=seed, given=[written])
    [row] = search.run(plan(solutions=1, **options)).rows
    return row, search.n_probes


def spent(asked: Sequence[Sample]) -> collections.Counter[str]:
    """Count the samples of each solution's prefixes, by its number."""
    counted: collections.Counter[str] = collections.Counter()
    for ask in asked:
        if ask.path.startswith("bisect/"):
            counted[ask.path.split("/")[1]] += ask.n
    return counted


def n_completions(rows: Sequence[LabelledTrajectory]) -> int:
    """Count the completions that the rows tell of, those of one prefix once."""
    counted: dict[str, int] = {}
    for row in rows:
        texts = itertools.accumulate(step.text for step in row.trajectory.steps)
        for text, label in zip(texts, row.labels, strict=True):
            assert counted.setdefault(text, label.n_rollouts or 0) == (label.n_rollouts or 0)
    return sum(counted.values())


def script(answer: Answer, **options: Any) -> tuple[SearchResult, list[Ask]]:
    asked: list[Ask] = []
    found = search(watched(plan(**options), asked), answer, pieces=lines)
    return found, asked


def test_the_planted_error_is_found_with_few_samples() -> None:
    found = [wrong(seed) for seed in range(40)]
    located = [row for row, _ in found if row.first_error is not None]
    exact = [row for row in located if row.first_error == true_error(row.trajectory)]
    assert len(located) >= 28
    assert len(exact) >= 0.95 * len(located)
    assert sum(n for _, n in found) / len(found) < 25


def test_where_nothing_recovers_a_prefix_that_was_saved_is_never_blamed() -> None:
    world = dataclasses.replace(WORLD, recovery=0.0)
    for seed in range(20):
        row, _ = wrong(seed, world)
        saved = [at for at, label in enumerate(row.labels[:-1]) if label.n_correct]
        assert row.first_error is None or row.first_error > max(saved, default=-1)


@pytest.mark.parametrize("batch", [1, 3, 7])
@pytest.mark.parametrize("budget", [0, 5, 12])
def test_no_solution_costs_more_than_its_budget_and_no_round_more_than_a_batch(
    budget: int, batch: int
) -> None:
    result, asked = walk(1, budget=budget, batch=batch, confidence=1.0, searches=8, slack=1.0)
    assert all(n <= budget for n in spent(asked).values())
    rounds: collections.Counter[str] = collections.Counter()
    for ask in asked:
        if ask.path.startswith("bisect/"):
            rounds[ask.path.rpartition("/")[0]] += ask.n
    assert all(n <= batch for n in rounds.values())
    assert n_completions(result.rows) == spent(asked).total()
    if budget:
        assert max(spent(asked).values()) > budget - batch


def test_the_same_seed_gives_the_same_and_paths_are_unique() -> None:
    first, asked = walk(3, searches=8)
    again, _ = walk(3, searches=8)
    other, _ = walk(4, searches=8)
    assert first == again != other
    assert len({ask.path for ask in asked}) == len(asked)


@pytest.mark.parametrize("options", [{}, {"searches": 10, "slack": 1.0}])
def test_rows_say_what_the_labeler_says_of_them(options: dict[str, Any]) -> None:
    result, _ = walk(5, **options)
    labelled = posterior(result.rows, confidence=0.9)
    for row, done in zip(result.rows, labelled, strict=True):
        assert row.first_error == done.first_error
        for label, expected in zip(row.labels, done.labels, strict=True):
            assert label.correct_prob == pytest.approx(expected.correct_prob, abs=1e-9)


def recovered(broken_at: int) -> list[str]:
    """Write a solution with a wrong step that ends right all the same."""
    texts = [f"{at} 00{' broken' if at == broken_at else ''}\n" for at in range(9)]
    return [*texts, f"9 00{RIGHT}"]


def test_a_right_answer_does_not_hide_the_wrong_step_before_it() -> None:
    world = ChainWorld(n_steps=10, success=0.95, recovery=0.02)
    found: list[int | None] = []
    for seed in range(20):
        search = Walk(world=world, seed=seed, given=[recovered(3)])
        [row] = search.run(plan(solutions=1, confidence=0.95)).rows
        found.append(row.first_error)
    assert found.count(3) >= 15
    assert set(found) == {3, None}


def test_without_right_too_only_wrong_solutions_are_asked_about() -> None:
    result, asked = walk(2, solutions=8, right_too=False)
    ends = {str(at): row.outcome.outcome for at, row in enumerate(result.rows)}
    assert set(ends.values()) == {"valid", "invalid"}
    assert {ends[number] for number in spent(asked)} == {"invalid"}
    _, both = walk(2, solutions=8)
    assert set(spent(both)) == set(ends)


def test_solutions_that_are_all_right_cost_nothing_more_where_they_are_not_searched() -> None:
    result, asked = walk(0, ChainWorld(n_steps=6, success=1.0), right_too=False)
    assert [ask.path for ask in asked] == ["solve"]
    assert [row.first_error for row in result.rows] == [None] * 4


def test_a_policy_that_is_always_right_ends_the_search() -> None:
    result, asked = walk(0, ChainWorld(n_steps=6, success=1.0), searches=7)
    fresh = [ask for ask in asked if not ask.prefix]
    assert sum(ask.n for ask in fresh) == 4 + 7 == len(result.rows)
    assert all(row.first_error is None for row in result.rows)


def test_a_policy_that_always_recovers_is_searched_within_its_budget() -> None:
    result, asked = walk(0, ChainWorld(n_steps=8, success=0.8, recovery=1.0), budget=10)
    assert all(n <= 10 for n in spent(asked).values())
    assert len(result.rows) == 4


def test_searches_beyond_the_solutions_take_up_completions_of_intact_prefixes() -> None:
    adopted: list[LabelledTrajectory] = []
    for seed in range(6):
        result, asked = walk(seed, searches=14, slack=1.0)
        new = [row for row in result.rows if row.trajectory.parent_id is not None]
        fresh = sum(ask.n for ask in asked if not ask.prefix)
        assert fresh + len(new) == len(result.rows)
        wrong = [row for row in result.rows if row.outcome.outcome == "invalid"]
        assert len(wrong) <= 14 + 3  # the first four are drawn in any case
        adopted += new
    assert len(adopted) > 20
    assert {row.outcome.outcome for row in adopted} == {"invalid"}
    errors = [(true_error(row.trajectory), row.trajectory.branch_step or 0) for row in adopted]
    intact = [error is None or error >= branch for error, branch in errors]
    assert sum(intact) >= 0.95 * len(intact)


def test_an_adopted_completion_leaves_the_counts_but_stays_in_its_row() -> None:
    result, asked = walk(1, searches=10, slack=1.0)
    rows = {row.trajectory.id: row for row in result.rows}
    adopted = [row for row in result.rows if row.trajectory.parent_id is not None]
    assert adopted
    for row in adopted:
        own = row.trajectory
        parent = rows[own.parent_id or ""].trajectory
        assert own.steps[: own.branch_step] == parent.steps[: own.branch_step]
    assert n_completions(result.rows) == spent(asked).total()


def few(ask: Sample, index: int) -> str:
    """Write one of few texts, so that every search meets the same ones again."""
    rng = Random(f"{ask.path} {index}")
    left = ["a", rng.choice("xy"), rng.choice("xy")][len(ask.prefix) :]
    return "\n".join([*left, rng.choice(["z right", "z right", "w wrong"])])


def test_no_completion_is_taken_up_whose_text_was_under_search_before() -> None:
    adopted = 0
    for solutions in range(1, 6):
        result, _ = script(few, searches=20, slack=1.0, solutions=solutions)
        seen: set[str] = set()
        for row in result.rows:
            text, is_adopted = row.trajectory.text, row.trajectory.parent_id is not None
            assert not (is_adopted and text in seen)
            seen.add(text)
            adopted += is_adopted
    assert adopted > 3


CERTAIN = Prior(
    weights=default_prior().weights,
    rates={"script": ((0.3, 1e-6, 0.7 - 1e-6), (0.01, 0.98, 0.01), (0.2, 0.4, 0.4))},
)


def chain(ask: Sample, index: int) -> str:
    """Write a to d; c is wrong, and says so where a tool looks."""
    return "".join(["a\n", "b\n", "c wrong\n", "d wrong\n"][len(ask.prefix) :])


def test_a_refutation_that_is_certain_ends_the_search_without_a_probe() -> None:
    result, asked = script(chain, solutions=1, verifiers=("script",), prior=CERTAIN)
    [row] = result.rows
    assert [ask.path for ask in samples(asked)] == ["solve"]
    assert row.first_error == 2
    checks = [ask for ask in asked if isinstance(ask, Check) and ask.verifier == "script"]
    assert [len(check.claim.prior) for check in checks] == [0, 1, 2, 3]
    _, unaided = script(chain, solutions=1, prior=CERTAIN)
    assert len(samples(unaided)) > 1


def test_what_the_tools_said_is_in_the_rows() -> None:
    result, _ = script(chain, solutions=1, verifiers=("script",), prior=CERTAIN)
    said = [[verdict.outcome for verdict in label.verdicts] for label in result.rows[0].labels]
    assert said == [["undecided"], ["undecided"], ["invalid"], ["invalid"]]
    labelled = posterior(result.rows, prior=CERTAIN)
    assert labelled[0].first_error == 2


def test_tools_are_asked_of_an_adopted_completions_own_steps_alone() -> None:
    def late(ask: Sample, index: int) -> str:
        rng = Random(f"{ask.path} {index}")
        left = [f"{at} {rng.random():.4f}\n" for at in range(len(ask.prefix), 5)]
        return "".join([*left, f"{rng.random()} {rng.choice(['right', 'wrong'])}"])

    result, asked = script(late, searches=8, slack=1.0, verifiers=("script",), solutions=2)
    adopted = [row.trajectory for row in result.rows if row.trajectory.parent_id is not None]
    assert adopted
    claims = [ask.claim for ask in asked if isinstance(ask, Check) and ask.verifier is not None]
    assert len({(*claim.prior, claim.step) for claim in claims}) == len(claims)
    for row in result.rows:
        assert all(label.verdicts for label in row.labels)


@pytest.mark.parametrize("failed", ["cut...", "", "no answer"])
def test_completions_that_nobody_can_judge_are_no_evidence(failed: str) -> None:
    def answer(ask: Sample, index: int) -> str:
        return failed if ask.prefix else "a\nb\nc\nd wrong"

    [row], _ = script(answer, solutions=1, budget=6)[0].rows, None
    [unasked], _ = script(answer, solutions=1, budget=0)[0].rows, None
    counts = [(label.n_correct, label.value) for label in row.labels[:-1] if label.n_rollouts]
    assert set(counts) == {(0, None)}
    assert sum(label.n_undecided or 0 for label in row.labels) == 6
    known = [label.correct_prob for label in row.labels]
    assert known == [label.correct_prob for label in unasked.labels]


def test_no_budget_is_spent_where_nobody_can_judge_a_completion() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "no answer" if ask.prefix else "a\nb\nc\nd wrong"

    _, asked = script(answer, solutions=1, budget=40, batch=3)
    assert spent(samples(asked)) == {"0": 9}  # whole rounds, to the first past eight


def test_one_completion_that_is_judged_lets_the_search_go_on() -> None:
    def answer(ask: Sample, index: int) -> str:
        judged = ask.path.startswith("bisect/0/1/")
        return ("x right" if judged else "no answer") if ask.prefix else "a\nb\nc\nd wrong"

    _, asked = script(answer, solutions=1, budget=12, batch=2, confidence=0.999)
    assert spent(samples(asked)) == {"0": 12}


@pytest.mark.parametrize("failed", ["a\nb...", ""])
def test_solutions_that_are_all_undecided_are_rows_and_nothing_else(failed: str) -> None:
    result, asked = script(lambda ask, index: failed, solutions=2, searches=3)
    assert [ask.path for ask in samples(asked)] == ["solve", "solve/0", "solve/1", "solve/2"]
    assert [row.outcome.outcome for row in result.rows] == ["undecided"] * 5
    assert all(row.first_error is None for row in result.rows)
    assert all(label.correct is None for row in result.rows for label in row.labels)
    assert len(result.nodes) == 1
    assert result.pairs == ()


def test_a_solution_that_no_one_can_judge_is_searched_all_the_same() -> None:
    def answer(ask: Sample, index: int) -> str:
        return "x right" if ask.prefix else "a\nb\nc\nno answer"

    result, asked = script(answer, solutions=1)
    assert len(samples(asked)) > 1
    assert result.rows[0].outcome.outcome == "undecided"
    assert result.rows[0].labels[-1].value is None


def test_a_solution_of_one_step_has_nothing_to_ask_about() -> None:
    result, asked = script(lambda ask, index: "a wrong", solutions=1)
    assert [ask.path for ask in samples(asked)] == ["solve"]
    assert result.rows[0].first_error == 0


def test_a_located_error_is_paired_with_a_right_completion_of_the_prefix_before_it() -> None:
    pairs = 0
    for seed in range(6):
        result, _ = walk(seed, solutions=6)
        rows = {row.trajectory.id: row for row in result.rows}
        for pair in result.pairs:
            row = rows[pair.rejected_id or ""]
            assert row.outcome.outcome == "invalid"
            assert pair.branch_step == row.first_error
            assert pair.prefix + pair.rejected == row.trajectory.text
            assert pair.chosen.endswith(RIGHT)
            assert pair.chosen != pair.rejected
        pairs += len(result.pairs)
    assert pairs > 5


SMALL = ChainWorld(n_steps=5, success=0.85, recovery=0.05)


def test_golden() -> None:
    check_golden("bisect", walk(2, SMALL, solutions=3)[0])


def test_golden_with_reuse() -> None:
    check_golden("bisect_reuse", walk(2, SMALL, solutions=2, searches=6, slack=1.0)[0])


def same(ask: Sample, index: int) -> str:
    """Write one solution whenever the problem is asked, and new ones behind any of its steps."""
    written = ["a", "b", "c", "d wrong"]
    if not ask.prefix:
        return "\n".join(written)
    rng = Random(f"{ask.path} {index}")
    left = [f"{step}{rng.getrandbits(32)}" for step in written[len(ask.prefix) : -1]]
    return "\n".join([*left, rng.choice(["e right", "f wrong"])])


def test_a_solution_that_is_drawn_again_is_searched_once_and_bears_the_same_labels() -> None:
    one, asked_once = script(same, solutions=1, right_too=False)
    four, asked = script(same, solutions=4, right_too=False, verifiers=("script",))
    assert spent(samples(asked)).keys() == spent(samples(asked_once)).keys() == {"0"}
    checked = [ask for ask in asked if isinstance(ask, Check) and ask.verifier == "script"]
    assert len(checked) == 4  # one a step
    assert len({row.trajectory.id for row in four.rows}) == 4
    assert len({row.labels for row in four.rows}) == 1
    assert {row.first_error for row in (*one.rows, *four.rows)} == {3}
    assert len(four.pairs) == len(one.pairs) == 1
    assert four.nodes[0].visits == 4
    assert len({node.id for node in four.nodes}) == len(four.nodes)


@pytest.mark.parametrize("options", [{}, {"searches": 12, "slack": 1.0}])
def test_rows_of_equal_solutions_say_what_the_labeler_says_of_them(options: dict[str, Any]) -> None:
    result, _ = script(same, solutions=3, confidence=0.999, **options)
    labelled = posterior(result.rows, confidence=0.999)
    for row, done in zip(result.rows, labelled, strict=True):
        for label, expected in zip(row.labels, done.labels, strict=True):
            assert label.correct_prob == pytest.approx(expected.correct_prob, abs=1e-9)


def alike(ask: Sample, index: int) -> str:
    """Write one of few texts, so that solutions begin alike and go on differently."""
    rng = Random(f"{ask.path} {index}")
    left = [rng.choice("ab"), rng.choice("xy"), rng.choice("xy")][len(ask.prefix) :]
    return "\n".join([*left, rng.choice(["z right", "z wrong"])])


@pytest.mark.parametrize("options", [{}, {"searches": 10, "slack": 1.0}])
def test_solutions_that_begin_alike_are_believed_together_as_the_labeler_does(
    options: dict[str, Any],
) -> None:
    result, asked = script(alike, solutions=6, verifiers=("script",), **options)
    begins = [row.trajectory.steps[0].text for row in result.rows]
    assert len(set(begins)) < len({row.trajectory.text for row in result.rows})
    assert n_completions(result.rows) == spent(samples(asked)).total()
    labelled = posterior(result.rows, confidence=0.9)
    for row, done in zip(result.rows, labelled, strict=True):
        assert row.first_error == done.first_error
        for label, expected in zip(row.labels, done.labels, strict=True):
            assert label.correct_prob == pytest.approx(expected.correct_prob, abs=1e-9)


def one_astray(ask: Sample, index: int) -> str:
    """Write the right solution but once: that one is lost from its third step on."""
    is_lost = index == 0 if not ask.prefix else any(step.text == "x\n" for step in ask.prefix)
    written = ["a", "b", "x", "d wrong"] if is_lost else ["a", "b", "c", "d right"]
    return "\n".join(written[len(ask.prefix) :])


def test_an_error_is_paired_with_a_right_solution_where_no_completion_was_drawn() -> None:
    result, asked = script(one_astray, solutions=6, confidence=0.7)
    assert {ask.path for ask in samples(asked)} == {"solve", "bisect/0/0/3"}
    [pair] = result.pairs
    assert (pair.branch_step, pair.prefix) == (2, "a\nb\n")
    assert (pair.chosen, pair.rejected) == ("c\nd right", "x\nd wrong")
    [chosen] = [row for row in result.rows if row.trajectory.id == pair.chosen_id]
    assert chosen.outcome.outcome == "valid"


def lucky(ask: Sample, index: int) -> str:
    """Write solutions of which two are lost from their second step on; one still ends right."""
    is_lost = index < 2 if not ask.prefix else any("x" in step.text for step in ask.prefix)
    end = "d right" if not is_lost or (index == 1 and not ask.prefix) else "d wrong"
    return "\n".join(["a", "x wrong" if is_lost else "b", "c", end][len(ask.prefix) :])


def test_a_solution_that_ends_right_in_spite_of_an_error_is_no_better_there() -> None:
    result, _ = script(lucky, solutions=8, confidence=0.6, verifiers=("script",))
    rows = {row.trajectory.text: row for row in result.rows}
    for end in ("d wrong", "d right"):
        assert rows[f"a\nx wrong\nc\n{end}"].first_error == 1
    [pair] = result.pairs
    assert (pair.chosen, pair.rejected) == ("b\nc\nd right", "x wrong\nc\nd wrong")


def test_tools_are_asked_once_about_a_step_that_solutions_share() -> None:
    result, asked = script(alike, solutions=8, verifiers=("script",), budget=0)
    claims = [
        "".join(step.text for step in (*ask.claim.prior, ask.claim.step))
        for ask in asked
        if isinstance(ask, Check) and ask.verifier == "script"
    ]
    assert len(set(claims)) == len(claims) > 0
    assert all(label.verdicts for row in result.rows for label in row.labels)


def test_equal_texts_of_other_steps_are_other_solutions() -> None:
    suspects = Suspects(PROBLEM, prior=None, confidence=0.9, budget=4)
    for pieces in (("a", "bc"), ("a", "b", "c")):
        steps = tuple(Step(text=piece) for piece in pieces)
        drawn = Trajectory(id=str(len(pieces)), problem_id="p", steps=steps)
        suspects.add(drawn, Verdict(outcome="invalid", verifier="test"))
    assert [len(row.labels) for row in rows_of(suspects)] == [2, 3]


def test_each_of_equal_solutions_ends_as_it_was_judged_itself() -> None:
    suspects = Suspects(PROBLEM, prior=None, confidence=0.9, budget=4)
    steps = (Step(text="a"), Step(text="b"))
    outcomes: tuple[Outcome, ...] = ("invalid", "undecided")
    for outcome in outcomes:
        drawn = Trajectory(id=outcome, problem_id="p", steps=steps)
        suspects.add(drawn, Verdict(outcome=outcome, verifier="test", evidence="timeout"))
    assert [row.labels[-1].value for row in rows_of(suspects)] == [0.0, None]


@pytest.mark.parametrize(("temperature", "n_seen"), [(0.0, 1), (0.7, 4)])
def test_without_chance_what_is_drawn_again_says_nothing_more(
    temperature: float, n_seen: int
) -> None:
    def believed(n: int, temperature: float) -> list[float]:
        suspects = Suspects(PROBLEM, prior=None, confidence=0.9, budget=8)
        sampling = Sampling(temperature=temperature)
        steps = tuple(Step(text=text) for text in "abcd")
        drawn = Trajectory(id="t", problem_id="p", steps=steps, sampling=sampling)
        wrong = Verdict(outcome="invalid", verifier="test")
        suspect = suspects.add(drawn, wrong)
        for _ in range(n):
            suspects.learn(suspect, 2, [drawn], [wrong])
        return list(suspects.joint(suspect).sum(axis=1))

    assert believed(4, temperature) == pytest.approx(believed(n_seen, 1.0))
