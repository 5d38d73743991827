"""What a stage says of a shard that it finished; small enough to travel between Beam's stages."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ShardReport:
    """The counts of one finished shard of one stage.

    `resumed` shards were found finished; their work and their time are not this run's.
    `undecided` counts verdicts by `verifier/reason`. `sandbox` says what programs ran in, level and
    image, where any did.
    """

    index: int
    n_problems: int
    n_rows: int
    n_failed: int
    n_rollouts: int = 0
    n_replayed: int = 0
    n_tokens: int = 0
    undecided: tuple[tuple[str, int], ...] = ()
    duration_ms: int = 0
    resumed: bool = False
    sandbox: str = ""

    def footer(self) -> dict[str, object]:
        """Return the counts that do not differ between two runs of one recipe."""
        counts: dict[str, object] = {
            "shard": self.index,
            "n_problems": self.n_problems,
            "n_failed": self.n_failed,
        }
        return counts | ({"sandbox": self.sandbox} if self.sandbox else {})

    @classmethod
    def from_footer(cls, footer: Mapping[str, str], *, n_rows: int) -> "ShardReport":
        """Read the report of a shard that was finished before."""
        return cls(
            index=int(footer["shard"]),
            n_problems=int(footer["n_problems"]),
            n_rows=n_rows,
            n_failed=int(footer["n_failed"]),
            resumed=True,
            sandbox=footer.get("sandbox", ""),
        )
