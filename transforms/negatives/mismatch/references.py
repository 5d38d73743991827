"""Problems with a reference solution, and what two of them have in common."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from stepsmith.schemas.records import Problem
from stepsmith.transforms.negatives.mismatch.numbers import numbers, skeleton
from stepsmith.transforms.text.names import fold

__all__ = ["Reference", "read_reference", "transplant"]

_SOLUTION = "reference_solution"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reference:
    """A problem, the steps of its reference solution, and the template that it is made from.

    `words` are what the template's places for words hold, by place.
    """

    problem: Problem
    steps: tuple[str, ...]
    template: str
    words: Mapping[str, str]

    @cached_property
    def prompt(self) -> str:
        """The prompt as it is compared, by `fold`."""
        return fold(self.problem.prompt)

    @property
    def domain(self) -> str:
        """The domain, or the source of a problem without one."""
        return self.problem.domain or self.problem.source


def read_reference(problem: Problem, segment: Callable[[str], Sequence[str]]) -> Reference | None:
    """Read a problem's reference solution; nothing where it has none, or no answer."""
    payload = problem.read_payload(dict[str, Any])
    solution = payload.get(_SOLUTION)
    if not isinstance(solution, str) or not solution.strip() or not problem.answer:
        return None
    template, words = _template(problem, payload)
    return Reference(
        problem=problem, steps=tuple(segment(solution)), template=template, words=words
    )


def _template(problem: Problem, payload: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    """Name the template: as the row does, by its variables, or by the prompt without figures."""
    if isinstance(declared := payload.get("template"), str):
        return f"declared/{declared}", {}
    held = _table(_table(_table(payload, "entry"), "metadata"), "variables")
    if held:
        words = {name: value for name, value in held.items() if isinstance(value, str)}
        return f"{payload.get('generator')}/{' '.join(sorted(held))}", words
    return f"prompt/{skeleton(problem.prompt)}", {}


def _table(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return a table in a table; an empty one where there is none, or something else."""
    value = table.get(key)
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def transplant(reference: Reference, other: Reference) -> tuple[str, ...] | None:
    """Tell the other's solution in the words of `reference`: what is left to differ is numbers.

    Nothing, where the two are of one template in name alone: some step says something else, or all
    the numbers are the same.
    """
    words = {
        value: reference.words[name]
        for name, value in other.words.items()
        if value and reference.words.get(name)
    }
    steps = tuple(_replace(step, words) for step in other.steps)
    if list(map(skeleton, steps)) != list(map(skeleton, reference.steps)):
        return None
    same = all(map(_same_numbers, steps, reference.steps))
    return None if same else steps


def _same_numbers(one: str, other: str) -> bool:
    return numbers(one) == numbers(other)


def _replace(text: str, words: Mapping[str, str]) -> str:
    """Replace all at once, the longest first: a new word is not replaced in turn."""
    if not words:
        return text
    longest = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), lambda found: words[found[0]], text)
