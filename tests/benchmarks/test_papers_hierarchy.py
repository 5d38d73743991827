"""The benchmark of hierarchies checks labels by a definition of its own."""

from random import Random

import pytest

from benchmarks.hierarchies.definition import by_definition, climbs, keeps_quotas, parents_of
from benchmarks.papers_hierarchy import measure, noisy_scores, random_taxonomy, real_claims
from stepsmith.transforms.taxonomy.anchors import place
from stepsmith.transforms.taxonomy.tree import Taxonomy
from tests.taxonomy.made import animals


def test_the_definition_says_of_a_cat_what_a_reader_would() -> None:
    found = by_definition(animals(), "cat", ["thing", "mammal", "dog", "bird", "siamese", "cat"])
    assert found == {
        "thing": (True, "forward"),
        "mammal": (True, "current"),
        "dog": (True, "backward"),
        "bird": (False, "backward"),
        "siamese": None,
        "cat": None,
    }


def test_the_definition_takes_out_every_node_of_a_name() -> None:
    edges = [("bird", "animal"), ("crane", "bird"), ("Crane", "tool"), ("jib", "Crane")]
    taxonomy = Taxonomy.of([*edges, ("animal", "thing"), ("tool", "thing"), ("oak", "thing")])
    assert parents_of(taxonomy, "crane", climbs(taxonomy)) == {"bird", "tool"}
    assert by_definition(taxonomy, "crane", taxonomy.keys) == {
        "thing": (True, "forward"),
        "animal": (True, "forward"),
        "bird": (True, "current"),
        "tool": (True, "current"),
        "oak": (False, "backward"),
        "crane": None,
        "Crane": None,
        "jib": None,
    }


def test_terms_without_a_place_are_left_out_as_the_source_leaves_them_out() -> None:
    edges = [("cat", "animal"), ("house cat", "cat"), ("Cat", "house cat"), ("dog", "animal")]
    quotas, steps = real_claims("made", Taxonomy.of(edges), terms=9)
    assert (quotas.value, quotas.unit) == (1.0, "share of 1")  # the dog
    assert steps.value == 1.0


def test_quotas_are_counted_and_not_believed() -> None:
    taxonomy = random_taxonomy(Random(1))
    assert keeps_quotas(taxonomy, "040", Random(0))


def test_without_noise_every_score_is_for_the_truth() -> None:
    taxonomy = random_taxonomy(Random(1))
    where = place(taxonomy, "040")
    for key, each in noisy_scores(taxonomy, where, Random(0), 0.0).items():
        assert (each.path > 0.5) is where.on_path(key)
        assert max(("current", "forward", "backward"), key=lambda stop: getattr(each, stop)) == (
            where.stop(key)
        )


@pytest.mark.slow
def test_a_quick_run_finds_every_label_and_quota_right() -> None:
    found = {claim.name: claim.value for claim in measure(quick=True).claims}
    exact = {name: value for name, value in found.items() if "labels" in name or "quotas" in name}
    assert exact == {
        "hierarchy.labels.trees": 1.0,
        "hierarchy.labels.graphs": 1.0,
        "hierarchy.quotas.random": 1.0,
    }
    assert found["hierarchy.noise_1.0.full"] > found["hierarchy.noise_1.0.current"]
