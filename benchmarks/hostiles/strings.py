"""Strings without end for verifiers: real LaTeX, mutated, and formulas made by a grammar."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

from benchmarks.data.folder import data_folder, existing
from benchmarks.hostiles.inputs import (
    ANY,
    NOT_INVALID,
    NOT_VALID,
    Trial,
    answer_claim,
    step_claim,
)
from benchmarks.report import CannotRunError
from stepsmith.transforms.text.answer import extract_answer

FALLBACK = (
    r"We have $\frac{x^2 - 1}{x + 1} = x - 1$ for $x \ne -1$, so the sum is $\boxed{\frac{3}{4}}$.",
    r"Since $2^{10} = 1024$ and $\sqrt{1024} = 32$, the answer is $1{,}024 + 32 = \boxed{1056}$.",
    r"The roots are $x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$, hence $x \in \{1, -\tfrac12\}$.",
    r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$ has determinant $1\cdot4 - 2\cdot3 = -2$.",
    r"So $\sin 30^\circ = \frac12$, $\log_2 8 = 3$, and $\binom{5}{2} = 10$; $50\%$ of it is 5.",
)

FRAGMENTS = (
    "9^{9^{9}}", "2^{10^{10}}", "10000000!", r"\binom{1000000}{500000}", "!!", "^", "_", "{",
    "}", r"\frac", r"\frac{1}{", r"\sqrt[", r"\left(", r"\right)", r"\boxed{", r"\text{",
    r"\begin{array}", r"\\", "&", "$", "$$", "=", "==", r"\le", "<", r"\pmod{", r"\infty",
    r"\sum_{k=1}^{10^9}", r"\int", r"\prod", r"\lim_{x\to0}", "0/0", "1/0", "nan", "1e999",
    "0x1F", "1_000", "__import__('os')", "lambda", "\0", "\n", "\u200b", "\u202e", "\ud800",
    "½", "²", "−", "１", "٣", "∞", "√", "≈", "≠", "·", "'", '"', "%", "#### ", "<<", ">>",  # noqa: RUF001
    "The answer is ", " mod ", "(", ")", "[", "]", ",", ".", ";", "|", "~", "i", "e", r"\pi",
    "x", "-", "+", "*", "/", "**", "//", "1,000", "3.14", "0.1", "0", "-1", "9" * 21,
)  # fmt: skip
LOOKALIKES = str.maketrans("0123456789-+*/=()xX", "０１２３４５６７８９−＋∗∕＝（）хΧ")  # noqa: RUF001

_MAX_SPAN = 40
_MAX_BASE = 400
_LONGEST = 20_000


def load_texts() -> tuple[str, ...]:
    """Return real solutions, or a few of our own where the data set is not there."""
    with (
        contextlib.suppress(CannotRunError),
        existing(data_folder() / "math" / "test.jsonl").open() as lines,
    ):
        return tuple(json.loads(line)["solution"] for line in lines)
    return FALLBACK


def fuzz_trials(
    chance: Random, texts: Sequence[str], verifiers: Sequence[str], count: int
) -> Iterator[Trial]:
    """Yield trials of `count` strings, each for every verifier: half of them of mutated texts."""
    for number in range(count):
        kind = number % 4
        if kind in {0, 2}:
            text = mutate(chance, base(chance, texts))
            yield from _unknown("mutated", text, verifiers, chance)
        elif kind == 1:
            text = "".join(chance.choices(FRAGMENTS, k=chance.randint(1, 25)))
            yield from _unknown("fragments", text, verifiers, chance)
        else:
            yield from _known(chance, verifiers)


def _unknown(kind: str, text: str, verifiers: Sequence[str], chance: Random) -> Iterator[Trial]:
    """Yield a text of no known value: as its own answer it must not be refuted."""
    for verifier in verifiers:
        if verifier != "math.answer":
            yield Trial(name=kind, verifier=verifier, claim=step_claim(text), allowed=ANY)
            continue
        found = extract_answer(answer_claim(text, text).step.text)
        # A text that closes the box answers something else; that is then its gold answer, too.
        gold = text if found is None else found.answer
        if chance.random() < 0.5:  # noqa: PLR2004
            same = answer_claim(chance.choice((gold, f" {gold} ", f"${gold}$")), text)
            yield Trial(name=f"{kind}, itself", verifier=verifier, claim=same, allowed=NOT_INVALID)
        else:
            other = answer_claim(mutate(chance, gold), text)
            yield Trial(name=f"{kind}, other", verifier=verifier, claim=other, allowed=ANY)


def _known(chance: Random, verifiers: Sequence[str]) -> Iterator[Trial]:
    """Yield a formula beside a number that is its value, or is not by construction."""
    text, value = formula(chance, chance.randint(1, 4))
    is_equal = chance.random() < 0.5  # noqa: PLR2004
    result = value if is_equal else value + _difference(chance, value)
    allowed = NOT_INVALID if is_equal else NOT_VALID
    # A step may round to the digits that it prints.
    in_steps = ANY if result.denominator == 1 < value.denominator else allowed
    other = number(result)
    name = "known: equal" if is_equal else "known: different"
    for verifier in verifiers:
        if verifier == "math.answer":
            pair = (other, text) if chance.random() < 0.5 else (text, other)  # noqa: PLR2004
            yield Trial(name=name, verifier=verifier, claim=answer_claim(*pair), allowed=allowed)
        else:
            step = chance.choice(("{} = {}", "${} = {}$", "so we get ${} = {}$."))
            claim = step_claim(step.format(text, other))
            yield Trial(name=name, verifier=verifier, claim=claim, allowed=in_steps)


def _difference(chance: Random, value: Fraction) -> Fraction:
    return chance.choice(
        (
            Fraction(1),
            Fraction(-1),
            Fraction(1, value.denominator),
            value or Fraction(2),
            (value or Fraction(1)) / 10**9,
            -2 * value or Fraction(3),
        )
    )


_FRACTIONS = (r"\frac", r"\dfrac")


def formula(chance: Random, depth: int) -> tuple[str, Fraction]:
    """Return a formula and its exact value."""
    if depth == 0 or chance.random() < 0.1:  # noqa: PLR2004
        return _literal(chance)
    left, one = formula(chance, depth - 1)
    right, other = formula(chance, depth - 1)
    kind = chance.randrange(6)
    if kind == 0 and other != 0:
        return f"{chance.choice(_FRACTIONS)}{{{left}}}{{{right}}}", one / other
    if kind == 1:
        return f"({left})^{{{2}}}", one**2
    opening, closing = chance.choice((("(", ")"), (r"\left(", r"\right)")))
    if kind in {2, 3}:
        return f"{opening}{left} + {right}{closing}", one + other
    if kind == 4:  # noqa: PLR2004
        minus = chance.choice(("-", "−"))  # noqa: RUF001
        return f"{opening}{left} {minus} {opening}{right}{closing}{closing}", one - other
    dot = chance.choice((r"\cdot", r"\times"))
    return f"{opening}{left}{closing} {dot} {opening}{right}{closing}", one * other


def _literal(chance: Random) -> tuple[str, Fraction]:
    kind = chance.randrange(5)
    whole = chance.choice(
        (chance.randint(0, 12), chance.randint(0, 10**4), chance.randint(0, 10**12))
    )
    if kind == 0:
        return str(whole).translate(LOOKALIKES), Fraction(whole)
    if kind == 1:
        tenths = chance.randint(0, 999)
        return f"{whole}.{tenths:03}", whole + Fraction(tenths, 1000)
    return str(whole), Fraction(whole)


def number(value: Fraction) -> str:
    """Write a rational number as LaTeX."""
    sign = "-" if value < 0 else ""
    top, bottom = abs(value.numerator), value.denominator
    return f"{sign}{top}" if bottom == 1 else rf"{sign}\frac{{{top}}}{{{bottom}}}"


def base(chance: Random, texts: Sequence[str]) -> str:
    """Return a part of a text: its answer, one of its formulas, or whatever stands somewhere."""
    text = chance.choice(texts)
    kind = chance.randrange(3)
    if kind == 0 and (found := extract_answer(text)):
        return found.answer
    if kind == 1 and (formulas := text.split("$")[1::2]):
        return chance.choice(formulas)
    start = chance.randrange(max(1, len(text) - 20))
    return text[start : start + chance.choice((10, 30, 80, _MAX_BASE))]


def mutate(chance: Random, text: str) -> str:
    """Return a text after one to four accidents."""
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(_MUTATIONS)(chance, text)[:_LONGEST]
    return text


def _span(chance: Random, text: str) -> tuple[int, int]:
    start = chance.randint(0, len(text))
    return start, min(len(text), start + chance.randint(1, _MAX_SPAN))


def _delete(chance: Random, text: str) -> str:
    start, end = _span(chance, text)
    return text[:start] + text[end:]


def _duplicate(chance: Random, text: str) -> str:
    start, end = _span(chance, text)
    return text[:end] + text[start:end] * chance.choice((1, 1, 2, 100)) + text[end:]


def _swap(chance: Random, text: str) -> str:
    start, middle = _span(chance, text)
    end = min(len(text), middle + chance.randint(1, _MAX_SPAN))
    return text[:start] + text[middle:end] + text[start:middle] + text[end:]


def _insert(chance: Random, text: str) -> str:
    start, _ = _span(chance, text)
    return text[:start] + chance.choice(FRAGMENTS) + text[start:]


def _nest(chance: Random, text: str) -> str:
    start, end = _span(chance, text)
    depth = chance.choice((1, 2, 5, 40, 300))
    opening, closing = chance.choice((
        ("(", ")"), ("{", "}"), (r"\frac{1}{", "}"), (r"\sqrt{", "}"), ("-(", ")"), ("2^{", "}"),
        ("|", "|"),
    ))  # fmt: skip
    return text[:start] + opening * depth + text[start:end] + closing * depth + text[end:]


def _huge(chance: Random, text: str) -> str:
    start, end = _span(chance, text)
    digits = "".join(chance.choices("0123456789", k=chance.choice((10, 50, 400, 5_000))))
    shape = chance.choice(("{}", "^{{{}}}", "{}!", "0.{}", "1e{}", "{0}/{0}", r"\sqrt{{{}}}"))
    return text[:start] + shape.format(digits) + text[end:]


def _look_alike(chance: Random, text: str) -> str:
    start, end = _span(chance, text)
    return text[:start] + text[start:end].translate(LOOKALIKES) + text[end:]


_MUTATIONS = (_delete, _duplicate, _swap, _insert, _nest, _huge, _look_alike)
