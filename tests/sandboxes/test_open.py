"""Opening: which back end is taken, what is refused, and that a lie about walls is found out."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes import open as opening
from stepsmith.sandboxes.contract import Execution
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.sandboxes.prefork.launch import Place
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.sandbox import Level, SandboxSettings
from tests.guard import processes
from tests.sandboxes.backends import PYTHON, local

NO_DOCKER = "no containers in this test"


@pytest.fixture
def without_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(settings: SandboxSettings) -> LocalLauncher:
        raise SandboxError(NO_DOCKER)

    monkeypatch.setattr(opening, "_docker", refuse)


@pytest.fixture(scope="module")
def best_level() -> Level:
    for level in ("ns", "uid", "self"):
        try:
            with local(level) as sandbox:
                return sandbox.capabilities().level
        except pytest.skip.Exception:
            continue
    pytest.skip("no sandbox here")


def opened(settings: SandboxSettings) -> Iterator[PreforkSandbox]:
    sandbox = open_sandbox(settings, (PYTHON,))
    try:
        yield sandbox
    finally:
        sandbox.close()


def test_auto_is_the_best_local_level_tried_and_in_every_result(best_level: Level) -> None:
    for sandbox in opened(SandboxSettings()):
        result = sandbox.run(Execution(id="e", source="print(1)"))
        assert (sandbox.backend, result.backend, result.stdout) == ("local", "local", b"1\n")
        assert result.isolation == sandbox.capabilities()
        assert result.isolation.level == best_level
        assert result.isolation.self_test
        assert result.isolation.held


@pytest.mark.parametrize("level", ["self", "uid", "ns"])
def test_a_level_that_is_named_is_taken(level: Level) -> None:
    with local(level):
        pass  # it can be had here, or the test is skipped
    for sandbox in opened(SandboxSettings(level=level)):
        assert sandbox.capabilities().level == level


def test_unsafe_is_taken_by_name_alone_and_is_stamped_on_the_result() -> None:
    for sandbox in opened(SandboxSettings(backend="unsafe", minimum="unsafe", allow_unsafe=True)):
        result = sandbox.run(Execution(id="e", source=""))
        assert (result.backend, result.isolation.level) == ("unsafe", "unsafe")
        assert result.isolation.self_test == ()


class Bare(LocalLauncher):
    """Reaches nothing: its guards have no walls, and say so."""

    def place(self, image: Image, slot: int) -> Place:
        return Place(level="unsafe")


class Lying(Bare):
    """Has no walls, and says that it has all."""

    def reached(self, inner: Level) -> Level:
        return "ns"


@pytest.mark.usefixtures("without_docker")
@pytest.mark.parametrize("minimum", ["unsafe", "self", "ns"])
def test_auto_never_takes_what_has_no_walls(
    monkeypatch: pytest.MonkeyPatch, minimum: Level
) -> None:
    monkeypatch.setattr(opening, "LocalLauncher", Bare)
    with pytest.raises(SandboxError) as refused:
        open_sandbox(SandboxSettings(minimum=minimum), (PYTHON,))
    assert f"no sandbox here isolates as well as '{minimum}'; local: only 'unsafe' was" in str(
        refused.value
    )
    assert f"; docker: {NO_DOCKER}" in str(refused.value)


@pytest.mark.usefixtures("without_docker")
def test_walls_that_are_only_claimed_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LocalLauncher", Lying)
    with pytest.raises(SandboxError, match="'ns' did not hold when it was tried") as refused:
        open_sandbox(SandboxSettings(), (PYTHON,))
    for wall in ("files of yours cannot be read", "no network", "one process"):
        assert f"{wall} (" in str(refused.value)


@pytest.mark.usefixtures("without_docker")
def test_what_is_refused_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LocalLauncher", Bare)
    before = children()
    with pytest.raises(SandboxError):
        open_sandbox(SandboxSettings(), (PYTHON,))
    gc.collect()
    assert children() <= before  # of other tests' some may have ended meanwhile


def children() -> set[int]:
    return set(processes.children(os.getpid()))


@pytest.mark.usefixtures("without_docker")
def test_below_the_minimum_nothing_is_opened() -> None:
    with pytest.raises(SandboxError, match=f"isolates as well as 'gvisor'; docker: {NO_DOCKER}"):
        open_sandbox(SandboxSettings(minimum="gvisor"), (PYTHON,))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (SandboxSettings(backend="local", minimum="container"), "no level 'container'"),
        (SandboxSettings(backend="local", level="gvisor"), "no level 'gvisor'"),
    ],
)
def test_settings_that_cannot_be_met_anywhere_are_the_users_mistake(
    settings: SandboxSettings, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        open_sandbox(settings, (PYTHON,))


def test_a_sandbox_has_an_image() -> None:
    with pytest.raises(ValueError, match="without an image"):
        open_sandbox(SandboxSettings(), ())


def test_an_image_that_does_not_warm_says_why() -> None:
    broken = Image(name="broken", warm=("raise ValueError('no such module here')",))
    with pytest.raises(SandboxError, match="no such module here"):
        open_sandbox(SandboxSettings(backend="local"), (broken,))


SHARED = """
import os, sys
from stepsmith.sandboxes import Image, shared_sandbox
from stepsmith.sandboxes.contract import Execution
from stepsmith.schemas.sandbox import SandboxSettings

settings = SandboxSettings(backend="unsafe", minimum="unsafe", allow_unsafe=True, slots=1)
image = Image(name="python")
first = shared_sandbox(settings, (image,))
assert shared_sandbox(settings, [image]) is first
other = shared_sandbox(settings, (Image(name="other"),))
assert other is not first
assert first.run(Execution(id="e", source="print(1)")).stdout == b"1\\n"
print(*first.guard_pids, flush=True)
child = os.fork()
if child == 0:
    own = shared_sandbox(settings, (image,))
    ok = own is not first and own.run(Execution(id="e", source="print(2)")).stdout == b"2\\n"
    own.close()
    os._exit(0 if ok else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert first.run(Execution(id="e", source="print(3)")).stdout == b"3\\n"
first.close()
assert shared_sandbox(settings, (image,)) is not first
"""


def test_a_process_shares_one_sandbox_a_fork_has_its_own_and_all_end_at_exit() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHARED], capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not any(Path(f"/proc/{pid}").exists() for pid in done.stdout.split())
