"""OmegaPRM by hand: what is asked, what becomes a state, and what each oddity of a reply does."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

import pytest

from stepsmith.schemas import LabelledTrajectory, Node
from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.label.given import given
from stepsmith.transforms.search import Sample, SearchResult
from stepsmith.transforms.search.first_error.binary_search import RuleName
from stepsmith.transforms.search.omega import omega
from tests.search.scripts import PROBLEM, lines, search

RIGHT = "x\nright"


def chain(names: str, *, end: str = "wrong") -> str:
    """Write a solution of one step a letter, whose last step says where it ends."""
    return "\n".join(names) + f" {end}"


def walk(
    solutions: Sequence[str],
    probes: Mapping[str, Sequence[str]] | Callable[[str], Sequence[str]],
    **options: object,
) -> tuple[SearchResult, list[Sample]]:
    """Search with these first solutions; `probes` are the completions of each prefix asked for."""
    asked: list[Sample] = []
    script = probes if callable(probes) else probes.__getitem__

    def answer(ask: Sample, index: int) -> str:
        if index == 0:
            asked.append(ask)
        if not ask.prefix:
            return solutions[index]
        return script("".join(step.text.strip()[:1] for step in ask.prefix))[index]

    plan = omega(PROBLEM, Random(0), rollouts=len(solutions), **options)  # type: ignore[arg-type]
    return search(plan, answer, pieces=lines), asked


def prefixes(asked: Sequence[Sample]) -> list[str]:
    """Return the prefixes asked about, a letter a step."""
    texts = ["".join(step.text.strip()[:1] for step in ask.prefix) for ask in asked]
    return [text for text in texts if text]


def paths(nodes: Sequence[Node]) -> dict[str, Node]:
    """Return the nodes by the letters of their whole prefix, joined along the edges."""
    by_id = {node.id: node for node in nodes}

    def text(node: Node) -> str:
        return (text(by_id[node.parent_id]) if node.parent_id else "") + node.text

    return {"".join(line[:1] for line in text(node).splitlines()): node for node in nodes}


def correct(row: LabelledTrajectory) -> list[bool | None]:
    return [label.correct for label in row.labels]


GOOD, BAD = ("x right", "y wrong"), ("x wrong", "y wrong")


@pytest.mark.parametrize("error", range(8))
def test_bisection_finds_the_first_error_wherever_it_is(error: int) -> None:
    result, asked = walk(
        [chain("abcdefgh"), RIGHT],
        lambda prefix: GOOD if len(prefix) <= error else BAD,
        searches=1,
    )
    row = result.rows[0]
    assert row.first_error == error
    assert len(prefixes(asked)) == 3
    assert first_error(result.rows)[0].first_error == error
    assert given(result.rows)[0].first_error == error


def test_the_middle_of_what_is_left_is_asked_about() -> None:
    _, asked = walk(
        [chain("abcdefgh"), RIGHT],
        {"abcd": BAD, "ab": GOOD, "abc": BAD},
        searches=1,
    )
    assert prefixes(asked) == ["abcd", "ab", "abc"]
    assert [ask.path for ask in asked] == ["solve/0", "omega/0/4", "omega/0/2", "omega/0/3"]
    assert {ask.parent for ask in asked[1:]} == {"p/solve/0#0"}


def test_states_are_the_probes_before_the_first_error_and_at_it() -> None:
    result, _ = walk([chain("abcdefgh"), RIGHT], {"abcd": BAD, "ab": GOOD, "abc": BAD}, searches=1)
    nodes = paths(result.nodes)
    assert list(nodes) == ["", "ab", "abc"]
    assert [(node.value, node.visits, node.chosen) for node in nodes.values()] == [
        (0.5, 1, True),
        (0.5, 0, True),
        (0.0, 0, True),
    ]
    assert [(node.start, node.end, node.text) for node in nodes.values()] == [
        (0, 0, ""),
        (0, 2, "a\nb\n"),
        (2, 3, "c\n"),
    ]


def test_a_probe_behind_the_first_error_is_no_state_but_its_counts_are_kept() -> None:
    result, _ = walk([chain("abcdefgh"), RIGHT], {"abcd": BAD, "ab": GOOD, "abc": BAD}, searches=1)
    row = result.rows[0]
    assert [label.value for label in row.labels] == [None, 0.5, 0.0, 0.0, None, None, None, 0.0]
    assert [label.n_rollouts for label in row.labels] == [None, 2, 2, 2, None, None, None, None]
    assert correct(row) == [None, True, False, None, None, None, None, None]


@pytest.mark.parametrize("ends", [["right", "right"], ["wrong", "wrong"], ["cut...", ""]])
def test_a_problem_that_is_one_sided_is_not_searched(ends: list[str]) -> None:
    result, asked = walk(ends, {})
    assert [ask.path for ask in asked] == ["solve/0"]
    assert [row.keep for row in result.rows] == [True, True]
    assert [node.visits for node in result.nodes] == [0]


@pytest.mark.parametrize(
    ("end", "reason"), [("right", "all right"), ("wrong", "all wrong"), ("cut...", "all undecided")]
)
def test_the_filter_drops_a_one_sided_problem_with_the_reason(end: str, reason: str) -> None:
    result, asked = walk([end, end], {}, filter_rollouts=4, filter_batch=2)
    assert [ask.n for ask in asked] == [2, 2]
    assert {(row.keep, row.drop_reason) for row in result.rows} == {(False, reason)}
    assert not any(row.keep for row in [*first_error(result.rows), *given(result.rows)])


def test_solutions_drawn_by_the_filter_are_the_roots_completions() -> None:
    result, asked = walk(
        ["p\nq wrong", "right"], {"p": BAD}, filter_rollouts=32, filter_batch=2, searches=1
    )
    assert [(ask.path, ask.n) for ask in asked] == [("solve/0", 2), ("omega/0/1", 2)]
    assert (result.nodes[0].n_rollouts, result.nodes[0].n_correct) == (2, 1)


def test_a_prefix_that_is_always_completed_is_right_and_never_searched_from() -> None:
    result, asked = walk([chain("ab"), RIGHT], {"a": ("x right", "y right")})
    assert prefixes(asked) == ["a"]
    assert paths(result.nodes)["a"].value == 1.0
    assert correct(result.rows[0]) == [True, False]
    assert len(result.rows) == 2


def test_a_prefix_that_is_never_completed_is_not_searched_from() -> None:
    result, asked = walk([chain("ab"), RIGHT], {"a": ("m\nn wrong", "o\np wrong")})
    assert prefixes(asked) == ["a"]
    assert correct(result.rows[0]) == [False, None]


def test_a_solution_of_one_step_is_its_own_first_error_and_costs_nothing() -> None:
    result, asked = walk(["a wrong", "x right"], {})
    assert [ask.path for ask in asked] == ["solve/0"]
    assert (correct(result.rows[0]), result.rows[0].first_error) == ([False], 0)
    end = result.nodes[1]
    assert (end.value, end.outcome, end.n_rollouts, end.chosen) == (0.0, "invalid", None, True)


def test_the_step_after_a_state_is_the_error_without_a_probe() -> None:
    result, asked = walk([chain("ab"), RIGHT], {"a": ("m wrong", "x right")})
    assert prefixes(asked) == ["a"]
    assert [row.trajectory.text for row in result.rows if row.first_error is not None] == [
        "a\nb wrong",
        "a\nm wrong",
    ]
    assert first_error(result.rows)[2].first_error == 1
    assert [node.visits for node in paths(result.nodes).values()] == [1, 1, 0, 0]


def test_cut_and_blank_completions_are_in_no_rate_and_never_searched() -> None:
    result, asked = walk(
        [chain("abcd"), "m\nn...", "", RIGHT],
        {
            "ab": ("o\np...", "", "x right", "y\nz wrong"),
            "abc": ("right",) * 4,
            "aby": ("wrong",) * 4,
        },
    )
    root, state = result.nodes[0], paths(result.nodes)["ab"]
    assert (root.value, root.n_rollouts, root.n_undecided) == (0.5, 4, 2)
    assert (state.value, state.n_rollouts, state.n_undecided) == (0.5, 4, 2)
    searched = [row.trajectory.text for row in result.rows if row.first_error is not None]
    assert searched == ["a\nb\nc\nd wrong", "a\nb\ny\nz wrong"]
    assert prefixes(asked) == ["ab", "abc", "aby"]


def test_a_prefix_that_no_completion_can_judge_ends_its_search_without_a_blame() -> None:
    result, asked = walk(
        [chain("abcdefgh"), RIGHT], {"abcd": GOOD, "abcdef": ("cut...", "")}, searches=1
    )
    row = result.rows[0]
    assert prefixes(asked) == ["abcd", "abcdef"]
    assert (row.first_error, first_error(result.rows)[0].first_error) == (None, None)
    assert (row.labels[3].value, row.labels[5].value, row.labels[5].n_undecided) == (0.5, None, 2)
    assert [(text, node.chosen) for text, node in paths(result.nodes).items()] == [
        ("", False),
        ("abcd", False),
    ]


def test_equal_completions_of_a_state_are_searched_once_and_counted_each() -> None:
    result, asked = walk([chain("ab")] * 3 + [RIGHT], {"a": ("wrong",) * 4})
    assert prefixes(asked) == ["a"]
    assert (result.nodes[0].n_rollouts, result.nodes[0].n_correct) == (4, 1)
    assert [row.first_error for row in result.rows] == [0, None, None, None]
    # Their prefix is known, so that a labeler sees as much in all of them.
    assert [row.first_error for row in first_error(result.rows)] == [0, 0, 0, None]


def test_a_solution_drawn_again_from_a_later_state_is_not_searched_again() -> None:
    result, asked = walk([chain("ab"), RIGHT], {"a": ("b wrong", "x right")})
    assert prefixes(asked) == ["a"]
    assert [node.visits for node in paths(result.nodes).values()] == [1, 0, 0]


def test_a_known_prefix_is_not_estimated_again() -> None:
    result, asked = walk(
        [chain("abcd"), chain("abef"), RIGHT], {"ab": ("x wrong",) * 3, "a": ("x wrong",) * 3}
    )
    assert prefixes(asked) == ["ab", "a"]
    assert [row.first_error for row in result.rows] == [0, 0, None]
    assert [row.labels[1].n_rollouts for row in result.rows[:2]] == [3, 3]


def test_an_error_that_seems_repaired_is_recorded_and_blames_no_step_before() -> None:
    long = chain("abcdefgh")
    result, _ = walk(
        [chain("abij"), long, RIGHT],
        {
            "ab": ("x wrong",) * 3,
            "a": ("x right",) * 3,
            "abcd": ("x right",) * 3,
            "abcdef": ("x right",) * 3,
            "abcdefg": ("x wrong",) * 3,
        },
    )
    row = next(row for row in result.rows if row.trajectory.text == long)
    assert [label.value for label in row.labels] == [1, 0, None, 1, None, 1, 0, 0]
    assert correct(row) == [True, None, None, True, None, True, False, None]
    nodes = paths(result.nodes)
    assert nodes["abcd"].parent_id == nodes["ab"].id
    assert (nodes["ab"].value, nodes["abcd"].value) == (0.0, 1.0)


def test_the_absolute_rule_takes_a_small_share_for_a_broken_prefix() -> None:
    probes = {"ab": ("right", "wrong", "wrong", "wrong"), "a": GOOD * 2, "abc": ("wrong",) * 4}
    solutions = [chain("abcd"), *["right"] * 3]
    [error, *_] = walk(solutions, probes, rule="absolute", threshold=0.25, searches=1)[0].rows
    assert error.first_error == 1
    [error, *_] = walk(solutions, probes, rule="absolute", threshold=0.2, searches=1)[0].rows
    assert error.first_error == 2
    assert first_error((error,), threshold=0.2)[0].first_error == 2


def test_the_relative_rule_compares_with_the_largest_share_before() -> None:
    probes = {
        "abcd": ("right", "right", "right", "wrong"),
        "abcdef": ("right", "wrong", "wrong", "wrong"),
        "abcde": ("right", "right", "wrong", "wrong"),
    }
    solutions = [chain("abcdefgh"), *["right"] * 3]
    result, _ = walk(solutions, probes, rule="relative", threshold=0.5, searches=1)
    assert result.rows[0].first_error == 5
    assert given(result.rows)[0].first_error == 5
    broken = paths(result.nodes)["abcdef"]
    assert (broken.value, broken.chosen) == (0.25, True)


def test_a_state_that_the_rule_calls_broken_is_not_searched_from() -> None:
    probes = {"a": ("m\nn wrong", "right", "wrong", "wrong")}
    result, asked = walk([chain("ab"), *["right"] * 3], probes, rule="relative", threshold=0.5)
    assert prefixes(asked) == ["a"]
    assert [node.visits for node in result.nodes] == [1, 0]


def test_siblings_of_different_value_make_pairs() -> None:
    result, _ = walk(
        [chain("ab"), chain("cd"), chain("ef"), "x\nright"],
        {
            "a": ("right",) * 4,
            "c": ("right", "w\nx wrong", "w\ny wrong", "w\nz wrong"),
            "e": ("wrong",) * 4,
        },
        searches=3,
        c_puct=0.0,
    )
    steps = [
        (pair.prefix, pair.chosen, pair.rejected, pair.preference, pair.kind, pair.branch_step)
        for pair in result.pairs
    ]
    assert steps == [
        ("", "a\n", "c\n", 0.875, "step", 0),
        ("", "a\n", "e\n", 1.0, "step", 0),
        ("", "c\n", "e\n", 0.625, "step", 0),
    ]
    assert result.pairs[0].chosen_id == "p/solve/0#0"
    assert result.pairs[0].rejected_id == "p/solve/0#1"
    assert len({pair.id for pair in result.pairs}) == 3
    assert walk(["wrong", "right"], {}, pairs=False)[0].pairs == ()


def test_searches_at_one_time_share_the_prefixes_they_ask_about() -> None:
    probes = {"ab": GOOD * 2, "abc": BAD * 2, "abe": BAD * 2}
    solutions = [chain("abcd"), chain("abef"), RIGHT, "right"]
    result, asked = walk(solutions, probes, searches=2, parallel=2)
    assert [ask.path for ask in asked] == ["solve/0", "omega/0/2", "omega/0/3", "omega/1/3"]
    assert [row.first_error for row in result.rows] == [2, 2, None, None]


@pytest.mark.parametrize(
    "options",
    [
        {"rule": "relative", "threshold": 0.0},
        {"rule": "absolute", "threshold": 1.0},
    ],
)
def test_a_threshold_that_its_rule_cannot_have_is_refused_before_anything_is_asked(
    options: dict[str, object],
) -> None:
    with pytest.raises(RecipeError, match="threshold was given"):
        next(omega(PROBLEM, Random(0), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", ["absolute", "relative"])
def test_no_prefix_is_right_in_one_solution_and_wrong_in_another(rule: RuleName) -> None:
    for seed in range(60):
        said: dict[tuple[str, ...], set[bool]] = {}

        def answer(ask: Sample, index: int, seed: int = seed) -> str:
            rng = Random(f"{seed} {ask.path} {index}")
            steps = [rng.choice("ab") for _ in range(rng.randint(0, 6))]
            return "\n".join([*steps, rng.choice(["right", "wrong"])])

        plan = omega(PROBLEM, Random(seed), rollouts=4, searches=15, rule=rule, threshold=0.5)
        for row in given(search(plan, answer, pieces=lines).rows):
            texts = tuple(step.text for step in row.trajectory.steps)
            for at, label in enumerate(row.labels):
                if label.correct is not None:
                    said.setdefault(texts[: at + 1], set()).add(label.correct)
                if rule == "absolute" and label.correct and label.value is not None:
                    assert label.value > 0.5, seed
        assert all(len(each) == 1 for each in said.values()), seed
