# ruff: noqa: RUF001 - full-width digits and look-alike signs are what is read
"""Reading: each construct has one reading, and what has none or several is refused."""

import pytest

from stepsmith.transforms.formula import Number, UnreadableError, read_formula
from tests.formula.shown import show

READINGS = {
    # numbers
    "-7": "-7",
    "3.50": "7/2",
    ".5": "1/2",
    "5.": "5",
    "1,234": "1234",
    "1,234,567": "1234567",
    "14{,}916": "14916",
    r"15,\!000": "15000",
    "1 000": "1000",
    "0,111": "list0; 111",
    "1, 234": "list1; 234",
    "1,2,3": "list1; 2; 3",
    "(1,234)": "tuple(1; 234)",
    "(1,000)": "1000",
    "(1, 1,234)": "tuple(1; 1234)",
    r"\{100,200,300\}": "set{100; 200; 300}",
    r"0.\overline{142857}": "1/7",
    "101_2": 'base("101", 2)',
    "2A_{16}": 'base("2A", 16)',
    "1 + 152A_{11}": '+(1, base("152A", 11))',
    "2 1/2": "+(2, /(1, 2))",
    r"2\frac12": "+(2, /(1, 2))",
    r"-2\frac12": "neg(+(2, /(1, 2)))",
    r"2\frac{x}{2}": "*(2, /(x, 2))",
    # products
    "-+2": "-2",
    "2*+3": "*(2, 3)",
    r"\pm x \mp y": "mp(pm(x), y)",
    "5 m/s": "/(*(5, m), s)",
    r"\sin -x": "sin(neg(x))",
    r"\sin{x} y": "*(sin(x), y)",
    "cbrt(8)": "root(3, 8)",
    r"\lg 100": "log(10, 100)",
    "∛8": "root(3, 8)",
    r"\frac{1}{2}\text{ m/s}^{2}": "/(1, 2) [m/s^2]",
    "60 miles / hour": "60 [mile per hour]",
    "3x": "*(3, x)",
    "xy^2": "*(x, ^(y, 2))",
    "x(2)": "*(x, 2)",
    "x(x+1)": "*(x, +(x, 1))",
    r"\frac43\pi(2)^3": "*(/(4, 3), pi, ^(2, 3))",
    "p(1-p)": "*(p, +(1, neg(p)))",
    "f(x)": "call(f, x)",
    "f'(x)": "call(f', x)",
    "1/2x": "/(*(1, x), 2)",
    "a/b*c": "/(*(a, c), b)",
    "a/b/c": "/(a, *(b, c))",
    "2*-3": "*(2, -3)",
    "5--9": "+(5, 9)",
    "30% of 20": "*(percent(30), 20)",
    r"\frac{1}{2} of 10": "*(/(1, 2), 10)",
    # powers and what follows
    "-x^2": "neg(^(x, 2))",
    "2^3x": "*(^(2, 3), x)",
    "x^10": "^(x, 10)",
    "a^b^c": "^(a, ^(b, c))",
    "v^2_0": "^(v_0, 2)",
    "-3!": "neg(factorial(3))",
    "7!!": "double-factorial(7)",
    r"16\frac{2}{3}\%": "percent(+(16, /(2, 3)))",
    "30 degrees": "degree(30)",
    "30°": "degree(30)",
    # functions
    r"\sin^2 x": "^(sin(x), 2)",
    r"\sin^{-1} x": "asin(x)",
    r"\sin 2x \cos x": "*(sin(*(2, x)), cos(x))",
    r"\sin x/2": "/(sin(x), 2)",
    r"\ln(x)y": "*(ln(x), y)",
    r"\log_2 8": "log(2, 8)",
    "log10(5)": "log(10, 5)",
    r"\max\{1,2\}": "max(1, 2)",
    r"\operatorname{lcm}(2,3)": "lcm(2, 3)",
    "√12": "sqrt(12)",
    "sqrt2": "sqrt(2)",
    r"\sqrt2": "sqrt(2)",
    r"\sqrt[3]{x}": "root(3, x)",
    r"\binom52": "binom(5, 2)",
    r"{5 \choose 2}": "binom(5, 2)",
    "||x|-1|": "abs(+(abs(x), -1))",
    "2|x||y|": "*(2, abs(x), abs(y))",
    r"\left|x\right|": "abs(x)",
    r"\sum_{k=1}^{10} k^2": "sum(k, 1, 10, ^(k, 2))",
    r"3 \pm 2": "pm(3, 2)",
    "7 mod 3": "mod(7, 3)",
    r"17 \equiv 3 \pmod{7}": "17 equiv residue(3, 7)",
    r"17 \equiv 3 \mod 7": "17 equiv residue(3, 7)",
    "3 : 2": "ratio(3, 2)",
    # collections
    "[1,2)": "interval[1; 2)",
    r"(-\infty, 3)": "interval(neg(infinity); 3)",
    r"\left(1, 2\right)": "tuple(1; 2)",
    r"\{1, 2\}": "set{1; 2}",
    r"\emptyset": "set{}",
    r"(0,1)\cup[2,3]": "uniontuple(0; 1); interval[2; 3]",
    r"19 \text{ and }43": "list19; 43",
    "x or y": "eitherx; y",
    "x = 1, 2": "listx = 1; x = 2",
    r"\begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}": "matrix(row1; -2; row3; 4)",
    r"\left[\begin{array}{cc}1 & 2\end{array}\right]": "matrix(row1; 2)",
    # relations
    r"1 < x \le 3": "1 < x <= 3",
    r"x \in \mathbb{R}": "x in set R",
    "1/3 ≈ 0.333": "/(1, 3) ~ 333/1000",
    r"\text{Area} = 5": '"Area" = 5',
    "Total cost = 3+4": '"Total cost" = +(3, 4)',
    # units and words
    "$18.00": "18 [dollar]",
    r"\$18": "18 [dollar]",
    "5 apples": "5 [apple]",
    r"5 \text{ cm} - 3 \text{ cm}": "+(5 [cm], -3 [cm])",
    r"\frac{3}{4} \text{ of } 20": "*(/(3, 4), 20)",
    r"\$5 + \$3": "+(5 [dollar], 3 [dollar])",
    "5cm": "5 [cm]",
    r"15\mbox{ cm}^2": "15 [cm^2]",
    r"\frac{270}7\text{ hours}": "/(270, 7) [hour]",
    "2 1/2 cups": "+(2, /(1, 2)) [cup]",
    "Even": '"Even"',
    r"\text{VW}": '"VW"',
    "all real numbers": '"all real numbers"',
    r"\text{(A)}": "A",
    r"\angle ABC = 30^\circ": "angle ABC = degree(30)",
    # wrappers
    r"\boxed{5}": "5",
    "$x+1$": "+(x, 1)",
    r"\(x+1\)": "+(x, 1)",
    "$1$ and $2$": "list1; 2",
    r"\mathrm{e}^2": "^(e, 2)",
    r"\dfrac{1}{2}\,x": "*(/(1, 2), x)",
    # Unicode
    "１２３": "123",
    "١٢٣": "123",
    "1−2": "+(1, -2)",
    "a×b÷c": "/(*(a, b), c)",
    "x²": "^(x, 2)",
    "x₁": "x_1",
    "2½": "+(2, /(1, 2))",
    "π": "pi",
    "x ≤ ∞": "x <= infinity",
    "4\u200b2": "42",
}


