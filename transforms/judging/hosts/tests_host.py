"""Run a test program against stubs of the candidate's functions, in a sandbox of its own.

A stub asks the judge, who asks the candidate's process. Arguments and results go by value: what
the test does to one afterwards is unknown to the candidate, and the other way about; but tests of
functions that change their arguments may have lists, sets and dictionaries changed likewise.
Standard library only, and the codec; runs where nothing of ours is installed.

    to the judge      1 value f arguments    a stub is called, and waits; or `arguments`
    to the test       1 value result         or `raised`
    to the judge      2 report - payload     once, at the end: a dictionary of strings
"""

import ast
import builtins
import io
import os
import reprlib
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NoReturn, cast

from stepsmith.transforms.judging.codec import OpaqueError, decode, encode

_LEFT, _RIGHT = "judged_left_", "judged_right_"
_FILE = "tests.py"
_BY_CANDIDATE = "raised by the candidate"
_MAX_SHOWN = 300
_NO_CLASS = (
    "catching classes that",
    "isinstance() arg 2",
    "issubclass() arg 2",
    "assertRaises() arg 1",
    "assertRaisesRegex() arg 1",
)

Report = dict[str, str]


class CandidateError(Exception):
    """The candidate raised something that has no counterpart among Python's own exceptions."""


class BrokenTestsError(Exception):
    """The tests ask for what is not here, or test nothing, whatever a candidate answers."""


class Channel:
    """The judge's end of the line, as a test program sees it."""

    def __init__(self, questions: int, answers: int, *, changes_arguments: bool) -> None:
        self._from_judge = io.open(questions, "rb", closefd=False)  # noqa: SIM115, UP020
        self._to_judge = answers
        self._numbers = count(1)
        self._wanted = "arguments" if changes_arguments else "value"

    def call(
        self, function: str, positional: tuple[object, ...], by_name: dict[str, object]
    ) -> object:
        """Ask the candidate, and return or raise what it did."""
        try:
            arguments = encode((positional, by_name))
        except OpaqueError as error:
            self.report({"kind": "unjudgeable", "message": f"an argument that is a {error}"})
            _leave()
        self._say(self._wanted, function, arguments)
        line = self._from_judge.readline().decode("ascii")
        if not line.endswith("\n"):
            _leave()  # the judge has heard enough
        _, status, payload = line.rstrip("\n").split(" ", 2)
        if status == "value":
            value = decode(payload)
            return _changed(positional, value) if self._wanted == "arguments" else value
        name, message = cast("tuple[str, str]", decode(payload))
        raise _exception(name, message)

    def report(self, report: Report) -> None:
        """Say how the tests ended."""
        self._say("report", "-", encode(report))

    def _say(self, verb: str, function: str, payload: str) -> None:
        data = f"{next(self._numbers)} {verb} {function} {payload}\n".encode("ascii")
        left = memoryview(data)
        while left:
            left = left[os.write(self._to_judge, left) :]


def run(
    source: str,
    prelude: str,
    functions: Sequence[str],
    style: str,
    *,
    changes_arguments: bool,
    descriptors: tuple[int, int],
) -> None:
    """Run the tests to their first failure, report it, and leave."""
    channel = Channel(*descriptors, changes_arguments=changes_arguments)
    module = types.ModuleType("tests")
    sys.modules["tests"] = module
    asserts: dict[int, tuple[str, bool]] = {}
    stubs = {name: _stub(channel, name) for name in functions}
    try:
        _prepare(module, source, prelude, stubs, asserts)
        report = _STYLES[style](module, stubs)
    except Exception as error:  # noqa: BLE001 -- a test fails by raising whatever it likes
        report = _failure(error, asserts)
        if report["raised_by"] == "test" and _is_broken(error, f"{prelude}\n{source}"):
            report["kind"] = "broken"
    channel.report(report)
    _leave()


