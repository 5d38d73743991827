"""`stepsmith sandbox`: what separates programs from this machine, found on it and tried on it."""

import argparse
import dataclasses
import json
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence

from stepsmith.sandboxes.contract import Check, Execution, IsolationReport, Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.languages import LANGUAGES
from stepsmith.sandboxes.languages import check as check_language
from stepsmith.sandboxes.open import open_sandbox, slots_of
from stepsmith.schemas.sandbox import LEVELS, Level, SandboxSettings
from stepsmith.transforms.judging.images import image_of, images

_WIDTH = 100

_LEVELS: dict[Level, str] = {
    "unsafe": "no walls: a program can do all that you can",
    "self": "walls that each program puts around itself before its first statement",
    "uid": "such walls, and a user of its own for each program",
    "ns": "such walls, and each program alone with its own processes, files and users",
    "container": "a container without a network, and a guard's walls within it",
    "gvisor": "a container with a kernel of its own, and a guard's walls within it",
}
_PROTECTED = """\
A program cannot read or change your files, see or stop your processes, reach a network, start \
other processes or leave anything for the next program; it is stopped at its limits, and who \
reports how it ended is not the program."""
_UNPROTECTED = """\
The kernel is shared with this machine: whoever knows a fault in it may get out. Programs may \
learn something of each other by how long things take. For code of strangers who attack on purpose \
use the level gvisor, or a machine of its own."""
_NOTHING_PROTECTED = """\
Nothing but limits on time and memory. Whatever a model wrote runs as you, with your files, your \
network and your keys."""
_HIGHER: dict[Level, str] = {
    "self": "a kernel with landlock and seccomp (Linux 5.13 or later, landlock in its lsm= list)",
    "uid": "root, or the capability to become another user",
    "ns": "namespaces for users: sysctl user.max_user_namespaces above 0, "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that lets "
    "unshare through, as Kubernetes' default does",
    "container": 'a Docker Engine, pip install "stepsmith[docker]", stepsmith sandbox build; '
    'then backend = "docker"',
    "gvisor": 'the same with gVisor as a runtime of the engine; then docker_runtime = "runsc"',
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """An image that was tried: how long its first program took to be there, or what failed."""

    image: Image
    seconds: float
    failure: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All that was found: `reason` says why nothing was opened, where `report` is None."""

    settings: SandboxSettings
    reason: str = ""
    backend: str = ""
    report: IsolationReport | None = None
    seconds: float = 0.0
    images: tuple[Started, ...] = ()
    languages: tuple[Check, ...] = ()


def look(
    settings: SandboxSettings, names: Sequence[str], *, clock: Callable[[], float] = time.monotonic
) -> Found:
    """Open the sandbox as a run would, and try it, its images and the languages in it."""
    wanted = [image_of(name) for name in names or images()]
    began = clock()
    try:
        sandbox = open_sandbox(settings, wanted)
    except SandboxError as error:
        return Found(settings=settings, reason=str(error))
    try:
        return Found(
            settings=settings,
            backend=sandbox.backend,
            report=sandbox.capabilities(),
            seconds=clock() - began,
            images=tuple(_start(sandbox, image, clock) for image in wanted),
            languages=tuple(check_language(one, sandbox) for one in LANGUAGES.values()),
        )
    finally:
        sandbox.close()


def _start(sandbox: Sandbox, image: Image, clock: Callable[[], float]) -> Started:
    began = clock()
    result = sandbox.run(Execution(id="check", source="", image=image.name))
    failure = "" if result.outcome == "exited" else result.detail or result.outcome
    return Started(image=image, seconds=clock() - began, failure=failure)


def as_json(found: Found) -> str:
    """Write what was found for a program to read."""
    return json.dumps(
        {
            "accepted": found.report is not None,
            "reason": found.reason,
            "minimum": found.settings.minimum,
            "backend": found.backend,
            "report": found.report and dataclasses.asdict(found.report),
            "slots": slots_of(found.settings),
            "images": [
                {"name": one.image.name, "key": one.image.key, "failure": one.failure}
                for one in found.images
            ],
            "languages": [dataclasses.asdict(check) for check in found.languages],
        },
        indent=2,
    )


def as_text(found: Found) -> str:
    """Write what was found for a person to read."""
    if found.report is None:
        return "\n".join(_refused(found))
    return "\n".join(_accepted(found, found.report))


def _refused(found: Found) -> Iterator[str]:
    yield f"refused: no program would run here (minimum {found.settings.minimum!r})"
    yield from _paragraph("why", found.reason)
    yield "to get there"
    wanted = found.settings.level or found.settings.minimum
    yield from _ways(LEVELS[LEVELS.index(wanted) :])


def _accepted(found: Found, report: IsolationReport) -> Iterator[str]:
    yield f"level {report.level}: {_LEVELS[report.level]}"
    yield f"  backend {found.backend}, kernel {report.kernel}, {slots_of(found.settings)} at a time"
    yield from _list("in force", report.layers)
    yield from _list("missing", report.missing)
    if report.self_test:
        yield f"tried on this machine ({found.seconds:.1f} s with the start)"
        yield from (f"  {'held' if one.held else 'FELL'}  {one.name}" for one in report.self_test)
    yield "images"
    yield from (f"  {_image(one)}" for one in found.images)
    yield "languages beside Python"
    yield from (f"  {one.name}: {one.detail or 'works'}" for one in found.languages)
    is_walled = report.level != "unsafe"
    yield from _paragraph("what is protected", _PROTECTED if is_walled else _NOTHING_PROTECTED)
    if is_walled:
        yield from _paragraph("what is not", _UNPROTECTED)
    higher = LEVELS[LEVELS.index(report.level) + 1 :]
    if higher:
        yield "for a higher level"
        yield from _ways(higher)


def _image(started: Started) -> str:
    state = started.failure or f"ready, first program in {started.seconds:.1f} s"
    return f"{started.image.name} ({started.image.key}): {state}"


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"  {line}" for line in lines)


def _ways(levels: Sequence[Level]) -> Iterator[str]:
    for level in levels:
        if level in _HIGHER:
            yield from _wrapped(f"{level}: {_HIGHER[level]}", hanging=4)


def _paragraph(title: str, text: str) -> Iterator[str]:
    yield title
    yield from _wrapped(text, hanging=2)


def _wrapped(text: str, *, hanging: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent="  ", subsequent_indent=" " * hanging, break_on_hyphens=False
    )


def run_command(arguments: argparse.Namespace, settings: SandboxSettings) -> tuple[str, int]:
    """Do what was asked for; return what to print, and the exit status: 1 where it is refused."""
    if arguments.action == "build":
        from stepsmith.pipelines.sandbox_build import build_image

        return build_image(arguments.image, packages=arguments.packages, base=arguments.base), 0
    found = look(settings_of(arguments, settings), arguments.image)
    return (as_json(found) if arguments.json else as_text(found)), int(found.report is None)


def settings_of(arguments: argparse.Namespace, settings: SandboxSettings) -> SandboxSettings:
    """Put the options over the settings; naming "unsafe" here allows it, for our own probes."""
    names = ("backend", "minimum", "level")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name)}
    allowed = settings.allow_unsafe or "unsafe" in (given.get("backend"), given.get("level"))
    return dataclasses.replace(settings, allow_unsafe=allowed, **given)
