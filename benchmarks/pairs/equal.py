"""Ways to write an answer differently that mean the same.

A way that does not fit an answer returns nothing.
"""

import re
from fractions import Fraction
from random import Random

from benchmarks.pairs.forms import (
    BASE,
    FRACTION,
    INTEGER,
    LETTER,
    MATRIX,
    MONOMIALS,
    NUMBERS,
    RADICAL,
    Make,
    as_decimal,
    is_expression,
    numbers_in,
    value_of,
)

_DECIMAL = re.compile(r"(-?)(\d*)\.(\d+)")
_DEGREES = re.compile(r"(\d+)\^\{?\\circ\}?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\\%")


def rewrite_fractions(gold: str, random: Random) -> str | None:
    r"""Write `\dfrac` or `\tfrac` for `\frac`."""
    changed = gold.replace(r"\frac", random.choice((r"\dfrac", r"\tfrac")))
    return changed if changed != gold else None


def slash(gold: str, _: Random) -> str | None:
    """Write a fraction on one line."""
    found = FRACTION.fullmatch(gold)
    return f"{found[1]}{found[2]}/{found[3]}" if found else None


def add_spaces(gold: str, _: Random) -> str | None:
    """Put spaces around signs and after commas that stand outside braces and words."""
    if "text" in gold or "mbox" in gold or "{," in gold or "!" in gold or "circ" in gold:
        return None
    changed = re.sub(r"(?<=[0-9a-z)}]) ?([-+=]) ?(?=[0-9a-z(\\])", r"  \1  ", gold)
    return changed if changed != gold else f"  {gold} "


def size_brackets(gold: str, _: Random) -> str | None:
    r"""Write `\left(` and `\right)` for brackets."""
    if not re.search(r"[(\[]", gold) or r"\left" in gold or r"\sqrt[" in gold:
        return None
    opened = re.sub(r"(?<!\\)([(\[])", r"\\left\1", gold)
    return re.sub(r"(?<!\\)([)\]])", r"\\right\1", opened)


def wrap(gold: str, random: Random) -> str | None:
    """Put it between math delimiters, in a box, or before a full stop."""
    forms = (f"${gold}$", rf"\boxed{{{gold}}}", rf"\({gold}\)", f"{gold}.")
    return random.choice(forms[:3] if gold.endswith((".", "\\")) else forms)


def add_unit(gold: str, random: Random) -> str | None:
    """Name a unit after a bare number."""
    unit = random.choice((r"\text{ cm}", r"\text{ units}", r"\;\mbox{meters}", " inches"))
    return gold + unit if INTEGER.fullmatch(gold) or FRACTION.fullmatch(gold) else None


def add_zeros(gold: str, random: Random) -> str | None:
    """Write zeros after the decimal point."""
    zeros = "0" * random.randint(1, 3)
    if INTEGER.fullmatch(gold):
        return f"{gold}.{zeros}"
    return gold + zeros if _DECIMAL.fullmatch(gold) else None


def group_thousands(gold: str, random: Random) -> str | None:
    """Group the digits of a large integer."""
    if not INTEGER.fullmatch(gold) or abs(int(gold)) < 1000:  # noqa: PLR2004
        return None
    return f"{int(gold):,}".replace(",", random.choice((",", r",\!", "{,}", r"\,", r"\ ")))


def scientific(gold: str, random: Random) -> str | None:
    """Write an integer as a decimal times a power of ten."""
    if not INTEGER.fullmatch(gold) or abs(int(gold)) < 100:  # noqa: PLR2004
        return None
    power = len(gold.lstrip("-")) - 1
    digits = gold.lstrip("-").rstrip("0")
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    sign = "-" if gold.startswith("-") else ""
    times = random.choice((r"\times", r"\cdot"))
    return rf"{sign}{mantissa} {times} 10^{{{power}}}"


def reverse_sum(gold: str, _: Random) -> str | None:
    """Write the terms of a sum in the opposite order."""
    if not MONOMIALS.fullmatch(gold):
        return None
    terms = re.findall(r"[-+]?[^-+]+", gold.replace(" ", ""))
    if len(terms) == 1:
        return None
    signed = (term if term[0] in "-+" else f"+{term}" for term in reversed(terms))
    return "".join(signed).removeprefix("+")


def reverse_list(gold: str, _: Random) -> str | None:
    """List numbers in the opposite order."""
    numbers = numbers_in(NUMBERS, gold)
    if not numbers or any(len(number.lstrip("-")) > 2 for number in numbers):  # noqa: PLR2004
        return None
    return ", ".join(reversed(numbers))


def respell_degrees(gold: str, random: Random) -> str | None:
    """Write degrees with a sign, a word, or without."""
    found = _DEGREES.fullmatch(gold)
    if found is None:
        return None
    return found[1] + random.choice(("°", " degrees", r"^{\circ}", r"\text{ degrees}", ""))


