"""Solutions whose labels are exact by construction: no people needed.

`oracle:arithmetic,size=200,seed=0` writes chains of sums and products, plants one error in about
half of them and carries it on, as a solver would: the steps after it are true equations of wrong
numbers. `oracle:gsm_symbolic,size=200,seed=0` takes word problems and their gold chains from
reasoning-gym. The same path gives the same solutions everywhere.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Annotated

import msgspec

from stepsmith.pipelines.audit.formats import read_options
from stepsmith.pipelines.audit.human import HumanLabelled, all_right, wrong_from
from stepsmith.schemas.errors import UnknownNameError, UserError, suggest
from stepsmith.schemas.options import Count, Natural, Share
from stepsmith.schemas.records import Problem
from stepsmith.schemas.registry import bind_options
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source.reasoning_gym import reasoning_gym

ORACLE = "oracle:"

_GENERATOR = "gsm_symbolic"


def oracle_solutions(path: str) -> Iterator[HumanLabelled]:
    """Make the solutions of an oracle, such as `oracle:arithmetic,size=200,seed=3`.

    Raises `UserError` for an unknown oracle or option, naming the nearest.
    """
    name, comma, given = path.removeprefix(ORACLE).partition(",")
    if name not in _ORACLES:
        msg = f"no oracle {name!r}; {suggest(name, _ORACLES)}"
        raise UnknownNameError(msg)
    options = read_options(given, where=path) if comma else {}
    return bind_options(_ORACLES[name], options, where=path)()


def arithmetic(
    *,
    size: Count = 200,
    seed: Natural = 0,
    steps: Annotated[int, msgspec.Meta(ge=1, le=50)] = 6,
    errors: Share = 0.5,
) -> Iterator[HumanLabelled]:
    """Chains of whole-number arithmetic; in a share of them one result is wrong."""
    for index in range(size):
        yield _chain(f"arithmetic-{seed}-{index:08d}", Random(f"{seed}/{index}"), steps, errors)  # noqa: S311


def gsm_symbolic(*, size: Count = 200, seed: Natural = 0) -> Iterator[HumanLabelled]:
    """Word problems of reasoning-gym with their gold chains, all right."""
    source = reasoning_gym(generator=_GENERATOR, size=size, seed=seed)
    files = LocalFiles()
    for part in source.parts(files):
        for problem in source.read(part, files):
            if isinstance(problem, Problem):
                yield _gold(problem)


_ORACLES: Mapping[str, Callable[..., Iterator[HumanLabelled]]] = {
    "arithmetic": arithmetic,
    "gsm_symbolic": gsm_symbolic,
}


@dataclasses.dataclass(frozen=True)
class _Operation:
    sign: str
    apply: Callable[[int, int], int]
    largest: int


_OPERATIONS = (
    _Operation("+", lambda left, right: left + right, 99),
    _Operation("-", lambda left, right: left - right, 99),
    _Operation("*", lambda left, right: left * right, 9),
)


def _chain(id_: str, random: Random, n_steps: int, errors: float) -> HumanLabelled:
    wrong_at = random.randrange(n_steps) if random.random() < errors else None
    start = random.randint(2, 99)
    expression, right_value, value = str(start), start, start
    written: list[str] = []
    for index in range(n_steps):
        operation = random.choice(_OPERATIONS)
        operand = random.randint(2, operation.largest)
        expression = f"({expression}) {operation.sign} {operand}"
        right_value = operation.apply(right_value, operand)
        result = operation.apply(value, operand)
        if index == wrong_at:
            result += random.choice((-10, -1, 1, 2, 10))
        written.append(f"{_bracketed(value)} {operation.sign} {operand} = {result}")
        value = result
    return HumanLabelled(
        id=id_,
        problem=f"Compute {expression}, one operation a line.",
        steps=tuple(written),
        known=wrong_from(wrong_at, n_steps),
        answer=str(right_value),
        source="oracle/arithmetic",
    )


def _bracketed(value: int) -> str:
    return str(value) if value >= 0 else f"({value})"


def _gold(problem: Problem) -> HumanLabelled:
    content = problem.read_payload(dict[str, object])
    lines = str(content.get("reference_solution") or "").splitlines()
    steps = tuple(line for line in lines if line.strip() and not line.startswith("####"))
    if not steps:
        msg = f"{problem.id}: this reasoning-gym keeps no gold chain in metadata.answer_cot"
        raise UserError(msg)
    return HumanLabelled(
        id=problem.id,
        problem=problem.prompt,
        steps=steps,
        known=all_right(len(steps)),
        answer=problem.answer,
        source=f"oracle/{_GENERATOR}",
    )
