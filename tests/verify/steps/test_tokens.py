import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.steps.tokens import MAX_DIGITS, Token, tokenise


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokenise(text)[:-2]]


def texts(text: str) -> list[str]:
    return [token.text for token in tokenise(text)[:-2]]


@given(st.text() | st.text("0123456789.,$\\{}()[]+-*/=^!%x &\n_"))
def test_spans_are_in_order_and_within_the_text(text: str) -> None:
    tokens = tokenise(text)
    edges = [edge for token in tokens for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert edges[-1] == len(text)


@given(st.text("abc 123+=$"))
def test_two_ends_stand_after_the_last_token(text: str) -> None:
    assert [token.kind for token in tokenise(text)][-2:] == ["end", "end"]
    assert "end" not in kinds(text)


@pytest.mark.parametrize(
    ("text", "value", "places"),
    [
        ("12", "12", 0),
        ("1,234,567", "1234567", 0),
        ("1{,}000", "1000", 0),
        ("1,\\!000", "1000", 0),
        ("3.50", "7/2", 2),
        (".5", "1/2", 1),
        ("½", "1/2", 0),
        (r"\frac34", "3/4", 0),
        (r"\dfrac 1 2", "1/2", 0),
        ("１２．５", "25/2", 1),  # noqa: RUF001 -- full-width digits
    ],
)
def test_numbers_have_exact_values_and_printed_places(text: str, value: str, places: int) -> None:
    token, *_ = tokenise(text)
    assert (token.kind, str(token.value), token.places) == ("number", value, places)


@pytest.mark.parametrize(
    "text",
    ["1" * (MAX_DIGITS + 1), r"\frac10", "1,2", "12:30", "a_1", "٣", "3.1.4", "0.\\overline{3}"],
)
def test_what_is_no_single_number_is_not_read_as_one(text: str) -> None:
    assert kinds(text) != ["number"]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        (
            r"2 \times 3 \cdot 4 \div 5",
            "*",
        ),
        ("2 × 3 · 4 ÷ 5", "*"),  # noqa: RUF001 -- signs that people write
        (r"2 \* 3 ∗ 4 ∕ 5", "*"),  # noqa: RUF001
    ],
)
def test_signs_are_plain_however_they_are_written(text: str, signs: str) -> None:
    operators = [token.text for token in tokenise(text) if token.kind == "operator"]
    assert operators == [signs, signs, "/"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("costs $5 and $7", ["word", "currency", "number", "word", "currency", "number"]),
        (
            "3 * $4 = $12",
            ["number", "operator", "currency", "number", "equals", "currency", "number"],
        ),
        ("so $5$ and $7$", ["word", "number", "word", "number"]),
        ("$$2 = 2$$", ["number", "equals", "number"]),
        (r"\(2\) and \[3\]", ["number", "word", "number"]),
        (r"\$5 + 3$", ["currency", "number", "operator", "number", "currency"]),
        (
            "$5 for apples and 3$",
            ["currency", "number", "word", "word", "word", "number", "currency"],
        ),
    ],
)
def test_a_dollar_is_money_or_the_edge_of_a_formula(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_what_stands_in_a_formula_knows_it() -> None:
    [a, b, c] = [*tokenise("so $x$ y")[:-2][1:], tokenise(r"\[ z \]")[0]]
    assert [(each.text, each.math, each.fenced) for each in (a, b, c)] == [
        ("x", True, True),
        ("y", False, True),
        ("z", True, True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2**3", ["number", "power", "number"]),
        ("2 ** 3", ["number", "power", "number"]),
        ("**2 + 3**", ["number", "operator", "number"]),
        ("x² + 1", ["word", "power", "number", "operator", "number"]),
        ("5! = 120", ["number", "bang", "equals", "number"]),
        ("2 != 3", ["number", "relation", "number"]),
        ("2 => 3", ["number", "stop", "number"]),
        ("2 -> 3", ["number", "stop", "number"]),
        (r"2 \implies 3", ["number", "stop", "number"]),
        (r"2 \le 3", ["number", "relation", "number"]),
        ("2 <= 3", ["number", "relation", "number"]),
        (r"2 \approx 3 ≈ 4", ["number", "approximate", "number", "approximate", "number"]),
        ("2 := 3", ["number", "stop", "other", "number"]),
        (r"a &= b \\ &= c", ["word", "equals", "word", "line", "equals", "word"]),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix} + 1", ["other", "operator", "number"]),
        (r"\begin{align} 2 &= 2 \end{align}", ["number", "equals", "number"]),
        (r"\boxed{5}", ["open", "number", "close"]),
        (r"5 \text{ cm}^2", ["number", "word", "power", "number"]),
        (r"\text{a 5}", ["other"]),
        (r"1 + 2 + \dots", ["number", "operator", "number", "operator", "other"]),
        ("1 + ... + 9", ["number", "operator", "other", "operator", "number"]),
        ("50\\% of 8", ["number", "percent", "word", "number"]),
        (
            "<<2+3=5>>5",
            [*["stop", "number", "operator", "number"], *["equals", "number", "stop", "number"]],
        ),
        ("60^\\circ", ["number", "power", "degree"]),
        ("a well-known x-5", ["word", "word", "word", "operator", "number"]),
        (r"\|x\|", ["other", "word", "other"]),
    ],
)
def test_marks_are_told_apart(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_mark_up_stands_between_no_tokens() -> None:
    assert texts(r"\left( 2 \,+\; 3 \right)") == ["(", "2", "+", "3", ")"]


def test_glue_is_broken_by_space_and_by_the_edge_of_a_formula() -> None:
    glued: list[Token] = tokenise("a1 b 2$c$")[:-2]
    assert [(each.text, each.glued) for each in glued] == [
        ("a", False),
        ("1", True),
        ("b", False),
        ("2", False),
        ("c", False),
    ]