def _changed(positional: tuple[object, ...], answer: object) -> object:
    """Give the test's own arguments the content that the candidate's have now."""
    value, after = cast("tuple[object, tuple[object, ...]]", answer)
    for old, new in zip(positional, after, strict=False):
        if isinstance(old, list) and isinstance(new, list):
            old[:] = cast("list[object]", new)
        elif isinstance(old, set) and isinstance(new, set):
            _replace(cast("set[object]", old), cast("set[object]", new))
        elif isinstance(old, dict) and isinstance(new, dict):
            _replace(cast("dict[object, object]", old), cast("dict[object, object]", new))
    return value


def _replace(old: Any, new: object) -> None:
    old.clear()
    old.update(new)


def _leave() -> NoReturn:
    sys.stdout.flush()
    os._exit(0)


def _stub(channel: Channel, name: str) -> Callable[..., object]:
    def stub(*positional: object, **by_name: object) -> object:
        return channel.call(name, positional, by_name)

    stub.__name__ = stub.__qualname__ = name
    return stub


def _exception(name: str, message: str) -> Exception:
    kind = getattr(builtins, name, None)
    # A loop over `map(f, ...)` would take StopIteration for its own end, and for success.
    stops = name in ("StopIteration", "StopAsyncIteration")
    if stops or not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = type(name if name.isidentifier() else "unnamed", (CandidateError,), {})
    error: Exception
    try:
        error = kind(message)
    except TypeError:  # UnicodeDecodeError for one wants more
        error = CandidateError(f"{name}: {message}")
    error.add_note(_BY_CANDIDATE)
    return error


def _prepare(
    module: types.ModuleType,
    source: str,
    prelude: str,
    stubs: dict[str, Callable[..., object]],
    asserts: dict[int, tuple[str, bool]],
) -> None:
    names = module.__dict__
    exec(compile(prelude, "prelude.py", "exec"), names)  # noqa: S102 -- what a sandbox is for
    names.update(stubs)
    tree = _Asserts(asserts).visit(ast.parse(source))
    exec(compile(ast.fix_missing_locations(tree), _FILE, "exec"), names)  # noqa: S102


class _Asserts(ast.NodeTransformer):
    """Makes each `assert left == right` keep its two values where a traceback finds them."""

    def __init__(self, asserts: dict[int, tuple[str, bool]]) -> None:
        self._asserts = asserts

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        test = node.test
        compares = isinstance(test, ast.Compare) and len(test.ops) == 1
        found = (ast.unparse(test)[:_MAX_SHOWN], compares)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            self._asserts[line] = found  # a traceback names the line of the part that raised
        if isinstance(test, ast.Compare) and compares:
            test.left = _kept(_LEFT, test.left)
            test.comparators = [_kept(_RIGHT, test.comparators[0])]
        return node


def _kept(name: str, value: ast.expr) -> ast.NamedExpr:
    return ast.NamedExpr(target=ast.Name(id=name, ctx=ast.Store()), value=value)


def _check(module: types.ModuleType, stubs: dict[str, Callable[..., object]]) -> Report:
    check = cast("Callable[[object], None]", module.__dict__["check"])
    module.__dict__.update(stubs)  # a candidate may be called `check` itself
    check(next(iter(stubs.values())))
    return {"kind": "passed"}


def _script(module: types.ModuleType, stubs: dict[str, Callable[..., object]]) -> Report:
    del module, stubs  # it ran when it was loaded
    return {"kind": "passed"}


def _unittest(module: types.ModuleType, stubs: dict[str, Callable[..., object]]) -> Report:
    import unittest

    first: list[tuple[object, BaseException]] = []

    class Result(unittest.TestResult):
        """Keeps the first failure whole, where the library's keeps its text."""

        def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
            first.append((test, err[1]))
            self.stop()

        addError = addFailure  # noqa: N815 -- the library's name

        def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
            first.append((test, AssertionError("an unexpected success")))
            self.stop()

        def addSubTest(  # noqa: N802
            self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any
        ) -> None:
            del test
            if err is not None:
                self.addFailure(subtest, err)

    n_functions = _run_functions(module, stubs)
    result = Result()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    if first:
        test, error = first[0]
        error.add_note(f"in {test}")
        raise error
    if not n_functions and result.testsRun == len(result.skipped):
        msg = "every test was skipped"
        raise BrokenTestsError(msg)
    return {"kind": "passed"}


