"""Short ways to a formula and to an equation, for the tests of what is done with them."""

from stepsmith.schemas.records import Claim, Problem, Step
from stepsmith.transforms.derive.expression import Equation, Expression
from stepsmith.transforms.derive.statements import read_side
from stepsmith.transforms.derive.trail import Trail, follow_trail


def side(text: str) -> Expression:
    found = read_side(text)
    assert found is not None, text
    return found


def equation(text: str) -> Equation:
    left, _, right = text.partition("=")
    return side(left.strip()), side(right.strip())


def claim(text: str, *prior: str, prompt: str = "") -> Claim:
    steps = tuple(Step(text=each) for each in prior)
    return Claim(problem=Problem(id="p", prompt=prompt), prior=steps, step=Step(text=text))


def trail(text: str, *prior: str, prompt: str = "") -> Trail:
    return follow_trail(claim(text, *prior, prompt=prompt))
