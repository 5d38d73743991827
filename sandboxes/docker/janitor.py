"""Remove the containers of owners that are gone.

A guard ends by itself when its owner's line breaks, and the engine removes its container. This is
for what that does not reach: a guard that was stopped, a container never started, an engine that
was down at the time.
"""

import time

import msgspec

from stepsmith.sandboxes.docker.client import Engine
from stepsmith.sandboxes.docker.engine import failures, remove
from stepsmith.sandboxes.owner import OWNER, is_abandoned
from stepsmith.schemas.codec import known


class _Container(msgspec.Struct, frozen=True, rename="pascal"):
    id: str
    labels: dict[str, str] | None = None


def sweep(client: Engine) -> tuple[str, ...]:
    """Remove every abandoned container; returns their ids. Raises `SandboxError`."""
    with failures("list containers"):
        answer = client.containers(all=True, filters={"label": OWNER})
    now = time.time()
    found = msgspec.convert(answer, known(tuple[_Container, ...]))
    abandoned = tuple(one.id for one in found if is_abandoned(one.labels or {}, now))
    for container in abandoned:
        remove(client, container)
    return abandoned
