"""The solutions under search: what was asked about each, and what is believed of them together."""

import collections
from collections.abc import Iterator, Sequence

import numpy as np

from stepsmith.schemas.records import Outcome, Problem, Trajectory, Verdict
from stepsmith.transforms.label.beliefs import Beliefs, error_probs
from stepsmith.transforms.label.evidence import Evidence, repeats_itself, unwritten
from stepsmith.transforms.label.prior import Floats, Prior, default_prior
from stepsmith.transforms.search.base import Sample, unfinished
from stepsmith.transforms.search.first_error.probes import choose_probes
from stepsmith.transforms.search.first_error.suspect import Found, Suspect, owner_of

_Texts = tuple[str, ...]
"""The texts of a solution's first steps, or of all of them."""

MUTE = 8
"""Completions of a solution that nobody could judge, all of them: then no more are drawn."""


class Suspects:
    """All solutions of one problem that are or were under search.

    A solution is done when one place has the probability `confidence`, or when `budget` completions
    were spent on it. `found` are the wrong completions that probes brought and nobody took up yet.
    """

    def __init__(
        self, problem: Problem, *, prior: Prior | None, confidence: float, budget: int
    ) -> None:
        self.problem = problem
        self.confidence = confidence
        self._budget = budget
        self._prior = prior or default_prior()
        self._beliefs = Beliefs(self._prior)
        self._all: list[Suspect] = []
        self._texts: set[str] = set()
        self._first: dict[_Texts, Suspect] = {}
        self._owners: dict[_Texts, Suspect] = {}
        self.found: list[Found] = []

    def __iter__(self) -> Iterator[Suspect]:
        """Iterate over the solutions that can be searched: finished, of at least one step, once."""
        return (each for each in self._all if each.place is not None and each.twin is None)

    @property
    def taken(self) -> Sequence[Suspect]:
        """All solutions that were taken up, searched or not, in their order."""
        return self._all

    @property
    def n_searched(self) -> int:
        """How many wrong solutions were searched."""
        return sum(suspect.outcome.outcome == "invalid" for suspect in self)

    def add(self, trajectory: Trajectory, outcome: Verdict) -> Suspect:
        """Take up a solution drawn from the problem itself."""
        return self._take(Suspect(number=len(self._all), trajectory=trajectory, outcome=outcome))

    def adopt(self, found: Found) -> Suspect:
        """Take up a completion; it no longer counts among those of the prefix it continues."""
        self.found.remove(found)
        suspect = Suspect(
            number=len(self._all),
            trajectory=found.trajectory,
            outcome=found.outcome,
            found=found,
        )
        if found.owner.place is not None:
            self._beliefs.observe(found.owner.place, found.length, judged=-1, correct=0)
        return self._take(suspect)

    def _take(self, suspect: Suspect) -> Suspect:
        self._all.append(suspect)
        # One text is one solution: whoever drew it first, it is not taken up from a probe again.
        text = suspect.trajectory.text
        self._texts.add(text)
        self.found = [found for found in self.found if found.trajectory.text != text]
        steps = tuple(step.text for step in suspect.trajectory.steps)
        if not steps or unfinished(suspect.trajectory) is not None:
            return suspect
        first = self._first.setdefault(steps, suspect)
        if first is not suspect:
            self._join(suspect, first)
        else:
            self._link(suspect, steps)
            zeros = (0,) * len(steps)
            evidence = Evidence(
                n_steps=len(steps),
                outcome=suspect.outcome.outcome,
                judged=zeros,
                correct=zeros,
                parent=suspect.parent.place if suspect.parent else None,
                branch=suspect.branch,
                unwritten=unwritten(suspect.trajectory),
            )
            suspect.place = self._beliefs.add(evidence)
        return suspect

    def _link(self, suspect: Suspect, steps: _Texts) -> None:
        """Let what is known of the prefixes that another solution had first stay with that one.

        As where the labels are read off the rows (`label/evidence.py`): one prefix is one unknown,
        however many solutions run through it.
        """
        for length in range(1, len(steps)):
            owner = self._owners.setdefault(steps[:length], suspect)
            if owner is not suspect:
                suspect.parent, suspect.branch = owner, length

    def _join(self, suspect: Suspect, first: Suspect) -> None:
        """Let a solution that was drawn again share all that is known of the first of its kind.

        It says how often the policy ends so, not where the error is. Where the first was itself the
        completion of a prefix this one stands for the solution, and that one for a completion.
        """
        suspect.twin, suspect.place = first, first.place
        is_again = any(each.twin is first for each in self._all if each is not suspect)
        of, length = first, 0
        if first.found is not None and not is_again:
            of, length = first.found.owner, first.found.length
        outcome = suspect.outcome.outcome
        if repeats_itself(suspect.trajectory):
            return
        if of.place is not None and outcome != "undecided":
            correct = int(outcome == "valid")
            self._beliefs.observe(of.place, length, judged=1, correct=correct)

    def hear(self, suspect: Suspect, step: int, verdict: Verdict) -> None:
        """Add a tool's verdict on a step."""
        owner_of(suspect, step + 1).verdicts.setdefault(step, []).append(verdict)
        if suspect.place is not None:
            self._beliefs.hear(suspect.place, step, verdict.verifier, verdict.outcome)

    def joint(self, suspect: Suspect) -> Floats:
        """Return the posterior over a solution's first wrong step and the grid: (T + 1, G)."""
        if suspect.place is None:
            msg = f"{suspect.trajectory.id} is not under search"
            raise ValueError(msg)
        return self._beliefs.joint(suspect.place)

    def log_evidence(self) -> Floats:
        """Return log P(everything | point of the grid), the prior's weights not included: (G,)."""
        return self._beliefs.log_evidence()

    @property
    def weights(self) -> Floats:
        """The prior's weights of the grid's points: (G,)."""
        return np.array(self._prior.weights)

    def begin_round(self, *, batch: int, right_too: bool) -> Sequence[tuple[Suspect, int, Sample]]:
        """Choose up to `batch` completions of each solution that is not done; empty if all are.

        Each is named by the solution, the length of its prefix, and the ask. They count as spent
        from now on. A solution that is done stays so, whatever is learnt of others.
        """
        asks: list[tuple[Suspect, int, Sample]] = []
        for suspect in self:
            if suspect.outcome.outcome == "valid" and not right_too:
                suspect.done = True
            if suspect.done:
                continue
            probes = self._probes(suspect, batch)
            suspect.done = not probes
            asks += (
                (suspect, length, self._sample(suspect, length, n))
                for length, n in sorted(probes.items())
            )
            suspect.rounds += 1
            suspect.n_spent += probes.total()
        return asks

    def _probes(self, suspect: Suspect, batch: int) -> collections.Counter[int]:
        left = min(batch, self._budget - suspect.n_spent)
        if suspect.n_spent >= MUTE and not suspect.n_judged:
            return collections.Counter()
        joint = self.joint(suspect)
        if left <= 0 or error_probs(joint).max() >= self.confidence:
            return collections.Counter()
        return collections.Counter(choose_probes(joint, left))

    def _sample(self, suspect: Suspect, length: int, n: int) -> Sample:
        return Sample(
            path=f"bisect/{suspect.number}/{suspect.rounds}/{length}",
            prefix=suspect.trajectory.steps[:length],
            n=n,
            parent=suspect.trajectory.id,
        )

    def learn(
        self,
        suspect: Suspect,
        length: int,
        completions: Sequence[Trajectory],
        verdicts: Sequence[Verdict],
    ) -> None:
        """Add completions of a prefix and where they end; those undecided are no evidence."""
        owner = owner_of(suspect, length)
        drawn = owner.completions.setdefault(length, [])
        texts = {each.text for each, _ in drawn}
        outcomes: list[Outcome] = []
        for completion, verdict in zip(completions, verdicts, strict=True):
            drawn.append((completion, verdict))
            if not (repeats_itself(completion) and completion.text in texts):
                outcomes.append(verdict.outcome)
            texts.add(completion.text)
        correct, wrong = outcomes.count("valid"), outcomes.count("invalid")
        suspect.n_judged += correct + wrong
        if owner.place is not None and correct + wrong:
            self._beliefs.observe(owner.place, length, judged=correct + wrong, correct=correct)
        for completion, verdict in zip(completions, verdicts, strict=True):
            # A completion that adds nothing to its prefix has no step of its own to be wrong.
            new = len(completion.steps) > length and completion.text not in self._texts
            if verdict.outcome == "invalid" and new:
                self._texts.add(completion.text)
                self.found.append(
                    Found(trajectory=completion, outcome=verdict, owner=owner, length=length)
                )

    def located(self, suspect: Suspect) -> int | None:
        """Return the first wrong step if one is sure enough."""
        errors = error_probs(self.joint(suspect))
        place = int(errors.argmax())
        sure = errors[place] >= self.confidence and place < len(suspect.trajectory.steps)
        return place if sure else None
