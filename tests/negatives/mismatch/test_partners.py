"""Partners stand at the distance that they say, whoever asks and in whatever order."""

from random import Random

from stepsmith.transforms.negatives.mismatch.partners import DISTANCES, Partners
from tests.negatives.mismatch.made import ALGEBRA, MANY, READ, RUN, reference, row

REFERENCES = [reference(each) for each in MANY]


def distances(partners: Partners, problem_id: str, *, each: int = 1) -> dict[str, list[str]]:
    [one] = [known for known in REFERENCES if known.problem.id == problem_id]
    found: dict[str, list[str]] = {distance: [] for distance in DISTANCES}
    for partner in partners.of(one, each=each):
        found[partner.distance].append(partner.problem_id)
    return found


def test_a_partner_is_of_the_distance_that_it_says() -> None:
    partners = Partners(REFERENCES, seed=0)
    found = distances(partners, "shop-0", each=9)
    assert set(found["other_domain"]) == {ALGEBRA.id}
    assert set(found["same_domain"]) == {RUN.id, READ.id}
    assert set(found["same_template"]) == {"shop-1", "shop-2", "shop-3"}
    algebra = distances(partners, ALGEBRA.id, each=9)
    assert set(algebra["other_domain"]) == {each.id for each in MANY} - {ALGEBRA.id}
    assert (algebra["same_domain"], algebra["same_template"]) == ([], [])


def test_as_many_as_asked_for_the_farthest_first() -> None:
    found = Partners(REFERENCES, seed=0).of(REFERENCES[0], each=1)
    assert [partner.distance for partner in found] == list(DISTANCES)


def test_neither_the_order_of_problems_nor_of_asking_changes_a_partner() -> None:
    shuffled = Random(1).sample(REFERENCES, len(REFERENCES))
    one, other = Partners(REFERENCES, seed=3), Partners(shuffled, seed=3)
    expected = [one.of(each, each=1) for each in REFERENCES]
    assert [other.of(each, each=1) for each in reversed(REFERENCES)][::-1] == expected
    assert expected == [one.of(each, each=1) for each in REFERENCES]


def test_another_seed_gives_other_partners() -> None:
    drawn = {
        tuple(p.problem_id for p in Partners(REFERENCES, seed=seed).of(REFERENCES[0], each=1))
        for seed in range(20)
    }
    assert len(drawn) > 3


def test_a_lonely_problem_has_no_partner() -> None:
    assert Partners([REFERENCES[0]], seed=0).of(REFERENCES[0], each=3) == ()


def test_a_copy_of_a_problem_in_other_spaces_is_no_partner() -> None:
    copies = [
        reference(row(at, prompt, "47 + 2 = 49.\n#### 49", answer))
        for at, (prompt, answer) in enumerate(
            [("What is 47 plus 2?", "49"), (" what is  47 plus 2? ", "50")]
        )
    ]
    assert Partners(copies, seed=0).of(copies[0], each=3) == ()
