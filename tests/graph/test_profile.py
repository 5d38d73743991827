"""A profile counts what going through all facts counts."""

from collections import Counter

import pytest

from stepsmith.transforms.graph.profile import profile_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from tests.graph.made import made_facts


def test_each_relation_is_counted_with_the_nodes_at_its_ends() -> None:
    facts = [*made_facts(nodes=30, facts=200), Fact("a", "treats", "b"), Fact("a", "treats", "c")]
    profile = profile_of(Graph.of(facts, negatives=[Fact("a", "never", "b")]))
    by_key = {used.key: used for used in profile.relations}
    assert by_key.keys() == {fact.relation for fact in facts} | {"never"}
    for key, used in by_key.items():
        own = [fact for fact in facts if fact.relation == key]
        heads, tails = ({fact[end] for fact in own} for end in (0, 2))
        assert used.facts == len(own)
        assert used.tails_per_head == (len(own) / len(heads) if own else 0.0)
        assert used.heads_per_tail == (len(own) / len(tails) if own else 0.0)
    assert profile.functional == tuple(
        sorted(used.key for used in by_key.values() if used.facts and used.tails_per_head < 1.5)
    )


@pytest.mark.parametrize("limit", [1, 3])
def test_hubs_are_the_nodes_with_most_facts_at_one_end(limit: int) -> None:
    facts = made_facts(nodes=30, facts=200)
    degrees = Counter([(fact.head, "head") for fact in facts])
    degrees.update((fact.tail, "tail") for fact in facts)
    hubs = profile_of(Graph.of(facts), limit=limit).hubs
    assert [hub.facts for hub in hubs] == [count for _, count in degrees.most_common(limit)]
    assert all(degrees[hub.key, hub.end] == hub.facts for hub in hubs)
