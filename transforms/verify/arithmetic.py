"""Recompute the arithmetic that a step writes down."""

from collections.abc import Sequence

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.verify.base import Case, invalid, undecided, valid, verifier
from stepsmith.transforms.verify.equations import Equation, find_equations

_MAX_CHARACTERS = 20_000


@verifier(
    "math.arithmetic",
    cases=[
        Case("2 + 3 = 5", "valid"),
        Case("1 + 2 + 3 = 6", "valid"),
        Case("2 + 3 * 4 = 2 + 12 = 14", "valid"),
        Case("(2 + 3) * 4 = 20.", "valid"),
        Case("$1,250 / 5 = $250", "valid"),
        Case("<<48/2=24>>", "valid"),
        Case("-2 + 3 = 1", "valid"),
        Case("20% * 50 = 10", "valid"),
        Case("６ × ７ = ４２", "valid"),  # noqa: RUF001 -- full-width digits are digits
        Case("so he has 2 + 3 = 5 apples", "undecided"),  # true, but are these the right numbers?
        Case("so 2 + 3 = 6", "invalid"),
        Case("1 + 2 + 3 = 7", "invalid"),
        Case("She pays 3 x $4 = $13 in total.", "invalid"),
        Case("x = 2 + 3 = 6", "invalid"),
        Case("2 + 3 * 4 = 20", "invalid"),
        Case("48/2 = <<48/2=25>>25 clips", "invalid"),
        Case("2 apples + 3 apples = 6 apples", "invalid"),
        Case("then 1 / 0 = 0", "invalid"),
        Case("10 / 3 = 3.33", "undecided"),  # right at the digits that are printed
        Case("10 / 3 = 3.5", "invalid"),
        Case("let x be even", "undecided"),
        Case("2x + 3 = 7", "undecided"),
        Case("2 x + 3 = 7", "undecided"),
        Case("x + 2 + 3 = 7", "undecided"),
        Case("2^3 + 1 = 4", "undecided"),
        Case("3 times 4 + 2 = 6", "undecided"),
        Case("half of 6 + 2 = 4", "undecided"),
        Case("5 + 9 = 2 (mod 12)", "undecided"),
        Case("in base 5, 3 + 4 = 12", "undecided"),
        Case("Suppose 2 + 2 = 5.", "undecided"),
        Case("If 2 + 2 were 5, 2 + 2 = 5", "undecided"),
        Case("1 hour + 30 minutes = 90 minutes", "undecided"),
        Case("4 * 15 = 1 hour", "undecided"),
        Case("2 * 3! = 12", "undecided"),
        Case("2 1/2 + 1 = 3.5", "undecided"),
        Case("$50 + 20% = $60", "undecided"),
        Case("- 2 + 3 = 5", "undecided"),  # a dash or a sign?
        Case("100 cm = 1 m", "undecided"),
        Case("22 / 7 ≈ 3", "undecided"),
        Case("about 7 * 7 = 50", "undecided"),
    ],
)
def arithmetic(claim: Claim) -> Verdict:
    """Refute a false equation between numbers; confirm only a step of nothing but true ones."""
    text = claim.step.text
    if len(text) > _MAX_CHARACTERS:
        return undecided(f"too long: {len(text)} characters; read: {_MAX_CHARACTERS}")
    equations = list(find_equations(text))
    for equation in equations:
        if equation.truth == "false":
            where = f"characters {equation.start}-{equation.end}"
            return invalid(f"{_shorten(equation.text)} ({where}): {equation.reason}")
    if not equations:
        return undecided("no equation in this step")
    return _unrefuted(text, equations)


def _unrefuted(text: str, equations: Sequence[Equation]) -> Verdict:
    n_true = sum(equation.truth == "true" for equation in equations)
    hold = f"{n_true} {'equation holds' if n_true == 1 else 'equations hold'}"
    if n_true < len(equations):
        rest = len(equations) - n_true
        return undecided(
            f"not judged: {hold}, {rest} {'is' if rest == 1 else 'are'} rounded or unreadable"
        )
    if any(character.isalnum() for character in _outside(text, equations)):
        return undecided(f"words unchecked: {hold}")
    return valid(f"{hold}, and the step says nothing else")


def _outside(text: str, equations: Sequence[Equation]) -> str:
    ends = [0, *(equation.end for equation in equations)]
    starts = [*(equation.start for equation in equations), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _shorten(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:80]} ... {text[-30:]}"  # noqa: PLR2004 -- a line
