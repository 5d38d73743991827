"""Walking a tree."""

from stepsmith.transforms.formula import nodes, parts, read_formula, symbols
from stepsmith.transforms.formula.tree import same

DEEP = "(" * 90 + "x" + "+1)" * 90


def test_the_outer_comes_before_its_parts_from_left_to_right() -> None:
    formula = read_formula("x + 2y")
    seen = list(nodes(formula))
    assert seen[0] is formula
    assert seen[1:] == [*map(read_formula, ("x", "2y", "2", "y"))]
    assert parts(formula) == (read_formula("x"), read_formula("2y"))
    assert parts(read_formula("x")) == ()
    assert parts(read_formula("5 cm")) == (read_formula("5"),)


def test_constants_are_no_variables() -> None:
    formula = read_formula(r"\pi r^2 + e^{i x_1} + \infty")
    assert symbols(formula) == {"r", "x_1"}


def test_trees_are_the_same_where_they_say_the_same() -> None:
    assert same(read_formula(DEEP), read_formula(DEEP))
    assert same(read_formula("0.50"), read_formula("0.5"))
    texts = ["x", "y", "2", "x+y", "x*y", "x=y", "x<y", "(x,y)", "[x,y]", "5 cm", "5 m", "Even"]
    for one in texts:
        for other in texts:
            assert same(read_formula(one), read_formula(other)) == (one == other)
