"""Generated problems: the same in every process, and scored exactly in any other one."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import ErrorRecord, Problem, RecipeError, SourceError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source import gym_process
from stepsmith.transforms.source import reasoning_gym as reasoning_gym_module
from stepsmith.transforms.source.gym_entry import GymPayload, freeze, score_answer, thaw
from stepsmith.transforms.source.gym_process import Line, Request
from stepsmith.transforms.source.reasoning_gym import reasoning_gym


def payload(problem: Problem) -> GymPayload:
    return problem.read_payload(GymPayload)


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    source = reasoning_gym(generator="gsm_symbolic", size=3, seed=1)
    records = list(source.read("00000000-00000003", LocalFiles()))
    return [record for record in records if isinstance(record, Problem)]


def entries(generator: str, **arguments: object) -> list[dict[str, Any]]:
    """Make the first two entries here, where reasoning-gym is loaded only once."""
    lines = gym_process.entries(
        Request(generator=generator, arguments={"size": 2, "seed": 1, **arguments}, start=0, stop=2)
    )
    return [thaw(line.entry) for line in lines if line.entry is not None]


def test_a_generated_problem_carries_its_entry_and_its_gold_chain(problems: list[Problem]) -> None:
    assert [problem.id for problem in problems] == [
        "gsm_symbolic-1-00000000",
        "gsm_symbolic-1-00000001",
        "gsm_symbolic-1-00000002",
    ]
    first = problems[0]
    assert (first.source, first.domain) == ("reasoning_gym/gsm_symbolic", "arithmetic")
    entry = thaw(payload(first).entry)
    assert (first.prompt, first.answer) == (entry["question"], entry["answer"])
    assert payload(first).arguments == {"size": 3, "seed": 1}
    chain = payload(first).reference_solution
    assert chain is not None
    assert chain == entry["metadata"]["answer_cot"]
    assert chain.endswith(f"#### {first.answer}")


def test_the_generators_own_scorer_judges_in_this_process(problems: list[Problem]) -> None:
    assert problems[0].answer is not None
    assert score_answer(payload(problems[0]), problems[0].answer) == 1.0
    assert score_answer(payload(problems[0]), "no number") == 0.0


def test_a_part_read_alone_gives_the_same_problems(
    problems: list[Problem], local: LocalFiles
) -> None:
    source = reasoning_gym(generator="gsm_symbolic", size=3, seed=1, part_size=2)
    assert source.parts(local) == ["00000000-00000002", "00000002-00000003"]
    assert list(source.read("00000002-00000003", local)) == problems[2:]


@pytest.mark.slow
def test_a_generator_that_iterates_over_sets_is_the_same_in_every_process(
    local: LocalFiles,
) -> None:
    # In our own process the order of sets is another one each time.
    source = reasoning_gym(generator="polynomial_multiplication", size=4)
    assert list(source.read("00000000-00000004", local)) == list(
        source.read("00000000-00000004", local)
    )


def test_a_generator_that_draws_from_the_global_random_is_the_same_again() -> None:
    for seed in range(4):
        once = entries("list_functions", size=40, seed=seed)
        assert entries("list_functions", size=40, seed=seed) == once


def test_arguments_reach_the_generator() -> None:
    for entry in entries("chain_sum", min_terms=2, max_terms=2):
        assert len(entry["metadata"]["expression"].split()) == 3


def test_the_composite_generator_takes_its_specifications_as_tables() -> None:
    spec = {"name": "chain_sum", "weight": 1, "config": {}}
    [first, second] = entries("composite", datasets=[spec])
    assert first["metadata"]["source_dataset"] == "chain_sum"
    assert first != second


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"generator": "gsm_symbolik"},
            "no generator 'gsm_symbolik' in reasoning_gym; did you mean 'gsm_symbolic'",
        ),
        (
            {"arguments": {"min_term": 2}},
            "chain_sum: no argument 'min_term'; did you mean 'min_terms'",
        ),
        ({"arguments": {"min_terms": -2}}, "chain_sum refuses its arguments"),
    ],
)
def test_what_the_generator_refuses_fails_before_anything_is_generated(
    local: LocalFiles, options: dict[str, Any], message: str
) -> None:
    source = reasoning_gym(**{"generator": "chain_sum", "size": 1, **options})
    with pytest.raises(SourceError, match=message):
        source.parts(local)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size = 0"),
        ({"size": 1, "part_size": 0}, "part_size = 0"),
        ({"size": 1, "arguments": {"seed": 1}}, "arguments.seed"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        reasoning_gym(generator="chain_sum", **options)


def test_a_part_of_something_else_is_refused(local: LocalFiles) -> None:
    with pytest.raises(SourceError, match="a part looks like"):
        reasoning_gym(generator="chain_sum", size=1).read("all", local)


def test_an_entry_that_cannot_be_made_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, local: LocalFiles
) -> None:
    def generate_here(request: Request) -> Iterator[Line]:
        return (line for line in gym_process.entries(request) if line.index is not None)

    monkeypatch.setattr(reasoning_gym_module, "generate", generate_here)
    source = reasoning_gym(generator="list_functions", size=1)
    good, error = source.read("00000000-00000002", local)
    assert isinstance(good, Problem)
    assert isinstance(error, ErrorRecord)
    assert (error.kind, error.line) == ("GeneratorError", 1)
    assert error.message == "list_functions made no entry: IndexError: list index out of range"


def test_a_generating_process_that_dies_fails_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    request = Request(generator="chain_sum", arguments={}, start=0, stop=1)
    with pytest.raises(SourceError, match="chain_sum: the generating process died"):
        list(gym_process.generate(request))


def test_a_reader_that_stops_early_leaves_no_process_behind() -> None:
    arguments = {"size": 1_000_000, "seed": 1}
    request = Request(generator="chain_sum", arguments=arguments, start=0, stop=1_000_000)
    before = children()
    with contextlib.closing(gym_process.generate(request)) as lines:
        assert next(lines).index == 0
        assert len(children() - before) == 1
    assert children() <= before


def children() -> set[int]:
    """Return the processes that this one started and that still have an entry."""
    found: set[int] = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.add(int(entry.name))
    return found


_GENERATE_ALL = """
import sys, msgspec
from stepsmith.transforms.source.gym_process import Request, entries
from reasoning_gym.factory import DATASETS
sink, sys.stdout = sys.stdout, sys.stderr
for name in sorted(DATASETS.keys() - {"composite"}):
    for start in (0, 1):
        request = Request(generator=name, arguments={"size": 2, "seed": 3}, start=start, stop=2)
        lines = [line for line in entries(request) if line.index is not None]
        print(msgspec.json.encode((name, lines)).decode(), file=sink)
