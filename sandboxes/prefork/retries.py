"""Which endings are tried again, and how: what a failure of ours or a busy machine may have been.

    sandbox_error, timeout_starved    twice, in another slot
    timeout_wall                      once, alone, with twice the time

All else is what the program did, and would do again.
"""

import dataclasses
from collections.abc import Sequence
from typing import Self

from stepsmith.sandboxes.contract import Ending

_RETRIES = 2
_MORE_TIME = 2.0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """How programs are to be run this time, and what was tried before."""

    number: int = 1
    failures: int = 0
    slots: frozenset[int] = frozenset()
    alone: bool = False

    @property
    def stretch(self) -> float:
        """What to multiply wall-clock limits by."""
        return _MORE_TIME if self.alone else 1.0

    def after(self, endings: Sequence[Ending], slot: int) -> Self | None:
        """Return the attempt to make next, or None where these endings are the last word."""
        if "sandbox_error" in endings or "timeout_starved" in endings:
            if self.failures == _RETRIES:
                return None
            return dataclasses.replace(
                self,
                number=self.number + 1,
                failures=self.failures + 1,
                slots=self.slots | {slot},
            )
        if "timeout_wall" in endings and not self.alone:
            return dataclasses.replace(self, number=self.number + 1, alone=True)
        return None
