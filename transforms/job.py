"""A recipe resolved: what every worker needs to know, and how its plug-ins are found by name."""

import dataclasses
import importlib.metadata
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.recipe import Component, Recipe
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.schemas.registry import Registry, bind_options
from stepsmith.transforms.label import LABELERS
from stepsmith.transforms.policy import POLICIES, Policy
from stepsmith.transforms.search import STRATEGIES, Strategy
from stepsmith.transforms.sink.layout import Layout
from stepsmith.transforms.source import SOURCES, Source
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import SEGMENTERS
from stepsmith.transforms.verify import get_verifier

R = TypeVar("R")


def code_version() -> str:
    """Return the installed version of stepsmith."""
    return importlib.metadata.version("stepsmith")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """One run of one recipe into one place. Pickles; plug-ins are looked up where it arrives.

    `digest` is the identity of the rows. Options are checked when a plug-in is asked for, and all
    of them by `check`, before anything is spent.
    """

    recipe: Recipe
    root: str
    digest: str
    version: str = dataclasses.field(default_factory=code_version)

    @property
    def layout(self) -> Layout:
        """Where the files of this run stand."""
        return Layout(root=self.root, shards=self.recipe.shards)

    def source(self) -> Source:
        """Open the source of the problems."""
        return _bind(SOURCES, self.recipe.source, "source")()

    def strategy(self) -> Strategy:
        """Return the strategy with its options bound."""
        return _bind(STRATEGIES, self.recipe.strategy, "strategy")

    def policy(self) -> AbstractAsyncContextManager[Policy]:
        """Return a context that opens the policy on the running event loop."""
        component = self.recipe.policy
        twice = sorted(component.options.keys() & self.recipe.engine.keys())
        if twice:
            msg = f"{', '.join(twice)} stands in [policy] and in [engine]; once is enough"
            raise RecipeError(msg)
        both = Component(kind=component.kind, options={**component.options, **self.recipe.engine})
        return _bind(POLICIES, both, "policy")()

    def reader(self) -> Reader:
        """Return what cuts replies into steps."""
        return Reader(segment=_bind(SEGMENTERS, self.recipe.steps, "steps")())

    def labeler(self) -> Callable[[LabelledTrajectory], LabelledTrajectory]:
        """Return the labeler with its options bound."""
        return _bind(LABELERS, self.recipe.label, "label")

    def check(self) -> None:
        """Resolve every plug-in and option; raises the `UserError` of the first that fails."""
        for name in (self.recipe.verify.outcome, *self.recipe.verify.steps):
            get_verifier(name)
        self.source()
        self.strategy()
        self.policy()
        self.reader()
        self.labeler()
        if self.recipe.shards < 1:
            msg = f"shards = {self.recipe.shards}: a run has at least one"
            raise RecipeError(msg)

    def footer(self, **more: object) -> Mapping[str, str]:
        """Return a shard file's metadata: where its rows come from, and counts given as `more`."""
        provenance = {"recipe_digest": self.digest, "code_version": self.version}
        return {**provenance, **{key: str(value) for key, value in more.items()}}


def _bind(
    registry: Registry[Callable[..., R]], component: Component, section: str
) -> Callable[..., R]:
    function: Callable[..., Any] = registry.get(component.kind).value
    return bind_options(function, component.options, where=f"[{section}] kind={component.kind!r}")
