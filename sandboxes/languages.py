"""Languages other than Python: each program a fresh process in the walls of the level `ns`.

A language is data: under which name its source lies in the program's folder, which commands are run
there in turn, and what they need of the walls. Compilers run in the same walls as what they make: a
build step can do whatever a program can. The commands are looked for inside, where the guard's
`PATH` leads, and so may differ from what the host has.

Only the last command is the program: it alone has standard input and is asked questions. Where an
earlier one fails, the program has failed, and `ExecutionResult.detail` says at which stage.
"""

import dataclasses

from stepsmith.sandboxes.contract import (
    Check,
    Execution,
    ExecutionResult,
    File,
    Limits,
    Sandbox,
)
from stepsmith.schemas.errors import UnknownNameError, suggest

PYTHON = "python"
"""The one language that a guard has warm; every other one is in `LANGUAGES`."""

_MIB = 2**20
_HELLO = "hello"
_MAX_SAID = 200
_MAX_SEED = 2**31 - 1


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """How the programs of one language are built and run.

    In a word of `stages`, `{memory_mib}` stands for what the program may use and `{seed}` for a
    positive number that the execution's seed gives. `processes` and `memory_bytes` are the least
    that the commands work with; threads count as processes.
    `address_space_limit` is false where a runtime reserves far more than it uses, so that only what
    it holds can be limited. `hello` prints "hello" and a newline, and tells whether all of the
    language is there; `install` says how to get it.
    """

    name: str
    file_name: str
    stages: tuple[tuple[str, ...], ...]
    processes: int
    memory_bytes: int
    address_space_limit: bool
    hello: str
    install: str


C = Language(
    name="c",
    file_name="program.c",
    stages=(("cc", "-O2", "-o", "program", "program.c", "-lm"), ("./program",)),
    processes=8,  # cc, cc1, as, collect2, ld
    memory_bytes=128 * _MIB,
    address_space_limit=True,
    hello='#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    install="a C compiler: Debian's packages gcc and libc6-dev",
)
JAVASCRIPT = Language(
    name="javascript",
    file_name="program.js",
    # Left to itself V8 aborts at a limit of its own choice, which no counter tells from a crash.
    stages=(("node", "--max-old-space-size={memory_mib}", "--random-seed={seed}", "program.js"),),
    processes=32,  # its threads: the compiler's, the collector's, those for files
    memory_bytes=512 * _MIB,  # with less address space for data than that it hangs at its start
    address_space_limit=False,
    hello='console.log("hello");\n',
    install="Node.js 18 or later: Debian's package nodejs",
)

LANGUAGES = {language.name: language for language in (C, JAVASCRIPT)}


def language_of(name: str) -> Language | None:
    """Return the language, None for Python; raises `UnknownNameError` naming the nearest."""
    if name == PYTHON:
        return None
    if name not in LANGUAGES:
        msg = f"no language {name!r}; {suggest(name, (PYTHON, *LANGUAGES))}"
        raise UnknownNameError(msg)
    return LANGUAGES[name]


def stages_of(language: Language, execution: Execution) -> tuple[tuple[str, ...], ...]:
    """Return the commands that run an execution, in turn, in the program's folder."""
    limits = limits_of(language, execution.limits or Limits())
    seed = execution.seed % _MAX_SEED + 1  # to V8 and others 0 means a seed by chance
    known = {"memory_mib": limits.memory_bytes // _MIB, "seed": seed}
    return tuple(tuple(word.format_map(known) for word in stage) for stage in language.stages)


def files_of(language: Language, execution: Execution) -> tuple[File, ...]:
    """Return the files that lie in the program's folder: its source, then its own.

    Raises `ValueError` where one of its own would lie in the place of the source.
    """
    if any(file.name == language.file_name for file in execution.files):
        msg = f"a file is called {language.file_name!r}, as the source is"
        raise ValueError(msg)
    source = execution.source.encode("utf-8", "surrogatepass")  # the compiler's to complain of
    return (File(name=language.file_name, data=source), *execution.files)


def limits_of(language: Language, limits: Limits) -> Limits:
    """Raise the limits to what the language's commands need to work at all."""
    return dataclasses.replace(
        limits,
        processes=max(limits.processes, language.processes),
        memory_bytes=max(limits.memory_bytes, language.memory_bytes),
    )


def check(language: Language, sandbox: Sandbox) -> Check:
    """Try the language in a sandbox, and say what is missing where it does not work."""
    result = sandbox.run(Execution(id="hello", source=language.hello, language=language.name))
    held = result.outcome == "exited" and result.exit_code == 0
    held = held and result.stdout == f"{_HELLO}\n".encode()
    return Check(name=language.name, held=held, detail="" if held else _missing(language, result))


def _missing(language: Language, result: ExecutionResult) -> str:
    """Say what a sandbox lacks; what the commands themselves say comes last, and may be long."""
    number = result.exit_code if result.outcome == "exited" else result.signal
    ending = result.outcome if number is None else f"{result.outcome} {number}"
    said = result.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    found = ": ".join(part for part in (ending, result.detail, said[:_MAX_SAID]) if part)
    return f"needs the level ns, and {language.install} ({found})"
