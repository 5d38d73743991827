"""What a step says that code returns, prints or raises.

`f(3)` returns `[1, 2]`      f(3) evaluates to 5      `print(f(3))` prints 5
>>> f(3)                     f(3)  # -> 5             `f(-1)` raises `ValueError`
5                            f(3)  # => 5             (a block of code) Output: (what it prints)
"""

from stepsmith.transforms.verify.code.examples import arrows, outputs, sessions
from stepsmith.transforms.verify.code.sentences import sentences
from stepsmith.transforms.verify.code.stated import Stated, fenced

__all__ = ["MAX_CLAIMS", "find_claims"]

MAX_CLAIMS = 20
"""More of them cost more than they tell; the first are judged."""


def find_claims(text: str) -> list[Stated]:
    """Return the claims of a step in the order in which they stand; none overlaps another."""
    blocks = fenced(text)
    found = [*sessions(text), *arrows(text, blocks), *outputs(text, blocks)]
    found += sentences(text, blocks)
    kept: list[Stated] = []
    for claim in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or claim.start >= kept[-1].end:
            kept.append(claim)
    return kept[:MAX_CLAIMS]
