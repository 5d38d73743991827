"""Multi-hop questions made from the paths of a knowledge graph."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.options import Count, Natural, Share
from stepsmith.transforms.source.base import Source, source

Hops = Annotated[int, Meta(ge=1, le=5)]
NOptions = Annotated[int, Meta(ge=2, le=26)]


@source("graph_paths")
def graph_paths(  # noqa: PLR0913 - the options of a recipe, each by name
    *,
    graph: str,
    size: Count,
    hops: tuple[Hops, ...] = (2,),
    seed: int = 0,
    form: Literal["free", "choice"] = "free",
    options: NOptions = 4,
    style: Literal["mixed", "chain", "nested", "walk"] = "mixed",
    context: Natural = 0,
    world: Literal["open", "closed"] = "open",
    spread: Literal["pattern", "diversity"] = "pattern",
    per_pattern: Natural = 0,
    hub_cap: Count = 200,
    max_answers: Count = 5,
    max_paths: Count = 50,
    shortcuts: bool = False,
    unambiguous: bool = True,
    split: Literal["none", "entity", "pattern"] = "none",
    side: Literal["train", "test"] = "train",
    test_share: Share = 0.2,
    split_seed: int = 0,
    tries: Count = 500,
    domain: str = "graph",
    name: str = "",
    part_size: Count = 500,
) -> Source:
    """Make questions from the paths of a graph, each with its answers and every path to them."""
    _check(hops, size=size, sides=(split, side))
    # Here, since to list the sources must load neither numpy nor a graph.
    from stepsmith.transforms.graph.questions.make import Writing
    from stepsmith.transforms.graph.questions.plan import GraphPaths
    from stepsmith.transforms.graph.questions.sample import Rules
    from stepsmith.transforms.graph.questions.sides import Split

    return GraphPaths(
        size=size,
        hops=tuple(sorted(hops)),
        seed=seed,
        spread=spread,
        per_pattern=per_pattern,
        tries=tries,
        part_size=part_size,
        rules=Rules(
            hub_cap=hub_cap,
            max_answers=max_answers,
            max_paths=max_paths,
            shortcuts=shortcuts,
            unambiguous=unambiguous,
            split=Split(by=split, side=side, test_share=test_share, seed=split_seed),
        ),
        writing=Writing(
            folder=graph,
            source=name or f"graph_paths/{graph.rstrip('/').rpartition('/')[2]}",
            domain=domain,
            seed=seed,
            form=form,
            options=options,
            style=style,
            context=context,
            world=world,
        ),
    )


def _check(hops: Sequence[int], *, size: int, sides: tuple[str, str]) -> None:
    """Refuse options that contradict each other; raises `RecipeError`."""
    if not hops or len(set(hops)) < len(hops):
        msg = f"hops = {list(hops)}: list each number of hops once, such as [1, 2, 3]"
        raise RecipeError(msg)
    if size < len(hops):
        msg = f"size = {size}: with {len(hops)} numbers of hops it is at least {len(hops)}"
        raise RecipeError(msg)
    if sides == ("none", "test"):
        msg = 'side = "test" needs a split: set split to "entity" or "pattern"'
        raise RecipeError(msg)
