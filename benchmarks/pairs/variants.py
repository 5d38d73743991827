"""Ways to write an answer differently, each equal to it or different from it by construction.

A way that does not fit an answer returns nothing. Where a change could happen to give the same
value, exact fractions decide, computed here: never the code that is measured.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from random import Random

Make = Callable[[str, Random], str | None]

_INTEGER = re.compile(r"-?\d+")
_FRACTION = re.compile(r"(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}")
_DECIMAL = re.compile(r"(-?)(\d*)\.(\d+)")
_RADICAL = re.compile(r"(-?\d*) ?\\sqrt\{?(\d+)\}?")
_DEGREES = re.compile(r"(\d+)\^\{?\\circ\}?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\\%")
_MONOMIALS = re.compile(r"-?\d*[a-z](?:\^\d)?(?: ?[-+] ?\d*[a-z](?:\^\d)?)*(?: ?[-+] ?\d+)?")
_NUMBERS = re.compile(r"-?\d+(?:, ?-?\d+)+")
_TUPLE = re.compile(r"\((-?\d+(?:, ?-?\d+)+)\)")
_INTERVAL = re.compile(r"([(\[])(-?\d+), ?(-?\d+)([)\]])")
_ENDS = {"[": "(", "(": "[", "]": ")", ")": "]"}
_INEQUALITY = re.compile(r"([a-z]) ?(<|>|\\leq?|\\geq?) ?(-?\d+)")
_FLIPPED = {"<": ">", ">": "<", r"\le": r"\ge", r"\leq": r"\geq", r"\ge": r"\le", r"\geq": r"\leq"}
# One expression: digits, single letters, and commands that make no list, relation or unit of it.
_EXPRESSION = re.compile(r"(?:[-+0-9a-z^{}() ]|\\(?:[dt]?frac|sqrt|pi|cdot|cos|sin|tan)(?![a-z]))+")
_LETTER = re.compile(r"(?:\\text(?:bf)?\{)?\(?([A-E])\)?\}?")
_BASE = re.compile(r"(\d{2,})_\{?(\d)\}?")
_MATRIX = re.compile(r"\\begin\{pmatrix\}([-0-9 &\\/]*)\\end\{pmatrix\}")
_WORD = re.compile(r"(?<!\\)(?<![a-z])[a-z]{2,}")


def rewrite_fractions(gold: str, random: Random) -> str | None:
    r"""Write `\dfrac` or `\tfrac` for `\frac`."""
    changed = gold.replace(r"\frac", random.choice((r"\dfrac", r"\tfrac")))
    return changed if changed != gold else None


def slash(gold: str, _: Random) -> str | None:
    """Write a fraction on one line."""
    found = _FRACTION.fullmatch(gold)
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
    return gold + unit if _INTEGER.fullmatch(gold) or _FRACTION.fullmatch(gold) else None


def add_zeros(gold: str, random: Random) -> str | None:
    """Write zeros after the decimal point."""
    zeros = "0" * random.randint(1, 3)
    if _INTEGER.fullmatch(gold):
        return f"{gold}.{zeros}"
    return gold + zeros if _DECIMAL.fullmatch(gold) else None


def group_thousands(gold: str, random: Random) -> str | None:
    """Group the digits of a large integer."""
    if not _INTEGER.fullmatch(gold) or abs(int(gold)) < 1000:  # noqa: PLR2004
        return None
    return f"{int(gold):,}".replace(",", random.choice((",", r",\!", "{,}", r"\,", r"\ ")))


def scientific(gold: str, random: Random) -> str | None:
    """Write an integer as a decimal times a power of ten."""
    if not _INTEGER.fullmatch(gold) or abs(int(gold)) < 100:  # noqa: PLR2004
        return None
    power = len(gold.lstrip("-")) - 1
    digits = gold.lstrip("-").rstrip("0")
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    sign = "-" if gold.startswith("-") else ""
    times = random.choice((r"\times", r"\cdot"))
    return rf"{sign}{mantissa} {times} 10^{{{power}}}"


def reverse_sum(gold: str, _: Random) -> str | None:
    """Write the terms of a sum in the opposite order."""
    if not _MONOMIALS.fullmatch(gold):
        return None
    terms = re.findall(r"[-+]?[^-+]+", gold.replace(" ", ""))
    if len(terms) == 1:
        return None
    signed = (term if term[0] in "-+" else f"+{term}" for term in reversed(terms))
    return "".join(signed).removeprefix("+")


def reverse_list(gold: str, _: Random) -> str | None:
    """List numbers in the opposite order."""
    numbers = _numbers(_NUMBERS, gold)
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
    if _INTEGER.fullmatch(gold) or _FRACTION.fullmatch(gold) or _RADICAL.fullmatch(gold):
        return f"{random.choice(('x', 'n', 'k', 'a_1', 'f(2)'))} = {gold}"
    return None


def respell_percent(gold: str, random: Random) -> str | None:
    """Write a percentage in words, or as a decimal."""
    found = _PERCENT.fullmatch(gold)
    if found is None:
        return None
    share = _as_decimal(Fraction(found[1]) / 100)
    return random.choice((f"{found[1]}%", f"{found[1]} percent", rf"{found[1]}\,\%", str(share)))


def scale_fraction(gold: str, random: Random) -> str | None:
    """Multiply a fraction's two parts by the same number."""
    by = random.randint(2, 9)
    if (found := _FRACTION.fullmatch(gold)) is not None:
        return rf"{found[1]}\frac{{{by * int(found[2])}}}{{{by * int(found[3])}}}"
    return rf"\frac{{{by * int(gold)}}}{{{by}}}" if _INTEGER.fullmatch(gold) else None


