"""The driver: answers what plans ask, one problem after another or many at once.

It acts where strategies may not: it asks the policy and the verifiers, files every reply in the
journal before it is used, and gives each draw a seed of its own. What it returns depends on the
problem, the seed and the replies alone.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from stepsmith.schemas.errors import UnknownNameError, suggest
from stepsmith.schemas.records import Problem, Rollout, Sampling
from stepsmith.transforms.drive.base import (
    AskVerifier,
    CheckProblem,
    OpenPolicy,
    Programs,
    Replies,
)
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.drive.sampler import Sampler
from stepsmith.transforms.drive.scheduler import (
    QueuedPolicy,
    Turn,
    turn_ahead,
    turn_at_the_end,
    turn_in_order,
)
from stepsmith.transforms.drive.seeds import derive_seed
from stepsmith.transforms.search.base import (
    Ask,
    Check,
    Execute,
    Plan,
    RunTests,
    Sample,
    Score,
    SearchResult,
    Strategy,
)
from stepsmith.transforms.text.read import Reader


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solved:
    """What one search made, and every reply it used, by path and sample index."""

    result: SearchResult
    rollouts: tuple[Rollout, ...]
    n_replayed: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Driver:
    """Everything that a search needs from the world.

    `policies` are the recipe's further ones by name, each opened when it is first asked. `turns`
    numbers the searches as they begin; drivers that share a policy's queue share it. `all_begun`
    says whether no search waits to begin. `check_problem` raises for a problem on which no sample
    should be spent. `programs` runs what a strategy asks to have run.
    """

    policy: QueuedPolicy
    sampling: Sampling
    seed: int
    read: Reader
    ask_verifier: AskVerifier
    policies: Mapping[str, OpenPolicy] = dataclasses.field(default_factory=dict[str, OpenPolicy])
    turns: Iterator[int] = dataclasses.field(default_factory=itertools.count)
    all_begun: Callable[[], bool] = lambda: False
    check_problem: CheckProblem | None = None
    programs: Programs | None = None

    async def solve(self, problem: Problem, strategy: Strategy, replies: Replies) -> Solved:
        """Run one search to its end.

        Whatever a plan, the policy or a verifier raises comes out as it is; siblings of the ask
        that failed are cancelled first.
        """
        if self.check_problem is not None:
            await self.check_problem(problem)
        sampler = self._sampler(problem, replies)
        result = await _Search(self, sampler).run(self._plan(problem, strategy))
        rollouts = tuple(
            sorted(sampler.used, key=lambda rollout: (rollout.path, rollout.sample_index))
        )
        return Solved(result=result, rollouts=rollouts, n_replayed=sampler.n_replayed)

    async def begin(self, problem: Problem, strategy: Strategy, replies: Replies) -> None:
        """File the replies to what a search samples first, after all that searches ask for.

        The search finds them filed when it runs.
        """
        if self.check_problem is not None:
            await self.check_problem(problem)
        search = _Search(self, self._sampler(problem, replies), ahead=True)
        await search.begin(self._plan(problem, strategy))

    def _sampler(self, problem: Problem, replies: Replies) -> Sampler:
        return Sampler(
            problem=problem,
            replies=replies,
            sampling=self.sampling,
            seed=self.seed,
            read=self.read,
        )

    def _plan(self, problem: Problem, strategy: Strategy) -> Plan:
        rng = Random(derive_seed(self.seed, problem.id, "plan"))  # noqa: S311 - not a secret
        return strategy(problem, rng)

    async def policy_of(self, name: str | None) -> QueuedPolicy:
        """Return the policy that an ask names; raises `UnknownNameError` with the nearest."""
        if name is None:
            return self.policy
        if name not in self.policies:
            msg = f"the strategy asks policy {name!r}, but the recipe has no [policies.{name}]"
            msg += f"; {suggest(name, self.policies)}"
            raise UnknownNameError(msg)
        return await self.policies[name]()


class _Search:
    """One problem's search: whom each ask goes to, when its turn is, and the paths asked so far."""

    def __init__(self, driver: Driver, sampler: Sampler, *, ahead: bool = False) -> None:
        self._driver = driver
        self._sampler = sampler
        self._ahead = ahead
        self._number = next(driver.turns)
        self._n_rounds = 0
        # Also how many asks there were, since each has a path of its own.
        self._paths: set[str] = set()

    async def run(self, plan: Plan) -> SearchResult:
        answers: Sequence[object] | None = None
        try:
            while True:
                asks = next(plan) if answers is None else plan.send(answers)
                answers = await gather_all([self._answer(ask) for ask in asks])
                self._n_rounds += 1
        except StopIteration as end:
            result: SearchResult = end.value
            return result
        finally:
            plan.close()

    async def begin(self, plan: Plan) -> None:
        try:
            asks = next(plan, ())
            await gather_all([self._answer(ask) for ask in asks if isinstance(ask, Sample)])
        finally:
            plan.close()

    async def _answer(self, ask: Ask) -> object:
        match ask:
            case Sample():
                turn = self._claim_path(ask.path)
                policy = await self._driver.policy_of(ask.policy)
                return await self._sampler.sample(ask, policy, turn)
            case Check():
                return await self._driver.ask_verifier(ask.claim, ask.verifier)
            case Score():
                turn = self._claim_path(ask.path)
                policy = await self._driver.policy_of(ask.policy)
                return await self._sampler.score(ask, policy, turn)
            case Execute():
                return await self._programs.execute(ask.execution)
            case RunTests():
                return await self._programs.run_tests(ask.tests, ask.source, seed=ask.seed)

    @property
    def _programs(self) -> Programs:
        if self._driver.programs is None:
            msg = "the strategy asks for programs to be run, and this driver has nowhere to"
            raise TypeError(msg)
        return self._driver.programs

    def _claim_path(self, path: str) -> Turn:
        """Take a path, which may be asked under once, and return the turn of that ask."""
        if path in self._paths:
            msg = f"the strategy asked twice under the path {path!r}"
            raise ValueError(msg)
        self._paths.add(path)
        if self._ahead:
            return turn_ahead(self._number, len(self._paths))
        if self._driver.all_begun():
            return turn_at_the_end(self._number, self._n_rounds)
        return turn_in_order(self._number, len(self._paths))
