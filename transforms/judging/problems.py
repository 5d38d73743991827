"""Code problems as data sets write them: tests, the code that is given, and a reference program.

A payload holds one of these forms, told by their keys:

    test, entry_point           a `check(candidate)` function (HumanEval), or `unittest` tests
    test_list                   asserts (MBPP), with test_setup_code or test_imports before them
    inputs, outputs             texts for standard input, and what must be printed for each

and with any of them `canonical_solution` (or `code`, `solution`, `reference_solution`), which
continues the prompt or stands alone; `compare`, options of the comparison; `changes_arguments`.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import NoReturn, TypeVar, cast

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import ProblemError, suggest
from stepsmith.schemas.records import Problem
from stepsmith.transforms.judging.compare import PYTHON, Comparison
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    StdioTests,
    Tests,
    UnreadableTestsError,
    read_asserts,
    read_check,
    read_unittest,
)
from stepsmith.transforms.judging.texts import Span, defines, join, program_text
from stepsmith.transforms.negatives.code.limits import ProgramError, parse_tree

__all__ = [
    "SOLUTION_COLUMNS",
    "CodeProblem",
    "CodeProblemError",
    "program_of",
    "read_code_fields",
    "read_code_problem",
]

T = TypeVar("T")

SOLUTION_COLUMNS = ("canonical_solution", "code", "solution", "reference_solution")
"""Where data sets keep a reference solution, the likeliest first."""

_FORMS = "test (with entry_point), test_list, or inputs and outputs"
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_CHECK = re.compile(r"^def check\b", re.MULTILINE)


class CodeProblemError(ProblemError):
    """A code problem that cannot be judged; `field` is the column at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CodeProblem:
    """One problem whose solution is a program.

    `prompt` is the code that a solution continues, empty where a solution is a whole program.
    `entry_point` is empty where standard input and output are tested. `reference` is a whole
    program that should pass, and `solution` the half-open range of its characters that the data
    set calls the solution: what the prompt gives is outside.
    """

    tests: Tests | StdioTests
    prompt: str = ""
    entry_point: str = ""
    reference: str | None = None
    solution: Span = (0, 0)

    @property
    def solution_text(self) -> str:
        """The reference solution as a policy would have written it."""
        start, end = self.solution
        return (self.reference or "")[start:end]


def read_code_problem(problem: Problem) -> CodeProblem:
    """Read a problem's payload; raises `CodeProblemError` with what is wrong in which field."""
    try:
        fields = problem.read_payload(dict[str, object])
    except msgspec.DecodeError as error:
        _fail("payload", f"not an object of fields: {error}")
    return read_code_fields(fields, prompt=problem.prompt, answer=problem.answer or "")


def read_code_fields(fields: Mapping[str, object], *, prompt: str, answer: str = "") -> CodeProblem:
    """Read a row's fields; `answer` is the reference solution where no field holds one."""
    entry_point = _text(fields, "entry_point").strip()
    given = prompt if defines(prompt, entry_point) else ""
    tests = _tests(fields, entry_point, given)
    entry_point = entry_point or _first_function(tests)
    field, text = _solution(fields, answer)
    if not text.strip():
        return CodeProblem(tests=tests, prompt=given, entry_point=entry_point)
    if entry_point and not defines(given + "\n" + text, entry_point):
        defined = _DEFINED.findall(prompt + "\n" + text)
        _fail("entry_point", f"{entry_point!r} was given; {suggest(entry_point, defined)}")
    reference, span = program_text(given, entry_point, text)
    _check_reference(field, reference)
    return CodeProblem(
        tests=tests, prompt=given, entry_point=entry_point, reference=reference, solution=span
    )


def program_of(code: CodeProblem, text: str) -> str:
    """Make a program of what a policy wrote: a continuation of the prompt, or a chat reply.

    Of a reply with fenced blocks the last that defines the function counts, or the last. Code
    that defines the function itself gets what the prompt imports and defines beside it.
    """
    return join(code.prompt, code.entry_point, text)


def _tests(fields: Mapping[str, object], entry_point: str, given: str) -> Tests | StdioTests:
    compare = _options(fields)
    if "inputs" in fields or "outputs" in fields:
        return _stdio(fields, compare)
    try:
        if "test_list" in fields:
            tests = read_asserts(_texts(fields, "test_list"), entry_point, _setup(fields))
            field = "test_list"
        else:
            field = "test"
            tests = _from_test(_text(fields, "test"), entry_point, given, fields)
    except UnreadableTestsError as error:
        _fail("test_list" if "test_list" in fields else "test", str(error))
    return _with_options(tests, fields, compare, field)