"""

_SCORE_ALL = """
import sys, msgspec
from stepsmith.transforms.source.gym_entry import GymPayload, score_answer
sink, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    payload = msgspec.json.decode(line, type=GymPayload)
    print(payload.generator, score_answer(payload, payload.entry["answer"]), file=sink)
"""


def _python(script: str, *, hash_seed: str, given: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        input=given,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_every_generator_is_the_same_in_all_parts_and_scored_exactly_elsewhere() -> None:
    written = _python(_GENERATE_ALL, hash_seed="0")
    assert _python(_GENERATE_ALL, hash_seed="0") == written
    payloads: list[str] = []
    for whole, rest in zip(written[::2], written[1::2], strict=True):
        name, lines = msgspec.json.decode(whole, type=tuple[str, list[Line]])
        assert msgspec.json.decode(rest, type=tuple[str, list[Line]]) == (name, lines[1:])
        assert all(line.error is None for line in lines), lines
        payloads += [
            msgspec.json.encode(
                GymPayload(
                    generator=name,
                    arguments={"size": 2, "seed": 3},
                    index=index,
                    entry=line.entry or {},
                )
            ).decode()
            for index, line in enumerate(lines)
            if line.entry is not None and line.entry["answer"] is not None
        ]
    scores = _python(_SCORE_ALL, hash_seed="1", given="\n".join(payloads))
    assert len(scores) == len(payloads) > 190
    assert [score for score in scores if not score.endswith(" 1.0")] == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.fractions(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(value=values)
def test_an_entry_survives_json_with_its_tuples_and_keys(value: object) -> None:
    assert thaw(msgspec.json.decode(msgspec.json.encode(freeze(value)))) == value


def test_tuples_stay_tuples() -> None:
    assert freeze({"board": ((1, 2),)}) == {"board": {"$tuple": [{"$tuple": [1, 2]}]}}
    assert thaw({"$fraction": "1/3"}) == Fraction(1, 3)


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="a value of type set cannot be written"):
        freeze({1, 2})
