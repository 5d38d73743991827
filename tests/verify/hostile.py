"""Strings that have hung, crashed or taken over graders, and ways to make more of them."""

from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

POWERS = ("9^{9^{9}}", "2^{10^{10}}", "7^{123456789}", "9**9**9**9", "10^{10^{10^{10}}}", "2^99999")
BIG = (
    "10000000!",
    r"\binom{1000000}{500000}",
    r"\prod_{k=1}^{10000000} k",
    "99999999!!",
    "5!!!!!!",
)
SUMS = (r"\sum_{k=1}^{1000000000} k^2", r"\int_0^1 \frac{x^{7}+\sin(x^{x})}{\ln(x+e^{x})} dx")
TRIGONOMETRY = (r"(\sin x + \cos x)^{50}", r"\sin(10^{22})", r"\tan(\tan(\tan(\tan(x))))^{99}")
NESTED = (
    r"\frac{1}{" * 40 + "1" + "}" * 40,
    r"\frac{1}{" * 300 + "1" + "}" * 300,
    "(" * 2_000 + "1" + ")" * 2_000,
    "{" * 3_000 + "1" + "}" * 3_000,
    r"\sqrt{" * 25 + "x" + "}" * 25,
    "((((1+2)*3",
    "[" * 100_000,
)
LONG = (
    "1" * 10_000,
    "1" * 1_000_000,
    "+".join("1" * 100_000),
    "1=" * 10_000 + "1",
    "1 + " * 500 + "1 = 2",
    "x" * 1_000_000,
    "a'" * 100_000,
    "-" * 1_000_000,
    "," * 100_000 + "1 = 2",
    "1," * 100_000 + "1 = 2",
    "1.1" * 100_000,
    "<<" * 100_000,
    "$" * 100_000,
    "**" * 100_000 + "1 = 2",
    "\n" * 1_000_000,
    "answer is " * 50_000,
    r"\boxed{" * 50_000,
    r"\frac" * 50_000,
    "= " * 100_000,
    r"\{" + ",".join(str(n) for n in range(1_000, 0, -1)) + r"\}",
)
ODD = (
    "",
    " ",
    "\0",
    "2 + 3 = 5\0",
    "\ud800",
    "１２ ＋ ３ ＝ １５",  # noqa: RUF001
    "٣ + ٤ = ٧",  # noqa: RUF001
    "x² = ½",
    "2 − 3 = −1",  # noqa: RUF001
    "2\u200b+\u200b3 = 5",
    "\u202e5 = 3 + 2",
    "0/0 = 1",
    "1/0",
    "nan = inf",
    "1e999999999",
    "0x10 = 16",
    "1_000 = 1000",
    "%s %d {0} {x!r}",
    "\\",
    "\\boxed",
    "\\boxed{",
    "\\boxed{}",
    "####",
    "#### ",
    "\\text{" * 10,
)


def canaries(path: Path) -> Iterator[str]:
    """Yield strings that make a directory at `path` wherever they are evaluated."""
    call = f"__import__('os').mkdir('{path}')"
    yield call
    yield f"().__class__.__base__.__subclasses__() or {call}"
    yield f'exec("{call}")'
    yield f"eval(compile(\"{call}\", '', 'eval'))"
    yield f"(lambda: {call})()"
    yield f"1 + {call} = 2"
    yield f"{{{call}}}"
    yield f"f'{{{call}}}'"
    yield f"Symbol('x').__class__.__init__.__globals__['__builtins__']['{call}']"
    yield f"x\n{call}\n"
    yield rf"\input{{|mkdir {path}}}"
    yield f"$(mkdir {path})"
    yield f"!!python/object/apply:os.mkdir ['{path}']"


def handmade() -> list[str]:
    return [*POWERS, *BIG, *SUMS, *TRIGONOMETRY, *NESTED, *LONG, *ODD]


def wrapped(text: str) -> Iterator[str]:
    """Yield `text` in the places where a verifier looks for something to compute."""
    yield text
    yield rf"\boxed{{{text}}}"
    yield f"The answer is {text}."
    yield f"2 + {text} = 5"


FRAGMENTS = st.sampled_from([
    *POWERS, *BIG, "1", "2", "12.5", "1,000", "x", "+", "-", "*", "/", "^", "=", "(", ")", "{", "}",
    r"\frac", r"\sqrt", r"\boxed{", r"\text{", "$", "%", " ", "\n", "\0", "!", "apples", "#### ",
    "The answer is ", "<<", ">>", ",", ".", "mod", "\\", "__import__('os')", "lambda", "≈", "１",  # noqa: RUF001
])  # fmt: skip

generated = st.lists(FRAGMENTS, max_size=25).map("".join) | st.text(max_size=200)
