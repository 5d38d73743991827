"""The programs that run in sandboxes, as executions: the hosts' text, and what they are given."""

import dataclasses
import hashlib
import json
from functools import cache
from importlib import resources

from stepsmith.sandboxes.contract import ANSWERS_FD, QUESTIONS_FD, Call, Execution, Limits
from stepsmith.sandboxes.languages import JAVASCRIPT, PYTHON
from stepsmith.schemas.errors import UnknownNameError, suggest
from stepsmith.transforms.judging.suites import CallTests, ProgramTests

_PACKAGE = "stepsmith.transforms.judging"
_MODULES = {
    f"{_PACKAGE}.codec": "codec.py",
    f"{_PACKAGE}.hosts.candidate_host": "hosts/candidate_host.py",
    f"{_PACKAGE}.hosts.tests_host": "hosts/tests_host.py",
}
_JAVASCRIPT = ("hosts/codec.js", "hosts/candidate_host.js")
_LOADER = """\
import sys, types
for name, text in {sources!r}.items():
    if name not in sys.modules:
        module = types.ModuleType(name)
        sys.modules[name] = module
        exec(compile(text, name, "exec"), module.__dict__)
"""


@cache
def warm_source() -> str:
    """Return what an image runs once, so that no program compiles the hosts again.

    Modules that are there already are left alone: every program begins with this text too.
    """
    sources = {name: _text(file) for name, file in _MODULES.items()}
    return _LOADER.format(sources=sources)


@cache
def hosts_version() -> str:
    """Return a short name of all hosts' text, for an image's key and a record's provenance."""
    text = warm_source() + _javascript_hosts()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def candidate_execution(
    identity: str,
    source: str,
    *,
    language: str = PYTHON,
    calls: tuple[Call, ...] | None = None,
    limits: Limits | None = None,
    image: str = "",
    seed: int = 0,
) -> Execution:
    """Wrap a candidate in its language's host, which answers questions about its functions.

    Raises `UnknownNameError` for a language without a host; such programs are judged by what they
    print.
    """
    if language not in _SERVE:
        msg = f"no functions can be called in {language!r}; {suggest(language, _SERVE)}"
        raise UnknownNameError(msg)
    return Execution(
        id=identity,
        source=_SERVE[language](source),
        language=language,
        calls=calls,
        limits=limits,
        image=image,
        seed=seed,
    )


def in_language(tests: CallTests, language: str) -> CallTests:
    """Compare answers as the language can give them: without tuples, or keys that are numbers."""
    if language == PYTHON:
        return tests
    hows = (
        dataclasses.replace(case.how, list_is_tuple=True, int_key_is_text=True)
        for case in tests.cases
    )
    cases = zip(tests.cases, hows, strict=True)
    return CallTests(cases=tuple(dataclasses.replace(case, how=how) for case, how in cases))


def suite_execution(
    identity: str,
    tests: ProgramTests,
    *,
    limits: Limits | None = None,
    image: str = "",
    seed: int = 0,
) -> Execution:
    """Wrap a test program in the host that gives it stubs; nothing of the candidate is in it."""
    host = f"{_PACKAGE}.hosts.tests_host"
    given = (tests.source, tests.prelude, tests.functions, tests.style)
    options = {
        "changes_arguments": tests.changes_arguments,
        "descriptors": (QUESTIONS_FD, ANSWERS_FD),
    }
    return Execution(
        id=identity,
        source=f"{warm_source()}sys.modules[{host!r}].run(*{given!r}, **{options!r})\n",
        limits=limits,
        image=image,
        seed=seed,
    )


@cache
def _javascript_hosts() -> str:
    return "\n".join(map(_text, _JAVASCRIPT))


def _text(file: str) -> str:
    return (resources.files(_PACKAGE) / file).read_text("utf-8")


def _serve_python(source: str) -> str:
    host = f"{_PACKAGE}.hosts.candidate_host"
    call = f"sys.modules[{host!r}].serve({source!r}, {QUESTIONS_FD}, {ANSWERS_FD})\n"
    return warm_source() + call


def _serve_javascript(source: str) -> str:
    text = json.dumps(source)  # of ASCII only, and so a literal of JavaScript's as well
    return f"{_javascript_hosts()}\nserve({text}, {QUESTIONS_FD}, {ANSWERS_FD});\n"


_SERVE = {PYTHON: _serve_python, JAVASCRIPT.name: _serve_javascript}
