"""Programs made by Hypothesis: they parse, and mean nothing."""

from hypothesis import strategies as st

names = st.sampled_from(["a", "b", "xs", "n", "total", "i"])
atoms = st.one_of(
    names,
    st.integers(0, 30).map(str),
    st.sampled_from(["'x'", '""', "True", "None", "0.5", "-1", "[]", "f'{n}'", "'ü'", "xs[i]"]),
)
_BINARY = ["+", "-", "*", "//", "%", "**", "<<", "|", "<", "<=", "==", "!=", "in", "not in", "is",
           "and", "or"]  # fmt: skip


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from(_BINARY), inner)
    return st.one_of(
        pairs.map(" ".join),
        pairs.map(lambda each: f"({' '.join(each)})"),
        st.tuples(st.sampled_from(["not ", "-", "~", "len", "sum", "g", "xs.index"]), inner).map(
            lambda each: f"{each[0]}({each[1]})"
        ),
        st.tuples(inner, inner).map(lambda each: f"xs[{each[0]}:{each[1]}]"),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
        st.tuples(inner, inner).map(lambda each: f"[{each[0]} for i in xs if {each[1]}]"),
        st.tuples(inner, inner).map(lambda each: f"g({each[0]},\n  {each[1]}  # why\n  )"),
        st.tuples(inner, inner).map(lambda each: f"({each[0]}, {each[1]})"),
    )


expressions = st.recursive(atoms, _larger, max_leaves=6)

_SIMPLE = st.one_of(
    st.tuples(names, expressions).map(" = ".join),
    st.tuples(names, st.sampled_from(["+=", "-=", "*="]), expressions).map(" ".join),
    expressions.map(lambda each: f"return {each}"),
    expressions.map(lambda each: f"xs.append({each})  # kept"),
    st.sampled_from(["pass", "'words'", "a, b = b, a", "n = 1; i = 2", "total = []"]),
)


def _indented(lines: list[list[str]], step: str) -> list[str]:
    return [step + line for block in lines for line in block]


def _compound(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    bodies = st.tuples(
        st.lists(inner, min_size=1, max_size=3), st.sampled_from(["    ", "  "])
    ).map(lambda each: _indented(*each))
    return st.one_of(
        st.tuples(expressions, bodies).map(lambda each: [f"if ({each[0]}):", *each[1]]),
        st.tuples(expressions, bodies, bodies).map(
            lambda each: [f"if ({each[0]}):  # so", *each[1], "else:", *each[2]]
        ),
        st.tuples(expressions, bodies, bodies).map(
            lambda each: [f"if g({each[0]}):", *each[1], "elif b:", *each[2]]
        ),
        st.tuples(expressions, bodies).map(lambda each: [f"for i in range({each[0]}):", *each[1]]),
        st.tuples(expressions, bodies).map(
            lambda each: [
                f"while ({each[0]}):",
                *each[1],
                f"{each[1][0][:2].replace('x', ' ')}  break",
            ]
        ),
        st.tuples(bodies, bodies).map(
            lambda each: ["try:", *each[0], "except KeyError as e:", *each[1]]
        ),
        bodies.map(lambda each: ["", "# a comment", "def g(n, *, a=1):", *each, ""]),
    )


# Every line of a multi-line expression but its first stands where it likes, so it may be indented.
_statements = st.recursive(_SIMPLE.map(lambda each: each.split("\n")), _compound, max_leaves=5)

programs = st.tuples(
    st.lists(_statements, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"])
).map(
    lambda each: each[1].join(
        [
            "import math",
            "def f(a, xs, n: int = 1, b='ü'):",
            *_indented(each[0], "    "),
            "    return a",
        ]
    )
)
