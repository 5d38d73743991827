"""The guard's own group of processes: memory and tasks of a run, counted by the kernel."""

from collections.abc import Sequence
from typing import Final

from stepsmith.sandboxes.confine import cgroup
from stepsmith.sandboxes.guard.orders import Party
from stepsmith.sandboxes.guard.walls import MAX_THREADS

_OVERHEAD_BYTES: Final = 16 * 2**20
"""For what is no program's: page tables, pipes, the trusted parent, what the template writes to."""

_TRUSTED_TASKS = 1


class Counts:
    """Limits of the group for one run after another, and whether memory ended one."""

    def __init__(self, group: cgroup.Group) -> None:
        self._group = group
        self._n_kills = group.n_oom_kills()

    def doors(self) -> list[int]:
        """Open what the template goes in by."""
        return self._group.doors()

    def limit(self, parties: Sequence[Party]) -> None:
        """Set what the parties of a run may use together."""
        memory = sum(party.limits.memory_bytes for party in parties)
        tasks = sum(_tasks(party) + _TRUSTED_TASKS for party in parties)
        self._group.limit(memory + _OVERHEAD_BYTES, tasks + _TRUSTED_TASKS)

    def killed(self) -> bool:
        """Tell whether the kernel has killed for memory since this was last asked."""
        before, self._n_kills = self._n_kills, self._group.n_oom_kills()
        return self._n_kills > before

    def remove(self) -> None:
        """Remove the group."""
        self._group.remove()


def _tasks(party: Party) -> int:
    return party.limits.processes if party.limits.processes > 1 else MAX_THREADS


def start() -> Counts:
    """Make a group, and sweep out those of guards that were killed; raises `CgroupError`."""
    cgroup.remove_stale()
    return Counts(cgroup.create())
