# ruff: noqa: RUF001 - signs that look like others are what the table is about
"""What the names and signs of LaTeX, of plain text and of Unicode mean."""

from stepsmith.transforms.formula.tree import Sign

__all__ = [
    "CALLED",
    "ENVIRONMENTS",
    "FUNCTIONS",
    "GREEK",
    "RELATIONS",
    "SPACES",
    "STOPWORDS",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "UNICODE",
    "UNREADABLE",
]

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi "
    "Omega hbar ell"
)
GREEK = frozenset(_GREEK_NAMES.split())

# Letters that name functions where a bracket follows.
CALLED = frozenset("fghFGH")

_ALPHABET = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
)

_TRIGONOMETRIC = ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth"]
FUNCTIONS: dict[str, str] = {
    **{name: name for name in _TRIGONOMETRIC},
    **{f"arc{name}": f"a{name}" for name in _TRIGONOMETRIC},
    **{f"a{name}": f"a{name}" for name in _TRIGONOMETRIC},
    **{
        name: name
        for name in [
            "ln",
            "log",
            "exp",
            "gcd",
            "lcm",
            "max",
            "min",
            "abs",
            "floor",
            "ceil",
            "sqrt",
            "cbrt",
        ]
    },
    "tg": "tan",
    "ctg": "cot",
    "lg": "lg",
    "ceiling": "ceil",
    "binom": "binom",
    "factorial": "factorial",
    "sgn": "sgn",
}

RELATIONS: dict[str, Sign] = {
    "=": "=",
    "==": "=",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
    "!=": "!=",
    r"\lt": "<",
    r"\gt": ">",
    r"\le": "<=",
    r"\leq": "<=",
    r"\leqslant": "<=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\geqslant": ">=",
    r"\ne": "!=",
    r"\neq": "!=",
    r"\approx": "~",
    r"\simeq": "~",
    r"\in": "in",
    r"\equiv": "equiv",
}

SPACES = frozenset(
    [r"\,", r"\;", r"\:", r"\ ", r"\quad", r"\qquad", r"\displaystyle", r"\textstyle", r"\limits"]
)

# A matrix by its environment: the brackets that it is drawn with.
ENVIRONMENTS: dict[str, tuple[str, str]] = {
    "matrix": ("(", ")"),
    "pmatrix": ("(", ")"),
    "smallmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "array": ("(", ")"),
}

# Two letters that are a word, not a product.
STOPWORDS = frozenset(
    [
        "am",
        "an",
        "as",
        "at",
        "be",
        "by",
        "do",
        "go",
        "he",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "no",
        "of",
        "on",
        "pm",
        "so",
        "to",
        "up",
        "us",
        "we",
        "ok",
    ]
)

# Said so that the reason is about what stands there.
UNREADABLE: dict[str, str] = {
    r"\int": "integrals are not read",
    r"\lim": "limits are not read",
    r"\ldots": "an ellipsis leaves open what stands there",
    r"\dots": "an ellipsis leaves open what stands there",
    r"\cdots": "an ellipsis leaves open what stands there",
    r"\frac": "a fraction without its two parts",
}

UNICODE: dict[str, str] = {
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "×": r"\times ",
    "✕": r"\times ",
    "⋅": r"\cdot ",
    "·": r"\cdot ",
    "∙": r"\cdot ",
    "•": r"\cdot ",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "√": r"\radical ",
    "∛": r"\cuberadical ",
    "π": r"\pi ",
    "𝜋": r"\pi ",
    "∞": r"\infty ",
    "≤": r"\le ",
    "⩽": r"\le ",
    "≥": r"\ge ",
    "⩾": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "≃": r"\approx ",
    "≡": r"\equiv ",
    "∈": r"\in ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "°": r"^\circ ",
    "º": r"^\circ ",
    "∘": r"^\circ ",
    "∅": r"\emptyset ",
    "ℝ": r"\mathbb{R}",
    "ℤ": r"\mathbb{Z}",
    "ℕ": r"\mathbb{N}",
    "ℚ": r"\mathbb{Q}",
    "ℂ": r"\mathbb{C}",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "′": "'",
    "’": "'",
    "¬": r"\neg ",
    "∑": r"\sum ",
    "∏": r"\prod ",
    "∫": r"\int ",
    "…": r"\ldots ",
    "⋯": r"\ldots ",
    "€": r"\euro ",
    "£": r"\pounds ",
    "¥": r"\yen ",
    "¢": r"\cents ",
    "\N{ARABIC PERCENT SIGN}": r"\%",
    "\N{ARABIC DECIMAL SEPARATOR}": ".",
    "\N{ARABIC THOUSANDS SEPARATOR}": ",",
    "。": ".",
    "、": ", ",
    "ϕ": r"\phi ",
    "ϵ": r"\epsilon ",
    "µ": r"\mu ",
    "∣": "|",
    "∥": r"\| ",
    "∧": r"\wedge ",
    "⟨": r"\langle ",
    "⟩": r"\rangle ",
    **{
        letter: f"\\{name} "
        for letter, name in zip("αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩ", _ALPHABET, strict=True)
    },
}

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱˣ", "0123456789+-()nix", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₓₙ", "0123456789+-aexn", strict=True))
