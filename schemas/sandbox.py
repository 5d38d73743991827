"""What a recipe says of sandboxes: how strong they must be, and what a program may use."""

import dataclasses
from typing import Annotated, Literal

from msgspec import Meta

from stepsmith.schemas.errors import UserError
from stepsmith.schemas.options import Count, Natural

Level = Literal["unsafe", "self", "uid", "ns", "container", "gvisor"]
LEVELS: tuple[Level, ...] = ("unsafe", "self", "uid", "ns", "container", "gvisor")
"""From the weakest to the strongest: no walls, walls that a process puts around itself, a user of
its own, namespaces of its own, a container, a kernel of its own."""

DEFAULT_MINIMUM: Level = "self"

Backend = Literal["auto", "local", "docker", "unsafe"]

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
"""Some time, of a day at most."""


def at_least(level: Level, minimum: Level) -> bool:
    """Say whether `level` isolates as well as `minimum` or better."""
    return LEVELS.index(level) >= LEVELS.index(minimum)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one execution may use.

    Labels rest on `cpu_s`; `wall_s` only stops what sleeps or waits, and is noise on a busy
    machine. `answer_bytes` counts all that is written to the answers, `output_bytes` standard
    output and error together, `processes` includes the first.
    """

    wall_s: Seconds = 10.0
    cpu_s: Seconds = 5.0
    memory_bytes: Count = 512 * 2**20
    output_bytes: Count = 2**20
    answer_bytes: Count = 4 * 2**20
    disk_bytes: Natural = 16 * 2**20
    processes: Count = 1


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class SandboxSettings:
    """Where programs run, and the least that must separate them from the worker.

    "auto" takes the best backend that this machine gives, never "unsafe": that one has no walls,
    and is taken where it is named and `allow_unsafe` says so. `level` takes that rung of the
    ladder and no other; below `minimum` nothing runs. `slots` is how many programs run at a time
    in one process, one a core where it is null. `image` names the warmed interpreter that they
    start from. `docker_image` and `docker_runtime` are the Docker backend's.

    Only `image` and `limits` decide what a program does, and so the rows of a data set.
    """

    backend: Backend = "auto"
    level: Level | None = None
    minimum: Level = DEFAULT_MINIMUM
    slots: Count | None = None
    image: str = "python"
    allow_unsafe: bool = False
    docker_image: str = "stepsmith-guard"
    docker_runtime: str = ""
    limits: Limits = dataclasses.field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself; raises `UserError`."""
        if "unsafe" in (self.backend, self.level):
            self._check_unsafe()
        elif self.level is not None and not at_least(self.level, self.minimum):
            msg = f"level = {self.level!r} is below minimum = {self.minimum!r};"
            msg += f" from the weakest: {', '.join(LEVELS)}"
            raise UserError(msg)

    def _check_unsafe(self) -> None:
        if not self.allow_unsafe:
            msg = "an unsafe sandbox has no walls: whatever a model writes can do all that"
            msg += " you can; to have it so, set allow_unsafe = true"
            raise UserError(msg)
        named = "backend" if self.backend == "unsafe" else "level"
        # The default minimum is nobody's wish; a higher one is.
        if not at_least(DEFAULT_MINIMUM, self.minimum):
            msg = f"{named} = 'unsafe' has no walls, and minimum = {self.minimum!r} asks for some;"
            msg += " leave one of them out"
            raise UserError(msg)
        if self.level not in (None, "unsafe"):
            msg = f"backend = 'unsafe' has no walls, and level = {self.level!r} asks for some;"
            msg += " leave one of them out"
            raise UserError(msg)