def name_value(gold: str, random: Random) -> str | None:
    """Say which variable has the value."""
    if INTEGER.fullmatch(gold) or FRACTION.fullmatch(gold) or RADICAL.fullmatch(gold):
        return f"{random.choice(('x', 'n', 'k', 'a_1', 'f(2)'))} = {gold}"
    return None


def respell_percent(gold: str, random: Random) -> str | None:
    """Write a percentage in words, or as a decimal."""
    found = _PERCENT.fullmatch(gold)
    if found is None:
        return None
    share = as_decimal(Fraction(found[1]) / 100)
    return random.choice((f"{found[1]}%", f"{found[1]} percent", rf"{found[1]}\,\%", str(share)))


def scale_fraction(gold: str, random: Random) -> str | None:
    """Multiply a fraction's two parts by the same number."""
    by = random.randint(2, 9)
    if (found := FRACTION.fullmatch(gold)) is not None:
        return rf"{found[1]}\frac{{{by * int(found[2])}}}{{{by * int(found[3])}}}"
    return rf"\frac{{{by * int(gold)}}}{{{by}}}" if INTEGER.fullmatch(gold) else None


def mixed(gold: str, _: Random) -> str | None:
    """Write an improper fraction as a mixed number."""
    found = FRACTION.fullmatch(gold)
    if found is None or int(found[2]) <= int(found[3]) or int(found[2]) % int(found[3]) == 0:
        return None
    whole, rest = divmod(int(found[2]), int(found[3]))
    return rf"{found[1]}{whole}\frac{{{rest}}}{{{found[3]}}}"


def decimal(gold: str, _: Random) -> str | None:
    """Write a fraction as a decimal that ends, or a decimal as a fraction."""
    if (found := FRACTION.fullmatch(gold)) is not None and int(found[3]):
        return as_decimal(value_of(gold))
    if _DECIMAL.fullmatch(gold):
        value = Fraction(gold)
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    return None


def split_integer(gold: str, random: Random) -> str | None:
    """Write an integer as a sum, a difference or a product."""
    if not INTEGER.fullmatch(gold):
        return None
    by = random.randint(2, 40)
    sum_ = f"{int(gold) - by} + {by}"
    product = rf"{by} \cdot {int(gold) // by} + {int(gold) % by}"
    return random.choice((sum_, product, f"{int(gold) + by}-{by}"))


def push_under_root(gold: str, _: Random) -> str | None:
    """Take the factor of a square root under it."""
    found = RADICAL.fullmatch(gold)
    if found is None or found[1] in {"", "-"}:
        return None
    sign = "-" if found[1].startswith("-") else ""
    return rf"{sign}\sqrt{{{int(found[1]) ** 2 * int(found[2])}}}"


def neutral(gold: str, random: Random) -> str | None:
    """Add nothing to an expression, or multiply it by one."""
    if not is_expression(gold):
        return None
    by = random.randint(2, 9)
    forms = (rf"\frac{{{by}({gold})}}{{{by}}}", rf"({gold}) + {by} - {by}", rf"1 \cdot ({gold})")
    return random.choice(forms)


def unicode_signs(gold: str, _: Random) -> str | None:
    """Write signs and digits as other keyboards do."""
    if INTEGER.fullmatch(gold) and not gold.startswith("-"):
        return gold.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    return gold.replace("-", "\u2212") if is_expression(gold) and "-" in gold else None


def respell_letter(gold: str, random: Random) -> str | None:
    """Write the letter of a choice in other clothes."""
    found = LETTER.fullmatch(gold)
    if found is None:
        return None
    return random.choice((r"\text{{({})}}", "({})", r"\textbf{{{}}}", "{}.")).format(found[1])


def brace_base(gold: str, _: Random) -> str | None:
    """Put the base of a number in braces, or take it out of them."""
    found = BASE.fullmatch(gold)
    if found is None:
        return None
    return f"{found[1]}_{found[2]}" if "{" in gold else f"{found[1]}_{{{found[2]}}}"


def change_matrix_brackets(gold: str, _: Random) -> str | None:
    """Write a matrix in square brackets."""
    return gold.replace("pmatrix", "bmatrix") if MATRIX.fullmatch(gold) else None


EQUAL: dict[str, Make] = {
    make.__name__: make
    for make in (
        rewrite_fractions, slash, add_spaces, size_brackets, wrap, add_unit, add_zeros,
        group_thousands, scientific, reverse_sum, reverse_list, respell_degrees, name_value,
        respell_percent, scale_fraction, mixed, decimal, split_integer, push_under_root, neutral,
        unicode_signs, respell_letter, brace_base, change_matrix_brackets,
    )
}  # fmt: skip
