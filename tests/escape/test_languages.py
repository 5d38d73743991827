"""Programs in C and JavaScript try to get out, as they are built and as they run.

What became of it is read outside: a secret that was printed, a listener that was reached, a process
that was signalled, a file that was left, children that live on.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Limits
from stepsmith.sandboxes.languages import LANGUAGES, check
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from tests.guard.processes import are_gone, family
from tests.sandboxes.backends import local

HEADERS = "#define _GNU_SOURCE\n" + "".join(
    f"#include <{name}.h>\n"
    for name in (
        *("stdio", "stdlib", "string", "unistd", "fcntl", "signal", "sched", "errno"),
        *("sys/socket", "sys/ptrace", "sys/mount", "sys/syscall", "sys/wait", "netinet/in"),
        *("arpa/inet", "sys/prctl", "sys/resource"),
    )
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PreforkSandbox]:
    with local("ns") as opened:
        yield opened


def run(sandbox: PreforkSandbox, language: str, source: str) -> ExecutionResult:
    if not (found := check(LANGUAGES[language], sandbox)).held:
        pytest.skip(found.detail)
    text = HEADERS + source if language == "c" else source
    limits = Limits(wall_s=120.0, cpu_s=30.0)
    result = sandbox.run(Execution(id="e", source=text, language=language, limits=limits))
    honest = sandbox.run(Execution(id="e", source="import os\nprint(os.listdir('.'))"))
    assert (honest.outcome, honest.stdout) == ("exited", b"[]\n")
    return result


@pytest.fixture
def secret() -> Iterator[tuple[str, bytes]]:
    """A file that all users of this machine may read."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        path, words = Path(folder) / "canary", uuid.uuid4().hex
        path.write_text(words)
        path.chmod(0o644)
        yield str(path), words.encode()


READS = {
    "c": """
int main(void) {
    char *names[] = {"%s", "/proc/1/root%s", "/proc/self/root/../..%s"}, text[4096];
    for (int i = 0; i < 3; i++) {
        int file = open(names[i], O_RDONLY);
        ssize_t n = file < 0 ? 0 : read(file, text, sizeof text);
        if (n > 0) write(1, text, n);
    }
    return 0;
}""",
    "javascript": """
const fs = require('fs');
for (const name of ['%s', '/proc/1/root%s', '/proc/self/root/../..%s'])
    try { process.stdout.write(fs.readFileSync(name)); } catch (error) {}
""",
}


@pytest.mark.parametrize("language", READS)
def test_no_file_of_this_machine_is_read(
    sandbox: PreforkSandbox, secret: tuple[str, bytes], language: str
) -> None:
    path, words = secret
    result = run(sandbox, language, READS[language] % (path, path, path))
    assert (result.outcome, result.exit_code) == ("exited", 0), result.stderr
    assert words not in result.stdout + result.stderr


def test_a_compiler_reads_none_either(sandbox: PreforkSandbox, secret: tuple[str, bytes]) -> None:
    path, words = secret
    source = f'#include "{path}"\nint main(void) {{ return 0; }}'
    result = run(sandbox, "c", source)
    assert (result.outcome, result.exit_code) == ("exited", 1)
    assert words not in result.stdout + result.stderr


def test_a_compiler_that_is_told_to_fill_the_disk_is_stopped(sandbox: PreforkSandbox) -> None:
    result = run(sandbox, "c", "char huge[1 << 30] = {1};\nint main(void) { return 0; }")
    assert (result.outcome, result.exit_code) != ("exited", 0)


CONNECTS = {
    "c": """
int main(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(%d)};
    to.sin_addr.s_addr = inet_addr("127.0.0.1");
    int line = socket(AF_INET, SOCK_STREAM, 0);
    return connect(line, (struct sockaddr *)&to, sizeof to) == 0 ? 9 : 0;
}""",
    "javascript": """
const line = require('net').connect(%d, '127.0.0.1', () => process.exit(9));
line.on('error', () => process.exit(0));
""",
}


@pytest.mark.parametrize("language", CONNECTS)
def test_nobody_is_reached(sandbox: PreforkSandbox, language: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0)
        result = run(sandbox, language, CONNECTS[language] % listener.getsockname()[1])
        assert result.exit_code != 9, result.stdout
        with pytest.raises(BlockingIOError):
            listener.accept()


KILLS = {
    "c": """
int main(void) {
    int numbers[] = {%d, getppid(), 1};
    for (int i = 0; i < 3; i++) {
        kill(numbers[i], SIGKILL);
        ptrace(PTRACE_ATTACH, numbers[i], 0, 0);
        syscall(SYS_tkill, numbers[i], SIGKILL);
    }
    puts("still here");
    return 0;
}""",
    "javascript": """
for (const number of [%d, process.ppid, 1])
    try { process.kill(number, 'SIGKILL'); } catch (error) {}
console.log('still here');
""",
}


@pytest.mark.parametrize("language", KILLS)
def test_nobody_outside_is_killed(sandbox: PreforkSandbox, language: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        result = run(sandbox, language, KILLS[language] % victim.pid)
        assert victim.poll() is None
        assert (result.outcome, result.stdout, result.attempts) == ("exited", b"still here\n", 1)
        victim.send_signal(signal.SIGKILL)


FORKS = {
    "c": """
int main(void) {
    for (int i = 0; i < 200; i++) if (fork() == 0) { setsid(); sleep(300); _exit(0); }
    return 0;
}""",
    "javascript": """
const { spawn } = require('child_process');
for (let i = 0; i < 60; i++) {
    const child = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' });
    child.on('error', () => {});
    child.unref();
}
setTimeout(() => process.exit(0), 300);
""",
}


@pytest.mark.parametrize("language", FORKS)
def test_children_do_not_outlive_the_run(sandbox: PreforkSandbox, language: str) -> None:
    run(sandbox, language, "int main(void) { return 0; }" if language == "c" else "")
    before = family(os.getpid())
    run(sandbox, language, FORKS[language])
    assert are_gone(family(os.getpid()) - before)


WORLDS = """
int main(void) {
    int got = 0;
    got += unshare(CLONE_NEWUSER) == 0;
    got += unshare(CLONE_NEWNS) == 0;
    got += mount("none", "/", "tmpfs", 0, "") == 0;
    got += chroot(".") == 0;
    got += setuid(0) == 0;
    got += syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) > 0;
    got += syscall(SYS_bpf, 0, 0, 0) >= 0 || errno != EPERM;
    got += syscall(SYS_memfd_create, "x", 0) >= 0;
    got += prctl(PR_SET_DUMPABLE, 1) == 0;
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    got += setrlimit(RLIMIT_AS, &all) == 0;
    printf("%d\\n", got);
    return 0;
}"""


def test_no_other_world_no_rights_and_no_more_than_was_given(sandbox: PreforkSandbox) -> None:
    assert run(sandbox, "c", WORLDS).stdout == b"0\n"


def test_modules_of_javascript_that_run_native_code_find_none_outside(
    sandbox: PreforkSandbox, secret: tuple[str, bytes]
) -> None:
    source = (
        "const library = { exports: {} };\n"
        f"try {{ process.dlopen(library, '{secret[0]}'); }} catch (error) {{}}\n"
        "try { process.setuid(0); console.log('root'); } catch (error) {}\n"
        "try { require('worker_threads'); } catch (error) {}\n"
        f"import('file://{secret[0]}').catch(error => console.log(error.code));\n"
    )
    result = run(sandbox, "javascript", source)
    assert secret[1] not in result.stdout + result.stderr
    assert b"root" not in result.stdout
