"""C and JavaScript in the walls of `ns`: right programs pass, and others fail as what they are."""

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Execution, ExecutionResult, File, Limits, Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.languages import (
    JAVASCRIPT,
    LANGUAGES,
    C,
    Language,
    check,
    language_of,
)
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.judging.run import judge_source
from stepsmith.transforms.judging.suites import StdioTests
from stepsmith.transforms.judging.verdict import PASS
from tests.judging.node import CHEATS, FORMS, HERE, HONEST, WRONG

# Memory costs processor time, and on some machines seconds of it, before it runs out.
LIMITS = Limits(wall_s=60.0, cpu_s=30.0)
# More than a compiler needs for a few lines, and on a slow machine.
BRIEF = Limits(wall_s=60.0, cpu_s=3.0)
SUM = StdioTests(cases=(("2 3\n", "5\n"), ("20 -3\n", "17\n")))
C_SUM = """
#include <stdio.h>
int main(void) {
    int a, b;
    if (scanf("%d%d", &a, &b) != 2) return 3;
    printf("%d\\n", a + b);
    return 0;
}
"""
JS_SUM = """
const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number);
console.log(a + b);
"""


@pytest.fixture(scope="module")
def walls() -> Iterator[Sandbox]:
    settings = SandboxSettings(level="ns", minimum="ns", slots=1, limits=LIMITS)
    try:
        sandbox = open_sandbox(settings, [Image(name="python")])
    except SandboxError as error:
        pytest.skip(f"no level ns here: {error}")
    yield sandbox
    sandbox.close()


def blocks() -> list[str]:
    page = Path(__file__).parents[2] / "docs/languages.md"
    if not page.exists():
        pytest.skip("the pages are not here: the tests run against an installed wheel")
    return re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def needs(language: Language) -> None:
    for stage in language.stages:
        if (
            "/" not in stage[0]
            and shutil.which(stage[0], path="/usr/local/bin:/usr/bin:/bin") is None
        ):
            pytest.skip(f"no {stage[0]} here")


@pytest.fixture
def counted(walls: Sandbox) -> None:
    if "memory and processes counted by the kernel" not in walls.capabilities().layers:
        pytest.skip("no memory cgroup here that can be written to")


@pytest.fixture
def c(walls: Sandbox) -> Sandbox:
    needs(C)
    return walls


@pytest.fixture
def javascript(walls: Sandbox) -> Sandbox:
    needs(JAVASCRIPT)
    return walls


def run_c(
    sandbox: Sandbox,
    body: str,
    *,
    head: str = "",
    stdin: bytes = b"",
    limits: Limits | None = None,
) -> ExecutionResult:
    source = f"#include <stdio.h>\n{head}\nint main(void) {{ {body} return 0; }}\n"
    return sandbox.run(Execution(id="c", source=source, language="c", stdin=stdin, limits=limits))


def run_javascript(
    sandbox: Sandbox, source: str, *, limits: Limits | None = None
) -> ExecutionResult:
    return sandbox.run(Execution(id="js", source=source, language="javascript", limits=limits))


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_says_hello_from_inside(walls: Sandbox, language: Language) -> None:
    needs(language)
    found = check(language, walls)
    assert (found.held, found.detail) == (True, "")


@pytest.mark.parametrize(("language", "source"), [("c", C_SUM), ("javascript", JS_SUM)])
def test_a_right_program_passes_and_a_wrong_one_fails(
    walls: Sandbox, language: str, source: str
) -> None:
    needs(LANGUAGES[language])
    assert judge_source(walls, source, SUM, language=language) == PASS
    wrong = judge_source(walls, source.replace("a + b", "a - b"), SUM, language=language)
    assert (wrong.outcome, wrong.kind) == ("invalid", "wrong_answer")
    assert (wrong.test, wrong.expected, wrong.got) == ("input 1, line 1", "'5'", "'-1'")