def mixed(gold: str, _: Random) -> str | None:
    """Write an improper fraction as a mixed number."""
    found = _FRACTION.fullmatch(gold)
    if found is None or int(found[2]) <= int(found[3]) or int(found[2]) % int(found[3]) == 0:
        return None
    whole, rest = divmod(int(found[2]), int(found[3]))
    return rf"{found[1]}{whole}\frac{{{rest}}}{{{found[3]}}}"


def decimal(gold: str, _: Random) -> str | None:
    """Write a fraction as a decimal that ends, or a decimal as a fraction."""
    if (found := _FRACTION.fullmatch(gold)) is not None and int(found[3]):
        return _as_decimal(_value(gold))
    if _DECIMAL.fullmatch(gold):
        value = Fraction(gold)
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    return None


def split_integer(gold: str, random: Random) -> str | None:
    """Write an integer as a sum, a difference or a product."""
    if not _INTEGER.fullmatch(gold):
        return None
    by = random.randint(2, 40)
    sum_ = f"{int(gold) - by} + {by}"
    product = rf"{by} \cdot {int(gold) // by} + {int(gold) % by}"
    return random.choice((sum_, product, f"{int(gold) + by}-{by}"))


def push_under_root(gold: str, _: Random) -> str | None:
    """Take the factor of a square root under it."""
    found = _RADICAL.fullmatch(gold)
    if found is None or found[1] in {"", "-"}:
        return None
    sign = "-" if found[1].startswith("-") else ""
    return rf"{sign}\sqrt{{{int(found[1]) ** 2 * int(found[2])}}}"


def neutral(gold: str, random: Random) -> str | None:
    """Add nothing to an expression, or multiply it by one."""
    if not _is_expression(gold):
        return None
    by = random.randint(2, 9)
    forms = (rf"\frac{{{by}({gold})}}{{{by}}}", rf"({gold}) + {by} - {by}", rf"1 \cdot ({gold})")
    return random.choice(forms)


def unicode_signs(gold: str, _: Random) -> str | None:
    """Write signs and digits as other keyboards do."""
    if _INTEGER.fullmatch(gold) and not gold.startswith("-"):
        return gold.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    return gold.replace("-", "\u2212") if _is_expression(gold) and "-" in gold else None


