r"""Named functions and what they are applied to: `\sin^2 x`, `\log_2 8`, `\sum_{k=1}^n k`."""

from collections.abc import Callable
from fractions import Fraction

from stepsmith.transforms.formula.brackets import arguments
from stepsmith.transforms.formula.build import negated
from stepsmith.transforms.formula.commands import argument
from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.suffixes import exponent_of
from stepsmith.transforms.formula.sums import continues, read_operand, read_product, read_sum
from stepsmith.transforms.formula.symbols import FUNCTIONS
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Number, Symbol
from stepsmith.transforms.formula.vocabulary import OPERANDS

__all__: list[str] = []


def _function(name: str) -> Callable[[Reader], Formula]:
    def read(reader: Reader) -> Formula:
        reader.advance()
        base = None
        if reader.current == "_":
            if name != "log":
                reader.fail("a subscript of a function")
            base = _base(reader)
        elif name == "log" and reader.current in _BASES and reader.peek() == "(":
            base = argument(reader) if len(reader.current) == 1 else OPERANDS["0"](reader)
        power: Formula | None = None
        if reader.current in {"^", "**"}:
            reader.advance()
            power = exponent_of(reader)
        arguments = _applied_to(reader)
        return _raised(_applied(name, base, arguments), power)

    return read


def _base(reader: Reader) -> Formula:
    r"""Read the base of a logarithm: LaTeX sets one digit low, plain text means them all."""
    plain = reader.peek(-1) == "log"
    reader.advance()
    digits = reader.current
    if len(digits) > 1 and digits.isdigit():
        if digits == "10" or (plain and reader.peek() == "("):
            return OPERANDS["0"](reader)
        if digits[0] == "1" or reader.peek() == "(":
            reader.fail("a base of one digit or of more")
    return argument(reader)


_BASES = frozenset({"2", "10"})  # as in `log10(5)`
_INVERTIBLE = frozenset(["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth"])
_MINUS_ONE = Number(Fraction(-1))


def _raised(applied: Apply, power: Formula | None) -> Formula:
    """Return `sin^2 x`; a power of minus one names the inverse function."""
    if power is None:
        return applied
    if power != _MINUS_ONE:
        return Apply("^", (applied, power))
    if applied.name not in _INVERTIBLE:
        msg = f"{applied.name} to the power of minus one"
        raise UnreadableError(msg)
    return Apply(f"a{applied.name}", applied.arguments)


_ARITY: dict[str, tuple[int, int]] = {
    "log": (1, 1),
    "binom": (2, 2),
    "gcd": (2, 1000),
    "lcm": (2, 1000),
    "max": (2, 1000),
    "min": (2, 1000),
}
_TEN = Number(Fraction(10))


def _applied(name: str, base: Formula | None, arguments: tuple[Formula, ...]) -> Apply:
    fewest, most = _ARITY.get(name, (1, 1))
    if not fewest <= len(arguments) <= most:
        msg = f"{name} of {len(arguments)} arguments"
        raise UnreadableError(msg)
    if base is not None:
        return Apply("log", (base, *arguments))
    if name == "lg":
        return Apply("log", (_TEN, *arguments))
    if name == "cbrt":
        return Apply("root", (Number(Fraction(3)), *arguments))
    return Apply(name, arguments)


def _applied_to(reader: Reader) -> tuple[Formula, ...]:
    """Read the argument of a function: a bracket, or the factors up to the next sign."""
    if reader.current == "(":
        return arguments(reader)
    if reader.current in {"{", r"\{"}:
        inner = OPERANDS[reader.current](reader)
        return inner.items if isinstance(inner, Group) and inner.kind == "set" else (inner,)
    return (reader.nested(_factors),)


def _factors(reader: Reader) -> Formula:
    negative = reader.current == "-"
    if negative:
        reader.advance()
    factors = [read_operand(reader)]
    while continues(reader) and reader.current.lstrip("\\") not in FUNCTIONS:
        if reader.current[0].isdigit():
            reader.fail("two numbers side by side")
        if reader.current == "(" and _is_variable(factors[-1]):
            reader.fail("a bracket as a factor of the argument or of the function")
        factors.append(read_operand(reader))
    if reader.current == "/" and factors[-1] == _PI:
        reader.fail("a divisor of the angle or of the function")
    value = factors[0] if len(factors) == 1 else Apply("*", tuple(factors))
    return negated(value) if negative else value


def _is_variable(formula: Formula) -> bool:
    return isinstance(formula, Symbol) and formula != _PI


_PI = Symbol("pi")


def _series(name: str) -> Callable[[Reader], Formula]:
    r"""Read `\sum_{k=1}^{n} body`, whose body is a product."""

    def read(reader: Reader) -> Formula:
        reader.advance()
        reader.expect("_")
        reader.expect("{")
        index = read_operand(reader)
        if not isinstance(index, Symbol):
            reader.fail("an index expected")
        reader.expect("=")
        first = reader.nested(read_sum)
        reader.expect("}")
        reader.expect("^")
        last = argument(reader)
        body = reader.nested(read_product)
        return Apply(name, (index, first, last, body))

    return read


OPERANDS.update(
    {
        **{
            f"\\{name}": _function(meaning)
            for name, meaning in FUNCTIONS.items()
            if name not in {"sqrt", "binom"}
        },
        **{name: _function(meaning) for name, meaning in FUNCTIONS.items()},
        r"\sum": _series("sum"),
        r"\prod": _series("prod"),
    }
)