def _run_functions(module: types.ModuleType, stubs: dict[str, Callable[..., object]]) -> int:
    """Run what pytest would find beside the test cases, and return how much that was."""
    n_run = 0
    waiting = ""
    for test in _functions(module, stubs):
        code, defaults = test.__code__, test.__defaults__ or ()
        is_bound = isinstance(test, types.MethodType)
        if code.co_argcount - is_bound > len(defaults):
            waiting = waiting or code.co_varnames[is_bound]
            continue
        found = test()
        if hasattr(found, "__await__"):
            import asyncio

            asyncio.run(found)
        n_run += 1
    if waiting:
        msg = f"a test asks for {waiting!r}, which nobody gives it"
        raise BrokenTestsError(msg)
    return n_run


def _functions(module: types.ModuleType, stubs: dict[str, Callable[..., object]]) -> Iterator[Any]:
    import unittest

    own = set(map(id, stubs.values()))  # a function under test may be called `test_` something
    for name, found in list(module.__dict__.items()):
        if name.startswith("test") and isinstance(found, types.FunctionType):
            if id(found) not in own:
                yield found
        elif name.startswith("Test") and isinstance(found, type) and found.__module__ == "tests":
            if issubclass(found, unittest.TestCase):
                continue
            kind = cast("type[Any]", found)
            for method in dir(kind):
                if method.startswith("test") and callable(getattr(kind, method)):
                    one = kind()
                    getattr(one, "setup_method", bool)()
                    yield getattr(one, method)


_STYLES: dict[str, Callable[[types.ModuleType, dict[str, Callable[..., object]]], Report]] = {
    "check": _check,
    "script": _script,
    "unittest": _unittest,
}


def _failure(error: Exception, asserts: dict[int, tuple[str, bool]]) -> Report:
    report = {
        "kind": "failed",
        "type": type(error).__name__,
        "message": str(error)[:_MAX_SHOWN],
        "raised_by": "candidate" if _BY_CANDIDATE in getattr(error, "__notes__", ()) else "test",
    }
    inside = [note for note in getattr(error, "__notes__", ()) if note.startswith("in ")]
    report["test"] = inside[-1][3:] if inside else ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE and trace.tb_lineno in asserts:
            text, compares = asserts[trace.tb_lineno]
            values = trace.tb_frame.f_locals
            report["test"] = text
            if compares and isinstance(error, AssertionError) and _RIGHT in values:
                report["left"], report["right"] = _show(values[_LEFT]), _show(values[_RIGHT])
        trace = trace.tb_next
    return report


def _is_broken(error: Exception, source: str) -> bool:
    """Say whether the tests lack something themselves, for which no candidate is to blame.

    A name that they bind somewhere may be unbound because of an answer.
    """
    if isinstance(error, NameError):
        names = ast.walk(ast.parse(source))
        bound = {node.id for node in names if isinstance(node, ast.Name)
                 and isinstance(node.ctx, ast.Store)}  # fmt: skip
        return not isinstance(error, UnboundLocalError) and error.name not in bound
    if isinstance(error, TypeError):  # a class of the candidate's, where there is only a stub
        return str(error).startswith(_NO_CLASS)
    return isinstance(error, (BrokenTestsError, ImportError, OSError))


def _show(value: object) -> str:
    try:
        return reprlib.repr(value)[:_MAX_SHOWN]
    except ValueError:  # an int that Python refuses to write
        return f"<{type(value).__name__}>"
