"""One formula read as another."""

from stepsmith.transforms.formula import (
    Symbol,
    alternatives,
    as_assignment,
    exact_value,
    read_formula,
    substitute,
    without_units,
)


def test_an_assignment_gives_its_name_and_value() -> None:
    found = as_assignment(read_formula("x_1 = 3"))
    assert found == ("x_1", read_formula("3"))
    assert as_assignment(read_formula("f(x) = 2x")) == ("f", read_formula("2x"))
    assert as_assignment(read_formula("x = x + 1")) is None
    assert as_assignment(read_formula("2x = 3")) is None
    assert as_assignment(read_formula("x < 3")) is None
    assert as_assignment(read_formula(r"\pi = 3")) is None


def test_what_is_no_assignment_of_one_name_gives_nothing() -> None:
    assert as_assignment(read_formula("(1, 2)")) is None
    assert as_assignment(read_formula("x = 2 or y = 3")) is None
    assert as_assignment(read_formula("x = 2 or 3 = x")) is None
    assert as_assignment(read_formula("5")) is None
    found = as_assignment(read_formula("x = 2 or x = 3"))
    assert found == ("x", read_formula("2 or 3"))
    assert as_assignment(read_formula("f^{-1}(x) = 2x")) == ("f^-1", read_formula("2x"))


def test_a_quantity_without_its_unit_is_its_value() -> None:
    assert without_units(read_formula("5 apples")) == read_formula("5")
    assert without_units(read_formula(r"30^\circ")) == read_formula("30")
    assert without_units(read_formula(r"50\%")) == read_formula(r"50\%")
    plain = read_formula("x + 1")
    assert without_units(plain) is plain
    inside = without_units(read_formula("(5 cm, 6 cm)"))
    assert inside == read_formula("(5, 6)")
    assert without_units(read_formula("x = 5 cm")) == read_formula("x = 5")


def test_each_sign_gives_one_alternative() -> None:
    assert [exact_value(each) for each in alternatives(read_formula(r"3 \pm 2"))] == [5, 1]
    assert [exact_value(each) for each in alternatives(read_formula(r"\pm 2"))] == [2, -2]
    assert [exact_value(each) for each in alternatives(read_formula(r"\mp 2"))] == [-2, 2]
    assert len(alternatives(read_formula("3 + 2"))) == 1


def test_a_symbol_is_replaced_wherever_it_stands() -> None:
    formula = substitute(read_formula("x^2 + x + y"), {"x": read_formula("3")})
    assert formula == read_formula("3^2 + 3 + y")
    assert substitute(Symbol("x"), {"x": Symbol("y")}) == Symbol("y")
