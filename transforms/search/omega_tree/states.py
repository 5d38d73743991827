"""The tree of states that OmegaPRM grows: what joins it, and the rows of its nodes."""

import dataclasses

from stepsmith.schemas.records import Node, Outcome, Problem, StepLabel, Trajectory
from stepsmith.transforms.search.first_error.binary_search import Bisection
from stepsmith.transforms.search.omega_tree.candidates import Candidate, Pool
from stepsmith.transforms.search.prefixes.estimates import Estimate, prefix_texts
from stepsmith.transforms.search.prefixes.nodes import make_node, node_id
from stepsmith.transforms.search.prefixes.rates import last_label


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a state was first found: the first `depth` steps of a trajectory."""

    label: StepLabel
    depth: int
    trajectory: Trajectory | None = None
    estimate: Estimate | None = None
    outcome: Outcome | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """A candidate that was selected, and the search of it."""

    candidate: Candidate
    bisection: Bisection


class StateTree:
    """The states of one problem, by the text of their prefix, in the order they were found.

    States are the root, the prefixes asked about that a search found intact, and the one that its
    first error ends (which may be a whole solution). A probe behind the first error is no state:
    its counts are in the rows alone, by way of `known`.
    """

    def __init__(self, problem: Problem, root: Estimate, pool: Pool) -> None:
        self.known = {"": root}
        self._problem = problem
        self._pool = pool
        self._places = {"": _Place(label=root.label, depth=0, estimate=root)}
        # The largest value up to each state, for the rule that compares with it.
        self._references = {root: root.label.value or 0.0}
        self._chosen: set[str] = set()
        self._blamed: set[str] = set()
        pool.add(root)

    def select(self, count: int, number: int) -> list[Selection]:
        """Take up to `count` candidates; their searches are numbered from `number` on."""
        taken: list[Selection] = []
        while len(taken) < count and (candidate := self._pool.take()):
            bisection = Bisection(
                candidate.completion,
                path=f"omega/{number + len(taken)}",
                good=candidate.state.depth,
                reference=self._references[candidate.state],
            )
            taken.append(Selection(candidate=candidate, bisection=bisection))
        return taken

    def is_intact(self, text: str) -> bool:
        """Say whether a search found this prefix intact, and none put a first error at its end."""
        estimate = self.known.get(text)
        return estimate in self._references and text not in self._blamed

    def grow(self, selection: Selection) -> None:
        """Let the states of a search that is over join, and their wrong completions the pool."""
        candidate, bisection = selection.candidate, selection.bisection
        trajectory, error = candidate.completion, bisection.first_error
        reference = self._references[candidate.state]
        for depth, estimate in sorted(bisection.probed, key=lambda probe: probe[0]):
            if depth <= bisection.good:
                reference = max(reference, estimate.label.value or 0.0)
                self._references.setdefault(estimate, reference)
                self._pool.add(estimate)
            elif error is None or depth > bisection.wrong:
                continue
            place = _Place(
                label=estimate.label, depth=depth, trajectory=trajectory, estimate=estimate
            )
            self._places.setdefault(bisection.texts[depth], place)
        if error is None:
            return
        if bisection.wrong < len(trajectory.steps):
            self._blamed.add(bisection.texts[bisection.wrong])
        else:
            outcome = candidate.outcome
            place = _Place(
                label=last_label(outcome),
                depth=bisection.wrong,
                trajectory=trajectory,
                outcome=outcome.outcome,
            )
            self._places.setdefault(bisection.texts[-1], place)
        self._chosen.update(bisection.texts[: bisection.wrong + 1])

    def nodes(self) -> tuple[Node, ...]:
        """Return a node a state, the root first; an edge leads from the nearest state above.

        `visits` is N(s). `chosen` are the states on the way to a first error that was found, with
        the state that it ends.
        """
        names = {text: f"omega/{number}" for number, text in enumerate(self._places)}
        return tuple(self._node(text, place, names) for text, place in self._places.items())

    def _node(self, text: str, place: _Place, names: dict[str, str]) -> Node:
        start, parent_id = 0, None
        if place.trajectory is not None:
            texts = prefix_texts(place.trajectory)
            start = next(at for at in reversed(range(place.depth)) if texts[at] in names)
            parent_id = node_id(self._problem, names[texts[start]])
        return make_node(
            self._problem,
            names[text],
            label=place.label,
            parent_id=parent_id,
            trajectory=place.trajectory,
            span=(start, place.depth),
            outcome=place.outcome,
            visits=self._pool.visits(place.estimate) if place.estimate else 0,
            chosen=text in self._chosen,
        )
