"""JavaScript is judged by the same tests as Python: what differs is said here, and cheats fail."""

import json
import math
import subprocess
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Call, Sandbox
from stepsmith.sandboxes.languages import JAVASCRIPT, check
from stepsmith.schemas.errors import UnknownNameError
from stepsmith.transforms.judging import codec
from stepsmith.transforms.judging.codec import decode, encode
from stepsmith.transforms.judging.programs import candidate_execution, hosts_version, in_language
from stepsmith.transforms.judging.run import judge_source
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    Tests,
    read_asserts,
)
from stepsmith.transforms.judging.verdict import PASS, Judgement
from tests.judging.node import (
    CHEATS,
    DERIVED,
    FORMS,
    HERE,
    HONEST,
    LIMITS,
    LITERAL,
    WRONG,
    find_node,
)


@pytest.fixture(scope="module")
def sandbox(sandbox: Sandbox) -> Sandbox:
    """Return the sandbox of all tests, if there is JavaScript in it."""
    found = check(JAVASCRIPT, sandbox)
    if not found.held:
        pytest.skip(f"JavaScript {found.detail}")
    return sandbox


def judge(sandbox: Sandbox, source: str, tests: Tests) -> Judgement:
    return judge_source(sandbox, source, tests, language="javascript", limits=LIMITS)


def judged(sandbox: Sandbox, source: str, *asserts: str) -> Judgement:
    return judge(sandbox, source, read_asserts(asserts, "f"))


def asked(sandbox: Sandbox, source: str, *arguments: object) -> tuple[str, object]:
    """Return the status and the value of `f(*arguments)`."""
    call = Call(function="f", arguments=encode((arguments, {})))
    execution = candidate_execution("id", source, language="javascript", calls=(call,))
    [answer] = sandbox.run(execution).answers
    return answer.status, decode(answer.payload)


def test_the_tests_are_of_both_forms_and_every_program_has_its_class() -> None:
    assert isinstance(LITERAL, CallTests)
    assert isinstance(DERIVED, ProgramTests)
    assert sorted(CHEATS) == sorted(path.stem for path in (HERE / "cheats").iterdir())
    assert sorted(WRONG) == sorted(path.name for path in (HERE / "wrong").iterdir())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_passes(sandbox: Sandbox, name: str, form: str) -> None:
    assert judge(sandbox, (HERE / "honest" / name).read_text(), FORMS[form]) == PASS


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_fails_for_its_reason(sandbox: Sandbox, name: str) -> None:
    judgement = judge(sandbox, (HERE / "wrong" / name).read_text(), LITERAL)
    assert (judgement.outcome, judgement.kind) == ("invalid", WRONG[name]), judgement.evidence


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_is_judged_right(sandbox: Sandbox, name: str, form: str) -> None:
    judgement = judge(sandbox, (HERE / "cheats" / f"{name}.js").read_text(), FORMS[form])
    assert judgement.outcome != "valid"
    assert judgement.kind == CHEATS[name], judgement.evidence


def test_evidence_names_the_error_and_the_values(sandbox: Sandbox) -> None:
    thrown = judged(
        sandbox, "const f = (x) => { throw new RangeError('no'); };", "assert f(1) == 1"
    )
    assert thrown.evidence == "error: RangeError: no: f(1) == 1"
    other = judged(sandbox, "const f = (x) => [x, 'é'];", "assert f(1) == [1, 'e']")
    assert other.evidence == "wrong_answer: f(1) == [1, 'e']: expected 'e' at [1], got 'é'"
    unread = judged(sandbox, "const f = (x) => new Date(0);", "assert f(1) == 1")
    assert (unread.outcome, unread.error) == ("undecided", "Date")


@pytest.mark.parametrize(
    ("returned", "value"),
    [
        ("undefined", None),
        ("null", None),
        ("true", True),
        ("3", 3),
        ("3.0", 3),
        ("-255", -255),
        ("2 ** 53 - 1", 2**53 - 1),
        ("2 ** 60", 2.0**60),
        ("2n ** 70n", 2**70),
        ("-17n", -17),
        ("0.1", 0.1),
        ("-1.5e300", -1.5e300),
        ("5e-324", 5e-324),
        ("2.5e-310", 2.5e-310),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("'a\"\\n\\u2028é😀'", 'a"\n\u2028é😀'),
        ("'x😀'.slice(0, 2)", "x\ud83d"),
        ("[1, , [2]]", [1, None, [2]]),
        ("({ a: 1, 2: [undefined], __proto__: null })", {"2": [None], "a": 1}),
        ("new Map([[1, [2]], ['b', { c: 1 }]])", {1: [2], "b": {"c": 1}}),
        ("new Set([1, 'a', null])", {1, "a", None}),
        ("Buffer.from('ab')", b"ab"),
        ("new Uint8Array([0, 255])", b"\x00\xff"),
        ("Promise.resolve([1])", [1]),
        ("[[], {}, '']", [[], {}, ""]),
    ],
)
def test_plain_values_are_read_as_the_nearest_of_pythons(
    sandbox: Sandbox, returned: str, value: object
) -> None:
    status, found = asked(sandbox, f"const f = () => {returned};")
    assert (status, encode(found)) == ("value", encode(value))