def _from_test(
    test: str, entry_point: str, given: str, fields: Mapping[str, object]
) -> CallTests | ProgramTests:
    if not test.strip():
        near = f"; {suggest('test', fields)}" if fields else ""
        _fail("test", f"no tests were given; allowed: {_FORMS}{near}")
    if not entry_point:
        _fail("entry_point", "nothing was given; allowed: the name of the function under test")
    if _CHECK.search(test):
        return read_check(test, entry_point, given)
    return read_unittest(test, [entry_point], _setup(fields))


def _with_options(
    tests: CallTests | ProgramTests,
    fields: Mapping[str, object],
    compare: Mapping[str, object],
    field: str,
) -> Tests:
    changes = fields.get("changes_arguments", False)
    if not isinstance(changes, bool):
        _fail("changes_arguments", f"{_shown(changes)} was given; allowed: true or false")
    if isinstance(tests, ProgramTests):
        if compare:
            _fail("compare", f"{field} is code that compares by itself; leave the options out")
        return dataclasses.replace(tests, changes_arguments=changes)
    if changes:
        _fail("changes_arguments", f"{field} is calls with literals, which nobody sees changed")
    how = _convert("compare", {**dataclasses.asdict(PYTHON), **compare}, Comparison)
    # An assert that says `is True` or names a tolerance has said how it compares.
    cases = (
        dataclasses.replace(case, how=how) if case.how == PYTHON else case for case in tests.cases
    )
    return CallTests(cases=tuple(cases))


def _stdio(fields: Mapping[str, object], compare: Mapping[str, object]) -> StdioTests:
    inputs, outputs = _texts(fields, "inputs"), _texts(fields, "outputs")
    if len(inputs) != len(outputs) or not inputs:
        _fail(
            "outputs",
            f"{len(outputs)} outputs for {len(inputs)} inputs; allowed: one for each, and some",
        )
    how = _convert("compare", compare, OutputComparison)
    return StdioTests(cases=tuple(zip(inputs, outputs, strict=True)), how=how)


def _options(fields: Mapping[str, object]) -> Mapping[str, object]:
    given = fields.get("compare")
    if given is None:
        return {}
    if not isinstance(given, dict):
        _fail("compare", f"{_shown(given)} was given; allowed: an object of options")
    options = cast("dict[str, object]", given)
    is_stdio = "inputs" in fields or "outputs" in fields
    kind = OutputComparison if is_stdio else Comparison
    allowed = [field.name for field in dataclasses.fields(kind)]
    for name in options:
        if name not in allowed:
            _fail("compare", f"unknown option {name!r}; {suggest(name, allowed)}")
    return options


def _convert(field: str, options: Mapping[str, object], kind: type[T]) -> T:
    try:
        return msgspec.convert(dict(options), known(kind))
    except msgspec.ValidationError as error:
        _fail(field, str(error))


def _setup(fields: Mapping[str, object]) -> str:
    imports = _texts(fields, "test_imports") if fields.get("test_imports") else ()
    return "\n".join((*imports, _text(fields, "test_setup_code")))


def _solution(fields: Mapping[str, object], answer: str) -> tuple[str, str]:
    for name in SOLUTION_COLUMNS:
        if (text := _text(fields, name)).strip():
            return name, text
    return "answer", answer


def _check_reference(field: str, reference: str) -> None:
    try:
        parse_tree(reference)
    except ProgramError as error:
        if str(error).startswith("syntax"):  # what is too large to read can still be run
            _fail(field, f"the reference is no Python: {error}")


def _first_function(tests: Tests | StdioTests) -> str:
    match tests:
        case CallTests():
            return tests.cases[0].call.function
        case ProgramTests():
            return tests.functions[0]
        case _:
            return ""


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str | None):
        _fail(name, f"{_shown(value)} was given; allowed: text")
    return value or ""


def _texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    given = fields.get(name, ())
    try:
        return msgspec.convert(given, tuple[str, ...])
    except msgspec.ValidationError:
        _fail(name, f"{_shown(given)} was given; allowed: a list of texts")


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004 -- a line's width


def _fail(field: str, message: str) -> NoReturn:
    raise CodeProblemError(field, message)
