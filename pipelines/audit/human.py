"""What people, or an exact oracle, said of the steps of a solution, and nothing that they did not.

Of a step it may be known that it is right, that it is wrong, or nothing. People who looked for the
first error said that the steps before it are right and that it is wrong; of the steps after it
they said nothing. A solution that is known to be wrong, but not where, has no known step at all.
"""

import dataclasses

import msgspec

from stepsmith.schemas.records import Problem, Step


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class HumanLabelled:
    """A solution and what is known of its steps.

    `known` has an entry a step: true for right, false for wrong, null where nobody judged. `steps`
    are as the file holds them, with or without line ends. `options` are the choices of a multiple
    choice problem, one each. `id` is the file's own, or made of its name and the row.
    """

    id: str
    problem: str
    steps: tuple[str, ...]
    known: tuple[bool | None, ...]
    answer: str | None = None
    source: str = ""
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.known) != len(self.steps):
            msg = f"{self.id}: {len(self.known)} labels for {len(self.steps)} steps"
            raise ValueError(msg)

    @property
    def first_error(self) -> int | None:
        """The 0-based index of the first wrong step, if there is one that is known to be first."""
        if False not in self.known:
            return None
        index = self.known.index(False)
        return index if all(self.known[:index]) else None

    @property
    def is_right(self) -> bool:
        """Whether every step is known to be right."""
        return bool(self.steps) and all(self.known)

    @property
    def claimed(self) -> tuple[Problem, tuple[Step, ...]]:
        """The problem and the steps as a run would hold them: each step ends its line."""
        last = len(self.steps) - 1
        steps = tuple(
            Step(text=text if index == last or text.endswith("\n") else f"{text}\n")
            for index, text in enumerate(self.steps)
        )
        return self._problem(), steps

    def _problem(self) -> Problem:
        options = {"options": self.options} if self.options else {}
        return Problem(
            id=self.id,
            prompt=self.problem,
            source=self.source,
            answer=self.answer,
            payload=msgspec.json.encode(options).decode(),
        )


def all_right(n_steps: int) -> tuple[bool | None, ...]:
    """Say that every step is right."""
    return (True,) * n_steps


def nothing_known(n_steps: int) -> tuple[bool | None, ...]:
    """Say nothing of any step."""
    return (None,) * n_steps


def wrong_from(first_error: int | None, n_steps: int) -> tuple[bool | None, ...]:
    """Say what the index of a first error says: right before it, wrong there, nothing after it.

    Without an index every step is right.
    """
    if first_error is None:
        return all_right(n_steps)
    return (*all_right(first_error), False, *nothing_known(n_steps - first_error - 1))