@pytest.mark.parametrize(("text", "reading"), READINGS.items())
def test_each_construct_has_its_reading(text: str, reading: str) -> None:
    assert show(read_formula(text)) == reading


REFUSED = [
    r"\sum_{2=1}^3 k",
    r"\sin_2 x",
    r"\ln^{-1} x",
    r"\gcd(1)",
    r"\log(1, 2)",
    r"\sin 2 3",
    r"2^)",
    r"2^{3",
    r"\{1, 2",
    r"\lfloor 2.5",
    r"|x",
    r"\sqrt[3 2",
    r"√",
    r"$5 + $",
    r"\$x",
    r"\angle 5",
    r"\boxed5",
    r"\begin{pmatrix}1\end{bmatrix}",
    r"(1,2)\cup(3,4)\cap(5,6)",
    "5 cm^4",
    "x_+",
    "5_y",
    r"0.\overline{x}",
    r"x^\circ_2",
    "3!!!",
    "",
    " ",
    "1+",
    "*",
    "2+*3",
    "()",
    "(1",
    "1)",
    "(5]",
    "1..2",
    ".",
    "2 3",
    "x3",
    "10 x 5",
    "1/xy",
    r"1/2\pi",
    r"6 \div 2(3)",
    "2^3!",
    "P(2)",
    "C(5,2)",
    "5(1,234)",
    r"\sqrt13",
    "7 mod 3 + 1",
    "5%3",
    "3 feet 2 inches",
    "0.3\\ldots",
    "0.333...",
    "1, 2, 3, ...",
    "0.3…",
    r"\int_0^1 x dx",
    r"\lim_{x \to 0} x",
    r"\{x : x > 0\}",
    r"\frac{1}{}",
    r"\left.x\right|",
    r"\zzz",
    "__import__('os').system('true')",
    "2^",
    "4_",
    "x^2_",
    "1e99999",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_reading_or_several_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)


def test_places_are_those_that_are_printed() -> None:
    assert read_formula("3.140") == Number(read_formula("3.14").value, 3)
    assert read_formula("-0.50") == Number(read_formula("-0.5").value, 2)
    assert read_formula("1.5e-3") == Number(read_formula("0.0015").value, 4)


def test_the_limits_are_on_raw_text() -> None:
    assert read_formula("1" * 50, max_digits=50)
    with pytest.raises(UnreadableError, match="51 digits"):
        read_formula("1" * 51, max_digits=50)
    with pytest.raises(UnreadableError, match="characters"):
        read_formula("1+" * 30 + "1", max_length=60)
    assert read_formula("((x))", max_nesting=2)
    with pytest.raises(UnreadableError, match="nested"):
        read_formula("(((x)))", max_nesting=2)
