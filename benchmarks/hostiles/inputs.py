"""The 39 inputs that have hung, fooled or taken over a grader, and what may be said of them.

An attack is a formula with partners of the same and of other values, all known by construction.
Whatever a verifier is given, a pair of equals must never be refuted, and no other confirmed.
"""

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

from stepsmith.schemas.records import Claim, Outcome, Problem, Step

NOT_INVALID: frozenset[Outcome] = frozenset({"valid", "undecided"})
NOT_VALID: frozenset[Outcome] = frozenset({"invalid", "undecided"})
ANY: frozenset[Outcome] = NOT_INVALID | NOT_VALID


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attack:
    """A formula, others that equal it, and others that do not.

    `in_steps`: it may also stand beside an equals sign (a ratio or an equation may not).
    """

    name: str
    text: str
    equal: tuple[str, ...] = ()
    different: tuple[str, ...] = ("7",)
    in_steps: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """One claim for one verifier, and the verdicts that are not wrong."""

    name: str
    verifier: str
    claim: Claim
    allowed: frozenset[Outcome]


def _nested(opening: str, depth: int, closing: str = "}", core: str = "1") -> str:
    return opening * depth + core + closing * depth


def _set(numbers: list[int]) -> str:
    return r"\{" + ", ".join(map(str, numbers)) + r"\}"


_ORDERED = list(range(1, 1001))
_SHUFFLED = random.Random(4).sample(_ORDERED, len(_ORDERED))
_DIGITS = "".join(random.Random(5).choices("123456789", k=10_000))

ATTACKS = (
    Attack(name="power tower", text="9^{9^{9}}", different=("7", "9^{9^{9}} + 1")),
    Attack(name="power of a power", text="2^{10^{10}}", equal=("4^{5000000000}",)),
    Attack(name="large exponent", text="7^{123456789}", different=("7", "7^{123456788}")),
    Attack(name="factorial", text="10000000!", different=("7", "9999999!")),
    Attack(name="binomial", text=r"\binom{1000000}{500000}", different=("7",)),
    Attack(name="product", text=r"\prod_{k=1}^{10000000} k", equal=("10000000!",)),
    Attack(
        name="sum of squares",
        text=r"\sum_{k=1}^{1000000000} k^2",
        equal=("333333333833333333500000000",),
        different=("7", "333333333833333333500000001"),
    ),
    Attack(
        name="power of sine and cosine",
        text=r"(\sin x + \cos x)^{50}",
        equal=(r"(1 + \sin 2x)^{25}",),
        different=(r"(1 + \sin 2x)^{25} + 1",),
    ),
    Attack(name="hard integral", text=r"\int_0^1 \frac{x^{7}+\sin(x^{x})}{\ln(x+e^{x})} dx"),
    Attack(name="40 fractions deep", text=r"\frac{1}{" * 40 + "1" + "}" * 40, equal=("1",)),
    Attack(name="300 fractions deep", text=r"\frac{1}{" * 300 + "1" + "}" * 300, equal=("1",)),
    Attack(name="2,000 parentheses deep", text=_nested("(", 2_000, ")"), equal=("1",)),
    Attack(name="3,000 braces deep", text=_nested("{", 3_000), equal=("1",)),
    Attack(name="10,000 digits", text=_DIGITS, different=("7", _DIGITS[:-1] + "0")),
    Attack(name="sum of 10,000 digits", text=f"{_DIGITS} + 1", equal=(f"1 + {_DIGITS}",)),
    Attack(name="100,000 terms", text="+".join("1" * 100_000), equal=("100000",)),
    Attack(
        name="permuted set",
        text=_set(_ORDERED),
        equal=(_set(_SHUFFLED),),
        different=(_set([*_SHUFFLED[:-1], 0]),),
        in_steps=False,
    ),
    Attack(name="full-width digits", text="１２３", equal=("123",), different=("124",)),  # noqa: RUF001
    Attack(name="superscript", text="x² + 1", equal=("x^2 + 1",), different=("x2 + 2", "x^3 + 1")),
    Attack(name="minus sign", text="3 − 5", equal=("-2",), different=("2", "8")),  # noqa: RUF001
    Attack(name="vulgar fraction", text="½", equal=(r"\frac{1}{2}", "0.5"), different=("2", "12")),
    Attack(name="zero-width space", text="1\u200b2", equal=("12",), different=("1", "13")),
    Attack(name="inverse factorials", text=r"\frac{1}{2004!}", different=(r"\frac{1}{2006!}",)),
    Attack(name="tiny powers", text="2^{-99}", different=("2^{-98}", "0")),
    Attack(name="tiny decimals", text="0.0000001", different=("0.0000002", "0")),
    Attack(
        name="roman e",
        text=r"1 - \frac{1}{\mathrm{e}}",
        different=(r"1 + \frac{1}{\mathrm{e}}", r"1 - \frac{1}{\mathrm{e}^2}"),
    ),
    Attack(name="rounded third", text=r"\frac{1}{3}", different=("0.333333",), in_steps=False),
    Attack(name="pair and set", text="(1,2)", different=(r"\{1,2\}", "(2,1)"), in_steps=False),
    Attack(name="ratios", text="1:2:3", different=("1:4:9",), in_steps=False),
    Attack(
        name="lines", text="3x-y+13=0", different=("3x+4y+14=0", "3x-y+14=0"), in_steps=False
    ),
    Attack(name="factor left out", text=r"4\sqrt{2}", different=("4", r"\sqrt{2}")),
    Attack(name="percent", text=r"50\%", equal=("0.5", r"\frac{1}{2}"), different=("5",)),
    Attack(
        name="sphere",
        text=r"\frac43\pi(2)^3",
        equal=(r"\frac43\pi\cdot 8", r"\frac{32\pi}{3}"),
        different=(r"\frac{32}{3}",),
    ),
    Attack(
        name="degrees", text=r"\cos 60^\circ", equal=(r"\frac{1}{2}",), different=(r"\cos 60",)
    ),
    Attack(name="remainder", text=r"2^{10} \bmod 7", equal=("2",), different=("1024",)),
    Attack(name="named values", text="x=1", different=("y=1", "x=2"), in_steps=False),
)  # fmt: skip
"""36 of the 39; the others are the payloads, in three wrappings."""

