"""A recipe resolved: what every worker needs to know, and how its plug-ins are found by name."""

import contextlib
import dataclasses
import importlib.metadata
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from random import Random
from typing import Any, TypeVar

import msgspec

from stepsmith.schemas.errors import ProblemError, RecipeError, UnknownNameError, suggest
from stepsmith.schemas.recipe import Component, Recipe
from stepsmith.schemas.records import Problem
from stepsmith.schemas.registry import Registry, bind_options
from stepsmith.transforms.judging.images import image_of
from stepsmith.transforms.label import LABELERS, Fit, Label, fit_of
from stepsmith.transforms.policy import POLICIES, Policy
from stepsmith.transforms.search import STRATEGIES, Strategy, search_fit_of
from stepsmith.transforms.sink.layout import Layout
from stepsmith.transforms.source import SOURCES, Source
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import SEGMENTERS
from stepsmith.transforms.verify import get_verifier

R = TypeVar("R")

_NO_PROBLEM = Problem(id="check", prompt="", answer="")


def code_version() -> str:
    """Return the installed version of stepsmith."""
    return importlib.metadata.version("stepsmith")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """One run of one recipe into one place. Pickles; plug-ins are looked up where it arrives.

    `digest` is the identity of the rows, and `files` the texts beside the recipe that it covers (a
    prompt), by name. Options are checked when a plug-in is asked for, and all
    of them by `check`, before anything is spent.
    """

    recipe: Recipe
    root: str
    digest: str
    files: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    version: str = dataclasses.field(default_factory=code_version)

    @property
    def layout(self) -> Layout:
        """Where the files of this run stand."""
        return Layout(root=self.root, shards=self.recipe.shards)

    def source(self) -> Source:
        """Open the source of the problems."""
        return _bind(SOURCES, self.recipe.source, "source")()

    def strategy(self, prior: object = None) -> Strategy:
        """Return the strategy with its options bound, and what was fitted, if it asks for that."""
        strategy = _bind(STRATEGIES, self.recipe.strategy, "strategy")
        return strategy if self.search_fit is None else partial(strategy, prior=prior)

    @property
    def search_fit(self) -> Fit[Any, Any] | None:
        """What the strategy fits to the run's pilot; nothing in a run without one."""
        return search_fit_of(self.recipe.strategy.kind) if self.recipe.pilot else None

    def policy(self, name: str | None = None) -> AbstractAsyncContextManager[Policy]:
        """Return a context that opens a policy on the running event loop.

        No name opens the run's own, any other the recipe's further policy of that name.
        """
        if name is None:
            return _open(self.recipe.policy, self.recipe.engine, "policy", "engine")
        if name not in self.recipe.policies:
            msg = f"no policy {name!r} in this recipe; {suggest(name, self.recipe.policies)}"
            raise UnknownNameError(msg)
        section, options = f"policies.{name}", dict(self.recipe.policies[name].options)
        try:
            engine = msgspec.convert(options.pop("engine", {}), dict[str, Any])
        except msgspec.ValidationError as error:
            msg = f"[{section}.engine] is a table: {error}"
            raise RecipeError(msg) from None
        component = Component(kind=self.recipe.policies[name].kind, options=options)
        return _open(component, engine, section, f"{section}.engine")

    def reader(self) -> Reader:
        """Return what cuts replies into steps."""
        return Reader(segment=_bind(SEGMENTERS, self.recipe.steps, "steps")())

    def labeler(self, prior: object = None) -> Label:
        """Return the labeler with its options bound, and what was fitted to the run, if it asks."""
        label = _bind(LABELERS, self.recipe.label, "label")
        return label if fit_of(self.recipe.label.kind) is None else partial(label, prior=prior)

    def check(self) -> None:
        """Resolve every plug-in and option; raises the `UserError` of the first that fails.

        Nothing is opened.
        """
        for name in (self.recipe.verify.outcome, *self.recipe.verify.steps):
            get_verifier(name)
        self.source()
        self._check_strategy()
        self.policy()
        for name in self.recipe.policies:
            self.policy(name)
        self.reader()
        self.labeler()
        image_of(self.recipe.sandbox.image)
        if self.recipe.pilot < 0:
            msg = f"pilot = {self.recipe.pilot}: a pilot has no problem (0) or some"
            raise RecipeError(msg)
        if self.recipe.shards < 1:
            msg = f"shards = {self.recipe.shards}: a run has at least one"
            raise RecipeError(msg)
        if self.recipe.window is not None and self.recipe.window < 1:
            msg = f"window = {self.recipe.window}: at least one problem is searched at a time"
            raise RecipeError(msg)
        deadline_s = self.recipe.plan_deadline_s
        if deadline_s is not None and not deadline_s > 0:
            msg = f"plan_deadline_s = {deadline_s}: a search takes longer than no time"
            raise RecipeError(msg)

    def _check_strategy(self) -> None:
        strategy, given = self.strategy(), self.recipe.strategy.options
        for name in given.get("verifiers", ()):
            get_verifier(name)
        if "teacher" in given:
            self.policy(given["teacher"])
        # A plan asks and does not act, so that one may be begun: options that do not go together
        # are refused before its first ask. What this problem lacks says nothing of the others.
        with contextlib.suppress(ProblemError):
            next(strategy(_NO_PROBLEM, Random(0)))  # noqa: S311 -- of a search, not secrets

    def footer(self, **more: object) -> Mapping[str, str]:
        """Return a shard file's metadata: where its rows come from, and counts given as `more`."""
        provenance = {"recipe_digest": self.digest, "code_version": self.version}
        return {**provenance, **{key: str(value) for key, value in more.items()}}


def _open(
    component: Component, engine: Mapping[str, Any], section: str, engine_section: str
) -> AbstractAsyncContextManager[Policy]:
    twice = sorted(component.options.keys() & engine.keys())
    if twice:
        msg = f"{', '.join(twice)} stands in [{section}] and in [{engine_section}]; once is enough"
        raise RecipeError(msg)
    both = Component(kind=component.kind, options={**component.options, **engine})
    return _bind(POLICIES, both, section)()


def _bind(
    registry: Registry[Callable[..., R]], component: Component, section: str
) -> Callable[..., R]:
    function: Callable[..., Any] = registry.get(component.kind).value
    return bind_options(function, component.options, where=f"[{section}] kind={component.kind!r}")