def test_a_program_that_does_not_compile_is_wrong_and_its_stage_is_named(c: Sandbox) -> None:
    result = run_c(c, "int x = ;")
    assert (result.outcome, result.exit_code, result.stdout) == ("exited", 1, b"")
    assert "program.c" in result.stderr.decode()
    assert result.detail == "stage 1 of 2"
    judgement = judge_source(c, "int main(", SUM, language="c")
    assert judgement.outcome == "invalid"
    assert judgement.evidence == "error: exit code 1: stage 1 of 2: input 1"


def test_a_program_that_compiles_has_its_own_end(c: Sandbox) -> None:
    assert run_c(c, "return 7;").exit_code == 7
    assert run_c(c, "return 7;").detail == ""
    crashed = run_c(c, "*(volatile int *)0 = 1;")
    assert (crashed.outcome, crashed.signal) == ("signaled", 11)
    aborted = run_c(c, "abort();", head="#include <stdlib.h>")
    assert (aborted.outcome, aborted.signal) == ("signaled", 6)


def test_only_the_program_reads_its_input(c: Sandbox) -> None:
    result = run_c(c, 'int n = 0; while (getchar() != EOF) n++; printf("%d", n);', stdin=b"x" * 99)
    assert result.stdout == b"99"


def test_files_lie_beside_the_source_for_the_compiler_and_the_program(c: Sandbox) -> None:
    source = """
    #include <stdio.h>
    #include "size.h"
    int main(void) {
        char text[SIZE + 1] = "";
        fread(text, 1, SIZE, fopen("data.txt", "r"));
        return puts(text) < 0;
    }
    """
    files = (File(name="size.h", data=b"#define SIZE 3\n"), File(name="data.txt", data=b"abcd"))
    execution = Execution(id="files", source=source, language="c", files=files)
    assert c.run(execution).stdout == b"abc\n"


@pytest.mark.slow
def test_a_compiler_that_never_ends_is_stopped_by_its_cpu_time(c: Sandbox) -> None:
    """The source includes itself twice, to a depth of forty."""
    again = "#if __INCLUDE_LEVEL__ < 40\n#include __FILE__\n#include __FILE__\n#endif\n"
    execution = Execution(id="c", source=again, language="c", limits=BRIEF)
    result = c.run(execution)
    assert (result.outcome, result.detail) == ("timeout_cpu", "stage 1 of 2")


@pytest.mark.slow
def test_a_program_that_never_ends_is_stopped_by_its_cpu_time(c: Sandbox) -> None:
    result = run_c(c, "for (volatile int i = 0;; i++);", limits=BRIEF)
    assert (result.outcome, result.detail) == ("timeout_cpu", "")
    head = "#include <unistd.h>\n#include <sys/wait.h>"
    of_a_child = run_c(c, "if (fork() == 0) for (;;); wait(0);", head=head, limits=BRIEF)
    assert (of_a_child.outcome, of_a_child.detail) == ("timeout_cpu", "")


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/etc/passwd", "/proc/self/environ", "/proc/1/maps"]
)
def test_the_compiler_reads_nothing_of_the_machine(c: Sandbox, path: str) -> None:
    result = run_c(c, "", head=f'#include "{path}"')
    assert (result.outcome, result.exit_code) == ("exited", 1)
    assert "No such file" in result.stderr.decode() or "denied" in result.stderr.decode()
    assert "root:" not in result.stderr.decode()


def test_a_giant_binary_is_the_programs_fault(c: Sandbox) -> None:
    result = run_c(c, "puts(x);", head="char x[1 << 28] = {1};")
    assert result.outcome in ("exited", "signaled")
    assert result.exit_code != 0
    assert result.detail == "stage 1 of 2"


@pytest.mark.slow
def test_a_bomb_of_processes_is_bounded_and_none_outlives_its_run(c: Sandbox) -> None:
    head = "#include <unistd.h>"
    bomb = 'int n = 0; while (n < 500 && fork() >= 0) n++; printf("%d ", n);'
    result = run_c(c, f"{bomb} fflush(stdout); pause();", head=head, limits=Limits(wall_s=3.0))
    assert result.outcome in ("timeout_wall", "timeout_starved")
    assert all(int(number) <= C.processes for number in result.stdout.split())
    assert run_c(c, 'puts("next");').stdout == b"next\n"