def test_minus_zero_and_nan_keep_what_they_are(sandbox: Sandbox) -> None:
    _, found = asked(sandbox, "const f = () => [-0, NaN];")
    assert repr(found) == "[-0.0, nan]"


@pytest.mark.parametrize(
    ("returned", "named"),
    [
        ("() => 1", "function"),
        ("Symbol('a')", "symbol"),
        ("new (class Point { x = 1 })()", "Point"),
        ("new (class Extended extends Array {})(1)", "Extended"),
        ("new Date(0)", "Date"),
        ("/a/", "RegExp"),
        ("new Float64Array(1)", "Float64Array"),
        ("new Proxy([], {})", "Proxy"),
        ("new WeakMap()", "WeakMap"),
        ("Object.create({})", "Object"),
        ("new Map([[[1], 2]])", "a key that is an object"),
        ("new Set([{}])", "a key that is an object"),
        ("new Set([1, true])", "keys that are equal"),
        ("new Map([[1, 'a'], [1n, 'b']])", "keys that are equal"),
        ("new Set([2 ** 60, 2n ** 60n])", "keys that are equal"),
        ("(() => { const a = []; a[0] = a; return a; })()", "nested too deep"),
        ("Array(64).fill().reduce((a) => [a, a], [])", "too large"),
        ("'x'.repeat(5_000_000)", "too large"),
        ("'é'.repeat(1_000_000)", "too large"),
    ],
)
def test_what_is_no_plain_value_is_opaque(sandbox: Sandbox, returned: str, named: str) -> None:
    assert asked(sandbox, f"const f = () => {returned};") == ("opaque", named)


@pytest.mark.parametrize(
    ("argument", "test"),
    [
        (None, "x === null"),
        (True, "x === true"),
        (-255, "x === -255"),
        (2.0, "x === 2"),
        (0.1, "x === 0.1"),
        (5e-324, "x === Number.MIN_VALUE"),
        (1.7976931348623157e308, "x === Number.MAX_VALUE"),
        (-0.0, "Object.is(x, -0)"),
        (math.inf, "x === Infinity"),
        (-math.inf, "x === -Infinity"),
        (math.nan, "Number.isNaN(x)"),
        ("é😀 ]", "x === 'é😀 ]'"),
        ([1, (2, 3)], "Array.isArray(x) && x[1][1] === 3"),
        ({"a": 1, "__proto__": 2}, "Object.keys(x).join() === 'a,__proto__'"),
        ({1: "a"}, "x instanceof Map && x.get(1) === 'a'"),
        ({1, 2}, "x instanceof Set && x.has(2)"),
        (frozenset("a"), "x instanceof Set && x.has('a')"),
        (b"\x00\xff", "x instanceof Uint8Array && x[1] === 255"),
    ],
)
def test_arguments_are_given_as_the_nearest_of_javascripts(
    sandbox: Sandbox, argument: object, test: str
) -> None:
    assert asked(sandbox, f"const f = (x) => {test};", argument) == ("value", True)


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        (2**53, "an integer that no number holds"),
        (1j, "an argument with the tag c"),
        ("\ud800", "an argument with the tag u"),
        ({(1, 2): 3}, "a key that is an object"),
    ],
)
def test_an_argument_that_the_language_has_no_value_for_is_no_fault_of_the_candidates(
    sandbox: Sandbox, argument: object, why: str
) -> None:
    assert asked(sandbox, "const f = (x) => 1;", argument) == ("opaque", why)
    judgement = judged(sandbox, "const f = (x) => 1;", "assert f(x=1) == 1")
    assert (judgement.outcome, judgement.error) == ("undecided", "arguments by name")


def test_a_call_gets_its_arguments_as_they_are_afterwards(sandbox: Sandbox) -> None:
    call = Call(function="f", arguments=encode((([3, 1],), {})), wanted="arguments")
    source = "function f(x) { x.sort(); }"
    execution = candidate_execution("id", source, language="javascript", calls=(call,))
    [answer] = sandbox.run(execution).answers
    assert decode(answer.payload) == (None, ([1, 3],))