def respell_letter(gold: str, random: Random) -> str | None:
    """Write the letter of a choice in other clothes."""
    found = _LETTER.fullmatch(gold)
    if found is None:
        return None
    return random.choice((r"\text{{({})}}", "({})", r"\textbf{{{}}}", "{}.")).format(found[1])


def brace_base(gold: str, _: Random) -> str | None:
    """Put the base of a number in braces, or take it out of them."""
    found = _BASE.fullmatch(gold)
    if found is None:
        return None
    return f"{found[1]}_{found[2]}" if "{" in gold else f"{found[1]}_{{{found[2]}}}"


def change_matrix_brackets(gold: str, _: Random) -> str | None:
    """Write a matrix in square brackets."""
    return gold.replace("pmatrix", "bmatrix") if _MATRIX.fullmatch(gold) else None


def swap_parts(gold: str, _: Random) -> str | None:
    """Swap numerator and denominator."""
    found = _FRACTION.fullmatch(gold)
    if found is None or not int(found[2]) or int(found[2]) == int(found[3]):
        return None
    return rf"{found[1]}\frac{{{found[3]}}}{{{found[2]}}}"


def negate(gold: str, _: Random) -> str | None:
    """Turn the sign of a number that is not zero."""
    if (_INTEGER.fullmatch(gold) and int(gold)) or _RADICAL.fullmatch(gold):
        return gold[1:] if gold.startswith("-") else f"-{gold}"
    if (found := _FRACTION.fullmatch(gold)) is not None and int(found[2]):
        return gold[1:] if found[1] else f"-{gold}"
    return None


def add_one(gold: str, random: Random) -> str | None:
    """Add one to an expression."""
    if _INTEGER.fullmatch(gold):
        return str(int(gold) + random.choice((1, -1)))
    return f"({gold}) + 1" if _is_expression(gold) else None


def change_digit(gold: str, random: Random) -> str | None:
    """Change one digit of a number of at least two digits."""
    if not _INTEGER.fullmatch(gold) or len(gold) < 2:  # noqa: PLR2004
        return None
    at = random.randrange(gold.startswith("-"), len(gold))
    return f"{gold[:at]}{(int(gold[at]) + random.randint(1, 9)) % 10}{gold[at + 1 :]}"


