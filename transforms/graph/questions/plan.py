"""The source of questions: which part makes how many, and how each is drawn."""

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from stepsmith.schemas.errors import SourceError
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.files import Files
from stepsmith.transforms.graph.payload import GraphPayload, open_graph
from stepsmith.transforms.graph.questions.make import Maker, Writing
from stepsmith.transforms.graph.questions.sample import Question, Rules, Sampler
from stepsmith.transforms.graph.questions.select import diverse, share_of
from stepsmith.transforms.graph.wording import random_of

_PART = re.compile(r"(\d{5})-of-(\d{5})")
_POOL = 4
"""Candidates a question, where the diversity score chooses."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GraphPaths:
    """Questions over one graph. A part has starts of its own and makes its share of them.

    How many parts there are follows from `size` and `part_size` alone, so that the same recipe
    gives the same problems however many shards, workers or processes read them. A part that runs
    out of tries before it has its share says so in an error record, with what its draws failed on.
    """

    size: int
    hops: tuple[int, ...]
    seed: int
    spread: Literal["pattern", "diversity"]
    per_pattern: int
    tries: int
    part_size: int
    rules: Rules
    writing: Writing

    def parts(self, files: Files) -> Sequence[str]:
        """Name the parts; raises `GraphError` where the graph cannot be opened."""
        del files
        open_graph(GraphPayload(graph=self.writing.folder))
        n_parts = self._n_parts
        return [f"{part:05d}-of-{n_parts:05d}" for part in range(n_parts)]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Make the problems of one part, fewer hops first."""
        del files
        named = _PART.fullmatch(part)
        if named is None or int(named[2]) != self._n_parts or int(named[1]) >= self._n_parts:
            msg = f"{part!r} is no part of {self.writing.source}; there are {self._n_parts}"
            raise SourceError(msg)
        return self._read(int(named[1]), part)

    @property
    def _n_parts(self) -> int:
        return -(-self.size // self.part_size)

    def _read(self, part: int, name: str) -> Iterator[Problem | ErrorRecord]:
        graph = open_graph(GraphPayload(graph=self.writing.folder))
        sampler = Sampler(graph=graph, rules=self.rules, part=part, n_parts=self._n_parts)
        maker = Maker(graph, self.writing)
        total = share_of(self.size, part, self._n_parts)
        for at, hops in enumerate(self.hops):
            wanted = share_of(total, at, len(self.hops), of=part)
            draws = _Draws(source=self, sampler=sampler, maker=maker, hops=hops)
            made = draws.problems(wanted)
            yield from made
            if len(made) < wanted:
                yield self._shortage(name, hops, wanted, made=len(made), reasons=draws.reasons)

    def _shortage(
        self, part: str, hops: int, wanted: int, *, made: int, reasons: Counter[str]
    ) -> ErrorRecord:
        told = ", ".join(f"{reason} ({n})" for reason, n in reasons.most_common(4)) or "no tries"
        return ErrorRecord(
            stage="source",
            kind="TooFewPathsError",
            message=(
                f"asked for {wanted} questions of {hops} hops, and {self.tries * wanted} draws gave"
                f" {made}; the others met: {told}. Lower `size`, raise `tries`, or allow more:"
                " `max_answers`, `hub_cap`, `shortcuts`, `unambiguous`, `per_pattern`"
            ),
            location=f"{self.writing.folder}, part {part}",
        )


@dataclasses.dataclass(kw_only=True)
class _Draws:
    """The draws of one part for one number of hops, and why those failed that gave nothing."""

    source: GraphPaths
    sampler: Sampler
    maker: Maker
    hops: int
    reasons: Counter[str] = dataclasses.field(default_factory=Counter[str])

    def problems(self, wanted: int) -> list[Problem]:
        """Draw until there are enough, or no tries are left."""
        if self.source.spread == "pattern":
            found = self._capped(self._candidates(wanted))
            return [problem for _, problem in itertools.islice(found, wanted)]
        pool = dict(itertools.islice(self._capped(self._candidates(wanted)), wanted * _POOL))
        return [pool[question] for question in diverse(pool, wanted)]

    def _candidates(self, wanted: int) -> Iterator[tuple[Question, Problem]]:
        """Draw questions, each once, and write their problems."""
        rng = random_of("draws", self.source.seed, self.sampler.part, self.hops)
        seen: set[tuple[int, ...]] = set()
        for _ in range(self.source.tries * wanted):
            drawn = self.sampler.draw(self.hops, rng)
            if isinstance(drawn, str):
                self.reasons[drawn] += 1
                continue
            if (asked := (drawn.start, *drawn.relations)) in seen:
                self.reasons["a question that there is already"] += 1
                continue
            seen.add(asked)
            problem = self.maker.problem(drawn)
            if problem is None:
                self.reasons["too few wrong options of the answer's type"] += 1
                continue
            yield drawn, problem

    def _capped(
        self, candidates: Iterator[tuple[Question, Problem]]
    ) -> Iterator[tuple[Question, Problem]]:
        """Let each pattern through as often as this part may; the parts' shares add up."""
        taken: Counter[tuple[int, ...]] = Counter()
        for question, problem in candidates:
            pattern = question.relations
            if self.source.per_pattern and taken[pattern] >= self._allowed(pattern):
                self.reasons["a pattern that was asked often enough"] += 1
                continue
            taken[pattern] += 1
            yield question, problem

    def _allowed(self, pattern: tuple[int, ...]) -> int:
        graph, sampler = self.sampler.graph, self.sampler
        keys = tuple(map(graph.relation_key, pattern))
        return share_of(self.source.per_pattern, sampler.part, sampler.n_parts, of=keys)
