"""What a graph is made of, wherever it comes from."""

import dataclasses
from collections.abc import Callable

from stepsmith.transforms.graph.index import Places, Side
from stepsmith.transforms.graph.names import Names
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.strings import Strings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parts:
    """What a graph is made of.

    `called[name_ptr[n]:name_ptr[n + 1]]` are the names of node n. `false` are the curated false
    facts. `names` is asked once, when a name is first looked for.
    """

    nodes: Strings
    relations: tuple[Relation, ...]
    out: Side
    into: Side
    false: Side
    called: Strings
    name_ptr: Places
    names: Callable[[], Names]
