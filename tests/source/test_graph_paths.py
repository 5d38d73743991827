"""Questions from a graph's folder: split into parts, spread over patterns, the same ones always."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stepsmith.schemas import ErrorRecord, Problem
from stepsmith.schemas.errors import RecipeError, SourceError
from stepsmith.schemas.registry import bind_options
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.payload import GraphPayload, open_graph, read_graph_payload
from stepsmith.transforms.source import SOURCES, Source
from tests.graph.made import made_folder

FILES = LocalFiles()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made_folder(tmp_path_factory.mktemp("graphs") / "made", nodes=300, facts=750)


def source(graph: str, **options: Any) -> Source:
    given = {"graph": graph, "size": 12, **options}
    made: Source = bind_options(SOURCES.get("graph_paths").value, given, where="[source]")()
    return made


def read(graph: str, **options: Any) -> list[Problem | ErrorRecord]:
    made = source(graph, **options)
    return [record for part in made.parts(FILES) for record in made.read(part, FILES)]


def problems(graph: str, **options: Any) -> list[Problem]:
    records = read(graph, **options)
    found = [record for record in records if isinstance(record, Problem)]
    assert len(found) == len(records), records[-1]
    return found


def payloads(found: list[Problem]) -> list[GraphPayload]:
    return [read_graph_payload(problem) for problem in found]


def patterns(found: list[Problem]) -> Counter[tuple[str, ...]]:
    return Counter(payload.relation_path for payload in payloads(found))


def test_a_problem_holds_its_graph_its_answers_and_every_path(folder: str) -> None:
    graph = open_graph(GraphPayload(graph=folder))
    for problem in problems(folder, world="closed"):
        payload = read_graph_payload(problem)
        assert (payload.graph, payload.digest) == (folder, graph.digest)
        assert (payload.world, payload.max_hops, payload.complete) == ("closed", 2, True)
        assert payload.starts == (payload.paths[0][0].head,)
        assert payload.relation_path == tuple(fact.relation for fact in payload.paths[0])
        assert {path[-1].tail for path in payload.paths} == set(payload.answers)
        assert all(len(path) <= 2 for path in payload.paths)
        for fact in (fact for path in payload.paths for fact in path):
            edge = graph.edge(fact)
            assert edge is not None
            assert graph.exists(*edge)
        assert problem.answer == "; ".join(key.replace("_", " ") for key in payload.answers)
        assert (problem.source, problem.domain) == ("graph_paths/made", "graph")


def test_a_question_names_its_start_and_nothing_on_the_way(folder: str) -> None:
    for hops in (2, 3):
        for problem in problems(folder, hops=[hops], size=20):
            payload = read_graph_payload(problem)
            start, *way = [payload.paths[0][0].head, *(f.tail for f in payload.paths[0])]
            assert start.replace("_", " ") in problem.prompt
            for path in payload.paths:
                assert not any(fact.tail.replace("_", " ") in problem.prompt for fact in path)
            assert not any(node.replace("_", " ") in problem.prompt for node in way)


def test_facts_are_shown_as_machine_lines_with_the_path_among_them(folder: str) -> None:
    for problem in problems(folder, context=5, style="chain"):
        head, *lines = problem.prompt.split("\n")
        question = lines.pop()
        assert head == "Facts:"
        assert 2 <= len(lines) == len(set(lines)) <= 5
        assert question.endswith("Name Q.")
        path = read_graph_payload(problem).paths[0]
        shown = {tuple(line.split(" | "))[::2] for line in lines}
        assert {(f.head.replace("_", " "), f.tail.replace("_", " ")) for f in path} <= shown


def test_as_many_questions_are_made_as_asked_for_half_of_each_number_of_hops(folder: str) -> None:
    found = problems(folder, size=15, hops=[3, 1])
    hops = Counter(payload.max_hops for payload in payloads(found))
    assert sorted(hops.values()) == [7, 8]
    assert set(hops) == {1, 3}


def test_the_same_recipe_gives_the_same_problems_part_by_part(folder: str) -> None:
    one, other = (source(folder, size=20, part_size=6) for _ in range(2))
    parts = list(one.parts(FILES))
    assert parts == [f"{part:05d}-of-00004" for part in range(4)]
    records = {part: list(one.read(part, FILES)) for part in parts}
    assert {part: list(other.read(part, FILES)) for part in reversed(parts)} == records
    found = [each for part in parts for each in records[part] if isinstance(each, Problem)]
    assert len({problem.id for problem in found}) == len(found) == 20
    starts = [
        {read_graph_payload(p).starts for p in records[part] if isinstance(p, Problem)}
        for part in parts
    ]
    assert len(set.union(*starts)) == sum(map(len, starts))


def test_another_seed_gives_other_problems(folder: str) -> None:
    ids = [{problem.id for problem in problems(folder, seed=seed)} for seed in (0, 1)]
    assert ids[0] != ids[1]


def test_a_question_s_group_is_the_same_in_every_form(folder: str) -> None:
    free, choice = problems(folder), problems(folder, form="choice", options=3)
    assert [each.group_id for each in free] == [each.group_id for each in choice]
    assert {each.id for each in free}.isdisjoint(each.id for each in choice)
    assert {each.answer for each in choice} <= {"A", "B", "C"}


def test_a_pattern_is_asked_at_most_so_often_over_all_parts(folder: str) -> None:
    free = patterns(problems(folder, size=60, part_size=20, hops=[1]))
    capped = patterns(problems(folder, size=40, part_size=20, hops=[1], per_pattern=5))
    assert max(free.values()) > 5
    assert max(capped.values()) == 5
    assert sum(capped.values()) == 40


def test_the_diversity_score_spreads_over_patterns_without_a_cap(folder: str) -> None:
    plain = problems(folder, size=30)
    spread = problems(folder, size=30, spread="diversity")
    assert len(patterns(spread)) > len(patterns(plain))


def test_too_few_paths_are_an_error_record_that_says_what_the_draws_met(folder: str) -> None:
    *made, error = read(folder, size=60, hops=[1], per_pattern=1, tries=20)
    assert len(made) == 8
    assert isinstance(error, ErrorRecord)
    assert (error.stage, error.kind) == ("source", "TooFewPathsError")
    assert "asked for 60 questions of 1 hops, and 1200 draws gave 8" in error.message
    assert "a pattern that was asked often enough (" in error.message
    assert error.location == f"{folder}, part 00000-of-00001"


@pytest.mark.parametrize("by", ["entity", "pattern"])
def test_runs_of_two_sides_share_no_path_and_no_entity_or_pattern(folder: str, by: str) -> None:
    options: dict[str, Any] = {"split": by, "test_share": 0.5, "max_answers": 8, "tries": 4_000}
    sides = [
        problems(folder, side=side, seed=n, **options) for n, side in enumerate(("train", "test"))
    ]
    held = [payloads(side) for side in sides]
    paths = [{path for payload in side for path in payload.paths} for side in held]
    assert all(paths)
    assert paths[0].isdisjoint(paths[1])
    if by == "pattern":
        assert patterns(sides[0]).keys().isdisjoint(patterns(sides[1]))
    else:
        named = [{key for each in side for key in each.names} for side in held]
        assert named[0].isdisjoint(named[1])


def test_no_longer_test_path_lies_within_a_training_path(folder: str) -> None:
    shared: dict[str, Any] = {"split": "entity", "test_share": 0.5, "max_answers": 9}
    train = payloads(problems(folder, size=40, hops=[1, 2, 3], tries=2_000, **shared))
    test = payloads(problems(folder, size=6, hops=[4], side="test", tries=4_000, **shared))
    trained = [set(path) for payload in train for path in payload.paths]
    tested = [set(path) for payload in test for path in payload.paths if len(path) >= 4]
    assert len(tested) >= 6
    assert not any(path <= other for path in tested for other in trained)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hops": [2, 2]}, r"hops = \[2, 2\]: list each number of hops once"),
        ({"hops": []}, r"hops = \[\]: list each number of hops once"),
        ({"hops": [6]}, "option 'hops' was given .*<= 5"),
        ({"size": 1, "hops": [1, 2]}, "size = 1: with 2 numbers of hops it is at least 2"),
        ({"size": 0}, "option 'size' was given 0"),
        ({"side": "test"}, 'side = "test" needs a split'),
        ({"form": "essay"}, "option 'form' was given 'essay'"),
        ({"options": 1, "form": "choice"}, "option 'options' was given 1"),
        ({"hop": [2]}, "unknown option 'hop'; did you mean 'hops'"),
    ],
)
def test_options_that_cannot_be_are_refused(
    options: dict[str, Any], message: str, folder: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        source(folder, **options)


def test_a_graph_that_is_not_there_is_refused_with_the_nearest(folder: str) -> None:
    missing = str(Path(folder).parent / "mad")
    with pytest.raises(GraphError, match=f"there is no graph {missing}; did you mean '{folder}'"):
        source(missing).parts(FILES)


def test_a_part_of_another_source_is_refused(folder: str) -> None:
    for part in ("00000-of-00009", "00001-of-00001", "all"):
        with pytest.raises(SourceError, match=r"is no part of graph_paths/made; there are 1"):
            source(folder).read(part, FILES)