WRAPPINGS = ("{}", r"\frac{{1}}{{{}}}", "1 + {} = 2")


def payloads(canary: Path) -> tuple[str, ...]:
    """Return twelve formulas that make a folder at `canary` where they are evaluated."""
    call = f"__import__('os').mkdir('{canary}')"
    return (
        call,
        f"().__class__.__base__.__subclasses__() and {call}",
        f'exec("{call}")',
        f"eval(compile(\"{call}\", '', 'eval'))",
        f"(lambda: {call})()",
        f"[{call} for x in (1,)]",
        f'sympify("{call}")',
        f'Symbol("x").subs("x", "{call}")',
        f'f"{{{call}}}"',
        f"x\n{call}\n",
        rf"\input{{|mkdir {canary}}}",
        f"!!python/object/apply:os.mkdir ['{canary}']",
    )


def listed_trials(verifiers: tuple[str, ...], canary: Path) -> Iterator[Trial]:
    """Yield every attack in every form for every verifier."""
    for verifier in verifiers:
        for attack in ATTACKS:
            for claim, allowed in _claims(attack, verifier):
                yield Trial(name=attack.name, verifier=verifier, claim=claim, allowed=allowed)
        for number, wrapping in enumerate(WRAPPINGS, 1):
            for payload in payloads(canary):
                text = wrapping.format(payload)
                name = f"payloads in wrapping {number}"
                for claim in (answer_claim("7", text), answer_claim(text, "7"), step_claim(text)):
                    yield Trial(name=name, verifier=verifier, claim=claim, allowed=NOT_VALID)


def _claims(attack: Attack, verifier: str) -> Iterator[tuple[Claim, frozenset[Outcome]]]:
    pairs = [(other, NOT_INVALID) for other in (attack.text, *attack.equal)]
    pairs += [(other, NOT_VALID) for other in attack.different]
    judges_answers = verifier == "math.answer"
    for other, allowed in pairs:
        for gold, given in ((other, attack.text), (attack.text, other)):
            yield answer_claim(gold, given), allowed if judges_answers else ANY
            if attack.in_steps:
                yield step_claim(f"{given} = {gold}"), ANY if judges_answers else allowed
                yield step_claim(f"${given} = {gold}$"), ANY if judges_answers else allowed
        if attack.in_steps:
            stated = step_claim(f"y = {attack.text}", prior=f"y = {other}\n")
            yield stated, ANY if judges_answers else allowed


def answer_claim(gold: str, given: str) -> Claim:
    """Claim that a solution which ends in the box `given` has the answer `gold`."""
    problem = Problem(id="hostile", prompt="", answer=gold)
    return Claim(problem=problem, prior=(), step=Step(text=rf"\boxed{{{given}}}"))


def step_claim(text: str, *, prior: str = "", answer: str = "x^2 + 1") -> Claim:
    """Claim that a step is right."""
    before = (Step(text=prior),) if prior else ()
    problem = Problem(id="hostile", prompt="", answer=answer)
    return Claim(problem=problem, prior=before, step=Step(text=text))
