"""The repair world: a weak policy, a teacher that continues what it is given, and error finders.

Both write in the chain world of the literature's simulations (`benchmarks.worlds.walk`): the policy
holds a step with probability 0.85, the teacher with 0.98, and whoever continues a prefix that is
broken already reaches the answer in 2 % of the cases. Every writer has a style: each step of the
problem can be put in so many phrasings, of words that are the writer's own. The tool "exact"
refutes the first wrong step, "late" the step after it; where there is none, it finds nothing.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from benchmarks.worlds.walk import ChainWorld, World, first_bad
from stepsmith.schemas.records import Problem, Step, Trajectory, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.drive.seeds import derive_seed
from stepsmith.transforms.search.base import Ask, Check, Plan, Sample, SearchResult

N_STEPS = 10
RECOVERY = 0.02
POLICY = ChainWorld(n_steps=N_STEPS, success=0.85, recovery=RECOVERY)
TEACHER = ChainWorld(n_steps=N_STEPS, success=0.98, recovery=RECOVERY)
LATENESS = {"exact": 0, "late": 1}
"""How many steps after the first error each tool puts it."""

_WORDS_IN_STEP = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes the steps of `world`, each in one of `n_phrasings` phrasings of the style."""

    world: World
    style: str
    n_phrasings: int

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix`: the world decides what is right, the style how it is put."""
        return [self._put(text, rng) for text in self.world.write(prefix, rng)]

    def _put(self, text: str, rng: Random) -> str:
        index, _, *ending = text.rstrip("\n").split(" ")
        phrasing = rng.randrange(self.n_phrasings)
        words = [f"{self.style}{index}.{phrasing}.{place}" for place in range(_WORDS_IN_STEP)]
        return " ".join((index, *words, *ending)) + "\n"


@dataclasses.dataclass(kw_only=True)
class RepairWalk:
    """Drives one plan: `writers` by the name of the policy, the run's own under no name.

    `n_samples` counts what each of them wrote.
    """

    writers: Mapping[str | None, World]
    seed: int
    n_samples: dict[str | None, int] = dataclasses.field(default_factory=dict[str | None, int])

    def run(self, plan: Plan) -> SearchResult:
        """Answer the plan to its end."""
        return play(plan, self._answer)

    def _answer(self, ask: Ask) -> object:
        if isinstance(ask, Sample):
            self.n_samples[ask.policy] = self.n_samples.get(ask.policy, 0) + ask.n
            return tuple(self._draw(ask, index) for index in range(ask.n))
        if isinstance(ask, Check):
            return _judge(ask)
        msg = f"this world answers samples and checks, not {ask!r}"
        raise TypeError(msg)

    def _draw(self, ask: Sample, index: int) -> Trajectory:
        rng = Random(derive_seed(self.seed, ask.path, index))
        written = self.writers[ask.policy].write([step.text for step in ask.prefix], rng)
        return Trajectory(
            id=f"p/{ask.path}#{index}",
            problem_id=PROBLEM.id,
            steps=(*ask.prefix, *(Step(text=text) for text in written)),
            parent_id=ask.parent,
            branch_step=len(ask.prefix) if ask.prefix else None,
            policy=ask.policy or "policy",
            sample_index=index,
        )


def own_styles() -> tuple[Writer, Writer]:
    """Return the policy and the teacher, each with words of its own."""
    return (
        Writer(world=POLICY, style="p", n_phrasings=8),
        Writer(world=TEACHER, style="t", n_phrasings=8),
    )


def _judge(ask: Check) -> Verdict:
    """Judge a solution's end, or let a tool say whether the step is the one it blames."""
    if ask.verifier is None:
        right = ends_right(ask.claim.step.text)
        return Verdict(outcome="valid" if right else "invalid", verifier="world", evidence="no")
    steps = [step.text for step in (*ask.claim.prior, ask.claim.step)]
    error = first_bad(steps)
    blamed = error is not None and len(steps) - 1 == error + LATENESS[ask.verifier]
    return Verdict(
        outcome="invalid" if blamed else "undecided",
        verifier=ask.verifier,
        evidence="the first error" if blamed else "not the first error",
    )


def ends_right(text: str) -> bool:
    """Say whether a solution that ends in this text reaches the answer."""
    return text.endswith(" right\n")


def distinct_4(texts: Iterable[str]) -> float:
    """Return the share of distinct ones among all runs of four words of the texts together."""
    runs = [
        tuple(words[start : start + 4])
        for words in map(str.split, texts)
        for start in range(len(words) - 3)
    ]
    return len(set(runs)) / len(runs)


def exact_salvage(*, margin: int = 0, late: int = 0) -> float:
    """Return the exact share of wrong solutions that one repair by the teacher mends."""
    weights = [POLICY.success**error * (1 - POLICY.success) for error in range(N_STEPS)]
    cuts = [max(0, error + late - margin) for error in range(N_STEPS - late)]
    mended = (
        weights[error] * TEACHER.value(cut, intact=cut <= error) for error, cut in enumerate(cuts)
    )
    return sum(mended) / sum(weights)


PROBLEM = Problem(id="p", prompt="?", answer="right")
"""The problem of a walk: this world needs no more."""
