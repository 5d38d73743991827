"""Gold answers, as data sets write them: alone, or at the end of a reference solution."""

import dataclasses
import re

from stepsmith.transforms.text.answer import extract_answer

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MARKED = frozenset(["boxed", "hashes"])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Gold:
    """An answer, and the solution around it where there is one."""

    answer: str | None
    solution: str | None


def read_gold(text: str, *, is_solution: bool) -> Gold:
    """Read a gold answer: GSM8K's `#### 1,000` (as 1000), the last box of MATH, or all of it.

    With `is_solution`, text without such a mark states no answer: better none than its last words.
    """
    written = text.strip()
    found = extract_answer(text)
    if found is None or found.rule not in _MARKED:
        return Gold(
            answer=None if is_solution else written or None,
            solution=text if is_solution and written else None,
        )
    bare = found.rule == "hashes" and written.startswith("####")
    boxed = found.rule == "boxed" and written.strip("$ ").startswith((r"\boxed", r"\fbox"))
    answer = _THOUSANDS.sub("", found.answer) if found.rule == "hashes" else found.answer
    alone = not is_solution and (bare or boxed)
    return Gold(answer=answer, solution=None if alone else text)