def test_nothing_is_left_for_the_next_run(c: Sandbox) -> None:
    left = run_c(c, 'return fclose(fopen("/tmp/left", "w")) || fclose(fopen("left", "w"));')
    assert (left.outcome, left.exit_code) == ("exited", 0)
    body = 'printf("%d %d", access("/tmp/left", F_OK), access("left", F_OK));'
    assert run_c(c, body, head="#include <unistd.h>").stdout == b"-1 -1"


@pytest.mark.parametrize("call", ["socket(2, 1, 0)", "socket(1, 1, 0)", "socket(10, 2, 0)"])
def test_there_is_no_network_for_either_stage(c: Sandbox, call: str) -> None:
    result = run_c(c, f'printf("%d", {call});', head="#include <sys/socket.h>")
    assert result.stdout == b"-1"


@pytest.mark.usefixtures("counted")
def test_memory_is_limited_for_all_processes_together(c: Sandbox) -> None:
    """Six children of 200 MiB: the kernel kills some of them, or the first of all."""
    head = "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <sys/wait.h>"
    body = """
    int killed = 0, status;
    for (int i = 0; i < 6; i++) if (fork() == 0) {
        char *p = malloc(200 << 20);
        memset(p, 1, 200 << 20);
        sleep(40);  // so that all have theirs at once, however slowly they get it
        _exit(p[12345] - 1);
    }
    while (!killed && wait(&status) > 0) killed += WIFSIGNALED(status);
    printf("%d", killed > 0);
    """
    result = run_c(c, body, head=head)
    assert result.outcome == "oom" or result.stdout == b"1"