def lose_thousands(gold: str, _: Random) -> str | None:
    """Leave three zeros off, as if a separator were a decimal point."""
    is_whole = _INTEGER.fullmatch(gold) and int(gold) and int(gold) % 1000 == 0
    return str(int(gold) // 1000) if is_whole else None


def change_end(gold: str, random: Random) -> str | None:
    """Open or close one end of an interval; of a pair, make an interval."""
    found = _INTERVAL.fullmatch(gold)
    if found is None or int(found[2]) >= int(found[3]):
        return None
    left, right = random.choice(((_ENDS[found[1]], found[4]), (found[1], _ENDS[found[4]])))
    return f"{left}{found[2]}, {found[3]}{right}"


def drop_element(gold: str, random: Random) -> str | None:
    """Leave one number out of a list, or of a tuple of three or more."""
    for pattern, form in ((_NUMBERS, "{}"), (_TUPLE, "({})")):
        numbers = _numbers(pattern, gold)
        if len(set(numbers)) == len(numbers) > (2 if pattern is _TUPLE else 1):
            del numbers[random.randrange(len(numbers))]
            return form.format(", ".join(numbers))
    return None


def change_element(gold: str, random: Random) -> str | None:
    """Put a new number in a list's or a tuple's place for another."""
    for pattern, form in ((_NUMBERS, "{}"), (_TUPLE, "({})")):
        if numbers := _numbers(pattern, gold):
            new = str(1 + max(map(abs, map(int, numbers))))
            numbers[random.randrange(len(numbers))] = new
            return form.format(", ".join(numbers))
    return None


def swap_tuple(gold: str, _: Random) -> str | None:
    """Swap the first and the last number of a tuple."""
    numbers = _numbers(_TUPLE, gold)
    if not numbers or numbers[0] == numbers[-1]:
        return None
    return f"({', '.join([numbers[-1], *numbers[1:-1], numbers[0]])})"


def change_exponent(gold: str, _: Random) -> str | None:
    """Raise the degree of a polynomial's highest term."""
    powers = [int(power) for power in re.findall(r"\^(\d)", gold)]
    if not powers or not _MONOMIALS.fullmatch(gold) or powers.count(max(powers)) > 1:
        return None
    return gold.replace(f"^{max(powers)}", f"^{{{max(powers) + 1}}}")


def cube_root(gold: str, _: Random) -> str | None:
    """Write a cube root for a square root."""
    found = _RADICAL.fullmatch(gold)
    if found is None or int(found[2]) < 2:  # noqa: PLR2004
        return None
    return rf"{found[1]}\sqrt[3]{{{found[2]}}}"


def flip(gold: str, _: Random) -> str | None:
    """Turn an inequality round."""
    found = _INEQUALITY.fullmatch(gold)
    return f"{found[1]} {_FLIPPED[found[2]]} {found[3]}" if found else None


def nudge(gold: str, random: Random) -> str | None:
    """Change a value by very little."""
    if _INTEGER.fullmatch(gold):
        return f"{gold}.{'0' * random.randint(2, 8)}1"
    power = random.randint(3, 9)
    return rf"({gold}) + 10^{{-{power}}}" if _is_expression(gold) else None


def change_letter(gold: str, _: Random) -> str | None:
    """Choose the next letter."""
    found = _LETTER.fullmatch(gold)
    return rf"\text{{({chr(ord(found[1]) + 1)})}}" if found else None


def change_base(gold: str, _: Random) -> str | None:
    """Read the same digits, at least two, to another base."""
    found = _BASE.fullmatch(gold)
    return f"{found[1]}_{int(found[2]) + 1}" if found and int(found[1]) > 9 else None  # noqa: PLR2004


def change_entry(gold: str, random: Random) -> str | None:
    """Change one entry of a matrix of integers."""
    found = _MATRIX.fullmatch(gold)
    if found is None or "/" in gold:
        return None
    entry = random.choice(list(re.finditer(r"-? ?\d+", gold)))
    new = int(entry[0].replace(" ", "")) + random.randint(1, 9)
    return gold[: entry.start()] + str(new) + gold[entry.end() :]


EQUAL: dict[str, Make] = {
    make.__name__: make
    for make in (
        rewrite_fractions, slash, add_spaces, size_brackets, wrap, add_unit, add_zeros,
        group_thousands, scientific, reverse_sum, reverse_list, respell_degrees, name_value,
        respell_percent, scale_fraction, mixed, decimal, split_integer, push_under_root, neutral,
        unicode_signs, respell_letter, brace_base, change_matrix_brackets,
    )
}  # fmt: skip
DIFFERENT: dict[str, Make] = {
    make.__name__: make
    for make in (
        swap_parts, negate, add_one, change_digit, change_end, drop_element, change_element,
        swap_tuple, change_exponent, cube_root, flip, nudge, change_letter, change_base,
        change_entry,
        lose_thousands,
    )
}  # fmt: skip


def _is_expression(gold: str) -> bool:
    return _EXPRESSION.fullmatch(gold) is not None and _WORD.search(gold) is None and gold != "-"


def _numbers(pattern: re.Pattern[str], gold: str) -> list[str]:
    found = pattern.fullmatch(gold)
    return [] if found is None else re.findall(r"-?\d+", found[0])


def _value(gold: str) -> Fraction:
    found = _FRACTION.fullmatch(gold)
    if found is None:
        return Fraction(gold)
    value = Fraction(int(found[2]), int(found[3]))
    return -value if found[1] else value


def _as_decimal(value: Fraction) -> str | None:
    """Write a fraction as a decimal, where at most eight places are enough."""
    scaled = value * 10**8
    if scaled.denominator != 1:
        return None
    digits = f"{abs(scaled.numerator):09d}"
    written = f"{digits[:-8]}.{digits[-8:]}".rstrip("0").rstrip(".")
    return f"-{written}" if value < 0 else written
