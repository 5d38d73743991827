"""Claims about code: found by their form, run in a sandbox, compared outside of it."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.verify.base import Case, get_verifier
from stepsmith.transforms.verify.code.claims import MAX_CLAIMS, find_claims
from stepsmith.transforms.verify.code_claim import claim as judge

CODE = "def f(n):\n    if n < 0:\n        raise ValueError(n)\n    return list(range(n))\n"


def judged(sandbox: Sandbox, text: str, *prior: str, prompt: str = "", **fields: object) -> Verdict:
    problem = Problem(id="p", prompt=prompt, payload=json.dumps(fields))
    steps = tuple(Step(text=each) for each in prior)
    return judge(Claim(problem=problem, prior=steps, step=Step(text=text)), sandbox)


@pytest.mark.parametrize("case", get_verifier("code.claim").cases, ids=lambda case: case.text)
def test_each_case_has_its_outcome(sandbox: Sandbox, case: Case) -> None:
    verdict = judge(case.claim, sandbox)
    assert verdict.outcome == case.outcome, verdict
    assert verdict.evidence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`f(3)` returns `[0, 1]`", [("f(3)", "value", "[0, 1]")]),
        ("so f(3) returns [0, (1, 2)].", [("f(3)", "value", "[0, (1, 2)]")]),
        ("Then f(g(1), 'a)') returns 'b'.", [("f(g(1), 'a)')", "value", "'b'")]),
        ("`x + 1` evaluates to 5", [("x + 1", "value", "5")]),
        ("`f(3)` equals -2.5e3, so", [("f(3)", "value", "-2.5e3")]),
        ("`f(3)` is equal to None.", [("f(3)", "value", "None")]),
        ("f(1) gives 3 and f(2) yields 4", [("f(1)", "value", "3"), ("f(2)", "value", "4")]),
        ("`print(1)` will print 1", [("print(1)", "prints", "1")]),
        ("`print(1)` outputs: `1`", [("print(1)", "prints", "1")]),
        ("`f(-1)` raises a `ValueError`.", [("f(-1)", "raises", "ValueError")]),
        ("m.f(3) returns True", [("m.f(3)", "value", "True")]),
        (
            ">>> f(3)\n[0, 1, 2]\n>>> f(1)\n[0]\n",
            [("f(3)", "value", "[0, 1, 2]"), ("f(1)", "value", "[0]")],
        ),
        (
            ">>> f(-1)\nTraceback (most recent call last):\n  ...\nValueError: -1\n",
            [("f(-1)", "raises", "ValueError")],
        ),
        (
            ">>> for i in range(2):\n...     print(i)\n0\n1\n",
            [("for i in range(2):\n    print(i)", "value", "0\n1")],
        ),
        (">>> print('a')\na\n\nwords", [("print('a')", "prints", "a")]),
        ("y = f(3)  # -> [0]", [("f(3)", "value", "[0]")]),
        ("f(3)  # => `[0]`", [("f(3)", "value", "[0]")]),
        ("print(2)  # -> 2", [("print(2)", "prints", "2")]),
        ("```py\nprint(2)\n```\n**Output:**\n```text\n2\n```", [("print(2)\n", "prints", "2\n")]),
        ("```\nprint(2)\n```\nThis program prints 2.", [("print(2)\n", "prints", "2")]),
    ],
)
def test_each_form_of_a_claim_is_found(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(each.expression, each.says, each.expected) for each in find_claims(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "If `f(3)` returns `5`, stop.",
        "Suppose f(3) returns 5.",
        "`f(3)` should return `5`.",
        "`f(3)` does not return `5`.",
        "Does `f(3)` return 5?",
        "So `f(3)` returns 5?",
        "We want that `f(3)` returns 5.",
        "It is wrong that `f(3)` returns 5.",
        "`f(3)` returns the list.",
        "`f(3)` returns 50%",
        "`f(3` returns 5",
        "`def g(): pass` returns 5",
        "`a = 1` returns 1",
        "    f(3)  # -> 5",  # inside of a function, whose names are not known here
        "f(3)  # 5",
        "the function returns 5",
        "This code prints 2.",  # which?
        "```\nprint(2)\n```\nOutput:\nwords",
        ">>> f(3)\n",
        "f(\n3) returns 5",
    ],
)
def test_what_states_nothing_of_code_is_no_claim(text: str) -> None:
    assert find_claims(text) == []


def test_claims_end_where_their_number_does() -> None:
    assert len(find_claims("`f(1)` returns 1. " * 50)) == MAX_CLAIMS


@pytest.mark.parametrize(
    ("text", "outcome", "evidence"),
    [
        (
            "`f(2)` returns `[0, 1]`",
            "valid",
            "1 claim holds: f(2): [0, 1]; the step says nothing else",
        ),
        ("`f(2)` returns `[0, 2]`", "invalid", "f(2): expected [0, 2], got [0, 1]"),
        ("`f(2)` returns `(0, 1)`", "undecided", "the type differs: [0, 1]: f(2)"),
        ("`f(-1)` returns `[]`", "invalid", "f(-1): expected [], raises ValueError"),
        (
            "`f(-1)` raises `ValueError`",
            "valid",
            "1 claim holds: f(-1): raises ValueError; the step says nothing else",
        ),
        ("`f(-1)` raises `KeyError`", "invalid", "f(-1): expected KeyError, raises ValueError"),
        ("`f(-1)` raises `Exception`", "undecided", "not judged: raises ValueError: f(-1)"),
        ("`f(1)` raises `ValueError`", "invalid", "f(1): expected ValueError, got [0]"),
        (
            "`f(2)` returns `f(1) + [1]`",
            "valid",
            "1 claim holds: f(2): [0, 1]; the step says nothing else",
        ),
        ("`f(2)` returns `f(1) + [2]`", "invalid", "f(2): expected [0, 2], got [0, 1]"),
        ("`f(2)` returns `list`", "undecided", "unread: what is expected is no value: f(2)"),
        ("`len(f(7)) / 3` equals 2.33", "undecided", "rounded: 2.3333333333333335: len(f(7)) / 3"),
        (
            "`len(f(7)) / 3` equals 2.5",
            "invalid",
            "len(f(7)) / 3: expected 2.5, got 2.3333333333333335",
        ),
        ("`object()` returns 5", "undecided", "not judged: a value of type object: object()"),
        ("`g(2)` returns 5", "undecided", "not defined here: g: g(2)"),
        (
            "`[n for n in f(2)]` equals [0, 1]",
            "valid",
            "1 claim holds: [n for n in f(2)]: [0, 1]; the step says nothing else",
        ),
        (
            "`print(f(2))` prints [0, 1]",
            "valid",
            "1 claim holds: print(f(2)): prints '[0, 1]'; the step says nothing else",
        ),
        (
            "`print('x')` prints 'x'",
            "valid",
            "1 claim holds: print('x'): prints 'x'; the step says nothing else",
        ),
        (
            "`print(1, 2, sep='\\n')` prints 2",
            "undecided",
            "a part of what is printed: '1\\n2': print(1, 2, sep='\\n')",
        ),
        ("`print(f(2))` prints 2", "invalid", "print(f(2)): expected '2', prints '[0, 1]'"),
        (
            "`print(1 / 0)` prints 2",
            "undecided",
            "the code does not run to its end: exited: print(1 / 0)",
        ),
        (
            "`__import__('os')._exit(0)` equals 1",
            "undecided",
            "not judged: exited: __import__('os')._exit(0)",
        ),
        (
            "`f(1)` returns `[0]`, and `f(2)` returns `[1]`",
            "invalid",
            "f(2): expected [1], got [0, 1]",
        ),
        ("So f(1) returns [0].", "undecided", "words unchecked: 1 claim holds: f(1): [0]"),
    ],
)
def test_a_claim_is_judged_by_what_the_code_does(
    sandbox: Sandbox, text: str, outcome: str, evidence: str
) -> None:
    verdict = judged(sandbox, text, f"```python\n{CODE}```\n")
    assert (verdict.outcome, verdict.evidence) == (outcome, evidence)


def test_the_code_before_is_the_blocks_or_all_of_it(sandbox: Sandbox) -> None:
    said = "`f(1)` returns `[0]`."
    assert judged(sandbox, said, f"Words.\n```python\n{CODE}```\nMore words.\n").outcome == "valid"
    assert judged(sandbox, said, CODE).outcome == "valid"
    assert judged(sandbox, said, "Words.\n", prompt=CODE).outcome == "valid"
    assert judged(sandbox, said, prompt=f"What of this?\n```python\n{CODE}```").outcome == "valid"
    assert judged(sandbox, said, "Words.\n").evidence == "not defined here: f: f(1)"


def test_a_function_that_is_yet_to_be_written_is_no_code(sandbox: Sandbox) -> None:
    stub = 'def f(n):\n    """List the numbers below n."""\n'
    assert judged(sandbox, "`f(1)` returns `[0]`.", prompt=stub).evidence == (
        "not defined here: f: f(1)"
    )
    body = "    return [0] * n\n"
    assert judged(sandbox, "`f(2)` returns `[0, 0]`.", body, prompt=stub).outcome == "valid"
    assert judged(sandbox, "`f(2)` returns `[0]`.", body, prompt=stub).outcome == "invalid"


def test_a_function_that_the_step_goes_on_with_is_not_finished(sandbox: Sandbox) -> None:
    begun = "def f(n):\n    total = n\n"
    for step in ("    # f(2) returns 4\n", "    return 2 * total\n\nf(2)  # -> 4\n"):
        assert judged(sandbox, step, begun).evidence == "not defined here: f: f(2)"


def test_an_example_in_a_docstring_ends_with_it() -> None:
    [found] = find_claims('    """\n    >>> f(3)\n    5\n    """\n    return 5\n')
    assert (found.expression, found.expected) == ("f(3)", "5")


def test_code_of_the_step_itself_runs_before_its_claims(sandbox: Sandbox) -> None:
    step = f"```python\n{CODE}```\nNow `f(1)` returns `[1]`."
    assert judged(sandbox, step).evidence == "f(1): expected [1], got [0]"
    session = ">>> x = 3\n>>> y = x + 1\n>>> x * y\n12\n>>> y\n5\n"
    assert judged(sandbox, session).evidence == "y: expected 5, got 4"
    assert judged(sandbox, session.replace("5", "4")).outcome == "valid"
    arrows = "x = 3\nx + 1  # -> 4\nx + 2  # -> 6\n"
    assert judged(sandbox, arrows).evidence == "x + 2: expected 6, got 5"


def test_code_that_does_not_run_refutes_nothing(sandbox: Sandbox) -> None:
    broken = "```python\nimport nowhere\ndef f(n):\n    return 1\n```\n"
    assert judged(sandbox, "`f(1)` returns 2.", broken).evidence == (
        "the code before does not run: ModuleNotFoundError: f(1)"
    )
    inside = "```python\ndef f(n):\n    import nowhere\n```\n"
    assert judged(sandbox, "`f(1)` returns 2.", inside).evidence == (
        "not judged: ModuleNotFoundError: f(1)"
    )
    changing = "```python\nimport time\nprint(time.time_ns())\n```\n"
    assert judged(sandbox, "`print(1)` prints 2.", changing).evidence == (
        "not judged: it does not print the same twice: print(1)"
    )


def test_what_is_expected_is_not_in_the_process(sandbox: Sandbox) -> None:
    # So many digits that no address, time or identifier shows them by chance; never in the source.
    spy = (
        "```python\nimport sys\ndef f():\n    secret = '4711' * 6\n    frame = sys._getframe(1)\n"
        "    while frame:\n        seen = repr(frame.f_globals) + repr(frame.f_locals)\n"
        "        if secret in seen: return int(secret)\n"
        "        frame = frame.f_back\n```\n"
    )
    assert judged(sandbox, f"`f()` returns {'4711' * 6}", spy).outcome == "invalid"
    sees_itself = spy.replace("_getframe(1)", "_getframe(0)")
    assert judged(sandbox, f"`f()` returns {'4711' * 6}", sees_itself).outcome == "valid"


@pytest.mark.parametrize(
    "text",
    [
        "`f(" * 5_000,
        "f(" * 9_000,
        ">>> " * 5_000,
        "```\n" * 5_000,
        ">>> x\n" * 3_000,
        "`1` returns " * 1_500,
    ],
)
def test_hostile_text_is_read_in_little_time(text: str) -> None:
    began = time.process_time()
    find_claims(text)
    assert time.process_time() - began < 5


@settings(deadline=None, max_examples=200)
@given(st.text("`f(1) returns\n>.#->{}[]\"'\\_=", max_size=80))
def test_any_text_has_claims_within_it_or_none(text: str) -> None:
    ends = 0
    for each in find_claims(text):
        assert ends <= each.start < each.end <= len(text)
        ends = each.end


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("`str(5)` returns `5`.", "the quotes may be left out: '5': str(5)"),
        ("`'%.2f' % 3.14159` returns 3.14", "the quotes may be left out: '3.14': '%.2f' % 3.14159"),
        (
            "`[1, 2, 3]` returns [1, 2, ...]",
            "an ellipsis leaves open what stands there: [1, 2, 3]: [1, 2, 3]",
        ),
        ("`print([1, 2])` prints [1,2]", "the same, written otherwise: '[1, 2]': print([1, 2])"),
        ("`print({5, 1})` prints {5, 1}", "the same, written otherwise: '{1, 5}': print({5, 1})"),
        (
            "`__import__('random').random()` returns 0.5",
            "not judged: it does not do the same twice: __import__('random').random()",
        ),
    ],
)
def test_what_is_written_or_comes_out_otherwise_refutes_nothing(
    sandbox: Sandbox, text: str, evidence: str
) -> None:
    verdict = judged(sandbox, text)
    assert (verdict.outcome, verdict.evidence) == ("undecided", evidence)


@pytest.mark.parametrize(
    "text",
    [
        "`[0, 1]` returns 2 elements.",
        "`[0, 1]` gives 3 values: 0, 1 and 2.",
        "`[0, 1]` returns `[0, 5]` only for n = 9.",
        "`[0, 1]` returns `[0, 5]`, which is wrong.",
        "`[0, 1]` returns `[0, 5]` when it is called twice.",
        "`divmod(17, 5)` returns 3 and 2.",
        "`divmod(17, 5)` returns 3, 2.",
        "`f(1)` and `f(3)` return 1 and 3.",
        "`3 / 4` equals 3/4.",
        "`10 ** 4` equals 10,000.",
        "`10 ** 4` equals 10 000.",
        "`10 ** 4` equals 10^4.",
        "`2 * 6` equals 3 * 4.",
        "`max(1, 5)` returns 3 or 5.",
        "`f(3)` returns `5` elements.",
        "`f(3)` returns `[2, 1, 0]` in reverse order.",
        "`f(3)` returns `[0, 1]` + `[2]`.",
        "`f(3)` returns 'a list' of numbers.",
        "`f(3)` returns None of the values.",
        "`f(-1)` raises `ValueError` or returns `[]`.",
        "`f(3)` raises Python to new heights.",
        "It is false that `len('a')` returns 5.",
        "It isn't so that `len('a')` returns 5.",
        "I doubt that `len('a')` returns 5.",
        "Some think `len('a')` returns 5.",
        "`len('a')` returns 5 is false.",
        "`len('a')` returns 5, which is false.",
        "In Python 2, `3 / 2` equals 1.",
        "`3 / 2` equals 1 in C.",
        "Before the fix, `f(3)` returns 5.",
        "The old `f(3)` returns 5.",
        "For n = 3, `f(n)` returns 5.",
    ],
)
def test_a_claim_that_is_limited_or_counts_is_none(text: str) -> None:
    assert find_claims(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "`f(1)` returns 2 and `f(2)` returns 3 here",
        "`f(1)` returns 2, and then f(2) returns 3.",
        "`f(1)` returns `2`; `f(2)` returns `3`!",
        "**`f(1)` returns `2`**\n`f(2)` returns 3, as it should be.",
    ],
)
def test_a_claim_may_follow_another(text: str) -> None:
    assert [each.expected for each in find_claims(text)] == ["2", "3"]


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Here `total` equals 0.", "at another time: total changes: total"),
        ("Here `i` equals 1.", "at another time: i changes: i"),
        ("Here `len(xs)` equals 0.", "at another time: xs changes: len(xs)"),
        ("So `n` equals 5.", "n: expected 5, got 3"),
        ("`id(3)` equals 5", "not judged: it differs by machine and process: id(3)"),
        ("`5 / 2` prints 2.5", "prints nothing: its value may be meant: 5 / 2"),
        ("`print(n, 1)` prints `3, 1`", "the same, written otherwise: '3 1': print(n, 1)"),
        (
            "`print(n / 7)` prints 0.43",
            "the same, written otherwise: '0.42857142857142855': print(",
        ),
    ],
)
def test_a_value_of_another_time_or_form_refutes_nothing(
    sandbox: Sandbox, text: str, evidence: str
) -> None:
    code = "n = 3\ntotal = 0\nxs = []\nfor i in range(n):\n    total += i\n    xs.append(i)\n"
    verdict = judged(sandbox, text, f"```python\n{code}```\n")
    assert verdict.evidence.startswith(evidence)
    assert verdict.outcome == ("invalid" if "expected" in evidence else "undecided")