@pytest.mark.usefixtures("counted")
def test_a_child_that_memory_ended_is_not_held_against_the_next_program(c: Sandbox) -> None:
    head = "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include <sys/wait.h>"
    greedy = "for (;;) memset(malloc(1 << 24), 1, 1 << 24);"
    body = f'int status; if (fork() == 0) {greedy} wait(&status); printf("%d", WTERMSIG(status));'
    address_space = dataclasses.replace(C, name="unlimited", address_space_limit=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(LANGUAGES, "unlimited", address_space)
        source = f"#include <stdio.h>\n{head}\nint main(void) {{ {body} return 0; }}\n"
        lost = c.run(Execution(id="c", source=source, language="unlimited"))
    assert (lost.outcome, lost.stdout) == ("exited", b"9")
    killed = run_c(c, "raise(9);", head="#include <signal.h>")
    assert (killed.outcome, killed.signal) == ("signaled", 9)


@pytest.mark.usefixtures("counted")
def test_node_that_takes_too_much_memory_is_told_from_a_crash(javascript: Sandbox) -> None:
    source = "const all = [];\nfor (;;) all.push(Buffer.alloc(2 ** 20, 1));"
    assert run_javascript(javascript, source).outcome == "oom"


def test_node_ends_as_its_program_does(javascript: Sandbox) -> None:
    assert run_javascript(javascript, "process.exit(7)").exit_code == 7
    thrown = run_javascript(javascript, "throw new Error('no')")
    assert (thrown.outcome, thrown.exit_code) == ("exited", 1)
    assert "Error: no" in thrown.stderr.decode()
    killed = run_javascript(javascript, "process.kill(process.pid, 'SIGKILL')")
    assert (killed.outcome, killed.signal) == ("signaled", 9)
    assert run_javascript(javascript, "for (;;);", limits=BRIEF).outcome == "timeout_cpu"
    assert run_javascript(javascript, "function (").exit_code == 1


def test_chance_is_seeded(javascript: Sandbox) -> None:
    source = "console.log(Math.random(), Math.random());"
    execution = Execution(id="js", source=source, language="javascript", seed=5)
    first, again, other = (
        javascript.run(dataclasses.replace(execution, seed=seed)).stdout for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_node_has_no_network_and_no_files_of_the_machine(javascript: Sandbox) -> None:
    source = """
    const fs = require("fs"), net = require("net");
    for (const path of ["/etc/shadow", "/root", "/home", "/proc/1/environ"]) {
      try { fs.statSync(path); fs.readdirSync(path); console.log("read", path); } catch { }
    }
    net.connect(80, "127.0.0.1").on("error", (error) => console.log(error.code));
    """
    assert run_javascript(javascript, source).stdout == b"EPERM\n"


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("form", FORMS)
def test_honest_javascript_passes(javascript: Sandbox, name: str, form: str) -> None:
    source = (HERE / "honest" / name).read_text()
    assert judge_source(javascript, source, FORMS[form], language="javascript") == PASS


@pytest.mark.parametrize("name", WRONG)
def test_wrong_javascript_fails_for_its_reason(javascript: Sandbox, name: str) -> None:
    source = (HERE / "wrong" / name).read_text()
    judgement = judge_source(javascript, source, FORMS["literal"], language="javascript")
    assert (judgement.outcome, judgement.kind) == ("invalid", WRONG[name]), judgement.evidence


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_in_javascript_is_judged_right(javascript: Sandbox, name: str) -> None:
    source = (HERE / "cheats" / f"{name}.js").read_text()
    judgement = judge_source(javascript, source, FORMS["literal"], language="javascript")
    assert judgement.outcome != "valid"
    assert judgement.kind == CHEATS[name], judgement.evidence


def test_the_page_shows_what_works(walls: Sandbox) -> None:
    for language in LANGUAGES.values():
        needs(language)
    [block] = [text for text in blocks() if "judge_source(" in text]
    namespace: dict[str, object] = {"sandbox": walls}
    exec(compile(block, "languages.md", "exec"), namespace)  # noqa: S102 -- our own page
    assert (namespace["added"], namespace["summed"]) == (PASS, PASS)


def test_below_ns_a_language_is_refused_and_no_label(walls: Sandbox) -> None:
    del walls  # only where that level can be reached is this one known to be able to run at all
    settings = SandboxSettings(level="self", minimum="self", slots=1, limits=LIMITS)
    sandbox = open_sandbox(settings, [Image(name="python")])
    try:
        result = sandbox.run(Execution(id="c", source=C.hello, language="c"))
        assert result.outcome == "sandbox_error"
        assert not check(C, sandbox).held
        judgement = judge_source(sandbox, C_SUM, SUM, language="c")
        assert judgement.outcome == "undecided"
    finally:
        sandbox.close()


def test_the_page_shows_how_to_add_one(monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = [text for text in blocks() if "RUST" in text]
    namespace: dict[str, object] = {"Language": Language}
    exec(compile(block, "languages.md", "exec"), namespace)  # noqa: S102 -- our own page
    rust = namespace["RUST"]
    assert isinstance(rust, Language)
    monkeypatch.setitem(LANGUAGES, "rust", rust)
    assert language_of("rust") is rust


@pytest.mark.parametrize(
    "first",
    [("true",), ("cp", "program.c", "program"), ("mkdir", "program")],
    ids=lambda one: one[0],
)
def test_a_build_that_leaves_nothing_to_run_is_the_programs_fault(
    walls: Sandbox, monkeypatch: pytest.MonkeyPatch, first: tuple[str, ...]
) -> None:
    broken = dataclasses.replace(C, name="broken", stages=(first, ("./program",)))
    monkeypatch.setitem(LANGUAGES, "broken", broken)
    result = walls.run(Execution(id="broken", source="no program", language="broken"))
    assert (result.outcome, result.exit_code, result.detail) == ("exited", 126, "")
    assert "./program" in result.stderr.decode()


def test_a_missing_compiler_is_no_programs_fault(
    walls: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = dataclasses.replace(C, name="absent", stages=(("no-such-compiler",), ("./program",)))
    monkeypatch.setitem(LANGUAGES, "absent", absent)
    result = walls.run(Execution(id="absent", source="", language="absent"))
    assert result.outcome == "sandbox_error"
    assert "no-such-compiler" in result.detail
