"""Exact oracles: the labels are true by construction, and the same everywhere."""

import ast
import operator

import pytest

from stepsmith.pipelines.audit import HumanLabelled, read_human
from stepsmith.pipelines.audit.oracle import _gold
from stepsmith.schemas import Problem, UnknownNameError, UserError

_APPLY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def _value(node: ast.expr) -> int:
    match node:
        case ast.BinOp():
            result: int = _APPLY[type(node.op)](_value(node.left), _value(node.right))
            return result
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand)
        case ast.Constant(value=int()):
            return int(node.value)
    raise AssertionError(ast.dump(node))


def _compute(text: str) -> int:
    return _value(ast.parse(text.strip(), mode="eval").body)


def _holds(step: str) -> bool:
    left, right = step.split("=")
    return _compute(left) == _compute(right)


@pytest.fixture(scope="module")
def chains() -> list[HumanLabelled]:
    return list(read_human("oracle:arithmetic,size=100,seed=1"))


def test_the_planted_error_is_the_only_false_equation(chains: list[HumanLabelled]) -> None:
    for chain in chains:
        false = [index for index, step in enumerate(chain.steps) if not _holds(step)]
        assert false == ([] if chain.first_error is None else [chain.first_error])


def test_about_half_of_the_chains_have_an_error(chains: list[HumanLabelled]) -> None:
    assert 35 <= sum(chain.first_error is not None for chain in chains) <= 65
    assert all(chain.is_right for chain in chains if chain.first_error is None)


def test_the_answer_is_that_of_the_problem_and_not_of_the_chain(
    chains: list[HumanLabelled],
) -> None:
    for chain in chains:
        expression = chain.problem.removeprefix("Compute ").partition(",")[0]
        assert _compute(expression) == int(chain.answer or "")
        if chain.is_right:
            assert chain.steps[-1].endswith(f"= {chain.answer}")


def test_the_same_path_gives_the_same_chains_and_another_seed_others() -> None:
    first = list(read_human("oracle:arithmetic,size=5,seed=1"))
    assert list(read_human("oracle:arithmetic,size=7,seed=1"))[:5] == first
    assert list(read_human("oracle:arithmetic,size=5,seed=2")) != first


def test_the_share_of_errors_can_be_set() -> None:
    assert all(each.is_right for each in read_human("oracle:arithmetic,errors=0"))
    assert not any(each.is_right for each in read_human("oracle:arithmetic,errors=1,steps=2"))


@pytest.mark.slow
def test_gold_chains_of_reasoning_gym_are_right_throughout() -> None:
    chains = list(read_human("oracle:gsm_symbolic,size=3,seed=1"))
    assert [chain.id for chain in chains] == [f"gsm_symbolic-1-{i:08d}" for i in range(3)]
    assert all(chain.is_right and chain.answer for chain in chains)
    assert not any(step.startswith("####") for chain in chains for step in chain.steps)


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("oracle:aritmetic", UnknownNameError, "no oracle 'aritmetic'; did you mean 'arithmetic'"),
        ("oracle:arithmetic,sise=3", UserError, "unknown option 'sise'; did you mean 'size'"),
        ("oracle:arithmetic,size=0", UserError, "allowed: >= 1"),
        ("oracle:arithmetic,size", UserError, "'size' is no option; write name=value"),
    ],
)
def test_an_oracle_that_is_not_there_says_what_is(
    path: str, error: type[UserError], message: str
) -> None:
    with pytest.raises(error, match=message):
        list(read_human(path))


def test_an_oracle_has_no_format() -> None:
    with pytest.raises(UserError, match="an oracle has no format"):
        list(read_human("oracle:arithmetic", "gsm8k"))


def test_a_word_problem_without_a_gold_chain_is_an_error_and_not_a_right_solution() -> None:
    with pytest.raises(UserError, match="keeps no gold chain"):
        _gold(Problem(id="a", prompt="p"))


def test_the_lines_of_a_gold_chain_are_steps_but_for_the_final_answer() -> None:
    chain = '{"reference_solution": "2 + 3 = 5\\n\\nSo 5.\\n#### 5"}'
    solution = _gold(Problem(id="a", prompt="p", answer="5", payload=chain))
    assert solution.steps == ("2 + 3 = 5", "So 5.")
    assert solution.is_right