def test_truth_is_the_languages_own(sandbox: Sandbox) -> None:
    assert judged(sandbox, "const f = (x) => [];", "assert f(1)") == PASS
    assert judged(sandbox, "const f = (x) => '';", "assert not f(1)") == PASS


def test_an_array_is_as_good_as_a_tuple_and_a_boolean_is_no_number(sandbox: Sandbox) -> None:
    assert judged(sandbox, "const f = (x) => [x, [x]];", "assert f(1) == (1, (1,))") == PASS
    kind = judged(sandbox, "const f = (x) => [1];", "assert f(1) == (2,)").kind
    assert kind == "wrong_answer"


def test_state_lives_from_call_to_call_and_output_is_kept(sandbox: Sandbox) -> None:
    source = "let n = 0;\nfunction f() { console.log('call', n); return ++n; }"
    call = Call(function="f", arguments=encode(((), {})))
    execution = candidate_execution("id", source, language="javascript", calls=(call, call))
    result = sandbox.run(execution)
    assert [decode(answer.payload) for answer in result.answers] == [1, 2]
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.stdout == b"call 0\ncall 1\n"


def test_a_function_may_have_a_name_that_every_object_has(sandbox: Sandbox) -> None:
    call = Call(function="toString", arguments=encode(((), {})))
    source = "function toString() { return 'mine'; }"
    execution = candidate_execution("id", source, language="javascript", calls=(call,))
    [answer] = sandbox.run(execution).answers
    assert decode(answer.payload) == "mine"


def test_what_is_expected_is_in_nothing_that_the_candidate_is_given() -> None:
    assert isinstance(LITERAL, CallTests)
    calls = tuple(case.call for case in LITERAL.cases)
    execution = candidate_execution("id", "0", language="javascript", calls=calls)
    assert all(case.expected not in repr(execution) for case in LITERAL.cases[:2])


def test_a_source_reaches_the_host_as_it_is(sandbox: Sandbox) -> None:
    text = "\"'`${x}\\ \u2028 é😀 </script>"
    source = f"const f = () => {json.dumps(text)};\n/* {text} */"
    assert asked(sandbox, source) == ("value", text)


def test_a_language_without_a_host_is_judged_by_what_it_prints() -> None:
    with pytest.raises(UnknownNameError, match="no functions can be called in 'c'; allowed: "):
        candidate_execution("id", "int f(void) { return 1; }", language="c")


def test_python_is_compared_as_before() -> None:
    assert isinstance(LITERAL, CallTests)
    assert in_language(LITERAL, "python") is LITERAL
    assert all(case.how.list_is_tuple for case in in_language(LITERAL, "javascript").cases)


def test_the_hosts_are_short_and_part_of_the_version() -> None:
    folder = resources.files("stepsmith.transforms.judging") / "hosts"
    assert len((folder / "candidate_host.js").read_text("utf-8").splitlines()) <= 80
    assert len(hosts_version()) == 12


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(1 - 2**53, 2**53 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.dictionaries(st.integers(0, 99), inner, min_size=1)
        | st.sets(st.integers(0, 99) | st.text())
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.lists(PLAIN, max_size=50))
def test_plain_values_come_back_as_they_went(values: list[object]) -> None:
    """As `==` has it: a float that is whole comes back as an int."""
    path = Path(codec.__file__).parent / "hosts/codec.js"
    program = (
        path.read_text()
        + "\nprocess.stdout.write(encode(decode(require('fs').readFileSync(0, 'utf8'))));"
    )
    done = subprocess.run(
        [find_node(), "-e", program], input=encode(values).encode(), capture_output=True, check=True
    )
    assert decode(done.stdout) == values


@pytest.mark.parametrize(
    ("source", "test", "outcome"),
    [
        ("export function f(x) { return x }", "f(1) == 1", "undecided"),
        ("import fs from 'fs';\nfunction f(x) { return x }", "f(1) == 1", "undecided"),
        ("await 1;\nfunction f(x) { return x }", "f(1) == 1", "undecided"),
        ("function f(x) { return x", "f(1) == 1", "invalid"),
        ("function f(x) { return {1: 2} }", "f(1) == {1: 2}", "valid"),
        ("function f(x) { return new Map([[1, 2]]) }", "f(1) == {1: 2}", "valid"),
        ("function f(x) { return {2: 2} }", "f(1) == {1: 2}", "invalid"),
        ("function f(x) { return [0] }", "f(1)", "valid"),
        ("function f(x) { return null }", "not f(1)", "valid"),
    ],
)
def test_what_only_the_language_does_otherwise_is_no_fault(
    sandbox: Sandbox, source: str, test: str, outcome: str
) -> None:
    judgement = judged(sandbox, source, f"assert {test}")
    assert judgement.outcome == outcome, judgement
